package access

import (
	"encoding/binary"
	"time"
)

// An AuditResult says how an action ended.
type AuditResult string

// The results of an audited action.
const (
	AuditDone    AuditResult = "done"
	AuditRefused AuditResult = "refused" // by a rule: wrong PIN, lock, suspension
	AuditDenied  AuditResult = "denied"  // by the operator's role or scope
)

// AuditResults lists all results.
func AuditResults() []AuditResult { return []AuditResult{AuditDone, AuditRefused, AuditDenied} }

// An AuditRecord says who did what to whom, when and with what result. It names
// people by public id only; what could tell them apart stands in Detail, which
// the record covers by DetailMAC, so that a person can be erased and the chain
// still verifies.
type AuditRecord struct {
	Seq        int64
	At         time.Time
	Actor      string // an operator's public id
	Role       Role
	Action     string // noun.verb
	TargetKind string // "account", "device", "school", …; empty for none
	Target     string // its public id
	Result     AuditResult
	KeyID      string // the key of MAC and DetailMAC
	DetailMAC  []byte
	Prev       []byte // MAC of the record before
	MAC        []byte
	Detail     []byte // JSON; nil once erased
}

// ChainBytes gives what MAC covers: every field but MAC and Detail, each with
// its length, so that no two records give the same bytes.
func (r AuditRecord) ChainBytes() []byte {
	b := binary.BigEndian.AppendUint64([]byte("pinward audit 1\n"), uint64(r.Seq))
	b = binary.BigEndian.AppendUint64(b, uint64(r.At.UnixMilli()))
	for _, field := range [...][]byte{
		[]byte(r.Actor), []byte(r.Role), []byte(r.Action), []byte(r.TargetKind), []byte(r.Target),
		[]byte(r.Result), []byte(r.KeyID), r.DetailMAC, r.Prev,
	} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(field)))
		b = append(b, field...)
	}
	return b
}
