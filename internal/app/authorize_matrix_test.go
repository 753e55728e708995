package app_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// A target is what one cell of the matrix acts on.
type target struct{ login, school string }

// What a use case acts on, and so what an operator's schools mean to it.
type reach int

const (
	onAccount reach = iota // one account by login: foreign ones do not exist, staff is not helpdesk's
	onSchool               // one school by code: foreign ones do not exist
	onOwn                  // whatever the operator's schools hold
	onStore                // all schools at once: nothing for an operator of single ones
)

// A matrixRow is one use case: who may, and on what.
type matrixRow struct {
	name    string
	may     []access.Role // besides admin
	on      reach
	foreign error // what a foreign and an absent target give; nil: ErrNotFound
	run     func(k *kit, by access.Operator, on target) error
}

// people are the roles that look after single accounts, readers those that list.
func people() []access.Role  { return []access.Role{access.RolePrincipal, access.RoleHelpdesk} }
func readers() []access.Role { return append(people(), access.RoleReporter) }

// matrix lists the use cases. Adding a use case means adding a row.
func matrix() []matrixRow {
	return slices.Concat(schoolRows(), accountRows(), policyRows(), mailRows(), lookAfterRows())
}

func schoolRows() []matrixRow {
	ctx := context.Background()
	return []matrixRow{
		{"add a school", nil, onStore, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.AddSchool(ctx, by, access.School{Code: "NEW"})
			return err
		}},
		{"edit a school", nil, onSchool, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.EditSchool(ctx, by, on.school, app.SchoolUpdate{Name: pointer("Renamed")})
			return err
		}},
		{"list schools", nil, onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.Schools(ctx, by)
			return err
		}},
	}
}

func accountRows() []matrixRow {
	ctx := context.Background()
	status := func(set setStatus) func(k *kit, by access.Operator, on target) error {
		return func(k *kit, by access.Operator, on target) error {
			_, err := set(k.App, ctx, by, on.login, "reason")
			return err
		}
	}
	list := func(k *kit, by access.Operator, f store.AccountFilter) error {
		return k.Accounts(ctx, by, f, func(store.AccountRow) error { return nil })
	}
	return []matrixRow{
		{"add an account", nil, onSchool, access.ErrRefused, func(k *kit, by access.Operator, on target) error {
			_, err := k.AddAccount(ctx, by, app.NewAccount{Login: "new", Name: "New", Profile: access.Student, Schools: []string{on.school}})
			return err
		}},
		{"edit an account", nil, onAccount, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.EditAccount(ctx, by, on.login, app.AccountUpdate{Group: pointer("6A")})
			return err
		}},
		{"suspend an account", nil, onAccount, nil, status((*app.App).SuspendAccount)},
		{"restore an account", nil, onAccount, nil, status((*app.App).RestoreAccount)},
		{"archive an account", nil, onAccount, nil, status((*app.App).ArchiveAccount)},
		{"show an account", people(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.Account(ctx, by, on.login)
			return err
		}},
		{"sign an account out", people(), onAccount, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.SignOutAccount(ctx, by, on.login, "reason")
			return err
		}},
		{"explain an account", nil, onAccount, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.ExplainAccount(ctx, by, on.login)
			return err
		}},
		{"list accounts", readers(), onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			return list(k, by, store.AccountFilter{})
		}},
		{"list accounts of a school", readers(), onSchool, nil, func(k *kit, by access.Operator, on target) error {
			return list(k, by, store.AccountFilter{Schools: []string{on.school}})
		}},
		{"import a roster", nil, onSchool, access.ErrRefused, func(k *kit, by access.Operator, on target) error {
			_, err := k.ImportRoster(ctx, by, rosterOf(pupil("newcomer", "x1", of(on.school))), app.ImportOptions{})
			return err
		}},
	}
}

func policyRows() []matrixRow {
	ctx := context.Background()
	update := app.PolicyUpdate{MaxDevices: pointer(3)}
	return []matrixRow{
		{"show a policy", nil, onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.Policy(ctx, by, access.Student)
			return err
		}},
		{"show all policies", nil, onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.Policies(ctx, by)
			return err
		}},
		{"explain a policy", nil, onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.ExplainPolicy(ctx, by, access.Student)
			return err
		}},
		{"pause a school's PINs", nil, onSchool, nil, func(k *kit, by access.Operator, on target) error {
			_, err := k.PauseSchool(ctx, by, on.school, k.now.Add(time.Hour), "the mail is down")
			return err
		}},
		{"end a pause", nil, onSchool, nil, func(k *kit, by access.Operator, on target) error {
			_, _, err := k.EndPause(ctx, by, on.school, "the mail is up")
			return err
		}},
		{"list pauses", nil, onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.Paused(ctx, by)
			return err
		}},
		{"plan a policy", nil, onStore, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.PlanPolicy(ctx, by, access.Student, update)
			return err
		}},
		{"set a policy", nil, onStore, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.SetPolicy(ctx, by, access.Student, update)
			return err
		}},
	}
}

