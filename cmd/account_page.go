package cmd

import (
	"fmt"
	"io"
	"strings"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
)

// writeAccountPage writes an account for people: who it is, the answer to the
// question, and then what the answer rests on.
func (s *session) writeAccountPage(w io.Writer, p app.AccountPage) error {
	if err := writeText(w, whoText(p)+"\nCan this person get in?\n"); err != nil {
		return err
	}
	if err := writeLines(w, "  ", p.Verdicts); err != nil {
		return err
	}
	if err := writeText(w, "\nPIN: "+s.pinText(p)+"\n\nDevices: "+devicesText(p)+"\n"); err != nil {
		return err
	}
	o := s.renderOptions(render.Table)
	devices := chosen(deviceColumns(), "id", "label", "kind", "browser", "last_seen_at", "expires_at")
	if err := render.Write(w, o, devices, rows(p.Devices)); err != nil {
		return err
	}
	if err := writeText(w, "\nLast logins: "+loginsText(p)+"\n"); err != nil {
		return err
	}
	logins := chosen(loginColumns(), "started_at", "state", "reason", "ip", "browser")
	if err := render.Write(w, o, logins, rows(p.Logins)); err != nil {
		return err
	}
	return writeText(w, sessionsText(p)+"\nOpen alerts: "+alertsText(p)+"\n")
}

func writeText(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}

// whoText says who the account is, one known fact a line.
func whoText(p app.AccountPage) string {
	a := p.Account
	status := string(a.Status)
	if a.StatusReason != "" {
		status += " (" + a.StatusReason + ")"
	}
	var b strings.Builder
	b.WriteString(render.Safe(a.Name()+" ("+a.Login+")") + "\n")
	for _, fact := range [][2]string{
		{"id", a.ID},
		{"profile", string(a.Profile)},
		{"group", a.Group},
		{"school", schoolText(p)},
		{"status", status},
		{"protection", protectionText(p)},
		{"last day", a.EndsOn.String()},
		{"mail", a.Email},
		{"external id", a.ExternalID},
		{"guardians", strings.Join(p.Guardians, ", ")},
		{"students", strings.Join(p.Students, ", ")},
	} {
		if fact[1] != "" {
			_, _ = fmt.Fprintf(&b, "  %-12s %s\n", fact[0], render.Safe(fact[1]))
		}
	}
	return b.String()
}

func schoolText(p app.AccountPage) string {
	text := p.School.Code
	if p.School.Name != p.School.Code {
		text = p.School.Name + " (" + p.School.Code + ")"
	}
	if len(p.Account.Schools) > 1 {
		text += ", also " + strings.Join(p.Account.Schools[1:], ", ")
	}
	return text
}

func protectionText(p app.AccountPage) string {
	if p.Account.Protection == access.NotChosen {
		return "not chosen yet"
	}
	return string(p.Account.Protection)
}

// setterText names who set the PIN, the account's owner not by id.
func setterText(p app.AccountPage) string {
	if p.PIN.SetBy == p.Account.ID {
		return "its owner"
	}
	return render.Safe(p.PIN.SetBy)
}

// pinText says in what state the PIN is.
func (s *session) pinText(p app.AccountPage) string {
	var parts []string
	switch {
	case p.PIN.Set:
		what := "set"
		if p.PIN.Temporary {
			what = "temporary, set"
		}
		parts = append(parts, fmt.Sprintf("%s %s by %s", what, s.since(p.PIN.SetAt), setterText(p)))
	case p.PIN.Cleared:
		parts = append(parts, "cleared by a reset")
	default:
		parts = append(parts, "none set")
	}
	if !p.PIN.CodeExpiresAt.IsZero() {
		parts = append(parts, "a set-up code is out, good "+s.until(p.PIN.CodeExpiresAt))
	}
	if p.PIN.Failed > 0 {
		parts = append(parts, count(p.PIN.Failed, "wrong PIN")+" since the last right one")
	}
	if !p.PassUntil.IsZero() {
		parts = append(parts, "a pass for one login is out, good "+s.until(p.PassUntil))
	}
	switch {
	case p.PIN.Blocked:
		parts = append(parts, "blocked until it is reset")
	case !p.PIN.LockedUntil.IsZero():
		parts = append(parts, "locked "+s.until(p.PIN.LockedUntil))
	}
	return strings.Join(parts, "; ")
}

func devicesText(p app.AccountPage) string {
	if len(p.Devices) == 0 {
		return "none"
	}
	return fmt.Sprintf("%d within their lifetime (pinward device list %s)", p.DeviceCount, p.Account.Login)
}

// sessionsText tells of browsers that are past a gate, where there are any.
func sessionsText(p app.AccountPage) string {
	if p.Sessions == 0 {
		return ""
	}
	return fmt.Sprintf("\nSessions at gates: %d (pinward account sign-out %s)\n", p.Sessions, p.Account.Login)
}

func loginsText(p app.AccountPage) string {
	if len(p.Logins) == 0 {
		return "none"
	}
	return "newest first (pinward login list --account " + p.Account.Login + ")"
}

func alertsText(p app.AccountPage) string {
	if p.OpenAlerts == 0 {
		return "none"
	}
	return fmt.Sprintf("%d (pinward alerts list --account %s --state open)", p.OpenAlerts, p.Account.Login)
}
