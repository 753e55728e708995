package cmd

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/store"
)

type mailQueueOptions struct {
	logFilter
	State string
	All   bool
}

func newMailQueue(s *session) *cobra.Command {
	var opts mailQueueOptions
	c := &cobra.Command{
		Use:   "queue",
		Short: "List the mails that wait and those that were given up",
		Long: `List the mails that wait to be sent and those that were given up, oldest first;
with --all also what was sent, what a digest told instead, and what people see
on the pages only. Addresses are shown in part, and no text of a mail is.`,
		Example: `  pinward mail queue
  pinward mail queue --state dead
  pinward mail queue --account lea.martin --all`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return s.mailQueue(c.Context(), opts) },
	}
	opts.add(c, s)
	var names []string
	for _, state := range access.NoticeStates() {
		names = append(names, string(state))
	}
	c.Flags().Var(newChoice(&opts.State, names...), "state", "in that `STATE`: waiting, sent, dead, digested or unmailed")
	complete(c, "state", names...)
	c.Flags().BoolVar(&opts.All, "all", false, "in whatever state")
	return c
}

func (o mailQueueOptions) query(s *session) (app.NoticeQuery, error) {
	q := app.NoticeQuery{Login: o.Login, School: o.School}
	switch {
	case o.State != "" && o.All:
		return q, access.Usage("--all goes without --state", "give one of them")
	case o.State != "":
		q.States = []access.NoticeState{access.NoticeState(o.State)}
	case !o.All:
		q.States = []access.NoticeState{access.NoticeWaiting, access.NoticeDead}
	}
	if o.Since == "" {
		return q, nil
	}
	span, err := parseSpan("--since", o.Since)
	q.Since = s.Now().Add(-span)
	return q, err
}

func (s *session) mailQueue(ctx context.Context, opts mailQueueOptions) error {
	q, err := opts.query(s)
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	notices := each(func(yield func(store.NoticeRow) error) error {
		return a.Notices(ctx, s.Operator, q, yield)
	})
	return list(s, noticeColumns(), notices, "no mails")
}

// noticeColumns shows how the mail of a notice stands.
func noticeColumns() []column[store.NoticeRow] {
	type row = store.NoticeRow
	return []column[row]{
		{Key: "id", Title: "ID", Whole: true, Value: func(r row) any { return r.ID }},
		{Key: "at", Title: "OWED", Value: func(r row) any { return r.At }},
		{Key: "kind", Title: "KIND", Whole: true, Value: func(r row) any { return string(r.Kind) }},
		{Key: "login", Title: "LOGIN", Whole: true, Spare: 1, Value: func(r row) any { return orNil(r.Login) }},
		{Key: "school", Title: "", Value: func(r row) any { return r.School }},
		{Key: "to", Title: "TO", Whole: true, Spare: 2, Value: func(r row) any { return orNil(maskedAddress(r.Address)) }},
		{Key: "state", Title: "STATE", Whole: true, Value: func(r row) any { return string(r.State) }},
		{Key: "tries", Title: "TRIES", Spare: 4, Value: func(r row) any { return r.Tries }},
		{Key: "next_at", Title: "NEXT TRY", Spare: 3, Value: func(r row) any { return nextTry(r.Notice) }},
		{Key: "sent_at", Title: "", Value: func(r row) any { return r.SentAt }},
		{Key: "seen_at", Title: "", Value: func(r row) any { return r.SeenAt }},
		{Key: "last_error", Title: "LAST ERROR", Value: func(r row) any { return orNil(r.LastError) }},
	}
}

// nextTry gives when a mail is tried next, zero where it never is.
func nextTry(n access.Notice) time.Time {
	if n.State != access.NoticeWaiting {
		return time.Time{}
	}
	return n.NextAt
}
