package cmd

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
)

type alertsRespondOptions struct {
	choiceOptions
	Contain bool
	Suspend bool
	Account string
}

func newAlertsRespond(s *session) *cobra.Command {
	var opts alertsRespondOptions
	c := &cobra.Command{
		Use:   "respond NO|--account LOGIN|--group G|--school CODE|--from FILE --contain",
		Short: "Contain an incident: put whoever knows password and PIN out",
		Long: `Contain an incident, in one go: the PINs are cleared, all devices are revoked,
open logins, codes and passes end, and the open and disputed alerts of the
accounts are closed. Nobody gets in without the set-up code, which is shown once,
here; hand it over in person. Accounts that never had a PIN need one as well. With
--suspend nobody gets in at all, and no code is made.

The owners and the school are told by mail. Portals are told to advise a change
of the password until one tells of a newer password. What is left to do is listed
at the end.

Several accounts are shown with -n, and changed after a confirmation.`,
		Example: `  pinward alerts respond 12 --contain --reason "the family says it was not them"
  pinward alerts respond --account lea.martin --contain --suspend --reason "seen for sale"
  pinward alerts respond --group 3A --contain -n
  pinward alerts respond --from logins.txt --contain --reason "list published" --max-affected 200 --yes`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.alertsRespond(c.Context(), opts, first(args))
		},
	}
	opts.add(c, s)
	c.Flags().BoolVar(&opts.Contain, "contain", false, "take PINs and all trust away")
	c.Flags().BoolVar(&opts.Suspend, "suspend", false, "suspend the accounts as well")
	c.Flags().StringVar(&opts.Account, "account", "", "the account of that `LOGIN`")
	return c
}

// request gives what package app understands, and the lines of the file.
func (o alertsRespondOptions) request(s *session, number string) (app.Contain, loginLines, error) {
	req := app.Contain{
		Alert: number, Group: o.Group, School: o.School, Suspend: o.Suspend, Reason: s.globals.Reason, Bulk: o.bulk(),
	}
	if !o.Contain {
		return req, nil, access.Usage("respond: how is not clear", "give --contain")
	}
	if o.Account != "" {
		o.Logins = []string{o.Account}
	}
	ways := o.ways()
	if number != "" {
		ways++
	}
	if ways != 1 {
		return req, nil, access.Usage("respond: for whom is not clear", "give the NO of an alert, or --account, or --group and --school, or --from FILE")
	}
	var lines loginLines
	var err error
	req.Logins, lines, err = o.read(s)
	return req, lines, err
}

func (s *session) alertsRespond(ctx context.Context, opts alertsRespondOptions, number string) error {
	// As for pin reset, the file is read before the store is opened.
	req, lines, err := opts.request(s, number)
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	if !opts.DryRun {
		if req.Reason, err = s.reason(ctx, "contain the incident"); err != nil {
			return err
		}
	}
	var contained []app.ResetItem
	err = s.many(ctx, opts.choiceOptions, lines, manyVerb{
		several: req.Bulk,
		plan:    func() ([]app.ResetItem, error) { return a.PlanContain(ctx, s.Operator, req) },
		run: func(logins []string) (_ []app.ResetItem, err error) {
			if logins != nil {
				req.Logins, req.Group, req.School = logins, "", "" // what was confirmed, and no more
			}
			contained, err = a.Contain(ctx, s.Operator, req)
			return contained, err
		},
		question: "Clear the PIN of %s, revoke all their devices and end their logins?",
		done:     "contained", none: "no accounts to contain", lost: "the accounts are contained, but not all codes were shown; make new ones with pin reset",
		columns: containColumns(req.Suspend), codes: !req.Suspend,
		made: func(item app.ResetItem) map[string]any {
			return map[string]any{
				"login": item.Login, "name": item.Name, "group": orNil(item.Group), "alerts": item.Alerts,
				"setup_code": orNil(item.Code.Reveal()), "expires_at": timeOrNil(item.ExpiresAt),
			}
		},
	})
	contained = slices.DeleteFunc(contained, func(item app.ResetItem) bool { return item.Err != nil })
	if len(contained) > 0 {
		s.tell("%s", checklist(contained, req.Suspend))
	}
	return err
}

func timeOrNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// containColumns shows a contained account.
func containColumns(suspended bool) []column[app.ResetItem] {
	type row = app.ResetItem
	columns := resetColumns()
	if suspended {
		columns = columns[:3]
	}
	return append(columns, column[row]{Key: "alerts", Title: "ALERTS CLOSED", Value: func(r row) any { return r.Alerts }})
}

// checklist says what was done and what is left to people.
func checklist(contained []app.ResetItem, suspended bool) string {
	lines := []string{
		"",
		"Done: PINs cleared, devices revoked, logins, codes and passes ended, alerts closed; owners and school are told by mail where they have an address (pinward mail queue).",
		"To do:",
	}
	whose := "LOGIN"
	if len(contained) == 1 {
		whose = contained[0].Login
	}
	steps := []string{
		"Have the password changed in the portal: whoever knew it still knows it.",
		"Speak to the person: what did they see, from where do they log in, who may know the password?",
	}
	if suspended {
		steps = append(steps, "When it is over: pinward account restore "+whose+" --reason TEXT, then pinward pin reset "+whose+" for a set-up code.")
	} else {
		steps = append(steps, "Hand the set-up code over in person, to nobody else, and not by the mailbox that may be open to others.")
	}
	steps = append(steps,
		"Look at what happened: pinward report incident "+whose+" --since 30d -o html --output-file incident.html",
		"Keep the evidence: pinward login list --account "+whose+" -o csv, pinward audit list -o csv.",
		"Tell whom your school must tell: the head, the data protection officer, the authority where people are at risk.",
	)
	for _, step := range steps {
		lines = append(lines, "  - "+step)
	}
	return strings.Join(lines, "\n")
}
