package mail

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown is how much of one foreign text a mail shows, in characters.
const maxShown = 200

// tame gives a text on one line that shows what it is: characters that move,
// turn or hide others become U+FFFD, and what is too long is cut. No mail program
// makes a link of it where it looks like one.
func tame(s string) string {
	s = s[:min(len(s), 8*maxShown)] // what is cut below need not be read
	fields := strings.Fields(strings.Map(visible, strings.ToValidUTF8(s, "\uFFFD")))
	for i, field := range fields {
		if strings.ContainsAny(field, "/\\") || strings.HasPrefix(strings.ToLower(field), "www") {
			fields[i] = unlink(field)
		}
	}
	s = strings.Join(fields, " ")
	if utf8.RuneCountInString(s) > maxShown {
		s = string([]rune(s)[:maxShown]) + "…"
	}
	return s
}

// tameForeign is tame for what a stranger may have typed or sent: not even a bare
// name of a site stays one.
func tameForeign(s string) string { return unlink(tame(s)) }

func visible(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case !unicode.IsPrint(r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) || r == '\u2800':
		return '\uFFFD'
	default:
		return r
	}
}

// unlink puts a space into whatever mail programs turn into a link: after "://"'s
// colon, and after each dot before a letter.
func unlink(s string) string {
	s = strings.ReplaceAll(s, "://", ": //")
	var b strings.Builder
	afterDot := false
	for _, r := range s {
		if afterDot && unicode.IsLetter(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		afterDot = strings.ContainsRune(".。．｡", r)
	}
	return b.String()
}
