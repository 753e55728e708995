package torture_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A deed is one use of a command that changes something.
type deed struct {
	name string
	// action is the audit record that the change commits with.
	action string
	// probe is a query whose answer is another one once the change is made.
	probe string
	// code is the exit code where nobody interferes.
	code int
	// ready does what must come first, and gives the standard input and the
	// arguments. n is another number each time.
	ready func(s *site, n int) (in string, args []string)
}

// words gives a command line without standard input.
func words(args ...string) (string, []string) { return "", args }

// player makes the accounts that deeds act on.
func player(s *site) {
	s.t.Helper()
	for _, login := range []string{"edited", "barred", "set", "reset", "verified", "player"} {
		s.teacher(login)
	}
}

// fresh gives the login a PIN, which forgets every attempt, and gives that PIN.
func (s *site) fresh(login string, n int) string {
	s.t.Helper()
	pin := []string{rightPIN, otherPIN}[n%2]
	if s.ask(`SELECT set_by FROM pin p JOIN account a ON a.id = p.account_id WHERE a.login = ?1`, login) != "" {
		s.must("", "pin", "reset", login) // a PIN is refused where it is the old one
	}
	s.setPIN(login, pin)
	return pin
}

// passedLogin opens a login of the player and lets it pass.
func (s *site) passedLogin(pin string) string {
	s.t.Helper()
	id := s.start("player").LoginID
	if a := s.answerOf(s.guess(id, pin)); a.Decision != "allow" {
		s.t.Fatalf("login pin: got %+v, want allow", a)
	}
	return id
}

// register makes a device of the player recognized and gives its id.
func (s *site) register(pin, label string) string {
	s.t.Helper()
	a := s.answerOf(s.must(rememberOf(s.passedLogin(pin), label), "login", "remember"))
	if a.Device == nil {
		s.t.Fatalf("login remember: got %+v, want a device", a)
	}
	return a.Device.ID
}

func rememberOf(loginID, label string) string {
	return fmt.Sprintf(`{"login_id":%q,"name":%q}`, loginID, label)
}

// device is register after all attempts are forgotten, and all devices gone.
func (s *site) device(n int) string {
	s.t.Helper()
	return s.register(s.fresh("player", n), "Room 201")
}

// student adds one who has chosen nothing.
func (s *site) student(n int) string {
	s.t.Helper()
	login := fmt.Sprintf("student%d", n)
	s.must("", "account", "add", login, "--name", "Sample, Sam", "--profile", "student", "--school", "A")
	return login
}

