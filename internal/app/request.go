package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"pinward/internal/access"
)

// MaxRequest is the longest JSON request, in bytes.
const MaxRequest = 64 << 10

// ReadRequest reads one JSON object strictly into a request: no unknown or
// repeated key, no further data, nothing that is not UTF-8. No error quotes the
// input, which may hold a PIN; all are access.ErrUsage.
func ReadRequest(in io.Reader, request any) error {
	text, err := io.ReadAll(io.LimitReader(in, MaxRequest+1))
	if err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	if len(text) > MaxRequest {
		return badRequest("longer than 64 KiB")
	}
	return ParseRequest(text, request)
}

// ParseRequest does so for a text.
func ParseRequest(text []byte, request any) error {
	if !utf8.Valid(text) {
		return badRequest("not UTF-8")
	}
	if err := checkKeys(text); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(request); err != nil {
		return badRequest(jsonFault(err))
	}
	return nil
}

// checkKeys refuses what is not exactly one JSON object, and any key that comes
// twice, in whatever case: readers differ in which of the two they take.
func checkKeys(text []byte) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	if err := checkValue(dec, 0, true); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return badRequest("data after the object")
	}
	return nil
}

// maxDepth is deeper than any request goes.
const maxDepth = 8

func checkValue(dec *json.Decoder, depth int, object bool) error {
	token, err := dec.Token()
	if err != nil {
		return badRequest(jsonFault(err))
	}
	delim, _ := token.(json.Delim)
	switch {
	case object && delim != '{':
		return badRequest("not a JSON object")
	case depth > maxDepth:
		return badRequest("nested too deep")
	case delim == '{':
		return checkObject(dec, depth)
	case delim == '[':
		for dec.More() {
			if err := checkValue(dec, depth+1, false); err != nil {
				return err
			}
		}
		return endOf(dec)
	}
	return nil
}

func checkObject(dec *json.Decoder, depth int) error {
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return badRequest(jsonFault(err))
		}
		key, _ := token.(string)
		lower := strings.ToLower(key)
		if seen[lower] {
			return badRequest("a key comes twice")
		}
		if key != lower { // the decoder would take it
			return badRequest("a key that this request does not have")
		}
		seen[key] = true
		if err := checkValue(dec, depth+1, false); err != nil {
			return err
		}
	}
	return endOf(dec)
}

// endOf reads the closing bracket, which a truncated text lacks.
func endOf(dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return badRequest(jsonFault(err))
	}
	return nil
}

// jsonFault words a JSON error without the input.
func jsonFault(err error) string {
	var kind *json.UnmarshalTypeError
	var moment *time.ParseError
	switch {
	case errors.As(err, &moment), strings.HasPrefix(err.Error(), "Time.UnmarshalJSON"):
		return "password_changed_at: not a time such as 2026-03-02T08:00:00Z"
	case errors.As(err, &kind):
		return fmt.Sprintf("%s: wrong type", kind.Field)
	case strings.HasPrefix(err.Error(), "json: unknown field"):
		return "a key that this request does not have"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it ends too early"
	}
	return "not valid JSON"
}

func badRequest(why string) error {
	return access.Usage("read the request: "+why, "give one JSON object; see: docs/json-output.md")
}
