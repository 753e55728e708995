package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

func (t *tx) Meta(ctx context.Context, name string) ([]byte, error) {
	value := []byte{}
	err := t.one(ctx, `SELECT m.value FROM meta m WHERE m.name = ?1`, []any{name}, &value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err == nil && value == nil {
		value = []byte{} // the driver gives an empty value as nil
	}
	return value, err
}

// PutMeta keeps value under name; nil removes it.
func (t *tx) PutMeta(ctx context.Context, name string, value []byte) error {
	if value == nil {
		_, err := t.exec(ctx, `DELETE FROM meta WHERE name = ?1`, name)
		return err
	}
	_, err := t.exec(ctx, `INSERT INTO meta (name, value) VALUES (?1, ?2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return err
}
