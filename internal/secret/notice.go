package secret

import (
	"fmt"
	"io"

	"pinward/internal/access"
)

const (
	purposeNotice  = "notice"
	noticeVersion  = 1
	noticeHeadSize = 1
)

// SealNotice seals what only the mail of a notice may show, with the active key
// and for that notice alone.
func (k *Keyring) SealNotice(random io.Reader, noticeID string, secret string) (Sealed, error) {
	s, err := k.seal(random, purposeNotice, noticeID, []byte{noticeVersion}, []byte(secret))
	if err != nil {
		return Sealed{}, fmt.Errorf("seal the secret of notice %s: %w", noticeID, err)
	}
	return s, nil
}

// OpenNotice undoes SealNotice. It fails with access.ErrDamaged where the record
// does not open for this notice, and with access.ErrUnusable where its key is
// not in the ring.
func (k *Keyring) OpenNotice(noticeID string, s Sealed) (string, error) {
	size := len(s.Blob) - noticeHeadSize - nonceSize - tagSize
	plain, err := k.open(purposeNotice, noticeID, s, noticeHeadSize, max(size, 0))
	if access.CodeOf(err) == "seal_broken" || (err == nil && s.Blob[0] != noticeVersion) {
		return "", &access.Error{
			Kind: access.ErrDamaged, Code: "seal_broken",
			Text: fmt.Sprintf("open the secret of notice %s: the record is not what was sealed for it", noticeID),
			Hint: "somebody or something changed the store behind pinward's back: check it",
		}
	}
	return string(plain), err
}
