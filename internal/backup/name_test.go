package backup

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func epoch() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("CET", 3600)) }

func TestStamped(t *testing.T) {
	for path, want := range map[string]string{
		"pinward.db":        "pinward-20260302T080000Z.db",
		"a/b/pinward.db":    "a/b/pinward-20260302T080000Z.db",
		"pinward.db.age":    "pinward-20260302T080000Z.db.age",
		"pinward":           "pinward-20260302T080000Z",
		".hidden":           ".hidden-20260302T080000Z",
		".hidden.db":        ".hidden-20260302T080000Z.db",
		"a.b/pinward":       "a.b/pinward-20260302T080000Z",
		"/var/backups/s.db": "/var/backups/s-20260302T080000Z.db",
	} {
		if got := Stamped(path, epoch()); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

// folder makes empty files and gives their folder.
func folder(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestRotate(t *testing.T) {
	ours := []string{
		"p-20260227T080000Z.db", "p-20260228T080000Z.db", "p-20260301T080000Z.db", "p-20260302T080000Z.db",
	}
	others := []string{
		"p.db", "p-.db", "p-20260101T080000Z", "p-20260101T080000Z.db.age", "p-20260101T080000Z.db-wal",
		"p-20261301T080000Z.db", "p-2026-01-01.db", "p-20260101T080000Z-1.db", "pp-20260101T080000Z.db",
		"x-20260101T080000Z.db", "p-old-20260101T080000Z.db", "P-20260101T080000Z.db",
	}
	for _, tt := range []struct {
		name   string
		keep   int
		newest string
		left   []string
	}{
		{"the oldest go", 2, ours[3], ours[2:]},
		{"one is kept", 1, ours[3], ours[3:]},
		{"as many as there are", 4, ours[3], ours},
		{"more than there are", 9, ours[3], ours},
		{"the newest is the oldest by a clock moved back", 2, ours[0], []string{ours[0], ours[3]}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := folder(t, append(slices.Clone(ours), others...)...)
			err := errors.Join(
				os.Mkdir(filepath.Join(dir, "p-20250101T080000Z.db"), 0o700),
				os.Symlink("p.db", filepath.Join(dir, "p-20250102T080000Z.db")))
			if err != nil {
				t.Fatal(err)
			}
			removed, err := Rotate(filepath.Join(dir, "p.db"), tt.keep, filepath.Join(dir, tt.newest))
			if err != nil || len(removed) != len(ours)-len(tt.left) {
				t.Errorf("got %v removed, %v, want %d", removed, err, len(ours)-len(tt.left))
			}
			left := names(t, dir)
			want := append(slices.Clone(others), "p-20250101T080000Z.db", "p-20250102T080000Z.db")
			want = append(want, tt.left...)
			slices.Sort(want)
			if !slices.Equal(left, want) {
				t.Errorf("left: got %v, want %v", left, want)
			}
		})
	}
	if _, err := Rotate(filepath.Join(t.TempDir(), "none", "p.db"), 1, "x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: got %v, want it told", err)
	}
}

func TestSweep(t *testing.T) {
	old := []string{".p.db.123", ".p.db.123-journal", ".p-20260301T080000Z.db.77"}
	others := []string{
		"p.db", ".p.db.", ".p.db.x1", ".p.db", ".123", ".q.db.123", ".p-2026.db.123", "p.db.123", ".p.db.123-wal",
	}
	dir := folder(t, append(slices.Clone(old), others...)...)
	if err := errors.Join(os.Mkdir(filepath.Join(dir, ".backup-12"), 0o700), os.Mkdir(filepath.Join(dir, ".backup-x"), 0o700)); err != nil {
		t.Fatal(err)
	}
	before := names(t, dir)
	now := time.Now().Add(23 * time.Hour)
	Sweep(filepath.Join(dir, "p.db"), now)
	SweepFolders(dir, ".backup-", now)
	if got := names(t, dir); !slices.Equal(got, before) {
		t.Errorf("within a day: got %v, want all of %v", got, before)
	}
	now = now.Add(2 * time.Hour)
	Sweep(filepath.Join(dir, "p.db"), now)
	SweepFolders(dir, ".backup-", now)
	want := append(slices.Clone(others), ".backup-x")
	slices.Sort(want)
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Errorf("after a day: got %v, want %v", got, want)
	}
	Sweep(filepath.Join(dir, "none", "p.db"), now)
}
