package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/render"
	"pinward/internal/secret"
)

type restoreOptions struct {
	File     string
	Identity string
}

func newStoreRestore(s *session) *cobra.Command {
	var opts restoreOptions
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the place of the store",
		Long: `Put a backup in the place of the store, or where the store was. First the backup
is read whole: its pages, the seal of every PIN and birth date and the audit
chain, under the present keyring; nothing is changed where any of it is wrong.

What was revoked or used since the backup would come back with it, so every
device is revoked, every login ended and every set-up code voided: people give
their PIN once more. Wrong PINs and suspensions of the store that is replaced are
kept, so that a restore gives nobody tries back. The audit records that are lost
are named, and the old store stays beside, as STORE.before-restore-TIME.

Stop every program that uses the store before.`,
		Example: `  pinward store restore /var/backups/pinward-20260302T080000Z.db
  pinward store restore --age-identity identity.txt pinward.db.age --yes`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.File = args[0]
			return s.storeRestore(c.Context(), opts)
		},
	}
	c.Flags().StringVar(&opts.Identity, "age-identity", "", "`FILE` of the age identity that opens it")
	return c
}

func (s *session) storeRestore(ctx context.Context, opts restoreOptions) error {
	c, err := s.configure()
	if err != nil {
		return err
	}
	if _, err := s.format(); err != nil {
		return err
	}
	keys, err := secret.LoadKeyring(c.Keyring)
	if err != nil {
		return err
	}
	job := &restoreJob{session: s, file: opts.File}
	defer job.clean()
	if err := job.fetch(opts.Identity); err != nil {
		return err
	}
	a, err := job.open(ctx, keys)
	if err != nil {
		return err
	}
	judged, err := a.JudgeBackup(ctx, s.Operator)
	if err != nil {
		return job.named(err)
	}
	if err := job.confirm(ctx, judged); err != nil {
		return err
	}
	done, err := job.run(ctx, a)
	if err != nil {
		return err
	}
	return s.sayRestored(job, judged, done)
}

// confirm asks before a store is replaced; where none is, there is nothing to
// lose.
func (j *restoreJob) confirm(ctx context.Context, judged app.JudgedBackup) error {
	for _, finding := range judged.Findings {
		j.warn("the backup: %s", problemText(finding))
	}
	info, err := os.Lstat(j.config.Store)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return outputError(err)
	case !info.Mode().IsRegular():
		return access.Refused("output_not_a_file", fmt.Sprintf("restore to %s: not a regular file", j.config.Store), "name the store's own file with --store")
	}
	question := fmt.Sprintf("Replace the store %s by the backup of %s (%s)? Every device is revoked.",
		j.config.Store, utc(judged.HeadAt), count(judged.Accounts, "account"))
	return j.confirmOr(ctx, question, "repeat the command with --yes")
}

func (s *session) sayRestored(job *restoreJob, judged app.JudgedBackup, r app.Restored) error {
	item := changeItem{Target: s.config.Store, Result: resultChanged, Ended: &r.Ended, Made: map[string]any{
		"accounts": judged.Accounts, "audit_head": r.Head.String(), "backup_at": judged.HeadAt,
		"codes_voided": r.Ended.Codes, "counters_kept": r.Counters, "suspensions_kept": r.Suspended,
		"portals_kept_revoked": r.Portals,
		"disputes_kept":        r.Disputed, "advice_kept": r.Advised, "resets_kept": r.Resets,
		"lost_from": nil, "lost_to": nil, "kept_as": orNil(job.aside),
	}}
	if r.Lost.To > 0 {
		item.Made["lost_from"], item.Made["lost_to"] = r.Lost.From, r.Lost.To
	}
	if r.OldErr != nil {
		s.warn("%s", render.Safe(r.OldErr.Error()))
	}
	if machine, err := s.machine(); err != nil || machine {
		return errors.Join(err, s.changed(item, ""))
	}
	s.say("Restored %s from %s: %s, as of %s (audit record %d).", s.config.Store, job.file,
		count(judged.Accounts, "account"), utc(judged.HeadAt), r.Head.Seq)
	s.say("%s, %s voided.", endedWords(r.Ended), count(r.Ended.Codes, "set-up code"))
	if r.Portals > 0 {
		s.say("Revoked in the old store, and still so: %s, or keys of it.", count(r.Portals, "portal"))
	}
	if r.Counters+r.Suspended > 0 {
		s.say("Kept from the old store: wrong PINs at %s, %s.", count(r.Counters, "account"), count(r.Suspended, "suspension"))
	}
	if r.Disputed+r.Advised+r.Resets > 0 {
		s.say("Kept from the old store: %s disputed, %s whose password must be changed, %s whose PIN was reset (hand out new codes).",
			count(r.Disputed, "alert"), count(r.Advised, "account"), count(r.Resets, "account"))
	}
	s.say("%s", lostWords(r, job.aside))
	return nil
}

// lostWords names the audit records that the backup lacks.
func lostWords(r app.Restored, aside string) string {
	switch {
	case r.Old.Seq == 0 && aside == "":
		return "There was no store to compare with: hold the audit head that you noted last against this one."
	case r.Old.Seq == 0:
		return "The old store cannot be compared: hold the audit head that you noted last against this one.\nIt is kept as " + aside + "."
	case r.Lost.To == 0:
		return "No audit record is lost. The old store is kept as " + aside + "."
	}
	return fmt.Sprintf("Lost: audit records %d to %d, of %s to %s.\nThe old store is kept, with them, as %s.",
		r.Lost.From, r.Lost.To, utc(r.Lost.FromAt), utc(r.Lost.UntilAt), aside)
}

// utc gives a time in words that leave no doubt about the time zone.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
