package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pinward/internal/access"
)

// match finds the account that an entry speaks of, nil for nobody known, or says
// why the entry is rejected. Who left and is not surely known is nobody known.
func (m *importer) match(ctx context.Context, place int, e access.RosterEntry) (a *access.Account, reason string, err error) {
	if !m.known.has(int64(place)) {
		return nil, "", nil
	}
	if a, err = m.byExternalID(ctx, e.ExternalID); err != nil {
		return nil, "", err
	}
	holder := a
	if a == nil || a.Login != e.Login {
		if holder, err = m.byLogin(ctx, e.Login); err != nil {
			return nil, "", err
		}
	}
	switch {
	case a == nil && holder == nil:
		return nil, "", nil
	case a == nil:
		a = holder
		if reason, err = m.otherPerson(ctx, *holder, e); err != nil {
			return nil, "", err
		}
	case holder != nil && holder.Key != a.Key && !e.Removed:
		reason = "login: belongs to another account"
	}
	switch {
	case reason != "":
	case m.seen.has(a.Key):
		reason = "the same account as in another line"
	case !m.by.MayReach(a.Schools):
		reason = "login or external id: taken"
	}
	if e.Removed && reason != "" {
		return nil, "", nil
	}
	return a, reason, nil
}

// otherPerson says why an entry that has the login of an account, and no
// external id in common with it, is not about that account. A login may have
// been given to somebody else since, and with it would go the leaver's PIN.
func (m *importer) otherPerson(ctx context.Context, holder access.Account, e access.RosterEntry) (string, error) {
	switch {
	case holder.ExternalID != "" && e.ExternalID != "":
		return "login: belongs to an account with another external id", nil
	case holder.Status == access.Archived && !slices.Equal(nameWords(holder.FamilyName, holder.GivenName), nameWords(e.FamilyName, e.GivenName)):
		return "login: belongs to an archived account of another name; give that account another login first", nil
	case e.ExternalID == "" || !doubtful(holder, e):
		return "", nil
	}
	trusted, err := m.trusted(ctx, holder)
	if !trusted {
		return "", err
	}
	return "login: belongs to an account of another name, which has had a PIN or a device; give that account another login, or its external id, first", nil
}

// trusted reports whether an account has, or had, something that would be
// handed on with it.
func (m *importer) trusted(ctx context.Context, a access.Account) (bool, error) {
	held, err := m.Credential(ctx, a.Key)
	if err != nil {
		return false, fmt.Errorf("read the PIN of %s: %w", a.Login, err)
	}
	if !held.NeverSet() {
		return true, nil
	}
	n, err := m.CountDevices(ctx, a.Key, m.now)
	if err != nil {
		return false, fmt.Errorf("count the devices of %s: %w", a.Login, err)
	}
	return n > 0, nil
}

// doubtful reports whether an entry was matched by its login alone and has no
// word of the name in common with the account.
func doubtful(a access.Account, e access.RosterEntry) bool {
	if e.ExternalID != "" && e.ExternalID == a.ExternalID {
		return false
	}
	held, told := nameWords(a.FamilyName, a.GivenName), nameWords(e.FamilyName, e.GivenName)
	return len(held) > 0 && len(told) > 0 &&
		!slices.ContainsFunc(told, func(word string) bool { return slices.Contains(held, word) })
}

// nameWords gives the words of a name as they compare, sorted.
func nameWords(family, given string) []string {
	words := strings.Fields(access.Fold(family + " " + given))
	slices.Sort(words)
	return words
}

// noProfile is why a newcomer without a profile is rejected.
const noProfile = "profile: none given"

// check settles an entry's schools and says why it cannot be taken.
func (m *importer) check(a *access.Account, e *access.RosterEntry) string {
	if e.Removed {
		if len(m.scope) == 0 {
			return "school: none given"
		}
		return ""
	}
	if len(e.Schools) == 0 && m.sole != "" {
		e.Schools = []string{m.sole}
	}
	if len(e.Schools) == 0 {
		return "school: none given"
	}
	if slices.ContainsFunc(e.Schools, func(code string) bool { return !m.schools[code] }) {
		return "school: unknown"
	}
	if a != nil {
		return ""
	}
	switch {
	case e.Login == "":
		return "login: empty"
	case e.Profile == "":
		return noProfile
	}
	return ""
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