func mailRows() []matrixRow {
	ctx := context.Background()
	principal := []access.Role{access.RolePrincipal}
	queue := func(k *kit, by access.Operator, q app.NoticeQuery) error {
		return k.Notices(ctx, by, q, func(store.NoticeRow) error { return nil })
	}
	return []matrixRow{
		{"list mails", principal, onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			return queue(k, by, app.NoticeQuery{})
		}},
		{"list mails of a school", principal, onSchool, nil, func(k *kit, by access.Operator, on target) error {
			return queue(k, by, app.NoticeQuery{School: on.school})
		}},
		{"list mails of an account", principal, onAccount, nil, func(k *kit, by access.Operator, on target) error {
			return queue(k, by, app.NoticeQuery{Login: on.login})
		}},
		{"count mails", principal, onOwn, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.Outbox(ctx, by)
			return err
		}},
		{"send mails", nil, onStore, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.FlushMail(ctx, by, (&postOffice{}).flush())
			return err
		}},
		{"retry mails", nil, onStore, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.RetryMail(ctx, by, app.RetryMails{})
			return err
		}},
		{"try mail", nil, onStore, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.MailingSchool(ctx, by)
			return err
		}},
	}
}

func TestAuthorizationMatrix(t *testing.T) {
	roles := []access.Role{access.RoleAdmin, access.RolePrincipal, access.RoleHelpdesk, access.RoleReporter, access.RolePortal}
	for _, row := range matrix() {
		for _, role := range roles {
			t.Run(row.name+" as "+string(role), func(t *testing.T) {
				t.Parallel()
				row.check(t, role)
			})
		}
	}
}

// check tries one use case as one role of school A, on a target of that school,
// on one of school B, and on one that does not exist.
func (row matrixRow) check(t *testing.T, role access.Role) {
	k := newKit(t)
	k.person("own", func(n *app.NewAccount) { n.Group = "6A" })
	k.person("boss", func(n *app.NewAccount) { n.Profile = access.Management })
	k.person("foreign", func(n *app.NewAccount) { n.Schools = []string{"B"} })
	by := operator(role, "A")
	may := role == access.RoleAdmin || slices.Contains(row.may, role)

	row.cell(t, k, by, target{"own", "A"}, wanted(may && row.on != onStore, nil))
	switch row.on {
	case onStore:
		row.cell(t, k, operator(role), target{}, wanted(may, nil))
	case onAccount:
		row.cell(t, k, by, target{"boss", "A"}, wanted(may && role != access.RoleHelpdesk, nil))
		row.checkAlike(t, k, by, may)
	case onSchool:
		row.checkAlike(t, k, by, may)
	case onOwn:
	}
}

// checkAlike demands that a foreign and an absent target read the same.
func (row matrixRow) checkAlike(t *testing.T, k *kit, by access.Operator, may bool) {
	t.Helper()
	kind := row.foreign
	if kind == nil {
		kind = access.ErrNotFound
	}
	foreign := row.cell(t, k, by, target{"foreign", "B"}, wanted(may, kind))
	absent := row.cell(t, k, by, target{"absent", "Z"}, wanted(may, kind))
	if foreign != absent {
		t.Errorf("a foreign target reads %q, an absent one %q, want the same", foreign, absent)
	}
}

func wanted(may bool, kind error) error {
	if !may {
		return access.ErrForbidden
	}
	return kind
}

// cell runs the use case once and gives its error with the target's name left
// out. A denial must be recorded.
func (row matrixRow) cell(t *testing.T, k *kit, by access.Operator, on target, want error) string {
	t.Helper()
	before := k.head()
	err := row.run(k, by, on)
	if !errors.Is(err, want) {
		t.Errorf("on %+v: got %v, want %v", on, err, want)
	}
	trail := k.trail(before)
	denied := len(trail) == 1 && trail[0].Result == access.AuditDenied && trail[0].Actor == by.ID
	if denied != errors.Is(err, access.ErrForbidden) {
		t.Errorf("on %+v: got audit records %v, want one denial exactly where it is forbidden", on, trail)
	}
	for _, name := range []string{on.login, on.school} {
		if name != "" && err != nil {
			err = errors.New(strings.ReplaceAll(err.Error(), fmt.Sprintf("%q", name), "TARGET"))
		}
	}
	return fmt.Sprint(err)
}
