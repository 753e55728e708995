package torture_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
	"pinward/internal/store/sqlite"
)

// raise stores n alerts behind the program's back, and gives the number of the
// newest.
func (s *site) raise(n int) {
	s.t.Helper()
	ctx := context.Background()
	db, err := sqlite.Open(ctx, s.store())
	if err != nil {
		s.t.Fatal(err)
	}
	err = db.Update(ctx, func(tx store.Tx) error {
		for range n {
			a := access.Alert{
				At: time.Now(), Kind: access.AlertPINWrong, Severity: access.Warn, State: access.AlertOpen, School: "A",
				IncidentID: "i", Text: strings.Repeat("x", 200),
			}
			if err := tx.PutAlert(ctx, &a); err != nil {
				return err
			}
		}
		return nil
	})
	if closeErr := db.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestKillExport: whoever takes the file of each run that ended well, or that
// was killed when it had all but ended, has every alert once, in order.
func TestKillExport(t *testing.T) {
	s := newSite(t)
	out := filepath.Join(s.dir, "alerts.csv")
	args := []string{"alerts", "export", "--since-last", "torture", "--output-file", out}
	cursor := func() string { return s.ask(`SELECT alert_id FROM cursor`) }
	var taken []string
	take := func() {
		taken = append(taken, exportedIDs(t, out)...)
	}
	s.raise(100)
	began := time.Now()
	s.must("", args...)
	took := time.Since(began)
	take()
	kills, ended := max(howMuch(t).kills*2/5, 20), 0
	for range kills {
		s.raise(1 + rand.IntN(50))
		before := cursor()
		r := s.runKilled(time.Duration(rand.Int64N(int64(took)*5/4)), "", args...)
		switch {
		case r.code != 0 && r.code != killed:
			t.Fatalf("alerts export: want exit 0, got %s", r)
		case r.code == 0, cursor() != before: // only a file that stands in its place moves the cursor
			ended++
			take()
		}
	}
	s.must("", args...) // may confirm what the last one left
	take()
	s.must("", args...)
	take()
	all := s.ask(`SELECT group_concat(id) FROM (SELECT id FROM alert ORDER BY id)`)
	if got := strings.Join(taken, ","); got != all {
		t.Errorf("got %s\nwant %s", got, all)
	}
	s.sound()
	figure(t, "%d kills of alerts export: %d ended before, %s alerts each taken once", kills, ended, s.ask(`SELECT count(*) FROM alert`))
}

func exportedIDs(t *testing.T, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, row := range rows[1:] {
		ids = append(ids, fmt.Sprint(row[0]))
	}
	return ids
}

// fullDiskExport exports onto a disk that is full, and from a store whose disk is
// full: the file is the old one or a new whole one, the cursor never passes an
// alert that nobody was given, and with room again each alert comes once.
func fullDiskExport(t *testing.T) {
	disk := smallDisk(t, 2048)
	s := newSite(t)
	s.raise(20_000)
	cursor := func() string { return s.ask(`SELECT coalesce(max(alert_id), 0) FROM cursor`) }
	for _, format := range []string{"csv", "jsonl", "xlsx", "html"} {
		path := filepath.Join(disk, "alerts."+format)
		if err := os.WriteFile(path, []byte("old\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		filler := fill(t, disk, 64)
		before := cursor()
		s.wantCode(10, "", "alerts", "export", "--since-last", "full", "--format", format, "--output-file", path)
		if text, err := os.ReadFile(path); err != nil || string(text) != "old\n" {
			t.Errorf("%s: got %q, %v, want what stood there before", format, cut(string(text)), err)
		}
		if left, err := filepath.Glob(filepath.Join(disk, ".*")); err != nil || len(left) > 0 {
			t.Errorf("%s: left behind: %v, %v", format, left, err)
		}
		if got := cursor(); got != before || s.ask(`SELECT count(*) FROM cursor WHERE pending_to > 0`) != "0" {
			t.Errorf("%s: the cursor went from %s to %s", format, before, got)
		}
		s.sound()
		if err := errors.Join(os.Remove(filler), os.Remove(path)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(s.dir, "alerts.csv")
	s.must("", "alerts", "export", "--since-last", "full", "--output-file", path)
	want := s.ask(`SELECT group_concat(id) FROM (SELECT id FROM alert ORDER BY id)`)
	if got := strings.Join(exportedIDs(t, path), ","); got != want {
		t.Errorf("with room again: got %s, want every alert", cut(got))
	}
}

// fullDiskCursor exports from a store whose disk is full, to a place with room.
func fullDiskCursor(t *testing.T) {
	disk := smallDisk(t, 2048)
	s := newSite(t).copy(filepath.Join(disk, "site"))
	out := filepath.Join(t.TempDir(), "alerts.csv")
	args := []string{"alerts", "export", "--since-last", "full", "--output-file", out}
	var taken []string
	take := func() { taken = append(taken, exportedIDs(t, out)...) }
	full, done := 0, 0
	for _, leave := range []int{0, 4, 16, 32, 36, 40, 64, 128} {
		s.raise(50)
		before := s.ask(`SELECT coalesce(max(alert_id), 0) FROM cursor`)
		filler := fill(t, disk, leave)
		r := s.run("", args...)
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		switch {
		case r.code == 0:
			done++
			take()
		case r.code == 10:
			full++
			if got := s.ask(`SELECT coalesce(max(alert_id), 0) FROM cursor`); got != before {
				take() // as docs/cron.md says of a cursor that was confirmed
			}
		default:
			t.Errorf("with %d KiB left: want exit 0 or 10, got %s", leave, r)
		}
		s.sound()
	}
	for range 2 { // the first may confirm what the last one left
		s.must("", args...)
		take()
	}
	want := s.ask(`SELECT group_concat(id) FROM (SELECT id FROM alert ORDER BY id)`)
	if got := strings.Join(taken, ","); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if full == 0 || done == 0 {
		t.Errorf("%d runs found no room and %d did, want some of each", full, done)
	}
	figure(t, "exports from a store on a full disk: %d refused with exit 10, %d found room; each alert once", full, done)
}
