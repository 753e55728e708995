package render

import (
	"unicode"
	"unicode/utf8"
)

// Safe gives s in a form that a terminal, a log or an error line shows as it
// is: control characters (C0, DEL, C1), bidi and invisible format characters,
// line and paragraph separators, characters without a meaning in Unicode and
// broken UTF-8 become visible escapes such as \n, \x1b, \u202e or, for a byte
// that is no UTF-8, \xff. Spaces of all widths stay. Safe(Safe(s)) == Safe(s).
func Safe(s string) string {
	i := firstHostile(s)
	if i == len(s) {
		return s
	}
	b := append(make([]byte, 0, len(s)+16), s[:i]...)
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		b = appendSafe(b, s[i:i+n], r)
		i += n
	}
	return string(b)
}

func firstHostile(s string) int {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if hostile(r) || broken(r, n) {
			return i
		}
		i += n
	}
	return len(s)
}

// appendSafe appends the rune r, read from raw, or its visible escape.
func appendSafe(b []byte, raw string, r rune) []byte {
	switch {
	case broken(r, len(raw)):
		return appendHex(append(b, `\x`...), rune(raw[0]), 2)
	case !hostile(r):
		return append(b, raw...)
	case r == '\n':
		return append(b, `\n`...)
	case r == '\r':
		return append(b, `\r`...)
	case r == '\t':
		return append(b, `\t`...)
	case r < utf8.RuneSelf:
		return appendHex(append(b, `\x`...), r, 2)
	case r <= 0xffff:
		return appendHex(append(b, `\u`...), r, 4)
	default:
		return appendHex(append(b, `\U`...), r, 8)
	}
}

// broken tells a byte that is no UTF-8 from a genuine U+FFFD, three bytes long.
func broken(r rune, size int) bool { return r == utf8.RuneError && size == 1 }

// hostile reports whether r must not reach a screen as it is: whatever moves
// the cursor, turns the direction of writing or cannot be seen.
func hostile(r rune) bool {
	switch {
	case r < 0x7f:
		return r < ' '
	case !unicode.IsPrint(r):
		return !unicode.Is(unicode.Zs, r)
	case r == 0xfe0e || r == 0xfe0f: // ask for a black or a coloured heart
		return false
	default:
		return unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
	}
}

func appendHex(b []byte, r rune, digits int) []byte {
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		b = append(b, "0123456789abcdef"[r>>shift&0xf])
	}
	return b
}
