package cmd

import (
	"context"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
)

// mailAge is how long the oldest mail may wait before somebody should look.
const mailAge = time.Hour

// examineMail looks at what people are owed and were not told.
func (s *session) examineMail(ctx context.Context, a *app.App) []diagnosis {
	box, err := a.Outbox(ctx, s.Operator)
	if err != nil {
		return []diagnosis{failed("mail", err)}
	}
	var all []diagnosis
	if box.Dead > 0 {
		all = append(all, diagnosis{
			Check: "mail", Text: count(box.Dead, "mail") + " given up",
			Hint: "pinward mail queue --state dead says why; pinward mail retry --dead",
		})
	}
	return append(all, s.examineDelivery(box))
}

func (s *session) examineDelivery(box app.Outbox) diagnosis {
	_, err := s.courier()
	waits := count(box.Waiting, "mail") + " wait"
	if box.Waiting == 1 {
		waits += "s"
	}
	switch off := access.CodeOf(err) == "mail_off"; {
	case off && box.Waiting > 0:
		return diagnosis{Check: "mail", Text: "mail is off, and " + waits + ": nobody is told", Hint: "name the mail server in the configuration: mail.delivery, mail.from, mail.host"}
	case off:
		return diagnosis{Check: "mail", OK: true, Text: "off, and nobody is owed one"}
	case err != nil:
		return failed("mail", err)
	case box.Waiting > 0 && s.Now().Sub(box.OldestAt) >= mailAge:
		return diagnosis{
			Check: "mail", Text: waits + ", the oldest since " + utc(box.OldestAt),
			Hint: "let pinward serve run, or cron every minute: pinward mail flush",
		}
	}
	return diagnosis{Check: "mail", OK: true, Text: waits}
}
