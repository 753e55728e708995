package roster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"pinward/internal/access"
)

// rejectRepeated rejects each entry whose login or external id stands further
// up in its file already, and puts the problems in the order of the lines. It
// sorts numbers instead of keeping a map of keys: a file may hold a million.
func rejectRepeated(r *access.Roster) {
	drop := make([]bool, len(r.Entries))
	mark := func(what string, key func(i int32) string) {
		order := make([]int32, 0, len(r.Entries))
		for i := range r.Entries {
			if key(int32(i)) != "" {
				order = append(order, int32(i))
			}
		}
		slices.SortFunc(order, func(a, b int32) int {
			return cmp.Or(strings.Compare(key(a), key(b)), cmp.Compare(a, b))
		})
		first := 0
		for i := 1; i < len(order); i++ {
			if key(order[i]) != key(order[first]) {
				first = i
				continue
			}
			e := &r.Entries[order[i]]
			if !drop[order[i]] {
				text := fmt.Sprintf("%s: the same as in line %d", what, r.Entries[order[first]].Line)
				r.Rejected = append(r.Rejected, access.RosterProblem{File: e.File, Line: e.Line, Text: text})
			}
			drop[order[i]] = true
		}
	}
	mark("login", func(i int32) string { return r.Entries[i].Login })
	mark("external id", func(i int32) string { return r.Entries[i].ExternalID })
	kept := r.Entries[:0]
	for i, e := range r.Entries {
		if !drop[i] {
			kept = append(kept, e)
		}
	}
	clear(r.Entries[len(kept):])
	r.Entries = kept
	slices.SortStableFunc(r.Rejected, func(a, b access.RosterProblem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}
