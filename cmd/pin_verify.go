package cmd

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/access"
)

func newPINVerify(s *session) *cobra.Command {
	var stdin bool
	c := &cobra.Command{
		Use:   "verify LOGIN",
		Short: "Judge a PIN, as an attempt that counts",
		Long: `Judge a PIN outside any login. It counts as an attempt: wrong ones lock and block
the PIN as they do at a login.

Exits 0 where the PIN is right, 5 where it is wrong, locked, blocked or not set.
The PIN is typed at the hidden prompt, or comes as one line of standard input.`,
		Example: `  pinward pin verify lea.martin
  pinward pin verify lea.martin --pin-stdin <pin.txt`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.completeLogins,
		RunE:              func(c *cobra.Command, args []string) error { return s.pinVerify(c.Context(), args[0], stdin) },
	}
	c.Flags().BoolVar(&stdin, "pin-stdin", false, "read the PIN as one line of standard input")
	return c
}

func (s *session) pinVerify(ctx context.Context, login string, stdin bool) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	pin, err := s.knownPIN(ctx, stdin)
	if err != nil {
		return err
	}
	return s.tellVerdict(login, a.VerifyPIN(ctx, s.Operator, login, pin))
}

// knownPIN reads a PIN that exists already: one line of standard input, or once
// from the hidden prompt.
func (s *session) knownPIN(ctx context.Context, stdin bool) (access.PIN, error) {
	if stdin && !s.InTTY {
		return s.stdinPIN()
	}
	t, err := s.terminal("read the PIN", "give it on standard input with --pin-stdin")
	if err != nil {
		return access.PIN{}, err
	}
	defer func() { _ = t.Close() }()
	return askSecret(ctx, t, "PIN: ")
}

// tellVerdict tells programs on standard output what the exit code says, and
// gives the error.
func (s *session) tellVerdict(login string, verdict error) error {
	if verdict != nil && !errors.Is(verdict, access.ErrRefused) {
		return verdict
	}
	machine, err := s.machine()
	if err != nil {
		return err
	}
	if !machine {
		if verdict == nil {
			s.say("The PIN is right.")
		}
		return verdict
	}
	answer := struct {
		Login string `json:"login"`
		OK    bool   `json:"ok"`
		Code  string `json:"code,omitempty"`
	}{strings.ToLower(login), verdict == nil, access.CodeOf(verdict)}
	return errors.Join(s.writeJSON(answer), verdict)
}
