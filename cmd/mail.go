package cmd

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/i18n"
	"pinward/internal/mail"
	"pinward/internal/secret"
)

func newMail(s *session) *cobra.Command {
	return group("mail", "Send the mails that people are owed",
		newMailQueue(s), newMailFlush(s), newMailRetry(s), newMailTest(s))
}

// courier makes what delivers mails, as the configuration says.
func (s *session) courier() (*mail.Courier, error) {
	c, err := s.configure()
	if err != nil {
		return nil, err
	}
	m := c.Mail
	var password access.Secret
	if m.User != "" && m.Delivery == mail.BySMTP {
		if password, err = secret.LoadPassword(m.PasswordFile); err != nil {
			return nil, err
		}
	}
	return mail.NewCourier(mail.Settings{
		Delivery: m.Delivery, From: m.From, Host: m.Host, Port: m.Port, TLS: m.TLS, User: m.User,
		PasswordFile: m.PasswordFile, Folder: m.Folder, Timeout: m.Timeout, CAFile: m.CAFile,
	}, password)
}

// flushMail sends what is due by the courier of the configuration.
func (s *session) flushMail(ctx context.Context, a *app.App, f app.Flush) (app.Flushed, error) {
	courier, err := s.courier()
	if err != nil {
		return app.Flushed{}, err
	}
	if f.PerHour, err = s.mailsPerHour(); err != nil {
		return app.Flushed{}, err
	}
	f.Timeout = courier.Timeout() + courierSlack
	f.MessageID = func(n access.Notice) string { return mail.MessageID(n, courier.From()) }
	f.Deliver = func(ctx context.Context, m app.Mail) error {
		message, err := mail.Compose(told(m), recipient(m), m.Secret, courier.From())
		if err != nil {
			return err
		}
		return courier.Deliver(ctx, message)
	}
	done, err := a.FlushMail(ctx, s.Operator, f)
	if closeErr := courier.Close(); err == nil {
		err = closeErr
	}
	return done, err
}

// courierSlack is how much later than the courier itself a flush gives a mail up,
// so that it is the courier that says what went wrong.
const courierSlack = 10 * time.Second

// told gives the notice of a mail; that of a digest says what it folds.
func told(m app.Mail) access.Notice {
	n := m.Notice
	if len(m.Folded) == 0 {
		return n
	}
	n.Facts.Items = nil
	for _, one := range m.Folded {
		n.Facts.Items = append(n.Facts.Items, mail.Line(one, m.School.Location()))
	}
	if rest := n.Facts.Count - len(m.Folded); rest > 0 {
		n.Facts.Items = append(n.Facts.Items, i18n.More(n.Lang, rest))
	}
	return n
}

func recipient(m app.Mail) mail.Recipient {
	r := mail.Recipient{
		Login: m.Account.Login, School: m.School.Name, Contact: m.School.Contact, Location: m.School.Location(),
	}
	if !m.Notice.ToSchool {
		r.Name = strings.TrimSpace(m.Account.GivenName + " " + m.Account.FamilyName)
	}
	return r
}

// maskedAddress shows of an address what tells it from others.
func maskedAddress(address string) string {
	name, domain, found := strings.Cut(address, "@")
	if !found {
		return ""
	}
	for _, first := range name {
		return string(first) + "…@" + domain
	}
	return "…@" + domain
}

// mailsPerHour gives how many mails an address gets in an hour before the rest
// becomes a digest.
func (s *session) mailsPerHour() (int, error) {
	n, err := strconv.Atoi(s.config.Mail.MaxPerHour)
	if err != nil || n < 1 || n > 10_000 {
		return 0, access.Usage("mail.max_per_hour: not a number from 1 to 10000", "")
	}
	return n, nil
}
