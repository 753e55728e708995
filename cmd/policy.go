package cmd

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
)

func newPolicy(s *session) *cobra.Command {
	return group("policy", "See and set what each profile may choose and must do",
		newPolicyShow(s), newPolicySet(s), newPolicyExplain(s), newPolicyPause(s))
}

// policyColumns shows a policy everywhere; its profile is its public id.
func policyColumns() []column[access.Policy] {
	type row = access.Policy
	return []column[row]{
		{Key: "id", Title: "", Value: func(r row) any { return string(r.Profile) }},
		{Key: "profile", Title: "PROFILE", Whole: true, Value: func(r row) any { return string(r.Profile) }},
		{Key: "version", Title: "", Value: func(r row) any { return r.Version }},
		{Key: "allowed", Title: "ALLOWED", Whole: true, Value: func(r row) any { return protectionTexts(r.Allowed) }},
		{Key: "default", Title: "DEFAULT", Whole: true, Value: func(r row) any { return string(r.Default) }},
		{Key: "imposed", Title: "IMPOSED", Value: func(r row) any { return r.Imposed }},
		{Key: "effective_at", Title: "FROM", Value: func(r row) any { return r.EffectiveAt }},
		{Key: "grace", Title: "", Value: func(r row) any { return spanText(r.Grace) }},
		{Key: "window", Title: "", Value: func(r row) any { return spanText(r.Window) }},
		{Key: "pin_min", Title: "PIN MIN", Spare: 1, Value: func(r row) any { return r.PINMin }},
		{Key: "pin_max", Title: "PIN MAX", Spare: 2, Value: func(r row) any { return r.PINMax }},
		{Key: "pin_suggest", Title: "", Value: func(r row) any { return r.PINSuggest }},
		{Key: "device_days", Title: "DEVICE DAYS", Spare: 3, Value: func(r row) any { return r.DeviceDays }},
		{Key: "idle_days", Title: "", Value: func(r row) any { return r.IdleDays }},
		{Key: "max_devices", Title: "MAX DEVICES", Spare: 4, Value: func(r row) any { return r.MaxDevices }},
		{Key: "self_reset", Title: "SELF RESET", Spare: 5, Value: func(r row) any { return r.SelfReset }},
		{Key: "changed_at", Title: "", Value: func(r row) any { return r.ChangedAt }},
	}
}

func protectionTexts(protections []access.Protection) []string {
	texts := make([]string, len(protections))
	for i, p := range protections {
		texts[i] = string(p)
	}
	return texts
}

// spanText gives a time span in the form that flags take: 30d, or 36h0m0s where
// it is no whole number of days.
func spanText(d time.Duration) string {
	if d%access.Day == 0 {
		return fmt.Sprintf("%dd", d/access.Day)
	}
	return d.String()
}
