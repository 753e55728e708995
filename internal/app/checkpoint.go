package app

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"pinward/internal/access"
	"pinward/internal/store"
)

// metaCheckpoint is where a store keeps its checkpoint.
const metaCheckpoint = "audit_checkpoint"

// A checkpoint names the last audit record that retention has removed. Sealed
// with the audit key, it takes that record's place at the start of the chain:
// who removes records without the key cannot make it fit.
type checkpoint struct {
	Seq   int64  `json:"seq"`
	MAC   []byte `json:"mac"`
	KeyID string `json:"key_id"` // the key of Seal
	Seal  []byte `json:"seal"`
}

// sealCheckpoint covers the number and, as the record before, the MAC. Its first
// line keeps it apart from what a record's MAC covers.
func (a *App) sealCheckpoint(p checkpoint) ([]byte, error) {
	text := binary.BigEndian.AppendUint64([]byte("pinward audit checkpoint 1\n"), uint64(p.Seq))
	return a.keys.AuditMAC(p.KeyID, p.MAC, text)
}

// checkpoint gives the record that the chain now begins after; zero where
// nothing was ever removed.
func (a *App) checkpoint(ctx context.Context) (AuditHead, error) {
	var p checkpoint
	err := a.store.View(ctx, func(tx store.Tx) (err error) {
		p, err = a.readCheckpoint(ctx, tx)
		return err
	})
	return AuditHead{p.Seq, p.MAC}, err
}

func (a *App) readCheckpoint(ctx context.Context, tx store.Tx) (checkpoint, error) {
	text, err := tx.Meta(ctx, metaCheckpoint)
	if err != nil {
		return checkpoint{}, fmt.Errorf("read the audit checkpoint: %w", err)
	}
	if text == nil {
		return checkpoint{}, nil
	}
	var p checkpoint
	if err := json.Unmarshal(text, &p); err != nil {
		return checkpoint{}, checkpointDamage()
	}
	seal, err := a.sealCheckpoint(p)
	if err != nil {
		return checkpoint{}, fmt.Errorf("open the audit checkpoint: %w", err)
	}
	if !bytes.Equal(seal, p.Seal) {
		return checkpoint{}, checkpointDamage()
	}
	return p, nil
}

func (c *change) putCheckpoint(ctx context.Context, h AuditHead) error {
	p := checkpoint{Seq: h.Seq, MAC: h.MAC, KeyID: c.app.keys.ActiveID()}
	var err error
	if p.Seal, err = c.app.sealCheckpoint(p); err != nil {
		return fmt.Errorf("seal the audit checkpoint: %w", err)
	}
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("write the audit checkpoint: %w", err)
	}
	if err := c.PutMeta(ctx, metaCheckpoint, text); err != nil {
		return fmt.Errorf("store the audit checkpoint: %w", err)
	}
	return nil
}

func checkpointDamage() error {
	return &access.Error{
		Kind: access.ErrDamaged, Code: "audit_broken",
		Text: "verify the audit chain: its checkpoint was changed, so that nothing proves where it begins",
		Hint: "somebody may have edited the store by hand; keep it as evidence and compare with a backup",
	}
}

// headPruned says that a remembered head is too old to be compared.
func headPruned(from, head AuditHead) error {
	return &access.Error{
		Kind: access.ErrFinding, Code: "audit_head_pruned",
		Text: fmt.Sprintf("verify the audit chain: whole from record %d on, but the remembered head %d is older than what is kept", from.Seq+1, head.Seq),
		Hint: "note a newer one: pinward audit head",
	}
}
