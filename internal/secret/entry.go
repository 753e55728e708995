package secret

import (
	"strconv"

	"pinward/internal/access"
)

// EntryMAC gives what stands for a new PIN on a page until it is typed a second
// time: an HMAC under a subkey of its own, bound to the login of that number and
// to its account. Without the keyring it tells nothing of the PIN. It is stored
// nowhere. Compare with hmac.Equal. A key that is not in the ring is
// access.ErrUnusable.
func (k *Keyring) EntryMAC(keyID string, login int64, accountID string, pin access.PIN) ([]byte, error) {
	return k.mac(keyID, purposePINEntry, []byte(strconv.FormatInt(login, 10)), []byte(accountID), []byte(pin.Reveal()))
}
