package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"pinward/internal/access"
	"pinward/internal/backup"
	"pinward/internal/store"
	"pinward/internal/store/sqlite"
)

// The private folders beside the store, behind which a number stands.
const (
	backupFolder  = ".backup-"
	restoreFolder = ".restore-"
)

// A backupJob is one backup on its way to its target. An open one is written
// into the file that takes the target's name in the end. One that is sealed or
// goes to standard output is first written beside the store, where a copy of the
// store may lie as the store does, and nowhere else.
type backupJob struct {
	*session
	named      string // as the user named the target
	target     string
	recipients backup.Recipients
	folder     string // private; "" where the copy is written beside the target
	file       *outputFile
	bytes      int64
}

// check refuses targets that a backup must not, or must not yet, replace.
func (j *backupJob) check(ctx context.Context) error {
	if j.target == toStdout {
		return nil
	}
	if j.isOwn(j.target) {
		return access.Refused("backup_target", fmt.Sprintf("back up to %s: that is a file that pinward works with", j.target), "name another file")
	}
	if _, err := os.Lstat(j.target); err != nil {
		return nil
	}
	return j.confirmOr(ctx, fmt.Sprintf("Replace %s?", j.target), "name another file, or repeat the command with --yes")
}

// copy writes the copy and opens it for reading.
func (j *backupJob) copy(ctx context.Context) (store.Store, error) {
	path, err := j.prepare()
	if err != nil {
		return nil, err
	}
	if err := j.store.CopyTo(ctx, path); err != nil {
		return nil, err
	}
	copied, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open the copy: %w", err)
	}
	return copied, nil
}

// prepare makes the empty, private file that the copy goes into.
func (j *backupJob) prepare() (string, error) {
	backup.SweepFolders(filepath.Dir(j.config.Store), backupFolder, j.Now())
	if j.target != toStdout {
		backup.Sweep(j.named, j.Now())
		file, err := newOutputFile(j.target)
		if err != nil {
			return "", err
		}
		j.file, j.output = file, file
	}
	if j.target != toStdout && len(j.recipients) == 0 {
		// A umask may have taken even the owner's bits.
		return j.file.temp.Name(), outputError(j.file.temp.Chmod(0o600))
	}
	var err error
	if j.folder, err = os.MkdirTemp(filepath.Dir(j.config.Store), backupFolder+"*"); err != nil {
		return "", outputError(err)
	}
	path := filepath.Join(j.folder, "pinward.db")
	return path, outputError(os.WriteFile(path, nil, 0o600))
}

// place puts the copy where it belongs, sealed where that was asked.
func (j *backupJob) place(context.Context) error {
	if j.target == toStdout {
		// Else a reader that goes away ends the program with its copy left behind.
		signal.Ignore(syscall.SIGPIPE)
		return j.write(j.deliver)
	}
	if j.folder != "" {
		if err := j.deliver(j.file.temp); err != nil {
			return outputError(err)
		}
	}
	info, err := j.file.temp.Stat()
	if err != nil {
		return outputError(err)
	}
	j.bytes = info.Size()
	j.output = nil
	return j.file.commit()
}

// deliver copies the private copy to w.
func (j *backupJob) deliver(w io.Writer) error {
	f, err := os.Open(filepath.Join(j.folder, "pinward.db"))
	if err != nil {
		return err
	}
	defer f.Close()
	if len(j.recipients) > 0 {
		return j.recipients.Seal(w, f)
	}
	_, err = io.Copy(w, f)
	return err
}

// clean removes the private copy.
func (j *backupJob) clean() {
	if j.folder != "" {
		_ = os.RemoveAll(j.folder)
	}
}
