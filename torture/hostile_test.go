package torture_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// A hostile is one run of the program with input that it must refuse.
type hostile struct {
	name   string
	spoil  func(s *site) // what is wrong around it; nil: nothing
	in     string
	args   []string
	code   int
	or     []int  // other exit codes that are as right
	says   string // a part of the error
	secret string // what must not be echoed
}

// TestHostileInput: each case ends with a one-line error and its exit code;
// nothing has changed, nothing secret is echoed, nothing panics.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	template := newSite(t)
	player(template)
	template.register(rightPIN, "Room 1")
	device := template.register(rightPIN, "Room 2")
	head := template.head()
	for group, cases := range map[string][]hostile{
		"command line": badCommands(), "store": badStores(), "keyring": badKeyrings(), "PIN": badPINs(), "login": badLogins(),
		"label": badLabels(device), "file": badFiles(), "request": badRequests(), "account file": badRosters(),
	} {
		for _, tt := range cases {
			t.Run(group+" "+tt.name, func(t *testing.T) {
				s := template.in(t).copy(filepath.Join(t.TempDir(), "site"))
				before := s.names()
				if tt.spoil != nil {
					tt.spoil(s)
					before = s.names()
				}
				r := s.run(tt.in, tt.args...)
				if !slices.Contains(append(tt.or, tt.code), r.code) {
					t.Errorf("want exit %d, got %s", tt.code, r)
				}
				s.wantOneError(r, tt)
				if got := s.names(); got != before {
					t.Errorf("files: got %s, want %s", got, before)
				}
				if tt.spoil == nil {
					if got := s.head(); got != head {
						t.Errorf("the audit head went from %s to %s", head, got)
					}
				}
			})
		}
	}
}

