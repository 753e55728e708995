package secret

import (
	"bytes"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pinward/internal/access"
)

func TestVerifyPIN(t *testing.T) {
	k := newRing(t, 1)
	s := sealPIN(t, k, alice, "830592")
	for _, c := range []struct {
		name string
		pin  string
		want bool
	}{
		{"the right PIN", "830592", true},
		{"another PIN of the same length", "830593", false},
		{"the first digits only", "8305", false},
		{"one digit more", "8305920", false},
		{"nothing", "", false},
		{"a text longer than any PIN", strings.Repeat("8", access.MaxTypedPIN+1), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := k.VerifyPIN(alice, s, access.NewPIN(c.pin))
			if err != nil || got != c.want {
				t.Errorf("got %v, %v, want %v", got, err, c.want)
			}
		})
	}
}

func TestDefaultCost(t *testing.T) {
	k := newRing(t, 1)
	s, err := k.SealPIN(seeded(5), DefaultHasher(), alice, access.NewPIN("8305"))
	if err != nil {
		t.Fatal(err)
	}
	h, _, ok := parsePINHead(s.Blob)
	if want := (Hasher{MemoryKiB: 19456, Time: 2}); !ok || h != want {
		t.Errorf("recorded cost: got %+v, want %+v", h, want)
	}
	if ok, err := k.VerifyPIN(alice, s, access.NewPIN("8305")); err != nil || !ok {
		t.Errorf("right PIN at the default cost: got %v, %v, want true", ok, err)
	}
	if ok, err := k.VerifyPIN(alice, s, access.NewPIN("8306")); err != nil || ok {
		t.Errorf("wrong PIN at the default cost: got %v, %v, want false", ok, err)
	}
}

func TestSealPINRefuses(t *testing.T) {
	k := newRing(t, 1)
	for _, c := range []struct {
		name string
		h    Hasher
		pin  string
	}{
		{"no memory", Hasher{0, 1}, "8305"},
		{"no pass", Hasher{64, 0}, "8305"},
		{"more memory than a record may ask for", Hasher{maxMemoryKiB + 1, 1}, "8305"},
		{"more passes than a record may ask for", Hasher{64, maxTime + 1}, "8305"},
		{"an empty PIN", cheap(), ""},
		{"a text longer than any PIN", cheap(), strings.Repeat("8", access.MaxTypedPIN+1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if s, err := k.SealPIN(seeded(5), c.h, alice, access.NewPIN(c.pin)); err == nil {
				t.Errorf("got a record of %d bytes, want an error", len(s.Blob))
			}
		})
	}
	if _, err := k.SealPIN(bytes.NewReader(make([]byte, saltSize+3)), cheap(), alice, access.NewPIN("8305")); err == nil {
		t.Error("randomness that ends early: got no error")
	}
}

func TestSamePINNeverLooksTheSame(t *testing.T) {
	k, random := newRing(t, 1), seeded(5)
	a, errA := k.SealPIN(random, cheap(), alice, access.NewPIN("8305"))
	b, errB := k.SealPIN(random, cheap(), alice, access.NewPIN("8305"))
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(a.Blob[9:pinHeadSize], b.Blob[9:pinHeadSize]) || bytes.Equal(a.Blob[pinHeadSize:], b.Blob[pinHeadSize:]) {
		t.Error("two records of one PIN share their salt or their ciphertext")
	}
}

func TestSealedPINElsewhere(t *testing.T) {
	k, before := twoKeys(t)
	s := sealPIN(t, before, alice, "8305")
	t.Run("a retired key still opens", func(t *testing.T) {
		if ok, err := k.VerifyPIN(alice, s, access.NewPIN("8305")); err != nil || !ok {
			t.Errorf("got %v, %v, want true", ok, err)
		}
	})
	t.Run("new rows take the active key", func(t *testing.T) {
		if got := sealPIN(t, k, alice, "8305").KeyID; got != k.ActiveID() || got == s.KeyID {
			t.Errorf("got key %q, want %q", got, k.ActiveID())
		}
	})
	t.Run("under another account", func(t *testing.T) {
		ok, err := k.VerifyPIN(bruno, s, access.NewPIN("8305"))
		wantError(t, err, access.ErrDamaged, "seal_broken")
		if ok {
			t.Error("a copied row verified")
		}
		wantError(t, k.CheckPIN(bruno, s), access.ErrDamaged, "seal_broken")
	})
	t.Run("under another key of the ring", func(t *testing.T) {
		wantError(t, k.CheckPIN(alice, SealedPIN{k.ActiveID(), s.Blob}), access.ErrDamaged, "seal_broken")
	})
	t.Run("where the ring has another key under the same id", func(t *testing.T) {
		other := newRing(t, 7)
		other.ring().keys[0].id, other.ring().active = s.KeyID, s.KeyID
		wantError(t, other.CheckPIN(alice, s), access.ErrDamaged, "seal_broken")
	})
	t.Run("where the ring lacks the key", func(t *testing.T) {
		_, err := newRing(t, 7).VerifyPIN(alice, s, access.NewPIN("8305"))
		wantError(t, err, access.ErrUnusable, "key_unknown")
	})
	t.Run("a birth date in its place", func(t *testing.T) {
		d, err := k.SealDate(seeded(5), alice, access.Date{Year: 2011, Month: 5, Day: 23})
		if err != nil {
			t.Fatal(err)
		}
		wantError(t, k.CheckPIN(alice, SealedPIN(d)), access.ErrDamaged, "seal_broken")
	})
}

