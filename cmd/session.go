package cmd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/config"
	"pinward/internal/detect"
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
	flags   map[string]string // of the command that are settings, by key
	kept    bool              // what is written goes to a file, though Out says otherwise

	opened   *app.App  // that the command works with; nil: none yet
	openedAt time.Time // whatever the command owes, it owes later
	sends    bool      // --send-now
}

// sources gives where the configuration is read from.
func (s *session) sources() config.Sources {
	thresholds := map[string]int{}
	for _, t := range detect.Defaults().Settings() {
		thresholds[t.Name] = t.Value
	}
	flags := s.globals.set()
	maps.Copy(flags, s.flags)
	return config.Sources{File: s.globals.Config, Flags: flags, Env: s.Env, Root: s.Root, Detect: thresholds}
}

// configure loads the configuration once.
func (s *session) configure() (config.Config, error) {
	if s.config != nil {
		return *s.config, nil
	}
	c, err := config.Load(s.sources())
	if err != nil {
		return config.Config{}, &access.Error{Kind: access.ErrUsage, Code: "config_invalid", Text: err.Error(), Hint: "correct it, or name another one with --config or PINWARD_CONFIG; pinward init makes a new one"}
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
	return app.New(app.Deps{
		Store: s.store, Keys: keys, Hasher: s.Hasher, Now: s.Now, Random: s.Random, Detect: s.thresholds(),
	})
}

// thresholds gives those of detection that hold in this run.
func (s *session) thresholds() detect.Thresholds {
	if s.config == nil { // a command that makes its store by itself
		return detect.Defaults()
	}
	return detect.Defaults().With(s.config.Detect)
}

// close ends what the session opened. A store that cannot be closed may not
// have kept what it said it kept.
func (s *session) close() error {
	storeErr := s.closeStore()
	var outputErr error
	if s.output != nil {
		outputErr = s.output.discard()
	}
	return errors.Join(storeErr, outputErr)
}

func (s *session) closeStore() error {
	if s.store == nil {
		return nil
	}
	store := s.store
	s.store = nil
	return store.Close()
}

// format gives the output format of this run.
func (s *session) format() (render.Format, error) {
	c, err := s.configure()
	if err != nil {
		return "", err
	}
	format, err := s.globals.format(c.Output)
	if err == nil && format == render.XLSX && s.globals.OutputFile == "" && s.OutTTY {
		err = access.Usage("-o xlsx: a workbook is nothing for a terminal", "give --output-file FILE.xlsx")
	}
	return format, err
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
