// Package demo plays a morning at a sample school through the real use cases,
// so that a newcomer sees what pinward does and has a store to try commands on.
// It knows neither the store nor the terminal.
package demo

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/roster"
)

//go:embed sample
var sample embed.FS

// Length is how long the morning takes on its own clock.
const Length = 2 * time.Hour

// A Clock is the morning's: it stands still until the play moves it.
type Clock struct{ now time.Time }

// NewClock gives a clock that stands so long before now that the morning ends
// before now.
func NewClock(now time.Time) *Clock { return &Clock{now.Add(-Length)} }

// Now gives the morning's time.
func (c *Clock) Now() time.Time { return c.now }

// A Play is one run of the morning.
type Play struct {
	App   *app.App
	Clock *Clock
	By    access.Operator
	Say   func(at time.Time, text string) // tells what happens

	token  string // the staff room computer's newest
	stolen string // an older one of it
}

// Roster gives the sample roster.
func Roster() (access.Roster, error) {
	folder, err := fs.Sub(sample, "sample")
	if err != nil {
		return access.Roster{}, fmt.Errorf("open the sample roster: %w", err)
	}
	return roster.ReadDir(folder, roster.Options{})
}

// Run imports the roster and plays every scene. Its total of waiting stays
// below Length.
func (p *Play) Run(ctx context.Context) error {
	if err := p.enrol(ctx); err != nil {
		return err
	}
	for _, scene := range []struct {
		name string
		play func(context.Context) error
	}{
		{"first PIN", p.firstPIN},
		{"recognized device", p.recognizedDevice},
		{"new device", p.newDevice},
		{"three wrong PINs", p.threeWrongPINs},
		{"replayed token", p.replayedToken},
		{"notice only", p.notifyOnly},
		{"PIN reset", p.reset},
		{"abandoned login", p.abandoned},
	} {
		if err := scene.play(ctx); err != nil {
			return fmt.Errorf("play the scene %q: %w", scene.name, err)
		}
	}
	return nil
}

func (p *Play) enrol(ctx context.Context) error {
	people, err := Roster()
	if err != nil {
		return err
	}
	report, err := p.App.ImportRoster(ctx, p.By, people, app.ImportOptions{})
	if err != nil {
		return fmt.Errorf("import the sample roster: %w", err)
	}
	p.say("The roster is imported: %d accounts. Teachers and staff must have a PIN, the others may choose.", report.Created)
	return nil
}

// say tells what happens, and lets a little time pass.
func (p *Play) say(format string, args ...any) {
	p.Say(p.Clock.now, fmt.Sprintf(format, args...))
	p.wait(4 * time.Minute)
}

func (p *Play) wait(d time.Duration) { p.Clock.now = p.Clock.now.Add(d) }
