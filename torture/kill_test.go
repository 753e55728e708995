package torture_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const killed = 128 + int(syscall.SIGKILL)

// runKilled runs the program and kills it after so long, if it still runs.
func (s *site) runKilled(after time.Duration, in string, args ...string) result {
	s.t.Helper()
	c := s.command(context.Background(), args...)
	var out, errs bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(in), &out, &errs
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = c.Process.Kill() })
	_ = c.Wait()
	timer.Stop()
	r := result{code: exitOf(c), out: out.String(), err: errs.String()}
	s.noPanic(r, args)
	return r
}

// A trial is what a deed left behind, seen from outside.
type trial struct {
	changed, acknowledged bool
	records, others       string // of the deed's own action, and all others
}

// watch runs f and looks at what became of the deed.
func (d deed) watch(s *site, f func() result) (trial, result) {
	s.t.Helper()
	head, before := s.ask(`SELECT max(seq) FROM audit`), s.ask(d.probe)
	r := f()
	t := trial{changed: s.ask(d.probe) != before, acknowledged: r.out != ""}
	t.records = s.ask(`SELECT count(*) FROM audit WHERE seq > ?1 AND action = ?2`, head, d.action)
	t.others = s.ask(`SELECT count(*) FROM audit WHERE seq > ?1 AND action <> ?2`, head, d.action)
	return t, r
}

// whole fails where change and record have parted, or where a deed was done by
// halves.
func (t trial) whole(test *testing.T, d deed, r result) {
	test.Helper()
	want := "0"
	if t.changed {
		want = "1"
	}
	if t.records != want || t.others != "0" {
		test.Errorf("%s: changed: %t, %s records of it and %s others; %s", d.name, t.changed, t.records, t.others, r)
	}
}

// TestKill: nothing that was acknowledged is lost, the change and its audit
// record never part, and the next command simply works.
func TestKill(t *testing.T) {
	size := howMuch(t)
	s := newSite(t)
	player(s)
	all := deeds()
	took := make([]time.Duration, len(all))
	var before, after, unharmed int
	for n := range size.kills + len(all) {
		d := all[n%len(all)]
		in, args := d.ready(s, n)
		args = append(args, "-o", "json") // then standard output says that it is done, and nothing else
		t1, r := d.watch(s, func() result {
			if n < len(all) { // once without harm, to know how long it takes
				r := s.run(in, args...)
				took[n] = r.took
				return r
			}
			return s.runKilled(time.Duration(rand.Int64N(int64(took[n%len(all)])*5/4)), in, args...)
		})
		t1.whole(t, d, r)
		switch {
		case r.code == killed && !t1.changed:
			before++
		case r.code == killed:
			after++
		default:
			unharmed++
		}
		if r.code != d.code && r.code != killed {
			t.Errorf("%s: want exit %d, got %s", d.name, d.code, r)
		}
		if (t1.acknowledged || r.code == d.code) && !t1.changed {
			t.Errorf("%s: acknowledged and lost: %s", d.name, r)
		}
		s.sound()
		if t.Failed() {
			t.FailNow()
		}
	}
	figure(t, "%d kills over %d commands: %d before the commit, %d after it, %d too late; nothing lost, store check clean after each",
		size.kills, len(all), before, after, unharmed-len(all))
}

// TestKillInit: what a killed init leaves is a whole installation, or one that
// the same command completes.
func TestKillInit(t *testing.T) {
	var made, left int
	began := time.Now()
	newSite(t)
	took := time.Since(began)
	for range howMuch(t).kills / 5 {
		s := &site{t: t, dir: t.TempDir()}
		r := s.runKilled(time.Duration(rand.Int64N(int64(took)*5/4)), "", initArgs()...)
		for range rand.IntN(3) { // that which completes it may be killed as well
			_ = s.runKilled(time.Duration(rand.Int64N(int64(took))), "", initArgs()...)
		}
		if s.completesInit(r) {
			made++
		} else {
			left++
		}
	}
	figure(t, "%d kills of init: %d had made a whole store, %d were completed by the next init", howMuch(t).kills/5, made, left)
}

func initArgs() []string { return []string{"init", "--school", "A=School A"} }

