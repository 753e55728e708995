package render

import (
	"errors"
	"iter"
	"strings"
	"testing"
	"time"
)

// A role is a named string, as the domain's own types are.
type role string

type item struct {
	id    string
	label string
	count int
	on    bool
	role  role
	tags  []string
	seen  time.Time
	by    any
}

func noon() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

func itemColumns() []Column[item] {
	return []Column[item]{
		{Key: "id", Title: "Id", Value: func(i item) any { return i.id }},
		{Key: "label", Title: "Label", Value: func(i item) any { return i.label }},
		{Key: "count", Title: "Count", Value: func(i item) any { return i.count }},
		{Key: "enabled", Title: "On", Value: func(i item) any { return i.on }},
		{Key: "role", Title: "Role", Value: func(i item) any { return i.role }},
		{Key: "tags", Title: "Tags", Value: func(i item) any { return i.tags }},
		{Key: "last_seen_at", Title: "Last seen", Value: func(i item) any { return i.seen }},
		{Key: "revoked_by", Title: "", Value: func(i item) any { return i.by }},
	}
}

func itemRows() []item {
	return []item{
		{"d1", "iPhone d’Élise", -3, true, "student", []string{"0750001A", "0750002B"}, noon().Add(-3 * time.Minute), nil},
		{"d2", "教室の電脳", 12, false, "staff", nil, time.Time{}, "admin"},
	}
}

func all[T any](rows ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// thenError yields rows, then err.
func thenError[T any](err error, rows ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
		var none T
		yield(none, err)
	}
}

func write[T any](t *testing.T, o Options, columns []Column[T], rows ...T) string {
	t.Helper()
	var b strings.Builder
	o.Now = noon()
	if err := Write(&b, o, columns, all(rows...)); err != nil {
		t.Fatalf("write as %s: %v", o.Format, err)
	}
	return b.String()
}

func same(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s\ngot, quoted:  %q\nwant, quoted: %q", got, want, got, want)
	}
}

func TestWriteGolden(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"a table for people", Options{Format: Table}, "" +
			"ID  LABEL           COUNT  ON   ROLE     TAGS                LAST SEEN\n" +
			"d1  iPhone d’Élise  -3     yes  student  0750001A, 0750002B  3 minutes ago\n" +
			"d2  教室の電脳      12     no   staff    -                   -\n"},
		{"one JSON array", Options{Format: JSON}, "[\n" +
			`{"id":"d1","label":"iPhone d’Élise","count":-3,"enabled":true,"role":"student","tags":["0750001A","0750002B"],"last_seen_at":"2026-03-02T07:57:00Z","revoked_by":null},` + "\n" +
			`{"id":"d2","label":"教室の電脳","count":12,"enabled":false,"role":"staff","tags":[],"last_seen_at":null,"revoked_by":"admin"}` + "\n]\n"},
		{"a JSON object a line", Options{Format: JSONL}, "" +
			`{"id":"d1","label":"iPhone d’Élise","count":-3,"enabled":true,"role":"student","tags":["0750001A","0750002B"],"last_seen_at":"2026-03-02T07:57:00Z","revoked_by":null}` + "\n" +
			`{"id":"d2","label":"教室の電脳","count":12,"enabled":false,"role":"staff","tags":[],"last_seen_at":null,"revoked_by":"admin"}` + "\n"},
		{"comma-separated values", Options{Format: CSV}, "" +
			"id,label,count,enabled,role,tags,last_seen_at,revoked_by\n" +
			"d1,iPhone d’Élise,-3,true,student,\"0750001A,0750002B\",2026-03-02T07:57:00Z,\n" +
			"d2,教室の電脳,12,false,staff,,,admin\n"},
		{"values for a French spreadsheet", Options{Format: CSV, Excel: true}, "" +
			"\ufeffid;label;count;enabled;role;tags;last_seen_at;revoked_by\r\n" +
			"d1;iPhone d’Élise;-3;true;student;0750001A,0750002B;2026-03-02T07:57:00Z;\r\n" +
			"d2;教室の電脳;12;false;staff;;;admin\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			same(t, write(t, c.o, itemColumns(), itemRows()...), c.want)
		})
	}
}

func TestWriteOneGolden(t *testing.T) {
	object := `{"id":"d1","label":"iPhone d’Élise","count":-3,"enabled":true,"role":"student","tags":["0750001A","0750002B"],"last_seen_at":"2026-03-02T07:57:00Z","revoked_by":null}` + "\n"
	for _, c := range []struct {
		format Format
		want   string
	}{
		{Table, "Id         d1\nLabel      iPhone d’Élise\nCount      -3\nOn         yes\nRole       student\nTags       0750001A, 0750002B\nLast seen  3 minutes ago\n"},
		{JSON, object},
		{JSONL, object},
		{CSV, "id,label,count,enabled,role,tags,last_seen_at,revoked_by\nd1,iPhone d’Élise,-3,true,student,\"0750001A,0750002B\",2026-03-02T07:57:00Z,\n"},
	} {
		t.Run(string(c.format), func(t *testing.T) {
			var b strings.Builder
			// A detail view is where a value is read in full, so Width must not matter.
			if err := WriteOne(&b, Options{Format: c.format, Now: noon(), Width: 12}, itemColumns(), itemRows()[0]); err != nil {
				t.Fatal(err)
			}
			same(t, b.String(), c.want)
		})
	}
}

