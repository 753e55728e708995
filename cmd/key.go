package cmd

import (
	"github.com/spf13/cobra"

	"pinward/internal/app"
)

func newKey(s *session) *cobra.Command {
	return group("key", "Look at the keyring's keys, and rotate them", newKeyStatus(s), newKeyRotate(s))
}

func keyColumns() []column[app.KeyStatus] {
	type row = app.KeyStatus
	return []column[row]{
		{Key: "id", Title: "KEY", Value: func(r row) any { return r.ID }},
		{Key: "state", Title: "STATE", Value: func(r row) any { return r.State }},
		{Key: "created_at", Title: "CREATED", Value: func(r row) any { return r.CreatedAt }},
		{Key: "fingerprint", Title: "FINGERPRINT", Value: func(r row) any { return orNil(r.Fingerprint) }},
		{Key: "pins", Title: "PINS", Value: func(r row) any { return r.Uses.PINs }},
		{Key: "birth_dates", Title: "BIRTH DATES", Value: func(r row) any { return r.Uses.BirthDates }},
		{Key: "devices", Title: "DEVICES", Value: func(r row) any { return r.Uses.Devices }},
		{Key: "mail_codes", Title: "", Value: func(r row) any { return r.Uses.Notices }},
		{Key: "setup_codes", Title: "CODES", Value: func(r row) any { return r.Uses.SetupCodes }},
		{Key: "kept_answers", Title: "", Value: func(r row) any { return r.Uses.Answers }},
		{Key: "audit_records", Title: "AUDIT", Value: func(r row) any { return r.Uses.AuditRecords }},
		{Key: "copy_noted_at", Title: "COPIED", Value: func(r row) any { return r.NotedAt }},
	}
}
