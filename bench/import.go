package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const importHeading = "login,external id,family name,given name,profile,school,class,email"

// bareTable holds the file's columns as they are, with the two that are unique.
const bareTable = `PRAGMA journal_mode = WAL; CREATE TABLE person (login TEXT NOT NULL UNIQUE, external_id TEXT UNIQUE,
	family_name TEXT NOT NULL, given_name TEXT NOT NULL, profile TEXT NOT NULL, school TEXT NOT NULL,
	class TEXT NOT NULL, email TEXT NOT NULL) STRICT`

// intoStore takes the rows of a scratch table into the store's own tables, with
// their indexes and foreign keys.
const intoStore = `BEGIN IMMEDIATE;
	INSERT INTO account (public_id, login, external_id, family_name, given_name, profile, group_name, lang, email,
		status, status_reason, protection, imported, created_at, updated_at, audit_seq)
		SELECT 'a' || lower(hex(randomblob(8))), login, external_id, family_name, given_name, profile, class, '', email,
		'active', '', 'not_chosen', 1, unixepoch() * 1000, unixepoch() * 1000, 2 FROM person;
	INSERT INTO account_school (account_id, position, school_id)
		SELECT a.id, 0, s.id FROM person p JOIN account a ON a.login = p.login JOIN school s ON s.code = p.school;
	COMMIT`

// An importing is the measurement of imports into fresh files.
type importing struct {
	*setup
	csv  string
	dir  string
	rows int
}

// measureImport times an import of as many people as the large store has into an
// empty store, beside the shell's import of the same file. The shell checks
// nothing, and keeps no audit record.
func measureImport(ctx context.Context, s *setup) ([]result, error) {
	const rounds = 5
	m := &importing{setup: s, csv: filepath.Join(s.dir, "people.csv"), dir: filepath.Join(s.dir, "import"), rows: s.large.accounts}
	if err := m.writeCSV(); err != nil {
		return nil, err
	}
	medians, err := takeTurns(rounds,
		func() (time.Duration, error) { return m.ours(ctx) },
		func() (time.Duration, error) { return m.bare(ctx) },
		func() (time.Duration, error) { return m.same(ctx) })
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("import of %d CSV rows", m.rows)
	return []result{
		compared(what, medians[:2], "sqlite3 .import into one bare table", 2),
		compared(what, []time.Duration{medians[0], medians[2]}, "sqlite3 .import, then into the store's tables", 2),
	}, nil
}

func (m *importing) writeCSV() error {
	f, err := os.Create(m.csv)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	_, _ = fmt.Fprintln(w, importHeading) // Flush tells
	for n := range m.rows {
		_, _ = fmt.Fprintf(w, "%s,ext-%06d,%s,%s,%s,%s,%dB,%s@example.org\n", loginName(n), n, familyName(n), givenName(n),
			profileOf(n), schoolCode(n%schools), n%7, loginName(n))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// fresh makes an empty store.
func (m *importing) fresh(ctx context.Context) (*sample, error) {
	if err := os.RemoveAll(m.dir); err != nil {
		return nil, err
	}
	at := &sample{path: filepath.Join(m.dir, "pinward.db"), keyring: filepath.Join(m.dir, "keyring.json")}
	args := []string{"init", "--config", filepath.Join(m.dir, "config.yaml"), "-q"}
	for n := range schools {
		args = append(args, "--school", schoolCode(n)+"=School")
	}
	_, err := m.pinward(at, args...).run(ctx)
	return at, err
}

func (m *importing) ours(ctx context.Context) (time.Duration, error) {
	at, err := m.fresh(ctx)
	if err != nil {
		return 0, err
	}
	took, err := m.pinward(at, "account", "import", m.csv).task(ctx)()
	if err != nil {
		return 0, err
	}
	return took, m.holds(ctx, at.path, "account JOIN account_school ON account_id = account.id")
}

func (m *importing) bare(ctx context.Context) (time.Duration, error) {
	if err := os.RemoveAll(m.dir); err != nil {
		return 0, err
	}
	if err := os.Mkdir(m.dir, 0o700); err != nil {
		return 0, err
	}
	path := filepath.Join(m.dir, "bare.db")
	if _, err := shell(path, bareTable).run(ctx); err != nil {
		return 0, err
	}
	took, err := shell(path, "PRAGMA synchronous = FULL", ".import --csv --skip 1 "+m.csv+" person").task(ctx)()
	if err != nil {
		return 0, err
	}
	return took, m.holds(ctx, path, "person")
}

func (m *importing) same(ctx context.Context) (time.Duration, error) {
	at, err := m.fresh(ctx)
	if err != nil {
		return 0, err
	}
	took, err := shell(at.path, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
		"CREATE TEMP TABLE person (login, external_id, family_name, given_name, profile, school, class, email)",
		".import --csv --skip 1 --schema temp "+m.csv+" person", intoStore).task(ctx)()
	if err != nil {
		return 0, err
	}
	return took, m.holds(ctx, at.path, "account JOIN account_school ON account_id = account.id")
}

// holds fails unless every row of the file is there.
func (m *importing) holds(ctx context.Context, path, from string) error {
	got, err := shell(path, "SELECT count(*) FROM "+from).run(ctx)
	if err == nil && got != fmt.Sprint(m.rows) {
		err = fmt.Errorf("%s holds %s rows, want %d", path, got, m.rows)
	}
	return err
}
