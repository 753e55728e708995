package render

import (
	"bufio"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// A jsonSink writes objects a line each, or the same lines as one array.
// encoding/json could neither keep the order of the columns nor escape C1 and
// bidi characters.
type jsonSink struct {
	w     *bufio.Writer
	array bool
	begun bool
	keys  []string // `"key":`, ready to be written
	line  []byte
}

func newJSONSink(w io.Writer, hs []head, array bool) *jsonSink {
	keys := make([]string, len(hs))
	for i, h := range hs {
		keys[i] = string(append(appendJSONString(nil, h.key), ':'))
	}
	return &jsonSink{w: bufio.NewWriterSize(w, bufferSize), array: array, keys: keys}
}

func (s *jsonSink) row(cells []value) error {
	b := s.line[:0]
	switch {
	case s.array && s.begun:
		b = append(b, ",\n"...)
	case s.array:
		b = append(b, "[\n"...)
	}
	s.begun = true
	b = append(b, '{')
	for i, c := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(append(b, s.keys[i]...), c)
	}
	b = append(b, '}')
	if !s.array {
		b = append(b, '\n')
	}
	s.line = b
	_, err := s.w.Write(b)
	return err
}

// end relies on bufio.Writer keeping its first error for Flush.
func (s *jsonSink) end() error {
	switch {
	case s.array && s.begun:
		_, _ = s.w.WriteString("\n]\n")
	case s.array:
		_, _ = s.w.WriteString("[]\n")
	}
	return s.w.Flush()
}

// stop leaves an array unfinished, so that no reader takes it for whole.
func (s *jsonSink) stop() error {
	if s.array {
		return nil
	}
	return s.w.Flush()
}

func appendJSON(b []byte, v value) []byte {
	switch v.kind {
	case unset:
		return append(b, "null"...)
	case text:
		return appendJSONString(b, v.text)
	case instant, day:
		return append(v.appendBare(append(b, '"')), '"')
	case list:
		b = append(b, '[')
		for i, item := range v.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSONString(b, item)
		}
		return append(b, ']')
	case number, boolean:
		return v.appendBare(b)
	default:
		return b
	}
}

// appendJSONString appends s as a JSON string in which everything that Safe
// would escape stands as a \u escape: JSON is read in terminals too. Bytes
// that are no UTF-8 become U+FFFD.
func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case broken(r, n) || hostile(r):
			b = appendUTF16(b, r)
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return append(b, '"')
}

func appendUTF16(b []byte, r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		b = appendHex(append(b, `\u`...), high, 4)
		r = low
	}
	return appendHex(append(b, `\u`...), r, 4)
}
