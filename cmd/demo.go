package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/config"
	"pinward/internal/demo"
	"pinward/internal/secret"
	"pinward/internal/store"
	"pinward/internal/store/sqlite"
)

func newDemo(s *session) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "demo",
		Short: "Play a morning at a sample school, and leave a store to try commands on",
		Long: `Import a sample roster and play a morning through the real engine: a first PIN, a
recognized device, a new device, three wrong PINs, a replayed token, an account
that is only notified, a PIN reset. Then show what an administrator would look
at, and the commands to type next. The store is a real one.`,
		Example: `  pinward demo
  pinward demo --dir ./demo`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.demo(c.Context(), dir) },
	}
	c.Flags().StringVar(&dir, "dir", "", "an empty or new `FOLDER` for the store, the keyring and the configuration")
	return c
}

func (s *session) demo(ctx context.Context, dir string) error {
	if _, err := s.format(); err != nil {
		return err
	}
	dir, err := demoFolder(dir)
	if err != nil {
		return err
	}
	a, err := s.playDemo(ctx, dir)
	if err != nil {
		return err
	}
	return s.write(func(w io.Writer) error { return s.into(w).demoReport(ctx, a, w, dir) })
}

// demoReport shows what an administrator would look at, and what to type next.
func (s *session) demoReport(ctx context.Context, a *app.App, w io.Writer, dir string) error {
	for _, part := range []struct {
		title string
		show  func(context.Context, *app.App) error
	}{
		{"Recognized devices (pinward device list)", s.demoDevices},
		{"Alerts of severity warn and up (pinward alerts list)", s.demoAlerts},
		{"The audit chain (pinward audit verify)", s.demoAudit},
	} {
		if _, err := fmt.Fprintf(w, "\n%s\n\n", part.title); err != nil {
			return err
		}
		if err := part.show(ctx, a); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, s.demoNext(dir))
	return err
}

// demoFolder makes the folder, or takes an empty one.
func demoFolder(dir string) (string, error) {
	if dir == "" {
		dir, err := os.MkdirTemp("", "pinward-demo-")
		if err != nil {
			return "", outputError(err)
		}
		return dir, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", access.Refused("folder_unusable", "demo: "+err.Error(), "name another folder with --dir")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", access.Refused("folder_unusable", "demo: "+err.Error(), "name another folder with --dir")
	}
	if len(entries) > 0 {
		return "", access.Refused("exists", fmt.Sprintf("demo: %s is not empty", dir), "nothing was changed; name an empty or new folder with --dir")
	}
	return dir, nil
}

// playDemo creates the store in the past and plays the morning on its own clock.
func (s *session) playDemo(ctx context.Context, dir string) (*app.App, error) {
	paths := config.Config{
		Store: filepath.Join(dir, "pinward.db"), Keyring: filepath.Join(dir, "keyring.json"), File: filepath.Join(dir, "config.yaml"),
	}
	clock, now := demo.NewClock(s.Now()), s.Now
	s.Now = clock.Now
	defer func() { s.Now = now }()
	school := access.School{Code: "SAMPLE", Name: "Sample School", Contact: "the office, room 1"}
	if err := s.create(ctx, paths, []access.School{school}); err != nil {
		return nil, err
	}
	keys, err := secret.LoadKeyring(paths.Keyring)
	if err != nil {
		return nil, err
	}
	if s.store, err = sqlite.Open(ctx, paths.Store); err != nil {
		return nil, err
	}
	a := s.app(keys)
	play := demo.Play{App: a, Clock: clock, By: s.Operator, Say: func(at time.Time, text string) {
		s.say("%s  %s", at.UTC().Format("15:04"), text)
	}}
	return a, play.Run(ctx)
}

func (s *session) demoDevices(ctx context.Context, a *app.App) error {
	return list(s, deviceColumns(), each(func(yield func(store.DeviceRow) error) error {
		return a.Devices(ctx, s.Operator, app.DeviceQuery{}, yield)
	}), "no devices")
}

func (s *session) demoAlerts(ctx context.Context, a *app.App) error {
	q := app.AlertQuery{}
	q.Severities = access.Warn.AtLeast()
	var all []store.AlertRow
	_, err := a.Alerts(ctx, s.Operator, q, func(r store.AlertRow) error {
		all = append(all, r)
		return nil
	})
	if err != nil {
		return err
	}
	return list(s, incidentColumns(), rows(incidents(all)), "no alerts")
}

func (s *session) demoAudit(ctx context.Context, a *app.App) error {
	n, head, err := a.VerifyAudit(ctx, s.Operator, app.AuditHead{})
	if err != nil {
		return err
	}
	return show(s, verificationColumns(), verification{n, head})
}

// demoNext gives the commands to type next against the store.
func (s *session) demoNext(dir string) string {
	config := "--config " + shellQuoted(filepath.Join(dir, "config.yaml"))
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "\nThis is a real store. Type next:\n\n")
	for _, next := range []string{
		"account show teacher.two", "device list teacher.one", "device diagnose teacher.one",
		"alerts list --severity info", "pin reset student.two", "policy explain student", "store check",
	} {
		_, _ = fmt.Fprintf(&b, "  %s %s %s\n", s.Program, config, next)
	}
	return b.String()
}

// shellQuoted quotes a path for a shell where it needs it.
func shellQuoted(path string) string {
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
