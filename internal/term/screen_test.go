package term

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/creack/pty"
)

func TestIsTerminalAndWidth(t *testing.T) {
	s := newScreen(t)
	plain, err := os.Create(filepath.Join(t.TempDir(), "plain"))
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	if !IsTerminal(s.slave) {
		t.Error("IsTerminal of a terminal: got false")
	}
	if got := Width(s.slave); got != 0 {
		t.Errorf("Width of a terminal that does not tell: got %d, want 0", got)
	}
	if err := pty.Setsize(s.slave, &pty.Winsize{Rows: 50, Cols: 120}); err != nil {
		t.Fatal(err)
	}
	if got := Width(s.slave); got != 120 {
		t.Errorf("Width: got %d, want 120", got)
	}
	for name, f := range map[string]any{
		"a file": plain, "a buffer": &bytes.Buffer{}, "nothing": nil, "no file": (*os.File)(nil),
	} {
		if IsTerminal(f) || Width(f) != 0 {
			t.Errorf("%s: got terminal %t of width %d, want none", name, IsTerminal(f), Width(f))
		}
	}
}

func TestProgress(t *testing.T) {
	for _, c := range []struct {
		name  string
		total int64
		steps []int
		want  string
	}{
		{"comes to its end", 3, []int{1, 2}, "3/3"},
		{"stops before its end", 3, []int{1}, "1/3"},
		{"nothing to do", 0, nil, "0/0"},
		{"more than said", 3, []int{5}, "5/3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScreen(t)
			if err := pty.Setsize(s.slave, &pty.Winsize{Rows: 50, Cols: 80}); err != nil {
				t.Fatal(err)
			}
			p := NewProgress(s.slave, "importing", c.total)
			for _, n := range c.steps {
				p.Add(n)
			}
			p.Done()
			p.Done()
			p.Add(1)
			s.waitForText(c.want)
			s.waitFor("the line end", func() bool { return strings.HasSuffix(s.text(), "\n") })
			if got := s.text(); !strings.Contains(got, "importing ") {
				t.Errorf("screen: got %q, want the label", got)
			}
		})
	}
	t.Run("not on a terminal", func(t *testing.T) {
		var none *Progress
		none.Add(1)
		none.Done()
		var b bytes.Buffer
		p := NewProgress(&b, "importing", 3)
		p.Add(3)
		p.Done()
		if b.Len() != 0 {
			t.Errorf("got %q, want nothing drawn", b.String())
		}
	})
}
