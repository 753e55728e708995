package torture_test

import (
	"context"
	"encoding/csv"
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
