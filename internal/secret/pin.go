package secret

import (
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/argon2"

	"pinward/internal/access"
)

const (
	pinVersion  = 1
	saltSize    = 16
	hashSize    = 32
	pinHeadSize = 1 + 4 + 4 + saltSize

	// What a stored record may demand at most. Without a limit one edited row
	// could take all memory of the machine.
	maxMemoryKiB = 256 << 10
	maxTime      = 16
)

// A Hasher is the cost of argon2id, with one lane, a salt of 16 bytes and a
// hash of 32. Tests use a cheap one.
type Hasher struct {
	MemoryKiB uint32 // at least 8, at most 262144
	Time      uint32 // passes over the memory, at least 1, at most 16
}

// DefaultHasher gives the cost that OWASP's Password Storage Cheat Sheet names
// first for argon2id: 19 MiB, two passes.
func DefaultHasher() Hasher { return Hasher{MemoryKiB: 19456, Time: 2} }

func (h Hasher) valid() bool {
	return h.MemoryKiB >= 8 && h.MemoryKiB <= maxMemoryKiB && h.Time >= 1 && h.Time <= maxTime
}

// hash hashes no more PINs at once than there are cores: more take the caches
// from each other, and memory, and are no faster.
func (k *Keyring) hash(h Hasher, pin access.PIN, salt []byte) []byte {
	cores := k.ring().cores
	cores <- struct{}{}
	defer func() { <-cores }()
	return argon2.IDKey([]byte(pin.Reveal()), salt, h.Time, h.MemoryKiB, 1, hashSize)
}

// A SealedPIN is what a store keeps of a PIN: its argon2id hash, encrypted
// under a key that the store does not have.
type SealedPIN struct {
	KeyID string // the key it was sealed with
	Blob  []byte // 85 bytes, as the package describes
}

// SealPIN hashes a PIN with a fresh salt at cost h and seals the hash with the
// active key for one account. Whether the PIN may be chosen is not its affair;
// it only refuses a text that is empty or longer than access.MaxTypedPIN.
func (k *Keyring) SealPIN(random io.Reader, h Hasher, accountID string, pin access.PIN) (SealedPIN, error) {
	if !h.valid() {
		return SealedPIN{}, fmt.Errorf("seal PIN: %d KiB and %d passes are no cost for argon2id", h.MemoryKiB, h.Time)
	}
	if !hashable(pin) {
		return SealedPIN{}, errors.New("seal PIN: empty or too long")
	}
	salt, err := randomBytes(random, saltSize)
	if err != nil {
		return SealedPIN{}, fmt.Errorf("seal PIN: %w", err)
	}
	s, err := k.seal(random, purposePIN, accountID, pinHead(h, salt), k.hash(h, pin, salt))
	if err != nil {
		return SealedPIN{}, fmt.Errorf("seal PIN: %w", err)
	}
	return SealedPIN(s), nil
}

// VerifyPIN reports whether pin is the one that was sealed for the account. It
// fails with access.ErrDamaged where the record does not open for this account
// (edited, or copied from another), and with access.ErrUnusable where its key
// is not in the ring.
func (k *Keyring) VerifyPIN(accountID string, s SealedPIN, pin access.PIN) (bool, error) {
	h, salt, want, err := k.openPIN(accountID, s)
	if err != nil {
		return false, err
	}
	return k.matches(h, salt, want, pin), nil
}

// CheckPIN opens the seal without hashing anything, to find damaged rows. It
// fails as VerifyPIN does.
func (k *Keyring) CheckPIN(accountID string, s SealedPIN) error {
	_, _, _, err := k.openPIN(accountID, s)
	return err
}

// VerifyDummy does the work of VerifyPIN for an account that has no PIN, or for
// no account at all, so that the time taken does not tell them apart. A cost
// that argon2id would refuse counts as the default one.
func (k *Keyring) VerifyDummy(h Hasher, pin access.PIN) {
	if !h.valid() {
		h = DefaultHasher()
	}
	var salt [saltSize]byte
	blob := append(pinHead(h, salt[:]), make([]byte, nonceSize+hashSize+tagSize)...)
	_ = k.CheckPIN("", SealedPIN{k.ActiveID(), blob})
	k.matches(h, salt[:], make([]byte, hashSize), pin)
}

func (k *Keyring) openPIN(accountID string, s SealedPIN) (h Hasher, salt, hash []byte, err error) {
	hash, err = k.open(purposePIN, accountID, Sealed(s), pinHeadSize, hashSize)
	if err != nil {
		return Hasher{}, nil, nil, err
	}
	h, salt, ok := parsePINHead(s.Blob)
	if !ok {
		return Hasher{}, nil, nil, damaged(purposePIN, accountID)
	}
	return h, salt, hash, nil
}

func (k *Keyring) matches(h Hasher, salt, want []byte, pin access.PIN) bool {
	return hashable(pin) && subtle.ConstantTimeCompare(k.hash(h, pin, salt), want) == 1
}

func hashable(pin access.PIN) bool {
	return !pin.Empty() && len(pin.Reveal()) <= access.MaxTypedPIN
}

func pinHead(h Hasher, salt []byte) []byte {
	b := []byte{pinVersion}
	b = binary.BigEndian.AppendUint32(b, h.MemoryKiB)
	b = binary.BigEndian.AppendUint32(b, h.Time)
	return append(b, salt...)
}

// parsePINHead undoes pinHead and refuses what argon2id could not, or should
// not, be asked to do.
func parsePINHead(b []byte) (h Hasher, salt []byte, ok bool) {
	if len(b) < pinHeadSize || b[0] != pinVersion {
		return Hasher{}, nil, false
	}
	h = Hasher{MemoryKiB: binary.BigEndian.Uint32(b[1:]), Time: binary.BigEndian.Uint32(b[5:])}
	return h, b[9:pinHeadSize], h.valid()
}
