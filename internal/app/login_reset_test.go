package app_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/secret"
	"pinward/internal/store"
)

const newPIN = "694038"

// forgetful makes a kit with the teacher lea, who has a PIN and may reset it by
// mail.
func forgetful(t *testing.T) *kit {
	t.Helper()
	k := teacher(t)
	k.selfReset(true)
	return k
}

func (k *kit) selfReset(on bool) {
	k.t.Helper()
	if _, err := k.SetPolicy(context.Background(), root, access.Teacher, app.PolicyUpdate{SelfReset: &on}); err != nil {
		k.t.Fatal(err)
	}
}

// account changes an account behind the use cases' back.
func (k *kit) account(login string, change func(a *access.Account)) {
	k.t.Helper()
	a := k.stored(login)
	change(&a)
	k.write(func(tx store.Tx) error { return tx.PutAccount(context.Background(), &a) })
}

// askCode asks for a code by mail.
func (k *kit) askCode(id string) app.LoginAnswer {
	k.t.Helper()
	return k.resetBy(root, app.ResetByMail{LoginID: access.NewSecret(id)})
}

func (k *kit) resetBy(by access.Operator, req app.ResetByMail) app.LoginAnswer {
	k.t.Helper()
	answer, err := k.ResetByMail(context.Background(), by, req)
	if err != nil {
		k.t.Fatal(err)
	}
	return answer
}

// redeem replaces the PIN by a code.
func (k *kit) redeem(id, code, pin string) app.LoginAnswer {
	k.t.Helper()
	return k.resetBy(root, redemption(id, code, pin))
}

func redemption(id, code, pin string) app.ResetByMail {
	return app.ResetByMail{LoginID: access.NewSecret(id), Code: access.NewSecret(code), PIN: access.NewPIN(pin), PINConfirm: access.NewPIN(pin)}
}

// notices gives the notices of a kind, oldest first.
func (k *kit) notices(kind access.NoticeKind) (found []store.NoticeRow) {
	k.t.Helper()
	k.view(func(tx store.Tx) error {
		all, err := tx.Notices(context.Background(), store.NoticeFilter{})
		for _, n := range all {
			if n.Kind == kind {
				found = append(found, n)
			}
		}
		return err
	})
	return found
}

// mailed gives the code of the newest mail that waits to be sent.
func (k *kit) mailed() string {
	k.t.Helper()
	all := k.notices(access.NoticeResetCode)
	if len(all) == 0 || all[len(all)-1].State != access.NoticeWaiting {
		k.t.Fatalf("no code waits to be mailed: %+v", all)
	}
	n := all[len(all)-1]
	code, err := k.keys.OpenNotice(n.ID, secret.Sealed(n.Secret))
	if err != nil {
		k.t.Fatal(err)
	}
	return code.Reveal()
}

// other gives a code that is not that one.
func other(code string) string { return string('0'+(code[0]-'0'+1)%10) + code[1:] }

func TestForgottenPINIsReplacedByAMailedCode(t *testing.T) {
	for _, c := range []struct {
		name  string
		login func(k *kit) string
		want  access.Decision
	}{
		{"in a login that asks for the PIN", func(k *kit) string { return k.start("lea", "").LoginID }, access.AskPIN},
		{"in one that three wrong PINs ended", func(k *kit) string {
			id := k.start("lea", "").LoginID
			for range access.LoginTries {
				k.give(id, wrongPIN, "")
			}
			return id
		}, access.Deny},
		{"in one that was locked from the start", func(k *kit) string {
			for range access.LockAfter {
				k.verify(wrongPIN)
			}
			return k.start("lea", "").LoginID
		}, access.Deny},
		{"in one that was blocked from the start", func(k *kit) string {
			for range 2 {
				for range access.LockAfter {
					k.verify(wrongPIN)
				}
				k.now = k.now.Add(access.LockFor)
			}
			return k.start("lea", "").LoginID
		}, access.Deny},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := forgetful(t)
			token := k.registered("lea", rightPIN, "Home")
			another := k.start("lea", "").LoginID
			id := c.login(k)
			asked := k.askCode(id)
			want(t, asked, c.want, access.ReasonResetSent)
			if asked.Refused || !asked.MayReset || *asked.AttemptsLeft != access.MailCodeTries {
				t.Errorf("asked: got %+v", asked)
			}
			req := redemption(id, " "+k.mailed()[:3]+" "+k.mailed()[3:], newPIN)
			req.Remember = &app.Remember{Name: "Phone"}
			answer := k.resetBy(root, req)
			want(t, answer, access.Allow, access.ReasonPINResetByMail)
			if answer.Device == nil || answer.DevicesRevoked != 1 {
				t.Errorf("got device %v, %d revoked, want one of each", answer.Device, answer.DevicesRevoked)
			}
			k.wantAttempts(0, 0, 0)
			want(t, k.start("lea", token), access.AskPIN, access.ReasonDeviceRevoked)
			want(t, k.give(another, newPIN, ""), access.Deny, access.ReasonLoginExpired)
			if got := k.verify(newPIN); got != "right" {
				t.Errorf("the new PIN: got %s", got)
			}
			kinds := k.alerts("lea")
			wantKinds(t, kinds[len(kinds)-2:], access.AlertPINResetByMail, access.AlertNewDevice)
			if told := k.notices(access.NoticePINSet); len(told) == 0 || told[len(told)-1].Address != "lea@example.org" {
				t.Errorf("notices of a PIN set: got %+v", told)
			}
			want(t, k.redeem(id, k.mailed(), "705218"), access.Allow, access.ReasonPINResetByMail)
		})
	}
}

