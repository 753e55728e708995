package pinrule

import (
	"bytes"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"testing"
	"testing/iotest"
	"time"

	"pinward/internal/access"
)

// seeded gives the same random bytes in every run.
func seeded() io.Reader { return rand.NewChaCha8([32]byte([]byte("pinward: a seed of 32 bytes long"))) }

func TestSuggestIsUniform(t *testing.T) {
	const draws = 600_000
	s := subject(4, 8, access.Date{Year: 2011, Month: time.May, Day: 3})
	counts := make(map[string]int)
	for _, pin := range allPINs(4) {
		if Check(access.NewPIN(pin), s) == nil {
			counts[pin] = 0
		}
	}
	random := seeded()
	for range draws {
		pin, err := Suggest(random, 4, s)
		if err != nil {
			t.Fatal(err)
		}
		counts[pin.Reveal()]++
	}
	if len(counts) > 8059 {
		t.Fatalf("%d PINs proposed or allowed, want none but the allowed", len(counts))
	}
	expected := float64(draws) / float64(len(counts))
	chi2 := 0.0
	for _, n := range counts {
		chi2 += (float64(n) - expected) * (float64(n) - expected) / expected
	}
	freedom := float64(len(counts) - 1)
	deviation := (chi2 - freedom) / math.Sqrt(2*freedom)
	t.Logf("%d allowed PINs, %d draws: chi-square %.0f, %.2f standard deviations from its mean", len(counts), draws, chi2, deviation)
	if math.Abs(deviation) > 4 {
		t.Errorf("chi-square is %.2f standard deviations from its mean, want at most 4", deviation)
	}
}

func TestSuggestLengths(t *testing.T) {
	random := seeded()
	for digits := 4; digits <= 12; digits++ {
		for range 200 {
			pin, err := Suggest(random, digits, subject(4, 12))
			if err != nil {
				t.Fatal(err)
			}
			if got := len(pin.Reveal()); got != digits {
				t.Fatalf("proposed %d digits, want %d", got, digits)
			}
			if err := Check(pin, subject(4, 12)); err != nil {
				t.Fatalf("proposed a PIN that is refused: %v", err)
			}
		}
	}
}

func TestSuggestRefuses(t *testing.T) {
	broken := errors.New("no entropy")
	tests := []struct {
		name   string
		random io.Reader
		digits int
		code   string
		cause  error
	}{
		{"fewer digits than allowed", seeded(), 5, access.CodePINTooShort, access.ErrRefused},
		{"more digits than allowed", seeded(), 9, access.CodePINWrongLength, access.ErrRefused},
		{"no digits", seeded(), 0, access.CodePINTooShort, access.ErrRefused},
		{"fewer than no digits", seeded(), -1, access.CodePINTooShort, access.ErrRefused},
		{"a source that fails", iotest.ErrReader(broken), 6, "", broken},
		{"a source that ends", bytes.NewReader([]byte{1, 2, 3}), 6, "", io.ErrUnexpectedEOF},
		{"a source stuck at a guessable PIN", stuck(7), 6, "", nil},
		{"a source stuck at bytes that are thrown away", stuck(255), 6, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pin, err := Suggest(tt.random, tt.digits, subject(6, 8))
			if err == nil || !pin.Empty() {
				t.Fatal("proposed a PIN, want an error")
			}
			if got := access.CodeOf(err); got != tt.code {
				t.Errorf("code = %q, want %q", got, tt.code)
			}
			if tt.cause != nil && !errors.Is(err, tt.cause) {
				t.Errorf("got %v, want it to wrap %v", err, tt.cause)
			}
		})
	}
}

// stuck is a source that gives the same byte for ever.
type stuck byte

func (s stuck) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(s)
	}
	return len(p), nil
}
