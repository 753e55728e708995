package app_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

// named is a pupil with a family name of its own.
func named(login, externalID, family string) access.RosterEntry {
	return pupil(login, externalID, func(e *access.RosterEntry) { e.FamilyName, e.GivenName = family, "" })
}

func TestImportMovesLoginsInAnyOrder(t *testing.T) {
	const atLeastOne = -1
	future := access.Date{Year: 2030, Month: 1, Day: 1}
	cases := []struct {
		name     string
		entries  []access.RosterEntry
		rejected int
		want     string // logins of E1, E2 and E3
	}{
		{"one takes what another leaves", []access.RosterEntry{pupil("a", "E2", nil), pupil("new", "E1", nil)}, 0, "new a c"},
		{"a swap", []access.RosterEntry{pupil("b", "E1", nil), pupil("a", "E2", nil)}, 0, "b a c"},
		{"a ring", []access.RosterEntry{pupil("b", "E1", nil), pupil("c", "E2", nil), pupil("a", "E3", nil)}, 0, "b c a"},
		{"a newcomer takes what another leaves", []access.RosterEntry{pupil("a", "E9", nil), pupil("new", "E1", nil)}, 0, "new b c"},
		{"one who is without external id takes it", []access.RosterEntry{pupil("a", "", nil), pupil("new", "E1", nil)}, 0, "new b c"},
		{"a chain that ends at one who stays", []access.RosterEntry{pupil("b", "E1", nil), pupil("c", "E2", nil), pupil("c", "E3", nil)}, atLeastOne, "a b c"},
		{"a chain that ends at one who is not in the file", []access.RosterEntry{pupil("b", "E1", nil), pupil("c", "E2", nil)}, 2, "a b c"},
		{
			"a chain that ends at a bad line",
			[]access.RosterEntry{pupil("b", "E1", nil), pupil("new", "E2", func(e *access.RosterEntry) { e.BirthDate = &future })},
			2, "a b c",
		},
		{"a chain that ends at an unknown school", []access.RosterEntry{pupil("b", "E1", nil), pupil("new", "E2", of("Z"))}, 2, "a b c"},
		{"the same account twice", []access.RosterEntry{pupil("new", "E1", nil), pupil("newer", "E1", nil), pupil("a", "E2", nil)}, atLeastOne, ""},
		{"the same login twice", []access.RosterEntry{pupil("new", "E1", nil), pupil("new", "E2", nil), pupil("a", "E3", nil)}, atLeastOne, ""},
		{"a leaver by the login of one who moves", []access.RosterEntry{pupil("a", "", gone), pupil("new", "E1", nil)}, 0, "new b c"},
	}
	for _, c := range cases {
		for _, reversed := range []bool{false, true} {
			t.Run(fmt.Sprint(c.name, ", reversed ", reversed), func(t *testing.T) {
				k := newKit(t)
				k.imports(app.ImportOptions{}, pupil("a", "E1", nil), pupil("b", "E2", nil), pupil("c", "E3", nil))
				entries := slices.Clone(c.entries)
				if reversed {
					slices.Reverse(entries)
				}
				report, err := k.ImportRoster(context.Background(), root, rosterOf(entries...), app.ImportOptions{Partial: true})
				for _, login := range k.listed() {
					if _, err := access.NormalizeLogin(login); err != nil {
						t.Errorf("an account is left with the login %q", login)
					}
				}
				// Of lines that repeat each other the order decides which is rejected.
				enough := report.Rejected.Len() == c.rejected || c.rejected == atLeastOne && report.Rejected.Len() > 0
				if !enough || (err == nil) != (c.rejected == 0) {
					t.Errorf("got %v, %q, want %d rejected", err, problems(report.Rejected), c.rejected)
				}
				if got := k.loginsOf("E1", "E2", "E3"); c.want != "" && got != c.want {
					t.Errorf("got logins %s, want %s", got, c.want)
				}
			})
		}
	}
}

