package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
)

const (
	tokenPrefix     = "pwd_"
	tokenSecretSize = 32
	tokenSecretText = 43 // characters of base64url without padding

	// maxGenerations bounds the work that one presented token can cause: over a
	// device's longest life, more than one rotation a minute.
	maxGenerations = 1 << 20
)

// A Token is what a recognized device presents:
// "pwd_<device id>.<43 base64url characters>". It prints as "[token]" under
// every fmt verb, in JSON and in slog. The pointer to a string is deliberate:
// fmt cannot call methods on unexported fields, and under a verb that does not
// fit it prints even the array or struct behind a pointer.
type Token struct {
	deviceID string  // public
	secret   *string // 32 bytes, not text
}

// ParseToken reads a token that somebody presents and gives the device id that
// it claims. Anything else than the one exact form is not ok. It proves
// nothing: that is for Hash and TokenGeneration.
func ParseToken(s string) (deviceID string, t Token, ok bool) {
	rest, found := strings.CutPrefix(s, tokenPrefix)
	if !found {
		return "", Token{}, false
	}
	deviceID, text, _ := strings.Cut(rest, ".")
	if !validID(deviceID) || len(text) != tokenSecretText {
		return "", Token{}, false
	}
	// The length is asked again because base64 skips line ends.
	secret, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(secret) != tokenSecretSize {
		return "", Token{}, false
	}
	return deviceID, newToken(deviceID, secret), true
}

func newToken(deviceID string, secret []byte) Token {
	kept := string(secret)
	return Token{deviceID, &kept}
}

// DeviceToken gives the token of a device's generation, counted from 0: always
// the same for the same row, so that a predecessor always gets the same
// successor and no earlier one need be kept. keyIDs is a key's id or, after a
// rotation, TokenKeys. salt is the row's own, random and of at least 16 bytes.
func (k *Keyring) DeviceToken(keyIDs, deviceID string, generation int64, salt []byte) (Token, error) {
	if !validID(deviceID) {
		return Token{}, errors.New("derive device token: the device id is not valid")
	}
	if generation < 0 {
		return Token{}, fmt.Errorf("derive device token of %s: generation %d", deviceID, generation)
	}
	secretOf, err := k.tokenSecrets(keyIDs, deviceID, salt)
	if err != nil {
		return Token{}, err
	}
	return newToken(deviceID, secretOf(generation)), nil
}

// TokenGeneration tells which generation, from current down to 0, a token is;
// one that was never issued for this device is not ok. It looks at the newest
// 1,048,576 generations and takes about a microsecond for each.
func (k *Keyring) TokenGeneration(keyIDs, deviceID string, salt []byte, current int64, t Token) (generation int64, ok bool, err error) {
	secretOf, err := k.tokenSecrets(keyIDs, deviceID, salt)
	if err != nil {
		return 0, false, err
	}
	if t.secret == nil || t.deviceID != deviceID {
		return 0, false, nil
	}
	presented := []byte(*t.secret)
	for g := current; g >= 0 && g > current-maxGenerations; g-- {
		if hmac.Equal(secretOf(g), presented) {
			return g, true, nil
		}
	}
	return 0, false, nil
}

// tokenSecrets gives the function from generation to secret for one device row.
func (k *Keyring) tokenSecrets(keyIDs, deviceID string, salt []byte) (func(int64) []byte, error) {
	if len(salt) < saltSize {
		return nil, fmt.Errorf("derive device token of %s: salt of %d bytes, not %d or more", deviceID, len(salt), saltSize)
	}
	spans, err := TokenKeys(keyIDs).spans()
	if err != nil {
		return nil, fmt.Errorf("derive device token of %s: %w", deviceID, err)
	}
	macs := make([]hash.Hash, len(spans))
	for i, span := range spans {
		sub, err := k.subkey(span.id, purposeDeviceToken)
		if err != nil {
			return nil, err
		}
		macs[i] = hmac.New(sha256.New, sub)
	}
	return func(generation int64) []byte {
		i := 0
		for generation < spans[i].from {
			i++
		}
		macs[i].Reset()
		_, _ = macs[i].Write(joined([]byte(deviceID), number(generation), salt))
		return macs[i].Sum(nil)
	}, nil
}

// Hash gives what a store keeps of the token: the SHA-256 of its 32 secret
// bytes, enough for 256 random bits; nil for no token.
func (t Token) Hash() []byte {
	if t.secret == nil {
		return nil
	}
	h := sha256.Sum256([]byte(*t.secret))
	return h[:]
}

// Reveal gives the token's text to those who hand it to its device; "" for no
// token.
func (t Token) Reveal() string {
	if t.secret == nil {
		return ""
	}
	return tokenPrefix + t.deviceID + "." + base64.RawURLEncoding.EncodeToString([]byte(*t.secret))
}

// Format implements fmt.Formatter for every verb.
func (Token) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "[token]") }

// MarshalText keeps a token out of JSON and logs.
func (Token) MarshalText() ([]byte, error) { return []byte("[token]"), nil }
