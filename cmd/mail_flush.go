package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
)

func newMailFlush(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "flush",
		Short: "Send the mails that are due",
		Long: `Send the mails that are due, for cron to run every minute. What cannot be
delivered is tried again later and later, for three days. Two runs at once send
no mail twice; one that dies is made up for by the next one after 5 minutes.

Exits 7 where a mail was refused for good or tried for too long (see "mail
queue"), and 9 where no mail could be delivered.`,
		Example: `  pinward mail flush
  pinward mail flush --quiet`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.mailFlush(c.Context()) },
	}
}

func (s *session) mailFlush(ctx context.Context) error {
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	done, err := s.flushMail(ctx, a, app.Flush{})
	if err != nil {
		return err
	}
	machine, err := s.machine()
	if err != nil {
		return err
	}
	if machine {
		if err := s.writeJSON(flushAnswer(done)); err != nil {
			return err
		}
	} else {
		s.say("%s", flushedWords(done))
	}
	return flushFailure(done)
}

// flushAnswer is what a program is told of a flush.
func flushAnswer(f app.Flushed) any {
	return struct {
		Sent     int `json:"sent"`
		PutOff   int `json:"put_off"`
		Dead     int `json:"dead"`
		Digested int `json:"digested"`
		Dropped  int `json:"dropped"`
	}{f.Sent, f.PutOff, f.Dead, f.Digested, f.Dropped}
}

func flushedWords(f app.Flushed) string {
	var words []string
	for _, part := range []struct {
		n    int
		what string
	}{
		{f.Sent, "sent"},
		{f.PutOff, "put off"},
		{f.Dead, "given up"},
		{f.Digested, "left to a digest"},
		{f.Dropped, "too late to be sent"},
	} {
		if part.n > 0 {
			words = append(words, fmt.Sprintf("%s %s", count(part.n, "mail"), part.what))
		}
	}
	if len(words) == 0 {
		return "No mail is due."
	}
	return strings.Join(words, ", ") + "."
}

// flushFailure gives the error of a flush that left something for people to do.
func flushFailure(f app.Flushed) error {
	switch {
	case f.Dead > 0:
		return &access.Error{
			Kind: access.ErrPartial, Code: "mail_dead", Text: "mail flush: " + count(f.Dead, "mail") + " given up",
			Hint: "see why: pinward mail queue --state dead",
		}
	case f.Down != nil:
		return fmt.Errorf("mail flush: %w", f.Down)
	}
	return nil
}
