package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"pinward/internal/access"
	"pinward/internal/render"
)

// defaultCap is how many accounts or devices a command may change without
// --max-affected (rule 12).
const defaultCap = 50

// terminal opens the controlling terminal to ask what, or says how to do
// without.
func (s *session) terminal(what, without string) (Terminal, error) {
	t, err := s.OpenTerminal()
	if err != nil {
		return nil, &access.Error{Kind: access.ErrConfirm, Code: "no_terminal", Text: what + ": there is no terminal to ask at", Hint: without}
	}
	return t, nil
}

// confirm asks before a bulk command does what it has said it will do.
func (s *session) confirm(ctx context.Context, question string) error {
	return s.confirmOr(ctx, question, "look at the plan with -n, then repeat the command with --yes")
}

// confirmOr is confirm for what has no plan; without says how to do without a
// terminal.
func (s *session) confirmOr(ctx context.Context, question, without string) error {
	if s.globals.Yes {
		return nil
	}
	t, err := s.terminal("confirm", without)
	if err != nil {
		return err
	}
	defer func() { _ = t.Close() }()
	yes, err := t.Confirm(ctx, question)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if !yes {
		return &access.Error{Kind: access.ErrConfirm, Code: "declined", Text: "declined: nothing was changed"}
	}
	return nil
}

// within refuses a change of more than max items.
func within(n, max int, what string) error {
	if n <= max {
		return nil
	}
	return &access.Error{
		Kind: access.ErrConfirm, Code: "too_many_affected",
		Text: fmt.Sprintf("this would change %s, more than %d", count(n, what), max),
		Hint: fmt.Sprintf("look at the plan with -n; if it is right, add --max-affected %d --yes", n),
	}
}

// reason gives the reason from --reason, or asks for it on a terminal.
func (s *session) reason(ctx context.Context, what string) (string, error) {
	if strings.TrimSpace(s.globals.Reason) != "" {
		return s.globals.Reason, nil
	}
	t, err := s.terminal(what+": a reason is needed", "give --reason TEXT")
	if err != nil {
		return "", err
	}
	defer func() { _ = t.Close() }()
	line, err := t.ReadLine(ctx, "Reason to "+what+": ")
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if strings.TrimSpace(line) == "" {
		return "", &access.Error{Kind: access.ErrConfirm, Code: "reason_required", Text: what + ": a reason is needed", Hint: "give --reason TEXT"}
	}
	return line, nil
}

// promptTries is how often a prompt for a new PIN asks again.
const promptTries = 5

// newPIN reads a PIN to be set: one line of stdin, unless that is a terminal
// and would echo it, or twice from the hidden prompt. check refuses weak ones before the second entry is asked for.
func (s *session) newPIN(ctx context.Context, fromStdin bool, check func(access.PIN) error) (access.PIN, error) {
	if fromStdin && !s.InTTY {
		return s.stdinPIN()
	}
	t, err := s.terminal("read the PIN", "give it on standard input with --pin-stdin")
	if err != nil {
		return access.PIN{}, err
	}
	defer func() { _ = t.Close() }()
	for range promptTries {
		pin, err := askTwice(ctx, t, check)
		if err == nil || !errors.Is(err, access.ErrRefused) {
			return pin, err
		}
		_, _ = fmt.Fprintln(s.Err, render.Safe(err.Error()))
		var refusal *access.Error
		if errors.As(err, &refusal) && refusal.Hint != "" {
			_, _ = fmt.Fprintln(s.Err, "hint: "+render.Safe(refusal.Hint))
		}
	}
	return access.PIN{}, access.Refused(access.CodePINMismatch, fmt.Sprintf("set a PIN: no valid PIN in %d tries", promptTries), "propose one with: pinward pin suggest")
}

func askTwice(ctx context.Context, t Terminal, check func(access.PIN) error) (access.PIN, error) {
	pin, err := askSecret(ctx, t, "New PIN: ")
	if err != nil {
		return access.PIN{}, err
	}
	if err := check(pin); err != nil {
		return access.PIN{}, err
	}
	again, err := askSecret(ctx, t, "New PIN again: ")
	if err != nil {
		return access.PIN{}, err
	}
	if !pin.Equal(again) {
		return access.PIN{}, access.Refused(access.CodePINMismatch, "the two entries differ, nothing was saved", "")
	}
	return pin, nil
}

func askSecret(ctx context.Context, t Terminal, prompt string) (access.PIN, error) {
	text, err := t.ReadSecret(ctx, prompt)
	if errors.Is(err, io.EOF) {
		return access.PIN{}, access.Usage("read the PIN: the input ended", "")
	}
	if err != nil {
		return access.PIN{}, fmt.Errorf("read the PIN: %w", err)
	}
	return access.NewPIN(text), nil
}

// stdinPIN reads one line, once.
func (s *session) stdinPIN() (access.PIN, error) {
	line, err := bufio.NewReader(io.LimitReader(s.In, access.MaxTypedPIN+3)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return access.PIN{}, fmt.Errorf("read the PIN from standard input: %w", err)
	}
	if line == "" {
		return access.PIN{}, access.Usage("read the PIN: standard input is empty", "give one line with the PIN")
	}
	return access.NewPIN(strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")), nil
}
