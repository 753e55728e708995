package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/decide"
	"pinward/internal/render"
)

func newPolicyExplain(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "explain PROFILE|LOGIN",
		Short: "Say in plain sentences who gets in, and how",
		Long: `Say in plain sentences who gets in under the policy of a profile, or whether the
person of one account gets in and what stops them. The name of a profile goes
before a login of the same name.`,
		Example: `  pinward policy explain student
  pinward policy explain lea.martin`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeProfilesAndLogins,
		RunE: func(c *cobra.Command, args []string) error {
			return s.policyExplain(c.Context(), args[0])
		},
	}
}

func (s *session) policyExplain(ctx context.Context, name string) error {
	lines, err := s.explanation(ctx, name)
	if err != nil {
		return err
	}
	format, err := s.format()
	if err != nil {
		return err
	}
	if format != render.Table {
		return list(s, lineColumns(), rows(lines), "")
	}
	return s.write(func(w io.Writer) error { return writeLines(w, "", lines) })
}

func (s *session) explanation(ctx context.Context, name string) ([]decide.Line, error) {
	a, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(profileNames(), name) {
		lines, err := a.ExplainAccount(ctx, s.Operator, name)
		if errors.Is(err, access.ErrNotFound) {
			return nil, &access.Error{
				Kind: access.ErrNotFound, Code: access.CodeOf(err), Text: err.Error(),
				Hint: "name a login, or one of: " + strings.Join(profileNames(), ", "),
			}
		}
		return lines, err
	}
	sentences, err := a.ExplainPolicy(ctx, s.Operator, access.Profile(name))
	lines := make([]decide.Line, len(sentences))
	for i, sentence := range sentences {
		lines[i].Text = sentence
	}
	if err != nil {
		return nil, err
	}
	paused, err := a.Paused(ctx, s.Operator)
	for _, school := range paused {
		lines = append(lines, decide.Line{Text: pauseText(school), Command: "pinward policy pause --school " + school.Code + " --end --reason TEXT"})
	}
	return lines, err
}

// lineColumns shows a sentence and the command that lifts what it names.
func lineColumns() []column[decide.Line] {
	type row = decide.Line
	return []column[row]{
		{Key: "text", Title: "TEXT", Value: func(r row) any { return r.Text }},
		{Key: "command", Title: "COMMAND", Whole: true, Value: func(r row) any { return orNil(r.Command) }},
	}
}

// writeLines writes sentences for people, and under each the command that lifts
// what it names.
func writeLines(w io.Writer, indent string, lines []decide.Line) error {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(indent + render.Safe(line.Text) + "\n")
		if line.Command != "" {
			b.WriteString(indent + "    to lift it: " + render.Safe(line.Command) + "\n")
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}

func (s *session) completeProfilesAndLogins(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	logins, directive := s.completeLogins(c, args, typed)
	if len(args) > 0 {
		return logins, directive
	}
	return append(profileNames(), logins...), directive
}
