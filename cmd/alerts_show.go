package cmd

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"pinward/internal/render"
	"pinward/internal/store"
)

func newAlertsShow(s *session) *cobra.Command {
	return &cobra.Command{
		Use:     "show NO",
		Short:   "Show one alert, and the others of its incident",
		Example: `  pinward alerts show 12`,
		Args:    cobra.ExactArgs(1),
		RunE:    func(c *cobra.Command, args []string) error { return s.alertsShow(c.Context(), args[0]) },
	}
}

func (s *session) alertsShow(ctx context.Context, number string) error {
	format, err := s.format()
	if err != nil {
		return err
	}
	a, err := s.open(ctx)
	if err != nil {
		return err
	}
	alert, incident, err := a.Alert(ctx, s.Operator, number)
	if err != nil {
		return err
	}
	if format != render.Table {
		return show(s, alertColumns(), alert)
	}
	o := s.renderOptions(format)
	if o.Zone, err = s.zoneOf(ctx, a, alert.School); err != nil {
		return err
	}
	return s.write(func(w io.Writer) error {
		if err := render.WriteOne(w, o, alertPage(), alert); err != nil {
			return err
		}
		if len(incident) < 2 {
			return nil
		}
		if _, err := fmt.Fprintf(w, "\nThe incident has %d alerts:\n\n", len(incident)); err != nil {
			return err
		}
		return render.Write(w, s.renderOptions(format), alertColumns(), rows(incident))
	})
}

// alertPage shows every field that has a value for people.
func alertPage() []column[store.AlertRow] {
	titles := map[string]string{
		"user_agent": "USER AGENT", "device_id": "DEVICE", "incident_id": "INCIDENT", "school": "SCHOOL",
		"login_number": "LOGIN NO", "answered_at": "ANSWERED", "answered_by": "BY", "answer": "ANSWER",
	}
	columns := alertColumns()
	for i, c := range columns {
		if title, ok := titles[c.Key]; ok {
			columns[i].Title = title
		}
	}
	return columns
}
