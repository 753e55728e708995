package sqlite

import (
	"context"

	"pinward/internal/access"
)

const keptAnswerColumns = `k.id, k.caller, k.name_hash, k.request_key_id, k.request_mac, k.answer_key_id, k.answer, k.turn,
	k.lease_until, k.expires_at`

const selectKeptAnswer = `SELECT ` + keptAnswerColumns + ` FROM kept_answer k WHERE k.caller = ?1 AND k.name_hash = ?2`

func keptAnswerFields(k *access.KeptAnswer) []any {
	return []any{
		&k.Key, &k.Caller, &k.NameHash, &k.Fingerprint.KeyID, &k.Fingerprint.Blob, &k.Answer.KeyID, &k.Answer.Blob, &k.Turn,
		intoTime(&k.LeaseUntil), intoTime(&k.ExpiresAt),
	}
}

func (t *tx) KeptAnswer(ctx context.Context, caller string, nameHash []byte) (access.KeptAnswer, error) {
	var k access.KeptAnswer
	err := t.maybe(ctx, selectKeptAnswer, []any{caller, nameHash}, keptAnswerFields(&k)...)
	return k, err
}

func (t *tx) PutKeptAnswer(ctx context.Context, k *access.KeptAnswer) error {
	values := []any{
		k.Caller, k.NameHash, k.Fingerprint.KeyID, k.Fingerprint.Blob, k.Answer.KeyID, k.Answer.Blob, k.Turn,
		millis(k.LeaseUntil), millis(k.ExpiresAt),
	}
	if k.Key != 0 {
		return t.update(ctx, "kept answer", `UPDATE kept_answer SET caller = ?1, name_hash = ?2, request_key_id = ?3,
			request_mac = ?4, answer_key_id = ?5, answer = ?6, turn = ?7, lease_until = ?8, expires_at = ?9 WHERE id = ?10`,
			append(values, k.Key)...)
	}
	key, err := t.insert(ctx, `INSERT INTO kept_answer (caller, name_hash, request_key_id, request_mac, answer_key_id, answer,
		turn, lease_until, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`, values...)
	if err != nil {
		return err
	}
	k.Key = key
	return nil
}

func (t *tx) DeleteKeptAnswer(ctx context.Context, key int64) error {
	_, err := t.exec(ctx, `DELETE FROM kept_answer WHERE id = ?1`, key)
	return err
}
