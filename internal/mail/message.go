package mail

import (
	"fmt"
	"net/mail"
	"strings"
	"time"

	"pinward/internal/access"
	"pinward/internal/i18n"
)

// A Recipient is whom a notice goes to, as far as its mail says so.
type Recipient struct {
	Name     string         // of the person; empty where the school is written to
	Login    string         // of the account that the notice is about; empty: of none
	School   string         // name of the school
	Contact  string         // whom to ask at the school; empty: said in general words
	Location *time.Location // the school's; nil: UTC
}

// A Message is one mail, ready to be delivered.
type Message struct {
	ID      string // Message-ID without its brackets, such as "n_abc@ecole.example"
	At      time.Time
	From    Sender
	To      string // one address
	Lang    string // "fr" or "en"
	Subject string
	Text    string // the plain part
	HTML    string
}

// A Sender is whom mails come from.
type Sender struct {
	Name    string // empty: the name of the school that sends
	Address string
}

// ParseSender reads "name@example.org" or "Name <name@example.org>". What is
// neither is access.ErrUsage.
func ParseSender(s string) (Sender, error) {
	a, err := mail.ParseAddress(s)
	if err == nil {
		err = checkAddress(a.Address)
	}
	if err != nil {
		return Sender{}, access.Usage("mail.from: not a mail address", "write it as school@example.org, or as Name <school@example.org>")
	}
	return Sender{Name: tame(a.Name), Address: a.Address}, nil
}

// MessageID gives the Message-ID of a notice's mail: its public id at the domain
// of the sender, the same at every try.
func MessageID(n access.Notice, from Sender) string {
	return n.ID + "@" + domain(from.Address)
}

func domain(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}

// Compose writes the mail of a notice to n.Address in n.Lang. Its Message-ID is
// n.MessageID, or that of MessageID where there is none yet; its date is n.At, so
// that two tries are one mail. The secret, where there is one, is shown in the
// body; a reset code's mail cannot be written without it. Names, labels and
// reasons may be anything. A notice of no known kind or language, or without an
// address to write to, is access.ErrRefused, code mail_invalid, and Permanent.
func Compose(n access.Notice, to Recipient, secret access.Secret, from Sender) (Message, error) {
	if err := checkNotice(n, secret); err != nil {
		return Message{}, err
	}
	w := catalog().In(n.Lang)
	own, known := w.of(n)
	if !known {
		return Message{}, invalid(fmt.Sprintf("no mail is written for notices of kind %q", n.Kind))
	}
	m, err := compose(write(w, own, n, to, secret), n, from)
	if m.ID = n.MessageID; m.ID == "" {
		m.ID = MessageID(n, from)
	}
	return m, err
}

// ComposeTest writes a mail that proves that mails arrive. Its Message-ID begins
// with id; to.Name and to.Login may be empty.
func ComposeTest(id, address, lang string, at time.Time, to Recipient, from Sender) (Message, error) {
	n := access.Notice{ID: id, At: at, Lang: lang, Address: address, ToSchool: true, Facts: access.NoticeFacts{At: at}}
	if err := checkNotice(n, access.Secret{}); err != nil {
		return Message{}, err
	}
	w := catalog().In(lang)
	m, err := compose(write(w, w.Mails[keyTest], n, to, access.Secret{}), n, from)
	m.ID = MessageID(n, from)
	return m, err
}

// Line gives a notice as one line of a digest, in the notice's language:
// "PIN changed, Friday 27 November 2026 at 09:05 (Europe/Paris, UTC+1), Firefox
// on Windows". It holds no secret.
func Line(n access.Notice, loc *time.Location) string {
	w := catalog().In(n.Lang)
	own, _ := w.of(n)
	line := own.Subject + ", " + i18n.Moment(n.Lang, n.Facts.At, location(Recipient{Location: loc}))
	if n.Facts.Browser != "" {
		line += ", " + browser(n.Lang, n.Facts.Browser)
	}
	return line
}

func compose(l letter, n access.Notice, from Sender) (Message, error) {
	page, err := asHTML(l)
	if err != nil {
		return Message{}, err
	}
	if from.Name == "" {
		from.Name = l.School
	}
	return Message{At: n.At, From: from, To: n.Address, Lang: n.Lang, Subject: l.Subject, Text: plain(l), HTML: page}, nil
}

func checkNotice(n access.Notice, secret access.Secret) error {
	switch {
	case access.CheckLang(n.Lang) != nil:
		return invalid("the language of the mail is neither fr nor en")
	case checkAddress(n.Address) != nil:
		return invalid("the address that the mail goes to is none")
	case n.Kind == access.NoticeResetCode && secret.Empty():
		return invalid("the mail of a reset code has no code")
	default:
		return nil
	}
}

// checkAddress takes what pinward stores as an address, and nothing else: it goes
// into the commands to a mail server.
func checkAddress(s string) error {
	normal, err := access.NormalizeEmail(s)
	if err == nil && (normal == "" || normal != s) {
		err = access.ErrRefused
	}
	return err
}

func invalid(why string) error {
	return access.Refused("mail_invalid", "write a mail: "+why, "")
}
