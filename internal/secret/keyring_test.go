package secret

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"testing"

	"pinward/internal/access"
)

func TestNewKeyring(t *testing.T) {
	k := newRing(t, 1)
	if ids := k.IDs(); len(ids) != 1 || ids[0] != k.ActiveID() {
		t.Errorf("got keys %q, active %q, want one active key", ids, k.ActiveID())
	}
	if other := newRing(t, 2); other.ActiveID() == k.ActiveID() || bytes.Equal(other.ring().keys[0].secret, k.ring().keys[0].secret) {
		t.Error("two keyrings share a key")
	}
	if bytes.Equal(k.ring().cookieKey, k.ring().keys[0].secret) {
		t.Error("the cookie key is the sealing key")
	}
	for n := range int64(10 + 2*keySize) {
		if _, err := NewKeyring(io.LimitReader(seeded(1), n), epoch()); err == nil {
			t.Errorf("randomness that ends after %d bytes: got no error", n)
		}
	}
}

func TestFingerprint(t *testing.T) {
	k, before := twoKeys(t)
	form := regexp.MustCompile(`^[0-9a-f]{4}(-[0-9a-f]{4}){3}$`)
	old, now := k.Fingerprint(k.IDs()[0]), k.Fingerprint(k.ActiveID())
	if !form.MatchString(old) || !form.MatchString(now) || old == now {
		t.Errorf("got %q and %q, want two different fingerprints", old, now)
	}
	if got := before.Fingerprint(before.ActiveID()); got != old {
		t.Errorf("the same key in another file: got %q, want %q", got, old)
	}
	if got := k.Fingerprint("key_gone"); got != "" {
		t.Errorf("a key that is not there: got %q", got)
	}
}

func TestCheckStore(t *testing.T) {
	k, before := twoKeys(t)
	check := before.StoreCheck(before.ActiveID(), "store_1")
	if err := k.CheckStore(before.ActiveID(), "store_1", check); err != nil {
		t.Errorf("the store's own key: %v", err)
	}
	impostor := newRing(t, 7)
	impostor.ring().keys[0].id = before.ActiveID()
	for _, c := range []struct {
		name         string
		ring         *Keyring
		keyID, store string
		check        []byte
		code         string
	}{
		{"another key under the same id", impostor, before.ActiveID(), "store_1", check, "key_wrong"},
		{"another store", k, before.ActiveID(), "store_2", check, "key_wrong"},
		{"another key of the ring", k, k.ActiveID(), "store_1", check, "key_wrong"},
		{"no check kept", k, before.ActiveID(), "store_1", nil, "key_wrong"},
		{"a cut check", k, before.ActiveID(), "store_1", check[:31], "key_wrong"},
		{"a ring without the key", newRing(t, 7), before.ActiveID(), "store_1", check, "key_unknown"},
		{"a ring without the key and no check", newRing(t, 7), before.ActiveID(), "store_1", nil, "key_unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantError(t, c.ring.CheckStore(c.keyID, c.store, c.check), access.ErrUnusable, c.code)
		})
	}
	if got := k.StoreCheck("key_gone", "store_1"); got != nil {
		t.Errorf("a key that is not there: got a check of %d bytes", len(got))
	}
}

func TestCookieName(t *testing.T) {
	k, before := twoKeys(t)
	name := before.CookieName(alice)
	if !regexp.MustCompile(`^__Host-pinward_[0-9a-f]{8}$`).MatchString(name) {
		t.Errorf("got %q", name)
	}
	if got := k.CookieName(alice); got != name {
		t.Errorf("after a rotation: got %q, want %q", got, name)
	}
	if got := k.CookieName(bruno); got == name {
		t.Error("two people in one browser share a cookie name")
	}
	if got := newRing(t, 7).CookieName(alice); got == name {
		t.Error("the name does not depend on the key")
	}
}

func TestAuditMACs(t *testing.T) {
	k, _ := twoKeys(t)
	id, other := k.IDs()[0], k.ActiveID()
	seen := map[string]string{}
	add := func(name string, mac []byte, err error) {
		t.Helper()
		if err != nil || len(mac) != 32 {
			t.Fatalf("%s: got %d bytes, %v, want 32", name, len(mac), err)
		}
		if twin, ok := seen[string(mac)]; ok {
			t.Errorf("%s has the MAC of %s", name, twin)
		}
		seen[string(mac)] = name
	}
	chain := func(name, keyID, prev, record string) {
		t.Helper()
		mac, err := k.AuditMAC(keyID, []byte(prev), []byte(record))
		add(name, mac, err)
	}
	detail := func(name, keyID string, seq int64, text string) {
		t.Helper()
		mac, err := k.DetailMAC(keyID, seq, []byte(text))
		add(name, mac, err)
	}
	chain("a record", id, "prev", "record")
	chain("the first record", id, "", "record")
	chain("an edited record", id, "prev", "record2")
	chain("a record after another", id, "prev2", "record")
	chain("a border moved", id, "prevr", "ecord")
	chain("another key", other, "prev", "record")
	detail("a detail", id, 7, "record")
	detail("a detail of another record", id, 8, "record")
	detail("an edited detail", id, 7, "record2")
	detail("a detail under another key", other, 7, "record")
	chain("a record that looks like a detail", id, string(number(7)), "record")

	_, err := k.AuditMAC("key_gone", nil, nil)
	wantError(t, err, access.ErrUnusable, "key_unknown")
	_, err = k.DetailMAC("key_gone", 1, nil)
	wantError(t, err, access.ErrUnusable, "key_unknown")
}

func TestEachPurposeHasItsOwnSubkey(t *testing.T) {
	k := newRing(t, 1)
	var seen [][]byte
	for _, purpose := range []string{
		purposePIN, purposeBirthDate, purposeDeviceToken, purposeCode, purposeAuditChain,
		purposeAuditDetail, purposeStoreCheck, purposeFingerprint, purposeCookieName, purposeNotice,
	} {
		sub, err := k.subkey(k.ActiveID(), purpose)
		if err != nil || len(sub) != keySize {
			t.Fatalf("%s: got %d bytes, %v", purpose, len(sub), err)
		}
		if slices.ContainsFunc(seen, func(b []byte) bool { return bytes.Equal(b, sub) }) {
			t.Errorf("%s shares its subkey", purpose)
		}
		seen = append(seen, sub)
	}
}
