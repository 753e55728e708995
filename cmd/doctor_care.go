package cmd

import (
	"context"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// backupAge is how old the newest backup may be.
const backupAge = 7 * access.Day

// examineCare looks at what people must do outside the store: back it up, and
// keep a copy of its key.
func (s *session) examineCare(ctx context.Context, a *app.App) []diagnosis {
	care, err := a.Care(ctx, s.Operator)
	if err != nil {
		return []diagnosis{failed("backup", err)}
	}
	key := diagnosis{Check: "key", OK: true, Text: "a copy of the keyring is noted"}
	if care.KeyNotedAt.IsZero() {
		key = diagnosis{
			Check: "key", Text: "no copy of the present keyring is noted",
			Hint: "copy " + s.config.Keyring + " to a safe place, then: pinward key status --copy-noted",
		}
	}
	return []diagnosis{examineBackup(care.LastBackupAt, s.Now()), key}
}

func examineBackup(last, now time.Time) diagnosis {
	const hint = "pinward store backup FILE --keep 14, every day"
	switch {
	case last.IsZero():
		return diagnosis{Check: "backup", Text: "no backup was ever made", Hint: hint}
	case now.Sub(last) >= backupAge:
		return diagnosis{Check: "backup", Text: "the newest backup is of " + utc(last) + ", a week old or more", Hint: hint}
	}
	return diagnosis{Check: "backup", OK: true, Text: "the newest is of " + utc(last)}
}
