package cmd_test

import (
	"slices"
	"testing"
)

// TestReportsKeepTheirKeys holds reports, exports and what a person is given
// against docs/json-output.md.
func TestReportsKeepTheirKeys(t *testing.T) {
	d, page := newDesk(t), readText(t, jsonPage)
	for _, c := range []struct{ heading, line string }{
		{"### Alert", "alerts export --since-last nightly --severity info"},
		{"### Coverage", "report coverage"},
		{"### Device finding", "report devices --expiring 400d --shared-by 2"},
		{"### Login day", "report logins --since 1d"},
		{"### Incident", "report digest"},
		{"### Entry", "report incident teacher.one"},
	} {
		objects := d.objects("", c.line)
		if len(objects) == 0 {
			t.Errorf("%s: lists nothing", c.line)
		}
		for _, object := range objects {
			checkObject(t, c.line, object, keysUnder(t, page, c.heading))
		}
	}
}

func TestPersonKeepsItsKeys(t *testing.T) {
	d, page := newDesk(t), readText(t, jsonPage)
	ofPage := slices.DeleteFunc(keysUnder(t, page, "### Account page"), func(k key) bool { return k.name == "verdicts" || k.name == "last_logins" })
	person := d.objects("", "account export teacher.two")[0]
	checkObject(t, "account export", person, slices.Concat(keysUnder(t, page, "### Account"), ofPage, keysUnder(t, page, "### Person")))
	for _, part := range []struct{ key, heading string }{
		{"device_list", "### Device"},
		{"login_list", "### Login"},
		{"alert_list", "### Alert"},
		{"audit_list", "### Audit record"},
		{"notice_list", "A notice has:"},
	} {
		for _, object := range objectsIn(person[part.key]) {
			checkObject(t, "account export: "+part.key, object, keysUnder(t, page, part.heading))
		}
	}
	made := madeBy(t, page, "account erase")
	change := d.objects("", "account erase teacher.two --reason test --yes")[0]
	checkObject(t, "account erase", change, keysUnder(t, page, "### Change"))
	for _, item := range objectsIn(change["items"]) {
		checkItem(t, "account erase", page, item, made)
	}
}
