package torture_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// smallDisk mounts one of so many KiB that goes with the test.
func smallDisk(t *testing.T, kib int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("pinward-torture", dir, "tmpfs", 0, fmt.Sprintf("size=%dk,mode=0700", kib)); err != nil {
		t.Fatalf("mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir
}

// freeBlocks gives how many KiB of a file system are left.
func freeBlocks(t *testing.T, dir string) int {
	t.Helper()
	var f syscall.Statfs_t
	if err := syscall.Statfs(dir, &f); err != nil {
		t.Fatal(err)
	}
	return int(f.Bavail) * int(f.Bsize) / 1024
}

// fill leaves so many KiB of the disk.
func fill(t *testing.T, dir string, leave int) (filler string) {
	t.Helper()
	filler = filepath.Join(dir, "filler")
	size := max(freeBlocks(t, dir)-leave, 0)
	if err := os.WriteFile(filler, make([]byte, size<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	return filler
}

// fullDisk runs commands with less and less room: each is done, or fails with
// exit 10 and has changed nothing, and with room again all goes on.
func fullDisk(t *testing.T) {
	const kib = 2048
	disk := smallDisk(t, kib)
	template := newSite(t)
	player(template)
	s := template.copy(filepath.Join(disk, "site"))
	done, full := 0, 0
	for _, d := range deeds() {
		if !slices.Contains([]string{"pin set", "pin reset", "login start", "account import", "account edit"}, d.name) {
			continue
		}
		for n, leave := range []int{0, 4, 16, 32, 36, 40, 64, 96, 128, 256} {
			in, args := d.ready(s, n+100*len(d.name))
			t1, r := d.watch(s, func() result {
				filler := fill(t, disk, leave)
				defer func() { _ = os.Remove(filler) }()
				return s.run(in, append(args, "-o", "json")...)
			})
			t1.whole(t, d, r)
			switch {
			case r.code == d.code && t1.changed:
				done++
			case r.code == 10 && !t1.changed:
				full++
			default:
				t.Errorf("%s with %d KiB left: want exit %d and the change, or exit 10 and none; changed: %t, %s", d.name, leave, d.code, t1.changed, r)
			}
			s.sound()
		}
	}
	if done == 0 || full == 0 {
		t.Errorf("%d commands done and %d refused, want some of each", done, full)
	}
	for _, leave := range []int{0, 16, 64} {
		filler := fill(t, disk, leave)
		for _, args := range readers() {
			if r := s.run("", args...); r.code != 0 && r.code != 10 && (args[0] != "doctor" || r.code != 8) {
				t.Errorf("%v with %d KiB left: want an answer or exit 10, got %s", args, leave, r)
			}
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
	}
	figure(t, "full disk: %d commands refused with exit 10, %d found room; earlier data whole after each", full, done)
}

// fullDiskOutput writes an export to a disk that is too small for it.
func fullDiskOutput(t *testing.T) {
	disk := smallDisk(t, 64)
	s := newSite(t)
	s.must("", "account", "import", s.rosterFile(1, 2000), "--profile", "student", "--school", "A")
	path := filepath.Join(disk, "accounts.csv")
	if err := os.WriteFile(path, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.wantCode(10, "", "account", "list", "-o", "csv", "--output-file", path)
	if text, err := os.ReadFile(path); err != nil || string(text) != "old\n" {
		t.Errorf("the file: got %q, %v, want what stood there before", cut(string(text)), err)
	}
	if left, err := filepath.Glob(filepath.Join(disk, ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// nobody is a user without rights.
func nobody() *syscall.Credential { return &syscall.Credential{Uid: 65534, Gid: 65534} }

// readOnlyFolder gives a store to a user who may not write its folder, or the
// file itself.
func readOnlyFolder(t *testing.T) {
	template := newSite(t)
	template.teacher("edited")
	for _, tt := range []struct {
		name         string
		folder, file os.FileMode
		read         int // exit code of what reads
	}{
		{"a folder that cannot be written", 0o500, 0o600, 10},
		{"a folder that cannot be entered", 0o400, 0o600, 10},
		{"a folder without any right", 0o000, 0o600, 10},
		{"a file that cannot be written", 0o700, 0o400, 0},
		{"a file that cannot be read", 0o700, 0o000, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := template.in(t).copy(openFolder(t))
			s.giveAway()
			s.as = nobody()
			head := s.head()
			for _, suffix := range []string{"-wal", "-shm"} { // with them there a reader needs nothing new
				_ = os.Remove(s.store() + suffix)
			}
			s.chmod(tt.folder, tt.file)
			for _, args := range readers() {
				s.wantNoStore(tt.read, args)
			}
			for _, args := range changers() {
				s.wantNoStore(10, args)
			}
			s.chmod(0o700, 0o600)
			if got := s.head(); got != head {
				t.Errorf("the audit head went from %s to %s", head, got)
			}
			s.sound()
		})
	}
}

// giveAway gives all files of the site to nobody.
func (s *site) giveAway() {
	s.t.Helper()
	err := filepath.WalkDir(s.dir, func(path string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Chown(path, 65534, 65534))
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) chmod(folder, file os.FileMode) {
	s.t.Helper()
	if err := errors.Join(os.Chmod(s.store(), file), os.Chmod(filepath.Dir(s.store()), folder)); err != nil {
		s.t.Fatal(err)
	}
}

// wantNoStore checks the exit code; where it is 10, the error names the store.
// The findings of doctor are its answer.
func (s *site) wantNoStore(code int, args []string) {
	s.t.Helper()
	r := s.run(inputOf(args), args...)
	if r.code != code && !(args[0] == "doctor" && r.code == 8) {
		s.t.Errorf("%v: want exit %d, got %s", args, code, r)
	}
	if r.code == 10 && !strings.Contains(r.err, s.store()) {
		s.t.Errorf("%v: want the path named, got %s", args, r)
	}
}

// openFolder gives a new folder that every user may enter.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pinward-torture") //nolint:usetesting // nobody may enter what TempDir makes
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// TestFileSizeLimit: ulimit -f stops a write with exit 10 and not with SIGXFSZ,
// and nothing is lost.
func TestFileSizeLimit(t *testing.T) {
	s := newSite(t)
	player(s)
	done, stopped := 0, 0
	for _, d := range deeds() {
		if !slices.Contains([]string{"pin reset", "account edit", "account import"}, d.name) {
			continue
		}
		for n, blocks := range []int{0, 1, 64, 100, 200, 1 << 20} { // of 512 bytes
			in, args := d.ready(s, n+100*len(d.name))
			limited := s.runBy("sh", "-c", `ulimit -f "$1"; shift; exec "$@"`, "sh", fmt.Sprint(blocks))
			t1, r := d.watch(s, func() result { return limited.run(in, append(args, "-o", "json")...) })
			t1.whole(t, d, r)
			switch {
			case r.code == d.code && t1.changed:
				done++
			case r.code == 10 && !t1.changed:
				stopped++
			default:
				t.Errorf("%s under ulimit -f %d: changed: %t, %s", d.name, blocks, t1.changed, r)
			}
			s.sound()
		}
	}
	if done == 0 || stopped == 0 {
		t.Errorf("%d commands done and %d stopped, want some of each", done, stopped)
	}
}

// TestLongWriter: while another program holds the store for writing, what reads
// is answered at once, and what writes says that it is busy after ten seconds.
func TestLongWriter(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.teacher("edited")
	head := s.head()
	release := s.hold()
	s.must("", "account", "list")
	s.sound()
	writes := [][]string{{"account", "edit", "edited", "--group", "6F"}, {"pin", "verify", "edited", "--pin-stdin"}, {"login", "start"}}
	for i, r := range together(len(writes), func(i int) result { return s.run(inputOf(writes[i]), writes[i]...) }) {
		if r.code != 9 || r.took < 9*time.Second || !strings.Contains(r.err, "try again") {
			t.Errorf("%v: want exit 9 after ten seconds and a hint, got after %v %s", writes[i], r.took, r)
		}
	}
	release()
	if got := s.head(); got != head {
		t.Errorf("the audit head went from %s to %s", head, got)
	}
	s.must("", "account", "edit", "edited", "--group", "6F")
}

// hold keeps the write lock until the function it gives is called.
func (s *site) hold() (release func()) {
	s.t.Helper()
	db := s.open(true)
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, "BEGIN IMMEDIATE; UPDATE school SET name = 'Held' WHERE code = 'A'")
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return func() {
		if _, err := conn.ExecContext(ctx, "ROLLBACK"); err != nil {
			s.t.Error(err)
		}
		_ = conn.Close()
		_ = db.Close()
	}
}
