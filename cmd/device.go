package cmd

import (
	"github.com/spf13/cobra"

	"pinward/internal/store"
)

func newDevice(s *session) *cobra.Command {
	return group("device", "See, rename and revoke recognized devices",
		newDeviceList(s), newDeviceShow(s), newDeviceRename(s), newDeviceRevoke(s),
		newDevicePrune(s), newDeviceDiagnose(s))
}

// deviceColumns shows a device everywhere; a token is never among them.
func deviceColumns() []column[store.DeviceRow] {
	type row = store.DeviceRow
	return []column[row]{
		{Key: "id", Title: "ID", Whole: true, Value: func(r row) any { return r.ID }},
		{Key: "login", Title: "LOGIN", Whole: true, Value: func(r row) any { return r.Login }},
		{Key: "label", Title: "LABEL", Value: func(r row) any { return r.Label }},
		{Key: "kind", Title: "KIND", Whole: true, Spare: 4, Value: func(r row) any { return r.Kind }},
		{Key: "browser", Title: "BROWSER", Spare: 2, Value: func(r row) any { return r.Browser.String() }},
		{Key: "proof", Title: "PROOF", Whole: true, Spare: 5, Value: func(r row) any { return string(r.Proof) }},
		{Key: "first_seen_at", Title: "", Value: func(r row) any { return r.FirstSeenAt }},
		{Key: "last_seen_at", Title: "LAST SEEN", Value: func(r row) any { return r.LastSeenAt }},
		{Key: "expires_at", Title: "EXPIRES", Spare: 3, Value: func(r row) any { return r.ExpiresAt }},
		{Key: "revoked_at", Title: "REVOKED", Spare: 1, Value: func(r row) any { return r.RevokedAt }},
		{Key: "revoked_by", Title: "", Value: func(r row) any { return orNil(r.RevokedBy) }},
		{Key: "revoked_reason", Title: "", Value: func(r row) any { return orNil(r.RevokedReason) }},
		{Key: "profile", Title: "", Value: func(r row) any { return string(r.Profile) }},
		{Key: "group", Title: "", Value: func(r row) any { return orNil(r.Group) }},
		{Key: "school", Title: "", Value: func(r row) any { return r.School }},
	}
}

// orNil makes an unset text null.
func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}
