package cmd_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"pinward/internal/app"
)

const jsonPage = "../docs/json-output.md"

// A key is one row of docs/json-output.md.
type key struct {
	name     string
	kind     string // string, number, boolean, time, "list of …" or an object's name
	nullable bool
	maybe    bool // may be left out
}

// keysUnder reads the first table that follows a text of the page.
func keysUnder(t *testing.T, page, after string) []key {
	t.Helper()
	_, rest, found := strings.Cut(page, "\n"+after+"\n")
	if !found {
		t.Fatalf("docs/json-output.md: no line %q", after)
	}
	_, rest, _ = strings.Cut(rest, "\n| Key | Type | Meaning |\n")
	var keys []key
	for line := range strings.Lines(rest) {
		if !strings.HasPrefix(line, "|") {
			break
		}
		cells := strings.Split(line, "|")
		name := strings.TrimSpace(cells[1])
		if strings.HasPrefix(name, "-") {
			continue
		}
		kind, nullable := strings.CutSuffix(strings.TrimSpace(cells[2]), " or null")
		bare, maybe := strings.CutSuffix(name, "?")
		keys = append(keys, key{strings.Trim(bare, "`"), kind, nullable, maybe})
	}
	if len(keys) == 0 {
		t.Fatalf("docs/json-output.md: no table after %q", after)
	}
	return keys
}

// checkObject holds one JSON object against its table: the same keys, each of
// its type.
func checkObject(t *testing.T, where string, object map[string]any, keys []key) {
	t.Helper()
	for name := range object {
		if !slices.ContainsFunc(keys, func(k key) bool { return k.name == name }) {
			t.Errorf("%s: key %q is not in docs/json-output.md", where, name)
		}
	}
	for _, k := range keys {
		value, there := object[k.name]
		switch {
		case !there && k.maybe:
		case !there:
			t.Errorf("%s: docs/json-output.md promises %q, which is not there", where, k.name)
		case value == nil && k.nullable:
		case !ofKind(value, k.kind):
			t.Errorf("%s: %s: got %v (%T), want a %s", where, k.name, value, value, k.kind)
		}
	}
}

func ofKind(value any, kind string) bool {
	if one, ok := strings.CutPrefix(kind, "list of "); ok {
		list, isList := value.([]any)
		if one != "strings" {
			one = "object"
		}
		return isList && !slices.ContainsFunc(list, func(v any) bool { return !ofKind(v, strings.TrimSuffix(one, "s")) })
	}
	switch kind {
	case "string":
		_, ok := value.(string)
		return ok
	case "number":
		n, ok := value.(json.Number)
		_, err := n.Int64()
		return ok && err == nil
	case "boolean":
		_, ok := value.(bool)
		return ok
	case "time":
		text, _ := value.(string)
		_, err := time.Parse(time.RFC3339, text)
		return err == nil && strings.HasSuffix(text, "Z")
	default:
		_, ok := value.(map[string]any)
		return ok
	}
}

func TestOfKind(t *testing.T) {
	for _, c := range []struct {
		value any
		kind  string
		want  bool
	}{
		{"a", "string", true},
		{json.Number("1"), "string", false},
		{nil, "string", false},
		{json.Number("1"), "number", true},
		{json.Number("1.5"), "number", false},
		{true, "boolean", true},
		{"2026-03-02T08:00:00Z", "time", true},
		{"2026-03-02T08:00:00+01:00", "time", false},
		{"today", "time", false},
		{[]any{"a", "b"}, "list of strings", true},
		{[]any{"a", true}, "list of strings", false},
		{"a", "list of strings", false},
		{[]any{map[string]any{}}, "list of devices", true},
		{[]any{"a"}, "list of devices", false},
		{map[string]any{}, "PIN status", true},
	} {
		if got := ofKind(c.value, c.kind); got != c.want {
			t.Errorf("%v as %s: got %v, want %v", c.value, c.kind, got, c.want)
		}
	}
}

// A desk runs pinward on one store.
type desk struct {
	t      *testing.T
	folder string
}

// newDesk makes a store in which everything has happened.
func newDesk(t *testing.T) desk {
	t.Helper()
	d := desk{t, t.TempDir()}
	d.run("", "demo", "--dir", "demo")
	return d
}

// run gives what a command writes to standard output and standard error. The
// exit code is looked at elsewhere.
func (d desk) run(stdin string, args ...string) (out, errs []byte) {
	d.t.Helper()
	if args[0] != "demo" && args[0] != "init" {
		args = append([]string{"--config", "demo/config.yaml"}, args...)
	}
	c := exec.CommandContext(d.t.Context(), "pinward", args...)
	c.Dir = d.folder
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + d.folder, "TZ=UTC", "CLOCK=2026-03-02T08:00:00Z", "GORACE=atexit_sleep_ms=0"}
	c.Stdin = strings.NewReader(stdin)
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no prompt finds a terminal
	var o, e bytes.Buffer
	c.Stdout, c.Stderr = &o, &e
	var exit *exec.ExitError
	if err := c.Run(); err != nil && !errors.As(err, &exit) {
		d.t.Fatal(err)
	}
	return o.Bytes(), e.Bytes()
}