// A request tells nothing of the address: the same answer, the same writes.
func TestAskingForACodeTellsNothing(t *testing.T) {
	quiet := func(k *kit) []store.NoticeRow { return k.notices(access.NoticeResetCode) }
	for _, c := range []struct {
		name   string
		change func(k *kit)
	}{
		{"no address", func(k *kit) { k.account("lea", func(a *access.Account) { a.Email = "" }) }},
		{"an address of six days", func(k *kit) {
			k.account("lea", func(a *access.Account) { a.EmailChangedAt = k.now.Add(-access.MailQuarantine + time.Millisecond) })
		}},
		{"an address of tomorrow, by a clock that was moved back", func(k *kit) {
			k.account("lea", func(a *access.Account) { a.EmailChangedAt = k.now.Add(access.Day) })
		}},
		{"a student with the same address", func(k *kit) { k.related("Lea@Example.org", false) }},
		{"a guardian with the same address", func(k *kit) { k.related("lea@example.org", true) }},
		{"somebody else knows the password", func(k *kit) {
			k.account("lea", func(a *access.Account) { a.PasswordAdvisedAt = k.now })
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			with, without := forgetful(t), forgetful(t)
			c.change(without)
			var answers []app.LoginAnswer
			var after []app.LoginAnswer
			var written []map[string]int
			for _, k := range []*kit{with, without} {
				id := k.start("lea", "").LoginID
				before := k.dump()
				answers = append(answers, k.askCode(id))
				written = append(written, newRows(before, k.dump()))
				after = append(after, k.redeem(id, "not a code", newPIN), k.redeem(id, "123456", newPIN))
			}
			if !reflect.DeepEqual(answers[0], answers[1]) {
				t.Errorf("answers differ: %+v, %+v", answers[0], answers[1])
			}
			if !reflect.DeepEqual(written[0], written[1]) || written[0]["reset_code"] != 1 || written[0]["notice"] != 1 {
				t.Errorf("rows written: got %v with an address, %v without", written[0], written[1])
			}
			if !reflect.DeepEqual(after[:2], after[2:]) {
				t.Errorf("answers to wrong codes differ: %+v, %+v", after[:2], after[2:])
			}
			if mailed := quiet(with); len(mailed) != 1 || mailed[0].State != access.NoticeWaiting {
				t.Errorf("with an address: got %+v, want one that waits", mailed)
			}
			held := quiet(without)
			if len(held) != 1 || held[0].State != access.NoticeUnmailed {
				t.Fatalf("without: got %+v, want one that is not mailed", held)
			}
			if text, err := without.keys.OpenNotice(held[0].ID, secret.Sealed(held[0].Secret)); err != nil || text.Reveal() != "------" {
				t.Errorf("its secret: got %q, %v, want no code", text, err)
			}
		})
	}
	t.Run("an address of a week is mailed to", func(t *testing.T) {
		k := forgetful(t)
		k.account("lea", func(a *access.Account) { a.EmailChangedAt = k.now.Add(-access.MailQuarantine) })
		k.related("other@example.org", true)
		k.askCode(k.start("lea", "").LoginID)
		k.mailed()
	})
}

