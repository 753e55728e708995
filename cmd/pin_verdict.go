package cmd

import (
	"encoding/json"
	"fmt"
	"io"

	"pinward/internal/render"
)

// A verdictPrinter writes verdicts one by one, as a table with fixed widths or
// as JSON without the keys that do not apply.
type verdictPrinter struct {
	w      io.Writer
	format render.Format
	begun  bool
}

func (p *verdictPrinter) print(v verdict) error {
	first := !p.begun
	p.begun = true
	if p.format == render.Table {
		return p.row(v, first)
	}
	line, _ := json.Marshal(v) // plain fields: cannot fail
	before, after := "", "\n"
	if p.format == render.JSON {
		before, after = ",\n", ""
		if first {
			before = "[\n"
		}
	}
	_, err := fmt.Fprintf(p.w, "%s%s%s", before, line, after)
	return err
}

func (p *verdictPrinter) row(v verdict, first bool) error {
	const form = "%-6v  %-7s  %-16s  %s\n"
	if first {
		if _, err := fmt.Fprintf(p.w, form, "LINE", "VERDICT", "CODE", "RULE"); err != nil {
			return err
		}
	}
	word, code, rule := "refused", v.Code, v.Rule
	if v.OK {
		word, code = "ok", "-"
	}
	if rule == "" {
		rule = "-"
	}
	_, err := fmt.Fprintf(p.w, form, v.Line, word, code, rule)
	return err
}

// end closes the array of JSON.
func (p *verdictPrinter) end() error {
	end := ""
	switch {
	case p.format != render.JSON:
	case p.begun:
		end = "\n]\n"
	default:
		end = "[]\n"
	}
	_, err := io.WriteString(p.w, end)
	return err
}

func verdictColumns() []column[verdict] {
	return []column[verdict]{
		{Key: "line", Title: "LINE", Value: func(v verdict) any { return v.Line }},
		{Key: "ok", Title: "OK", Value: func(v verdict) any { return v.OK }},
		{Key: "code", Title: "CODE", Whole: true, Value: func(v verdict) any { return orNil(v.Code) }},
		{Key: "rule", Title: "RULE", Whole: true, Value: func(v verdict) any { return orNil(v.Rule) }},
	}
}
