package demo

import (
	"context"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/app"
)

func (p *Play) firstPIN(ctx context.Context) error {
	for _, who := range []string{"teacher.one", "teacher.two"} {
		login, err := p.start(ctx, who, schoolIP, staffRoom, "", access.SetUp)
		if err != nil {
			return err
		}
		label := ""
		if who == "teacher.one" {
			label = "Staff room"
		}
		answer, err := p.choose(ctx, login, access.ByPIN, firstPIN, "", label)
		if err != nil {
			return err
		}
		p.token = keep(p.token, answer.DeviceToken)
		p.say("%s logs in for the first time and must set a PIN before going on.", who)
	}
	return nil
}

// keep gives the newer of two tokens, if there is one.
func keep(old, fresh string) string {
	if fresh == "" {
		return old
	}
	return fresh
}

func (p *Play) recognizedDevice(ctx context.Context) error {
	p.stolen = p.token
	for range 2 {
		answer, err := p.start(ctx, "teacher.one", schoolIP, staffRoom, p.token, access.Allow)
		if err != nil {
			return err
		}
		p.token = keep(p.token, answer.DeviceToken)
		p.say("teacher.one is back on the staff room's computer: recognized, nothing is asked.")
	}
	return nil
}

func (p *Play) newDevice(ctx context.Context) error {
	login, err := p.start(ctx, "teacher.one", mobileIP, phone, "", access.AskPIN)
	if err != nil {
		return err
	}
	if _, err := p.give(ctx, login, firstPIN, "My phone", access.Allow); err != nil {
		return err
	}
	p.say("teacher.one logs in from a phone: the PIN is asked, and the phone is recognized from now on.")
	return nil
}

func (p *Play) threeWrongPINs(ctx context.Context) error {
	login, err := p.start(ctx, "teacher.two", otherIP, elsewhere, "", access.AskPIN)
	if err != nil {
		return err
	}
	for _, then := range []access.Decision{access.AskPIN, access.AskPIN, access.Deny} {
		if _, err := p.give(ctx, login, otherPIN, "", then); err != nil {
			return err
		}
	}
	p.say("Somebody has the password of teacher.two, but not the PIN: three wrong ones end the login.")
	return nil
}

func (p *Play) replayedToken(ctx context.Context) error {
	if _, err := p.start(ctx, "teacher.one", otherIP, elsewhere, p.stolen, access.AskPIN); err != nil {
		return err
	}
	p.say("An old token of the staff room's computer comes back from another network: the device is revoked.")
	return nil
}

func (p *Play) notifyOnly(ctx context.Context) error {
	login, err := p.start(ctx, "student.one", schoolIP, staffRoom, "", access.Allow)
	if err != nil {
		return err
	}
	if _, err := p.choose(ctx, login, access.Notify, "", "", ""); err != nil {
		return err
	}
	p.say("student.one chooses to be notified only.")
	if _, err := p.start(ctx, "student.one", mobileIP, phone, "", access.Allow); err != nil {
		return err
	}
	p.say("student.one logs in from a phone: it passes, and an alert is raised.")
	return nil
}

func (p *Play) reset(ctx context.Context) error {
	items, err := p.App.ResetPINs(ctx, p.By, app.ResetPINs{Logins: []string{"teacher.two"}, Reason: "forgot the PIN, came to the office"})
	if err != nil {
		return err
	}
	if items[0].Err != nil {
		return items[0].Err
	}
	p.say("teacher.two forgot the PIN. The office resets it and hands over a one-time set-up code.")
	login, err := p.start(ctx, "teacher.two", schoolIP, staffRoom, "", access.SetUp)
	if err != nil {
		return err
	}
	if _, err := p.choose(ctx, login, access.ByPIN, otherPIN, items[0].Code.Reveal(), "Room 204"); err != nil {
		return fmt.Errorf("set a PIN with the code: %w", err)
	}
	p.say("teacher.two sets a new PIN with the code.")
	return nil
}

func (p *Play) abandoned(ctx context.Context) error {
	if _, err := p.start(ctx, "teacher.two", otherIP, elsewhere, "", access.AskPIN); err != nil {
		return err
	}
	p.say("Somebody logs in as teacher.two again, is asked for the PIN, and leaves.")
	p.wait(access.LoginFor)
	return p.App.SweepLogins(ctx)
}
