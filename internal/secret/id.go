package secret

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
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

// NewPublicID draws an id that may be shown to anybody: prefix and 16
// characters of Crockford's base32 in lower case, 80 bits. The prefix may hold
// a-z, 0-9, _ and -, so that the id is safe in file names, URLs and cookies.
func NewPublicID(random io.Reader, prefix string) (string, error) {
	b, err := randomBytes(random, 10)
	if err != nil {
		return "", fmt.Errorf("draw id: %w", err)
	}
	// Crockford leaves out i, l, o and u: https://www.crockford.com/base32.html
	crockford := base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)
	id := prefix + crockford.EncodeToString(b)
	if !validID(id) {
		return "", errors.New("draw id: the prefix is not a-z, 0-9, _ or -, or too long")
	}
	return id, nil
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
