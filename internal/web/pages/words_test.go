package pages

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var names = regexp.MustCompile(`\{\w+\}`)

// TestWordsAgree: both languages have the same texts, with the same names to
// fill in.
func TestWordsAgree(t *testing.T) {
	fr, en := catalog().In("fr"), catalog().In("en")
	blanks := func(text string) []string {
		found := names.FindAllString(text, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	for key, text := range fr.Texts {
		theirs, ok := en.Texts[key]
		if !ok || !slices.Equal(blanks(text), blanks(theirs)) {
			t.Errorf("text %s: %q is %q in English", key, text, theirs)
		}
	}
	for key, texts := range fr.Lists {
		theirs, ok := en.Lists[key]
		if !ok || len(texts) != len(theirs) {
			t.Errorf("list %s: %d items, %d in English", key, len(texts), len(theirs))
		}
	}
	if len(fr.Texts) != len(en.Texts) || len(fr.Lists) != len(en.Lists) {
		t.Errorf("French has %d texts and %d lists, English %d and %d", len(fr.Texts), len(fr.Lists), len(en.Texts), len(en.Lists))
	}
}

// TestFrenchIsTypeset: no sign that takes a space before it has a plain one.
func TestFrenchIsTypeset(t *testing.T) {
	for key, text := range catalog().In("fr").Texts {
		if regexp.MustCompile(` [:;!?»]|« |'`).MatchString(text) {
			t.Errorf("text %s: %q is not typeset", key, text)
		}
	}
}

func TestUnknownWords(t *testing.T) {
	if _, err := catalog().In("en").text("no.such"); err == nil {
		t.Error("a text that is not there gives no error")
	}
	if _, err := catalog().In("en").list("no.such"); err == nil {
		t.Error("a list that is not there gives no error")
	}
}

// TestWordsAreUsed: a text that no page or code names, wholly or by the part
// before its last dot, is dead.
func TestWordsAreUsed(t *testing.T) {
	var source strings.Builder
	for _, dir := range []string{".", "template"} {
		files, err := fs.Glob(os.DirFS(dir), "*.*")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(dir + "/" + file)
			if err != nil {
				t.Fatal(err)
			}
			source.Write(text)
		}
	}
	for key := range catalog().In("fr").Texts {
		if !usedIn(source.String(), key) {
			t.Errorf("text %s: nothing uses it", key)
		}
	}
}

// usedIn reports whether source names a key, with any one part of it left to be
// filled in, or the parts before its last.
func usedIn(source, key string) bool {
	if parts := strings.Split(key, "."); parts[0] == "message" {
		return strings.Contains(source, `"`+parts[1]+`"`) || strings.Contains(source, `"`+key+`"`)
	}
	parts := strings.Split(key, ".")
	forms := []string{key, strings.Join(parts[:len(parts)-1], ".") + ".", strings.Join(parts[:len(parts)-1], ".")}
	for i := range parts {
		with := slices.Clone(parts)
		with[i] = "%s"
		forms = append(forms, strings.Join(with, "."))
	}
	return slices.ContainsFunc(forms, func(form string) bool { return strings.Contains(source, `"`+form+`"`) })
}