// objects gives the JSON objects that a command prints, those of an array one
// by one.
func (d desk) objects(stdin, line string) []map[string]any {
	d.t.Helper()
	out, errs := d.run(stdin, append(strings.Fields(line), "-o", "json")...)
	return d.decode(line, out, errs)
}

func (d desk) decode(line string, out, errs []byte) []map[string]any {
	d.t.Helper()
	dec := json.NewDecoder(bytes.NewReader(out))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		d.t.Fatalf("%s: %v\n%s%s", line, err, out, errs)
	}
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	return objectsIn(list)
}

func objectsIn(value any) []map[string]any {
	list, _ := value.([]any)
	objects := make([]map[string]any, len(list))
	for i, v := range list {
		objects[i], _ = v.(map[string]any)
	}
	return objects
}

// TestListingsKeepTheirKeys runs every command that lists or shows something
// and holds every object against the page.
func TestListingsKeepTheirKeys(t *testing.T) {
	d, page := newDesk(t), readText(t, jsonPage)
	for _, c := range []struct{ heading, line, stdin string }{
		{"### Account", "account list", ""},
		{"### School", "school list", ""},
		{"### Policy", "policy show", ""},
		{"### Policy", "policy show student", ""},
		{"### Sentence", "policy explain student", ""},
		{"### Sentence", "policy explain teacher.two", ""},
		{"### PIN status", "pin status teacher.one student.one", ""},
		{"### Device", "device list", ""},
		{"### Device", "device list --revoked", ""},
		{"### Login", "login list", ""},
		{"### Alert", "alerts list --severity info", ""},
		{"### Alert", "alerts show 7", ""},
		{"### Rule", "alerts rules", ""},
		{"### Trial", "alerts rules try", ""},
		{"### Login import", "login import -", `{"at":"2026-03-02T07:00:00Z","login":"teacher.one"}`},
		{"### Audit record", "audit list", ""},
		{"### Diagnosis", "device diagnose teacher.one", ""},
		{"### Finding", "doctor", ""},
		{"### Store check", "store check", ""},
		{"### Audit head", "audit head", ""},
		{"### Verification", "audit verify", ""},
		{"### Verdict", "pin check", "730416\n1234\n12\n"},
		{"### Verified PIN", "pin verify teacher.one --pin-stdin", "730416\n"},
		{"### Verified PIN", "pin verify teacher.one --pin-stdin", "730417\n"},
		{"### Proposed PIN", "pin suggest -n 2", ""},
		{"### Operator", "whoami", ""},
		{"### Setting", "config show", ""},
		{"### Places", "init --store a --keyring b --config c", ""},
		{"### Build", "version", ""},
		{"### Import report", "account import - -n", "login;name;profile\nnew.one;One, New;student\nnot a login;Two, New;student\n"},
	} {
		objects := d.objects(c.stdin, c.line)
		if len(objects) == 0 {
			t.Errorf("%s: lists nothing", c.line)
		}
		keys := keysUnder(t, page, c.heading)
		for _, object := range objects {
			checkObject(t, c.line, object, keys)
		}
	}
}

func TestNestedObjectsKeepTheirKeys(t *testing.T) {
	d, page := newDesk(t), readText(t, jsonPage)
	show := d.objects("", "account show teacher.two")[0]
	checkObject(t, "account show", show, append(keysUnder(t, page, "### Account"), keysUnder(t, page, "### Account page")...))
	status, _ := show["pin_status"].(map[string]any)
	checkObject(t, "account show: pin_status", status, keysUnder(t, page, "### PIN status"))
	for _, part := range []struct{ key, heading string }{
		{"verdicts", "### Sentence"}, {"device_list", "### Device"}, {"last_logins", "### Login"},
	} {
		all := objectsIn(show[part.key])
		if len(all) == 0 {
			t.Errorf("account show: %s: empty", part.key)
		}
		for _, object := range all {
			checkObject(t, "account show: "+part.key, object, keysUnder(t, page, part.heading))
		}
	}
	for _, cause := range objectsIn(d.objects("", "device diagnose teacher.one")[0]["causes"]) {
		checkObject(t, "device diagnose: causes", cause, keysUnder(t, page, "A cause has:"))
	}
}