// completesInit runs init again after one that ended so. It reports whether the
// store was whole before.
func (s *site) completesInit(killedInit result) bool {
	s.t.Helper()
	had, hadErr := os.ReadFile(s.keyring())
	again := s.run("", initArgs()...)
	whole := again.code == 5 && strings.Contains(again.err, s.store()+" exists already")
	switch {
	case again.code != 0 && !whole:
		s.t.Errorf("init after a killed one: want exit 0, or 5 for a store that is whole, got %s", again)
	case killedInit.code == 0 && !whole:
		s.t.Errorf("acknowledged and lost: %s, then %s", killedInit, again)
	}
	if have, err := os.ReadFile(s.keyring()); err != nil || hadErr == nil && !bytes.Equal(have, had) {
		s.t.Errorf("init after a killed one: changed the keyring (%v)", err)
	}
	if list := s.must("", "school", "list", "-o", "csv"); !strings.Contains(list.out, "School A") {
		s.t.Errorf("a store without its school: %s", list)
	}
	s.sound()
	for _, path := range []string{s.store(), s.keyring(), filepath.Join(s.dir, "etc", "config.yaml")} {
		info, err := os.Lstat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			s.t.Errorf("%s: want a file of mode 0600, got %v, %v", path, info, err)
		}
		if _, err := os.Lstat(path + ".init"); err == nil {
			s.t.Errorf("%s.init: left behind", path)
		}
	}
	return whole
}

// sweepInit kills init at every call that may change a folder or a file, kind by
// kind: strace counts each thread's calls by themselves.
func sweepInit(t *testing.T) {
	made, left := 0, 0
	for _, kind := range []struct {
		calls string
		step  int
	}{
		{"link,linkat", 1},
		{"rename,renameat,renameat2", 1},
		{"mkdir,mkdirat", 1},
		{"flock", 1},
		{"unlinkat", howMuch(t).sweepStep},
		{"unlink", howMuch(t).sweepStep},
		{"fsync,fdatasync", howMuch(t).sweepStep},
		{"write,pwrite64", howMuch(t).sweepStep},
		{"ftruncate,fallocate", howMuch(t).sweepStep},
		{"openat", howMuch(t).sweepStep},
	} {
		for n := 1; !t.Failed(); n += kind.step {
			s := &site{t: t, dir: t.TempDir()}
			kill := harm{name: "kill", inject: "signal=KILL"}
			r := s.traced(filepath.Join(s.dir, "strace.log"), kind.calls, kill, n).run("", initArgs()...)
			if r.code != killed {
				if r.code != 0 || n == 1 {
					t.Errorf("init killed at %s %d: got %s", kind.calls, n, r)
				}
				break
			}
			if s.completesInit(r) {
				made++
			} else {
				left++
			}
		}
	}
	if made == 0 {
		t.Error("no kill after the store had its name")
	}
	figure(t, "init killed at each of %d calls: %d had made a whole store, %d were completed by the next init", made+left, made, left)
}

// TestKillRotation: a key rotation has several steps and two files. Killed
// anywhere it leaves a store that opens and PINs that are right, and running it
// again ends it.
func TestKillRotation(t *testing.T) {
	s := newSite(t)
	s.teacher("edited")
	began := time.Now()
	s.must("", "key", "rotate", "--yes")
	took := time.Since(began)
	for range howMuch(t).kills / 10 {
		r := s.runKilled(time.Duration(rand.Int64N(int64(took)*5/4)), "", "key", "rotate", "--yes")
		if r.code != 0 && r.code != killed {
			t.Errorf("key rotate: want exit 0, got %s", r)
		}
		s.wantCode(0, rightPIN+"\n", "pin", "verify", "edited", "--pin-stdin")
		if r := s.run("", "store", "check"); r.code != 0 && r.code != 8 {
			t.Errorf("store check after a killed rotation: want exit 0, or 8 for one that is not ended, got %s", r)
		}
	}
	s.must("", "key", "rotate", "--yes")
	s.wantCode(0, rightPIN+"\n", "pin", "verify", "edited", "--pin-stdin")
	s.sound()
}

// TestKillRestore: a restore that is killed leaves the old store or that of the
// backup, whole.
func TestKillRestore(t *testing.T) {
	s := newSite(t)
	s.teacher("edited")
	backup := filepath.Join(s.dir, "backup.db")
	s.must("", "store", "backup", backup)
	began := time.Now()
	s.must("", "store", "restore", backup, "--yes")
	took := time.Since(began)
	const group = `SELECT group_name FROM account WHERE login = 'edited'`
	var old, restored int
	for range howMuch(t).kills / 10 {
		s.must("", "account", "edit", "edited", "--group", "6F")
		r := s.runKilled(time.Duration(rand.Int64N(int64(took)*5/4)), "", "store", "restore", backup, "--yes", "-o", "json")
		sameSecond := r.code == 5 && strings.Contains(r.err, ".before-restore-") // it names the old store by the second
		if r.code != 0 && r.code != killed && !sameSecond {
			t.Errorf("store restore: want exit 0, got %s", r)
		}
		s.wantCode(0, rightPIN+"\n", "pin", "verify", "edited", "--pin-stdin")
		s.sound()
		switch got := s.ask(group); {
		case got == "":
			restored++
		case got == "6F" && r.out == "" && r.code != 0:
			old++
		default:
			t.Errorf("store restore: left the group %q after %s", got, r)
		}
	}
	figure(t, "%d kills of store restore: %d left the old store, %d the restored one", howMuch(t).kills/10, old, restored)
}
