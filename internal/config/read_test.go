package config

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestReadRefusesWithoutQuoting(t *testing.T) {
	const secret = "hunter2secret"
	tests := []struct {
		name, content string
		want          string
	}{
		{"an unknown key", "store: /s.db\n" + secret + ": x\n", "line 2: unknown key; the keys are store, keyring, output"},
		{"an unknown key without a value", "# first\n\n" + secret + ":\n", "line 3: unknown key"},
		{"an unknown key with an empty map", secret + ": {}\n", "line 1: unknown key"},
		{"a quoted unknown key", "\"" + secret + "\": x\n", "line 1: unknown key"},
		{"an unknown key in braces", "{store: /s.db, " + secret + ": x}\n", "unknown key"},
		{"a key of another case", "Store: " + secret + "\n", "line 1: unknown key"},
		{"a key with a dot", "store.path: " + secret + "\n", "line 1: unknown key"},
		{"a number as key", "5: " + secret + "\n", "unknown key"},
		{"a map for a text", "store:\n  path: " + secret + "\n", "line 1: store: not a text"},
		{"a text for the group of mails", "store: /s\nmail: " + secret + "\n", "line 2: mail: not a group of keys"},
		{"an empty group of mails", "mail:\n", "line 1: mail: not a group of keys"},
		{"a list for the group of mails", "mail:\n- " + secret + "\n", "line 1: mail: not a group of keys"},
		{"an unknown key of mails", "mail:\n  host: h\n  " + secret + ": x\n", "line 3: unknown key"},
		{"a password of mails", "mail:\n  password: " + secret + "\n", "line 2: unknown key"},
		{"a group within the group of mails", "mail:\n  host:\n    name: " + secret + "\n", "line 2: mail.host: not a text"},
		{"a key of mails twice", "mail:\n  host: " + secret + "\nmail.host: h\n", "line 1: mail: a key stands twice"},
		{"a port that is no whole number", "mail:\n  port: 2.5\n", "line 2: mail.port: not a text"},
		{"a time that is a number", "mail:\n  timeout: 8305\n", "line 2: mail.timeout: not a text"},
		{"a truth value for a host", "mail:\n  host: true\n", "line 2: mail.host: not a text"},
		{"a list for a text", "output: [" + secret + "]\n", "line 1: output: not a text"},
		{"a number for a text", "output: csv\nstore: 8305\n", "line 2: store: not a text"},
		{"a truth value for a text", "keyring: yes\nstore: true\n", "line 2: store: not a text"},
		{"a key without a value", "store:\n", "line 1: store: not a text"},
		{"an empty value", "store: ''\n", "line 1: store: not a text"},
		{"a key twice", "store: a\nstore: " + secret + "\n", "line 2: not YAML"},
		{"an unknown key twice", secret + ": a\n" + secret + ": b\n", "line 2: not YAML"},
		{"a bare word", secret + "\n", "line 1: not YAML"},
		{"a list", "- " + secret + "\n", "line 1: not YAML"},
		{"an open quote", "store: /s\nkeyring: \"" + secret + "\n", "not YAML"},
		{"a tab as indentation", "store:\n\t" + secret + ": x\n", "line 2: not YAML"},
		{"an anchor that is not there", "store: *" + secret + "\n", "not YAML"},
		{"a key block", "-----BEGIN PRIVATE KEY-----\n" + secret + "\n-----END PRIVATE KEY-----\n", "not YAML"},
		{"a JSON secret", `{"keys":[{"secret":"` + secret + `"}]}`, "unknown key"},
		{"bytes that are no text", "\x00\xff\xfe" + secret, "not YAML"},
		{"a huge file", strings.Repeat("# "+secret+"\n", 10000), "larger than 64 KiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := writeFile(t, tt.content)
			_, err := Load(Sources{File: path, Env: env(map[string]string{"HOME": "/home/u"})})
			if err == nil {
				t.Fatalf("got no error, want %q", tt.want)
			}
			got := err.Error()
			if !strings.Contains(got, path) || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want the path and %q", got, tt.want)
			}
			got = strings.ReplaceAll(got, path, "") // its folder's name is drawn by chance
			if strings.Contains(got, "hunter") || strings.Contains(got, "8305") || strings.Contains(got, "\n") {
				t.Errorf("got %q, want one line without the file's content", got)
			}
		})
	}
}

func TestReadResolvesPaths(t *testing.T) {
	path := writeFile(t, "\ufeffstore: data/pinward.db\r\nkeyring: ../keys of école/k.json\r\noutput: json\r\n")
	dir := filepath.Dir(path)
	c, err := Load(Sources{File: path, Env: env(nil)})
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "data/pinward.db"); c.Store != want {
		t.Errorf("store: got %q, want %q", c.Store, want)
	}
	if want := filepath.Join(filepath.Dir(dir), "keys of école/k.json"); c.Keyring != want {
		t.Errorf("keyring: got %q, want %q", c.Keyring, want)
	}
	if c.Output != "json" {
		t.Errorf("output: got %q, want json: it is no path", c.Output)
	}

	url := writeFile(t, "store: postgres://db.example/pinward\nkeyring: /k.json\n")
	if c, err = Load(Sources{File: url, Env: env(nil)}); err != nil || c.Store != "postgres://db.example/pinward" {
		t.Errorf("a URL: got %q, %v, want it unchanged", c.Store, err)
	}
	relative := Sources{Flags: map[string]string{"store": "here.db"}, Env: env(map[string]string{"PINWARD_KEYRING": "k.json"})}
	if c, err = Load(relative); err != nil || c.Store != "here.db" || c.Keyring != "k.json" {
		t.Errorf("flag and environment: got %+v, %v, want paths as given", c, err)
	}
}