// TestChangesKeepTheirKeys holds what changes answer against the page, the keys
// of each command's items included.
func TestChangesKeepTheirKeys(t *testing.T) {
	d, page := newDesk(t), readText(t, jsonPage)
	made := map[string][]string{}
	for _, row := range table(t, page, "### Item") {
		if strings.HasPrefix(row[1], "`") {
			for _, command := range strings.Split(row[0], ", ") {
				made[strings.Trim(command, "`")] = strings.Split(strings.ReplaceAll(row[1], "`", ""), ", ")
			}
		}
	}
	for _, c := range []struct{ command, line string }{
		{"account add", "account add new.one --name New,One --profile external"},
		{"account edit", "account edit new.one --group A"},
		{"account suspend", "account suspend new.one --reason test"},
		{"restore", "account restore new.one --reason test"},
		{"archive", "account archive new.one --reason test"},
		{"alerts ack", "alerts ack 7"},
		{"alerts ack", "alerts ack 7 99"},
		{"pin reset", "pin reset student.two"},
		{"pin reset", "pin reset student.two nobody --yes"},
		{"policy set", "policy set student --pin-min 5 --yes"},
		{"store migrate", "store migrate"},
		{"school add", "school add OTHER"},
		{"school edit", "school edit OTHER --name Other"},
		{"pin unlock", "pin unlock teacher.one --reason test"},
		{"device revoke", "device revoke --account teacher.one --yes"},
		{"device prune", "device prune --yes"},
	} {
		for _, change := range d.objects("", c.line) {
			checkObject(t, c.line, change, keysUnder(t, page, "### Change"))
			for _, item := range objectsIn(change["items"]) {
				checkItem(t, c.line, page, item, made[c.command])
			}
		}
	}
	for line, stdin := range map[string]string{
		"account import -": "login;name;profile\nnot a login;Two, New;student\n", "login import -": "{}\n",
	} {
		items := objectsIn(d.objects(stdin, line)[0]["items"])
		if len(items) != 1 {
			t.Errorf("%s: got %d rejected lines, want 1", line, len(items))
		}
		for _, item := range items {
			checkItem(t, line, page, item, []string{"file", "line"})
		}
	}
}

func checkItem(t *testing.T, line, page string, item map[string]any, made []string) {
	t.Helper()
	common := map[string]any{}
	for name, value := range item {
		if !slices.Contains(made, name) {
			common[name] = value
		}
	}
	checkObject(t, line+": item", common, keysUnder(t, page, "### Item"))
	if failure, failed := item["error"].(map[string]any); failed {
		checkObject(t, line+": item's error", failure, keysUnder(t, page, "An item's error has:"))
		return
	}
	for _, name := range made {
		if _, there := item[name]; !there {
			t.Errorf("%s: docs/json-output.md promises %q of an item, which is not there", line, name)
		}
	}
}

func TestErrorsKeepTheirKeys(t *testing.T) {
	d, page := newDesk(t), readText(t, jsonPage)
	for _, c := range []struct{ line, stdin string }{
		{"account show nobody", ""}, {"account frob", ""}, {"pin check", "1234\n"},
	} {
		_, errs := d.run(c.stdin, append(strings.Fields(c.line), "-o", "json")...)
		body := d.decode(c.line, errs, nil)[0]
		failure, ok := body["error"].(map[string]any)
		if !ok || len(body) != 1 {
			t.Errorf("%s: got %v, want one key, error", c.line, body)
		}
		checkObject(t, c.line, failure, keysUnder(t, page, "### Error"))
	}
}

// TestLoginObjectsKeepTheirKeys holds the objects of the login verbs against
// the page by their types, since no one answer has all keys.
func TestLoginObjectsKeepTheirKeys(t *testing.T) {
	page := readText(t, jsonPage)
	for _, c := range []struct {
		after string
		of    any
	}{
		{"### Start", app.StartLogin{}},
		{"### PIN", app.GivePIN{}},
		{"### Set-up", app.SetUp{}},
		{"### Reset", app.ResetByMail{}},
		{"### Remember", app.Remember{}},
		{"`login remember` takes the same with a `login_id`:", app.NameDevice{}},
		{"### Answer", app.LoginAnswer{}},
		{"### Device info", app.DeviceInfo{}},
		{"### Notice", app.NoticeInfo{}},
	} {
		var want, got []string
		typ := reflect.TypeOf(c.of)
		for i := range typ.NumField() {
			tag := typ.Field(i).Tag.Get("json")
			name, options, _ := strings.Cut(tag, ",")
			if name == "-" {
				continue
			}
			if options == "omitempty" {
				name += "?"
			}
			want = append(want, name)
		}
		answer := slices.ContainsFunc(want, func(name string) bool { return strings.HasSuffix(name, "?") })
		for _, k := range keysUnder(t, page, c.after) {
			if k.maybe && answer {
				k.name += "?"
			}
			got = append(got, k.name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("docs/json-output.md: %s: got %v, want %v as in %s", c.after, got, want, typ)
		}
	}
}

// TestRejectsFileKeepsItsKeys holds the CSV of rejected lines against the page.
func TestRejectsFileKeepsItsKeys(t *testing.T) {
	d := newDesk(t)
	d.run("login;name;profile\nnot a login;Two, New;student\n", "account", "import", "-", "--rejects", "rejects.csv")
	text := readText(t, filepath.Join(d.folder, "rejects.csv"))
	head, _, _ := strings.Cut(text, "\n")
	if !strings.Contains(readText(t, jsonPage), "`--rejects FILE` writes `"+head+"`") {
		t.Errorf("docs/json-output.md: says something else of the rejected lines than %q", head)
	}
}
