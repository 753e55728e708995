package secret

import (
	"errors"
	"testing"

	"pinward/internal/access"
)

func TestRequestMAC(t *testing.T) {
	k := newRing(t, 1)
	mac, err := k.RequestMAC([]byte("POST"), []byte("/v1/logins"), []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		parts [3]string
		want  bool
	}{
		{"the same", [3]string{"POST", "/v1/logins", "{}"}, true},
		{"another body", [3]string{"POST", "/v1/logins", "{ }"}, false},
		{"the same text, cut elsewhere", [3]string{"POST", "/v1/logins{", "}"}, false},
	} {
		got, err := k.IsRequest(mac, []byte(c.parts[0]), []byte(c.parts[1]), []byte(c.parts[2]))
		if err != nil || got != c.want {
			t.Errorf("%s: got %v, %v, want %v", c.name, got, err, c.want)
		}
	}
	if _, err := k.IsRequest(Sealed{"key_gone", mac.Blob}); !errors.Is(err, access.ErrUnusable) {
		t.Errorf("a key that is gone: got %v, want it unusable", err)
	}
}

func TestAnswersOpenForTheirOwner(t *testing.T) {
	k := newRing(t, 1)
	for _, text := range []string{"", `{"device_token":"pwd_1"}`} {
		s, err := k.SealAnswer(seeded(3), "portal:ent one", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got, err := k.OpenAnswer("portal:ent one", s)
		if err != nil || string(got) != text {
			t.Errorf("got %q, %v, want %q", got, err, text)
		}
		if _, err := k.OpenAnswer("portal:ent two", s); !errors.Is(err, access.ErrDamaged) {
			t.Errorf("another's: got %v, want damage", err)
		}
		for i := range s.Blob {
			s.Blob[i] ^= 1
			if _, err := k.OpenAnswer("portal:ent one", s); !errors.Is(err, access.ErrDamaged) {
				t.Errorf("byte %d: got %v, want damage", i, err)
			}
			s.Blob[i] ^= 1
		}
		if _, err := k.OpenAnswer("portal:ent one", Sealed{s.KeyID, s.Blob[:20]}); !errors.Is(err, access.ErrDamaged) {
			t.Errorf("cut short: got %v, want damage", err)
		}
	}
}
