package secret

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
)

// states gives the states of a ring's keys in the file's order.
func states(k *Keyring) string {
	var all []string
	for _, one := range k.Keys() {
		all = append(all, one.State)
	}
	return strings.Join(all, " ")
}

// rotated gives a ring that went from one key to another.
func rotated(t *testing.T) (after, before *Keyring) {
	t.Helper()
	before = newRing(t, 1)
	next, err := before.WithNext(seeded(2), epoch().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if after, err = next.Activated(); err != nil {
		t.Fatal(err)
	}
	return after, before
}

func TestRotationStepByStep(t *testing.T) {
	first := newRing(t, 1)
	next, err := first.WithNext(seeded(2), epoch().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if got := states(next); got != "active next" || next.ActiveID() != first.ActiveID() {
		t.Errorf("with a next key: got %s, active %s, want the first still active", got, next.ActiveID())
	}
	if _, err := next.WithNext(seeded(3), epoch()); err == nil {
		t.Error("a second next key: got no error, want one")
	}
	second, err := next.Activated()
	if err != nil {
		t.Fatal(err)
	}
	if got := states(second); got != "retired active" || second.ActiveID() != next.NextID() || second.NextID() != "" {
		t.Errorf("activated: got %s, want the next key active", got)
	}
	if second.CookieName(alice) != first.CookieName(alice) {
		t.Error("activated: the cookie name changed, want it to stay")
	}
	if _, err := second.Activated(); err == nil {
		t.Error("activated twice: got no error, want one")
	}
	if _, err := second.Without(second.ActiveID()); err == nil {
		t.Error("without the active key: got no error, want one")
	}
	alone, err := second.Without(first.ActiveID())
	if err != nil {
		t.Fatal(err)
	}
	if got := states(alone); got != "active" || alone.Holds(first.ActiveID()) {
		t.Errorf("without the retired key: got %s, want one active key", got)
	}
	if states(first) != "active" || states(next) != "active next" {
		t.Error("a ring changed after it was made")
	}
}

func TestKeysTellNoSecret(t *testing.T) {
	k, _ := rotated(t)
	for i, one := range k.Keys() {
		if one.ID != k.IDs()[i] || one.Fingerprint != k.Fingerprint(one.ID) || one.CreatedAt.IsZero() {
			t.Errorf("key %d: got %+v", i, one)
		}
		for where, text := range outputs(t, one) {
			wantHidden(t, where, text, k.ring().keys[i].secret)
		}
	}
}

func TestReseal(t *testing.T) {
	after, before := rotated(t)
	pin := sealPIN(t, before, alice, "8305")
	next, err := after.ResealPIN(seeded(3), alice, pin)
	if err != nil {
		t.Fatal(err)
	}
	if next.KeyID != after.ActiveID() || !bytes.Equal(next.Blob[:pinHeadSize], pin.Blob[:pinHeadSize]) {
		t.Errorf("got key %s, head %x, want the active key and the same head", next.KeyID, next.Blob[:pinHeadSize])
	}
	alone, err := after.Without(before.ActiveID())
	if err != nil {
		t.Fatal(err)
	}
	for digits, want := range map[string]bool{"8305": true, "8306": false} {
		if ok, err := alone.VerifyPIN(alice, next, access.NewPIN(digits)); err != nil || ok != want {
			t.Errorf("PIN %s without the old key: got %v, %v, want %v", digits, ok, err, want)
		}
	}
	_, err = after.ResealPIN(seeded(3), bruno, pin)
	wantError(t, err, access.ErrDamaged, "seal_broken")
	_, err = alone.ResealPIN(seeded(3), alice, pin)
	wantError(t, err, access.ErrUnusable, "key_unknown")

	born, err := before.SealDate(seeded(4), alice, access.Date{Year: 2011, Month: 5, Day: 23})
	if err != nil {
		t.Fatal(err)
	}
	if born, err = after.ResealDate(seeded(5), alice, born); err != nil {
		t.Fatal(err)
	}
	if d, err := alone.OpenDate(alice, born); err != nil || d.String() != "2011-05-23" {
		t.Errorf("birth date: got %v, %v, want 2011-05-23", d, err)
	}
}

func TestTokensOverARotation(t *testing.T) {
	after, before := rotated(t)
	old := TokenKeys(before.ActiveID())
	both := old.From(after.ActiveID(), 3)
	if both.Newest() != after.ActiveID() || !slices.Equal(both.Each(), []string{after.ActiveID(), before.ActiveID()}) {
		t.Errorf("keys %q: got newest %q, each %q", both, both.Newest(), both.Each())
	}
	token := func(keys TokenKeys, generation int64) string {
		made, err := after.DeviceToken(string(keys), device, generation, salt())
		if err != nil {
			t.Fatal(err)
		}
		return made.Reveal()
	}
	for g := range int64(5) {
		if same := token(both, g) == token(old, g); same != (g < 3) {
			t.Errorf("generation %d: the token of the old key: got %v, want %v", g, same, g < 3)
		}
		_, presented, _ := ParseToken(token(both, g))
		got, ok, err := after.TokenGeneration(string(both), device, salt(), 4, presented)
		if err != nil || !ok || got != g {
			t.Errorf("generation %d: got %d, %v, %v", g, got, ok, err)
		}
	}
	_, forged, _ := ParseToken(token(old, 3))
	if _, ok, err := after.TokenGeneration(string(both), device, salt(), 4, forged); ok || err != nil {
		t.Errorf("a token made with the old key after it was retired: got %v, %v, want never issued", ok, err)
	}
}

func TestTokenKeysThatMakeNoSense(t *testing.T) {
	k := newRing(t, 1)
	id := k.ActiveID()
	for _, keys := range []string{"", " ", id + "@", id + "@x " + id, id + "@-1 " + id, id + "@7"} {
		if _, err := k.DeviceToken(keys, device, 0, salt()); err == nil {
			t.Errorf("keys %q: got no error, want one", keys)
		}
	}
	_, err := k.DeviceToken(id+"@7 key_gone", device, 0, salt())
	wantError(t, err, access.ErrUnusable, "key_unknown")
}

func TestReplace(t *testing.T) {
	after, before := rotated(t)
	path := filepath.Join(t.TempDir(), "keyring.json")
	if err := before.Create(path); err != nil {
		t.Fatal(err)
	}
	if err := after.Replace(path); err != nil {
		t.Fatal(err)
	}
	wantMode(t, path, 0o600)
	back, err := LoadKeyring(path)
	if err != nil {
		t.Fatal(err)
	}
	if states(back) != "retired active" || back.ActiveID() != after.ActiveID() {
		t.Errorf("got %s, active %s, want the rotated ring", states(back), back.ActiveID())
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("folder: got %v, %v, want the keyring alone", left, err)
	}
	next, err := back.WithNext(seeded(7), epoch())
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Replace(path); err != nil {
		t.Fatal(err)
	}
	if back, err = LoadKeyring(path); err != nil || back.NextID() != next.NextID() {
		t.Errorf("a next key in the file: got %v, want %s", err, next.NextID())
	}
}

func TestReplaceRefuses(t *testing.T) {
	k, dir := newRing(t, 1), t.TempDir()
	file, link, open := filepath.Join(dir, "file"), filepath.Join(dir, "link"), filepath.Join(dir, "open")
	err := errors.Join(k.Create(file), os.Symlink(file, link), k.Create(open), os.Chmod(open, 0o644))
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, k.Replace(link), access.ErrUnusable, "key_insecure")
	wantError(t, k.Replace(open), access.ErrUnusable, "key_insecure")
	wantError(t, k.Replace(filepath.Join(dir, "nowhere")), access.ErrUnusable, "key_unreadable")
	if _, err := os.Lstat(filepath.Join(dir, "nowhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a keyring that is not there: got %v, want it not to be made", err)
	}
}
