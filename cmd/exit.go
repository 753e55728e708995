package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"syscall"

	"pinward/internal/access"
	"pinward/internal/render"
	"pinward/internal/term"
)

// The exit codes (docs/exit-codes.md).
const (
	exitDone        = 0
	exitUnexpected  = 1
	exitUsage       = 2
	exitNotFound    = 3
	exitForbidden   = 4
	exitRefused     = 5
	exitConfirm     = 6
	exitPartial     = 7
	exitFinding     = 8
	exitBusy        = 9
	exitUnusable    = 10
	exitDamaged     = 11
	exitInterrupted = 130
	exitBrokenPipe  = 141
)

// errReported ends a command whose failure already stands on stdout, as a login
// that is denied does.
type errReported struct{ code int }

func (e errReported) Error() string { return fmt.Sprintf("reported, exit %d", e.code) }

// exitCode maps an error to its exit code; the one place that does.
func exitCode(err error) int {
	var reported errReported
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &reported):
		return reported.code
	case errors.Is(err, syscall.EPIPE):
		return exitBrokenPipe
	case errors.Is(err, term.ErrInterrupted), errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	for _, k := range [...]struct {
		kind error
		code int
	}{
		{access.ErrDamaged, exitDamaged},
		{access.ErrUnusable, exitUnusable},
		{access.ErrBusy, exitBusy},
		{access.ErrUsage, exitUsage},
		{access.ErrForbidden, exitForbidden},
		{access.ErrNotFound, exitNotFound},
		{access.ErrConfirm, exitConfirm},
		{access.ErrPartial, exitPartial},
		{access.ErrFinding, exitFinding},
		{access.ErrRefused, exitRefused},
	} {
		if errors.Is(err, k.kind) {
			return k.code
		}
	}
	return exitUnexpected
}

// report prints an error once, for people or as JSON, and gives the exit code.
func (s *session) report(err error) int {
	code := exitCode(err)
	var reported errReported
	if code == exitDone || code == exitBrokenPipe || errors.As(err, &reported) {
		return code
	}
	if code == exitInterrupted {
		err = &access.Error{Code: "interrupted", Text: "interrupted"}
	}
	var e *access.Error
	if !errors.As(err, &e) {
		e = &access.Error{Code: "unexpected"}
	}
	if s.failsInJSON() {
		reportJSON(s.Err, err, e)
		return code
	}
	_, _ = fmt.Fprintf(s.Err, "error: %s\n", render.Safe(err.Error()))
	if e.Hint != "" {
		_, _ = fmt.Fprintf(s.Err, "hint: %s\n", render.Safe(e.Hint))
	}
	return code
}

// failsInJSON reports whether errors are written as JSON: where it was asked
// for, even by a command line that is otherwise wrong.
func (s *session) failsInJSON() bool {
	output := s.globals.Output
	if output == "" && s.config != nil {
		output = s.config.Output
	}
	return output == string(render.JSON) || output == string(render.JSONL)
}

func reportJSON(w io.Writer, err error, e *access.Error) {
	var body struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
			Hint    string `json:"hint"`
			Rule    string `json:"rule,omitempty"`
		} `json:"error"`
	}
	body.Error.Code, body.Error.Message, body.Error.Hint, body.Error.Rule = e.Code, render.Safe(err.Error()), render.Safe(e.Hint), e.Rule
	line, _ := json.Marshal(body) // strings only: cannot fail
	_, _ = fmt.Fprintf(w, "%s\n", line)
}