// rosterFile writes an account file of so many rows.
func (s *site) rosterFile(n, rows int) string {
	s.t.Helper()
	var text strings.Builder
	text.WriteString("login,external_id,family_name,given_name,group,birth_date\n")
	for i := range rows {
		fmt.Fprintf(&text, "row%d.%d,x%d.%d,Sample,Row,6%c,2012-03-%02d\n", n, i, n, i, 'A'+i%5, i%28+1)
	}
	path := filepath.Join(s.dir, "roster.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// deeds lists every command that changes a store.
func deeds() []deed {
	return slices.Concat(accountDeeds(), pinDeeds(), loginDeeds(), storeDeeds())
}

func accountDeeds() []deed {
	return []deed{
		{name: "school add", action: "school.add", probe: `SELECT count(*) FROM school`, ready: func(_ *site, n int) (string, []string) {
			return words("school", "add", fmt.Sprintf("S%d", n))
		}},
		{name: "school edit", action: "school.edit", probe: `SELECT name FROM school WHERE code = 'A'`, ready: func(_ *site, n int) (string, []string) {
			return words("school", "edit", "A", "--name", fmt.Sprintf("School %d", n))
		}},
		{name: "account add", action: "account.add", probe: `SELECT count(*) FROM account`, ready: func(_ *site, n int) (string, []string) {
			return words("account", "add", fmt.Sprintf("new%d", n), "--name", "Sample, New", "--profile", "staff", "--school", "A", "--birth-date", "1990-01-01")
		}},
		{name: "account edit", action: "account.edit", probe: `SELECT group_name FROM account WHERE login = 'edited'`, ready: func(_ *site, n int) (string, []string) {
			return words("account", "edit", "edited", "--group", fmt.Sprintf("G%d", n))
		}},
		{name: "account suspend", action: "account.suspend", probe: `SELECT status FROM account WHERE login = 'barred'`, ready: func(s *site, _ int) (string, []string) {
			s.must("", "account", "restore", "barred", "--reason", "a test")
			return words("account", "suspend", "barred", "--reason", "a test")
		}},
		{name: "account restore", action: "account.restore", probe: `SELECT status FROM account WHERE login = 'barred'`, ready: func(s *site, _ int) (string, []string) {
			s.must("", "account", "suspend", "barred", "--reason", "a test")
			return words("account", "restore", "barred", "--reason", "a test")
		}},
		{name: "account archive", action: "account.archive", probe: `SELECT count(*) FROM account WHERE status = 'archived'`, ready: func(s *site, n int) (string, []string) {
			return words("account", "archive", s.student(n), "--reason", "a test")
		}},
		{name: "account import", action: "account.import", probe: `SELECT count(*) FROM account WHERE imported = 1`, ready: func(s *site, n int) (string, []string) {
			return words("account", "import", s.rosterFile(n, 200), "--profile", "student", "--school", "A")
		}},
		{name: "policy set", action: "policy.set", probe: `SELECT max(version) FROM policy WHERE profile = 'external'`, ready: func(_ *site, n int) (string, []string) {
			return words("policy", "set", "external", "--idle-days", fmt.Sprint(100+n%200), "--yes")
		}},
		{name: "alerts ack", action: "alerts.ack", probe: `SELECT count(*) FROM alert WHERE state = 'acknowledged'`, ready: func(s *site, n int) (string, []string) {
			s.start(s.student(n)) // passes with nothing chosen, which raises an alert
			return words("alerts", "ack", s.ask(`SELECT max(id) FROM alert`))
		}},
	}
}

func pinDeeds() []deed {
	return []deed{
		{name: "pin set", action: "pin.set", probe: `SELECT hex(sealed) FROM pin p JOIN account a ON a.id = p.account_id WHERE a.login = 'set'`, ready: func(s *site, _ int) (string, []string) {
			s.must("", "pin", "reset", "set")
			return rightPIN + "\n", []string{"pin", "set", "set", "--pin-stdin"}
		}},
		{name: "pin reset", action: "pin.reset", probe: `SELECT hex(mac) FROM setup_code c JOIN account a ON a.id = c.account_id WHERE a.login = 'reset'`, ready: func(*site, int) (string, []string) {
			return words("pin", "reset", "reset")
		}},
		{name: "pin verify", action: "pin.verify", code: 5, probe: `SELECT count(*) FROM attempt_wrong w JOIN account a ON a.id = w.account_id WHERE a.login = 'verified'`, ready: func(s *site, n int) (string, []string) {
			s.fresh("verified", n)
			return wrongPIN + "\n", []string{"pin", "verify", "verified", "--pin-stdin"}
		}},
		{name: "pin unlock", action: "pin.unlock", probe: `SELECT locked_until FROM attempt t JOIN account a ON a.id = t.account_id WHERE a.login = 'verified'`, ready: func(s *site, n int) (string, []string) {
			s.fresh("verified", n)
			now := time.Now().UnixMilli()
			s.edit(fmt.Sprintf(`UPDATE attempt SET locked_at = %d, locked_until = %d WHERE account_id = (SELECT id FROM account WHERE login = 'verified')`,
				now, now+lockFor.Milliseconds()/2))
			return words("pin", "unlock", "verified", "--reason", "a test")
		}},
	}
}

func loginDeeds() []deed {
	const revoked = `SELECT count(*) FROM device WHERE revoked_at IS NOT NULL`
	return []deed{
		{name: "login start", action: "login.start", probe: `SELECT count(*) FROM login`, ready: func(*site, int) (string, []string) {
			return startOf("edited"), []string{"login", "start"}
		}},
		{name: "login pin", action: "login.pin", probe: `SELECT count(*) FROM login WHERE state = 'passed'`, ready: func(s *site, n int) (string, []string) {
			pin := s.fresh("player", n)
			return fmt.Sprintf(`{"login_id":%q,"pin":%q}`, s.start("player").LoginID, pin), []string{"login", "pin"}
		}},
		{name: "login setup", action: "login.setup", probe: `SELECT count(*) FROM account WHERE protection = 'pin'`, ready: func(s *site, n int) (string, []string) {
			a := s.start(s.student(n))
			return fmt.Sprintf(`{"login_id":%q,"protection":"pin","pin":%[2]q,"pin_confirm":%[2]q}`, a.LoginID, rightPIN), []string{"login", "setup"}
		}},
		{name: "login remember", action: "login.remember", probe: `SELECT count(*) FROM device`, ready: func(s *site, n int) (string, []string) {
			return rememberOf(s.passedLogin(s.fresh("player", n)), "Room 201"), []string{"login", "remember"}
		}},
		{name: "device rename", action: "device.rename", probe: `SELECT label FROM device ORDER BY id DESC LIMIT 1`, ready: func(s *site, n int) (string, []string) {
			return words("device", "rename", s.device(n), fmt.Sprintf("Desk %d", n))
		}},
		{name: "device revoke", action: "device.revoke", probe: revoked, ready: func(s *site, n int) (string, []string) {
			return words("device", "revoke", s.device(n), "--reason", "a test")
		}},
		{name: "device prune", action: "device.prune", probe: revoked, ready: func(s *site, n int) (string, []string) {
			s.device(n)
			s.edit(`UPDATE device SET expires_at = first_seen_at WHERE revoked_at IS NULL`)
			return words("device", "prune", "--yes")
		}},
	}
}

func storeDeeds() []deed {
	return []deed{
		{name: "store prune", action: "store.prune", probe: `SELECT count(*) FROM login WHERE started_at < 1710000000000`, ready: func(s *site, _ int) (string, []string) {
			s.fillLogins(100)
			return words("store", "prune", "--yes")
		}},
		{name: "store backup", action: "store.backup", probe: `SELECT hex(value) FROM meta WHERE name = 'last_backup_at'`, ready: func(s *site, n int) (string, []string) {
			return words("store", "backup", filepath.Join(s.dir, fmt.Sprintf("backup%d.db", n)))
		}},
		{name: "key status --copy-noted", action: "key.note", probe: `SELECT hex(value) FROM meta WHERE name = 'key_copy_noted_at'`, ready: func(*site, int) (string, []string) {
			return words("key", "status", "--copy-noted")
		}},
	}
}
