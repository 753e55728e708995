package cmd_test

import (
	"fmt"
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

// TestPlansKeepTheirKeys holds what each command answers to -n against the page.
func TestPlansKeepTheirKeys(t *testing.T) {
	d, page := newDesk(t), readText(t, jsonPage)
	item := keysUnder(t, page, "### Item")
	for _, c := range []struct {
		heading, line   string
		changed, failed string
	}{
		{"### Device", "device revoke --account teacher.one -n", "1", "0"},
		{"### Device", "device revoke dnone dnone2 -n", "0", "2"},
		{"### Device", "device prune -n", "0", "0"},
		{"### Reset plan", "pin reset --group 10A -n", "2", "0"},
		{"### Reset plan", "pin reset teacher.one nobody -n", "1", "1"},
		{"### Policy plan", "policy set student --pin-min 5 -n", "1", "0"},
		{"### Policy plan", "policy set student --pin-min 4 -n", "0", "0"},
		{"### Rotation plan", "key rotate -n", "1", "0"},
		{"### Retention plan", "store prune -n", "0", "0"},
	} {
		answers := d.objects("", c.line)
		if len(answers) != 1 {
			t.Fatalf("%s: got %d objects, want one", c.line, len(answers))
		}
		plan := answers[0]
		checkObject(t, c.line, plan, keysUnder(t, page, "### Change"))
		if plan["dry_run"] != true || fmt.Sprint(plan["changed"]) != c.changed || fmt.Sprint(plan["failed"]) != c.failed {
			t.Errorf("%s: got %v, want a dry run that would change %s, with %s failed", c.line, plan, c.changed, c.failed)
		}
		for _, one := range objectsIn(plan["items"]) {
			if one["result"] == "failed" {
				checkObject(t, c.line, one, item)
				continue
			}
			checkObject(t, c.line, one, append(keysUnder(t, page, c.heading), item...))
		}
	}
}

// TestAnswersToIncidentsKeepTheirKeys holds what answers an incident or a bad
// morning against docs/json-output.md.
func TestAnswersToIncidentsKeepTheirKeys(t *testing.T) {
	d, page := newDesk(t), readText(t, jsonPage)
	for _, object := range d.objects("", "alerts respond --account student.one --contain -n") {
		checkObject(t, "alerts respond -n", object, keysUnder(t, page, "### Change"))
		for _, item := range objectsIn(object["items"]) {
			checkObject(t, "alerts respond -n", item, append(keysUnder(t, page, "### Reset plan"), keysUnder(t, page, "### Item")...))
		}
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