func TestWriteNoRows(t *testing.T) {
	for _, c := range []struct {
		name, want string
		o          Options
	}{
		{"an empty table is silent on the data stream", "", Options{Format: Table}},
		{"an empty array is still an array", "[]\n", Options{Format: JSON}},
		{"no lines", "", Options{Format: JSONL}},
		{"a heading", "id,label,count,enabled,role,tags,last_seen_at,revoked_by\n", Options{Format: CSV}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var notes strings.Builder
			c.o.Empty, c.o.Notes = "no devices", &notes
			same(t, write(t, c.o, itemColumns()), c.want)
			want := ""
			if c.o.Format == Table {
				want = "no devices\n"
			}
			same(t, notes.String(), want)
		})
	}
	t.Run("nobody to tell", func(t *testing.T) {
		same(t, write(t, Options{Format: Table, Empty: "no devices"}, itemColumns()), "")
	})
}

func TestWriteStopsAtErrorOfRows(t *testing.T) {
	broken := errors.New("page lost")
	line := `{"id":"d1"}` + "\n"
	columns := itemColumns()[:1]
	for _, c := range []struct {
		format Format
		want   string
	}{{Table, ""}, {JSON, ""}, {JSONL, line}, {CSV, "id\nd1\n"}} {
		t.Run(string(c.format)+" after a row", func(t *testing.T) {
			var b strings.Builder
			if err := Write(&b, Options{Format: c.format}, columns, thenError(broken, itemRows()[0])); !errors.Is(err, broken) {
				t.Errorf("error: got %v, want %v itself", err, broken)
			}
			same(t, b.String(), c.want)
		})
		t.Run(string(c.format)+" before any row", func(t *testing.T) {
			var b strings.Builder
			if err := Write(&b, Options{Format: c.format}, columns, thenError[item](broken)); !errors.Is(err, broken) {
				t.Errorf("error: got %v, want %v itself", err, broken)
			}
			same(t, b.String(), "")
		})
	}
}

// A fullDisk takes some bytes, then fails.
type fullDisk struct {
	left int
	err  error
}

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.left {
		return 0, d.err
	}
	d.left -= len(p)
	return len(p), nil
}

func TestWriteReportsFailedOutput(t *testing.T) {
	full := errors.New("no space left on device")
	for _, f := range Formats() {
		t.Run(string(f)+" at the end", func(t *testing.T) {
			if err := Write(&fullDisk{0, full}, Options{Format: f}, itemColumns(), all(itemRows()...)); !errors.Is(err, full) {
				t.Errorf("list: got %v, want %v", err, full)
			}
			if err := WriteOne(&fullDisk{0, full}, Options{Format: f}, itemColumns(), itemRows()[0]); !errors.Is(err, full) {
				t.Errorf("one: got %v, want %v", err, full)
			}
		})
	}
	t.Run("of the note", func(t *testing.T) {
		o := Options{Format: Table, Empty: "none", Notes: &fullDisk{0, full}}
		if err := Write(&fullDisk{0, full}, o, itemColumns(), all[item]()); !errors.Is(err, full) {
			t.Errorf("got %v, want %v", err, full)
		}
	})
	for _, f := range []Format{JSON, JSONL, CSV} {
		t.Run(string(f)+" stops an endless listing", func(t *testing.T) {
			endless := func(yield func(item, error) bool) {
				for yield(itemRows()[0], nil) {
				}
			}
			if err := Write(&fullDisk{1 << 20, full}, Options{Format: f}, itemColumns(), endless); !errors.Is(err, full) {
				t.Errorf("got %v, want %v", err, full)
			}
		})
	}
}

func TestWriteUnknownFormat(t *testing.T) {
	for _, f := range []Format{"", "xml"} {
		if err := Write(&strings.Builder{}, Options{Format: f}, itemColumns(), all[item]()); err == nil {
			t.Errorf("list as %q: got no error", f)
		}
		if err := WriteOne(&strings.Builder{}, Options{Format: f}, itemColumns(), item{}); err == nil {
			t.Errorf("one as %q: got no error", f)
		}
	}
}

func TestParseFormat(t *testing.T) {
	for _, f := range Formats() {
		if got, err := ParseFormat(string(f)); got != f || err != nil {
			t.Errorf("ParseFormat(%q): got %q, %v", f, got, err)
		}
	}
	for _, s := range []string{"", "xml", "JSON", "csv "} {
		_, err := ParseFormat(s)
		if err == nil || !strings.Contains(err.Error(), "table, json, jsonl, csv") {
			t.Errorf("ParseFormat(%q): got %v, want an error that lists the choices", s, err)
		}
	}
}

// TestDetailsTellTheClock: of one row in a zone a time is told by the clock too,
// and none that is not set.
func TestDetailsTellTheClock(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	columns := []Column[time.Time]{
		{Key: "at", Title: "AT", Value: func(at time.Time) any { return at }},
		{Key: "ended", Title: "ENDED", Value: func(time.Time) any { return time.Time{} }},
	}
	for zone, want := range map[*time.Location]string{
		paris: "AT     2026-01-15 23:30 CET, 2 days ago\nENDED  -\n",
		nil:   "AT     2 days ago\nENDED  -\n",
	} {
		at := time.Date(2026, 1, 15, 22, 30, 0, 0, time.UTC)
		var b strings.Builder
		if err := WriteOne(&b, Options{Format: Table, Now: at.Add(48 * time.Hour), Zone: zone}, columns, at); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("got %q, want %q", b.String(), want)
		}
	}
}
