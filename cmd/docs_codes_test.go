package cmd_test

import (
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// table gives the cells of the table under a heading of a page, row by row,
// without the heading row.
func table(t *testing.T, page, heading string) [][]string {
	t.Helper()
	_, section, found := strings.Cut(page, "\n"+heading+"\n")
	if !found {
		t.Fatalf("no heading %q", heading)
	}
	if next := regexp.MustCompile(`(?m)^#`).FindStringIndex(section); next != nil {
		section = section[:next[0]]
	}
	var rows [][]string
	for line := range strings.Lines(section) {
		if inner, ok := strings.CutPrefix(strings.TrimSpace(line), "| "); ok {
			cells := strings.Split(strings.TrimSuffix(inner, " |"), " | ")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		}
	}
	if len(rows) < 2 {
		t.Fatalf("no table under %q", heading)
	}
	return rows[1:]
}

// firstCells gives the first column of a table, without its code marks.
func firstCells(rows [][]string) []string {
	var cells []string
	for _, row := range rows {
		cells = append(cells, strings.Trim(row[0], "`"))
	}
	return cells
}

// TestExitCodesAreTold holds the table of exit codes against cmd/exit.go.
func TestExitCodesAreTold(t *testing.T) {
	var want []string
	for _, match := range regexp.MustCompile(`(?m)^\texit\w+ += (\d+)$`).FindAllStringSubmatch(readText(t, "exit.go"), -1) {
		want = append(want, match[1])
	}
	got := firstCells(table(t, readText(t, "../docs/exit-codes.md"), "## Exit codes"))
	if !slices.Equal(got, want) {
		t.Errorf("docs/exit-codes.md: got %v, want %v as in exit.go", got, want)
	}
}

// TestErrorCodesAreTold holds the table of error codes against the codes that
// the source gives to errors.
func TestErrorCodesAreTold(t *testing.T) {
	want := map[string]bool{}
	for _, form := range []string{
		`\bCode: +"([a-z_]+)"`, `Refused\("([a-z_]+)"`, `unusable\("([a-z_]+)"`, `\bCode(?:PIN|Portal|Page|Notice)\w+ += "([a-z_]+)"`, `lineJSON{"([a-z_]+)"`,
	} {
		for code := range inSource(t, form) {
			want[code] = true
		}
	}
	delete(want, "default") // the code of a school
	for _, refusal := range []string{"pin_wrong", "pin_locked", "pin_blocked", "pin_not_set"} {
		want[refusal] = true // of `pin verify`, which takes them from the login decision
	}
	checkCodes(t, "docs/exit-codes.md", "## Error codes", want)
}

// TestReasonCodesAreTold does so for the reasons of login answers.
func TestReasonCodesAreTold(t *testing.T) {
	checkCodes(t, "docs/json-output.md", "### Reason codes", inSource(t, `Reason\w+ +Reason = "([a-z_]+)"`))
}

// TestAlertKindsAreTold does so for what alerts are of.
func TestAlertKindsAreTold(t *testing.T) {
	checkCodes(t, "docs/json-output.md", "#### Kinds of alert", inSource(t, `Alert\w+ +AlertKind = "([a-z_]+)"`))
}

func checkCodes(t *testing.T, page, heading string, want map[string]bool) {
	t.Helper()
	got := firstCells(table(t, readText(t, filepath.Join("..", page)), heading))
	if !slices.IsSorted(got) {
		t.Errorf("%s: %s: not in order", page, heading)
	}
	for _, code := range got {
		if !want[code] {
			t.Errorf("%s: %s: nothing gives %q", page, heading, code)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(want)) {
		if !slices.Contains(got, code) {
			t.Errorf("%s: %s: lacks %q", page, heading, code)
		}
	}
}

// inSource gives what the one group of a form matches in the program's source.
func inSource(t *testing.T, form string) map[string]bool {
	t.Helper()
	pattern, all := regexp.MustCompile(form), map[string]bool{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		for _, match := range pattern.FindAllStringSubmatch(readText(t, path), -1) {
			all[match[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatalf("nothing in the source is of the form %s", form)
	}
	return all
}
