package access

import (
	"errors"
	"fmt"
)

// The kinds of failure. Every error that leaves a use case wraps one of them or
// none (an unexpected failure); only the edges turn kinds into exit codes and
// HTTP answers.
var (
	// ErrUsage: the request itself is malformed (unknown value, missing field).
	ErrUsage = errors.New("usage")
	// ErrNotFound: the named target does not exist, or lies outside the
	// operator's schools; both read the same.
	ErrNotFound = errors.New("not found")
	// ErrForbidden: the operator's role does not allow this.
	ErrForbidden = errors.New("not allowed")
	// ErrRefused: invalid input, a weak or wrong PIN, a lock, or a conflict
	// with what exists.
	ErrRefused = errors.New("refused")
	// ErrConfirm: a confirmation or a reason is needed, or was declined.
	ErrConfirm = errors.New("confirmation needed")
	// ErrPartial: some items of a bulk command failed.
	ErrPartial = errors.New("partly done")
	// ErrFinding: a check found a problem that is not damage.
	ErrFinding = errors.New("finding")
	// ErrBusy: another process holds what is needed; trying again helps.
	ErrBusy = errors.New("busy")
	// ErrUnusable: the store or the key cannot be used (missing, foreign, wrong
	// key, other schema, I/O error, disk full).
	ErrUnusable = errors.New("unusable")
	// ErrDamaged: the store is pinward's, but its content is not what pinward
	// wrote.
	ErrDamaged = errors.New("damaged")
)

// An Error is a failure with a stable code for programs and, where something
// can be done about it, a hint for people. Neither may hold a secret.
type Error struct {
	Kind error  // one of the Err… kinds
	Code string // stable, snake_case
	Text string // lower case, says what was being done to what
	Hint string // what to do about it; may be empty
	Rule string // the guessable-PIN rule that refused; else empty
}

func (e *Error) Error() string { return e.Text }

// Unwrap gives the kind, so that errors.Is(err, ErrRefused) works.
func (e *Error) Unwrap() error { return e.Kind }

// NotFound says that a named target does not exist. Absent and foreign targets
// must both be reported through it, so that they read alike.
func NotFound(what, name string) error {
	list := what + " list"
	switch what {
	case "alert":
		list = "alerts list"
	case "mail":
		list = "mail queue"
	case "portal key", "portal with scope":
		list = "portal list"
	}
	return NotFoundHint(what, name, "see: pinward "+list)
}

// NotFoundHint is NotFound where more can be said than where to look.
func NotFoundHint(what, name, hint string) error {
	return &Error{Kind: ErrNotFound, Code: "not_found", Text: fmt.Sprintf("%s %q: not found", what, name), Hint: hint}
}

// Refused builds a refusal with a stable code.
func Refused(code, text, hint string) error {
	return &Error{Kind: ErrRefused, Code: code, Text: text, Hint: hint}
}

// Usage reports a malformed request.
func Usage(text, hint string) error {
	return &Error{Kind: ErrUsage, Code: "usage", Text: text, Hint: hint}
}

// CodeOf gives the stable code of an error, or "" where it has none.
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
