package pinrule

import (
	"errors"
	"fmt"
	"io"

	"pinward/internal/access"
)

// maxDraws bounds the draws of Suggest. A sound source needs about two; only a
// broken one (all bytes the same) gets this far.
const maxDraws = 1000

// Suggest proposes a PIN of length digits that Check allows, each with the same
// chance. A draw that is not allowed is thrown away whole, and so is one with a
// byte of 250 or more, which would favour the digits 0 to 5. random must be a
// cryptographic source; an error of it, or a length that s does not allow, is
// returned.
func Suggest(random io.Reader, length int, s Subject) (access.PIN, error) {
	if err := checkLength(length, s); err != nil {
		return access.PIN{}, fmt.Errorf("suggest a PIN: %w", err)
	}
	draw := make([]byte, length)
	for range maxDraws {
		if _, err := io.ReadFull(random, draw); err != nil {
			return access.PIN{}, fmt.Errorf("suggest a PIN: read random bytes: %w", err)
		}
		pin, ok := pinOf(draw)
		if ok && Check(pin, s) == nil {
			return pin, nil
		}
	}
	return access.PIN{}, errors.New("suggest a PIN: the random source gives no usable PIN")
}

// pinOf turns bytes into digits, or refuses bytes that would favour some.
func pinOf(draw []byte) (access.PIN, bool) {
	digits := make([]byte, len(draw))
	for i, b := range draw {
		if b >= 250 {
			return access.PIN{}, false
		}
		digits[i] = '0' + b%10
	}
	return access.NewPIN(string(digits)), true
}
