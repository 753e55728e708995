package archtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// required gives the version of a module in the text of a go.mod, "" where it
// is not required.
func required(gomod, path string) string {
	for line := range strings.Lines(gomod) {
		line, _, _ = strings.Cut(line, "//")
		fields := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(fields) == 2 && fields[0] == path {
			return fields[1]
		}
	}
	return ""
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestLibcIsTheOneOfSQLite guards the pair: modernc.org/sqlite is C translated
// against one version of modernc.org/libc and is only tested with that one.
func TestLibcIsTheOneOfSQLite(t *testing.T) {
	root := moduleRoot(t)
	list := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "modernc.org/sqlite")
	list.Dir = root
	dir, err := list.Output()
	if err != nil {
		t.Fatalf("find the source of modernc.org/sqlite: %v", err)
	}
	const libc = "modernc.org/libc"
	got := required(readFile(t, filepath.Join(root, "go.mod")), libc)
	want := required(readFile(t, filepath.Join(strings.TrimSpace(string(dir)), "go.mod")), libc)
	if got == "" || got != want {
		t.Errorf("%s: got %q, want %q as in modernc.org/sqlite's go.mod: go get %s@%s", libc, got, want, libc, want)
	}
}

// TestSQLiteVersion refuses everything before v1.62.0. v1.61.0 above all: it
// prepares a cached statement anew at each execution, twice the time.
func TestSQLiteVersion(t *testing.T) {
	version := required(readFile(t, filepath.Join(moduleRoot(t), "go.mod")), "modernc.org/sqlite")
	if !sqliteIsGood(version) {
		t.Errorf("modernc.org/sqlite: got %q, want v1.62.0 or later", version)
	}
}

func sqliteIsGood(version string) bool {
	var major, minor, patch int
	n, _ := fmt.Sscanf(version, "v%d.%d.%d", &major, &minor, &patch)
	return n == 3 && major == 1 && minor >= 62
}

func TestSQLiteIsGood(t *testing.T) {
	for version, want := range map[string]bool{
		"v1.62.0": true, "v1.62.1": true, "v1.100.0": true,
		"v1.61.0": false, "v1.9.9": false, "v2.62.0": false, "": false,
	} {
		if got := sqliteIsGood(version); got != want {
			t.Errorf("version %q: got %v, want %v", version, got, want)
		}
	}
}

func TestRequired(t *testing.T) {
	const gomod = "module x\n\nrequire a.org/one v1.2.3\n\nrequire (\n\ta.org/two v0.1.0 // indirect\n\ta.org/two/sub v9.9.9\n\t// a.org/three v3.0.0\n)\n"
	for path, want := range map[string]string{"a.org/one": "v1.2.3", "a.org/two": "v0.1.0", "a.org/three": "", "a.org": ""} {
		if got := required(gomod, path); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}