// loginsOf gives the logins of accounts by their external ids.
func (k *kit) loginsOf(externalIDs ...string) string {
	k.t.Helper()
	var logins []string
	k.view(func(tx store.Tx) error {
		for _, id := range externalIDs {
			a, err := tx.AccountByExternalID(context.Background(), id)
			if err != nil {
				return err
			}
			logins = append(logins, a.Login)
		}
		return nil
	})
	return strings.Join(logins, " ")
}

func TestImportNeverHandsATrustedLoginOn(t *testing.T) {
	pin := func(k *kit, c access.Credential) {
		k.write(func(tx store.Tx) error {
			return tx.PutCredential(context.Background(), k.stored("ann").Key, c)
		})
	}
	set := func(k *kit) {
		pin(k, access.Credential{KeyID: k.keys.ActiveID(), Sealed: []byte("sealed"), SetAt: k.now})
	}
	cleared := func(k *kit) { pin(k, access.Credential{SetAt: k.now, ClearedAt: k.now}) }
	device := func(k *kit) { k.trusted("ann") }
	cases := []struct {
		name  string
		trust func(k *kit)
		entry access.RosterEntry
		want  [6]int
	}{
		{"a PIN", set, named("ann", "x9", "Other"), [6]int{0, 0, 0, 0, 1, 0}},
		{"a cleared PIN", cleared, named("ann", "x9", "Other"), [6]int{0, 0, 0, 0, 1, 0}},
		{"a device", device, named("ann", "x9", "Other"), [6]int{0, 0, 0, 0, 1, 0}},
		{"nothing", func(*kit) {}, named("ann", "x9", "Other"), [6]int{0, 1, 0, 0, 0, 1}},
		{"a PIN, and a word of the name in common", set, named("ann", "x9", "First Married"), [6]int{0, 1, 0, 0, 0, 0}},
		{"a PIN, and no external id", set, named("ann", "", "Other"), [6]int{0, 1, 0, 0, 0, 1}},
		{"a PIN, and the other one left", set, pupil("ann", "x9", func(e *access.RosterEntry) { e.FamilyName, e.GivenName, e.Removed = "Other", "", true }), [6]int{0, 0, 1, 0, 0, 0}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := newKit(t)
			k.imports(app.ImportOptions{}, named("ann", "", "First"))
			c.trust(k)
			report, _ := k.ImportRoster(context.Background(), root, rosterOf(c.entry), app.ImportOptions{})
			if got := counts(report); got != c.want {
				t.Errorf("got %v, want %v: %s", got, c.want, problems(report.Rejected))
			}
			if c.want[4] > 0 && !strings.Contains(problems(report.Rejected), "belongs to an account of another name") {
				t.Errorf("got %s, want it to tell of another name", problems(report.Rejected))
			}
			if got := k.stored("ann"); got.Status != access.Active {
				t.Errorf("got status %s, want active", got.Status)
			}
		})
	}
}

func TestImportSaysWhom(t *testing.T) {
	k := newKit(t)
	k.imports(app.ImportOptions{}, pupil("ann", "x1", nil), pupil("ben", "x2", nil), pupil("cy", "x3", nil))
	report := k.imports(app.ImportOptions{ArchiveMissing: true, MaxAffected: 1, ListAll: true},
		pupil("anna", "x1", nil), pupil("new", "x4", nil), pupil("cy", "x3", nil))
	want := []app.ImportItem{{"anna", app.ImportUpdated, []string{"login", "name"}}, {"new", app.ImportCreated, nil}, {"ben", app.ImportArchived, nil}}
	if !reflect.DeepEqual(report.Items, want) {
		t.Errorf("got %v, want %v", report.Items, want)
	}
	report, _ = k.ImportRoster(context.Background(), root, rosterOf(pupil("newer", "x5", nil), pupil("bad", "x6", of("Z"))), app.ImportOptions{ListAll: true})
	if len(report.Items) != 0 {
		t.Errorf("got %v of an import that stored nothing, want none", report.Items)
	}
}
