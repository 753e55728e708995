package compat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"

	"pinward/internal/web/edge"
)

// maxParts is how many parts a multipart body may have; clients send five.
const maxParts = 64

// fields are what a request's body tells, of each name the first. What is null,
// or no text and no number, is not there.
type fields map[string]string

// A badBody says why a body was not read, by the status that fits.
type badBody int

func (b badBody) Error() string { return "read the body: " + http.StatusText(int(b)) }

// readFields reads a body as JSON, form data or multipart form data, whichever
// its type says. Its errors are badBody.
func readFields(w http.ResponseWriter, r *http.Request) (fields, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, edge.MaxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, badBody(http.StatusRequestEntityTooLarge)
	}
	if err != nil {
		return nil, badBody(http.StatusBadRequest)
	}
	f, err := parseFields(r.Header.Get("Content-Type"), body)
	var bad badBody
	if err != nil && !errors.As(err, &bad) {
		return nil, badBody(http.StatusBadRequest)
	}
	return f, err
}

func parseFields(contentType string, body []byte) (fields, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, badBody(http.StatusUnsupportedMediaType)
	}
	switch kind {
	case "application/json":
		return jsonFields(body)
	case "application/x-www-form-urlencoded":
		return formFields(body)
	case "multipart/form-data":
		return partFields(body, params["boundary"])
	}
	return nil, badBody(http.StatusUnsupportedMediaType)
}

func jsonFields(body []byte) (fields, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var all map[string]any
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read JSON: more than one value")
	}
	f := fields{}
	for name, v := range all {
		switch v := v.(type) {
		case string:
			f[name] = v
		case json.Number:
			f[name] = v.String()
		}
	}
	return f, nil
}

func formFields(body []byte) (fields, error) {
	all, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fmt.Errorf("read form data: %w", err)
	}
	f := fields{}
	for name, values := range all {
		f[name] = values[0]
	}
	return f, nil
}

func partFields(body []byte, boundary string) (fields, error) {
	f := fields{}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read multipart form data: %w", err)
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, fmt.Errorf("read a part: %w", err)
		}
		name := part.FormName()
		if _, told := f[name]; !told && name != "" && part.FileName() == "" {
			f[name] = string(value)
		}
	}
	return nil, errors.New("read multipart form data: too many parts")
}
