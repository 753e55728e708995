package secret

import (
	"encoding/base64"
	"fmt"
	"io"

	"pinward/internal/access"
)

// NewGateSalt draws what one way past a gate is derived from.
func NewGateSalt(random io.Reader) ([]byte, error) {
	salt, err := randomBytes(random, saltSize)
	if err != nil {
		return nil, fmt.Errorf("draw a salt: %w", err)
	}
	return salt, nil
}

// GateStart gives the token of a way past a gate, 256 bits as 43 base64url
// characters: always the same for the same row, so that it can be told again.
func (k *Keyring) GateStart(keyID string, salt []byte) (access.Secret, error) {
	mac, err := k.mac(keyID, purposeGateStart, salt)
	if err != nil {
		return access.Secret{}, fmt.Errorf("derive the token of a way past a gate: %w", err)
	}
	return access.NewSecret(base64.RawURLEncoding.EncodeToString(mac)), nil
}
