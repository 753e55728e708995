package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
)

// may23 is a birth date that must show nowhere.
var may23 = access.Date{Year: 2011, Month: 5, Day: 23}

func TestAddAccount(t *testing.T) {
	k := newKit(t)
	ctx := context.Background()
	k.person("taken", func(n *app.NewAccount) { n.ExternalID = "x1" })
	cases := []struct {
		name   string
		change func(n *app.NewAccount)
		kind   error
		code   string
	}{
		{"login that exists", func(n *app.NewAccount) { n.Login = "TAKEN" }, access.ErrRefused, "login_taken"},
		{"external id that exists", func(n *app.NewAccount) { n.ExternalID = "x1" }, access.ErrRefused, "external_id_taken"},
		{"malformed login", func(n *app.NewAccount) { n.Login = "a b" }, access.ErrRefused, "login_invalid"},
		{"no name", func(n *app.NewAccount) { n.Name = " , " }, access.ErrRefused, "name_missing"},
		{"unknown profile", func(n *app.NewAccount) { n.Profile = "parent" }, access.ErrUsage, "usage"},
		{"no profile", func(n *app.NewAccount) { n.Profile = "" }, access.ErrUsage, "usage"},
		{"unknown school", func(n *app.NewAccount) { n.Schools = []string{"A", "Z"} }, access.ErrRefused, "school_unknown"},
		{"no school of two", func(n *app.NewAccount) { n.Schools = nil }, access.ErrRefused, "school_missing"},
		{"malformed address", func(n *app.NewAccount) { n.Email = "nobody" }, access.ErrRefused, "email_invalid"},
		{"unknown language", func(n *app.NewAccount) { n.Lang = "xx" }, access.ErrUsage, "usage"},
		{"birth date that does not exist", func(n *app.NewAccount) { n.BirthDate = access.Date{Year: 2011, Month: 2, Day: 30} }, access.ErrUsage, "usage"},
		{"birth date tomorrow", func(n *app.NewAccount) { n.BirthDate = access.Date{Year: 2026, Month: 3, Day: 3} }, access.ErrRefused, "birth_date_invalid"},
		{"birth date long ago", func(n *app.NewAccount) { n.BirthDate = access.Date{Year: 1899, Month: 3, Day: 3} }, access.ErrRefused, "birth_date_invalid"},
		{"students of a student", func(n *app.NewAccount) { n.Students = []string{"taken"} }, access.ErrRefused, "students_refused"},
		{"unknown student of a guardian", func(n *app.NewAccount) { n.Profile, n.Students = access.Guardian, []string{"nobody"} }, access.ErrNotFound, "not_found"},
		{"everything in order", func(*app.NewAccount) {}, nil, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n := app.NewAccount{Login: "new", Name: "Sample, New", Profile: access.Student, Schools: []string{"A"}}
			c.change(&n)
			before := k.head()
			_, err := k.AddAccount(ctx, root, n)
			wantError(t, err, c.kind, c.code)
			if recorded := k.head() != before; recorded != (c.kind == nil) {
				t.Errorf("got audit record %v, want %v", recorded, c.kind == nil)
			}
		})
	}
}

func TestAddAccountKeepsWhatWasGiven(t *testing.T) {
	k := newKit(t)
	k.person("child", nil)
	k.person("other", nil)
	got := k.person("Parent", func(n *app.NewAccount) {
		n.Name, n.Profile, n.Schools = " Sample ,  Pat ", access.Guardian, []string{"B", "A", "B"}
		n.Group, n.Email, n.ExternalID, n.Lang = " 6 B ", "pat@example.org", "x9", "en"
		n.BirthDate, n.EndsOn = access.Date{Year: 1980, Month: 1, Day: 31}, access.Date{Year: 2026, Month: 7, Day: 31}
		n.Students = []string{"other", "child", "other"}
	})
	want := access.Account{
		Key: got.Key, ID: got.ID, Login: "parent", ExternalID: "x9", FamilyName: "Sample", GivenName: "Pat",
		Profile: access.Guardian, Schools: []string{"B", "A"}, Group: "6 B", Lang: "en", Email: "pat@example.org",
		EndsOn: access.Date{Year: 2026, Month: 7, Day: 31}, Status: access.Active, Protection: access.NotChosen,
		CreatedAt: morning, UpdatedAt: morning, AuditSeq: k.head(),
	}
	for what, a := range map[string]access.Account{"answer": got, "store": k.stored("parent")} {
		if fmt.Sprintf("%+v", a) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s: got %+v\nwant %+v", what, a, want)
		}
	}
	if !strings.HasPrefix(got.ID, "a") || len(got.ID) != 17 {
		t.Errorf("got id %q, want a and 16 characters", got.ID)
	}
	if got := k.studentsOf("parent"); got != "child other" {
		t.Errorf("got students %q, want child and other", got)
	}
	if got := k.born("parent"); got.String() != "1980-01-31" {
		t.Errorf("got birth date %v, want 1980-01-31", got)
	}
}

func TestAddAccountInTheOnlySchool(t *testing.T) {
	k := newKit(t)
	got, err := k.AddAccount(context.Background(), operator(access.RoleAdmin, "B"), app.NewAccount{Login: "bob", Name: "Sample, Bob", Profile: access.Student})
	if err != nil || fmt.Sprint(got.Schools) != "[B]" {
		t.Errorf("got %v, %v, want the one school that the operator reaches", got.Schools, err)
	}
}

