package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"io"

	"pinward/internal/access"
)

const (
	nonceSize = 12
	tagSize   = 16
)

// A Sealed is a small text that only the keyring opens, and only for the
// account or notice that it was sealed for.
type Sealed struct {
	KeyID string // the key it was sealed with
	Blob  []byte // head, nonce and ciphertext, as the package describes
}

// seal encrypts plain with the active key. The head stays readable, and is
// authenticated together with purpose, account and key.
func (k *Keyring) seal(random io.Reader, purpose, accountID string, head, plain []byte) (Sealed, error) {
	keyID := k.ActiveID()
	aead, err := k.aead(keyID, purpose)
	if err != nil {
		return Sealed{}, err
	}
	nonce, err := randomBytes(random, nonceSize)
	if err != nil {
		return Sealed{}, err
	}
	blob := append(append([]byte(nil), head...), nonce...)
	return Sealed{keyID, aead.Seal(blob, nonce, plain, bound(purpose, accountID, keyID, head))}, nil
}

// open undoes seal. A record of another size, edited in any byte, or sealed
// for another account, purpose or key is access.ErrDamaged; a key that is not
// in the ring is access.ErrUnusable.
func (k *Keyring) open(purpose, accountID string, s Sealed, headSize, plainSize int) ([]byte, error) {
	aead, err := k.aead(s.KeyID, purpose)
	if err != nil {
		return nil, err
	}
	if len(s.Blob) != headSize+nonceSize+plainSize+tagSize {
		return nil, damaged(purpose, accountID)
	}
	head, nonce, sealed := s.Blob[:headSize], s.Blob[headSize:headSize+nonceSize], s.Blob[headSize+nonceSize:]
	plain, err := aead.Open(nil, nonce, sealed, bound(purpose, accountID, s.KeyID, head))
	if err != nil {
		return nil, damaged(purpose, accountID)
	}
	return plain, nil
}

func (k *Keyring) aead(keyID, purpose string) (cipher.AEAD, error) {
	sub, err := k.subkey(keyID, purpose)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(sub)
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", purpose, err)
	}
	return cipher.NewGCM(block)
}

// bound gives the associated data: what a record is tied to without holding it.
func bound(purpose, accountID, keyID string, head []byte) []byte {
	return joined([]byte("pinward/sealed/"+purpose+"/v1"), []byte(accountID), []byte(keyID), head)
}

func damaged(purpose, accountID string) error {
	if purpose == purposeNotice {
		return &access.Error{
			Kind: access.ErrDamaged, Code: "seal_broken",
			Text: fmt.Sprintf("open the secret of notice %q: the record is not what was sealed for it", accountID),
			Hint: "somebody or something changed the store behind pinward's back: check it",
		}
	}
	if purpose == purposeAnswer {
		return &access.Error{
			Kind: access.ErrDamaged, Code: "seal_broken", Text: "open a kept answer: the record is not what was sealed for it",
			Hint: "somebody or something changed the store behind pinward's back: check it",
		}
	}
	what := map[string]string{purposePIN: "PIN", purposeBirthDate: "birth date"}[purpose]
	return &access.Error{
		Kind: access.ErrDamaged, Code: "seal_broken",
		Text: fmt.Sprintf("open the %s of account %q: the record is not what was sealed for it", what, accountID),
		Hint: "somebody or something changed the store behind pinward's back: check it, and set this " + what + " anew",
	}
}