// names lists the site's files, but for those that a reader of the store leaves.
func (s *site) names() string {
	s.t.Helper()
	var all []string
	err := filepath.WalkDir(s.dir, func(path string, _ os.DirEntry, err error) error {
		if !strings.HasSuffix(path, "-wal") && !strings.HasSuffix(path, "-shm") {
			all = append(all, strings.TrimPrefix(path, s.dir))
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.Join(all, " ")
}

// wantOneError fails unless the error is one line, with at most one hint, in
// which nothing is left that a terminal would obey.
func (s *site) wantOneError(r result, tt hostile) {
	s.t.Helper()
	lines := strings.Split(strings.TrimSuffix(r.err, "\n"), "\n")
	inJSON := len(lines) == 1 && strings.HasPrefix(r.err, `{"error":{`)
	switch {
	case !inJSON && !strings.HasPrefix(lines[0], "error: ") || !strings.HasSuffix(r.err, "\n"):
		s.t.Errorf("want a line that begins with error:, got %s", r)
	case len(lines) > 2 || len(lines) == 2 && !strings.HasPrefix(lines[1], "hint: "):
		s.t.Errorf("want one line and a hint, got %s", r)
	case !strings.Contains(lines[0], tt.says):
		s.t.Errorf("want %q in the error, got %s", tt.says, r)
	}
	const longest = 1000
	for _, line := range lines {
		if len(line) > longest {
			s.t.Errorf("a line of %d bytes: %s", len(line), r)
		}
		for _, c := range line {
			if unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) || c == unicode.ReplacementChar {
				s.t.Errorf("raw %U in %s", c, r)
			}
		}
	}
	if tt.secret != "" && strings.Contains(r.out+r.err, tt.secret) {
		s.t.Errorf("the secret is echoed: %s", r)
	}
}

func badCommands() []hostile {
	usage := func(name, says string, args ...string) hostile {
		return hostile{name: name, args: args, code: 2, says: says}
	}
	return []hostile{
		usage("unknown noun", "unknown command", "frob"),
		usage("unknown verb", "unknown command", "pin", "frob"),
		{name: "a PIN for a verb", args: []string{"pin", rightPIN}, code: 2, secret: rightPIN},
		{name: "a PIN as an argument", args: []string{"pin", "set", "edited", rightPIN}, code: 2, secret: rightPIN},
		{name: "a PIN as a flag", args: []string{"pin", "set", "edited", "--pin=" + rightPIN}, code: 2, secret: rightPIN},
		{name: "a PIN for a switch", args: []string{"pin", "set", "edited", "--pin-stdin=" + rightPIN}, code: 2, secret: rightPIN},
		usage("unknown flag", "--frob", "account", "list", "--frob"),
		usage("unknown short flag", "", "account", "list", "-Z"),
		usage("flag without its value", "--output", "account", "list", "--output"),
		usage("unknown format", "--output", "account", "list", "-o", "xml"),
		usage("unknown dialect", "--csv", "account", "list", "--csv", "word"),
		usage("unknown profile", "", "account", "list", "--profile", "wizard"),
		usage("number that is none", "--max-affected", "pin", "reset", "edited", "--max-affected", "many"),
		usage("span that is none", "--valid", "pin", "reset", "edited", "--valid", "soon"),
		usage("head that is none", "SEQ:HEX", "audit", "verify", "--head", "1:zz"),
		usage("no target", "", "pin", "set"),
		usage("escape codes for a verb", "unknown command", "pin", "\x1b[31mset\u202e"),
		usage("escape codes in a flag", "", "account", "list", "--\x1b]52;c;x\a"),
		usage("a word that is not UTF-8", "unknown command", "pin", "\xff\xfe"),
		usage("a very long word", "", "pin", strings.Repeat("x", 100<<10)),
		{name: "a malformed target", args: []string{"alerts", "show", "0x1; DROP TABLE alert"}, code: 3},
		{name: "an absent target", args: []string{"device", "show", "d_0000000000"}, code: 3},
		{name: "a target of quotes", args: []string{"account", "show", "' OR 1=1 --"}, code: 3},
		{name: "a target of format verbs", args: []string{"account", "show", "%s%d%!"}, code: 3, says: "%s%d%!"},
	}
}

func badStores() []hostile {
	at := func(path func(s *site) string) func(s *site) {
		return func(s *site) { s.vars = []string{"PINWARD_STORE=" + path(s)} }
	}
	pragma := func(text string) func(*site) { return func(s *site) { s.edit(text) } }
	list := []string{"account", "list"}
	return []hostile{
		{name: "mistyped", args: list, code: 10, says: "no such file", spoil: at(func(s *site) string { return filepath.Join(s.dir, "nowhere", "p.db") })},
		{name: "a folder", args: list, code: 10, says: "not a pinward store", spoil: at(func(s *site) string { return s.dir })},
		{name: "a device", args: list, code: 10, says: "not a pinward store", spoil: at(func(*site) string { return os.DevNull })},
		{name: "a text file", args: list, code: 10, says: "not a pinward store", spoil: at(func(s *site) string { return filepath.Join(s.dir, "etc", "config.yaml") })},
		{name: "a name with a question mark", args: list, code: 10, says: "no such file", spoil: at(func(s *site) string { return s.store() + "?mode=rwc" })},
		{name: "a name with escape codes", args: list, code: 10, says: "no such file", spoil: at(func(s *site) string { return s.dir + "/\x1b[31m\n\u202e.db" })},
		{name: "another program's database", args: list, code: 10, says: "not a pinward store", spoil: pragma(`PRAGMA application_id = 7`)},
		{name: "a newer schema", args: list, code: 10, says: "newer pinward", spoil: pragma(`PRAGMA user_version = 999`)},
		{name: "an older schema", args: list, code: 10, says: "older pinward", spoil: pragma(`PRAGMA user_version = 0`)},
		{name: "a newer schema, to be migrated", args: []string{"store", "migrate"}, code: 10, says: "newer pinward", spoil: pragma(`PRAGMA user_version = 999`)},
		{name: "init over it", args: []string{"init"}, code: 5, says: "exists already"},
	}
}

func badKeyrings() []hostile {
	write := func(text string, mode os.FileMode) func(*site) {
		return func(s *site) {
			if err := os.WriteFile(s.keyring(), []byte(text), mode); err != nil {
				s.t.Fatal(err)
			}
		}
	}
	verify := []string{"pin", "verify", "edited", "--pin-stdin"}
	one := func(name, says string, spoil func(s *site)) hostile {
		return hostile{name: name, in: rightPIN + "\n", args: verify, code: 10, says: says, spoil: spoil, secret: rightPIN}
	}
	return []hostile{
		one("missing", "does not exist", func(s *site) { _ = os.Remove(s.keyring()) }),
		one("empty", "empty", write("", 0o600)),
		one("of noise", "not a keyring", write("\x00\x01canary", 0o600)),
		one("of another store", "not the one this store was made with", func(s *site) {
			other := newSite(s.t)
			key, err := os.ReadFile(other.keyring())
			if err != nil {
				s.t.Fatal(err)
			}
			write(string(key), 0o600)(s)
		}),
		one("readable by the world", "open to others", func(s *site) { _ = os.Chmod(s.keyring(), 0o644) }),
		one("readable by the group", "open to others", func(s *site) { _ = os.Chmod(s.keyring(), 0o640) }),
		one("a folder", "not a regular file", func(s *site) {
			_ = os.Remove(s.keyring())
			_ = os.Mkdir(s.keyring(), 0o700)
		}),
		one("a link", "symbolic link", func(s *site) {
			_ = os.Rename(s.keyring(), s.keyring()+".real")
			_ = os.Symlink(s.keyring()+".real", s.keyring())
		}),
	}
}
