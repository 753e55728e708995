package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// An AuditEntry is an audit record with its detail read.
type AuditEntry struct {
	access.AuditRecord
	Details map[string]any // nil once erased
}

// auditTarget gives the public id of an account that was named by its login,
// and any other target as it is.
func (a *App) auditTarget(ctx context.Context, target string) (string, error) {
	err := a.store.View(ctx, func(tx store.Tx) error {
		account, err := tx.AccountByLogin(ctx, target)
		if err == nil {
			target = account.ID
		}
		if errors.Is(err, access.ErrNotFound) {
			return nil
		}
		return err
	})
	return target, err
}

// AuditRecords streams the audit records that f selects, oldest first. They tell
// of the people of every school.
func (a *App) AuditRecords(ctx context.Context, by access.Operator, f store.AuditFilter, each func(AuditEntry) error) error {
	err := authorize(by, AuditList)
	if err == nil {
		err = authorizeWhole(by, AuditList)
	}
	if err != nil {
		return a.denied(ctx, by, AuditList, err)
	}
	if f.Target, err = a.auditTarget(ctx, f.Target); err != nil {
		return err
	}
	return a.eachAudit(ctx, f, func(r access.AuditRecord) error {
		e := AuditEntry{AuditRecord: r}
		if r.Detail != nil {
			if err := json.Unmarshal(r.Detail, &e.Details); err != nil {
				return auditDamage(r.Seq, "its detail is not readable")
			}
		}
		return each(e)
	})
}

func (a *App) eachAudit(ctx context.Context, f store.AuditFilter, each func(access.AuditRecord) error) error {
	f.Limit = pageSize
	for {
		var page []access.AuditRecord
		err := a.store.View(ctx, func(tx store.Tx) (err error) {
			page, err = tx.Audits(ctx, f)
			return err
		})
		if err != nil {
			return fmt.Errorf("read the audit records: %w", err)
		}
		for _, r := range page {
			if err := each(r); err != nil {
				return err
			}
		}
		if len(page) < pageSize {
			return nil
		}
		f.After = page[len(page)-1].Seq
	}
}

// An AuditHead names the newest record of a chain, to be kept outside the store:
// only against a remembered head can a cut-off tail be noticed.
type AuditHead struct {
	Seq int64
	MAC []byte
}

// String gives SEQ:HEX.
func (h AuditHead) String() string { return fmt.Sprintf("%d:%s", h.Seq, hex.EncodeToString(h.MAC)) }

// ParseAuditHead reads SEQ:HEX.
func ParseAuditHead(s string) (AuditHead, error) {
	seq, mac, _ := strings.Cut(strings.TrimSpace(s), ":")
	var h AuditHead
	var err error
	if h.Seq, err = strconv.ParseInt(seq, 10, 64); err == nil {
		h.MAC, err = hex.DecodeString(mac)
	}
	if err != nil || h.Seq < 1 || len(h.MAC) != 32 {
		return AuditHead{}, access.Usage("audit head: not of the form SEQ:HEX", "give what `pinward audit head` printed")
	}
	return h, nil
}

// AuditHead gives the newest record's place and MAC.
func (a *App) AuditHead(ctx context.Context, by access.Operator) (AuditHead, error) {
	var h AuditHead
	err := a.read(ctx, by, AuditHeadRead, func(tx store.Tx) error {
		r, err := tx.AuditHead(ctx)
		h = AuditHead{r.Seq, r.MAC}
		return err
	})
	return h, err
}

// VerifyAudit checks the whole chain: no record edited, removed, reordered or
// added by another hand, and, where head is not zero, that record still there
// and the same. It gives the number of records and the newest.
func (a *App) VerifyAudit(ctx context.Context, by access.Operator, head AuditHead) (int64, AuditHead, error) {
	if err := authorize(by, AuditVerify); err != nil {
		return 0, AuditHead{}, a.denied(ctx, by, AuditVerify, err)
	}
	return a.verifyAudit(ctx, head)
}

func (a *App) verifyAudit(ctx context.Context, head AuditHead) (int64, AuditHead, error) {
	from, err := a.checkpoint(ctx)
	if err != nil {
		return 0, AuditHead{}, err
	}
	for {
		n, last, broken := a.verifyFrom(ctx, from, head)
		if broken == nil {
			return n, last, nil
		}
		now, err := a.checkpoint(ctx)
		if err != nil || now.Seq == from.Seq {
			return n, last, broken
		}
		from = now // retention went on meanwhile
	}
}

// verifyFrom checks the records that follow the one that from names.
func (a *App) verifyFrom(ctx context.Context, from, head AuditHead) (n int64, last AuditHead, err error) {
	last = from
	met := head.Seq == 0
	meet := func(h AuditHead) error {
		if h.Seq != head.Seq || met {
			return nil
		}
		met = true
		if !bytes.Equal(h.MAC, head.MAC) {
			return auditDamage(h.Seq, "it is not the record that the remembered head names")
		}
		return nil
	}
	if err := meet(from); err != nil {
		return 0, last, err
	}
	err = a.eachAudit(ctx, store.AuditFilter{Page: store.Page{After: from.Seq}}, func(r access.AuditRecord) error {
		if err := a.verifyRecord(r, last); err != nil {
			return err
		}
		n, last = n+1, AuditHead{r.Seq, r.MAC}
		return meet(last)
	})
	switch {
	case err != nil:
		return n, last, err
	case n == 0: // Init and pruning leave a record, so an empty chain was emptied
		return n, last, auditDamage(from.Seq+1, "it is missing")
	case met:
		return n, last, nil
	case head.Seq < from.Seq:
		return n, last, headPruned(from, head)
	}
	return n, last, auditDamage(head.Seq, "the record that the remembered head names is missing")
}

// verifyRecord checks one record against its predecessor.
func (a *App) verifyRecord(r access.AuditRecord, last AuditHead) error {
	if r.Seq != last.Seq+1 {
		return auditDamage(last.Seq+1, "it is missing")
	}
	if !bytes.Equal(r.Prev, last.MAC) {
		return auditDamage(r.Seq, "it does not follow the record before it")
	}
	mac, err := a.keys.AuditMAC(r.KeyID, r.Prev, r.ChainBytes())
	if err != nil || !bytes.Equal(mac, r.MAC) {
		return auditDamage(r.Seq, "it was changed")
	}
	if r.Detail == nil {
		return nil
	}
	detail, err := a.keys.DetailMAC(r.KeyID, r.Seq, r.Detail)
	if err != nil || !bytes.Equal(detail, r.DetailMAC) {
		return auditDamage(r.Seq, "its detail was changed")
	}
	return nil
}

func auditDamage(seq int64, what string) error {
	return &access.Error{
		Kind: access.ErrDamaged, Code: "audit_broken",
		Text: fmt.Sprintf("verify the audit chain: record %d: %s", seq, what),
		Hint: "somebody may have edited the store by hand; keep it as evidence and compare with a backup",
	}
}

// NewestRecordAt gives the time of the newest audit record, for telling whether
// the clock has been moved back.
func (a *App) NewestRecordAt(ctx context.Context, by access.Operator) (time.Time, error) {
	var at time.Time
	err := a.read(ctx, by, AuditHeadRead, func(tx store.Tx) error {
		r, err := tx.AuditHead(ctx)
		at = r.At
		return err
	})
	return at, err
}
