package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"

	"pinward/internal/access"
	"pinward/internal/config"
	"pinward/internal/secret"
	"pinward/internal/store/sqlite"
)

// A creation makes a keyring, a configuration and a store, and puts them in
// their places in that order: the store's name comes last, and says that all is
// there. See docs/adr/0028 for what a kill leaves at each step.
type creation struct {
	paths                  config.Config
	store, keyring, config *stage
	keys                   *secret.Keyring
	adopted                bool // the keyring is in its place since an init that was killed
}

// create makes the three files, all or none.
func (s *session) create(ctx context.Context, paths config.Config, schools []access.School) (err error) {
	c := creation{
		paths: paths, store: stageOf(paths.Store, "store_io"),
		keyring: stageOf(paths.Keyring, "key_unwritable"), config: stageOf(paths.File, "config_unwritable"),
	}
	if err := c.refuse(); err != nil {
		c.sweep()
		return err
	}
	defer func() { err = errors.Join(err, c.end(err)) }()
	for _, stage := range c.stages() {
		if err := stage.open(); err != nil {
			return err
		}
	}
	if err := c.refuse(); err != nil { // another init may have ended meanwhile
		return err
	}
	if err := c.chooseKeys(ctx, s); err != nil {
		return err
	}
	if err := c.writeOthers(); err != nil {
		return err
	}
	if err := c.makeStore(ctx, s, schools); err != nil {
		return err
	}
	return c.putAll()
}

func (c *creation) stages() []*stage { return []*stage{c.store, c.keyring, c.config} }

// refuse finds what must not be overwritten. A keyring or a configuration
// without a store may be what a killed init has left, if its stage is there too.
func (c *creation) refuse() error {
	killed := exists(c.store.whole())
	var named []string
	for _, s := range c.stages() {
		if exists(s.place) && (s == c.store || !killed) {
			return alreadyThere(s.place)
		}
		if slices.Contains(named, s.place) {
			return access.Usage(fmt.Sprintf("init: %s is named twice", s.place), "the store, the keyring and the configuration are three files")
		}
		named = append(named, s.place)
	}
	return nil
}

// sweep removes what an init leaves that is killed after the store had its name.
func (c *creation) sweep() {
	for _, s := range c.stages() {
		if exists(c.store.place) && exists(s.dir) && s.open() == nil {
			_ = s.close() // no harm in it, and not what was asked for
		}
	}
}

// chooseKeys makes a keyring, or adopts the one that a killed init has put in
// its place.
func (c *creation) chooseKeys(ctx context.Context, s *session) (err error) {
	if !exists(c.paths.Keyring) {
		c.keys, err = secret.NewKeyring(s.Random, s.Now())
		return err
	}
	if c.keys, err = secret.LoadKeyring(c.paths.Keyring); err != nil {
		return err
	}
	if c.adopted, err = c.isLeft(ctx, s); err != nil {
		return err
	}
	if !c.adopted {
		return alreadyThere(c.paths.Keyring)
	}
	return nil
}

// isLeft reports whether no store can rest on the keyring but the staged one:
// that opens with it, and was never given another name.
func (c *creation) isLeft(ctx context.Context, s *session) (bool, error) {
	info, err := os.Lstat(c.store.whole())
	if err != nil {
		return false, c.store.fault(err)
	}
	if of, known := info.Sys().(*syscall.Stat_t); !known || of.Nlink != 1 {
		return false, nil
	}
	if s.store, err = sqlite.Open(ctx, c.store.whole()); err != nil {
		return false, err
	}
	err = s.app(c.keys).CheckKey(ctx)
	if closeErr := s.closeStore(); closeErr != nil {
		return false, closeErr
	}
	if code := access.CodeOf(err); code == "key_wrong" || code == "key_unknown" {
		return false, nil
	}
	return err == nil, err
}

// writeOthers writes the keyring and the configuration in their stages.
func (c *creation) writeOthers() error {
	if err := errors.Join(c.keyring.drop(c.keyring.whole()), c.config.drop(c.config.whole())); err != nil {
		return err
	}
	if !c.adopted {
		if err := c.keys.Create(c.keyring.whole()); err != nil {
			return err
		}
	}
	lasting := c.paths
	lasting.Output = "" // a flag of this run
	if err := config.Write(c.config.whole(), lasting); err != nil {
		return &access.Error{Kind: access.ErrUnusable, Code: "config_unwritable", Text: err.Error()}
	}
	if exists(c.paths.File) && !c.config.isPlaced() {
		return alreadyThere(c.paths.File)
	}
	return nil
}

// makeStore makes the store in its stage: half, until it is whole in one file.
func (c *creation) makeStore(ctx context.Context, s *session, schools []access.School) (err error) {
	half := c.store.half()
	if err := c.store.drop(half); err != nil {
		return err
	}
	if s.store, err = sqlite.Create(ctx, half); err != nil {
		return err
	}
	err = s.app(c.keys).Init(ctx, s.Operator, schools)
	if err := errors.Join(err, s.closeStore()); err != nil {
		return err
	}
	if err := sqlite.Settle(ctx, half); err != nil {
		return err
	}
	return c.store.keep()
}

// putAll gives the files their places, or leaves those there that a killed init
// has put there.
func (c *creation) putAll() error {
	if !c.adopted {
		if err := c.keyring.put(); err != nil {
			return err
		}
	}
	if !c.config.isPlaced() {
		if err := c.config.put(); err != nil {
			return err
		}
	}
	return c.store.put()
}

// end clears the stages and, of a creation that failed, what it put in place.
// Then the staged store stays where it is not this run's, or a keyring is in
// place: a later init will need it.
func (c *creation) end(failed error) error {
	if failed == nil || c.store.linked {
		return errors.Join(c.config.close(), c.keyring.close(), c.store.close())
	}
	err := errors.Join(c.config.takeBack(), c.keyring.takeBack(), c.config.close(), c.keyring.close())
	if c.store.kept && !exists(c.paths.Keyring) {
		return errors.Join(err, c.store.close())
	}
	return errors.Join(err, c.store.leave())
}
