package access

import (
	"fmt"
	"io"
)

// A PIN is what a person types. It prints as "[PIN]" under every fmt verb, in
// JSON and in slog. The pointer is deliberate: fmt cannot call methods on
// unexported fields, and would print a plain string's digits there.
type PIN struct{ digits *string }

// NewPIN wraps what was typed, unchecked.
func NewPIN(digits string) PIN { return PIN{&digits} }

// Reveal gives the typed text to the few who need it: the PIN rules, the
// hasher, and the command that proposes random PINs.
func (p PIN) Reveal() string {
	if p.digits == nil {
		return ""
	}
	return *p.digits
}

// Empty reports whether nothing was typed.
func (p PIN) Empty() bool { return p.Reveal() == "" }

// Equal reports whether two PINs hold the same text.
func (p PIN) Equal(q PIN) bool { return p.Reveal() == q.Reveal() }

// Format implements fmt.Formatter for every verb.
func (PIN) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "[PIN]") }

// MarshalText keeps a PIN out of JSON and logs.
func (PIN) MarshalText() ([]byte, error) { return []byte("[PIN]"), nil }

// UnmarshalText lets a PIN be read from a JSON request.
func (p *PIN) UnmarshalText(b []byte) error {
	*p = NewPIN(string(b))
	return nil
}

// A Secret is any other text that must never show: a login id, a device token,
// a set-up code, as a request carries them.
type Secret struct{ text *string }

// NewSecret wraps a text.
func NewSecret(text string) Secret { return Secret{&text} }

// Reveal gives the text to whoever hashes, compares or hands it over.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty reports whether there is no text.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// Format implements fmt.Formatter for every verb.
func (Secret) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "[secret]") }

// MarshalText keeps a Secret out of JSON and logs; an answer that must carry one
// reveals it.
func (Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// UnmarshalText lets a Secret be read from a JSON request.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = NewSecret(string(b))
	return nil
}

// The codes of a refused new PIN.
const (
	CodePINTooShort    = "pin_too_short"
	CodePINWrongLength = "pin_wrong_length"
	CodePINNotDigits   = "pin_not_digits"
	CodePINGuessable   = "pin_guessable"
	CodePINMismatch    = "pin_mismatch"
	CodePINSameAsOld   = "pin_same_as_old"
)

// MaxTypedPIN is the longest text, in bytes, that any code looks at as a PIN;
// what is longer is refused before any work is done on it.
const MaxTypedPIN = 64