func TestEveryByteOfASealedPINCounts(t *testing.T) {
	k := newRing(t, 1)
	s := sealPIN(t, k, alice, "8305")
	for i := range s.Blob {
		for _, flip := range []byte{0x01, 0x80, 0xff} {
			edited := bytes.Clone(s.Blob)
			edited[i] ^= flip
			ok, err := k.VerifyPIN(alice, SealedPIN{s.KeyID, edited}, access.NewPIN("8305"))
			if ok || !errors.Is(err, access.ErrDamaged) {
				t.Errorf("byte %d flipped by %#x: got %v, %v, want damage", i, flip, ok, err)
			}
		}
	}
	for n := range s.Blob {
		wantError(t, k.CheckPIN(alice, SealedPIN{s.KeyID, s.Blob[:n]}), access.ErrDamaged, "seal_broken")
	}
	wantError(t, k.CheckPIN(alice, SealedPIN{s.KeyID, append(bytes.Clone(s.Blob), 0)}), access.ErrDamaged, "seal_broken")
	if err := k.CheckPIN(alice, s); err != nil {
		t.Errorf("the untouched record: %v", err)
	}
}

func TestRecordsThatAskTooMuch(t *testing.T) {
	k := newRing(t, 1)
	for _, h := range []Hasher{{0, 1}, {7, 1}, {64, 0}, {maxMemoryKiB + 1, 1}, {1 << 31, 1}, {64, maxTime + 1}, {64, 1 << 31}} {
		s, err := k.seal(seeded(5), purposePIN, alice, pinHead(h, make([]byte, saltSize)), make([]byte, hashSize))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		_, err = k.VerifyPIN(alice, SealedPIN(s), access.NewPIN("8305"))
		wantError(t, err, access.ErrDamaged, "seal_broken")
		if took := time.Since(start); took > time.Second {
			t.Errorf("%+v: took %v, want a refusal before any hashing", h, took)
		}
	}
}

func TestVerifyDummyCostsTheSame(t *testing.T) {
	k := newRing(t, 1)
	s := sealPIN(t, k, alice, "8305")
	pin := access.NewPIN("8306")
	// Bytes allocated are argon2id's memory, and unlike time they do not vary.
	real := allocated(func() { _, _ = k.VerifyPIN(alice, s, pin) })
	dummy := allocated(func() { k.VerifyDummy(cheap(), pin) })
	if real < 64<<10 || dummy < real*98/100 || dummy > real*102/100 {
		t.Errorf("the dummy works on %d bytes, a real PIN on %d", dummy, real)
	}
	k.VerifyDummy(Hasher{}, access.NewPIN("8305")) // takes the default cost rather than panic
}

func allocated(f func()) uint64 {
	const runs = 50
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / runs
}

func FuzzSealedPIN(f *testing.F) {
	k := newRing(f, 1)
	s := sealPIN(f, k, alice, "8305")
	f.Add(s.Blob)
	f.Add([]byte{})
	f.Add([]byte{pinVersion, 0xff, 0xff, 0xff, 0xff})
	f.Add(make([]byte, len(s.Blob)))
	f.Fuzz(func(t *testing.T, blob []byte) {
		if h, salt, ok := parsePINHead(blob); ok && (!h.valid() || !bytes.Equal(pinHead(h, salt), blob[:pinHeadSize])) {
			t.Errorf("%x decodes to %+v, which encodes differently", blob, h)
		}
		err := k.CheckPIN(alice, SealedPIN{s.KeyID, blob})
		if want := bytes.Equal(blob, s.Blob); (err == nil) != want || err != nil && !errors.Is(err, access.ErrDamaged) {
			t.Errorf("%x: got %v", blob, err)
		}
	})
}

// TestHashesAtOnce: with every core at work, a PIN waits for one to be free.
func TestHashesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newRing(t, 1)
		cores := k.ring().cores
		for range cap(cores) {
			cores <- struct{}{}
		}
		hashed := false
		go func() {
			k.VerifyDummy(Hasher{MemoryKiB: 8, Time: 1}, access.NewPIN("0000"))
			hashed = true
		}()
		if synctest.Wait(); hashed {
			t.Error("hashed with no core free")
		}
		<-cores
		if synctest.Wait(); !hashed || len(cores) != cap(cores)-1 {
			t.Errorf("hashed: %t, %d cores at work", hashed, len(cores))
		}
	})
}
