package secret

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A TokenKeys names the keys that the tokens of one device are derived under,
// newest first. It is a key's id, or after rotations "NEW@57 OLD": NEW from
// generation 57 on, OLD before. Tokens that were handed out keep the key they
// were derived under, so that a superseded one is told from one that was never
// issued; those to come are out of reach of whoever learned the old key.
type TokenKeys string

// Newest gives the key of the tokens to come.
func (t TokenKeys) Newest() string {
	word, _, _ := strings.Cut(string(t), " ")
	id, _, _ := strings.Cut(word, "@")
	return id
}

// Each lists the ids of all its keys, newest first.
func (t TokenKeys) Each() []string {
	var ids []string
	for _, word := range strings.Fields(string(t)) {
		id, _, _ := strings.Cut(word, "@")
		ids = append(ids, id)
	}
	return ids
}

// From gives the names with keyID for every generation from the given one on.
func (t TokenKeys) From(keyID string, generation int64) TokenKeys {
	return TokenKeys(fmt.Sprintf("%s@%d %s", keyID, generation, t))
}

// A keySpan is the key that tokens from a generation on are derived under.
type keySpan struct {
	id   string
	from int64
}

func (t TokenKeys) spans() ([]keySpan, error) {
	var all []keySpan
	for _, word := range strings.Fields(string(t)) {
		id, text, later := strings.Cut(word, "@")
		from := int64(0)
		if later {
			var err error
			if from, err = strconv.ParseInt(text, 10, 64); err != nil || from < 0 {
				return nil, fmt.Errorf("token keys: %q begins at no generation", id)
			}
		}
		all = append(all, keySpan{id, from})
	}
	if len(all) == 0 || all[len(all)-1].from != 0 {
		return nil, errors.New("token keys: none for generation 0")
	}
	return all, nil
}
