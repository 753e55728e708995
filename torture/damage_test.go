package torture_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// tooLong is how long a command may take over a damaged store.
const tooLong = 10 * time.Second

// A damage is one way to spoil a store's file.
type damage struct {
	name  string
	spoil func(r *rand.Rand, file []byte) []byte
}

const pageSize = 4096

func damages() []damage {
	page := func(r *rand.Rand, file []byte) []byte {
		at := r.IntN(len(file)/pageSize) * pageSize
		return file[at : at+pageSize]
	}
	return []damage{
		{"cut off", func(r *rand.Rand, file []byte) []byte { return file[:r.IntN(len(file))] }},
		{"cut off between pages", func(r *rand.Rand, file []byte) []byte { return file[:r.IntN(len(file)/pageSize)*pageSize] }},
		{"a page of zeros", func(r *rand.Rand, file []byte) []byte {
			clear(page(r, file))
			return file
		}},
		{"a page of noise", func(r *rand.Rand, file []byte) []byte {
			for p, i := page(r, file), 0; i < pageSize; i++ {
				p[i] = byte(r.Uint32())
			}
			return file
		}},
		{"two pages exchanged", func(r *rand.Rand, file []byte) []byte {
			a, b := page(r, file), page(r, file)
			old := slices.Clone(a)
			copy(a, b)
			copy(b, old)
			return file
		}},
		{"a flipped byte", flip(1, 1)},
		{"a flipped byte in the header", func(r *rand.Rand, file []byte) []byte {
			file[r.IntN(100)] ^= byte(1 + r.IntN(255))
			return file
		}},
		{"a hundred flipped bytes", flip(100, 1)},
		{"flipped bytes in the heads of pages", flip(20, pageSize)},
		{"another program's database", func(*rand.Rand, []byte) []byte { return foreign() }},
		{"a text file", func(*rand.Rand, []byte) []byte { return []byte("login,name\nlea,Sample\n") }},
		{"an empty file", func(*rand.Rand, []byte) []byte { return nil }},
	}
}

// flip flips n bytes anywhere, or within the first 12 bytes of places that are
// multiples of step.
func flip(n, step int) func(*rand.Rand, []byte) []byte {
	return func(r *rand.Rand, file []byte) []byte {
		for range n {
			at := r.IntN(len(file)/step) * step
			if step > 1 {
				at += r.IntN(12)
			}
			file[at] ^= byte(1 + r.IntN(255))
		}
		return file
	}
}

// foreign is the head of an SQLite database without a mark of its own.
func foreign() []byte {
	file := make([]byte, pageSize)
	copy(file, "SQLite format 3\x00\x10\x00\x01\x01\x00\x40\x20\x20")
	copy(file[24:], []byte{0, 0, 0, 1, 0, 0, 0, 1})
	copy(file[92:], []byte{0, 0, 0, 1})
	file[59], file[47] = 1, 4
	copy(file[100:], []byte{0x0d, 0, 0, 0, 0, 0x10, 0, 0})
	return file
}

// The commands that meet a damaged store. Those that read must leave its file
// as it is, byte for byte.
func readers() [][]string {
	return [][]string{
		{"store", "check"},
		{"account", "list", "-o", "json"},
		{"account", "show", "edited"},
		{"audit", "verify"},
		{"audit", "list", "-o", "csv"},
		{"device", "list"},
		{"login", "list", "-o", "jsonl"},
		{"alerts", "list"},
		{"pin", "status", "edited"},
		{"policy", "show", "teacher"},
		{"doctor"},
	}
}

func changers() [][]string {
	return [][]string{
		{"pin", "verify", "edited", "--pin-stdin"},
		{"login", "start"},
		{"account", "edit", "edited", "--group", "6F"},
		{"pin", "set", "edited", "--pin-stdin"},
		{"account", "import", "-", "--profile", "student", "--school", "A"},
	}
}

func inputOf(args []string) string {
	switch line := strings.Join(args, " "); {
	case strings.HasPrefix(line, "login start"):
		return startOf("edited")
	case strings.HasPrefix(line, "account import"):
		return "login,name\nadded,Sample\n"
	}
	return rightPIN + "\n"
}

// furnished makes a store of some hundred pages.
func furnished(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	player(s)
	s.must("", "account", "import", s.rosterFile(1, 300), "--profile", "student", "--school", "A")
	for n := range 4 {
		s.device(n)
		s.start("edited")
	}
	s.fillLogins(2000)
	return s
}

// TestDamage: a damaged file gives a clear error, or an answer from what can
// still be read; never a panic, a hang or a write to it.
func TestDamage(t *testing.T) {
	t.Parallel()
	template := furnished(t)
	whole, err := os.ReadFile(template.store())
	if err != nil {
		t.Fatal(err)
	}
	all := damages()
	codes := map[int]int{}
	var slowest time.Duration
	for n := range howMuch(t).damages {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 1))
		d := all[n%len(all)]
		spoilt := d.spoil(r, slices.Clone(whole))
		for _, kind := range []struct {
			reads bool
			args  [][]string
		}{{true, readers()}, {false, changers()}} {
			args := kind.args[r.IntN(len(kind.args))]
			s := template.in(t).copy(filepath.Join(t.TempDir(), "site"))
			if err := os.WriteFile(s.store(), spoilt, 0o600); err != nil {
				t.Fatal(err)
			}
			got := s.run(inputOf(args), args...)
			what := fmt.Sprintf("%s (seed %d), %v", d.name, seed, args)
			s.wantClear(what, got)
			codes[got.code]++
			slowest = max(slowest, got.took)
			if now, err := os.ReadFile(s.store()); err != nil || kind.reads && !bytes.Equal(now, spoilt) {
				t.Errorf("%s: wrote to the damaged file (%v)", what, err)
			}
			_ = os.RemoveAll(s.dir)
		}
	}
	figure(t, "%d damaged files, two commands each: exit codes %v, slowest %v; none panicked, none wrote", howMuch(t).damages, codes, slowest.Round(time.Millisecond))
}

// wantClear fails where the answer about a damaged store is not one of those
// that people can act on.
func (s *site) wantClear(what string, r result) {
	s.t.Helper()
	// 3: a row that can no longer be found; 5: its owner is refused for what it
	// says now; 8: store check or doctor.
	if !slices.Contains([]int{0, 3, 5, 8, 10, 11}, r.code) {
		s.t.Errorf("%s: got %s", what, r)
	}
	if r.took > tooLong {
		s.t.Errorf("%s: took %v", what, r.took)
	}
}
