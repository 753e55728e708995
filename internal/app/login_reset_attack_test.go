package app_test

import (
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// TestResetAttacks: what does not replace a PIN, and what it reads like.
func TestResetAttacks(t *testing.T) {
	portal := access.Operator{ID: "portal:1", Name: "portal", Role: access.RolePortal}
	for _, c := range []struct {
		name string
		try  func(k *kit, id, code string) app.LoginAnswer
		want access.Reason
	}{
		{"a wrong code", func(k *kit, id, code string) app.LoginAnswer { return k.redeem(id, other(code), newPIN) }, access.ReasonResetWrong},
		{"a wrong login_id", func(k *kit, _, code string) app.LoginAnswer { return k.redeem("no such login", code, newPIN) }, access.ReasonLoginExpired},
		{"another portal's login", func(k *kit, id, code string) app.LoginAnswer {
			return k.resetBy(portal, redemption(id, code, newPIN))
		}, access.ReasonLoginExpired},
		{"another login of the account", func(k *kit, _, code string) app.LoginAnswer {
			return k.redeem(k.start("lea", "").LoginID, code, newPIN)
		}, access.ReasonResetWrong},
		{"another account's login", func(k *kit, _, code string) app.LoginAnswer {
			k.add("tom", access.Teacher)
			k.pin("tom", rightPIN)
			id := k.start("tom", "").LoginID
			k.askCode(id)
			return k.redeem(id, code, newPIN)
		}, access.ReasonResetWrong},
		{"just in time", func(k *kit, id, code string) app.LoginAnswer {
			k.now = k.now.Add(access.MailCodeFor - time.Millisecond)
			return k.redeem(id, code, newPIN)
		}, access.ReasonPINResetByMail},
		{"too late", func(k *kit, id, code string) app.LoginAnswer {
			k.now = k.now.Add(access.MailCodeFor)
			return k.redeem(id, code, newPIN)
		}, access.ReasonLoginExpired},
		{"an older request's code", func(k *kit, id, code string) app.LoginAnswer {
			k.askCode(id)
			return k.redeem(id, code, newPIN)
		}, access.ReasonResetWrong},
		{"an older request's code in its own login", func(k *kit, id, code string) app.LoginAnswer {
			k.askCode(k.start("lea", "").LoginID)
			return k.redeem(id, code, newPIN)
		}, access.ReasonResetWrong},
		{"the right code after three wrong ones", func(k *kit, id, code string) app.LoginAnswer {
			for range access.MailCodeTries {
				k.redeem(id, other(code), newPIN)
			}
			return k.redeem(id, code, newPIN)
		}, access.ReasonResetWrong},
		{"the right code after three wrong ones in another login", func(k *kit, id, code string) app.LoginAnswer {
			another := k.start("lea", "").LoginID
			for range access.MailCodeTries {
				k.redeem(another, other(code), newPIN)
			}
			return k.redeem(id, code, newPIN)
		}, access.ReasonPINResetByMail},
		{"the right code after two wrong ones", func(k *kit, id, code string) app.LoginAnswer {
			k.redeem(id, other(code), newPIN)
			k.redeem(id, "not a code", newPIN)
			return k.redeem(id, code, newPIN)
		}, access.ReasonPINResetByMail},
		{"the PIN was given meanwhile", func(k *kit, id, code string) app.LoginAnswer {
			k.give(id, rightPIN, "")
			return k.redeem(id, code, newPIN)
		}, access.ReasonResetNotAllowed},
		{"suspended meanwhile", func(k *kit, id, code string) app.LoginAnswer {
			k.account("lea", func(a *access.Account) { a.Status = access.Suspended })
			return k.redeem(id, code, newPIN)
		}, access.ReasonAccountSuspended},
		{"past its last day meanwhile", func(k *kit, id, code string) app.LoginAnswer {
			k.account("lea", func(a *access.Account) { a.EndsOn = access.Date{Year: 2026, Month: 3, Day: 1} })
			return k.redeem(id, code, newPIN)
		}, access.ReasonAccountSuspended},
		{"suspended and restored meanwhile", func(k *kit, id, code string) app.LoginAnswer {
			k.mustStatus((*app.App).SuspendAccount)
			k.mustStatus((*app.App).RestoreAccount)
			return k.redeem(id, code, newPIN)
		}, access.ReasonLoginExpired},
		{"contained meanwhile", func(k *kit, id, code string) app.LoginAnswer {
			k.contain(app.Contain{Logins: []string{"lea"}})
			return k.redeem(id, code, newPIN)
		}, access.ReasonLoginExpired},
		{"the address changed meanwhile", func(k *kit, id, code string) app.LoginAnswer {
			k.account("lea", func(a *access.Account) { a.Email, a.EmailChangedAt = "thief@example.org", k.now })
			return k.redeem(id, code, newPIN)
		}, access.ReasonResetWrong},
		{"the address changed meanwhile, and nothing remembers when", func(k *kit, id, code string) app.LoginAnswer {
			k.account("lea", func(a *access.Account) { a.Email = "thief@example.org" })
			return k.redeem(id, code, newPIN)
		}, access.ReasonResetWrong},
		{"a guardian took the same address meanwhile", func(k *kit, id, code string) app.LoginAnswer {
			k.related("lea@example.org", true)
			return k.redeem(id, code, newPIN)
		}, access.ReasonResetWrong},
		{"the policy was switched off meanwhile", func(k *kit, id, code string) app.LoginAnswer {
			k.selfReset(false)
			return k.redeem(id, code, newPIN)
		}, access.ReasonResetNotAllowed},
		{"an operator reset the PIN meanwhile", func(k *kit, id, code string) app.LoginAnswer {
			k.reset("lea")
			return k.redeem(id, code, newPIN)
		}, access.ReasonLoginExpired},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := forgetful(t)
			id := k.start("lea", "").LoginID
			k.askCode(id)
			answer := c.try(k, id, k.mailed())
			passed := c.want == access.ReasonPINResetByMail
			if answer.Reason != c.want || answer.Refused == passed {
				t.Errorf("got %s, %s, refused %t; want %s", answer.Decision, answer.Reason, answer.Refused, c.want)
			}
			if got := k.verify(newPIN); (got == "right") != passed {
				t.Errorf("the new PIN: got %s", got)
			}
		})
	}
}
