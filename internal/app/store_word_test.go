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
		{"no school", "DELETE FROM account_school", "it belongs to no school"},
		{"no policy", "DELETE FROM policy WHERE profile = 'teacher'", "read the policy of teacher: it is missing in the store"},
		{"a chain cut off", "DELETE FROM audit_detail WHERE seq = 2; DELETE FROM audit WHERE seq = 2", "the record is missing that last changed the account lea"},
		{"no audit record", "DELETE FROM audit_detail; DELETE FROM audit", "verify the audit chain: record 1: it is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			k.add("lea", access.Teacher)
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
