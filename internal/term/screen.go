package term

import (
	"os"

	"golang.org/x/term"
)

// IsTerminal reports whether f is an *os.File that is a terminal.
func IsTerminal(f any) bool {
	is := false
	if file, ok := f.(*os.File); ok {
		_ = control(file, func(fd int) error {
			is = term.IsTerminal(fd)
			return nil
		})
	}
	return is
}

// Width gives the columns of the terminal f, or 0 when f is none or does not
// tell.
func Width(f any) int {
	width := 0
	if file, ok := f.(*os.File); ok {
		_ = control(file, func(fd int) (err error) {
			width, _, err = term.GetSize(fd)
			return err
		})
	}
	return width
}
