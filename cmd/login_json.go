package cmd

import (
	"context"

	"pinward/internal/app"
)

// loginVerb reads one JSON object from standard input, runs a login verb on it
// and writes the one object that answers. A refused answer exits 5.
func loginVerb[T any](ctx context.Context, s *session, run func(*app.App, T) (app.LoginAnswer, error)) error {
	var request T
	if err := app.ReadRequest(s.In, &request); err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	answer, err := run(a, request)
	if err != nil {
		return err
	}
	if err := s.writeJSON(answer); err != nil {
		return err
	}
	if answer.Refused {
		return errReported{exitRefused}
	}
	return nil
}
