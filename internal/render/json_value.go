package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"
)

// WriteJSON writes any JSON value on a line of its own, with the characters
// escaped that Safe would, which encoding/json leaves raw. It is for answers
// that have a shape of their own; listings have columns.
func WriteJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	_, err := w.Write(escapeHostile(b.Bytes()))
	return writing(err)
}

// escapeHostile works on encoded JSON, where DEL and characters beyond ASCII stand in
// strings only.
func escapeHostile(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r >= 0x7f && hostile(r) {
			out = appendUTF16(out, r)
		} else {
			out = append(out, text[i:i+n]...)
		}
		i += n
	}
	return out
}
