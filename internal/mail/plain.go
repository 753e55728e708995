package mail

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// lineWidth is where the lines of the plain part are broken, in characters.
const lineWidth = 72

// plain gives the plain part of a mail.
func plain(l letter) string {
	var b strings.Builder
	if l.School != "" {
		b.WriteString(l.School + "\n\n")
	}
	b.WriteString(l.Subject + "\n" + strings.Repeat("-", min(utf8.RuneCountInString(l.Subject), lineWidth)) + "\n\n")
	b.WriteString(wrap("", l.Greeting) + "\n" + wrap("", l.Lead) + "\n")
	if l.Code != "" {
		b.WriteString(l.CodeTitle + l.Colon + "\n\n    " + l.Code + "\n\n")
	}
	for _, r := range l.Rows {
		b.WriteString(wrap("  ", r.Title+l.Colon+" "+r.Value))
	}
	if len(l.Items) > 0 {
		b.WriteString("\n" + heading(l.ItemsTitle))
	}
	for _, item := range l.Items {
		b.WriteString(wrap("- ", item))
	}
	for _, p := range l.Parts {
		b.WriteString("\n" + heading(p.Title) + wrap("", p.Text))
		for i, step := range p.Steps {
			b.WriteString(wrap(fmt.Sprintf("%d. ", i+1), step))
		}
	}
	b.WriteString("\n-- \n" + wrap("", l.Footer))
	return b.String()
}

func heading(title string) string { return strings.ToUpper(title) + "\n" }

// wrap breaks a text at its plain spaces into lines that follow a mark. Nothing
// gives nothing.
func wrap(mark, text string) string {
	if text == "" {
		return ""
	}
	var b strings.Builder
	line, indent := mark, strings.Repeat(" ", utf8.RuneCountInString(mark))
	blank := true
	for word := range strings.SplitSeq(text, " ") {
		if !blank && utf8.RuneCountInString(line+" "+word) > lineWidth {
			b.WriteString(line + "\n")
			line, blank = indent, true
		}
		if !blank {
			line += " "
		}
		line, blank = line+word, false
	}
	return b.String() + line + "\n"
}