func TestEditAccount(t *testing.T) {
	k := newKit(t)
	ctx := context.Background()
	k.person("child", nil)
	k.person("taken", func(n *app.NewAccount) { n.ExternalID = "x1" })
	k.person("alice", func(n *app.NewAccount) { n.Profile, n.Email = access.Guardian, "old@example.org" })
	cases := []struct {
		name   string
		update app.AccountUpdate
		kind   error
		code   string
		fields string
	}{
		{"nothing", app.AccountUpdate{}, nil, "", "[]"},
		{"what stands already", app.AccountUpdate{Email: pointer("old@example.org"), Schools: &[]string{"A"}, Students: &[]string{}}, nil, "", "[]"},
		{"address and group", app.AccountUpdate{Email: pointer("new@example.org"), Group: pointer("6A")}, nil, "", "[group email]"},
		{"birth date", app.AccountUpdate{BirthDate: &may23}, nil, "", "[birth_date]"},
		{"the same birth date", app.AccountUpdate{BirthDate: &may23}, nil, "", "[]"},
		{"no birth date any more", app.AccountUpdate{BirthDate: &access.Date{}}, nil, "", "[birth_date]"},
		{"students", app.AccountUpdate{Students: &[]string{"child"}}, nil, "", "[students]"},
		{"the same students, one of them twice", app.AccountUpdate{Students: &[]string{"child", "child"}}, nil, "", "[]"},
		{"no guardian any more", app.AccountUpdate{Profile: pointer(access.Teacher)}, nil, "", "[profile students]"},
		{"another home", app.AccountUpdate{Schools: &[]string{"B", "A"}}, nil, "", "[schools]"},
		{"the rest", app.AccountUpdate{
			Name: pointer("Sample, Al"), ExternalID: pointer("x2"), Lang: pointer("fr"), EndsOn: &access.Date{Year: 2027, Month: 1, Day: 1},
		}, nil, "", "[name external_id lang ends_on]"},
		{"a login that exists", app.AccountUpdate{Login: pointer("taken")}, access.ErrRefused, "login_taken", ""},
		{"an external id that exists", app.AccountUpdate{ExternalID: pointer("x1")}, access.ErrRefused, "external_id_taken", ""},
		{"an unknown school", app.AccountUpdate{Schools: &[]string{"Z"}}, access.ErrRefused, "school_unknown", ""},
		{"a student who is none", app.AccountUpdate{Profile: pointer(access.Guardian), Students: &[]string{"alice"}}, access.ErrRefused, "students_refused", ""},
		{"another login", app.AccountUpdate{Login: pointer("Alicia")}, nil, "", "[login]"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			before := k.head()
			done, err := k.EditAccount(ctx, root, "alice", c.update)
			wantError(t, err, c.kind, c.code)
			changed := c.kind == nil && c.fields != "[]"
			if recorded := k.head() != before; recorded != changed || done.Changed != changed {
				t.Errorf("got changed %v and audit record %v, want %v", done.Changed, recorded, changed)
			}
			if err == nil && fmt.Sprint(done.Fields) != c.fields {
				t.Errorf("got fields %v, want %v", done.Fields, c.fields)
			}
			if changed && k.stored(done.Account.Login).AuditSeq != k.head() {
				t.Error("the account does not carry the number of its audit record")
			}
		})
	}
	if detail := k.lastDetail(app.AccountEdit); detail["login"] != "alicia" || detail["old_login"] != "alice" {
		t.Errorf("got detail %v, want both logins", detail)
	}
}

func TestEditAccountKeepsForeignSchools(t *testing.T) {
	k := newKit(t)
	k.person("home", func(n *app.NewAccount) { n.Schools = []string{"A", "B"} })
	done, err := k.EditAccount(context.Background(), operator(access.RoleAdmin, "B"), "home", app.AccountUpdate{Schools: &[]string{"B"}})
	if err != nil || fmt.Sprint(done.Account.Schools) != "[A B]" || done.Changed {
		t.Errorf("got %v, changed %v, %v, want A to stay home", done.Account.Schools, done.Changed, err)
	}
	_, err = k.EditAccount(context.Background(), operator(access.RoleAdmin, "B"), "home", app.AccountUpdate{Schools: &[]string{"A"}})
	wantError(t, err, access.ErrRefused, "school_unknown")
}

func TestBirthDatesAndAddressesShowNowhere(t *testing.T) {
	k := newKit(t)
	ctx := context.Background()
	k.person("alice", func(n *app.NewAccount) { n.BirthDate, n.Email = may23, "hidden@example.org" })
	later := access.Date{Year: 2011, Month: 5, Day: 24}
	if _, err := k.EditAccount(ctx, root, "alice", app.AccountUpdate{BirthDate: &later, Email: pointer("secret@example.org")}); err != nil {
		t.Fatal(err)
	}
	tomorrow := access.Date{Year: 2026, Month: 5, Day: 23}
	_, err := k.EditAccount(ctx, root, "alice", app.AccountUpdate{BirthDate: &tomorrow})
	everything := fmt.Sprint(err, k.stored("alice").AuditSeq)
	for _, r := range k.trail(0) {
		everything += string(r.Detail)
	}
	for _, secret := range []string{"05-2", "2011", "hidden@", "secret@"} {
		if strings.Contains(everything, secret) {
			t.Errorf("%q stands in an audit record or error: %s", secret, everything)
		}
	}
	fields, _ := json.Marshal(k.lastDetail(app.AccountEdit)["fields"])
	if string(fields) != `["email","birth_date"]` {
		t.Errorf("got fields %s, want email and birth_date", fields)
	}
}
