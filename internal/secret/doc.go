// Package secret holds what keeps PINs, birth dates, device tokens, one-time
// codes and the audit chain safe: argon2id, sealed records, and the keyring
// that lives outside the store and outside its backups.
//
// It knows no storage, no clock, no configuration and no output, and none of
// the rules about which PIN may be chosen or who may log in: callers pass
// randomness and time in, keep the blobs that come out, and count attempts
// before they ask whether a PIN is right.
//
// # The keyring file
//
// One JSON object, mode 0600, made by "init" and changed by "key rotate" alone:
//
//	{
//	  "version": 1,
//	  "keys": [
//	    {
//	      "id": "key_…",                        unique, never reused
//	      "created_at": "2026-03-02T08:00:00Z",
//	      "state": "active",                    or "next" or "retired"
//	      "secret": "…"                         base64, 32 random bytes
//	    }
//	  ],
//	  "cookie_key": "…"                         base64, 32 random bytes
//	}
//
// Exactly one key is active: new rows are sealed with it. Retired keys only
// open what was sealed before. A next key, one at most, is there between the
// first and the last step of making it the active one. The cookie key names
// cookies and is never rotated, since a browser would lose its devices. No key
// is used as it stands: each purpose has its own subkey, derived by
// HKDF-SHA256, so one purpose never produces a value that another accepts. A
// file that is missing, readable by others or not as above is an error; nothing
// here makes another in its place.
//
// # Sealed records
//
// A record is head | nonce (12 bytes) | AES-256-GCM ciphertext and tag. The
// head is a version byte, and for a PIN also argon2id's memory in KiB and time
// (big-endian, 4 bytes each) and its salt (16 bytes). A label, the account id,
// the key id and the head are authenticated with it, so a record that was
// edited or copied to another account does not open.
package secret
