package secret

import (
	"bytes"
	"errors"
	"testing"

	"pinward/internal/access"
)

func TestSealNotice(t *testing.T) {
	k := newRing(t, 1)
	s, err := k.SealNotice(seeded(5), "n_1", access.NewSecret("730416"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(s.Blob, []byte("730416")) {
		t.Error("the code stands readable in its record")
	}
	if got, err := k.OpenNotice("n_1", s); err != nil || got.Reveal() != "730416" {
		t.Errorf("got %q, %v", got.Reveal(), err)
	}
	_, err = k.OpenNotice("n_2", s)
	wantError(t, err, access.ErrDamaged, "seal_broken")
	_, err = newRing(t, 7).OpenNotice("n_1", s)
	wantError(t, err, access.ErrUnusable, "key_unknown")
	for i := range s.Blob {
		edited := bytes.Clone(s.Blob)
		edited[i] ^= 0x40
		if _, err := k.OpenNotice("n_1", Sealed{s.KeyID, edited}); !errors.Is(err, access.ErrDamaged) {
			t.Errorf("byte %d flipped: got %v, want damage", i, err)
		}
	}
	_, err = k.OpenNotice("n_1", Sealed{s.KeyID, nil})
	wantError(t, err, access.ErrDamaged, "seal_broken")
	if _, err := k.SealNotice(seeded(5), "n_1", access.Secret{}); err == nil {
		t.Error("an empty secret: got no error")
	}
	other, err := k.seal(seeded(5), purposeNotice, "n_1", []byte{noticeVersion + 1}, []byte("730416"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = k.OpenNotice("n_1", other)
	wantError(t, err, access.ErrDamaged, "seal_broken")
}
