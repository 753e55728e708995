package mail

import (
	"context"
	"errors"
	"time"

	"pinward/internal/access"
)

// The ways of delivery.
const (
	BySMTP = "smtp"
	ByFile = "file" // one .eml each, while developing
	Off    = "off"  // mails wait
)

// The ways of securing the connection to a mail server.
const (
	StartTLS = "starttls" // mandatory, not tried
	Implicit = "implicit"
	Plain    = "none" // for servers on this machine alone
)

// Settings say how mails are delivered, as the configuration has them.
type Settings struct {
	Delivery     string // smtp, file or off
	From         string // as ParseSender reads it
	Host         string
	Port         int    // 0: 587, 465 with implicit TLS, 25 without
	TLS          string // starttls, implicit or none
	User         string // empty: the server asks nobody's name
	PasswordFile string // for its owner's eyes alone, as a keyring is
	Folder       string // of delivery by file
	Timeout      time.Duration
	CAFile       string // certificates in PEM that may vouch for the server instead of the system's
}

// A Courier delivers mails. It is for one goroutine at a time.
type Courier struct{}

// NewCourier checks the settings and reads the files they name; it connects to
// nothing. Contradictory settings are access.ErrUsage, files that cannot be used
// access.ErrUnusable. With delivery off it is access.ErrUsage, code mail_off.
func NewCourier(s Settings) (*Courier, error) { panic("not yet") }

// From gives whom its mails come from.
func (c *Courier) From() Sender { panic("not yet") }

// Deliver hands one mail over and returns when the server, or the folder, has
// taken it. It connects at the first mail and keeps the connection for the next
// ones. No error holds an address, a secret or anything of the mail, nor what the
// server said beyond its codes:
//
//   - Permanent: this mail will never be taken (a 5xx answer to the recipient or
//     to the mail); access.ErrRefused, code mail_refused.
//   - Down: no mail can be delivered at present, so that trying the next one is in
//     vain: access.ErrBusy, code mail_unreachable (network, timeout, a connection
//     that was cut, 421); access.ErrUnusable, codes mail_tls, mail_auth, mail_setup.
//   - neither: this mail may be taken later (another 4xx answer); access.ErrBusy,
//     code mail_deferred.
//
// Whether a mail was taken is unknown where the connection was cut at its end;
// it is then sent again, with the same Message-ID.
func (c *Courier) Deliver(ctx context.Context, m Message) error { panic("not yet") }

// Close ends the connection.
func (c *Courier) Close() error { panic("not yet") }

// Permanent reports whether trying again is in vain. It is the same as
// errors.Is(err, access.ErrRefused), which serves those who may not import mail.
func Permanent(err error) bool { return errors.Is(err, access.ErrRefused) }

// Down reports whether the fault is the server's or the settings', not the
// mail's: the other mails had better wait too.
func Down(err error) bool {
	return errors.Is(err, access.ErrUnusable) || access.CodeOf(err) == codeUnreachable
}

const codeUnreachable = "mail_unreachable"
