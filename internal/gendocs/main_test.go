package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCommandPagesAreFresh holds docs/cli against the commands.
func TestCommandPagesAreFresh(t *testing.T) {
	want, err := markdownPages()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join("..", "..", "docs", "cli")
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatalf("%v\nwrite the pages with: make docs", err)
	}
	for _, entry := range entries {
		if _, known := want[entry.Name()]; !known {
			t.Errorf("docs/cli/%s: belongs to no command; write the pages anew with: make docs", entry.Name())
		}
	}
	for name, page := range want {
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || !bytes.Equal(got, page) {
			t.Errorf("docs/cli/%s: is not what the command says now; write the pages anew with: make docs", name)
		}
	}
}

func TestPagesTellNothingOfTheMachine(t *testing.T) {
	markdown, err := markdownPages()
	if err != nil {
		t.Fatal(err)
	}
	man, err := manPages(time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	home, _ := os.UserHomeDir()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, pages := range []map[string][]byte{markdown, man} {
		for name, page := range pages {
			for _, word := range []string{"Auto generated", "HISTORY", noDate, time.Now().Format("Jan 2006"), here, home} {
				if len(word) > 1 && bytes.Contains(page, []byte(word)) {
					t.Errorf("%s: holds %q", name, word)
				}
			}
		}
	}
}

func TestManPagesHaveTheDateOfTheEpoch(t *testing.T) {
	for _, c := range []struct{ name, epoch, want string }{
		{"none", "", `.TH "PINWARD-VERSION" "1" "" "pinward" "pinward"`},
		{"of a release", "1772438400", `.TH "PINWARD-VERSION" "1" "Mar 2026" "pinward" "pinward"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			if err := run([]string{"--man", folder}, c.epoch); err != nil {
				t.Fatal(err)
			}
			page, err := os.ReadFile(filepath.Join(folder, "pinward-version.1"))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(page), c.want) {
				t.Errorf("got %.200s, want a line %s", page, c.want)
			}
		})
	}
	if err := run([]string{"--man", t.TempDir()}, "today"); err == nil {
		t.Error("an epoch that is no number: got no error")
	}
}

func TestStalePagesGo(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"pinward_frob.md", "pinward_version.md", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pages := map[string][]byte{"pinward_version.md": []byte("new")}
	if err := replace(folder, "*.md", pages); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	if want := []string{"notes.txt", "pinward_version.md"}; !slices.Equal(got, want) {
		t.Errorf("files: got %v, want %v", got, want)
	}
	if text, _ := os.ReadFile(filepath.Join(folder, "pinward_version.md")); string(text) != "new" {
		t.Errorf("page: got %q, want %q", text, "new")
	}
}

func TestUnclearArgumentsAreRefused(t *testing.T) {
	for _, args := range [][]string{nil, {"--man"}, {"a", "b"}} {
		if err := run(args, ""); err == nil {
			t.Errorf("run(%q): got no error", args)
		}
	}
}
