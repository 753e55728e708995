package cmd

import (
	"github.com/spf13/cobra"

	"pinward/internal/store"
)

func newLogin(s *session) *cobra.Command {
	return group("login", "Run logins through the decision, and read the login log",
		newLoginStart(s), newLoginPIN(s), newLoginSetup(s), newLoginRemember(s), newLoginReset(s),
		newLoginPass(s), newLoginList(s), newLoginTail(s), newLoginImport(s))
}

// loginColumns shows a login everywhere; its secret id is never among them.
func loginColumns() []column[store.LoginRow] {
	type row = store.LoginRow
	return []column[row]{
		{Key: "id", Title: "NO", Value: func(r row) any { return r.Key }},
		{Key: "started_at", Title: "STARTED", Value: func(r row) any { return r.StartedAt }},
		{Key: "ended_at", Title: "", Value: func(r row) any { return r.EndedAt }},
		{Key: "login", Title: "LOGIN", Whole: true, Value: func(r row) any { return orNil(r.AccountLogin) }},
		{Key: "school", Title: "", Value: func(r row) any { return orNil(r.School) }},
		{Key: "state", Title: "STATE", Whole: true, Value: func(r row) any { return string(r.State) }},
		{Key: "decision", Title: "", Value: func(r row) any { return string(r.Decision) }},
		{Key: "reason", Title: "REASON", Whole: true, Value: func(r row) any { return string(r.Reason) }},
		{Key: "wrong_pins", Title: "WRONG PINS", Spare: 5, Value: func(r row) any { return r.WrongPINs }},
		{Key: "ip", Title: "IP", Whole: true, Spare: 3, Value: func(r row) any { return addressOrNil(r.IP) }},
		{Key: "browser", Title: "BROWSER", Spare: 2, Value: func(r row) any { return r.Browser().String() }},
		{Key: "user_agent", Title: "", Value: func(r row) any { return orNil(r.UserAgent) }},
		{Key: "device_id", Title: "DEVICE", Whole: true, Spare: 4, Value: func(r row) any { return orNil(r.DeviceID) }},
		{Key: "token", Title: "", Value: func(r row) any { return orNil(r.Token) }},
		{Key: "opened_by", Title: "", Value: func(r row) any { return r.OpenedBy }},
	}
}
