package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/config"
	"pinward/internal/render"
	"pinward/internal/secret"
	"pinward/internal/store/sqlite"
)

// A session is one run of the program: its World, its global flags and, once a
// command asked for them, its configuration and its store.
type session struct {
	World
	globals globals
	config  *config.Config
	store   *sqlite.Store
	output  *outputFile

	opened   *app.App  // that the command works with; nil: none yet
	openedAt time.Time // whatever the command owes, it owes later
	sends    bool      // --send-now
}

// sources gives where the configuration is read from.
func (s *session) sources() config.Sources {
	return config.Sources{File: s.globals.Config, Flags: s.globals.set(), Env: s.Env, Root: s.Root}
}

// configure loads the configuration once.
func (s *session) configure() (config.Config, error) {
	if s.config != nil {
		return *s.config, nil
	}
	c, err := config.Load(s.sources())
	if err != nil {
		return config.Config{}, &access.Error{Kind: access.ErrUsage, Code: "config_invalid", Text: err.Error(), Hint: "see: pinward config show --help"}
	}
	s.config = &c
	return c, nil
}

// open opens the store and its keyring, and proves that they belong together.
func (s *session) open(ctx context.Context) (*app.App, error) {
	if _, err := s.format(); err != nil {
		return nil, err
	}
	c, err := s.configure()
	if err != nil {
		return nil, err
	}
	if s.store, err = sqlite.Open(ctx, c.Store); err != nil {
		return nil, err
	}
	keys, err := secret.LoadKeyring(c.Keyring)
	if err != nil {
		return nil, err
	}
	a := s.app(keys)
	if err := a.CheckKey(ctx); err != nil {
		return nil, err
	}
	s.opened, s.openedAt = a, s.Now()
	return a, nil
}

// app makes the use cases over the session's store.
func (s *session) app(keys *secret.Keyring) *app.App {
	return app.New(app.Deps{Store: s.store, Keys: keys, Hasher: s.Hasher, Now: s.Now, Random: s.Random})
}

// close ends what the session opened. A store that cannot be closed may not
// have kept what it said it kept.
func (s *session) close() error {
	var storeErr, outputErr error
	if s.store != nil {
		storeErr = s.store.Close()
	}
	if s.output != nil {
		outputErr = s.output.discard()
	}
	return errors.Join(storeErr, outputErr)
}

// format gives the output format of this run.
func (s *session) format() (render.Format, error) {
	c, err := s.configure()
	if err != nil {
		return "", err
	}
	return s.globals.format(c.Output)
}

// say writes words for people, unless they asked for quiet.
func (s *session) say(format string, args ...any) {
	if !s.globals.Quiet {
		_, _ = fmt.Fprintf(s.Err, format+"\n", args...)
	}
}

// warn writes a warning, quiet or not.
func (s *session) warn(format string, args ...any) {
	_, _ = fmt.Fprintf(s.Err, "warning: "+format+"\n", args...)
}
