package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"pinward/internal/access"
	"pinward/internal/store"
)

const accountColumns = `a.id, a.public_id, a.login, a.external_id, a.family_name, a.given_name, a.profile,
	a.group_name, a.lang, a.email, a.ends_on, a.status, a.status_reason, a.protection, a.imported,
	a.chosen_at, a.password_changed_at, a.email_changed_at, a.mail_failed_at, a.password_advised_at,
	a.created_at, a.updated_at, a.audit_seq,
	(SELECT group_concat(o.code, char(31)) FROM (SELECT s.code FROM account_school m
		JOIN school s ON s.id = m.school_id WHERE m.account_id = a.id ORDER BY m.position) o)`

const selectAccount = `SELECT ` + accountColumns + ` FROM account a WHERE `

const insertAccount = `INSERT INTO account (public_id, login, external_id, family_name, given_name, profile,
	group_name, lang, email, ends_on, status, status_reason, protection, imported,
	chosen_at, password_changed_at, email_changed_at, mail_failed_at, password_advised_at,
	created_at, updated_at, audit_seq)
	VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)`

const updateAccount = `UPDATE account SET public_id = ?1, login = ?2, external_id = ?3, family_name = ?4,
	given_name = ?5, profile = ?6, group_name = ?7, lang = ?8, email = ?9, ends_on = ?10, status = ?11,
	status_reason = ?12, protection = ?13, imported = ?14, chosen_at = ?15, password_changed_at = ?16,
	email_changed_at = ?17, mail_failed_at = ?18, password_advised_at = ?19,
	created_at = ?20, updated_at = ?21, audit_seq = ?22 WHERE id = ?23`

func accountFields(a *access.Account) []any {
	return []any{
		&a.Key, &a.ID, &a.Login, intoText(&a.ExternalID), &a.FamilyName, &a.GivenName, &a.Profile,
		&a.Group, &a.Lang, &a.Email, intoDate(&a.EndsOn), &a.Status, &a.StatusReason, &a.Protection, &a.Imported,
		intoTime(&a.ChosenAt), intoTime(&a.PasswordChangedAt), intoTime(&a.EmailChangedAt),
		intoTime(&a.MailFailedAt), intoTime(&a.PasswordAdvisedAt), intoTime(&a.CreatedAt), intoTime(&a.UpdatedAt), &a.AuditSeq,
		intoList(&a.Schools),
	}
}

func accountValues(a *access.Account) []any {
	return []any{
		a.ID, a.Login, orNull(a.ExternalID), a.FamilyName, a.GivenName, a.Profile,
		a.Group, a.Lang, a.Email, orNull(a.EndsOn.String()), a.Status, a.StatusReason, a.Protection, a.Imported,
		millis(a.ChosenAt), millis(a.PasswordChangedAt), millis(a.EmailChangedAt),
		millis(a.MailFailedAt), millis(a.PasswordAdvisedAt), millis(a.CreatedAt), millis(a.UpdatedAt), a.AuditSeq,
	}
}

func (t *tx) AccountByKey(ctx context.Context, key int64) (access.Account, error) {
	return t.account(ctx, selectAccount+`a.id = ?1`, key)
}

func (t *tx) AccountByID(ctx context.Context, id string) (access.Account, error) {
	return t.account(ctx, selectAccount+`a.public_id = ?1`, id)
}

func (t *tx) AccountByLogin(ctx context.Context, login string) (access.Account, error) {
	return t.account(ctx, selectAccount+`a.login = ?1`, login)
}

func (t *tx) AccountByExternalID(ctx context.Context, externalID string) (access.Account, error) {
	return t.account(ctx, selectAccount+`a.external_id = ?1`, externalID)
}

func (t *tx) account(ctx context.Context, query string, name any) (access.Account, error) {
	var a access.Account
	err := t.one(ctx, query, []any{name}, accountFields(&a)...)
	if errors.Is(err, sql.ErrNoRows) {
		return a, access.NotFound("account", fmt.Sprint(name))
	}
	return a, err
}

