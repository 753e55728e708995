package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pinward/internal/access"
)

const schoolColumns = `s.id, s.code, s.name, s.contact, s.email, s.time_zone, s.lang, s.networks, s.created_at,
	s.paused_at, s.paused_until, s.pause_reason`

const selectSchool = `SELECT ` + schoolColumns + ` FROM school s WHERE s.code = ?1`

const selectSchools = `SELECT ` + schoolColumns + ` FROM school s ORDER BY s.code`

func schoolFields(s *access.School) []any {
	return []any{
		&s.Key, &s.Code, &s.Name, &s.Contact, &s.Email, &s.TimeZone, &s.Lang, intoNetworks(&s.Networks), intoTime(&s.CreatedAt),
		intoTime(&s.PausedAt), intoTime(&s.PausedUntil), &s.PauseReason,
	}
}

type networksColumn []access.Network

func intoNetworks(all *[]access.Network) column { return (*networksColumn)(all) }

func (c *networksColumn) Scan(v any) error {
	*c = nil
	text, _ := v.(string)
	for line := range strings.Lines(text) {
		n, err := access.ParseNetwork(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return malformed("network")
		}
		*c = append(*c, n)
	}
	return nil
}

func (t *tx) School(ctx context.Context, code string) (access.School, error) {
	s, err := recall(t.memo().schools, code, func() (access.School, error) { return t.school(ctx, code) })
	s.Networks = slices.Clone(s.Networks)
	return s, err
}

func (t *tx) school(ctx context.Context, code string) (access.School, error) {
	var s access.School
	err := t.one(ctx, selectSchool, []any{code}, schoolFields(&s)...)
	if errors.Is(err, sql.ErrNoRows) {
		return s, access.NotFound("school", code)
	}
	return s, err
}

func (t *tx) Schools(ctx context.Context) ([]access.School, error) {
	return list(ctx, t, selectSchools, nil, schoolFields)
}

func (t *tx) PutSchool(ctx context.Context, s *access.School) error {
	t.schools = nil
	networks := make([]string, len(s.Networks))
	for i, n := range s.Networks {
		networks[i] = n.String()
	}
	args := []any{
		s.Code, s.Name, s.Contact, s.Email, s.TimeZone, s.Lang, strings.Join(networks, "\n"), millis(s.CreatedAt),
		millis(s.PausedAt), millis(s.PausedUntil), s.PauseReason,
	}
	var err error
	if s.Key == 0 {
		s.Key, err = t.insert(ctx, `INSERT INTO school (code, name, contact, email, time_zone, lang, networks, created_at,
			paused_at, paused_until, pause_reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`, args...)
	} else {
		err = t.update(ctx, fmt.Sprintf("school %q", s.Code), `UPDATE school SET code = ?1, name = ?2, contact = ?3,
			email = ?4, time_zone = ?5, lang = ?6, networks = ?7, created_at = ?8,
			paused_at = ?9, paused_until = ?10, pause_reason = ?11 WHERE id = ?12`, append(args, s.Key)...)
	}
	if taken(err) {
		return access.Refused("school_taken", fmt.Sprintf("school %q: there is one already", s.Code), "choose another code, or use pinward school edit")
	}
	return err
}
