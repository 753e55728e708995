package term

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxLine is the longest input taken, in bytes, its line end not counted.
const maxLine = 1024

// readLine reads up to the end of a line from a terminal that hands over one
// line at a time, and gives it without its LF or CRLF. A line that is too long
// is read to its end before it is refused.
func readLine(r io.Reader) (string, error) {
	var line []byte
	var buf [4096]byte
	long := false
	for {
		n, err := r.Read(buf[:])
		line = append(line, buf[:n]...)
		if len(line) > maxLine+len("\r\n") {
			long, line = true, line[:0]
		}
		if n > 0 && buf[n-1] == '\n' {
			break
		}
		if errors.Is(err, io.EOF) {
			if len(line) == 0 && !long {
				return "", io.EOF
			}
			break
		}
		if err != nil {
			return "", fmt.Errorf("read from the terminal: %w", err)
		}
	}
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	if long || len(line) > maxLine {
		return "", fmt.Errorf("read from the terminal: input longer than %d bytes", maxLine)
	}
	return string(line), nil
}
