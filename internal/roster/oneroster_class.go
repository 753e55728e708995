package roster

import (
	"errors"
	"strings"
)

// classes holds the active classes in file order, and which of them is each
// student's group.
type classes struct {
	titles   []string
	homeroom []bool
	byID     map[string]int
	byUser   map[string]int
}

func newClasses() classes { return classes{byID: map[string]int{}, byUser: map[string]int{}} }

// class reads a row of classes.csv.
func (b *bundle) class(t *table) error {
	id := t.cell("sourcedId")
	if id == "" {
		return errors.New("sourcedId: empty")
	}
	title, err := text("title", t.cell("title"))
	if err != nil {
		return err
	}
	if removed(t) || title == "" {
		return nil
	}
	if _, twice := b.classes.byID[id]; twice {
		return errors.New("sourcedId: the same as in a line above")
	}
	b.classes.byID[strings.Clone(id)] = len(b.classes.titles)
	b.classes.titles = append(b.classes.titles, strings.Clone(title))
	b.classes.homeroom = append(b.classes.homeroom, strings.EqualFold(t.cell("classType"), "homeroom"))
	return nil
}

// enrollment reads a row of enrollments.csv. Of a student's classes the first
// homeroom is the group, else the first class.
func (b *bundle) enrollment(t *table) error {
	class, user := t.cell("classSourcedId"), t.cell("userSourcedId")
	if class == "" || user == "" {
		return errors.New("classSourcedId or userSourcedId: empty")
	}
	role := t.cell("role")
	at, active := b.classes.byID[class]
	if removed(t) || !active || role != "" && !strings.EqualFold(role, "student") {
		return nil
	}
	if now, ok := b.classes.byUser[user]; !ok || b.classes.before(at, now) {
		b.classes.byUser[strings.Clone(user)] = at
	}
	return nil
}

func (c classes) before(a, b int) bool {
	if c.homeroom[a] != c.homeroom[b] {
		return c.homeroom[a]
	}
	return a < b
}

// group gives a student's group, "" for none; nil where the bundle does not
// tell of groups.
func (b *bundle) group(user string) *string {
	_, classes := b.files["classes.csv"]
	_, enrollments := b.files["enrollments.csv"]
	if !classes || !enrollments {
		return nil
	}
	if at, ok := b.classes.byUser[user]; ok {
		return &b.classes.titles[at]
	}
	return new(string)
}

// birthDate reads a row of demographics.csv.
func (b *bundle) birthDate(t *table) error {
	id := t.cell("sourcedId")
	if id == "" {
		return errors.New("sourcedId: empty")
	}
	date, err := birthDate(t.cell("birthDate"))
	if err != nil || date == nil || removed(t) {
		return err
	}
	if b.birthDates[id] != nil {
		return errors.New("sourcedId: the same as in a line above")
	}
	b.birthDates[strings.Clone(id)] = date
	return nil
}
