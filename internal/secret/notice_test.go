package secret

import (
	"errors"
	"testing"

	"pinward/internal/access"
)

func TestNoticeSecretsOpenForTheirNoticeAlone(t *testing.T) {
	k, other := newRing(t, 1), newRing(t, 2)
	for _, text := range []string{"", "482913"} {
		sealed, err := k.SealNotice(seeded(3), "n1", text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.OpenNotice("n1", sealed); err != nil || got != text {
			t.Errorf("its own: got %q, %v, want %q", got, err, text)
		}
		if _, err := k.OpenNotice("n2", sealed); !errors.Is(err, access.ErrDamaged) {
			t.Errorf("for another notice: got %v, want damage", err)
		}
		if _, err := k.OpenNotice("n1", Sealed{sealed.KeyID, sealed.Blob[:10]}); !errors.Is(err, access.ErrDamaged) {
			t.Errorf("cut short: got %v, want damage", err)
		}
		if _, err := other.OpenNotice("n1", sealed); !errors.Is(err, access.ErrUnusable) {
			t.Errorf("with another keyring: got %v, want unusable", err)
		}
	}
}
