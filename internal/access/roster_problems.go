package access

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// RosterProblems are problems of an account file, kept small: half of a million
// lines may have one. The zero value is empty.
type RosterProblems struct {
	all    []packedProblem
	pool   []string
	pooled map[string]uint32
}

// A packedProblem keeps the last number in its text, such as that of another
// line, for itself: the rest is the same in many. number is one more, and 0 where
// there is none.
type packedProblem struct {
	line, file, text, number uint32
}

// theNumber stands in a text where its number was.
const theNumber = "\x00"

// Add appends a problem.
func (r *RosterProblems) Add(p RosterProblem) {
	text, number := cutNumber(p.Text)
	r.all = append(r.all, packedProblem{uint32(p.Line), r.place(p.File), r.place(text), number})
}

// Len gives the number of problems.
func (r *RosterProblems) Len() int { return len(r.all) }

// All gives the problems in their order.
func (r *RosterProblems) All() iter.Seq[RosterProblem] {
	return func(yield func(RosterProblem) bool) {
		for _, p := range r.all {
			text := r.pool[p.text]
			if p.number > 0 {
				text = strings.Replace(text, theNumber, strconv.FormatUint(uint64(p.number-1), 10), 1)
			}
			if !yield(RosterProblem{File: r.pool[p.file], Line: int(p.line), Text: text}) {
				return
			}
		}
	}
}

// Sort puts the problems in the order of files and lines.
func (r *RosterProblems) Sort() {
	slices.SortStableFunc(r.all, func(a, b packedProblem) int {
		return cmp.Or(strings.Compare(r.pool[a.file], r.pool[b.file]), cmp.Compare(a.line, b.line))
	})
}

// Clone gives a copy that can be added to.
func (r *RosterProblems) Clone() RosterProblems {
	return RosterProblems{all: slices.Clone(r.all), pool: slices.Clone(r.pool), pooled: maps.Clone(r.pooled)}
}

func (r *RosterProblems) place(text string) uint32 {
	n, known := r.pooled[text]
	if !known {
		if r.pooled == nil {
			r.pooled = map[string]uint32{}
		}
		n = uint32(len(r.pool))
		r.pool, r.pooled[text] = append(r.pool, text), n
	}
	return n
}

// cutNumber takes the last number out of a text, where it can be put back as it
// was.
func cutNumber(text string) (rest string, number uint32) {
	const digits = "0123456789"
	end := strings.LastIndexAny(text, digits) + 1
	start := len(strings.TrimRight(text[:end], digits))
	n, err := strconv.ParseUint(text[start:end], 10, 31)
	if err != nil || text[start] == '0' && end > start+1 || strings.Contains(text, theNumber) {
		return text, 0
	}
	return text[:start] + theNumber + text[end:], uint32(n) + 1
}
