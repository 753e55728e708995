package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestListsAreFresh(t *testing.T) {
	made, err := makeLists(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	for name, size := range map[string]int{"popular4.txt": size4, "popular6.txt": size6} {
		if len(made[name]) != size {
			t.Errorf("%s: made %d PINs, want %d", name, len(made[name]), size)
		}
		kept, err := os.ReadFile("../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := string(kept), strings.Join(made[name], "\n")+"\n"; got != want {
			t.Errorf("%s: not what genlist makes; run make pinlist", name)
		}
	}
}

func TestInTurn(t *testing.T) {
	tests := []struct {
		name   string
		size   int
		orders [][]string
		want   []string
	}{
		{"one order", 2, [][]string{{"8305", "9416", "7294"}}, []string{"8305", "9416"}},
		{"two orders take turns", 3, [][]string{{"8305", "9416"}, {"7294", "6183"}}, []string{"8305", "7294", "9416"}},
		{"what one order gave, the other passes over", 4, [][]string{{"8305", "9416"}, {"8305", "7294"}}, []string{"8305", "7294", "9416"}},
		{"what the rules refuse is passed over", 2, [][]string{{"1234", "1999", "8305"}, {"2580", "7294"}}, []string{"8305", "7294"}},
		{"a shorter order ends first", 3, [][]string{{"8305"}, {"7294", "6183"}}, []string{"8305", "7294", "6183"}},
		{"too few", 9, [][]string{{"8305"}}, []string{"8305"}},
		{"nothing", 9, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := inTurn(tt.size, tt.orders...); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestReadPINs(t *testing.T) {
	files := fstest.MapFS{
		"plain.txt":  {Data: []byte("8305\n7294\n")},
		"counts.csv": {Data: []byte("pin,count\n8305,12\n7294,3\n")},
	}
	for name := range files {
		got, err := readPINs(files, name)
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"8305", "7294"}; !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	if _, err := readPINs(files, "absent.txt"); err == nil {
		t.Error("an absent file: got no error, want one")
	}
}

func TestRunWritesTheLists(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir+"/testdata", os.DirFS("../testdata")); err != nil {
		t.Fatal(err)
	}
	if err := run(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"popular4.txt", "popular6.txt"} {
		got, err := os.ReadFile(dir + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile("../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s: written otherwise than the one kept", name)
		}
	}
	if err := run(t.TempDir()); err == nil {
		t.Error("a folder without data: got no error, want one")
	}
}
