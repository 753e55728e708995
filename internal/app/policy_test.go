package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// A policyCase is an update of a new store's policy, a day after it was made.
type policyCase struct {
	name    string
	profile access.Profile
	update  app.PolicyUpdate
	fields  string
	check   func(p access.Policy) bool
	kind    error
}

func policyCases() []policyCase {
	later := morning.Add(30 * access.Day)
	pinOnly := []access.Protection{access.ByPIN}
	return []policyCase{
		{"nothing", access.Student, app.PolicyUpdate{}, "[]", nil, nil},
		{"what stands already", access.Teacher, app.PolicyUpdate{Imposed: pointer(true), Allowed: &pinOnly}, "[]", nil, nil},
		{
			"imposed newly takes effect now", access.Student,
			app.PolicyUpdate{Imposed: pointer(true), Allowed: &pinOnly},
			"[allowed imposed effective_at]",
			func(p access.Policy) bool { return p.EffectiveAt.Equal(morning.Add(access.Day)) }, nil,
		},
		{
			"imposed from a day on", access.Student,
			app.PolicyUpdate{Imposed: pointer(true), Allowed: &pinOnly, EffectiveAt: &later},
			"[allowed imposed effective_at]",
			func(p access.Policy) bool { return p.EffectiveAt.Equal(later) }, nil,
		},
		{
			"the default falls out", access.Student,
			app.PolicyUpdate{Allowed: &[]access.Protection{access.None, access.Notify}},
			"[allowed default]",
			func(p access.Policy) bool { return p.Default == access.Notify && p.Allowed[0] == access.Notify }, nil,
		},
		{
			"the default falls out and another is given", access.Student,
			app.PolicyUpdate{Allowed: &[]access.Protection{access.None, access.Notify}, Default: pointer(access.None)},
			"[allowed default]",
			func(p access.Policy) bool { return p.Default == access.None }, nil,
		},
		{
			"longer PINs are suggested longer", access.Student,
			app.PolicyUpdate{PINMin: pointer(5)},
			"[pin_min pin_suggest]",
			func(p access.Policy) bool { return p.PINSuggest == 5 }, nil,
		},
		{"all the rest", access.Teacher, app.PolicyUpdate{
			PINMax: pointer(8), DeviceDays: pointer(30), IdleDays: pointer(20), MaxDevices: pointer(3), SelfReset: pointer(true),
			Window: pointer(10 * access.Day), Grace: pointer(5 * access.Day),
		}, "[grace window pin_max device_days idle_days max_devices self_reset]", nil, nil},
		{"a default that is not allowed", access.Teacher, app.PolicyUpdate{Default: pointer(access.None)}, "", nil, access.ErrUsage},
		{
			"imposing leaves none out", access.Student,
			app.PolicyUpdate{Imposed: pointer(true)},
			"[allowed imposed effective_at]",
			func(p access.Policy) bool { return len(p.Allowed) == 2 && p.Allowed[1] == access.Notify }, nil,
		},
		{
			"none imposed", access.Student,
			app.PolicyUpdate{Imposed: pointer(true), Allowed: &[]access.Protection{access.ByPIN, access.None}},
			"", nil, access.ErrUsage,
		},
		{"nothing allowed", access.Student, app.PolicyUpdate{Allowed: &[]access.Protection{}}, "", nil, access.ErrUsage},
		{"not chosen allowed", access.Student, app.PolicyUpdate{Allowed: &[]access.Protection{access.NotChosen}}, "", nil, access.ErrUsage},
	}
}

func TestSetPolicy(t *testing.T) {
	for _, c := range policyCases() {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			ctx := context.Background()
			k.now = morning.Add(access.Day)
			before := k.head()
			planned, err := k.PlanPolicy(ctx, root, c.profile, c.update)
			if k.head() != before {
				t.Error("the plan left an audit record")
			}
			wantError(t, err, c.kind, access.CodeOf(err))
			plan, err := k.SetPolicy(ctx, root, c.profile, c.update)
			wantError(t, err, c.kind, access.CodeOf(err))
			changed := c.kind == nil && c.fields != "[]"
			if recorded := k.head() != before; recorded != changed || plan.Changed != changed {
				t.Errorf("got changed %v and audit record %v, want %v", plan.Changed, recorded, changed)
			}
			if c.kind != nil {
				return
			}
			if fmt.Sprint(plan.Fields) != c.fields || fmt.Sprint(planned.Fields) != c.fields {
				t.Errorf("got fields %v, planned %v, want %v", plan.Fields, planned.Fields, c.fields)
			}
			stored, err := k.Policy(ctx, root, c.profile)
			if err != nil || fmt.Sprint(stored) != fmt.Sprint(plan.After) {
				t.Errorf("got policy %+v, %v, want %+v", stored, err, plan.After)
			}
			if changed && (stored.Version != 2 || stored.AuditSeq != k.head() || !stored.ChangedAt.Equal(k.now)) {
				t.Errorf("got version %d, audit record %d, changed at %v", stored.Version, stored.AuditSeq, stored.ChangedAt)
			}
			if c.check != nil && !c.check(stored) {
				t.Errorf("got %+v", stored)
			}
		})
	}
}

