package roster

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"

	"pinward/internal/access"
)

const (
	peekSize = 64 << 10 // what is looked at to tell what a file is
	maxRow   = 1 << 20  // the longest row, in bytes
)

var errRowTooLong = errors.New("row too long")

// An input hands out a file's text as UTF-8, and stops where it is not text or
// where a row outgrows its limit. Its first error stays.
type input struct {
	file  string
	r     io.Reader
	comma rune
	given int64 // bytes handed out
	limit int64 // given may not pass it
	lines int   // line ends handed out, or skipped before
	above int   // lines skipped above the header
	err   error
}

// openInput looks at the beginning of a file, refuses what cannot be a roster,
// and finds the delimiter.
func openInput(r io.Reader, file, enc string) (*input, error) {
	text, err := decoder(enc)
	if err != nil {
		return nil, err
	}
	raw := bufio.NewReaderSize(r, peekSize)
	head, err := raw.Peek(peekSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	mark := []byte("\xef\xbb\xbf")
	marked := bytes.HasPrefix(head, mark)
	if marked && text != encoding.UTF8Validator {
		return nil, access.Refused("encoding", file+": begins with the mark of UTF-8", "leave --encoding out")
	}
	head = bytes.TrimPrefix(head, mark)
	comma, skip := separatorLine(head)
	head = head[skip:]
	if err := sniff(head, file); err != nil {
		return nil, err
	}
	in := &input{file: file, comma: comma, lines: 1, above: 1}
	if skip == 0 {
		in.comma, in.lines, in.above = delimiter(head), 0, 0
	}
	if marked {
		skip += len(mark)
	}
	if _, err := raw.Discard(skip); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	in.r = transform.NewReader(raw, text)
	return in, nil
}

func decoder(enc string) (transform.Transformer, error) {
	switch enc {
	case "", "utf-8":
		return encoding.UTF8Validator, nil
	case "latin1":
		return charmap.ISO8859_1.NewDecoder(), nil
	case "windows-1252":
		return charmap.Windows1252.NewDecoder(), nil
	default:
		return nil, access.Usage(fmt.Sprintf("encoding %q: unknown", enc), "use utf-8, latin1 or windows-1252")
	}
}

// sniff refuses what is no list of accounts, before any of it is taken for one:
// a keyring or private key named by mistake must not be read further.
func sniff(head []byte, file string) error {
	start := bytes.TrimSpace(head)
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return access.Refused("encoding", file+": is UTF-16", `save it again as "CSV UTF-8"`)
	case len(start) == 0:
		return access.Refused("not_a_roster", file+": is empty", "the first line names the columns")
	case bytes.Contains(head, []byte("-----BEGIN ")):
		return access.Refused("not_a_roster", file+": holds a key or certificate, not a roster", "name a CSV file")
	case start[0] == '{', start[0] == '[':
		return access.Refused("not_a_roster", file+": is JSON, not a roster", "name a CSV file")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.IndexByte(head, 0) >= 0:
		return access.Refused("not_a_roster", file+": is not a text file", `save the sheet as "CSV UTF-8"`)
	case bytes.IndexByte(start, '\r') >= 0 && bytes.IndexByte(start, '\n') < 0 && len(start) > bytes.IndexByte(start, '\r')+1:
		return access.Refused("line_ends", file+": its lines end in a carriage return alone", `save it again as "CSV UTF-8"`)
	default:
		return nil
	}
}

// separatorLine reads the line "sep=;" that Excel knows above a header: its
// separator, and its length in bytes, 0 where there is none.
func separatorLine(head []byte) (comma rune, length int) {
	line, _, ended := bytes.Cut(head, []byte("\n"))
	told := bytes.TrimSuffix(line, []byte("\r"))
	if !ended || len(told) != len("sep=;") || !bytes.EqualFold(told[:4], []byte("sep=")) || bytes.IndexByte([]byte(",;\t|"), told[4]) < 0 {
		return 0, 0
	}
	return rune(told[4]), len(line) + 1
}

// delimiter gives the separator that the header line uses most outside quotes.
// At a tie the comma loses: it also stands inside headings.
func delimiter(head []byte) rune {
	count := map[byte]int{}
	quoted := false
	for _, c := range bytes.TrimLeft(head, "\r\n") {
		if c == '"' {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		if c == '\n' {
			break
		}
		count[c]++
	}
	best := byte(',')
	for _, c := range []byte(";\t") {
		if count[c] > 0 && count[c] >= count[best] {
			best = c
		}
	}
	return rune(best)
}

// Read implements io.Reader.
func (in *input) Read(p []byte) (int, error) {
	if in.err != nil {
		return 0, in.err
	}
	n, err := in.r.Read(p)
	in.given += int64(n)
	in.lines += bytes.Count(p[:n], []byte("\n"))
	switch {
	case errors.Is(err, encoding.ErrInvalidUTF8):
		in.err = access.Refused("encoding", fmt.Sprintf("%s: line %d: not valid UTF-8", in.file, in.lines+1),
			`if a spreadsheet wrote it, try --encoding windows-1252, or save it again as "CSV UTF-8"`)
	case err != nil && !errors.Is(err, io.EOF):
		in.err = fmt.Errorf("read %s: %w", in.file, err)
	case in.given > in.limit:
		in.err = errRowTooLong
	default:
		return n, err
	}
	return 0, in.err
}