// newRows counts the rows of each table that one dump has and an earlier one has
// not.
func newRows(before, after string) map[string]int {
	had, counts := map[string]bool{}, map[string]int{}
	for line := range strings.Lines(before) {
		had[line] = true
	}
	for line := range strings.Lines(after) {
		if table, _, _ := strings.Cut(line, " "); !had[line] {
			counts[table]++
		}
	}
	return counts
}

// related makes a student of lea, or a guardian, with that address.
func (k *kit) related(address string, guardian bool) {
	k.t.Helper()
	tom := k.add("tom", access.Student)
	k.account("tom", func(a *access.Account) { a.Email = address })
	lea := k.stored("lea")
	of, student := lea.Key, tom.Key
	if guardian {
		of, student = tom.Key, lea.Key
	}
	k.write(func(tx store.Tx) error { return tx.PutStudents(context.Background(), of, []int64{student}) })
}

func (k *kit) mustStatus(set setStatus) {
	k.t.Helper()
	if _, err := set(k.App, context.Background(), root, "lea", "reason"); err != nil {
		k.t.Fatal(err)
	}
}

func TestResetIsAskedForInALoginThatNeedsIt(t *testing.T) {
	for _, c := range []struct {
		name  string
		login func(k *kit) string
		want  access.Reason
	}{
		{"policy does not allow it", func(k *kit) string { k.selfReset(false); return k.start("lea", "").LoginID }, access.ReasonResetNotAllowed},
		{"a login that passed", func(k *kit) string { id := k.start("lea", "").LoginID; k.give(id, rightPIN, ""); return id }, access.ReasonResetNotAllowed},
		{"a login that owes a set-up", func(k *kit) string { k.reset("lea"); return k.start("lea", "").LoginID }, access.ReasonSetupCodeRequired},
		{"a suspended account's", func(k *kit) string { k.mustStatus((*app.App).SuspendAccount); return k.start("lea", "").LoginID }, access.ReasonAccountSuspended},
		{"one that wrong PINs ended long ago", func(k *kit) string {
			id := k.start("lea", "").LoginID
			for range access.LoginTries {
				k.give(id, wrongPIN, "")
			}
			k.now = k.now.Add(access.LoginFor)
			return id
		}, access.ReasonLoginExpired},
		{"none", func(*kit) string { return "no such login" }, access.ReasonLoginExpired},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := forgetful(t)
			answer := k.askCode(c.login(k))
			if answer.Reason != c.want || !answer.Refused {
				t.Errorf("got %+v, want refused as %s", answer, c.want)
			}
			if n := len(k.notices(access.NoticeResetCode)); n != 0 {
				t.Errorf("%d codes are mailed", n)
			}
		})
	}
}

func TestThreeCodesADay(t *testing.T) {
	k := forgetful(t)
	for i := range access.ResetsInDay {
		want(t, k.askCode(k.start("lea", "").LoginID), access.AskPIN, access.ReasonResetSent)
		k.now = k.now.Add(time.Duration(i) * time.Minute)
	}
	id := k.start("lea", "").LoginID
	refused := k.askCode(id)
	want(t, refused, access.AskPIN, access.ReasonResetLimit)
	if !refused.Refused || len(k.notices(access.NoticeResetCode)) != access.ResetsInDay {
		t.Errorf("got %+v and %d mails", refused, len(k.notices(access.NoticeResetCode)))
	}
	want(t, k.give(id, rightPIN, ""), access.Allow, access.ReasonNewDevice)
	k.now = k.now.Add(access.Day)
	want(t, k.askCode(k.start("lea", "").LoginID), access.AskPIN, access.ReasonResetSent)
}

// A new PIN that is refused costs no try, and is told only to whoever has the
// code: the rules know birth dates.
func TestRefusedNewPINLeavesTheCodeGood(t *testing.T) {
	k := forgetful(t)
	id := k.start("lea", "").LoginID
	k.askCode(id)
	code := k.mailed()
	for range access.MailCodeTries + 1 {
		refused := k.redeem(id, code, "1234")
		want(t, refused, access.AskPIN, "pin_guessable")
		if refused.AttemptsLeft == nil || *refused.AttemptsLeft != access.MailCodeTries {
			t.Errorf("a right code with a weak PIN: got %v tries left, want all", refused.AttemptsLeft)
		}
	}
	wrong := k.redeem(id, other(code), "1234")
	want(t, wrong, access.AskPIN, access.ReasonResetWrong)
	if wrong.Rule != "" || *wrong.AttemptsLeft != access.MailCodeTries-1 {
		t.Errorf("a wrong code: got %+v", wrong)
	}
	req := redemption(id, code, newPIN)
	req.PINConfirm = access.NewPIN("694039")
	want(t, k.resetBy(root, req), access.AskPIN, "pin_mismatch")
	want(t, k.redeem(id, code, newPIN), access.Allow, access.ReasonPINResetByMail)
}

