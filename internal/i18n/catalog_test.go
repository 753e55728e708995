package i18n

import (
	"testing"
	"testing/fstest"
)

func TestCatalog(t *testing.T) {
	type texts struct{ Hello string }
	files := fstest.MapFS{
		"words/fr.json": {Data: []byte(`{"hello": "Bonjour"}`)},
		"words/en.json": {Data: []byte(`{"hello": "Hello"}`)},
	}
	c := NewCatalog[texts](files, nil)
	for lang, want := range map[string]string{"fr": "Bonjour", "en": "Hello", "de": "Hello"} {
		if got := c.In(lang).Hello; got != want {
			t.Errorf("%s: got %q, want %q", lang, got, want)
		}
	}
	shout := NewCatalog(fstest.MapFS{"words/fr.json": {Data: []byte(`["Bonjour"]`)}}, func(lang string, list []string) { list[0] += "! " + lang })
	if got := shout.In("fr")[0]; got != "Bonjour! fr" {
		t.Errorf("prepared: got %q", got)
	}
}

func TestTextsThatAreNone(t *testing.T) {
	type texts struct{ Hello string }
	for name, data := range map[string]string{"no JSON": "{", "a text that nobody shows": `{"hello": "Hello", "helo": "Hello"}`} {
		if _, err := readTexts[texts](fstest.MapFS{"words/en.json": {Data: []byte(data)}}, "words/en.json"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := readTexts[texts](fstest.MapFS{}, "words/en.json"); err == nil {
		t.Error("no file: no error")
	}
}
