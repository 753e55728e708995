package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

//go:embed words/*.json
var wordFiles embed.FS

// words are the plain words for codes in one language: by what the code is of
// ("alert", "reason"), then by the code.
type words map[string]map[string]string

var frenchWords = sync.OnceValue(func() words { return readWords("fr") })

var englishWords = sync.OnceValue(func() words { return readWords("en") })

// readWords panics on a file that is not words: it is part of the program, and
// the tests read it.
func readWords(lang string) words {
	data, err := wordFiles.ReadFile("words/" + lang + ".json")
	var w words
	if err == nil {
		err = json.Unmarshal(data, &w)
	}
	if err != nil {
		panic(fmt.Sprintf("words of codes in %s: %v", lang, err))
	}
	return w
}

// Word gives the plain words for a code of a group: of an "alert", a "reason", a
// "notice", a "column" of a table. A code without words is given as it is.
func Word(lang, group, code string) string {
	w := englishWords()
	if lang == French {
		w = frenchWords()
	}
	text, known := w[group][code]
	if !known {
		return code
	}
	return Typeset(lang, text)
}

// HasWord reports whether a code of a group has words in a language.
func HasWord(lang, group, code string) bool {
	w := englishWords()
	if lang == French {
		w = frenchWords()
	}
	return w[group][code] != ""
}

// Browser gives "Firefox on Windows" in the language: "Firefox sur Windows".
// What is not known of it is left out, and is the word for unknown where nothing
// is.
func Browser(lang, s string) string {
	const none = "unknown"
	family, system, both := strings.Cut(s, " on ")
	switch {
	case family == "" || family == none && (!both || system == none):
		return Word(lang, "word", none)
	case !both || system == none:
		return family
	case family == none:
		return system
	default:
		return family + " " + Word(lang, "word", "on") + " " + system
	}
}
