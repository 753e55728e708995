package pinrule

import (
	"embed"
	"strings"
	"sync"
)

// The lists hold one PIN a line, most popular first; genlist writes them.
//
//go:embed popular4.txt popular6.txt
var lists embed.FS

// popular reports whether the PIN stands in the list of its length.
func popular(pin string) bool {
	return len(pin) == 4 && popular4()[pin] || len(pin) == 6 && popular6()[pin]
}

var (
	popular4 = sync.OnceValue(func() map[string]bool { return readList("popular4.txt") })
	popular6 = sync.OnceValue(func() map[string]bool { return readList("popular6.txt") })
)

func readList(name string) map[string]bool {
	data, err := lists.ReadFile(name)
	if err != nil {
		panic("pinrule: embedded list: " + err.Error()) // the build embeds it
	}
	set := make(map[string]bool)
	for pin := range strings.FieldsSeq(string(data)) {
		set[pin] = true
	}
	return set
}
