package torture_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
)

// shell runs the program under a redirection, such as ">/dev/full".
func (s *site) shell(redirection string) *site {
	return s.runBy("sh", "-c", `exec "$@" `+redirection, "sh")
}

// TestClosedInput: a command that waits for its input says that there is none.
func TestClosedInput(t *testing.T) {
	s := newSite(t)
	s.teacher("edited")
	head := s.head()
	for _, redirection := range []string{"<&-", "</dev/null"} {
		for _, args := range [][]string{
			{"pin", "set", "edited", "--pin-stdin"},
			{"pin", "verify", "edited", "--pin-stdin"},
			{"login", "start"},
			{"login", "pin"},
			{"login", "setup"},
			{"login", "remember"},
			{"account", "import", "-", "--profile", "student"},
			{"pin", "reset", "--from", "-"},
			{"pin", "check"},
		} {
			t.Run(redirection+" "+strings.Join(args, " "), func(t *testing.T) {
				one := s.in(t).shell(redirection)
				r := one.run("", args...)
				if r.code != 2 && r.code != 5 && r.code != 6 {
					t.Errorf("want a usage error, a refusal or a question that cannot be asked, got %s", r)
				}
				one.wantOneError(r, hostile{})
			})
		}
	}
	if got := s.head(); got != head {
		t.Errorf("the audit head went from %s to %s", head, got)
	}
}

// TestOutputThatCannotBeWritten is a failure, except for a broken pipe, which
// is quiet.
func TestOutputThatCannotBeWritten(t *testing.T) {
	s := newSite(t)
	player(s)
	s.must("", "account", "import", s.rosterFile(1, 300), "--profile", "student", "--school", "A")
	head := s.head()
	for _, args := range [][]string{
		{"account", "list"},
		{"account", "list", "-o", "json"},
		{"account", "list", "-o", "csv"},
		{"account", "show", "edited"},
		{"audit", "head"},
		{"audit", "list", "-o", "jsonl"},
		{"policy", "show", "teacher", "-o", "json"},
		{"config", "show"},
		{"version"},
		{"whoami"},
		{"completion", "bash"},
		{"--help"},
		{"account", "import", "--help"},
		{"pin", "suggest"},
		{"store", "check", "-o", "json"},
		{"pin", "reset", "edited"}, // finds out before it changes anything
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			for _, redirection := range []string{">/dev/full", ">&-"} {
				one := s.in(t).shell(redirection)
				r := one.wantCode(10, "", args...)
				one.wantOneError(r, hostile{says: "write the output"})
			}
			if args[0] == "pin" && args[1] == "reset" {
				return // a pipe shows that it is broken only when something is written
			}
			one := s.in(t)
			if r := one.brokenPipe(args...); r.code != 141 || r.err != "" {
				t.Errorf("broken pipe: want a quiet exit 141, got %s", r)
			}
		})
	}
	if got := s.head(); got != head {
		t.Errorf("the audit head went from %s to %s", head, got)
	}
}

// brokenPipe runs the program into a pipe that nobody reads any more.
func (s *site) brokenPipe(args ...string) result {
	s.t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		s.t.Fatal(err)
	}
	_ = read.Close()
	defer func() { _ = write.Close() }()
	ctx, cancel := context.WithTimeout(s.t.Context(), hangs)
	defer cancel()
	c := s.command(ctx, args...)
	var errs strings.Builder
	c.Stdout, c.Stderr = write, &errs
	_ = c.Run()
	r := result{code: exitOf(c), err: errs.String()}
	s.noPanic(r, args)
	return r
}

// TestPoorSurroundings: without a home, a terminal, a width or a language the
// program answers the same.
func TestPoorSurroundings(t *testing.T) {
	s := newSite(t)
	s.must("", "account", "add", "lea", "--name", "Sample, Léa", "--profile", "student")
	list := []string{"account", "list", "-o", "json"}
	want := s.must("", list...)
	for _, vars := range [][]string{
		{"HOME="},
		{"HOME=/nonexistent"},
		{"TERM="},
		{"TERM=dumb"},
		{"COLUMNS=0"},
		{"COLUMNS=-1"},
		{"COLUMNS=x"},
		{"LC_ALL=C"},
		{"LC_ALL=xx_XX.nothing"},
		{"LANG="},
		{"TMPDIR=/nonexistent"},
		{"PATH="},
		{"TZ=Nowhere/Else"},
		{"NO_COLOR=1", "CLICOLOR_FORCE=1"},
		{"XDG_CONFIG_HOME=relative"},
		{"SUDO_USER=\x1b[31m\nroot", "SUDO_UID=x"},
	} {
		t.Run(fmt.Sprintf("%q", vars), func(t *testing.T) {
			one := s.in(t)
			one.vars = vars
			if got := one.must("", list...); got.out != want.out || got.err != "" {
				t.Errorf("got %s, want %s", got, want)
			}
			one.must("", "account", "list")
			one.must("", "account", "show", "lea")
		})
	}
	t.Run("nothing at all", func(t *testing.T) {
		one := s.in(t).runBy("env", "-i")
		r := one.run("", list...)
		if r.code != 2 && r.code != 10 {
			t.Errorf("want a usage error, or no store, got %s", r)
		}
		one.wantOneError(r, hostile{})
	})
}

// TestFormulasAreNeutralized: a name that a spreadsheet would run as a formula
// is kept as it is, and leaves as text.
func TestFormulasAreNeutralized(t *testing.T) {
	s := newSite(t)
	for i, name := range []string{"=1+2", "+1", "-1", "@SUM(A1)", "\uff1d1", "a;=1", "a,=1"} {
		s.run(fmt.Sprintf("login,family_name,given_name\nf%d,%q,Sample\n", i, name), "account", "import", "-", "--profile", "student")
	}
	for _, dialect := range [][]string{{"-o", "csv"}, {"--csv", "excel"}} {
		text := s.must("", append([]string{"account", "list"}, dialect...)...).out
		for _, line := range strings.Split(text, "\n") {
			for _, cell := range strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == ';' || r == '"' }) {
				if strings.ContainsAny(cell[:1], "=+-@") || strings.HasPrefix(cell, "\uff1d") {
					t.Errorf("%v: the cell %q would run: %s", dialect, cell, line)
				}
			}
		}
	}
}

// TestHugePIN: a mebibyte of digits is one wrong attempt, as quickly as another.
func TestHugePIN(t *testing.T) {
	s := newSite(t)
	s.teacher("edited")
	huge := strings.Repeat(rightPIN, 180_000)
	if r := s.verify("edited", huge); r.code != 5 || strings.Contains(r.out+r.err, rightPIN) {
		t.Errorf("pin verify: want exit 5 and no echo, got %s", r)
	}
	if got := s.ask(`SELECT failed FROM attempt`); got != "1" {
		t.Errorf("%s attempts counted, want 1", got)
	}
	s.wantCode(2, fmt.Sprintf(`{"login_id":"x","pin":%q}`, huge), "login", "pin")
}
