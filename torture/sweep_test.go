package torture_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What the store and a file of output are written with.
const (
	writeCalls  = "pwrite64,write,fsync,fdatasync,ftruncate,fallocate,unlink,unlinkat,rename,renameat,renameat2"
	outputCalls = "write"
)

// A harm is what happens to the Nth call.
type harm struct {
	name, inject string
	code         int // of the program, where the harm was not passed over
}

func harms() []harm {
	return []harm{
		{"EIO", "error=EIO", 10},
		{"ENOSPC", "error=ENOSPC", 10},
		{"kill", "signal=KILL", killed},
	}
}

// swept lists the commands of a sweep.
func swept() []deed {
	var some []deed
	for _, d := range deeds() {
		switch d.name {
		case "pin set", "pin reset", "login pin", "account import":
			some = append(some, d)
		}
	}
	return some
}

// sweep lets every call that writes to the store fail in turn, or kills there:
// what is left is the old state or the new one, and the exit code says which.
func sweep(t *testing.T) {
	template := newSite(t)
	player(template)
	step := howMuch(t).sweepStep
	for _, d := range swept() {
		s := template.in(t).copy(t.TempDir())
		in, args := d.ready(s, 1)
		args = append(args, "-o", "json")
		for _, h := range harms() {
			t.Run(d.name+" "+h.name, func(t *testing.T) {
				points, lost := 0, 0
				for n := 1; ; n += step {
					one := s.in(t).copy(filepath.Join(t.TempDir(), "site"))
					harmed, old := one.sweepPoint(d, h, n, in, args)
					_ = os.RemoveAll(one.dir)
					if t.Failed() {
						t.Fatalf("at call %d", n)
					}
					if !harmed {
						break
					}
					points++
					if old {
						lost++
					}
				}
				if points < 10/step {
					t.Errorf("%d points, want those of at least one transaction", points)
				}
				figure(t, "%s, %s at each of %d calls (every %d): %d left the old state, %d the new one", d.name, h.name, points, step, lost, points-lost)
			})
		}
	}
}

// sweepPoint harms the nth call. It reports whether there was such a call, and
// whether the old state is left.
func (s *site) sweepPoint(d deed, h harm, n int, in string, args []string) (harmed, old bool) {
	s.t.Helper()
	log := filepath.Join(s.dir, "strace.log")
	traced := s.traced(log, writeCalls, h, n, s.store(), s.store()+"-wal", s.store()+"-shm", s.store()+"-journal", filepath.Dir(s.store()))
	t, r := d.watch(s, func() result { return traced.run(in, args...) })
	harmed = wasHarmed(s.t, log, r)
	t.whole(s.t, d, r)
	switch {
	case !harmed && (r.code != d.code || !t.changed):
		s.t.Errorf("%s without harm: want exit %d and the change, got %s", d.name, d.code, r)
	case harmed && r.code != h.code && r.code != d.code:
		s.t.Errorf("%s: want exit %d, or %d where the harm may be passed over, got %s", d.name, h.code, d.code, r)
	case r.code == d.code && !t.changed:
		s.t.Errorf("%s: acknowledged and lost: %s", d.name, r)
	case r.code == 10 && !strings.Contains(r.err, `"code":"store_`) && !strings.Contains(r.err, `"code":"disk_full"`):
		s.t.Errorf("%s: want an error of the store, got %s", d.name, r)
	}
	s.sound()
	return harmed, !t.changed
}

// traced gives the same site with the nth of the calls that concern one of the
// paths harmed.
func (s *site) traced(log, calls string, h harm, n int, paths ...string) *site {
	words := []string{"strace", "-f", "-qq", "-o", log, "-e", "trace=" + calls, "-e", fmt.Sprintf("inject=%s:%s:when=%d", calls, h.inject, n)}
	for _, path := range paths {
		words = append(words, "-P", path)
	}
	other := s.runBy(words...)
	other.vars = []string{childVar + "=1", threadVar + "=1"}
	return other
}

// wasHarmed reports whether strace met the call.
func wasHarmed(t *testing.T, log string, r result) bool {
	t.Helper()
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	return r.code == killed || strings.Contains(string(text), "(INJECTED)")
}

// sweepOutput lets each write of the answer fail. What is done stays done, and
// the exit code says that it was not told.
func sweepOutput(t *testing.T) {
	template := newSite(t)
	player(template)
	for _, d := range swept() {
		for _, h := range harms()[:2] {
			t.Run(d.name+" "+h.name, func(t *testing.T) {
				s := template.in(t).copy(filepath.Join(t.TempDir(), "site"))
				harmed := true
				for n := 1; harmed && !t.Failed(); n++ {
					harmed = s.outputPoint(d, h, n)
				}
			})
		}
	}
}

// outputPoint harms the nth write of the answer and reports whether there was
// such a write.
func (s *site) outputPoint(d deed, h harm, n int) bool {
	s.t.Helper()
	in, args := d.ready(s, n)
	answer, log := filepath.Join(s.dir, "answer.json"), filepath.Join(s.dir, "strace.log")
	if err := os.WriteFile(answer, nil, 0o600); err != nil {
		s.t.Fatal(err)
	}
	traced := s.traced(log, outputCalls, h, n, answer)
	traced.under = append([]string{"sh", "-c", `out=$1; shift; exec "$@" >"$out"`, "sh", answer}, traced.under...)
	t, r := d.watch(s, func() result { return traced.run(in, append(args, "-o", "json")...) })
	t.whole(s.t, d, r)
	s.sound()
	harmed := wasHarmed(s.t, log, r)
	switch {
	case harmed && (r.code != 10 || !strings.Contains(r.err, `"code":"output_failed"`)):
		s.t.Errorf("%s, write %d: want exit 10 for the lost answer, got %s", d.name, n, r)
	case !harmed && (r.code != d.code || !t.changed):
		s.t.Errorf("%s: want exit %d and the change, got %s", d.name, d.code, r)
	case !harmed && n == 1:
		s.t.Errorf("%s: no write of the answer was met", d.name)
	}
	return harmed
}
