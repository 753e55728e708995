package cmd

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
)

func newSchool(s *session) *cobra.Command {
	return group("school", "Add and edit schools", newSchoolAdd(s), newSchoolList(s), newSchoolEdit(s))
}

// schoolColumns shows a school everywhere; its code is its public id.
func schoolColumns(now time.Time) []column[access.School] {
	type row = access.School
	paused := func(r row) bool {
		_, is := r.Paused(now)
		return is
	}
	return []column[row]{
		{Key: "id", Title: "", Value: func(r row) any { return r.Code }},
		{Key: "code", Title: "CODE", Whole: true, Value: func(r row) any { return r.Code }},
		{Key: "name", Title: "NAME", Value: func(r row) any { return r.Name }},
		{Key: "contact", Title: "CONTACT", Value: func(r row) any { return orNil(r.Contact) }},
		{Key: "email", Title: "", Value: func(r row) any { return orNil(r.Email) }},
		{Key: "time_zone", Title: "TIME ZONE", Whole: true, Spare: 2, Value: func(r row) any { return r.TimeZone }},
		{Key: "lang", Title: "LANG", Whole: true, Spare: 3, Value: func(r row) any { return r.Lang }},
		{Key: "networks", Title: "NETWORKS", Value: func(r row) any { return networkTexts(r.Networks) }},
		{Key: "created_at", Title: "", Value: func(r row) any { return r.CreatedAt }},
		{Key: "paused_until", Title: "", Value: func(r row) any { return r.PausedUntil }},
		{Key: "paused", Title: "PAUSED", Value: func(r row) any { return paused(r) }},
		{Key: "pause_reason", Title: "", Value: func(r row) any {
			if !paused(r) {
				return nil
			}
			return r.PauseReason
		}},
	}
}

func networkTexts(networks []access.Network) []string {
	texts := make([]string, len(networks))
	for i, n := range networks {
		texts[i] = n.String()
	}
	return texts
}

// schoolFlags are the flags that describe a school, for a new one and for a
// change.
type schoolFlags struct {
	Name     string
	Contact  string
	Email    string
	TimeZone string
	Lang     string
	Networks []string
}

func (f *schoolFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.Name, "name", "", "its `NAME`, shown to users")
	c.Flags().StringVar(&f.Contact, "contact", "", "whom users ask, as `TEXT` shown on pages and in mails")
	c.Flags().StringVar(&f.Email, "email", "", "the mail `ADDRESS` at which the school itself is told")
	c.Flags().StringVar(&f.TimeZone, "time-zone", "", "its time `ZONE`, such as Europe/Paris")
	c.Flags().Var(newChoice(&f.Lang, "fr", "en"), "lang", "the `LANGUAGE` of its pages and mails: fr or en")
	c.Flags().StringArrayVar(&f.Networks, "network", nil, "a network of its own, as `CIDR[=shared|=never]`; repeat for more")
	complete(c, "lang", "fr", "en")
}

// networks reads the networks given. "none" stands for an empty list.
func (f *schoolFlags) networks() ([]access.Network, error) {
	networks := make([]access.Network, 0, len(f.Networks))
	if len(f.Networks) == 1 && (f.Networks[0] == "none" || f.Networks[0] == "") {
		return networks, nil
	}
	for _, text := range f.Networks {
		n, err := access.ParseNetwork(strings.TrimSpace(text))
		if err != nil {
			return nil, err
		}
		networks = append(networks, n)
	}
	return networks, nil
}

// zoneOf gives the time zone of a school, and UTC for one that the operator does
// not see: what is wrong with the code is the use case's to say.
func (s *session) zoneOf(ctx context.Context, a *app.App, code string) (*time.Location, error) {
	schools, err := a.Schools(ctx, s.Operator)
	for _, school := range schools {
		if school.Code == code {
			return school.Location(), nil
		}
	}
	return time.UTC, err
}
