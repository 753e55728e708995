package access

import (
	"hash/maphash"
	"iter"
)

// RosterEntries are the entries of an account file, in its order. They are kept
// packed and without pointers, so that a million of them take about as much
// memory as their text and cost the garbage collector nothing. No two have the
// same login or the same external id. The zero value is empty.
type RosterEntries struct {
	packed      packed
	kept        int
	logins      keyTable
	externalIDs keyTable
	hash        func(string) uint64
}

// Add appends an entry, unless an earlier one, even if that was not kept
// itself, has its login or its external id: then it says which, and the line
// of the first that has it.
func (r *RosterEntries) Add(e RosterEntry) (same string, line int) {
	if r.hash == nil {
		seed := maphash.MakeSeed()
		r.hash = func(s string) uint64 { return maphash.String(seed, s) }
	}
	r.logins.grow(r, loginOf)
	r.externalIDs.grow(r, externalIDOf)
	login, known := r.logins.find(r, loginOf, e.Login)
	id, idKnown := r.externalIDs.find(r, externalIDOf, e.ExternalID)
	switch {
	case known:
		same, line = "login", r.packed.entry(login).Line
	case idKnown:
		same, line = "external id", r.packed.entry(id).Line
	}
	if (known || e.Login == "") && (idKnown || e.ExternalID == "") && same != "" {
		return same, line // nothing in it is new
	}
	if same != "" { // only what later entries may have in common with it
		e = RosterEntry{Line: e.Line, Login: e.Login, ExternalID: e.ExternalID}
	}
	r.packed.add(e, same != "")
	n := r.packed.len() - 1
	if !known {
		r.logins.put(r, e.Login, n)
	}
	if !idKnown {
		r.externalIDs.put(r, e.ExternalID, n)
	}
	if same == "" {
		r.kept++
	}
	return same, line
}

// Len gives the number of entries.
func (r *RosterEntries) Len() int { return r.kept }

// All gives the entries with their places, which ascend but may leave some out.
// Entries share what their slices hold and their pointers point to.
func (r *RosterEntries) All() iter.Seq2[int, RosterEntry] {
	return func(yield func(int, RosterEntry) bool) {
		for place := range r.packed.len() {
			if !r.packed.repeated(place) && !yield(place, r.packed.entry(place)) {
				return
			}
		}
	}
}

// At gives the entry at a place.
func (r *RosterEntries) At(place int) RosterEntry { return r.packed.entry(place) }

// ByLogin gives the place of the entry with that login.
func (r *RosterEntries) ByLogin(login string) (place int, ok bool) {
	place, ok = r.logins.find(r, loginOf, login)
	return place, ok && !r.packed.repeated(place)
}

// ByExternalID gives the place of the entry with that external id.
func (r *RosterEntries) ByExternalID(id string) (place int, ok bool) {
	place, ok = r.externalIDs.find(r, externalIDOf, id)
	return place, ok && !r.packed.repeated(place)
}

// Replace puts another entry of the same login and external id at a place.
func (r *RosterEntries) Replace(place int, e RosterEntry) { r.packed.replace(place, e) }

// A keyTable finds the place of an entry by one of its texts. It holds places
// only; what stands there tells whether two texts are the same or merely have
// the same hash.
type keyTable struct {
	slots []uint32 // place + 1; 0: free. Twice as many as are used, or more
	used  int
}

// A keyOf gives the text that a table goes by. It is good until the entries
// change.
type keyOf func(record []byte) []byte

// find gives the place of the entry with that text; the empty one is nobody's.
func (t *keyTable) find(r *RosterEntries, key keyOf, text string) (place int, ok bool) {
	if text == "" || len(t.slots) == 0 {
		return 0, false
	}
	mask := uint64(len(t.slots) - 1)
	for i := r.hash(text) & mask; t.slots[i] != 0; i = (i + 1) & mask {
		place = int(t.slots[i] - 1)
		if string(key(r.packed.record(place))) == text {
			return place, true
		}
	}
	return 0, false
}

// put notes the place of a text that the table does not know, and has room for.
func (t *keyTable) put(r *RosterEntries, text string, place int) {
	if text == "" {
		return
	}
	mask := uint64(len(t.slots) - 1)
	i := r.hash(text) & mask
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = uint32(place + 1)
	t.used++
}

// grow makes room for one more text.
func (t *keyTable) grow(r *RosterEntries, key keyOf) {
	const first = 1 << 10
	if 2*(t.used+1) <= len(t.slots) {
		return
	}
	old := t.slots
	t.slots, t.used = make([]uint32, max(first, 2*len(old))), 0
	for _, slot := range old {
		if slot != 0 {
			place := int(slot - 1)
			t.put(r, string(key(r.packed.record(place))), place)
		}
	}
}
