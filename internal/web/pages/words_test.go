package pages

import (
	"regexp"
	"slices"
	"testing"
)

var names = regexp.MustCompile(`\{\w+\}`)

// TestWordsAgree: both languages have the same texts, with the same names to
// fill in.
func TestWordsAgree(t *testing.T) {
	fr, en := frenchWords(), englishWords()
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
	for key, text := range frenchWords().Texts {
		if regexp.MustCompile(` [:;!?»]|« |'`).MatchString(text) {
			t.Errorf("text %s: %q is not typeset", key, text)
		}
	}
}

func TestUnknownWords(t *testing.T) {
	if _, err := englishWords().text("no.such"); err == nil {
		t.Error("a text that is not there gives no error")
	}
	if _, err := englishWords().list("no.such"); err == nil {
		t.Error("a list that is not there gives no error")
	}
}
