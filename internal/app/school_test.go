package app_test

import (
	"context"
	"fmt"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
)

func TestAddSchool(t *testing.T) {
	k := newKit(t)
	cases := []struct {
		name   string
		school access.School
		kind   error
		code   string
	}{
		{"code alone", access.School{Code: "0750001A"}, nil, ""},
		{"code that exists", access.School{Code: "A"}, access.ErrRefused, "school_taken"},
		{"code with a space", access.School{Code: "A B"}, access.ErrRefused, "school_code_invalid"},
		{"no code", access.School{Name: "School"}, access.ErrRefused, "school_code_invalid"},
		{"unknown time zone", access.School{Code: "C", TimeZone: "Europe/Nowhere"}, access.ErrUsage, "usage"},
		{"unknown language", access.School{Code: "C", Lang: "de"}, access.ErrUsage, "usage"},
		{"invisible character in the name", access.School{Code: "C", Name: "C\u202e"}, access.ErrRefused, "text_invalid"},
		{"invisible character in the contact", access.School{Code: "C", Contact: "C\x1b[2J"}, access.ErrRefused, "text_invalid"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			before := k.head()
			got, err := k.AddSchool(context.Background(), root, c.school)
			wantError(t, err, c.kind, c.code)
			if err != nil {
				if k.head() != before {
					t.Error("got an audit record of what was refused, want none")
				}
				return
			}
			want := access.School{Key: got.Key, Code: c.school.Code, Name: c.school.Code, TimeZone: "Europe/Paris", Lang: "fr", CreatedAt: morning}
			if fmt.Sprint(got) != fmt.Sprint(want) || got.Key == 0 {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestEditSchool(t *testing.T) {
	k := newKit(t)
	ctx := context.Background()
	network, err := access.ParseNetwork("10.2.0.0/16=never")
	if err != nil {
		t.Fatal(err)
	}
	got, err := k.EditSchool(ctx, root, "B", app.SchoolUpdate{
		Name: pointer("  Lycée  B "), Contact: pointer("office"), TimeZone: pointer("Indian/Reunion"),
		Lang: pointer("en"), Networks: &[]access.Network{network},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "Lycée B" || got.Contact != "office" || got.TimeZone != "Indian/Reunion" || got.Lang != "en" || len(got.Networks) != 1 {
		t.Errorf("got %+v, want all fields changed", got)
	}
	if got, want := fmt.Sprint(k.lastDetail(app.SchoolEdit)["fields"]), "[name contact time_zone lang networks]"; got != want {
		t.Errorf("got audited fields %s, want %s", got, want)
	}
	before := k.head()
	again, err := k.EditSchool(ctx, root, "B", app.SchoolUpdate{Name: pointer("Lycée B"), Networks: &[]access.Network{network}})
	if err != nil || fmt.Sprint(again) != fmt.Sprint(got) {
		t.Errorf("the same again: got %+v, %v, want %+v", again, err, got)
	}
	if k.head() != before {
		t.Error("an edit that changes nothing left an audit record")
	}
	_, err = k.EditSchool(ctx, root, "B", app.SchoolUpdate{TimeZone: pointer("Local")})
	wantError(t, err, access.ErrUsage, "usage")
	_, err = k.EditSchool(ctx, root, "C", app.SchoolUpdate{})
	wantError(t, err, access.ErrNotFound, "not_found")
}

func TestSchoolsAreScoped(t *testing.T) {
	k := newKit(t)
	cases := []struct {
		name string
		by   access.Operator
		want string
	}{
		{"an operator of all schools", root, "A B"},
		{"an operator of B", operator(access.RoleAdmin, "B"), "B"},
		{"an operator of a school that does not exist", operator(access.RoleAdmin, "C"), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			schools, err := k.Schools(context.Background(), c.by)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for i, s := range schools {
				if i > 0 {
					got += " "
				}
				got += s.Code
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
