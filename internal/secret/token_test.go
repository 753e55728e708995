package secret

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"pinward/internal/access"
)

const device = "dev_0123456789abcdef"

func salt() []byte { return []byte("0123456789abcdef") }

func token(t testing.TB, k *Keyring, deviceID string, generation int64, salt []byte) Token {
	t.Helper()
	got, err := k.DeviceToken(k.IDs()[0], deviceID, generation, salt)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestDeviceToken(t *testing.T) {
	k := newRing(t, 1)
	first := token(t, k, device, 0, salt())
	id, parsed, ok := ParseToken(first.Reveal())
	if !ok || id != device || parsed.Reveal() != first.Reveal() || !bytes.Equal(parsed.Hash(), first.Hash()) {
		t.Errorf("reading a token back: got device %q, ok %v", id, ok)
	}
	text := strings.TrimPrefix(first.Reveal(), "pwd_"+device+".")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if len(text) != 43 || err != nil || len(raw) != 32 {
		t.Errorf("the secret is not 43 characters that stand for 32 bytes: %v", err)
	}
	if want := sha256.Sum256(raw); !bytes.Equal(first.Hash(), want[:]) {
		t.Error("the hash is not SHA-256 of the 32 bytes")
	}
	if (Token{}).Hash() != nil {
		t.Error("no token has a hash")
	}
}

func TestDeviceTokenDependsOnAllOfItsRow(t *testing.T) {
	k, before := twoKeys(t)
	first := token(t, k, device, 3, salt())
	if again := token(t, before, device, 3, salt()); again.Reveal() != first.Reveal() {
		t.Error("a predecessor gets different successors")
	}
	other, err := k.DeviceToken(k.ActiveID(), device, 3, salt())
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]Token{
		"generation": token(t, k, device, 4, salt()),
		"salt":       token(t, k, device, 3, []byte("0123456789abcdeg")),
		"device":     token(t, k, "dev_2", 3, salt()),
		"key":        other,
	} {
		if bytes.Equal(got.Hash(), first.Hash()) {
			t.Errorf("another %s gives the same token", name)
		}
	}
}

func TestDeviceTokenRefuses(t *testing.T) {
	k := newRing(t, 1)
	for _, c := range []struct {
		name, device string
		generation   int64
		salt         []byte
	}{
		{"a device id that no token could carry", "dev.1", 0, salt()},
		{"no device id", "", 0, salt()},
		{"a generation below 0", device, -1, salt()},
		{"no salt", device, 0, nil},
		{"a short salt", device, 0, salt()[:15]},
	} {
		if _, err := k.DeviceToken(k.ActiveID(), c.device, c.generation, c.salt); err == nil {
			t.Errorf("%s: got no error", c.name)
		}
	}
	_, err := k.DeviceToken("key_gone", device, 0, salt())
	wantError(t, err, access.ErrUnusable, "key_unknown")
	_, _, err = k.TokenGeneration("key_gone", device, salt(), 0, Token{})
	wantError(t, err, access.ErrUnusable, "key_unknown")
}

func TestTokenGeneration(t *testing.T) {
	k := newRing(t, 1)
	const current = 300
	generation := func(t *testing.T, current int64, tok Token) (int64, bool) {
		t.Helper()
		g, ok, err := k.TokenGeneration(k.ActiveID(), device, salt(), current, tok)
		if err != nil {
			t.Fatal(err)
		}
		return g, ok
	}
	for g := int64(0); g <= current; g++ {
		if got, ok := generation(t, current, token(t, k, device, g, salt())); !ok || got != g {
			t.Errorf("generation %d: got %d, %v", g, got, ok)
		}
	}
	forged := newToken(device, make([]byte, tokenSecretSize))
	borrowed := token(t, k, "dev_2", 0, salt())
	renamed := token(t, k, device, 0, salt())
	renamed.deviceID = "dev_2"
	for name, tok := range map[string]Token{
		"a generation not issued yet":    token(t, k, device, current+1, salt()),
		"another row's salt":             token(t, k, device, 0, []byte("0123456789abcdeg")),
		"another ring's token":           token(t, newRing(t, 2), device, 0, salt()),
		"a secret that was never issued": forged,
		"another device's token":         borrowed,
		"a token renamed to another id":  renamed,
		"no token":                       {},
	} {
		if g, ok := generation(t, current, tok); ok {
			t.Errorf("%s: taken for generation %d", name, g)
		}
	}
	t.Run("the search is bounded", func(t *testing.T) {
		if _, ok := generation(t, 1<<40, forged); ok {
			t.Error("a secret that was never issued was recognized")
		}
		if g, ok := generation(t, 1<<40, token(t, k, device, 1<<40-1000, salt())); !ok || g != 1<<40-1000 {
			t.Errorf("an earlier generation of a busy device: got %d, %v", g, ok)
		}
		if _, ok := generation(t, -1, token(t, k, device, 0, salt())); ok {
			t.Error("a row below generation 0 recognized a token")
		}
	})
}

func TestParseTokenRefuses(t *testing.T) {
	good := token(t, newRing(t, 1), device, 0, salt()).Reveal()
	secret := good[len(good)-43:]
	// 43 characters hold two bits more than 32 bytes: they must be zero.
	loose := good[:len(good)-1] + "B"
	for name, s := range map[string]string{
		"nothing":                 "",
		"only the prefix":         "pwd_",
		"no device id":            "pwd_." + secret,
		"no secret":               "pwd_" + device + ".",
		"no dot":                  "pwd_" + device + secret,
		"another prefix":          "pwx_" + device + "." + secret,
		"capital prefix":          "PWD_" + device + "." + secret,
		"a space before":          " " + good,
		"a line end after":        good + "\n",
		"a line end inside":       good[:len(good)-10] + "\n" + good[len(good)-9:],
		"line ends to the length": "pwd_" + device + "." + secret[:40] + "\r\n\n",
		"one character short":     good[:len(good)-1],
		"one character more":      good + "A",
		"padding":                 good + "=",
		"plain base64":            "pwd_" + device + ".+/" + secret[2:],
		"loose last bits":         loose,
		"a second dot":            "pwd_" + device + ".x." + secret,
		"a capital in the id":     "pwd_DEV_1." + secret,
		"a NUL in the id":         "pwd_dev\x00." + secret,
		"a path in the id":        "pwd_../../etc." + secret,
		"an id too long":          "pwd_" + strings.Repeat("a", maxID+1) + "." + secret,
		"a megabyte":              "pwd_" + strings.Repeat("a", 1<<20) + "." + secret,
	} {
		if id, tok, ok := ParseToken(s); ok || id != "" || tok != (Token{}) {
			t.Errorf("%s: accepted for device %q", name, id)
		}
	}
	if _, _, ok := ParseToken("pwd_" + strings.Repeat("a", maxID) + "." + secret); !ok {
		t.Error("the longest device id was refused")
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add(token(f, newRing(f, 1), device, 0, salt()).Reveal())
	f.Add("pwd_a." + strings.Repeat("A", 43))
	f.Add("pwd_a." + strings.Repeat("A", 42) + "\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		id, tok, ok := ParseToken(s)
		if ok && (tok.Reveal() != s || !validID(id) || len(tok.Hash()) != 32) {
			t.Errorf("%q accepted, though it is not the one form of %q", s, tok.Reveal())
		}
		if !ok && (id != "" || tok != (Token{})) {
			t.Errorf("%q refused, yet it gives device %q", s, id)
		}
	})
}
