package cmd

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/i18n"
	"pinward/internal/render"
)

// pageWords is the language of a page, "fr" or "en"; "" is English.
type pageWords string

// addPageLang gives a command the flag that names the language of its page.
func addPageLang(c *cobra.Command, lang *string, otherwise string) {
	c.Flags().Var(newChoice(lang, i18n.Languages()...), "lang", "with -o html: the `LANGUAGE` of the page, fr or en; otherwise that of the "+otherwise)
	complete(c, "lang", i18n.Languages()...)
}

// pageLang refuses a language for what speaks none: tables and programs' formats
// are English.
func pageLang(lang string, f render.Format) error {
	if lang != "" && f != render.HTML {
		return access.Usage("--lang is for pages", "add -o html")
	}
	return nil
}

func (l pageWords) word(group, code string) string { return i18n.Word(string(l), group, code) }

// say gives words of pages with what belongs into them.
func (l pageWords) say(key string, facts ...any) string {
	return fmt.Sprintf(l.word("page", key), facts...)
}

// count gives a number with its noun, whose words are those of key_one and
// key_many.
func (l pageWords) count(n int, key string) string {
	return i18n.Count(string(l), n, l.say(key+"_one"), l.say(key+"_many"))
}

// status says whether the account is active, and why not.
func (l pageWords) status(a access.Account) string {
	text := l.word("status", string(a.Status))
	if a.StatusReason != "" {
		text += " (" + a.StatusReason + ")"
	}
	return text
}

// writePage writes a page that says when it was made, and with what.
func (s *session) writePage(p render.Page, zone *time.Location) error {
	o := s.renderOptions(render.HTML)
	o.Zone = zone
	p.Foot = s.pageFoot(p.Lang, zone)
	return s.write(func(w io.Writer) error { return render.WritePage(w, o, p) })
}

func (s *session) pageFoot(lang string, zone *time.Location) string {
	return pageWords(lang).say("made", i18n.Moment(lang, s.Now(), zone), zone)
}

// inWords gives columns as a page shows them: titles and codes in words of its
// language, the main columns in the table and the others below each row. groups
// names by column the group of codes that it shows.
func inWords[T any](l pageWords, columns []column[T], groups map[string]string, main ...string) []column[T] {
	var out []column[T]
	for _, c := range columns {
		if c.Key == "id" && c.Title == "" {
			continue
		}
		value, group := c.Value, groups[c.Key]
		c.Value = func(row T) any { return l.cell(c.Key, group, value(row)) }
		c.Title, c.Below = l.title(c.Key, c.Title), !slices.Contains(main, c.Key)
		out = append(out, c)
	}
	return out
}

func (l pageWords) title(key, title string) string {
	switch {
	case key == "id" && title != "ID": // NO, SEQ
		key = "number"
	case key == "text" && title == "WHAT": // an alert's own words, which are English
		key = "alert_text"
	}
	return l.word("column", key)
}

func (l pageWords) cell(key, group string, v any) any {
	switch v := v.(type) {
	case bool:
		if v {
			return l.word("word", "yes")
		}
		return l.word("word", "no")
	case string:
		switch {
		case key == "browser":
			return i18n.Browser(string(l), v)
		case group != "":
			return l.word(group, v)
		}
	}
	return v
}
