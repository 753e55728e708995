package access

import (
	"fmt"
	"testing"
)

// Where all texts have the same hash, or next to none, entries are found and
// told apart by what they are.
func TestRosterEntriesOfOneHash(t *testing.T) {
	for name, hash := range map[string]func(string) uint64{
		"one for all":         func(string) uint64 { return 1 << 40 },
		"the table's last":    func(string) uint64 { return 1<<64 - 1 },
		"that of two lengths": func(s string) uint64 { return uint64(len(s)) },
	} {
		t.Run(name, func(t *testing.T) {
			const many = 1500
			entries := RosterEntries{hash: hash}
			for i := range many {
				if same, _ := entries.Add(RosterEntry{Line: i, Login: fmt.Sprint("l", i), ExternalID: fmt.Sprint("x", i)}); same != "" {
					t.Fatalf("entry %d: got the same %s as another, want it kept", i, same)
				}
			}
			for i := range many {
				if same, line := entries.Add(RosterEntry{Login: fmt.Sprint("l", i)}); same != "login" || line != i {
					t.Fatalf("entry %d again: got %q, line %d", i, same, line)
				}
				if place, ok := entries.ByExternalID(fmt.Sprint("x", i)); !ok || entries.At(place).Line != i {
					t.Fatalf("entry %d: got place %d, %v", i, place, ok)
				}
			}
			if _, ok := entries.ByLogin("x1"); ok || entries.Len() != many {
				t.Errorf("got an unknown login found: %v, and %d entries, want %d", ok, entries.Len(), many)
			}
		})
	}
}
