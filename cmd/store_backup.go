package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/backup"
)

// toStdout is the name by which standard output is a backup's target.
const toStdout = "-"

type backupOptions struct {
	File       string
	Recipients []string
	Keep       int
}

func newStoreBackup(s *session) *cobra.Command {
	var opts backupOptions
	c := &cobra.Command{
		Use:   "backup FILE|-",
		Short: "Write a copy of the store that was read again and found sound",
		Long: `Write a copy of the store into FILE, or to standard output, while it is in use.
The copy is opened again and read whole before it takes its name: FILE is the
whole backup or what it was before. The keyring is never part of it: keep its
copy elsewhere, since with both PINs can be guessed.

With --keep 14 the time stands in the name (pinward-20260302T080000Z.db), and the
oldest of these in that folder are removed until 14 are left. With
--age-recipient the backup is sealed, so that it may lie with strangers; keep the
age identity that opens it where the keyring's copy is.`,
		Example: `  pinward store backup /var/backups/pinward.db --keep 14
  pinward store backup --age-recipient age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p pinward.db.age
  pinward store backup - | ssh backup.example.org 'cat > pinward.db'`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.File = args[0]
			if opts.Keep == 0 && c.Flags().Changed("keep") {
				opts.Keep = -1
			}
			return s.storeBackup(c.Context(), opts)
		},
	}
	c.Flags().StringArrayVar(&opts.Recipients, "age-recipient", nil, "seal it to this `PUBLIC KEY` of age; repeat for more")
	c.Flags().IntVar(&opts.Keep, "keep", 0, "keep `N` backups, each named after its time")
	return c
}

func (s *session) storeBackup(ctx context.Context, opts backupOptions) error {
	recipients, err := backup.ParseRecipients(opts.Recipients)
	if err != nil {
		return err
	}
	if err := s.checkBackupOptions(opts); err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	job := &backupJob{session: s, named: opts.File, target: opts.File, recipients: recipients}
	if opts.Keep > 0 {
		job.target = backup.Stamped(opts.File, s.Now())
	}
	if err := job.check(ctx); err != nil {
		return err
	}
	defer job.clean()
	head, err := a.BackUp(ctx, s.Operator, app.Backup{Copy: job.copy, Place: job.place})
	if err != nil {
		return err
	}
	if opts.File == toStdout {
		s.say("The backup is written (audit head %s).", head)
		return nil
	}
	var removed []string
	if opts.Keep > 0 {
		removed, err = backup.Rotate(opts.File, opts.Keep, job.target)
	}
	return errors.Join(s.sayBackup(job, head, removed), notRemoved(err))
}

func (s *session) checkBackupOptions(opts backupOptions) error {
	_, err := s.format()
	switch {
	case err != nil:
		return err
	case opts.File == "":
		return access.Usage("store backup: no file named", "name a file, or - for standard output")
	case opts.Keep < 0:
		return access.Usage("--keep: not a number of backups", "give 1 or more")
	case opts.Keep > 0 && isFolder(opts.File):
		return access.Usage(fmt.Sprintf("store backup %s: a folder", opts.File), "name a file in it, such as "+filepath.Join(opts.File, "pinward.db"))
	case opts.File != toStdout && s.globals.OutputFile != "":
		return access.Usage("store backup: --output-file and FILE", "name the file once")
	case opts.File != toStdout:
		return nil
	case opts.Keep > 0:
		return access.Usage("--keep goes with a file", "name a file instead of -")
	case s.OutTTY && s.globals.OutputFile == "":
		return access.Usage("store backup: standard output is a terminal", "name a file, or lead the output into a program or file")
	}
	return nil
}

func (s *session) sayBackup(job *backupJob, head app.AuditHead, removed []string) error {
	item := changeItem{Target: job.target, Result: resultChanged, Made: map[string]any{
		"bytes": job.bytes, "sealed": len(job.recipients) > 0, "audit_head": head.String(), "removed": append([]string{}, removed...),
	}}
	if filepath.Dir(absolute(job.target)) == filepath.Dir(absolute(s.config.Keyring)) {
		s.warn("the keyring lies in the folder of the backup: whoever gets both can guess PINs")
	}
	also := ""
	if len(removed) > 0 {
		also = fmt.Sprintf("; %s removed", count(len(removed), "old backup"))
	}
	return s.changed(item, "Backed up to %s (audit head %s)%s.", job.target, head, also)
}

// notRemoved words what kept old backups from being removed: the new one is made.
func notRemoved(err error) error {
	if err == nil {
		return nil
	}
	return &access.Error{
		Kind: access.ErrPartial, Code: "backup_not_removed",
		Text: "remove old backups: " + err.Error(), Hint: "the new backup is made; look at the folder's owner and mode",
	}
}

// isFolder reports whether a path names a folder, be it one that is not there.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() || strings.HasSuffix(path, string(filepath.Separator))
}

// absolute gives a path that can be compared; without a working folder it stays.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// ownFiles lists what a backup must never be written over, be it with --yes.
func (s *session) ownFiles() []string {
	files := []string{s.config.Keyring}
	if s.config.File != "" {
		files = append(files, s.config.File)
	}
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		files = append(files, s.config.Store+suffix)
	}
	return files
}

// isOwn reports whether a path is one of pinward's own files, by whatever name.
func (s *session) isOwn(path string) bool {
	info, err := os.Stat(path)
	for _, own := range s.ownFiles() {
		ownInfo, ownErr := os.Stat(own)
		if err == nil && ownErr == nil && os.SameFile(info, ownInfo) {
			return true
		}
		if absolute(path) == absolute(own) {
			return true
		}
	}
	return false
}
