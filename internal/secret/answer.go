package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
)

const (
	answerVersion  = 1
	answerHeadSize = 1
)

// HashRepeatKey gives what a store keeps of the name under which a request may
// come again: its SHA-256. The name is no secret.
func HashRepeatKey(name string) []byte {
	sum := sha256.Sum256([]byte(name))
	return sum[:]
}

// RequestMAC gives the fingerprint of a request, its parts in order, under the
// active key: a body may hold a PIN, which a plain hash would give away.
func (k *Keyring) RequestMAC(parts ...[]byte) (Sealed, error) {
	mac, err := k.mac(k.ActiveID(), purposeRequest, parts...)
	return Sealed{k.ActiveID(), mac}, err
}

// IsRequest reports in constant time whether a request has that fingerprint. A
// key that is not in the ring is access.ErrUnusable.
func (k *Keyring) IsRequest(s Sealed, parts ...[]byte) (bool, error) {
	mac, err := k.mac(s.KeyID, purposeRequest, parts...)
	return err == nil && hmac.Equal(mac, s.Blob), err
}

// SealAnswer seals with the active key an answer that is kept for a request's
// repetition. It may hold a device token, and is bound to the owner that the
// caller names.
func (k *Keyring) SealAnswer(random io.Reader, owner string, answer []byte) (Sealed, error) {
	s, err := k.seal(random, purposeAnswer, owner, []byte{answerVersion}, answer)
	if err != nil {
		return Sealed{}, fmt.Errorf("seal an answer: %w", err)
	}
	return s, nil
}

// OpenAnswer undoes SealAnswer. It fails with access.ErrDamaged where the record
// does not open for this owner, and with access.ErrUnusable where its key is not
// in the ring.
func (k *Keyring) OpenAnswer(owner string, s Sealed) ([]byte, error) {
	size := len(s.Blob) - answerHeadSize - nonceSize - tagSize
	if size < 0 || s.Blob[0] != answerVersion {
		return nil, damaged(purposeAnswer, owner)
	}
	return k.open(purposeAnswer, owner, s, answerHeadSize, size)
}
