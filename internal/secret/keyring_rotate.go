package secret

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// A KeyInfo is what may be told of a key.
type KeyInfo struct {
	ID          string
	State       string // "active", "next" or "retired", as the package describes
	CreatedAt   time.Time
	Fingerprint string
}

// Keys gives all keys, in the file's order.
func (k *Keyring) Keys() []KeyInfo {
	keys := make([]KeyInfo, len(k.ring().keys))
	for i, one := range k.ring().keys {
		keys[i] = KeyInfo{ID: one.id, State: one.state, CreatedAt: one.createdAt, Fingerprint: k.Fingerprint(one.id)}
	}
	return keys
}

// Holds reports whether the ring has a key of that id, in whatever state.
func (k *Keyring) Holds(keyID string) bool { return slices.Contains(k.IDs(), keyID) }

// NextID gives the id of the key that a rotation has begun with, "" for none.
func (k *Keyring) NextID() string {
	for _, one := range k.ring().keys {
		if one.state == stateNext {
			return one.id
		}
	}
	return ""
}

// WithNext gives the ring with one more key, which opens and seals nothing
// until Activated makes it the active one. A ring has at most one such key.
func (k *Keyring) WithNext(random io.Reader, now time.Time) (*Keyring, error) {
	if k.NextID() != "" {
		return nil, errors.New("add a key: one is waiting to become active already")
	}
	id, err := NewPublicID(random, "key_")
	if err != nil {
		return nil, err
	}
	if k.Holds(id) {
		return nil, fmt.Errorf("add a key: its id %s was drawn before", id)
	}
	own, err := randomBytes(random, keySize)
	if err != nil {
		return nil, err
	}
	added := key{id: id, createdAt: now.UTC().Truncate(time.Second), state: stateNext, secret: own}
	return k.changed(append(slices.Clone(k.ring().keys), added)), nil
}

// Activated gives the ring with its next key active and the one that was active
// retired. The cookie-name key stays.
func (k *Keyring) Activated() (*Keyring, error) {
	if k.NextID() == "" {
		return nil, errors.New("activate a key: none is waiting")
	}
	keys := slices.Clone(k.ring().keys)
	for i := range keys {
		switch keys[i].state {
		case stateActive:
			keys[i].state = stateRetired
		case stateNext:
			keys[i].state = stateActive
		}
	}
	return k.changed(keys), nil
}

// Without gives the ring without a retired key. Whatever was sealed with it
// never opens again.
func (k *Keyring) Without(keyID string) (*Keyring, error) {
	keys := slices.DeleteFunc(slices.Clone(k.ring().keys), func(one key) bool {
		return one.id == keyID && one.state == stateRetired
	})
	if len(keys) == len(k.ring().keys) {
		return nil, fmt.Errorf("remove key %q: the ring has no retired key of that id", keyID)
	}
	return k.changed(keys), nil
}

// changed gives a ring of other keys under the same cookie-name key.
func (k *Keyring) changed(keys []key) *Keyring {
	r := &ring{keys: keys, cookieKey: k.ring().cookieKey}
	for _, one := range keys {
		if one.state == stateActive {
			r.active = one.id
		}
	}
	return hide(r)
}
