package cmd

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"pinward/internal/access"
	"pinward/internal/secret"
)

// keepEvery is how soon a file that was replaced is read.
const keepEvery = time.Second

// A watched is files that are read anew when they were replaced.
type watched struct {
	what   string
	paths  []string
	reload func(context.Context) error
	seen   string // how the files were when they were last read
	failed string // why they could not be read, as it was logged
}

// stamp tells one state of the files from another.
func stamp(paths []string) string {
	var all string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			all += "none;"
			continue
		}
		inode := uint64(0)
		if sys, ok := info.Sys().(*syscall.Stat_t); ok {
			inode = sys.Ino
		}
		all += fmt.Sprintf("%d %d %d;", info.ModTime().UnixNano(), info.Size(), inode)
	}
	return all
}

// keep looks after what changes while the process runs: files that are replaced,
// SIGHUP, and the service manager that wants to hear that the process lives.
func (v *service) keep(ctx context.Context) {
	again := make(chan os.Signal, 1)
	signal.Notify(again, syscall.SIGHUP)
	defer signal.Stop(again)
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-again:
			v.log.Info("asked to read keyring and certificate again")
			v.look(ctx, true)
		case <-tick.C:
			v.look(ctx, false)
			if v.Watchdog > 0 {
				v.notify("WATCHDOG=1")
			}
		}
	}
}

// look reads what was replaced, or everything. What cannot be read leaves things
// as they were, and is tried again.
func (v *service) look(ctx context.Context, all bool) {
	for _, w := range v.watched {
		now := stamp(w.paths)
		if now == w.seen && !all {
			continue
		}
		err := w.reload(ctx)
		if err == nil {
			w.seen, w.failed = now, ""
			v.log.Info(w.what + " was read again")
			continue
		}
		if text := err.Error(); text != w.failed {
			w.failed = text
			v.log.Error(w.what+" cannot be read: the old one stays", "code", access.CodeOf(err), "error", text)
		}
	}
}

// reloadKeys goes on with the keyring as the file has it now, as after a
// rotation.
func (v *service) reloadKeys(ctx context.Context) error {
	keys, err := secret.LoadKeyring(v.config.Keyring)
	if err != nil {
		return err
	}
	a := v.session.app(keys)
	if err := a.CheckKey(ctx); err != nil {
		return err
	}
	v.app.Store(a)
	v.server.Use(a)
	return nil
}

// notify tells the service manager, if there is one.
func (v *service) notify(state string) {
	if v.Notify == nil {
		return
	}
	if err := v.Notify(state); err != nil {
		v.log.Warn("the service manager cannot be told", "state", state, "error", err.Error())
	}
}
