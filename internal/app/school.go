package app

import (
	"context"
	"fmt"
	"slices"

	"pinward/internal/access"
	"pinward/internal/store"
)

// What a new school gets where nothing else is said.
const (
	defaultTimeZone = "Europe/Paris"
	defaultLang     = "fr"
)

// A SchoolUpdate says what to change of a school; nil fields stay.
type SchoolUpdate struct {
	Name     *string
	Contact  *string
	Email    *string
	TimeZone *string
	Lang     *string
	Networks *[]access.Network
}

// AddSchool stores a new school. Where empty, the name is the code, the time
// zone Europe/Paris and the language French.
func (a *App) AddSchool(ctx context.Context, by access.Operator, s access.School) (access.School, error) {
	var added access.School
	err := a.change(ctx, by, SchoolAdd, func(c *change) (err error) {
		if err := authorizeWhole(by, SchoolAdd); err != nil {
			return err
		}
		if err := c.putNewSchool(ctx, s); err != nil {
			return err
		}
		c.target("school", s.Code)
		if added, err = c.School(ctx, s.Code); err != nil {
			return fmt.Errorf("read school %s: %w", s.Code, err)
		}
		return nil
	})
	return added, err
}

// putNewSchool checks and stores a school, filling in what is empty.
func (c *change) putNewSchool(ctx context.Context, s access.School) error {
	if err := access.CheckSchoolCode(s.Code); err != nil {
		return err
	}
	if s.TimeZone == "" {
		s.TimeZone = defaultTimeZone
	}
	if s.Lang == "" {
		s.Lang = defaultLang
	}
	s, err := checkedSchool(s)
	if err != nil {
		return err
	}
	s.Key, s.CreatedAt = 0, c.now
	if err := c.PutSchool(ctx, &s); err != nil {
		return fmt.Errorf("store school %s: %w", s.Code, err)
	}
	return nil
}

// checkedSchool gives the stored form of what people are shown of a school. An
// empty name is the code.
func checkedSchool(s access.School) (access.School, error) {
	var err error
	if s.Name, err = access.NormalizeText("school name", s.Name, access.MaxText); err != nil {
		return s, err
	}
	if s.Name == "" {
		s.Name = s.Code
	}
	if s.Contact, err = access.NormalizeText("school contact", s.Contact, access.MaxText); err != nil {
		return s, err
	}
	if s.Email, err = access.NormalizeEmail(s.Email); err != nil {
		return s, err
	}
	if err := access.CheckTimeZone(s.TimeZone); err != nil {
		return s, err
	}
	return s, access.CheckLang(s.Lang)
}

// EditSchool changes a school and gives it as it is then. An update that
// changes nothing leaves no record.
func (a *App) EditSchool(ctx context.Context, by access.Operator, code string, u SchoolUpdate) (access.School, error) {
	var after access.School
	err := a.change(ctx, by, SchoolEdit, func(c *change) error {
		before, err := findSchool(ctx, c.Tx, by, code)
		if err != nil {
			return err
		}
		if after, err = checkedSchool(u.applied(before)); err != nil {
			return err
		}
		fields := schoolFields(before, after)
		if len(fields) == 0 {
			c.nothing()
			return nil
		}
		if err := c.PutSchool(ctx, &after); err != nil {
			return fmt.Errorf("store school %s: %w", code, err)
		}
		c.target("school", code)
		c.note("fields", fields)
		return nil
	})
	return after, err
}

func (u SchoolUpdate) applied(s access.School) access.School {
	set(&s.Name, u.Name)
	set(&s.Contact, u.Contact)
	set(&s.Email, u.Email)
	set(&s.TimeZone, u.TimeZone)
	set(&s.Lang, u.Lang)
	set(&s.Networks, u.Networks)
	return s
}

// set overwrites a field where there is something to overwrite it with.
func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// schoolFields names the fields in which two states of a school differ.
func schoolFields(before, after access.School) []string {
	return differing(
		field{"name", before.Name != after.Name},
		field{"contact", before.Contact != after.Contact},
		field{"email", before.Email != after.Email},
		field{"time_zone", before.TimeZone != after.TimeZone},
		field{"lang", before.Lang != after.Lang},
		field{"networks", !slices.Equal(before.Networks, after.Networks)},
	)
}

// A field is the name of a field and whether it differs.
type field struct {
	name    string
	differs bool
}

// differing names the fields that differ.
func differing(fields ...field) []string {
	var names []string
	for _, f := range fields {
		if f.differs {
			names = append(names, f.name)
		}
	}
	return names
}

// Schools lists the schools that the operator is scoped to, by code.
func (a *App) Schools(ctx context.Context, by access.Operator) ([]access.School, error) {
	var schools []access.School
	err := a.read(ctx, by, SchoolList, func(tx store.Tx) (err error) {
		schools, err = reachable(ctx, tx, by)
		return err
	})
	return schools, err
}
