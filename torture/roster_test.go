package torture_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// mostMemory is what an import may take, in KiB, however many rows it reads.
const mostMemory = 200 << 10

// hugeRoster writes an account file of so many rows about so many people, and
// gives its path.
func (s *site) hugeRoster(rows, people int) string {
	s.t.Helper()
	path := filepath.Join(s.dir, "huge.csv")
	f, err := os.Create(path)
	if err != nil {
		s.t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	_, _ = w.WriteString("login,external id,family name,given name,profile,school,class,email\n") // Flush tells
	for row := range rows {
		n := row * people / rows
		login := fmt.Sprintf("sample.person%d.%07d", n%997, n)
		_, _ = fmt.Fprintf(w, "%s,ext-%07d,Person%d,Sample%d,student,A,%dB,%s@example.org\n", login, n, n%997, n%10, n%7, login)
	}
	if err := w.Flush(); err != nil {
		s.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// imports imports a huge account file and fails where that takes too much memory.
func (s *site) imports(what, path string, code int) result {
	s.t.Helper()
	r := s.patient(20*time.Minute).run("", "account", "import", path)
	if r.code != code {
		s.t.Fatalf("%s: want exit %d, got %s", what, code, r)
	}
	if r.usage.Maxrss > mostMemory {
		s.t.Errorf("%s: took %d MiB, want at most %d", what, r.usage.Maxrss>>10, mostMemory>>10)
	}
	figure(s.t, "%s: %v, %d MiB at most", what, r.took.Round(time.Millisecond), r.usage.Maxrss>>10)
	return r
}

// TestHugeRoster reads a file in which every other row cannot be taken.
func TestHugeRoster(t *testing.T) {
	rows := howMuch(t).hugeRows
	s := newSite(t)
	head := s.head()
	r := s.imports(fmt.Sprintf("an account file of %d rows, half of them rejected", rows), s.hugeRoster(rows, rows/2), 5)
	if !strings.Contains(r.err, fmt.Sprintf("%d lines were rejected", rows/2)) || strings.Count(r.out, "the same as in line") != rows/2 {
		t.Errorf("want every other line rejected and told of, got %s", r)
	}
	if got := s.head(); got != head {
		t.Errorf("the audit head went from %s to %s", head, got)
	}
}

// TestHugeRosterOfNewcomers stores everybody in a file, and then finds all of
// them there.
func TestHugeRosterOfNewcomers(t *testing.T) {
	rows := howMuch(t).hugeRows
	s := newSite(t)
	path := s.hugeRoster(rows, rows)
	s.imports(fmt.Sprintf("an account file of %d newcomers", rows), path, 0)
	if got := s.ask("SELECT count(*) FROM account"); got != fmt.Sprint(rows) {
		t.Errorf("%s accounts stored, want %d", got, rows)
	}
	head := s.head()
	s.imports(fmt.Sprintf("the same file of %d rows again", rows), path, 0)
	if got := s.head(); got != head {
		t.Errorf("the audit head went from %s to %s", head, got)
	}
}
