package app

import (
	"context"
	"fmt"
	"slices"

	"pinward/internal/access"
	"pinward/internal/store"
)

// leave takes the file's schools from an account. One that keeps no school is
// archived and loses all trust; it stays a member on paper, so that those who
// administer the school still find it.
func (m *importer) leave(ctx context.Context, a *access.Account) error {
	rest := slices.DeleteFunc(slices.Clone(a.Schools), func(code string) bool { return m.scope[code] })
	if a.Status == access.Archived || len(rest) == len(a.Schools) {
		m.report.Unchanged++
		return nil
	}
	m.leaving++
	if len(rest) > 0 {
		after := *a
		after.Schools, after.UpdatedAt, after.AuditSeq = rest, m.now, m.seq
		if err := m.PutAccount(ctx, &after); err != nil {
			return fmt.Errorf("store account %s: %w", a.Login, err)
		}
		m.report.Updated++
		m.did(a.Login, ImportUpdated, "schools")
		return nil
	}
	why := leftRoster
	if a.Status == access.Suspended {
		why = a.StatusReason // a roster that names it again must not lift the suspension
	}
	done, err := m.putStatus(ctx, *a, access.Archived, why)
	if err != nil {
		return err
	}
	m.report.Archived++
	m.did(a.Login, ImportArchived)
	m.report.Ended = m.report.Ended.Add(done.Ended)
	return nil
}

// archiveMissing lets those leave whom the file lacks: accounts that an import
// made, of the schools and profiles in the file. A file that names nobody is
// taken for a mistake, and a rejected line may be of anybody.
func (m *importer) archiveMissing(ctx context.Context) error {
	if m.present == 0 {
		return nil
	}
	if m.report.Rejected.Len() > 0 {
		m.warn(access.RosterEntry{}, "lines were rejected, so nobody was archived for missing in the file")
		return nil
	}
	var missing []int64
	err := m.EachAccount(ctx, store.AccountFilter{Imported: true}, func(a access.Account) error {
		if !m.seen.has(a.Key) && a.Status != access.Archived && m.profiles[a.Profile] && m.inScope(a) {
			missing = append(missing, a.Key)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("list accounts: %w", err)
	}
	for _, key := range missing {
		a, err := m.AccountByKey(ctx, key)
		if err != nil {
			return fmt.Errorf("read a missing account: %w", err)
		}
		if err := m.leave(ctx, &a); err != nil {
			return err
		}
	}
	return nil
}

// tooMany refuses an import by which more than a tenth of the accounts of its
// schools and profiles leave: more likely the file is not whole (rule 12).
func (m *importer) tooMany() error {
	all := 0
	for profile := range m.profiles {
		all += m.members[profile]
	}
	if m.leaving*10 <= all || m.leaving <= m.options.MaxAffected {
		return nil
	}
	return &access.Error{
		Kind: access.ErrConfirm, Code: "too_many_affected",
		Text: fmt.Sprintf("account import: %d of the %d accounts of these schools and profiles would leave, which is more than a tenth", m.leaving, all),
		Hint: fmt.Sprintf("look at the plan with --dry-run, then give --max-affected %d", m.leaving),
	}
}
