package roster

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"pinward/internal/access"
)

func FuzzReadFile(f *testing.F) {
	for _, seed := range []string{
		"login,nom\nana.sample,Sample\n",
		"\ufeffIdentifiant;Né(e) le;Établissement\r\ncanary-canary;canary-canary;canary-canary\r\n",
		"login\tprofil\tmail\nana\tcanary-canary\tcanary-canary@\n",
		"login,nom\nana,\"canary-canary\ncanary-canary\"x\n",
		"{\"canary-canary\":1}", "-----BEGIN canary-canary", "login\n\xff\xfe",
	} {
		f.Add([]byte(seed), uint8(0))
		f.Add([]byte(seed), uint8(1))
	}
	f.Fuzz(func(t *testing.T, content []byte, encoding uint8) {
		o := Options{Encoding: []string{"utf-8", "latin1", "windows-1252"}[encoding%3]}
		r, err := ReadFile(bytes.NewReader(content), "f", o)
		checkFuzzed(t, content, r, err)
	})
}

func FuzzReadDir(f *testing.F) {
	const head = "sourcedId,status,enabledUser,orgSourcedIds,role,username,email,agentSourcedIds,password\n"
	for _, seed := range []string{
		head + "u1,,TRUE,o1,student,ana,ana@example.org,\"g1,t1\",canary-password-1\n",
		head + "g1,tobedeleted,canary-canary,canary-canary,canary-canary,canary-canary,canary-canary,u1\n",
		"username,sourcedId,primaryOrgSourcedId\r\nana,u1,o1",
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, users []byte, roles bool) {
		files := fstest.MapFS{
			"orgs.csv":  {Data: []byte("sourcedId,name,identifier\no1,One,S1\n")},
			"users.csv": {Data: users},
		}
		if roles {
			files["roles.csv"] = &fstest.MapFile{Data: []byte("userSourcedId,role,orgSourcedId\nu1,student,o1\n")}
		}
		r, err := ReadDir(files, Options{})
		checkFuzzed(t, users, r, err)
	})
}

// checkFuzzed checks what holds for whatever was read: errors have a kind, no
// problem holds a cell of the rows, and entries are normalized and unlike.
func checkFuzzed(t *testing.T, content []byte, r access.Roster, err error) {
	t.Helper()
	var said []string
	var e *access.Error
	if err != nil {
		if !errors.As(err, &e) {
			t.Fatalf("an error without a kind: %v", err)
		}
		said = append(said, e.Text)
	}
	for _, all := range []access.RosterProblems{r.Rejected, r.Warnings} {
		for p := range all.All() {
			said = append(said, p.Text)
		}
	}
	all := strings.Join(said, "\n")
	_, rows, _ := bytes.Cut(content, []byte("\n"))
	for _, cell := range bytes.FieldsFunc(rows, func(r rune) bool { return strings.ContainsRune(",;\t\r\n\"", r) }) {
		if s := strings.TrimSpace(string(cell)); len(s) >= 12 && strings.Contains(all, s) {
			t.Fatalf("a problem quotes the file: %q", s)
		}
	}
	logins, ids := map[string]bool{}, map[string]bool{}
	for _, e := range r.Entries.All() {
		login, err := access.NormalizeLogin(e.Login)
		if err != nil || login != e.Login {
			t.Fatalf("line %d: login is not normalized", e.Line)
		}
		if logins[login] || ids[e.ExternalID] {
			t.Fatalf("line %d: login or external id taken twice", e.Line)
		}
		logins[login] = true
		ids[e.ExternalID] = e.ExternalID != ""
	}
}
