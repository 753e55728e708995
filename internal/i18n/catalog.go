package i18n

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"
)

// A Catalog is the texts of one kind, T, in each language. They are read when
// they are first asked for.
type Catalog[T any] struct {
	french, english func() T
}

// NewCatalog reads from words/fr.json and words/en.json, and has prepare, where
// there is one, go over what was read. The files are part of the program: what
// is not a T in them panics, and the tests read them.
func NewCatalog[T any](files fs.FS, prepare func(lang string, texts T)) Catalog[T] {
	of := func(lang string) func() T {
		return sync.OnceValue(func() T {
			texts, err := readTexts[T](files, "words/"+lang+".json")
			if err != nil {
				panic(err)
			}
			if prepare != nil {
				prepare(lang, texts)
			}
			return texts
		})
	}
	return Catalog[T]{of(French), of("en")}
}

func readTexts[T any](files fs.FS, name string) (texts T, err error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return texts, err
	}
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	if err := in.Decode(&texts); err != nil {
		return texts, fmt.Errorf("read %s: %w", name, err)
	}
	return texts, nil
}

// In gives the texts in a language.
func (c Catalog[T]) In(lang string) T {
	if lang == French {
		return c.french()
	}
	return c.english()
}
