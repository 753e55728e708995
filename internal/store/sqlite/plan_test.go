package sqlite

import (
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/store"
)

// planOf gives SQLite's plan of a query, one step a line.
func planOf(t *testing.T, s *Store, query string, args []any) string {
	t.Helper()
	var plan []string
	err := s.View(t.Context(), func(tx2 store.Tx) error {
		steps, err := list(t.Context(), tx2.(*tx), "EXPLAIN QUERY PLAN "+query, args,
			func(step *string) []any { var id, parent, unused int; return []any{&id, &parent, &unused, step} })
		plan = steps
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(plan, "\n")
}

func TestHotQueriesUseIndexes(t *testing.T) {
	s := newTestStore(t)
	for _, tt := range []struct {
		name, query, want string
		params            int
	}{
		{"account by key", selectAccount + `a.id = ?1`, "a USING INTEGER PRIMARY KEY", 1},
		{"account by login", selectAccount + `a.login = ?1`, "a USING INDEX sqlite_autoindex_account_2", 1},
		{"account by external id", selectAccount + `a.external_id = ?1`, "a USING INDEX sqlite_autoindex_account_3", 1},
		{"account by public id", selectAccount + `a.public_id = ?1`, "a USING INDEX sqlite_autoindex_account_1", 1},
		{"policy", selectPolicy, "p USING PRIMARY KEY", 1},
		{"pin", selectPIN, "p USING INTEGER PRIMARY KEY", 1},
		{"attempt", selectAttempt, "t USING INTEGER PRIMARY KEY", 1},
		{"leases", selectLeases, "l USING INDEX attempt_lease_account", 1},
		{"wrong PINs", selectWrong, "w USING INDEX attempt_wrong_account", 1},
		{"device by public id", selectDevice, "d USING INDEX sqlite_autoindex_device_1", 1},
		{"number of devices", countDevices, "d USING INDEX device_", 2},
		{"login by its hash", selectLogin, "l USING INDEX sqlite_autoindex_login_1", 1},
		{"an answer that is kept", selectKeptAnswer, "k USING INDEX kept_answer_name", 2},
		{"login by its key", selectLoginByKey, "l USING INTEGER PRIMARY KEY", 1},
		{"page by its link", selectPageByLink, "p USING INDEX page_link", 1},
		{"page by its browser", selectPageByBrowser, "p USING INDEX page_browser", 1},
		{"page of a login", selectLoginPage, "p USING INDEX page_login", 1},
		{"overdue logins", selectOverdue, "l USING INDEX login_overdue", 2},
		{"logins that passed before", selectPassedBefore, "l USING INDEX login_account (account_id=? AND state=? AND rowid<?)", 3},
		{"the last alert of a kind", selectLastAlertAt, "t USING INDEX alert_kind (account_id=? AND kind=?)", 2},
		{"what was tried from an address", countTried, "l USING COVERING INDEX login_tried (tried_from=? AND started_at>? AND started_at<?)", 3},
		{"who registered from an address", countRegisteredFrom, "l USING INDEX login_registered (ip=? AND started_at>? AND started_at<?)", 4},
		{"who presented a token", countBorrowers, "l USING COVERING INDEX login_borrowed (borrowed=? AND started_at>? AND started_at<?)", 3},
		{"devices that come again", countRegisteredAgain, "d USING INDEX device_account", 7},
		{"alerts about an address", selectAddressAlerts, "t USING INDEX alert_address (ip=? AND kind=?)", 3},
		{"due notices", selectDue, "n USING INDEX notice_waiting", 5},
		{"mails to an address", selectMailsTo, "n USING INDEX notice_address", 3},
		{"waiting digest", selectWaitingDigest, "n USING INDEX notice_address", 2},
		{"last of a topic", selectLastOfTopic, "n USING INDEX notice_account", 4},
		{"audit head", selectAudit + ` ORDER BY u.seq DESC LIMIT 1`, "d USING INTEGER PRIMARY KEY", 0},
		{"memberships", selectMemberships, "m USING PRIMARY KEY", 1},
		{"students", selectStudents, "g USING PRIMARY KEY", 1},
		{"what stands beside accounts: devices", selectAccountRows + ` WHERE a.id > 0 ORDER BY a.id`, "SEARCH d USING INDEX device_", 1},
		{"what stands beside accounts: logins", selectAccountRows + ` WHERE a.id > 0 ORDER BY a.id`, "SEARCH l USING INDEX login_account", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan := planOf(t, s, tt.query, make([]any, tt.params))
			tables := strings.NewReplacer("SCAN o", "", "SCAN n", "", "SCAN CONSTANT ROW", "").Replace(plan) // o and n are a few rows of the lines above them
			scans := strings.Contains(tables, "SCAN") && tt.name != "audit head"
			if !strings.Contains(plan, tt.want) || scans || strings.Contains(plan, "TEMP B-TREE FOR ORDER BY") {
				t.Errorf("got plan\n%s\nwant %q, no scan and no sorting", plan, tt.want)
			}
		})
	}
}

func TestFilteredListsUseIndexes(t *testing.T) {
	s := newTestStore(t)
	page := store.Page{Limit: 10}
	for _, tt := range []struct {
		name  string
		query func() (string, []any)
		want  string
	}{
		{"accounts of a school", func() (string, []any) {
			w := where{args: []any{0}}
			w.accounts(store.AccountFilter{Page: page, Schools: []string{"A"}, Status: access.Active})
			return selectAccountRows + w.inOrder("a.id", 10), w.args
		}, "account_school_school"},
		{"devices of an account", func() (string, []any) {
			var w where
			w.devices(store.DeviceFilter{Page: page, AccountKey: 1})
			return selectDeviceRows + w.inOrder("d.id", 10), w.args
		}, "SEARCH d USING INDEX device_account (account_id=? AND rowid>?)"},
		{"logins of an account", func() (string, []any) {
			var w where
			w.logins(store.LoginFilter{Page: page, AccountKey: 1})
			return selectLoginRows + w.inOrder("l.id", 10), w.args
		}, "SEARCH l USING INDEX login_account (account_id=?)"},
		{"alerts of an account", func() (string, []any) {
			var w where
			w.alerts(store.AlertFilter{Page: page, AccountKey: 1})
			return selectAlertRows + w.inOrder("t.id", 10), w.args
		}, "SEARCH t USING INDEX alert_account (account_id=? AND rowid>?)"},
		{"alerts of an incident", func() (string, []any) {
			var w where
			w.alerts(store.AlertFilter{Page: page, IncidentID: "i"})
			return selectAlertRows + w.inOrder("t.id", 10), w.args
		}, "SEARCH t USING INDEX alert_incident (incident_id=? AND rowid>?)"},
		{"alerts of a school", func() (string, []any) {
			var w where
			w.alerts(store.AlertFilter{Page: page, Schools: []string{"A"}})
			return selectAlertRows + w.inOrder("t.id", 10), w.args
		}, "SEARCH t USING INDEX alert_school (school=? AND rowid>?)"},
		{"audit records about a target", func() (string, []any) {
			var w where
			w.audits(store.AuditFilter{Page: page, Target: "a_1"})
			return selectAudit + w.inOrder("u.seq", 10), w.args
		}, "SEARCH u USING INDEX audit_target (target=? AND rowid>?)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			query, args := tt.query()
			if plan := planOf(t, s, query, args); !strings.Contains(plan, tt.want) {
				t.Errorf("got plan\n%s\nwant %q", plan, tt.want)
			}
		})
	}
}
