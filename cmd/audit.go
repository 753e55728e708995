package cmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/app"
)

func newAudit(s *session) *cobra.Command {
	return group("audit", "Read and verify who did what",
		newAuditList(s), newAuditVerify(s), newAuditHead(s))
}

// auditColumns shows an audit record everywhere.
func auditColumns() []column[app.AuditEntry] {
	type row = app.AuditEntry
	return []column[row]{
		{Key: "id", Title: "SEQ", Value: func(r row) any { return r.Seq }},
		{Key: "at", Title: "WHEN", Value: func(r row) any { return r.At }},
		{Key: "actor", Title: "", Value: func(r row) any { return r.Actor }},
		{Key: "actor_name", Title: "WHO", Value: func(r row) any { return detailText(r, "actor_name") }},
		{Key: "actor_claimed", Title: "", Value: func(r row) any { return detailText(r, "actor_claimed") }},
		{Key: "role", Title: "", Value: func(r row) any { return string(r.Role) }},
		{Key: "action", Title: "ACTION", Whole: true, Value: func(r row) any { return r.Action }},
		{Key: "target_kind", Title: "", Value: func(r row) any { return orNil(r.TargetKind) }},
		{Key: "target", Title: "", Value: func(r row) any { return orNil(r.Target) }},
		{Key: "login", Title: "LOGIN", Whole: true, Value: func(r row) any { return detailText(r, "login") }},
		{Key: "result", Title: "RESULT", Whole: true, Value: func(r row) any { return string(r.Result) }},
		{Key: "reason", Title: "REASON", Value: func(r row) any { return detailText(r, "reason") }},
		{Key: "detail", Title: "DETAIL", Value: func(r row) any { return orNil(auditDetail(r)) }},
	}
}

func detailText(r app.AuditEntry, key string) any {
	text, _ := r.Details[key].(string)
	return orNil(text)
}

// auditDetail gives what has no column of its own, as key=value.
func auditDetail(r app.AuditEntry) string {
	shown := []string{"actor_name", "actor_claimed", "login", "reason", "name"}
	var parts []string
	for key, value := range r.Details {
		if !slices.Contains(shown, key) {
			parts = append(parts, fmt.Sprintf("%s=%v", key, value))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}
