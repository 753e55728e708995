package cmd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/store"
)

// first gives the first argument, or "".
func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// parseSpan reads a time span such as 90d, 12h or 30s.
func parseSpan(flag, text string) (time.Duration, error) {
	wrong := access.Usage(fmt.Sprintf("%s: not a time span", flag), "write a number and a unit: 30s, 15m, 12h or 90d")
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 || n > 100*366 {
			return 0, wrong
		}
		return access.Days(n), nil
	}
	span, err := time.ParseDuration(text)
	if err != nil || span < 0 {
		return 0, wrong
	}
	return span, nil
}

func profileNames() []string {
	names := make([]string, 0, len(access.Profiles()))
	for _, p := range access.Profiles() {
		names = append(names, string(p))
	}
	return names
}

// completeLogins offers the logins that begin as typed; the program starts in
// milliseconds, so the store itself answers.
func (s *session) completeLogins(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	a, err := s.open(c.Context())
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var logins []string
	_ = a.Accounts(c.Context(), s.Operator, store.AccountFilter{Search: typed}, func(r store.AccountRow) error {
		if strings.HasPrefix(r.Login, typed) {
			logins = append(logins, r.Login+"\t"+r.Name())
		}
		return nil
	})
	return logins, cobra.ShellCompDirectiveNoFileComp
}

// completeSchools offers school codes for a flag.
func (s *session) completeSchools(c *cobra.Command, flag string) {
	offer := func(c *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return s.completeSchoolCodes(c, nil, typed)
	}
	if err := c.RegisterFlagCompletionFunc(flag, offer); err != nil {
		panic(err) // a flag that does not exist: a mistake in the program
	}
}

// A choice is a flag with a closed set of values.
type choice struct {
	value *string
	all   []string
}

func newChoice(value *string, all ...string) *choice { return &choice{value, all} }

func (c *choice) String() string { return *c.value }

// Type names the value in a help text.
func (c *choice) Type() string { return "string" }

// Set refuses values outside the set.
func (c *choice) Set(text string) error {
	if !slices.Contains(c.all, text) {
		return &notAChoice{c.all}
	}
	*c.value = text
	return nil
}

// A notAChoice is the error of a value outside a closed set, which it names
// without the value.
type notAChoice struct{ all []string }

func (e *notAChoice) Error() string { return "must be one of: " + strings.Join(e.all, ", ") }
