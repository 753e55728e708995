package secret

import (
	"bytes"
	"errors"
	"testing"

	"pinward/internal/access"
)

func TestSealDate(t *testing.T) {
	k := newRing(t, 1)
	sizes := map[int]bool{}
	for _, d := range []access.Date{{Year: 2011, Month: 5, Day: 23}, {Year: 2012, Month: 2, Day: 29}, {Year: 1, Month: 1, Day: 1}, {Year: 9999, Month: 12, Day: 31}} {
		s, err := k.SealDate(seeded(5), alice, d)
		if err != nil {
			t.Fatalf("%s: %v", d, err)
		}
		got, err := k.OpenDate(alice, s)
		if err != nil || got != d {
			t.Errorf("got %v, %v, want %v", got, err, d)
		}
		if bytes.Contains(s.Blob, []byte(d.String())) {
			t.Errorf("%s stands readable in its record", d)
		}
		sizes[len(s.Blob)] = true
	}
	if len(sizes) != 1 {
		t.Errorf("the size of a record tells about its date: %v", sizes)
	}
}

func TestSealDateRefuses(t *testing.T) {
	k := newRing(t, 1)
	for name, d := range map[string]access.Date{
		"an unset date":              {},
		"a day that does not exist":  {Year: 2011, Month: 2, Day: 30},
		"a year past four digits":    {Year: 12011, Month: 2, Day: 3},
		"a year before the calendar": {Year: -1, Month: 2, Day: 3},
	} {
		if _, err := k.SealDate(seeded(5), alice, d); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

func TestOpenDateElsewhere(t *testing.T) {
	k := newRing(t, 1)
	s, err := k.SealDate(seeded(5), alice, access.Date{Year: 2011, Month: 5, Day: 23})
	if err != nil {
		t.Fatal(err)
	}
	_, err = k.OpenDate(bruno, s)
	wantError(t, err, access.ErrDamaged, "seal_broken")
	_, err = newRing(t, 7).OpenDate(alice, s)
	wantError(t, err, access.ErrUnusable, "key_unknown")
	for i := range s.Blob {
		edited := bytes.Clone(s.Blob)
		edited[i] ^= 0x40
		if _, err := k.OpenDate(alice, Sealed{s.KeyID, edited}); !errors.Is(err, access.ErrDamaged) {
			t.Errorf("byte %d flipped: got %v, want damage", i, err)
		}
	}
	_, err = k.OpenDate(alice, Sealed{s.KeyID, nil})
	wantError(t, err, access.ErrDamaged, "seal_broken")
	t.Run("a sealed text that is no date", func(t *testing.T) {
		s, err := k.seal(seeded(5), purposeBirthDate, alice, []byte{dateVersion}, []byte("2011-02-30"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = k.OpenDate(alice, s)
		wantError(t, err, access.ErrDamaged, "seal_broken")
	})
	t.Run("a record of another version", func(t *testing.T) {
		s, err := k.seal(seeded(5), purposeBirthDate, alice, []byte{dateVersion + 1}, []byte("2011-02-03"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = k.OpenDate(alice, s)
		wantError(t, err, access.ErrDamaged, "seal_broken")
	})
}