// A portal that lost the answer asks again: it learns that the login passed, and
// nothing is done a second time.
func TestResetRepeatedAfterSuccessSaysSo(t *testing.T) {
	k := forgetful(t)
	id := k.start("lea", "").LoginID
	k.askCode(id)
	code := k.mailed()
	want(t, k.redeem(id, code, newPIN), access.Allow, access.ReasonPINResetByMail)
	before := k.head()
	owed := k.owed("lea")
	for name, again := range map[string]app.LoginAnswer{
		"the same": k.redeem(id, code, newPIN), "another PIN": k.redeem(id, code, "730416"), "a wrong code": k.redeem(id, other(code), newPIN), "no code": k.askCode(id),
	} {
		want(t, again, access.Allow, access.ReasonPINResetByMail)
		if !again.Refused || again.DeviceToken != "" || len(again.Notices) > 0 {
			t.Errorf("%s: got %+v, want it refused and to hold nothing", name, again)
		}
	}
	k.wantOwed("lea", owed)
	if got := k.head(); got == before {
		t.Error("the requests left no record")
	}
	want(t, k.give(k.start("lea", "").LoginID, newPIN, ""), access.Allow, access.ReasonNewDevice)
}

// Wrong codes are counted by the code alone: a thief of the password must not
// lock the PIN by them, nor gain PINs to try.
func TestWrongMailedCodesAreNoWrongPINs(t *testing.T) {
	k := forgetful(t)
	id := k.start("lea", "").LoginID
	k.askCode(id)
	code := k.mailed()
	for i := range access.MailCodeTries {
		if got := k.redeem(id, other(code), newPIN); *got.AttemptsLeft != access.MailCodeTries-1-i {
			t.Errorf("wrong code %d: got %d left", i+1, *got.AttemptsLeft)
		}
	}
	k.wantAttempts(0, 0, 0)
	want(t, k.give(id, rightPIN, ""), access.Allow, access.ReasonNewDevice)
}

func TestOneCodeIsRedeemedOnce(t *testing.T) {
	k := forgetful(t)
	id := k.start("lea", "").LoginID
	k.askCode(id)
	code := k.mailed()
	got := together(20, func(i int) string {
		answer, err := k.ResetByMail(context.Background(), root, redemption(id, code, newPIN))
		return fmt.Sprintf("%s %t %s", answer.Reason, answer.Refused, outcome(err))
	})
	if got["pin_reset_by_mail false right"] != 1 || len(k.notices(access.NoticePINSet)) != 2 { // an operator set the first one
		t.Errorf("got %v and %+v, want one success and its notice", got, k.notices(access.NoticePINSet))
	}
}

func TestParallelWrongMailedCodesEvaluateTheLimit(t *testing.T) {
	k := forgetful(t)
	id := k.start("lea", "").LoginID
	k.askCode(id)
	code := k.mailed()
	together(20, func(i int) string {
		answer, err := k.ResetByMail(context.Background(), root, redemption(id, other(code), newPIN))
		return string(answer.Reason) + " " + outcome(err)
	})
	key := k.stored("lea").Key
	k.view(func(tx store.Tx) error {
		c, err := tx.ResetCode(context.Background(), key)
		if c.Tries != access.MailCodeTries {
			t.Errorf("tries: got %d, want %d", c.Tries, access.MailCodeTries)
		}
		return err
	})
	want(t, k.redeem(id, code, newPIN), access.AskPIN, access.ReasonResetWrong)
}

func TestResetRequestIsWhole(t *testing.T) {
	k := forgetful(t)
	id := k.start("lea", "").LoginID
	for name, req := range map[string]app.ResetByMail{
		"no login":          {},
		"a code and no PIN": {LoginID: access.NewSecret(id), Code: access.NewSecret("123456")},
		"a PIN and no code": {LoginID: access.NewSecret(id), PIN: access.NewPIN(newPIN)},
	} {
		_, err := k.ResetByMail(t.Context(), root, req)
		if access.CodeOf(err) != "usage" {
			t.Errorf("%s: got %v, want a usage error", name, err)
		}
	}
}
