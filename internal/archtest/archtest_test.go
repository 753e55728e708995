// Package archtest holds pinward's source to its own rules: which package may
// import which, where a library may stand, and the habits that keep files
// small and free of hidden inputs. docs/ARCHITECTURE.md gives the reasons.
//
// It reads files and never runs the go command over them: the test cache does
// not see what a child process read, and would serve an old "ok".
package archtest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
)

// A rule gives one line, "file:line: what is wrong", for each breach.
type rule func([]source) []string

func rules() map[string]rule {
	return map[string]rule{
		"every package stands in the table":        packagesAreKnown,
		"packages import along the arrows":         arrowsHold,
		"a library stands in its own package":      librariesStayHome,
		"the domain does no input or output":       domainIsPure,
		"inputs are handed down":                   inputsAreHandedDown,
		"nothing runs before main":                 noInit,
		"a package keeps no variables":             noVariables,
		"files and functions are short":            sizesHold,
		"packages have a telling name and comment": packagesAreTold,
	}
}

func TestRepository(t *testing.T) {
	files, err := load(os.DirFS(moduleRoot(t)))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 20 {
		t.Fatalf("got %d Go files, want the whole module", len(files))
	}
	for name, rule := range rules() {
		t.Run(name, func(t *testing.T) {
			for _, breach := range rule(files) {
				t.Error(breach)
			}
		})
	}
}

// TestRules shows each rule a breach and what it must let pass.
func TestRules(t *testing.T) {
	for _, tt := range samples() {
		t.Run(tt.name, func(t *testing.T) {
			files, err := load(fstest.MapFS{tt.path: {Data: []byte(tt.source)}, "tools/go.mod": {}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, rule := range rules() {
				got = append(got, rule(files)...)
			}
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// moduleRoot finds the folder of the module's go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = parent
	}
}
