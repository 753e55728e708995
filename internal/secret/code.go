package secret

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"pinward/internal/access"
)

const (
	// codeAlphabet has no two characters that look alike, nor any that looks
	// like one outside it, and no vowels, so that no code spells a word. 20^8 is
	// 34 bits.
	codeAlphabet = "34679CDFHJKMNPRTVWXY"
	codeSize     = 8

	mailDigits   = "0123456789"
	mailCodeSize = 6
)

// A Code is a one-time code for setting a PIN, told to its owner on paper or by
// mail. It prints as "[code]" under every fmt verb, in JSON and in slog; for the
// pointer see Token.
type Code struct{ text *string } // without the dash

// NewSetupCode draws a set-up code of 8 characters, each equally likely.
func NewSetupCode(random io.Reader) (Code, error) {
	return drawCode(random, codeAlphabet, codeSize)
}

// NewMailCode draws a code of 6 digits, each equally likely, for a mail.
func NewMailCode(random io.Reader) (Code, error) {
	return drawCode(random, mailDigits, mailCodeSize)
}

func drawCode(random io.Reader, alphabet string, size int) (Code, error) {
	// Bytes past the last whole multiple of the alphabet are drawn again, or
	// its first characters would come up more often.
	even := 256 - 256%len(alphabet)
	text := make([]byte, 0, size)
	for len(text) < size {
		b, err := randomBytes(random, 1)
		if err != nil {
			return Code{}, fmt.Errorf("draw one-time code: %w", err)
		}
		if int(b[0]) < even {
			text = append(text, alphabet[int(b[0])%len(alphabet)])
		}
	}
	return newCode(string(text)), nil
}

// ParseSetupCode reads a code as a person types it: case, spaces and dashes do
// not matter.
func ParseSetupCode(s string) (Code, bool) { return parseCode(s, codeAlphabet, codeSize) }

// ParseMailCode reads a mailed code likewise.
func ParseMailCode(s string) (Code, bool) { return parseCode(s, mailDigits, mailCodeSize) }

func parseCode(s, alphabet string, size int) (Code, bool) {
	if len(s) > access.MaxTypedPIN {
		return Code{}, false
	}
	text := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r):
			return -1
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, s)
	if len(text) != size || strings.Trim(text, alphabet) != "" {
		return Code{}, false
	}
	return newCode(text), true
}

func newCode(text string) Code { return Code{&text} }

// CodeMAC gives what a store keeps of a code: an HMAC under a subkey of its
// own, bound to what the code is for and to its account. Compare with
// hmac.Equal. A key that is not in the ring is access.ErrUnusable.
func (k *Keyring) CodeMAC(keyID, purpose, accountID string, c Code) ([]byte, error) {
	if c.text == nil {
		return nil, errors.New("hash one-time code: no code")
	}
	return k.mac(keyID, purposeCode, []byte(purpose), []byte(accountID), []byte(*c.text))
}

// Reveal gives the code to those who tell it to its owner, a set-up code as
// XXXX-XXXX; "" for no code.
func (c Code) Reveal() string {
	if c.text == nil {
		return ""
	}
	if len(*c.text) != codeSize {
		return *c.text
	}
	return (*c.text)[:codeSize/2] + "-" + (*c.text)[codeSize/2:]
}

// Format implements fmt.Formatter for every verb.
func (Code) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "[code]") }

// MarshalText keeps a code out of JSON and logs.
func (Code) MarshalText() ([]byte, error) { return []byte("[code]"), nil }
