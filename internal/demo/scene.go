package demo

import (
	"context"
	"errors"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/app"
)

// Where the logins come from. The addresses are those that RFC 5737 keeps for
// examples.
const (
	staffRoom = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
	phone     = "Mozilla/5.0 (Linux; Android 16; Mobile) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
	elsewhere = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"

	schoolIP = "192.0.2.10"
	mobileIP = "198.51.100.23"
	otherIP  = "203.0.113.66"
)

// The sample PINs: allowed by the default policy, and of no use elsewhere.
const (
	firstPIN = "730416"
	otherPIN = "502917"
)

// errScene says that the engine answered otherwise than the scene shows.
var errScene = errors.New("unexpected answer")

func expect(got app.LoginAnswer, d access.Decision) error {
	if got.Decision != d {
		return fmt.Errorf("%w: %s (%s), not %s", errScene, got.Decision, got.Reason, d)
	}
	return nil
}

// start begins a login and checks the decision.
func (p *Play) start(ctx context.Context, login, ip, agent, token string, d access.Decision) (app.LoginAnswer, error) {
	answer, err := p.App.StartLogin(ctx, p.By, app.StartLogin{
		Login: login, IP: ip, UserAgent: agent, DeviceToken: access.NewSecret(token),
	})
	if err != nil {
		return answer, err
	}
	return answer, expect(answer, d)
}

// give types a PIN and checks the decision.
func (p *Play) give(ctx context.Context, login app.LoginAnswer, pin, label string, d access.Decision) (app.LoginAnswer, error) {
	req := app.GivePIN{LoginID: access.NewSecret(login.LoginID), PIN: access.NewPIN(pin)}
	if label != "" {
		req.Remember = &app.Remember{Name: label}
	}
	answer, err := p.App.GivePIN(ctx, p.By, req)
	if err != nil {
		return answer, err
	}
	return answer, expect(answer, d)
}

// choose sets a protection and checks that the login passes.
func (p *Play) choose(ctx context.Context, login app.LoginAnswer, protection access.Protection, pin, code, label string) (app.LoginAnswer, error) {
	req := app.SetUp{
		LoginID: access.NewSecret(login.LoginID), Protection: protection,
		PIN: access.NewPIN(pin), PINConfirm: access.NewPIN(pin), SetupCode: access.NewSecret(code),
	}
	if label != "" {
		req.Remember = &app.Remember{Name: label}
	}
	answer, err := p.App.SetUp(ctx, p.By, req)
	if err != nil {
		return answer, err
	}
	return answer, expect(answer, access.Allow)
}
