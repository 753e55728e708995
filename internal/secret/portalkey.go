package secret

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"pinward/internal/access"
)

// portalKeyPrefix stands before every portal key, so that secret scanners and
// people know what they found.
const portalKeyPrefix = "pgk_"

// NewPortalKey draws a key that a portal proves itself by: "pgk_", its public
// id, "_" and 256 random bits as 43 base64url characters.
func NewPortalKey(random io.Reader) (id string, key access.Secret, err error) {
	if id, err = NewPublicID(random, "k"); err != nil {
		return "", access.Secret{}, fmt.Errorf("name a portal key: %w", err)
	}
	b, err := randomBytes(random, 32)
	if err != nil {
		return "", access.Secret{}, fmt.Errorf("draw a portal key: %w", err)
	}
	return id, access.NewSecret(portalKeyPrefix + id + "_" + base64.RawURLEncoding.EncodeToString(b)), nil
}

// PortalKeyID gives the public id in a portal key; false where it is none.
func PortalKeyID(key access.Secret) (string, bool) {
	rest, ours := strings.CutPrefix(key.Reveal(), portalKeyPrefix)
	id, secret, two := strings.Cut(rest, "_")
	return id, ours && two && validID(id) && len(secret) == 43
}

// HashPortalKey gives what a store keeps of a portal key: its SHA-256, enough
// for 256 random bits.
func HashPortalKey(key access.Secret) []byte { return HashLoginID(key.Reveal()) }

// PortalKeyIs reports in constant time whether key is the one of that hash.
func PortalKeyIs(key access.Secret, hash []byte) bool {
	return subtle.ConstantTimeCompare(HashPortalKey(key), hash) == 1
}
