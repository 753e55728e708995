package app_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
	"pinward/internal/store/sqlite"
)

// backup makes a backup of the kit's store and gives its path.
func (k *kit) backup() string {
	k.t.Helper()
	path := filepath.Join(k.t.TempDir(), "backup.db")
	if _, err := k.BackUp(context.Background(), root, k.backupTo(path, nil)); err != nil {
		k.t.Fatal(err)
	}
	return path
}

// backupTo copies to path, and lets meanwhile run between copying and checking.
func (k *kit) backupTo(path string, meanwhile func(path string)) app.Backup {
	return app.Backup{
		Copy: func(ctx context.Context) (store.Store, error) {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				return nil, err
			}
			if err := k.store.CopyTo(ctx, path); err != nil {
				return nil, err
			}
			if meanwhile != nil {
				meanwhile(path)
			}
			return sqlite.Open(ctx, path)
		},
		Place: func(context.Context) error { return nil },
	}
}

func TestBackUp(t *testing.T) {
	k, _, _ := family(t)
	ctx := context.Background()
	before, err := k.AuditHead(ctx, root)
	if err != nil {
		t.Fatal(err)
	}
	head, err := k.BackUp(ctx, root, k.backupTo(filepath.Join(t.TempDir(), "b.db"), nil))
	if err != nil || head.String() != before.String() {
		t.Errorf("got head %v, %v, want %v", head, err, before)
	}
	care, err := k.Care(ctx, root)
	if err != nil || !care.LastBackupAt.Equal(k.now) {
		t.Errorf("last backup: got %v, %v, want now", care.LastBackupAt, err)
	}
	if detail := k.lastDetail(app.StoreBackup); detail["audit_head"] != float64(before.Seq) {
		t.Errorf("detail: got %v, want the head %d", detail, before.Seq)
	}
}

// TestBackUpThatIsNone: nothing is put in its place or noted where the copy is
// not sound, or not placed.
func TestBackUpThatIsNone(t *testing.T) {
	k, _, _ := family(t)
	ctx, path := context.Background(), func() string { return filepath.Join(t.TempDir(), "b.db") }
	old, err := sqlite.Open(ctx, k.backup())
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	care, err := k.Care(ctx, root)
	if err != nil {
		t.Fatal(err)
	}
	k.now = k.now.Add(time.Hour)
	head := k.head()
	full := errors.New("disk full")
	place := func(err error) func(context.Context) error {
		return func(context.Context) error {
			if err == nil {
				t.Error("a bad copy was put in its place")
			}
			return err
		}
	}
	for _, tt := range []struct {
		name   string
		backup app.Backup
		want   error
	}{
		{"a copy with a row broken", k.backupTo(path(), func(path string) {
			tamperAt(t, path, `PRAGMA ignore_check_constraints = 1`, `UPDATE account SET imported = 7`)
		}), access.ErrDamaged},
		{"a copy that lacks the newest record", k.backupTo(path(), func(path string) {
			tamperAt(t, path, `DELETE FROM audit_detail WHERE seq = (SELECT max(seq) FROM audit)`, `DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)`)
		}), access.ErrDamaged},
		{"a copy that cannot be made", app.Backup{Copy: func(context.Context) (store.Store, error) { return nil, full }}, full},
		{"a copy that cannot be placed", k.backupTo(path(), nil), full},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.backup.Place = place(nil); errors.Is(tt.want, full) {
				tt.backup.Place = place(full)
			}
			if _, err := k.BackUp(ctx, root, tt.backup); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	after, err := k.Care(ctx, root)
	if err != nil || after != care || k.head() != head {
		t.Errorf("noted: got %+v and %d records, want nothing", after, k.head()-head)
	}
}

func TestUpkeepIsAdmins(t *testing.T) {
	ctx := context.Background()
	for _, row := range []matrixRow{
		{"back up", nil, onStore, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.BackUp(ctx, by, k.backupTo(filepath.Join(k.t.TempDir(), "b.db"), nil))
			return err
		}},
		{"plan the retention", nil, onStore, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.PrunePlan(ctx, by)
			return err
		}},
		{"prune", nil, onStore, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.Prune(ctx, by)
			return err
		}},
		{"show the keys", nil, onStore, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.Keys(ctx, by)
			return err
		}},
		{"note a copy of the key", nil, onStore, nil, func(k *kit, by access.Operator, _ target) error {
			return k.NoteKeyCopy(ctx, by)
		}},
		{"plan a rotation", nil, onStore, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.PlanRotation(ctx, by)
			return err
		}},
		{"rotate the key", nil, onStore, nil, func(k *kit, by access.Operator, _ target) error {
			_, err := k.RotateKey(ctx, by, k.keyring())
			return err
		}},
	} {
		for _, role := range []access.Role{access.RoleAdmin, access.RolePrincipal, access.RoleHelpdesk, access.RoleReporter, access.RolePortal} {
			t.Run(row.name+" as "+string(role), func(t *testing.T) { row.check(t, role) })
		}
	}
}

func TestRestoreIsAdmins(t *testing.T) {
	k, _, _ := family(t)
	a := k.over(openBackup(t, k.backup()))
	for _, by := range []access.Operator{operator(access.RolePrincipal), operator(access.RoleReporter), operator(access.RoleAdmin, "A")} {
		_, err := a.JudgeBackup(context.Background(), by)
		wantError(t, err, access.ErrForbidden, "forbidden")
		_, err = a.RestoreBackup(context.Background(), by, nil)
		wantError(t, err, access.ErrForbidden, "forbidden")
	}
}

// openBackup opens a backup as restoring does.
func openBackup(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.OpenBackup(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// tamperAt runs statements on a file behind pinward's back.
func tamperAt(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	defer func() { _ = db.Close() }()
	for _, s := range statements {
		if _, err := db.ExecContext(context.Background(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}
