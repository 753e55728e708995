package cmd

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/decide"
	"pinward/internal/render"
)

func newDeviceDiagnose(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "diagnose LOGIN",
		Short: "Say why somebody is always asked for the PIN",
		Long: `Say why somebody is asked for the PIN every time, from what the browser sent at
the logins of the last 90 days and from what was registered, and what to change.`,
		Example:           `  pinward device diagnose lea.martin`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeLogins,
		RunE:              func(c *cobra.Command, args []string) error { return s.deviceDiagnose(c.Context(), args[0]) },
	}
}

func (s *session) deviceDiagnose(ctx context.Context, login string) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	d, err := a.Diagnose(ctx, s.Operator, login)
	if err != nil {
		return err
	}
	format, err := s.format()
	if err != nil {
		return err
	}
	switch format {
	case render.JSON, render.JSONL:
		return s.writeJSON(diagnosisJSON(d))
	case render.CSV, render.XLSX, render.HTML:
		return list(s, causeColumns(), rows(d.Findings), "")
	case render.Table:
	}
	return s.write(func(w io.Writer) error { return tellDiagnosis(w, d) })
}

// tellDiagnosis writes sentences.
func tellDiagnosis(w io.Writer, d app.Diagnosis) error {
	days := int(app.DiagnoseSpan / access.Day)
	text := fmt.Sprintf("%s of %s in the last %d days", count(d.Logins, "login"), d.Account.Login, days)
	if len(d.Findings) > 0 {
		text += ":"
	}
	text += "\n"
	for _, cause := range d.Findings {
		text += fmt.Sprintf("%5d  %s\n", cause.Count, render.Safe(cause.Text))
	}
	if len(d.Advice) > 0 {
		text += "What to do:\n"
	}
	for _, advice := range d.Advice {
		text += "  - " + render.Safe(advice) + "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

func diagnosisJSON(d app.Diagnosis) any {
	type cause struct {
		Cause string `json:"cause"`
		Count int    `json:"count"`
		Text  string `json:"text"`
	}
	causes := []cause{}
	for _, c := range d.Findings {
		causes = append(causes, cause{string(c.Recognition), c.Count, c.Text})
	}
	return struct {
		ID     string   `json:"id"`
		Login  string   `json:"login"`
		Logins int      `json:"logins"`
		Causes []cause  `json:"causes"`
		Advice []string `json:"advice"`
	}{d.Account.ID, d.Account.Login, d.Logins, causes, append([]string{}, d.Advice...)}
}

func causeColumns() []column[decide.Cause] {
	type row = decide.Cause
	return []column[row]{
		{Key: "cause", Title: "CAUSE", Whole: true, Value: func(r row) any { return string(r.Recognition) }},
		{Key: "count", Title: "COUNT", Value: func(r row) any { return r.Count }},
		{Key: "text", Title: "TEXT", Value: func(r row) any { return r.Text }},
	}
}
