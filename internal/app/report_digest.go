package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"pinward/internal/access"
	"pinward/internal/report"
	"pinward/internal/store"
)

// A DigestQuery says what a digest tells.
type DigestQuery struct {
	School     string // code; empty: all that the operator reaches
	Since      time.Duration
	Severities []access.Severity
}

// ReportDigest gathers the alerts of the last while into incidents; logins whose
// time ran out are judged first.
func (a *App) ReportDigest(ctx context.Context, by access.Operator, q DigestQuery) ([]report.Incident, error) {
	if err := authorize(by, ReportDigest); err != nil {
		return nil, a.denied(ctx, by, ReportDigest, err)
	}
	if err := a.SweepLogins(ctx); err != nil {
		return nil, err
	}
	f := store.AlertFilter{Severities: q.Severities, Since: a.clock().Add(-q.Since)}
	err := a.read(ctx, by, ReportDigest, func(tx store.Tx) error {
		r, err := a.reportedSchools(ctx, tx, by, q.School)
		f.Schools = r.codes
		return err
	})
	if err != nil {
		return nil, err
	}
	var d report.Digest
	read := func(tx store.Tx, page store.Page, take func(store.AlertRow) error) error {
		f := f
		f.Page = page
		if err := tx.EachAlert(ctx, f, take); err != nil {
			return fmt.Errorf("gather alerts: %w", err)
		}
		return nil
	}
	err = inPages(ctx, a, store.Page{}, func(row store.AlertRow) int64 { return row.Key }, read, func(row store.AlertRow) error {
		d.Add(row.Alert, row.Login)
		return nil
	})
	return d.Rows(), err
}

// MailDigest owes somebody the digest as a mail, in the language of the school
// that sends it: the named one, or the only one that the operator reaches. Only
// an administrator names any address; others name that of the school.
func (a *App) MailDigest(ctx context.Context, by access.Operator, q DigestQuery, address string, rows []report.Incident) error {
	if strings.TrimSpace(address) == "" || !strings.Contains(address, "@") {
		return access.Usage("--mail-to: not a mail address", "")
	}
	return a.change(ctx, by, DigestMail, func(c *change) error {
		school, err := c.digestSchool(ctx, q.School)
		if err != nil {
			return err
		}
		if by.Role != access.RoleAdmin && !strings.EqualFold(address, school.Email) {
			return forbidden(by, "mailing a digest elsewhere than to the school")
		}
		c.target("school", school.Code)
		c.note("address", address)
		c.note("incidents", len(rows))
		return c.owe(ctx, school, access.Notice{
			Kind: access.NoticeDigest, ToSchool: true, Address: address, Lang: school.Lang,
			Facts: access.NoticeFacts{Count: len(rows), Until: c.now, At: c.now.Add(-q.Since), Items: report.DigestLines(rows, school.Lang)},
		})
	})
}

// digestSchool gives the school that sends a digest.
func (c *change) digestSchool(ctx context.Context, code string) (access.School, error) {
	if code != "" {
		return findSchool(ctx, c.Tx, c.by, code)
	}
	schools, err := reachable(ctx, c.Tx, c.by)
	if err != nil {
		return access.School{}, err
	}
	if len(schools) != 1 {
		return access.School{}, access.Refused("school_missing", "mail a digest: no school given, and there is not exactly one", "give --school CODE")
	}
	return schools[0], nil
}

// An IncidentQuery says what an incident report tells.
type IncidentQuery struct {
	Login string
	Since time.Duration
	Lang  string // of its words, "fr" or "en"; empty: the school's
}

// An IncidentReport is all that happened to one account in a while.
type IncidentReport struct {
	Account access.Account
	School  access.School // home
	Zone    *time.Location
	Lang    string // of the entries' words
	Since   time.Time
	Until   time.Time
	Entries []report.Entry
}

// ReportIncident puts the logins and alerts of an account, the changes to it and
// the notices about it in order. Reading it leaves no record.
func (a *App) ReportIncident(ctx context.Context, by access.Operator, q IncidentQuery) (IncidentReport, error) {
	r := IncidentReport{Until: a.clock()}
	r.Since = r.Until.Add(-q.Since)
	err := a.read(ctx, by, ReportIncident, func(tx store.Tx) (err error) {
		if r.Account, err = findAccount(ctx, tx, by, ReportIncident, q.Login); err != nil {
			return err
		}
		if r.School, err = tx.School(ctx, r.Account.HomeSchool()); err != nil {
			return fmt.Errorf("read the school of %s: %w", r.Account.Login, err)
		}
		r.Zone, r.Lang = a.location(r.School), cmp.Or(q.Lang, r.School.Lang)
		held, err := a.heldOf(ctx, tx, r.Account, r.Since)
		if err != nil {
			return err
		}
		r.Entries = held.timeline(r.Lang)
		return nil
	})
	return r, err
}

// timeline puts what is held in order. The steps of logins stand among the
// logins and not among the changes.
func (h held) timeline(lang string) []report.Entry {
	line := report.Timeline{Lang: lang}
	for _, login := range h.Logins {
		line.Login(login.Login)
	}
	for _, alert := range h.Alerts {
		line.Alert(alert.Alert)
	}
	for _, notice := range h.Notices {
		line.Notice(notice.Notice)
	}
	steps := []string{string(LoginStart), string(LoginPIN)}
	for _, r := range h.Audits {
		if slices.Contains(steps, r.Action) {
			continue
		}
		who, _ := r.Details["actor_name"].(string)
		reason, _ := r.Details["reason"].(string)
		line.Change(r.AuditRecord, who, reason)
	}
	return line.Rows()
}
