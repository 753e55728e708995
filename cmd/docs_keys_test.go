package cmd_test

import (
	"slices"
	"strings"
	"testing"
)

// TestUpkeepKeepsItsKeys holds what the commands for backups and keys write
// against docs/json-output.md.
func TestUpkeepKeepsItsKeys(t *testing.T) {
	d, page := newDesk(t), readText(t, jsonPage)
	for _, c := range []struct{ heading, line string }{
		{"### Key", "key status"},
		{"### Rotation plan", "key rotate -n"},
		{"### Retention plan", "store prune -n"},
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

// TestAnswersToIncidentsKeepTheirKeys holds what answers an incident or a bad
// morning against docs/json-output.md.
func TestAnswersToIncidentsKeepTheirKeys(t *testing.T) {
	d, page := newDesk(t), readText(t, jsonPage)
	for _, object := range d.objects("", "alerts respond --account student.one --contain -n") {
		checkObject(t, "alerts respond -n", object, keysUnder(t, page, "### Reset plan"))
	}
	for _, c := range []struct{ command, line string }{
		{"login pass", "login pass teacher.one --reason test"},
		{"alerts dispute", "alerts dispute 7 --reason test"},
		{"alerts respond", "alerts respond 7 --contain --reason test"},
		{"alerts respond", "alerts respond --account student.one --contain --suspend --reason test"},
		{"policy pause", "policy pause --school SAMPLE --until 2h --reason test"},
	} {
		for _, change := range d.objects("", c.line) {
			checkObject(t, c.line, change, keysUnder(t, page, "### Change"))
			if len(objectsIn(change["items"])) == 0 {
				t.Errorf("%s: no items", c.line)
			}
			for _, item := range objectsIn(change["items"]) {
				checkItem(t, c.line, page, item, madeBy(t, page, c.command))
			}
		}
	}
	for _, object := range d.objects("", "alerts list") {
		checkObject(t, "alerts list", object, keysUnder(t, page, "### Alert"))
	}
}
