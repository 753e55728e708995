package sqlite

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"pinward/internal/access"
	"pinward/internal/store"
)

// millis gives the stored form of a time: Unix milliseconds, NULL for zero.
func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// orNull gives the stored form of a value whose zero means none.
func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// address gives the stored form of an address, NULL for none.
func address(a netip.Addr) any {
	if !a.IsValid() {
		return nil
	}
	return a.String()
}

// A column reads one stored value into a domain type, as sql.Scanner does. The
// columns are pointers to what they read into: a listing makes them by the
// million.
type column interface {
	Scan(v any) error
}

type timeColumn time.Time

func intoTime(t *time.Time) column { return (*timeColumn)(t) }

func (c *timeColumn) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*c = timeColumn{}
	case int64:
		c.set(v)
	default:
		return malformed("time")
	}
	return nil
}

func (c *timeColumn) set(millis int64) { *c = timeColumn(time.UnixMilli(millis).UTC()) }

type keyColumn int64

func intoKey(n *int64) column { return (*keyColumn)(n) }

func (c *keyColumn) Scan(v any) error {
	n, _ := v.(int64)
	*c = keyColumn(n)
	return nil
}

type textColumn string

func intoText(s *string) column { return (*textColumn)(s) }

func (c *textColumn) Scan(v any) error {
	s, _ := v.(string)
	*c = textColumn(s)
	return nil
}

type addressColumn netip.Addr

func intoAddress(a *netip.Addr) column { return (*addressColumn)(a) }

func (c *addressColumn) Scan(v any) error {
	s, _ := v.(string)
	if s == "" {
		*c = addressColumn{}
		return nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return malformed("address")
	}
	*c = addressColumn(a)
	return nil
}

type dateColumn access.Date

func intoDate(d *access.Date) column { return (*dateColumn)(d) }

func (c *dateColumn) Scan(v any) error {
	s, _ := v.(string)
	if s == "" {
		*c = dateColumn{}
		return nil
	}
	d, err := access.ParseDate(s)
	if err != nil {
		return malformed("day")
	}
	*c = dateColumn(d)
	return nil
}

// listSeparator stands between the school codes that one query gathers; no
// code holds it.
const listSeparator = "\x1f"

type listColumn []string

func intoList(all *[]string) column { return (*listColumn)(all) }

func (c *listColumn) Scan(v any) error {
	*c = nil
	if s, _ := v.(string); s != "" {
		*c = strings.Split(s, listSeparator)
	}
	return nil
}

type durationColumn time.Duration

func intoDuration(d *time.Duration) column { return (*durationColumn)(d) }

func (c *durationColumn) Scan(v any) error {
	n, _ := v.(int64)
	*c = durationColumn(time.Duration(n) * time.Millisecond)
	return nil
}

func malformed(what string) error {
	return &access.Error{
		Kind: access.ErrDamaged, Code: "store_damaged",
		Text: fmt.Sprintf("a stored %s is not one that pinward wrote", what), Hint: hintDamaged,
	}
}

// A where gathers the conditions of a listing. Conditions are fixed texts;
// values stand in them only as numbered parameters.
type where struct {
	conds []string
	args  []any
}

// arg keeps a value and gives its parameter.
func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return "?" + strconv.Itoa(len(w.args))
}

func (w *where) and(cond string) { w.conds = append(w.conds, cond) }

// andIf adds a condition "column = value" unless the value is the zero one.
func andIf[T comparable](w *where, column string, v T) {
	var zero T
	if v != zero {
		w.and(column + " = " + w.arg(v))
	}
}

// in gives the condition that column is one of values.
func in[T any](w *where, column string, values []T) string {
	params := make([]string, len(values))
	for i, v := range values {
		params[i] = w.arg(v)
	}
	return column + " IN (" + strings.Join(params, ", ") + ")"
}

// andMember keeps to accounts of any of the schools; nil keeps all.
func (w *where) andMember(column string, schools []string) {
	if schools == nil {
		return
	}
	w.and(column + ` IN (SELECT m.account_id FROM school s JOIN account_school m ON m.school_id = s.id
		WHERE ` + in(w, "s.code", schools) + `)`)
}

func (w *where) andSince(column string, since time.Time) {
	if !since.IsZero() {
		w.and(column + " >= " + w.arg(since.UnixMilli()))
	}
}

// after adds the bounds of a page on the key column.
func (w *where) after(key string, p store.Page) {
	w.and(key + " > " + w.arg(p.After))
	if p.UpTo != 0 {
		w.and(key + " <= " + w.arg(p.UpTo))
	}
}

// clause gives the WHERE clause.
func (w *where) clause() string { return " WHERE " + strings.Join(w.conds, " AND ") }

// inOrder gives the WHERE clause, in key order, of at most limit rows.
func (w *where) inOrder(key string, limit int) string {
	s := w.clause() + " ORDER BY " + key
	if limit > 0 {
		s += " LIMIT " + w.arg(limit)
	}
	return s
}

// words joins values that hold no spaces, and intoWords reads them.
func words[T ~string](all []T) string {
	s := make([]string, len(all))
	for i, v := range all {
		s[i] = string(v)
	}
	return strings.Join(s, " ")
}

type wordsColumn[T ~string] []T

func intoWords[T ~string](all *[]T) column { return (*wordsColumn[T])(all) }

func (c *wordsColumn[T]) Scan(v any) error {
	*c = nil
	s, _ := v.(string)
	for word := range strings.FieldsSeq(s) {
		*c = append(*c, T(word))
	}
	return nil
}
