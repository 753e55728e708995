package decide

import (
	"fmt"
	"time"

	"pinward/internal/access"
)

// A Line is one sentence about an account and, where it names an obstacle, the
// command that lifts it.
type Line struct {
	Text    string
	Command string // empty: nothing needs lifting
}

// ExplainAccount answers: can this person get in, and what stops them? It asks
// Login itself, so it cannot say anything else than a login would. devices is
// the number of devices that would be recognized; f.DeviceSince is when the
// oldest of them was registered, f.Recognition is not looked at.
func ExplainAccount(f Facts, devices int) []Line {
	if !f.Known {
		return []Line{{Text: "There is no such account."}}
	}
	if lines := f.barred(); len(lines) > 0 {
		return lines
	}
	f.Recognition = NoToken
	lines := []Line{f.explainNew(Login(f))}
	f.Recognition = Recognized
	lines = append(lines, f.explainRecognized(Login(f), devices))
	if f.Account.Protection == access.Notify && f.Account.Email == "" {
		lines = append(lines, Line{
			"The account chose to be told by mail, but has no address: nobody is told, and it counts as unprotected.",
			f.command("account edit", "--email ADDRESS"),
		})
	}
	if f.Account.PasswordChangeAdvised(f.Now) {
		lines = append(lines, Line{Text: "Somebody else may know the password: it should be changed in the portal."})
	}
	return lines
}

func (f Facts) command(verb, flags string) string {
	c := "pinward " + verb + " " + f.Account.Login
	if flags != "" {
		c += " " + flags
	}
	return c
}

// barred says why nobody gets in at all; empty where somebody may.
func (f Facts) barred() []Line {
	var lines []Line
	because := ""
	if f.Account.StatusReason != "" {
		because = " (" + f.Account.StatusReason + ")"
	}
	restore := f.command("account restore", "--reason TEXT")
	switch f.Account.Status {
	case access.Suspended:
		lines = append(lines, Line{"The account is suspended" + because + ": nobody gets in.", restore})
	case access.Archived:
		lines = append(lines, Line{"The account is archived" + because + ": nobody gets in.", restore})
	case access.Active:
	}
	if f.Account.Ended(f.Now, f.Location) {
		lines = append(lines, Line{
			fmt.Sprintf("The account's last day was %s: nobody gets in.", f.Account.EndsOn),
			f.command("account edit", "--until DATE"),
		})
	}
	return lines
}

// explainNew words what happens on a device that is not recognized.
func (f Facts) explainNew(o Outcome) Line {
	const onNew = "On a new device "
	switch o.Reason { //nolint:exhaustive // the reasons that a login without a token can have
	case access.ReasonPINBlocked:
		return Line{onNew + "nobody gets in: after too many wrong PINs the PIN is blocked until it is reset.", f.command("pin reset", "")}
	case access.ReasonPINLocked:
		return Line{
			fmt.Sprintf("%snobody gets in until %s: after %d wrong PINs the PIN is locked.", onNew, f.local(o.RetryAt), f.Attempts.Settled()),
			f.command("pin unlock", "--reason TEXT"),
		}
	case access.ReasonSetupCodeRequired:
		return Line{onNew + "a set-up code is needed: the PIN was reset and none has been set since.", f.command("pin reset", "")}
	case access.ReasonEnrolmentClosed:
		return Line{onNew + "a protection must be set up with a set-up code: " + f.owed() + ", and the time in which the password was enough to do so is over.", f.command("pin reset", "")}
	case access.ReasonPINNotSet, access.ReasonProtectionImposed, access.ReasonProtectionNotAllowed:
		return Line{Text: onNew + "the password is enough, but a protection must be set up in the same login: " + f.owed() + "."}
	case access.ReasonPINTemporary:
		return Line{Text: onNew + "the temporary PIN is asked after the password, and a new one must be set in the same login."}
	case access.ReasonGrace:
		return Line{Text: fmt.Sprintf("%sthe password is enough until %s; then a protection must be set up: %s.", onNew, f.local(f.Policy.DemandedFrom(f.Credential)), f.owed())}
	case access.ReasonNotifyOnly:
		return Line{Text: onNew + "the password is enough; each such login is told by mail."}
	case access.ReasonNoProtection:
		return Line{Text: onNew + "the password is enough: " + f.unprotected() + "."}
	case access.ReasonLoginPass:
		return Line{Text: fmt.Sprintf("%sthe password is enough for one login until %s: a pass is out.", onNew, f.local(f.PassUntil))}
	case access.ReasonPolicyPaused:
		return f.explainPause(onNew)
	}
	return Line{Text: fmt.Sprintf("%sthe PIN is asked after the password; %s left in one login.", onNew, triesAre(o.AttemptsLeft))}
}

func (f Facts) explainPause(on string) Line {
	return Line{
		fmt.Sprintf("%sthe password is enough until %s: the school's logins need no PIN for a while.", on, f.local(f.PausedUntil)),
		"pinward policy pause --school " + f.Account.HomeSchool() + " --end --reason TEXT",
	}
}

// owed says why a protection must be set up.
func (f Facts) owed() string {
	switch reason, _ := f.choiceOwed(); reason { //nolint:exhaustive // what choiceOwed gives
	case access.ReasonPINNotSet:
		return "a PIN was chosen and none is set"
	case access.ReasonProtectionNotAllowed:
		return "what was chosen is not allowed any more"
	}
	return "the policy demands one and none was chosen"
}

func (f Facts) unprotected() string {
	if f.Account.Protection == access.NotChosen && f.Policy.Imposed {
		return "nothing has been chosen, and nothing is demanded before " + f.local(f.Policy.DemandedFrom(f.Credential))
	}
	if f.Account.Protection == access.NotChosen {
		return "nothing has been chosen, and nothing is demanded"
	}
	if f.Account.Protection == access.Notify {
		return "nobody can be told"
	}
	return "the account chose no protection"
}

// explainRecognized words what happens on one of the recognized devices.
func (f Facts) explainRecognized(o Outcome, devices int) Line {
	on := "On the one recognized device "
	switch {
	case devices == 0:
		return Line{Text: "No device is recognized."}
	case devices > 1:
		on = fmt.Sprintf("On one of its %d recognized devices ", devices)
	}
	switch {
	case o.Reason == access.ReasonPolicyPaused:
		return f.explainPause(on)
	case o.Decision == access.Allow:
		return Line{Text: on + "the password is enough."}
	case o.Reason == access.ReasonPINTemporary:
		return Line{Text: on + "the temporary PIN is asked too, since it must be changed."}
	case o.Reason == access.ReasonEnrolmentClosed || o.Reason == access.ReasonSetupCodeRequired:
		return Line{on + "a set-up code is needed too.", f.command("pin reset", "")}
	case o.Decision == access.SetUp:
		return Line{Text: on + "the password is enough, but a protection must be set up in the same login."}
	}
	return Line{Text: on + "nobody gets in either."}
}

// local writes a time as the home school's clocks show it.
func (f Facts) local(t time.Time) string { return t.In(f.Location).Format("2006-01-02 15:04 MST") }

func triesAre(n int) string {
	if n == 1 {
		return "1 try is"
	}
	return fmt.Sprintf("%d tries are", n)
}
