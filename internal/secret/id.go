package secret

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
)

// maxID is the longest public id, in characters.
const maxID = 64

// A LoginID names a login under way and is as good as a password for it. It
// prints as "[login id]" under every fmt verb, in JSON and in slog; for the
// pointer see Token.
type LoginID struct{ text *string }

// NewLoginID draws a login id of 256 bits, written as 43 base64url characters.
func NewLoginID(random io.Reader) (LoginID, error) {
	b, err := randomBytes(random, 32)
	if err != nil {
		return LoginID{}, fmt.Errorf("draw login id: %w", err)
	}
	text := base64.RawURLEncoding.EncodeToString(b)
	return LoginID{&text}, nil
}

// HashLoginID gives what a store keeps of a login id, and looks it up by: its
// SHA-256, enough for 256 random bits.
func HashLoginID(s string) []byte {
	h := sha256.Sum256([]byte(s))
	return h[:]
}

// Reveal gives the login id's text to the portal that opened the login; "" for
// no login id.
func (id LoginID) Reveal() string {
	if id.text == nil {
		return ""
	}
	return *id.text
}

// Format implements fmt.Formatter for every verb.
func (LoginID) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "[login id]") }

// MarshalText keeps a login id out of JSON and logs.
func (LoginID) MarshalText() ([]byte, error) { return []byte("[login id]"), nil }

// publicIDSize is how many random bytes a public id has.
const publicIDSize = 10

// NewPublicID draws an id that may be shown to anybody: prefix and 16
// characters of Crockford's base32 in lower case, 80 bits. The prefix may hold
// a-z, 0-9, _ and -, so that the id is safe in file names, URLs and cookies.
func NewPublicID(random io.Reader, prefix string) (string, error) {
	next, err := NewPublicIDs(random, prefix, 1)
	if err != nil {
		return "", err
	}
	return next(), nil
}

// NewPublicIDs draws n ids as NewPublicID does, and gives them one a call in
// ascending order: an index that takes very many of them then grows at one place
// after the other. The n+1st call panics.
func NewPublicIDs(random io.Reader, prefix string, n int) (next func() string, err error) {
	if !validID(prefix + "0123456789abcdef") {
		return nil, errors.New("draw id: the prefix is not a-z, 0-9, _ or -, or too long")
	}
	b, err := randomBytes(random, n*publicIDSize)
	if err != nil {
		return nil, fmt.Errorf("draw ids: %w", err)
	}
	drawn := make([][publicIDSize]byte, n)
	for i := range drawn {
		drawn[i] = [publicIDSize]byte(b[i*publicIDSize:])
	}
	slices.SortFunc(drawn, func(x, y [publicIDSize]byte) int { return bytes.Compare(x[:], y[:]) })
	// Crockford leaves out i, l, o and u: https://www.crockford.com/base32.html
	crockford := base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)
	return func() string {
		one := drawn[0]
		drawn = drawn[1:]
		return prefix + crockford.EncodeToString(one[:])
	}, nil
}

func validID(id string) bool {
	if id == "" || len(id) > maxID {
		return false
	}
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}
