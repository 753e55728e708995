package access

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Proof says what a person knew when a device was registered.
type Proof string

// The proofs of a device, weaker first.
const (
	ProofPassword Proof = "password"
	ProofPIN      Proof = "pin"
)

// Proofs lists all proofs.
func Proofs() []Proof { return []Proof{ProofPassword, ProofPIN} }

// Suffices reports whether a device proven so is recognized under a protection.
func (p Proof) Suffices(q Protection) bool { return p == ProofPIN || q != ByPIN }

// A Device is a browser that an account need not prove itself on again. Its
// secret token is held by the browser; here stands only what recognizes it.
type Device struct {
	Key        int64  // the store's own number, never shown
	ID         string // public id
	AccountKey int64
	Label      string
	Kind       string // "computer", "phone", "tablet" or "other"
	Proof      Proof
	Browser    Browser // as registered; another family is asked for the PIN
	LastIP     netip.Addr

	TokenKeyID  string    // the key that its tokens are derived under
	Salt        []byte    // random, of this row
	Generation  int64     // of the newest token presented; its successor may be out already
	TokenHash   []byte    // SHA-256 of the newest token's secret
	PresentedAt time.Time // when that token was first presented; zero: not yet

	FirstSeenAt   time.Time
	LastSeenAt    time.Time
	ExpiresAt     time.Time
	RevokedAt     time.Time
	RevokedBy     string
	RevokedReason string
	AuditSeq      int64
}

// Revoked reports whether the device was taken off the list.
func (d Device) Revoked() bool { return !d.RevokedAt.IsZero() }

// Expired reports whether the device has outlived its lifetime or lain unused
// for the policy's idle limit.
func (d Device) Expired(now time.Time, idle time.Duration) bool {
	return !now.Before(d.ExpiresAt) || !now.Before(d.LastSeenAt.Add(idle))
}

// PredecessorGrace is how long an older token stays good after its successor
// was first presented: parallel requests of one browser carry both.
const PredecessorGrace = time.Minute

// MaxLabel is the longest label of a device, in characters, as on PRONOTE.
const MaxLabel = 30

// genericLabel reports words that name the establishment rather than a place in it.
func genericLabel(folded string) bool {
	switch strings.ReplaceAll(strings.TrimSpace(stripMarks(folded)), "’", "'") {
	case "school", "the school", "establishment", "ecole", "l'ecole", "college", "lycee", "etablissement":
		return true
	}
	return false
}

func stripMarks(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}

// NormalizeLabel gives the stored form of a device's label: 1 to 30 printable
// characters, NFC, that say where the device is.
func NormalizeLabel(s string) (string, error) {
	if len(s) > 1<<10 {
		return "", labelInvalid(fmt.Sprintf("label: longer than %d characters", MaxLabel))
	}
	for _, r := range s {
		if r == utf8.RuneError || unicode.IsControl(r) {
			return "", labelInvalid("label: holds a control character")
		}
	}
	label, err := NormalizeText("label", s, MaxLabel)
	switch {
	case err != nil:
		return "", labelInvalid(err.Error())
	case strings.TrimSpace(stripMarks(label)) == "":
		return "", labelInvalid("label: empty")
	case genericLabel(Fold(label)):
		return "", labelInvalid("label: names the school, not the device")
	}
	return label, nil
}

func labelInvalid(text string) error {
	return Refused("label_invalid", text, fmt.Sprintf(`give 1 to %d characters that name the device, such as "Room 201" or "My phone"`, MaxLabel))
}

// NetworkOf gives the network an address counts as for recognizing a place:
// its /24, or /48 for IPv6.
func NetworkOf(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap()
	bits := 24
	if addr.Is6() {
		bits = 48
	}
	prefix, err := addr.WithZone("").Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}

// SourceOf gives what counts as one place to try accounts from: an address, and of
// IPv6 the /64 that one machine has to itself.
func SourceOf(addr netip.Addr) netip.Addr {
	addr = addr.Unmap().WithZone("")
	if !addr.Is6() {
		return addr
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return addr
	}
	return prefix.Addr()
}
