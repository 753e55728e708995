package secret

import (
	"fmt"
	"io"

	"pinward/internal/access"
)

const (
	noticeVersion  = 1
	noticeHeadSize = 1
)

// SealNotice seals with the active key what only the mail of one notice may
// show, such as a reset code, until it is sent.
func (k *Keyring) SealNotice(random io.Reader, noticeID string, text access.Secret) (Sealed, error) {
	if text.Empty() {
		return Sealed{}, fmt.Errorf("seal the secret of notice %s: there is none", noticeID)
	}
	s, err := k.seal(random, purposeNotice, noticeID, []byte{noticeVersion}, []byte(text.Reveal()))
	if err != nil {
		return Sealed{}, fmt.Errorf("seal the secret of notice %s: %w", noticeID, err)
	}
	return s, nil
}

// OpenNotice undoes SealNotice. It fails with access.ErrDamaged where the record
// does not open for this notice, and with access.ErrUnusable where its key is
// not in the ring.
func (k *Keyring) OpenNotice(noticeID string, s Sealed) (access.Secret, error) {
	size := len(s.Blob) - noticeHeadSize - nonceSize - tagSize
	if size <= 0 {
		return access.Secret{}, damaged(purposeNotice, noticeID)
	}
	text, err := k.open(purposeNotice, noticeID, s, noticeHeadSize, size)
	if err != nil {
		return access.Secret{}, err
	}
	if s.Blob[0] != noticeVersion {
		return access.Secret{}, damaged(purposeNotice, noticeID)
	}
	return access.NewSecret(string(text)), nil
}
