package app_test

import (
	"context"
	"errors"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
)

// What a hand has put into the store that pinward never writes is damage, for a
// check and for whoever meets it, and not a target that was not found.
func TestEditedWordsAreDamage(t *testing.T) {
	for _, c := range []struct{ name, edit, want string }{
		{"an unknown profile", "UPDATE account SET profile = 'pupil'", "its profile is unknown"},
		{"an unknown status", "UPDATE account SET status = 'gone'", "its status is unknown"},
		{"an unknown protection", "UPDATE account SET protection = 'dog'", "its protection is unknown"},
		{"an unknown language", "UPDATE account SET lang = 'de'", "its language is unknown"},
		{"an unknown language of a school", "UPDATE school SET lang = ''", "its language is unknown"},
		{"an unknown code of a school", "UPDATE school SET code = '-' || code", "its code is unknown"},
		{"an unknown protection that is allowed", "UPDATE policy SET allowed = 'pin dog' WHERE profile = 'staff'", "its protection is unknown"},
		{"an unknown default", "UPDATE policy SET default_protection = '' WHERE profile = 'staff'", "its protection is unknown"},
		{"a policy of nobody", "UPDATE policy SET profile = 'pupil' WHERE profile = 'staff'", "its profile is unknown"},
		{"an unknown kind of device", "UPDATE device SET kind = 'toaster'", "its kind is unknown"},
		{"an unknown proof", "UPDATE device SET proof = 'none'", "its proof is unknown"},
		{"an unknown state of a login", "UPDATE login SET state = 'lost'", "its state is unknown"},
		{"an unknown decision", "UPDATE login SET decision = 'maybe'", "its decision is unknown"},
		{"an unknown reason", "UPDATE login SET reason = 'mood'", "its reason is unknown"},
		{"an unknown worth of a token", "UPDATE login SET token = 'gold'", "its token is unknown"},
		{"an unknown kind of alert", "UPDATE alert SET kind = 'noise'", "its kind is unknown"},
		{"an unknown severity", "UPDATE alert SET severity = 'fatal'", "its severity is unknown"},
		{"an unknown state of an alert", "UPDATE alert SET state = 'lost'", "its state is unknown"},
		{"an unknown role", mayEdit + "; UPDATE audit SET role = 'king' WHERE seq = 2", "its role is unknown"},
		{"an unknown result", mayEdit + "; UPDATE audit SET result = 'so so' WHERE seq = 2", "its result is unknown"},
		{"no school", "DELETE FROM account_school", "it belongs to no school"},
		{"no policy", "DELETE FROM policy WHERE profile = 'teacher'", "it is missing"},
		{"a chain cut off", "DELETE FROM audit_detail WHERE seq >= 2; DELETE FROM audit WHERE seq >= 2", "the record is missing that last changed the account lea"},
		{"no audit record", "DELETE FROM audit_detail; DELETE FROM audit", "verify the audit chain: record 1: it is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t)
			k.add("lea", access.Teacher)
			k.pin("lea", rightPIN)
			k.registerAs("lea", rightPIN, "Home")
			k.tamper(c.edit)
			report, err := k.CheckStore(context.Background(), root)
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, p := range report.Problems {
				found = found || p.Damage && p.Text == c.want
			}
			if !found {
				t.Errorf("got %v, want damage: %s", report.Problems, c.want)
			}
		})
	}
}

func TestMissingPolicyIsDamageAtALogin(t *testing.T) {
	k := newKit(t)
	k.add("lea", access.Teacher)
	k.tamper("DELETE FROM policy WHERE profile = 'teacher'")
	_, err := k.StartLogin(context.Background(), root, app.StartLogin{Login: "lea"})
	if !errors.Is(err, access.ErrDamaged) {
		t.Errorf("got %v, want damage", err)
	}
}
