package cmd_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestRulesAreShown: each rule of docs/rules.md names tests and scripts that
// exist.
func TestRulesAreShown(t *testing.T) {
	page, err := os.ReadFile("../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testNames(t)
	rules := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, " | ")
		if len(cells) != 3 || strings.HasPrefix(line, "| No ") {
			continue
		}
		rules++
		proofs := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[2], -1)
		if len(proofs) == 0 {
			t.Errorf("shown by nothing: %s", cells[1])
		}
		for _, proof := range proofs {
			if !tests[proof[1]] {
				t.Errorf("there is no %s, by which is shown: %s", proof[1], cells[1])
			}
		}
	}
	if rules < 17 {
		t.Errorf("got %d rules, want all of them", rules)
	}
}

// testNames gives the names of all test functions and scripts.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasSuffix(path, ".txtar"):
			names[filepath.Base(path)] = true
		case strings.HasSuffix(path, "_test.go"):
			text, err := os.ReadFile(filepath.Join("..", path))
			for _, match := range function.FindAllStringSubmatch(string(text), -1) {
				names[match[1]] = true
			}
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