func (t *tx) PutAccount(ctx context.Context, a *access.Account) error {
	schools, err := t.schoolKeys(ctx, a.Schools)
	if err != nil {
		return err
	}
	key := a.Key
	if key == 0 {
		key, err = t.insert(ctx, insertAccount, accountValues(a)...)
	} else {
		err = t.update(ctx, fmt.Sprintf("account %q", a.Login), updateAccount, append(accountValues(a), key)...)
	}
	if taken(err) {
		return t.accountTaken(ctx, a, err)
	}
	if err != nil {
		return err
	}
	if err := t.putMemberships(ctx, key, a.Key == 0, schools); err != nil {
		return err
	}
	a.Key = key
	return nil
}

// schoolKeys finds schools by their codes.
func (t *tx) schoolKeys(ctx context.Context, codes []string) ([]int64, error) {
	keys := make([]int64, len(codes))
	for i, code := range codes {
		var err error
		if keys[i], err = t.schoolKey(ctx, code); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// schoolKey remembers what it finds for as long as the transaction lasts.
func (t *tx) schoolKey(ctx context.Context, code string) (int64, error) {
	if key, ok := t.schools[code]; ok {
		return key, nil
	}
	var key int64
	err := t.one(ctx, `SELECT s.id FROM school s WHERE s.code = ?1`, []any{code}, &key)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, access.NotFound("school", code)
	}
	if err != nil {
		return 0, err
	}
	if t.schools == nil {
		t.schools = map[string]int64{}
	}
	t.schools[code] = key
	return key, nil
}

// accountTaken says which of an account's unique values another one has.
func (t *tx) accountTaken(ctx context.Context, a *access.Account, err error) error {
	other, lookErr := t.AccountByLogin(ctx, a.Login)
	if lookErr == nil && other.Key != a.Key {
		return access.Refused("login_taken", fmt.Sprintf("account %q: there is one already", a.Login), "choose another login, or use pinward account edit")
	}
	other, lookErr = t.AccountByExternalID(ctx, a.ExternalID)
	if lookErr == nil && other.Key != a.Key {
		return access.Refused("external_id_taken", fmt.Sprintf("account %q: the external id belongs to another account", a.Login), "an external id names one account only")
	}
	return err
}

// putMemberships replaces an account's schools, home first, if they differ.
func (t *tx) putMemberships(ctx context.Context, key int64, isNew bool, schools []int64) error {
	if !isNew {
		have, err := list(ctx, t, selectMemberships, []any{key}, itself[int64])
		if err != nil || slices.Equal(have, schools) {
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM account_school WHERE account_id = ?1`, key); err != nil {
			return err
		}
	}
	for i, id := range schools {
		if _, err := t.exec(ctx, insertMembership, key, i, id); err != nil {
			return err
		}
	}
	return nil
}

const selectMemberships = `SELECT m.school_id FROM account_school m WHERE m.account_id = ?1 ORDER BY m.position`

const insertMembership = `INSERT INTO account_school (account_id, position, school_id) VALUES (?1, ?2, ?3)
	ON CONFLICT (account_id, school_id) DO NOTHING`

// Accounts and what lists show beside them: ?1 is the time that devices must
// outlive. Devices and logins are read through their indexes, one account at a
// time.
const selectAccountRows = `SELECT ` + accountColumns + `,
	EXISTS (SELECT 1 FROM pin p WHERE p.account_id = a.id AND p.sealed IS NOT NULL),
	(SELECT count(*) FROM device d WHERE d.account_id = a.id AND d.revoked_at IS NULL AND d.expires_at > ?1),
	(SELECT l.started_at FROM login l WHERE l.account_id = a.id AND l.state = 'passed' ORDER BY l.id DESC LIMIT 1)
	FROM account a`

func accountRowFields(r *store.AccountRow) []any {
	return append(accountFields(&r.Account), &r.PINSet, &r.Devices, intoTime(&r.LastLoginAt))
}

func (t *tx) Accounts(ctx context.Context, f store.AccountFilter) ([]store.AccountRow, error) {
	w := where{args: []any{f.Now.UnixMilli()}}
	w.accounts(f)
	query := selectAccountRows + w.inOrder("a.id", f.Limit)
	return find(ctx, t, query, w.args, accountRowFields)
}

func (t *tx) EachAccount(ctx context.Context, f store.AccountFilter, each func(access.Account) error) error {
	var w where
	w.accounts(f)
	query := `SELECT ` + accountColumns + ` FROM account a` + w.inOrder("a.id", f.Limit)
	return findEach(ctx, t, query, w.args, accountFields, each)
}

// CountAccounts counts all that f selects, whatever its Limit.
func (t *tx) CountAccounts(ctx context.Context, f store.AccountFilter) (int, error) {
	var w where
	w.accounts(f)
	n, err := find(ctx, t, `SELECT count(*) FROM account a`+w.clause(), w.args, itself[int])
	if err != nil {
		return 0, err
	}
	return n[0], nil
}

func (w *where) accounts(f store.AccountFilter) {
	w.after("a.id", f.Page)
	w.andMember("a.id", f.Schools)
	if len(f.Profiles) > 0 {
		w.and(in(w, "a.profile", f.Profiles))
	}
	andIf(w, "a.group_name", f.Group)
	andIf(w, "a.status", f.Status)
	andIf(w, "a.protection", f.Protection)
	if f.NoEmail {
		w.and("a.email = ''")
	}
	if f.MailFails {
		w.and("a.mail_failed_at IS NOT NULL")
	}
	if f.NoPIN {
		w.and("NOT EXISTS (SELECT 1 FROM pin p WHERE p.account_id = a.id AND p.sealed IS NOT NULL)")
	}
	if f.Imported {
		w.and("a.imported = 1")
	}
	if f.Search != "" {
		// instr and not LIKE: % and _ stand for themselves.
		part := w.arg(f.Search)
		w.and(fmt.Sprintf(`(instr(lower(a.login), lower(%[1]s)) OR instr(lower(a.external_id), lower(%[1]s))
			OR instr(lower(a.given_name || ' ' || a.family_name), lower(%[1]s))
			OR instr(lower(a.family_name || ' ' || a.given_name), lower(%[1]s))
			OR instr(lower(a.email), lower(%[1]s)))`, part))
	}
}

func (t *tx) BirthDate(ctx context.Context, accountKey int64) (access.Sealed, error) {
	var s access.Sealed
	err := t.maybe(ctx, `SELECT `+birthDateColumns+` FROM birth_date b WHERE b.account_id = ?1`,
		[]any{accountKey}, birthDateFields(&s)...)
	return s, err
}

const birthDateColumns = `b.key_id, b.sealed`

func birthDateFields(s *access.Sealed) []any { return []any{&s.KeyID, &s.Blob} }

func birthDateRowFields(r *store.BirthDateRow) []any {
	return append([]any{intoText(&r.AccountID)}, birthDateFields(&r.Sealed)...)
}

// PutBirthDate keeps a sealed birth date; one without content removes it.
func (t *tx) PutBirthDate(ctx context.Context, accountKey int64, s access.Sealed) error {
	if len(s.Blob) == 0 {
		_, err := t.exec(ctx, `DELETE FROM birth_date WHERE account_id = ?1`, accountKey)
		return err
	}
	_, err := t.exec(ctx, `INSERT INTO birth_date (account_id, key_id, sealed) VALUES (?1, ?2, ?3)
		ON CONFLICT (account_id) DO UPDATE SET key_id = excluded.key_id, sealed = excluded.sealed`,
		accountKey, s.KeyID, s.Blob)
	return err
}

const selectStudents = `SELECT g.student_id FROM account_student g WHERE g.guardian_id = ?1 ORDER BY g.student_id`

func (t *tx) Students(ctx context.Context, guardianKey int64) ([]int64, error) {
	return list(ctx, t, selectStudents, []any{guardianKey}, itself[int64])
}

func (t *tx) Guardians(ctx context.Context, studentKey int64) ([]int64, error) {
	return list(ctx, t, `SELECT g.guardian_id FROM account_student g WHERE g.student_id = ?1 ORDER BY g.guardian_id`,
		[]any{studentKey}, itself[int64])
}

// PutStudents replaces the students of a guardian.
func (t *tx) PutStudents(ctx context.Context, guardianKey int64, studentKeys []int64) error {
	keys := slices.Compact(slices.Sorted(slices.Values(studentKeys)))
	have, err := t.Students(ctx, guardianKey)
	if err != nil || slices.Equal(have, keys) {
		return err
	}
	if _, err := t.exec(ctx, `DELETE FROM account_student WHERE guardian_id = ?1`, guardianKey); err != nil {
		return err
	}
	for _, k := range keys {
		if _, err := t.exec(ctx, `INSERT INTO account_student (guardian_id, student_id) VALUES (?1, ?2)`, guardianKey, k); err != nil {
			return err
		}
	}
	return nil
}
