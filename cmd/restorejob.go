package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/backup"
	"pinward/internal/secret"
	"pinward/internal/store"
	"pinward/internal/store/sqlite"
)

// A restoreJob is one backup on its way to becoming the store. It works on a
// private copy beside the store: the backup itself is read once and never
// written.
type restoreJob struct {
	*session
	file   string       // the backup
	folder string       // private
	held   *sqlite.Held // the store that is replaced; nil where none can be opened
	aside  string       // where it is kept; "" where there was none
}

func (j *restoreJob) draft() string { return filepath.Join(j.folder, "pinward.db") }

// clean removes the private copy.
func (j *restoreJob) clean() {
	if j.folder != "" {
		_ = os.RemoveAll(j.folder)
	}
}

// fetch copies the backup, opened where it is sealed, into the private folder.
func (j *restoreJob) fetch(identity string) error {
	if j.isOwn(j.file) {
		return access.Refused("backup_target", fmt.Sprintf("restore %s: that is a file that pinward works with", j.file), "name a backup")
	}
	for _, suffix := range []string{"-wal", "-journal"} {
		// What is in the log is no part of the file yet.
		if info, err := os.Stat(j.file + suffix); err == nil && info.Size() > 0 {
			return access.Refused("backup_in_use", fmt.Sprintf("restore %s: a store that was not closed, with a log beside it", j.file),
				"make a backup of it first: pinward --store "+j.file+" store backup FILE")
		}
	}
	from, err := os.Open(j.file)
	if err != nil {
		return unreadableInput(j.file, err)
	}
	defer from.Close()
	if info, err := from.Stat(); err != nil || !info.Mode().IsRegular() {
		return unreadableInput(j.file, errors.Join(err, errors.New("not a regular file")))
	}
	content, err := backup.Open(from, identity)
	if err != nil {
		return fmt.Errorf("restore %s: %w", j.file, err)
	}
	if err := os.MkdirAll(filepath.Dir(j.config.Store), 0o700); err != nil {
		return outputError(err)
	}
	backup.SweepFolders(filepath.Dir(j.config.Store), restoreFolder, j.Now())
	if j.folder, err = os.MkdirTemp(filepath.Dir(j.config.Store), restoreFolder+"*"); err != nil {
		return outputError(err)
	}
	to, err := os.OpenFile(j.draft(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return outputError(err)
	}
	if _, err = io.Copy(to, content); err != nil {
		err = fmt.Errorf("restore %s: %w", j.file, err)
	}
	return outputError(errors.Join(err, to.Chmod(0o600), to.Close()))
}

func unreadableInput(path string, err error) error {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return access.Refused("input_unreadable", fmt.Sprintf("read %s: %v", path, err), "name a backup")
}

// open opens the draft, which the session closes like a store.
func (j *restoreJob) open(ctx context.Context, keys *secret.Keyring) (*app.App, error) {
	var err error
	if j.store, err = sqlite.OpenBackup(ctx, j.draft()); err != nil {
		return nil, j.named(err)
	}
	return j.app(keys), nil
}

// named words an error about the draft as one about the backup.
func (j *restoreJob) named(err error) error {
	var e *access.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("backup %s: %w", j.file, err)
	}
	hint := e.Hint
	if errors.Is(err, access.ErrDamaged) || e.Code == "store_foreign" {
		hint = "nothing was changed; take another backup"
	}
	text := strings.ReplaceAll(err.Error(), "store "+j.draft()+": ", "")
	return &access.Error{Kind: e.Kind, Code: e.Code, Text: fmt.Sprintf("backup %s: %s", j.file, text), Hint: hint}
}

// run makes the draft ready and puts it in the store's place.
func (j *restoreJob) run(ctx context.Context, a *app.App) (app.Restored, error) {
	if err := j.hold(ctx); err != nil {
		return app.Restored{}, err
	}
	var old store.Viewer
	if j.held != nil && j.held.Readable {
		old = j.held
	}
	done, err := a.RestoreBackup(ctx, j.Operator, old)
	if err == nil {
		err = j.replace(ctx)
	}
	return done, errors.Join(err, j.release())
}

// hold takes the store that is to be replaced for this process alone, if there
// is one that can be opened.
func (j *restoreJob) hold(ctx context.Context) error {
	if _, err := os.Lstat(j.config.Store); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var err error
	j.held, err = sqlite.Hold(ctx, j.config.Store)
	switch {
	case access.CodeOf(err) == "store_foreign":
		return &access.Error{
			Kind: access.ErrUnusable, Code: "store_foreign",
			Text: fmt.Sprintf("restore to %s: not a pinward store", j.config.Store), Hint: "move it away, or name another place with --store",
		}
	case errors.Is(err, access.ErrDamaged), err == nil && !j.held.Readable:
		j.warn("the store that is replaced cannot be read: wrong PINs and suspensions since the backup are lost")
		return nil
	}
	return err
}

// freeAside gives a name for the old store that nothing has: a restore that was
// killed may have kept it already.
func (j *restoreJob) freeAside() string {
	base := j.config.Store + ".before-restore-" + backup.Stamp(j.Now())
	for aside, n := base, 2; ; aside, n = fmt.Sprintf("%s-%d", base, n), n+1 {
		if _, err := os.Lstat(aside); errors.Is(err, os.ErrNotExist) {
			return aside
		}
	}
}

// release lets others use the store again.
func (j *restoreJob) release() error {
	held := j.held
	if j.held = nil; held == nil {
		return nil
	}
	return held.Close()
}

// replace closes the draft and puts it in the store's place: into the same file
// where that is sound, so that programs that wait for it find what it became.
func (j *restoreJob) replace(ctx context.Context) error {
	draft := j.store
	j.store = nil
	if err := errors.Join(draft.Close(), sqlite.Settle(ctx, j.draft())); err != nil {
		return err
	}
	aside := j.freeAside()
	if j.held != nil {
		err := j.held.CopyTo(ctx, aside)
		if err == nil {
			j.aside = aside
			return j.held.Overwrite(ctx, j.draft())
		}
		if !errors.Is(err, access.ErrDamaged) {
			return err
		}
		if err := j.release(); err != nil {
			return err
		}
	}
	if _, err := os.Lstat(j.config.Store); err == nil {
		j.aside = aside
	}
	return sqlite.PutInPlace(j.draft(), j.config.Store, aside)
}
