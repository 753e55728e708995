package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pinward/internal/access"
)

// A Courier delivers mails. It is for one goroutine at a time.
type Courier struct {
	from    Sender
	timeout time.Duration
	server  *server // nil: by file
	folder  folder
}

// NewCourier checks the settings and reads the certificates they name; it
// connects to nothing. The password, which secret.LoadPassword reads, is needed
// where Settings.User is set. Unknown or contradictory settings are
// access.ErrUsage, files that cannot be used access.ErrUnusable. Where delivery is
// off it is access.ErrUsage too, code mail_off.
func NewCourier(s Settings, password access.Secret) (*Courier, error) {
	switch s.Delivery {
	case BySMTP, ByFile:
	case Off, "":
		return nil, &access.Error{Kind: access.ErrUsage, Code: "mail_off", Text: "mail.delivery: off", Hint: "set mail.delivery to smtp and name the server, or to file to try it"}
	default:
		return nil, misset(fmt.Sprintf("mail.delivery: %q is unknown", s.Delivery), "use smtp, file or off")
	}
	from, err := ParseSender(s.From)
	if err != nil {
		return nil, err
	}
	c := &Courier{from: from, folder: folder(s.Folder)}
	if c.timeout, err = s.timeout(); err != nil {
		return nil, err
	}
	if s.Delivery == ByFile {
		if s.Folder == "" {
			return nil, misset("mail.folder: missing", "name the folder that mails are written to")
		}
		return c, nil
	}
	c.server, err = s.server(domain(from.Address), password)
	return c, err
}

// From gives whom its mails come from.
func (c *Courier) From() Sender { return c.from }

// Timeout gives how long Deliver may take.
func (c *Courier) Timeout() time.Duration { return c.timeout }

// Deliver hands one mail over and returns when the server, or the folder, has
// taken it, or the timeout is over. It connects at the first mail and keeps the
// connection for the next ones. No error holds an address, a secret or anything of
// the mail, nor what the server said beyond its codes:
//
//   - Permanent: this mail will never be taken (a 5xx answer to the recipient or
//     to the mail); access.ErrRefused, code mail_refused.
//   - Down: no mail can be delivered at present, so that trying the next one is in
//     vain: access.ErrBusy, code mail_unreachable (network, timeout, a connection
//     that was cut, a server that puts everybody off); access.ErrUnusable, codes
//     mail_tls, mail_auth and mail_setup; or ctx's own error where ctx ended it.
//   - neither: this mail may be taken later (a 4xx answer to the recipient or to
//     the mail); access.ErrBusy, code mail_deferred.
//
// Whether a mail was taken is unknown where the connection was cut at its end;
// it is then to be sent again, with the same Message-ID.
func (c *Courier) Deliver(ctx context.Context, m Message) error {
	out, err := m.encode()
	if err != nil {
		return err
	}
	if c.server == nil {
		return c.folder.put(m.ID, out)
	}
	timed, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	err = c.server.send(timed, m.From.Address, m.To, out)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("deliver a mail: %w", ctx.Err())
	}
	return err
}

// Close takes leave of the server. Every mail was judged before, so nothing can
// fail any more.
func (c *Courier) Close() error {
	if c.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), min(c.timeout, 5*time.Second))
		defer cancel()
		c.server.leave(ctx)
	}
	return nil
}

// Permanent reports whether trying again is in vain. It is the same as
// errors.Is(err, access.ErrRefused), which serves those who may not import mail.
func Permanent(err error) bool { return errors.Is(err, access.ErrRefused) }

// Down reports whether the fault is not the mail's but the server's, the
// settings' or the caller's: the other mails had better wait too.
func Down(err error) bool {
	return errors.Is(err, access.ErrUnusable) || access.CodeOf(err) == "mail_unreachable" ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
