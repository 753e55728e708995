package roster

import (
	"errors"
	"strings"
	"testing"

	"pinward/internal/access"
)

func TestReadFileEncodings(t *testing.T) {
	r := read(t, testdata(t, "personnes-1252.csv"), Options{Encoding: "windows-1252"})
	wantList(t, "entries", lines(r),
		"2 z.modele||Modèle|Zoé|student|0750001A|-|-|zoe@example.org|2011-05-23|-|",
		"3 p.modele||Œuvré|Paul|teacher|0750001A,0750002B|-|-|-|-|-|")

	r = read(t, "login,nom\na,Mod\xe8le\n", Options{Encoding: "latin1"})
	wantList(t, "entries", lines(r), "2 a||Modèle||||-|-|-|-|-|")

	r = read(t, "login,nom\na,\x81x\n", Options{Encoding: "windows-1252"})
	wantList(t, "a byte without a character", problems(r.Rejected), "people.csv:2 name: holds a character that was lost in a conversion")
}

func TestReadFileRefusesEncodings(t *testing.T) {
	tests := []struct {
		name     string
		content  string
		encoding string
	}{
		{"UTF-16, little endian", "\xff\xfel\x00o\x00", ""},
		{"UTF-16, big endian", "\xfe\xff\x00l\x00o", ""},
		{"latin1 in the header", "login,pr\xe9nom\ncanary,x\n", ""},
		{"latin1 far down", "login,nom\n" + strings.Repeat("a,b\n", 50000) + "canary,\xe9t\xe9\n", "utf-8"},
		{"half a character at the end", "login\ncanary\xc3", ""},
		{"half a character inside quotes", "login\n\"canary\xc3", ""},
		{"UTF-8 taken for windows-1252", "\ufefflogin,nom\ncanary,é\n", "windows-1252"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadFile(strings.NewReader(test.content), "people.csv", Options{Encoding: test.encoding})
			wantError(t, err, access.ErrRefused, "encoding")
		})
	}
}

func TestReadFileNamesLineAndFlagOfInvalidUTF8(t *testing.T) {
	_, err := ReadFile(strings.NewReader("login,nom\na,b\nc,\xe9\n"), "people.csv", Options{})
	var e *access.Error
	if !errors.As(err, &e) || e.Text != "people.csv: line 3: not valid UTF-8" || !strings.Contains(e.Hint, "--encoding windows-1252") {
		t.Errorf("got %#v, want line 3 and a hint naming --encoding windows-1252", err)
	}
}

func TestReadFileRefusesWhatIsNoRoster(t *testing.T) {
	tests := []struct{ name, content, code string }{
		{"a keyring", "\n {\"keys\":[{\"id\":\"1\",\"secret\":\"canary\"}],\"login\":1}\n", "not_a_roster"},
		{"a keyring over several lines", "{\n  \"login\": \"canary\"\n}\n", "not_a_roster"},
		{"a JSON list after a mark", "\ufeff[\"canary\"]", "not_a_roster"},
		{"a private key", "-----BEGIN PRIVATE KEY-----\ncanary\n", "not_a_roster"},
		{"a private key below other lines", "Bag Attributes\n  login: canary\n-----BEGIN PRIVATE KEY-----\ncanary\n", "not_a_roster"},
		{"a spreadsheet", "PK\x03\x04canary", "not_a_roster"},
		{"a database", "SQLite format 3\x00canary", "not_a_roster"},
		{"lines ending in a carriage return alone", "login,nom\rcanary,x\r", "line_ends"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadFile(strings.NewReader(test.content), "people.csv", Options{})
			wantError(t, err, access.ErrRefused, test.code)
		})
	}
}

func TestDelimiter(t *testing.T) {
	tests := []struct {
		header string
		want   rune
	}{
		{"login", ','},
		{"login,nom", ','},
		{"login;nom\na,b,c,d", ';'},
		{"login\tnom", '\t'},
		{"login;Nom, prénom", ';'},
		{"\"a;b;c\",login,\"d;e\"\n", ','},
		{"\"a\nb;c\",login", ','},
		{"\r\nlogin;nom", ';'},
	}
	for _, test := range tests {
		if got := delimiter([]byte(test.header)); got != test.want {
			t.Errorf("delimiter(%q): got %q, want %q", test.header, got, test.want)
		}
	}
}
