package secret

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"pinward/internal/access"
)

// keySize is the length of every key and subkey, in bytes.
const keySize = 32

// The states of a key in the keyring file.
const (
	stateActive  = "active"
	stateNext    = "next"
	stateRetired = "retired"
)

// The purposes that have a subkey of their own. They are part of what is
// stored: changing one makes every row of its purpose unreadable.
const (
	purposePIN         = "pin"
	purposeBirthDate   = "birth-date"
	purposeDeviceToken = "device-token"
	purposeCode        = "one-time-code"
	purposeAuditChain  = "audit-chain"
	purposeAuditDetail = "audit-detail"
	purposeStoreCheck  = "store-check"
	purposeFingerprint = "fingerprint"
	purposeCookieName  = "cookie-name"
	purposeNotice      = "notice"
	purposeGateStart   = "gate-start"
	purposePINEntry    = "pin-entry" // nothing stored: a new PIN, until it is typed again
	purposeRequest     = "request"
	purposeAnswer      = "answer"
)

// A Keyring holds the keys that live outside the store. It prints as
// "[keyring]" under every fmt verb, in JSON and in slog. The function is
// deliberate: fmt cannot call methods on unexported fields, and under a verb
// that does not fit it prints even the struct behind a pointer. A Keyring never
// changes after it was made, so goroutines may share it.
type Keyring struct{ ring func() *ring }

type ring struct {
	keys      []key // in file order
	active    string
	cookieKey []byte
	subkeys   sync.Map      // []byte by subkeyName: deriving one takes longer than using it
	cores     chan struct{} // one for each PIN that is being hashed
}

type subkeyName struct{ keyID, purpose string }

type key struct {
	id        string
	createdAt time.Time
	state     string
	secret    []byte
}

// NewKeyring makes a keyring of one active key and the cookie-name key. It is
// kept nowhere until Create writes it.
func NewKeyring(random io.Reader, now time.Time) (*Keyring, error) {
	id, err := NewPublicID(random, "key_")
	if err != nil {
		return nil, err
	}
	both, err := randomBytes(random, 2*keySize)
	if err != nil {
		return nil, err
	}
	first := key{id: id, createdAt: now.UTC().Truncate(time.Second), state: stateActive, secret: both[:keySize]}
	return hide(&ring{keys: []key{first}, active: id, cookieKey: both[keySize:]}), nil
}

func hide(r *ring) *Keyring {
	r.cores = make(chan struct{}, runtime.GOMAXPROCS(0))
	return &Keyring{func() *ring { return r }}
}

// ActiveID gives the id of the key that new rows are sealed with.
func (k *Keyring) ActiveID() string { return k.ring().active }

// IDs gives the ids of all keys, in the file's order.
func (k *Keyring) IDs() []string {
	ids := make([]string, len(k.ring().keys))
	for i, one := range k.ring().keys {
		ids[i] = one.id
	}
	return ids
}

// Fingerprint gives a short public fingerprint of a key, by which people can
// tell whether two files hold the same one; "" where the ring lacks the key.
func (k *Keyring) Fingerprint(keyID string) string {
	mac, err := k.mac(keyID, purposeFingerprint, []byte(keyID))
	if err != nil {
		return ""
	}
	s := hex.EncodeToString(mac[:8])
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

// StoreCheck gives the MAC that a store keeps to prove at start-up that keyID
// names this very key; nil where the ring lacks the key. See CheckStore.
func (k *Keyring) StoreCheck(keyID, storeID string) []byte {
	mac, err := k.mac(keyID, purposeStoreCheck, []byte(storeID))
	if err != nil {
		return nil
	}
	return mac
}

// CheckStore proves that a store's key keyID is the ring's key of that id, by
// the StoreCheck that the store has kept. It fails with access.ErrUnusable,
// code key_unknown where the ring lacks the key and key_wrong where it has
// another one under that id.
func (k *Keyring) CheckStore(keyID, storeID string, check []byte) error {
	want, err := k.mac(keyID, purposeStoreCheck, []byte(storeID))
	if err != nil {
		return err
	}
	if !hmac.Equal(want, check) {
		return &access.Error{
			Kind: access.ErrUnusable, Code: "key_wrong",
			Text: fmt.Sprintf("keyring: its key %q is not the one this store was made with", keyID),
			Hint: "name the keyring that belongs to this store; nothing in the store was touched",
		}
	}
	return nil
}

// CookieName gives the name of the cookie that holds an account's device token
// in a browser: "__Host-pinward_" and 8 hexadecimal digits of a keyed hash, so
// that people who share a browser do not evict each other and the name tells
// nothing. It stays the same when keys are rotated.
func (k *Keyring) CookieName(accountID string) string {
	sub := derive(k.ring().cookieKey, purposeCookieName)
	return "__Host-pinward_" + hex.EncodeToString(sum(sub, []byte(accountID))[:4])
}

// Format implements fmt.Formatter for every verb.
func (Keyring) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "[keyring]") }

// MarshalText keeps a keyring out of JSON and logs.
func (Keyring) MarshalText() ([]byte, error) { return []byte("[keyring]"), nil }

// mac gives the HMAC-SHA256 of fields under the purpose's subkey. Each field
// goes in with its length, so that no two lists of fields collide.
func (k *Keyring) mac(keyID, purpose string, fields ...[]byte) ([]byte, error) {
	sub, err := k.subkey(keyID, purpose)
	if err != nil {
		return nil, err
	}
	return sum(sub, fields...), nil
}

// subkey gives a key's subkey for a purpose, which nobody may write to.
func (k *Keyring) subkey(keyID, purpose string) ([]byte, error) {
	r := k.ring()
	name := subkeyName{keyID, purpose}
	if sub, ok := r.subkeys.Load(name); ok {
		return sub.([]byte), nil
	}
	for _, one := range r.keys {
		if one.id == keyID {
			sub := derive(one.secret, purpose)
			r.subkeys.Store(name, sub)
			return sub, nil
		}
	}
	return nil, &access.Error{
		Kind: access.ErrUnusable, Code: "key_unknown",
		Text: fmt.Sprintf("keyring: holds no key %q, with which the store was sealed", keyID),
		Hint: "name the keyring that belongs to this store, or restore it from its own backup",
	}
}

func derive(secret []byte, purpose string) []byte {
	sub, err := hkdf.Key(sha256.New, secret, nil, "pinward/v1/"+purpose, keySize)
	if err != nil {
		panic("secret: hkdf refuses a fixed, valid length: " + err.Error())
	}
	return sub
}

func sum(sub []byte, fields ...[]byte) []byte {
	h := hmac.New(sha256.New, sub)
	_, _ = h.Write(joined(fields...))
	return h.Sum(nil)
}

// joined writes each field behind its length in 4 bytes.
func joined(fields ...[]byte) []byte {
	var b []byte
	for _, f := range fields {
		b = binary.BigEndian.AppendUint32(b, uint32(len(f)))
		b = append(b, f...)
	}
	return b
}

func number(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

func randomBytes(random io.Reader, n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(random, b); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return b, nil
}
