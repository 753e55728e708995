package secret

import (
	"fmt"
	"io"
)

// ResealPIN opens a sealed PIN and seals the hash in it anew, with the active
// key. The PIN itself is not needed, and the hash stays as it is. It fails as
// VerifyPIN does.
func (k *Keyring) ResealPIN(random io.Reader, accountID string, s SealedPIN) (SealedPIN, error) {
	next, err := k.reseal(random, purposePIN, accountID, Sealed(s), pinHeadSize, hashSize)
	return SealedPIN(next), err
}

// ResealDate does for a birth date what ResealPIN does for a PIN.
func (k *Keyring) ResealDate(random io.Reader, accountID string, s Sealed) (Sealed, error) {
	return k.reseal(random, purposeBirthDate, accountID, s, dateHeadSize, dateSize)
}

func (k *Keyring) reseal(random io.Reader, purpose, accountID string, s Sealed, headSize, plainSize int) (Sealed, error) {
	plain, err := k.open(purpose, accountID, s, headSize, plainSize)
	if err != nil {
		return Sealed{}, err
	}
	next, err := k.seal(random, purpose, accountID, s.Blob[:headSize], plain)
	if err != nil {
		return Sealed{}, fmt.Errorf("seal anew: %w", err)
	}
	return next, nil
}
