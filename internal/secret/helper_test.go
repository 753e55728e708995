package secret

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
)

const (
	alice = "acc_alice00000000000"
	bruno = "acc_bruno00000000000"
)

func cheap() Hasher { return Hasher{MemoryKiB: 64, Time: 1} }

func epoch() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

// seeded gives the same stream for the same seed.
func seeded(seed byte) io.Reader {
	return rand.NewChaCha8([32]byte{seed})
}

func newRing(t testing.TB, seed byte) *Keyring {
	t.Helper()
	k, err := NewKeyring(seeded(seed), epoch())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// twoKeys gives a ring whose first key is retired and whose second is active,
// and the ring of only the first key, from before.
func twoKeys(t testing.TB) (now, before *Keyring) {
	t.Helper()
	before, next := newRing(t, 1), newRing(t, 2)
	retired := before.ring().keys[0]
	retired.state = stateRetired
	return hide(&ring{
		keys:      []key{retired, next.ring().keys[0]},
		active:    next.ring().active,
		cookieKey: before.ring().cookieKey,
	}), before
}

func sealPIN(t testing.TB, k *Keyring, account, digits string) SealedPIN {
	t.Helper()
	s, err := k.SealPIN(seeded(9), cheap(), account, access.NewPIN(digits))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantError(t *testing.T, err, kind error, code string) {
	t.Helper()
	if !errors.Is(err, kind) || access.CodeOf(err) != code {
		t.Errorf("got error %v (code %q), want kind %q, code %q", err, access.CodeOf(err), kind, code)
	}
}

// wantHidden fails where text shows any of the secret's bytes in a form that
// fmt, JSON or slog would print them in.
func wantHidden(t *testing.T, where, text string, secret []byte) {
	t.Helper()
	for _, form := range printed(secret) {
		if strings.Contains(text, form) {
			t.Errorf("%s shows a secret as %q", where, form)
		}
	}
}

func writeFile(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyring.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func base64Of(b byte, n int) string {
	return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, n))
}
