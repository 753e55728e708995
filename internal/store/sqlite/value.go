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

// A column reads one stored value into a domain type.
type column func(v any) error

// Scan implements sql.Scanner.
func (c column) Scan(v any) error { return c(v) }

func intoTime(t *time.Time) column {
	return func(v any) error {
		switch v := v.(type) {
		case nil:
			*t = time.Time{}
		case int64:
			*t = time.UnixMilli(v).UTC()
		default:
			return malformed("time")
		}
		return nil
	}
}

func intoKey(n *int64) column {
	return func(v any) error {
		*n, _ = v.(int64)
		return nil
	}
}

func intoText(s *string) column {
	return func(v any) error {
		*s, _ = v.(string)
		return nil
	}
}

func intoAddress(a *netip.Addr) column {
	return func(v any) error {
		s, _ := v.(string)
		if s == "" {
			*a = netip.Addr{}
			return nil
		}
		var err error
		if *a, err = netip.ParseAddr(s); err != nil {
			return malformed("address")
		}
		return nil
	}
}

func intoDate(d *access.Date) column {
	return func(v any) error {
		s, _ := v.(string)
		if s == "" {
			*d = access.Date{}
			return nil
		}
		var err error
		if *d, err = access.ParseDate(s); err != nil {
			return malformed("day")
		}
		return nil
	}
}

// listSeparator stands between the school codes that one query gathers; no
// code holds it.
const listSeparator = "\x1f"

func intoList(all *[]string) column {
	return func(v any) error {
		*all = nil
		if s, _ := v.(string); s != "" {
			*all = strings.Split(s, listSeparator)
		}
		return nil
	}
}

func intoDuration(d *time.Duration) column {
	return func(v any) error {
		n, _ := v.(int64)
		*d = time.Duration(n) * time.Millisecond
		return nil
	}
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

func intoWords[T ~string](all *[]T) column {
	return func(v any) error {
		*all = nil
		s, _ := v.(string)
		for _, word := range strings.Fields(s) {
			*all = append(*all, T(word))
		}
		return nil
	}
}
