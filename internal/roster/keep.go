package roster

import (
	"fmt"

	"pinward/internal/access"
)

// keep takes an entry, or rejects it where its login or external id stands
// further up in its file already.
func keep(r *access.Roster, e access.RosterEntry) {
	same, line := r.Entries.Add(e)
	if same == "" {
		return
	}
	r.Rejected.Add(access.RosterProblem{File: e.File, Line: e.Line, Text: fmt.Sprintf("%s: the same as in line %d", same, line)})
}
