package cmd_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
	"pinward/internal/store/sqlite"
)

// drillAccounts is how many accounts the drill saves: a tenth of a large school
// district, or all of it in `make torture`.
func drillAccounts() int {
	switch os.Getenv("PINWARD_TORTURE") {
	case "", "short":
		return 10_000
	}
	return 100_000
}

// drillPIN gives the PIN of the account of that number.
func drillPIN(i int) access.PIN { return access.NewPIN(fmt.Sprintf("%06d", 100_000+i*7)) }

// TestDrill loses a store and gets it back: backed up, destroyed, restored and
// checked in under a minute, with the PINs still right.
func TestDrill(t *testing.T) {
	d := desk{t, t.TempDir()}
	d.must("init", "--store", "demo/pinward.db", "--keyring", "demo/keyring.json", "--config", "demo/config.yaml", "--school", "A")
	n := drillAccounts()
	d.fill(n)

	began := time.Now()
	d.must("store", "backup", "backup.db")
	for _, name := range []string{"pinward.db", "pinward.db-wal", "pinward.db-shm"} {
		if err := os.Remove(filepath.Join(d.folder, "demo", name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	d.must("store", "restore", "backup.db")
	report := d.must("store", "check")
	took := time.Since(began)
	if want := fmt.Sprintf("The store is sound: %d accounts, %d seals opened", n, n/10); !strings.Contains(report, want) {
		t.Errorf("check: got %q, want %q", report, want)
	}
	d.wantPINs(n)
	t.Logf("%d accounts backed up, restored and checked in %v", n, took.Round(time.Millisecond))
	if took > time.Minute {
		t.Errorf("took %v, want less than a minute", took)
	}
}

// must runs a command that has to succeed, and gives its words for people.
func (d desk) must(args ...string) string {
	d.t.Helper()
	_, errs := d.run("", args...)
	if strings.Contains(string(errs), "error: ") {
		d.t.Fatalf("%v: %s", args, errs)
	}
	return string(errs)
}

// open opens the desk's store and keyring.
func (d desk) open() (*sqlite.Store, *secret.Keyring) {
	d.t.Helper()
	s, err := sqlite.Open(d.t.Context(), filepath.Join(d.folder, "demo", "pinward.db"))
	if err != nil {
		d.t.Fatal(err)
	}
	keys, err := secret.LoadKeyring(filepath.Join(d.folder, "demo", "keyring.json"))
	if err != nil {
		d.t.Fatal(err)
	}
	return s, keys
}

// fill makes n accounts, a tenth of them with a PIN.
func (d desk) fill(n int) {
	d.t.Helper()
	s, keys := d.open()
	defer func() { _ = s.Close() }()
	cheap, at := secret.Hasher{MemoryKiB: 64, Time: 1}, time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	put := func(ctx context.Context, tx store.Tx, i int) error {
		a := access.Account{
			ID: fmt.Sprintf("a%016d", i), Login: fmt.Sprintf("sample.%d", i), FamilyName: "Sample", GivenName: fmt.Sprint("Number ", i),
			Profile: access.Student, Schools: []string{"A"}, Status: access.Active, Protection: access.ByPIN, CreatedAt: at, UpdatedAt: at,
		}
		if err := tx.PutAccount(ctx, &a); err != nil || i%10 != 0 {
			return err
		}
		pin, err := keys.SealPIN(rand.Reader, cheap, a.ID, drillPIN(i))
		if err != nil {
			return err
		}
		return tx.PutCredential(ctx, a.Key, access.Credential{KeyID: pin.KeyID, Sealed: pin.Blob, SetAt: at, SetBy: a.ID})
	}
	err := s.Update(d.t.Context(), func(tx store.Tx) error {
		for i := range n {
			if err := put(d.t.Context(), tx, i); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// wantPINs checks every PIN that fill has made.
func (d desk) wantPINs(n int) {
	d.t.Helper()
	s, keys := d.open()
	defer func() { _ = s.Close() }()
	ctx, wrong := d.t.Context(), 0
	err := s.View(ctx, func(tx store.Tx) error {
		for i := 0; i < n; i += 10 {
			a, err := tx.AccountByLogin(ctx, fmt.Sprintf("sample.%d", i))
			if err != nil {
				return err
			}
			c, err := tx.Credential(ctx, a.Key)
			if err != nil {
				return err
			}
			right, err := keys.VerifyPIN(a.ID, secret.SealedPIN{KeyID: c.KeyID, Blob: c.Sealed}, drillPIN(i))
			if err != nil {
				return err
			}
			if !right {
				wrong++
			}
		}
		return nil
	})
	if err != nil || wrong > 0 {
		d.t.Errorf("PINs: got %d wrong, %v, want all right", wrong, err)
	}
}
