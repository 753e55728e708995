package render

import (
	"fmt"
	"reflect"
	"strconv"
	"time"
)

type kind uint8

const (
	unset kind = iota
	text
	number
	boolean
	instant
	day
	list
)

// A Day is a day without a time of day: YYYY-MM-DD, and a date in a workbook.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// A value is a cell reduced to the few kinds that every format can write.
type value struct {
	kind  kind
	yes   bool
	num   int64
	text  string
	at    time.Time
	items []string
}

// reduce refuses whatever it does not know, and names only its type: a value
// that reached a column by mistake may be a secret.
func reduce(v any) (value, error) {
	switch x := v.(type) {
	case nil:
		return value{}, nil
	case string:
		return value{kind: text, text: x}, nil
	case int:
		return value{kind: number, num: int64(x)}, nil
	case int64:
		return value{kind: number, num: x}, nil
	case bool:
		return value{kind: boolean, yes: x}, nil
	case time.Time:
		if x.IsZero() {
			return value{}, nil
		}
		return value{kind: instant, at: x}, nil
	case Day:
		return value{kind: day, at: time.Date(x.Year, x.Month, x.Day, 0, 0, 0, 0, time.UTC)}, nil
	case []string:
		return value{kind: list, items: x}, nil
	case fmt.Stringer, fmt.Formatter:
		// Such a type shows itself in a way of its own, or hides; its bare
		// content is not ours to write.
		return value{}, fmt.Errorf("a %T is not a plain value", v)
	}
	rv := reflect.ValueOf(v)
	switch {
	case rv.Kind() == reflect.String:
		return value{kind: text, text: rv.String()}, nil
	case rv.CanInt():
		return value{kind: number, num: rv.Int()}, nil
	default:
		return value{}, fmt.Errorf("a %T is not a plain value", v)
	}
}

// appendBare appends the machine form of a number, boolean, time or day.
func (v value) appendBare(b []byte) []byte {
	switch v.kind {
	case number:
		return strconv.AppendInt(b, v.num, 10)
	case boolean:
		return strconv.AppendBool(b, v.yes)
	case instant:
		return appendTime(b, v.at)
	case day:
		return v.at.AppendFormat(b, time.DateOnly)
	case unset, text, list:
		return b
	default:
		return b
	}
}

// appendTime appends RFC 3339 in UTC, with milliseconds where there are any.
func appendTime(b []byte, t time.Time) []byte {
	const seconds, millis = "2006-01-02T15:04:05Z", "2006-01-02T15:04:05.000Z"
	if t.Nanosecond() < int(time.Millisecond) {
		return t.UTC().AppendFormat(b, seconds)
	}
	return t.UTC().AppendFormat(b, millis)
}
