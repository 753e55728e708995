package secret

import (
	"fmt"
	"io"

	"pinward/internal/access"
)

const (
	dateVersion  = 1
	dateHeadSize = 1
	dateSize     = len("2011-05-23")
)

// SealDate seals a birth date with the active key for one account. An unset
// date, or one that does not exist, is refused.
func (k *Keyring) SealDate(random io.Reader, accountID string, d access.Date) (Sealed, error) {
	text := d.String()
	if _, err := access.ParseDate(text); err != nil {
		return Sealed{}, fmt.Errorf("seal birth date: %w", err)
	}
	s, err := k.seal(random, purposeBirthDate, accountID, []byte{dateVersion}, []byte(text))
	if err != nil {
		return Sealed{}, fmt.Errorf("seal birth date: %w", err)
	}
	return s, nil
}

// OpenDate undoes SealDate. It fails with access.ErrDamaged where the record
// does not open for this account, and with access.ErrUnusable where its key is
// not in the ring.
func (k *Keyring) OpenDate(accountID string, s Sealed) (access.Date, error) {
	text, err := k.open(purposeBirthDate, accountID, s, dateHeadSize, dateSize)
	if err != nil {
		return access.Date{}, err
	}
	d, err := access.ParseDate(string(text))
	if err != nil || s.Blob[0] != dateVersion {
		return access.Date{}, damaged(purposeBirthDate, accountID)
	}
	return d, nil
}
