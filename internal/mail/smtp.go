package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"

	"pinward/internal/access"
)

// A server is a mail server and, between two mails, the connection to it.
type server struct {
	host, port string
	security   string // as Settings.TLS
	tls        *tls.Config
	user       string
	password   access.Secret
	helo       string

	conn   net.Conn // nil: none
	client *smtp.Client
}

// send hands a mail over before ctx ends, on the connection there is or a new one.
func (s *server) send(ctx context.Context, from, to string, mail io.WriterTo) error {
	if s.conn != nil && !s.alive(ctx) {
		s.drop()
	}
	if s.conn == nil {
		if err := s.connect(ctx); err != nil {
			s.drop()
			return err
		}
	}
	defer s.closeWith(ctx)()
	at, err := s.hand(from, to, mail)
	if err == nil {
		return nil
	}
	// What a server refused, it has to forget before the next mail. After anything
	// else RSET would come amid the mail, and end it like a whole one.
	var answer *textproto.Error
	if !errors.As(err, &answer) || s.client.Reset() != nil {
		s.drop()
	}
	return failed(at, err)
}

// closeWith closes the connection when ctx ends, which ends whatever waits for
// the server, until the function it gives is called.
func (s *server) closeWith(ctx context.Context) (stop func() bool) {
	conn := s.conn
	return context.AfterFunc(ctx, func() { _ = conn.Close() })
}

// alive reports whether the server still answers.
func (s *server) alive(ctx context.Context) bool {
	defer s.closeWith(ctx)()
	return s.client.Noop() == nil
}

func (s *server) drop() {
	if s.conn != nil {
		_ = s.conn.Close()
	}
	s.conn, s.client = nil, nil
}

func (s *server) leave(ctx context.Context) {
	if s.conn == nil {
		return
	}
	defer s.closeWith(ctx)()
	_ = s.client.Quit()
	s.drop()
}

// connect makes the connection, secures it and logs in.
func (s *server) connect(ctx context.Context) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(s.host, s.port))
	if err != nil {
		return unreachable(toGreet, "no connection to the server")
	}
	s.conn = conn
	defer s.closeWith(ctx)()
	if s.security == Implicit {
		secured := tls.Client(conn, s.tls)
		if err := secured.HandshakeContext(ctx); err != nil {
			return failed(toSecure, err)
		}
		conn = secured
	}
	if s.client, err = smtp.NewClient(conn, s.host); err != nil {
		return failed(toGreet, err)
	}
	s.client.SkipSMTPUTF8(true) // no address or header needs it, and not every next server has it
	if err := s.client.Hello(s.helo); err != nil {
		return failed(toGreet, err)
	}
	if s.security == StartTLS {
		if err := s.startTLS(); err != nil {
			return err
		}
	}
	return s.logIn()
}

func (s *server) startTLS() error {
	if offered, _ := s.client.Extension("STARTTLS"); !offered {
		return &access.Error{
			Kind: access.ErrUnusable, Code: "mail_tls", Text: "deliver a mail: the server does not offer STARTTLS",
			Hint: "nothing was sent; set mail.tls to implicit if the server wants that",
		}
	}
	if err := s.client.StartTLS(s.tls); err != nil {
		return failed(toSecure, err)
	}
	return nil
}

// logIn gives name and password by PLAIN, else LOGIN, which any server offers
// that offers something.
func (s *server) logIn() error {
	if s.user == "" {
		return nil
	}
	unsecured := s.security == Plain // on this machine alone
	_, offered := s.client.Extension("AUTH")
	auth := smtp.PlainAuth("", s.user, s.password.Reveal(), s.host, unsecured)
	if ways := strings.Fields(strings.ToUpper(offered)); !slices.Contains(ways, "PLAIN") && slices.Contains(ways, "LOGIN") {
		auth = smtp.LoginAuth(s.user, s.password.Reveal(), s.host, unsecured)
	} else if !slices.Contains(ways, "PLAIN") {
		return &access.Error{
			Kind: access.ErrUnusable, Code: "mail_auth", Text: "deliver a mail: the server takes no name and password by PLAIN or LOGIN",
			Hint: "remove mail.user if this server asks nobody's name, or look at mail.tls and mail.port",
		}
	}
	if err := s.client.Auth(auth); err != nil {
		return failed(toLogIn, err)
	}
	return nil
}

// hand gives a mail to the server, and where it failed.
func (s *server) hand(from, to string, mail io.WriterTo) (step, error) {
	if err := s.client.Mail("<" + from + ">"); err != nil {
		return toSender, err
	}
	if err := s.client.Rcpt("<" + to + ">"); err != nil {
		return toRecipient, err
	}
	body, err := s.client.Data()
	if err != nil {
		return toMail, err
	}
	if _, err := mail.WriteTo(body); err != nil {
		return toMail, err
	}
	return toMail, body.Close()
}
