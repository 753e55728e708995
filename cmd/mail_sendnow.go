package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"pinward/internal/app"
	"pinward/internal/render"
)

// sendNow gives a command that owes notices the flag that sends them at once.
func (s *session) sendNow(c *cobra.Command) *cobra.Command {
	c.Flags().BoolVar(&s.sends, "send-now", false, "send the mails that this owes at once, not by the next \"mail flush\"")
	return c
}

// sendOwed sends what the command has owed, after all else. The change is
// committed: that a mail could not be sent is worth a warning only, and the next
// flush sends it.
func (s *session) sendOwed(ctx context.Context) {
	if !s.sends || s.opened == nil {
		return
	}
	done, err := s.flushMail(ctx, s.opened, app.Flush{Since: s.openedAt})
	if err == nil {
		err = flushFailure(done)
	}
	if err != nil {
		s.warn("the mails are not all sent: %s", render.Safe(err.Error()))
		return
	}
	s.say("%s", flushedWords(done))
}
