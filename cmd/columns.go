package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"pinward/internal/render"
)

// chosen gives some of a resource's columns.
func chosen[T any](columns []column[T], keys ...string) []column[T] {
	return slices.DeleteFunc(columns, func(c column[T]) bool { return !slices.Contains(keys, c.Key) })
}

// titled gives every column but the id a title: too much for a list, not for a
// page.
func titled[T any](columns []column[T]) []column[T] {
	for i, c := range columns {
		if c.Title == "" && c.Key != "id" {
			columns[i].Title = strings.ToUpper(strings.ReplaceAll(strings.TrimSuffix(c.Key, "_at"), "_", " "))
		}
	}
	return columns
}

// arrayOf gives rows as the JSON array that a listing would show.
func arrayOf[T any](s *session, columns []column[T], all []T) (json.RawMessage, error) {
	var b bytes.Buffer
	err := render.Write(&b, s.renderOptions(render.JSON), columns, rows(all))
	return b.Bytes(), err
}

// objectOf gives a row as the JSON object that a listing would show.
func objectOf[T any](s *session, columns []column[T], row T) (map[string]json.RawMessage, error) {
	var b bytes.Buffer
	if err := render.WriteOne(&b, s.renderOptions(render.JSON), columns, row); err != nil {
		return nil, err
	}
	object := map[string]json.RawMessage{}
	if err := json.Unmarshal(b.Bytes(), &object); err != nil {
		return nil, fmt.Errorf("write the answer: %w", err)
	}
	return object, nil
}
