package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"pinward/internal/access"
	"pinward/internal/app"
)

// loginLines gives the number of the line that each login of a file stands on:
// the number is all that an error may tell of the line (rule 17).
type loginLines map[string]int

// maxLoginLine is the longest line of a file of logins, in bytes.
const maxLoginLine = 4 << 10

// readLogins reads a file of logins, one a line; blank lines and those that
// begin with # are passed over. The name - means standard input.
func (s *session) readLogins(name string) ([]string, loginLines, error) {
	if name == "-" {
		return scanLogins(s.In, "standard input")
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, nil, unreadable(name, err)
	}
	defer func() { _ = file.Close() }()
	return scanLogins(file, name)
}

func scanLogins(r io.Reader, name string) ([]string, loginLines, error) {
	var logins []string
	lines := loginLines{}
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, maxLoginLine)
	n := 0
	for scan.Scan() {
		n++
		login := strings.TrimSpace(strings.TrimPrefix(scan.Text(), "\ufeff"))
		if login == "" || strings.HasPrefix(login, "#") || lines[login] > 0 {
			continue
		}
		logins = append(logins, login)
		lines[login] = n
	}
	switch err := scan.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, nil, access.Refused("line_too_long", fmt.Sprintf("read %s: line %d is too long for a login", name, n+1), "give one login a line")
	case err != nil:
		return nil, nil, unreadable(name, err)
	case len(logins) == 0:
		return nil, nil, access.Refused("no_logins", fmt.Sprintf("read %s: no login in it", name), "give one login a line")
	}
	return logins, lines, nil
}

// unreadable says that a file named by the user cannot be read.
func unreadable(name string, err error) error {
	why := err
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		why = pathErr.Err
	}
	return access.Refused("input_unreadable", fmt.Sprintf("read %s: %v", name, why), "name a file that you may read, or - for standard input")
}

// sift parts the accounts of a plan from the failures. Those of a file are told
// by the number of their line.
func (l loginLines) sift(plan []app.ResetItem) (good, failed []app.ResetItem) {
	for _, item := range plan {
		if item.Err == nil {
			good = append(good, item)
			continue
		}
		if line := l[item.Login]; line > 0 {
			item = app.ResetItem{Login: fmt.Sprintf("line %d", line), Err: lineError(line, item.Err)}
		}
		failed = append(failed, item)
	}
	return good, failed
}

func lineError(line int, err error) error {
	e := &access.Error{Kind: access.ErrRefused, Code: access.CodeOf(err), Text: fmt.Sprintf("line %d: the account cannot be reset", line)}
	switch {
	case errors.Is(err, access.ErrNotFound):
		e.Kind, e.Text = access.ErrNotFound, fmt.Sprintf("line %d: no such account", line)
	case e.Code == "account_archived":
		e.Text = fmt.Sprintf("line %d: the account is archived", line)
	}
	return e
}
