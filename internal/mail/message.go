package mail

import (
	"time"

	"pinward/internal/access"
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
func ParseSender(s string) (Sender, error) { panic("not yet") }

// MessageID gives the Message-ID of a notice's mail: its public id at the domain
// of the sender, the same at every try.
func MessageID(n access.Notice, from Sender) string { panic("not yet") }

// Compose writes the mail of a notice to n.Address in n.Lang. Its Message-ID is
// n.MessageID, or that of MessageID where there is none yet; its date is n.At, so
// that two tries are one mail. The secret is shown by a reset code's mail alone,
// which cannot be written without it. Names, labels and reasons may be anything.
// A notice of no known kind or language, or without an address, is an error that
// is Permanent.
func Compose(n access.Notice, to Recipient, secret access.Secret, from Sender) (Message, error) {
	panic("not yet")
}

// ComposeTest writes a mail that proves that mails arrive; id is what its
// Message-ID begins with, to.Name and to.Login may be empty.
func ComposeTest(id, address, lang string, at time.Time, to Recipient, from Sender) (Message, error) {
	panic("not yet")
}
