package i18n

import (
	"embed"
	"strings"
	"sync"
)

//go:embed words/*.json
var wordFiles embed.FS

// words are the plain words for codes in one language: by what the code is of
// ("alert", "reason"), then by the code.
type words map[string]map[string]string

var catalog = sync.OnceValue(func() Catalog[words] { return NewCatalog[words](wordFiles, nil) })

// Word gives the plain words for a code of a group: of an "alert", a "reason", a
// "notice", a "column" of a table. A code without words is given as it is.
func Word(lang, group, code string) string {
	text, known := catalog().In(lang)[group][code]
	if !known {
		return code
	}
	return Typeset(lang, text)
}

// HasWord reports whether a code of a group has words in a language.
func HasWord(lang, group, code string) bool {
	return catalog().In(lang)[group][code] != ""
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
