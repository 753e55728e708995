package cmd_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestUpkeepKeepsItsKeys holds what the commands for backups and keys write
// against docs/json-output.md.
func TestUpkeepKeepsItsKeys(t *testing.T) {
	d, page := newDesk(t), readText(t, jsonPage)
	d.deliverToFolder()
	for _, c := range []struct{ heading, line string }{
		{"### Key", "key status"},
		{"### Rotation plan", "key rotate -n"},
		{"### Retention plan", "store prune -n"},
		{"### Mail", "mail queue"},
		{"### Flush", "mail flush"},
	} {
		objects := d.objects("", c.line)
		if len(objects) == 0 {
			t.Errorf("%s: lists nothing", c.line)
		}
		for _, object := range objects {
			checkObject(t, c.line, object, keysUnder(t, page, c.heading))
		}
	}
	for _, c := range []struct{ command, line string }{
		{"store backup", "store backup b.db"},
		{"store restore", "store restore b.db --yes"},
		{"store prune", "store prune --yes"},
		{"key rotate", "key rotate --yes"},
	} {
		made := madeBy(t, page, c.command)
		for _, change := range d.objects("", c.line) {
			checkObject(t, c.line, change, keysUnder(t, page, "### Change"))
			for _, item := range objectsIn(change["items"]) {
				checkItem(t, c.line, page, item, made)
			}
		}
	}
}

// deliverToFolder turns mail on.
func (d desk) deliverToFolder() {
	d.t.Helper()
	path := filepath.Join(d.folder, "demo", "config.yaml")
	text := readText(d.t, path) + "mail:\n  delivery: file\n  from: office@school.example\n  folder: mails\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// madeBy gives the further keys that a command's items have.
func madeBy(t *testing.T, page, command string) []string {
	t.Helper()
	for _, row := range table(t, page, "### Item") {
		if slices.Contains(strings.Split(row[0], ", "), "`"+command+"`") {
			return strings.Split(strings.ReplaceAll(row[1], "`", ""), ", ")
		}
	}
	t.Fatalf("docs/json-output.md: items of %s: not told", command)
	return nil
}