func TestNarrowingAnImposedPolicyLeavesAWayIn(t *testing.T) {
	k := newKit(t)
	ctx := context.Background()
	allow := []access.Protection{access.ByPIN, access.Notify}
	if _, err := k.SetPolicy(ctx, root, access.Student, app.PolicyUpdate{Imposed: pointer(true), Allowed: &allow}); err != nil {
		t.Fatal(err)
	}
	k.now = morning.Add(100 * access.Day)
	plan, err := k.SetPolicy(ctx, root, access.Student, app.PolicyUpdate{Allowed: &[]access.Protection{access.ByPIN}})
	if err != nil || !plan.After.EffectiveAt.Equal(k.now) {
		t.Errorf("got effective at %v, %v, want %v, so that the enrolment window is open again", plan.After.EffectiveAt, err, k.now)
	}
}

func TestPlanPolicyCounts(t *testing.T) {
	k := newKit(t)
	ctx := context.Background()
	put := func(login string, protection access.Protection, status access.Status, email string, c access.Credential) {
		a := k.person(login, func(n *app.NewAccount) { n.Email = email })
		a.Protection, a.Status = protection, status
		k.write(func(tx store.Tx) error {
			if err := tx.PutAccount(ctx, &a); err != nil {
				return err
			}
			return tx.PutCredential(ctx, a.Key, c)
		})
	}
	pin := access.Credential{KeyID: k.keys.ActiveID(), Sealed: []byte("sealed"), SetAt: morning}
	put("undecided", access.NotChosen, access.Active, "", access.Credential{})
	put("unprotected", access.None, access.Active, "u@example.org", access.Credential{})
	put("told", access.Notify, access.Active, "t@example.org", access.Credential{})
	put("protected", access.ByPIN, access.Active, "", pin)
	put("reset", access.ByPIN, access.Active, "", access.Credential{SetAt: morning, ClearedAt: morning})
	put("suspended", access.NotChosen, access.Suspended, "", access.Credential{})
	k.person("teacher", func(n *app.NewAccount) { n.Profile = access.Teacher })

	imposed := app.PolicyUpdate{Imposed: pointer(true), Allowed: &[]access.Protection{access.ByPIN, access.Notify}}
	later, grace := imposed, imposed
	later.EffectiveAt = pointer(morning.Add(10 * access.Day))
	grace.Grace = pointer(10 * access.Day)
	checkCounts(t, k, access.Student, []countCase{
		{"nothing", app.PolicyUpdate{}, [5]int{5, 1, 1, 1, 3}},
		{"a PIN or a notice imposed", imposed, [5]int{5, 1, 1, 3, 3}},
		{"imposed from a later day on", later, [5]int{5, 1, 1, 3, 3}},
		{"imposed with grace", grace, [5]int{5, 1, 1, 3, 3}},
		{"a PIN imposed", app.PolicyUpdate{Imposed: pointer(true), Allowed: &[]access.Protection{access.ByPIN}}, [5]int{5, 1, 1, 4, 3}},
	})
}

// TestPlanPolicyCountsBeforeAsOfNow is about a policy that is imposed later: who
// will owe a set-up under it owes none yet.
func TestPlanPolicyCountsBeforeAsOfNow(t *testing.T) {
	k := newKit(t)
	k.person("undecided", func(n *app.NewAccount) { n.Profile = access.Teacher })
	set := app.PolicyUpdate{EffectiveAt: pointer(morning.Add(10 * access.Day))}
	if _, err := k.SetPolicy(context.Background(), root, access.Teacher, set); err != nil {
		t.Fatal(err)
	}
	none := &[]access.Protection{access.None}
	checkCounts(t, k, access.Teacher, []countCase{
		{"another length", app.PolicyUpdate{PINMin: pointer(6)}, [5]int{1, 0, 1, 1, 1}},
		{"with a grace", app.PolicyUpdate{Grace: pointer(access.Day)}, [5]int{1, 0, 1, 1, 1}},
		{"imposed now", app.PolicyUpdate{EffectiveAt: pointer(morning)}, [5]int{1, 0, 0, 1, 1}},
		{"offered only", app.PolicyUpdate{Imposed: pointer(false), Allowed: none, Default: pointer(access.None)}, [5]int{1, 0, 1, 0, 1}},
	})
}

// A countCase is an update of a policy and its accounts: all, who owe a set-up
// now, who would by then all the same, who will, and who have no address.
type countCase struct {
	name   string
	update app.PolicyUpdate
	want   [5]int
}

func checkCounts(t *testing.T, k *kit, profile access.Profile, cases []countCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, err := k.PlanPolicy(context.Background(), root, profile, c.update)
			if got := [5]int{p.Accounts, p.SetUpBefore, p.SetUpAnyway, p.SetUpAfter, p.NoEmail}; err != nil || got != c.want {
				t.Errorf("got %v, %v, want %v", got, err, c.want)
			}
		})
	}
}

func TestPoliciesAndWhatTheyMean(t *testing.T) {
	k := newKit(t)
	ctx := context.Background()
	all, err := k.Policies(ctx, root)
	if err != nil || len(all) != 6 || all[0].Profile != access.Student || all[5].Profile != access.External {
		t.Errorf("got %v, %v, want one policy a profile", all, err)
	}
	lines, err := k.ExplainPolicy(ctx, root, access.Teacher)
	if err != nil || !strings.HasPrefix(strings.Join(lines, " "), "Imposed since "+morning.Format(time.DateOnly)) {
		t.Errorf("got %q, %v, want it to begin with what is imposed", lines, err)
	}
	_, err = k.Policy(ctx, root, "parent")
	wantError(t, err, access.ErrUsage, "usage")
}
