package pages

import (
	"embed"
	"fmt"
	"strings"
	"sync"

	"pinward/internal/i18n"
)

//go:embed words/*.json
var wordFiles embed.FS

// words are the texts of all pages in one language, typeset. {name} stands in a
// text for what only the page knows.
type words struct {
	Texts map[string]string   `json:"texts"`
	Lists map[string][]string `json:"lists"`
}

var catalog = sync.OnceValue(func() i18n.Catalog[words] { return i18n.NewCatalog(wordFiles, typesetWords) })

func typesetWords(lang string, w words) {
	for key, text := range w.Texts {
		w.Texts[key] = i18n.Typeset(lang, text)
	}
	for _, list := range w.Lists {
		for i, text := range list {
			list[i] = i18n.Typeset(lang, text)
		}
	}
}

// text gives the text of a key with its {names} filled in: name, value, name,
// value. A key that is not there is an error.
func (w words) text(key string, filling ...any) (string, error) {
	text, known := w.Texts[key]
	if !known {
		return "", fmt.Errorf("text %q: unknown", key)
	}
	return fill(text, filling), nil
}

// list gives the texts of a list, filled in likewise.
func (w words) list(key string, filling ...any) ([]string, error) {
	texts, known := w.Lists[key]
	if !known {
		return nil, fmt.Errorf("list %q: unknown", key)
	}
	filled := make([]string, len(texts))
	for i, text := range texts {
		filled[i] = fill(text, filling)
	}
	return filled, nil
}

func fill(text string, filling []any) string {
	pairs := make([]string, 0, len(filling))
	for i := 0; i+1 < len(filling); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", filling[i]), fmt.Sprint(filling[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
