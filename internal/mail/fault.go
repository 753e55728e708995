package mail

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"syscall"

	"pinward/internal/access"
)

// A step is where in a delivery something failed.
type step string

const (
	toGreet     step = "greet"
	toSecure    step = "secure the connection"
	toLogIn     step = "log in"
	toSender    step = "name the sender"
	toRecipient step = "name the recipient"
	toMail      step = "hand the mail over"
)

// failed judges what went wrong at a step. The cause stays out: servers repeat
// addresses, and more, in what they answer.
func failed(at step, err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return refused(at, answer)
	}
	if at == toSecure && !cut(err) {
		return tlsFault(err)
	}
	if at == toLogIn && !cut(err) {
		return &access.Error{
			Kind: access.ErrUnusable, Code: "mail_auth", Text: "deliver a mail: the server takes no name and password that may be given to it",
			Hint: "see that mail.tls secures the connection, or remove mail.user",
		}
	}
	return unreachable(at, "the server does not answer, or cut the connection")
}

// refused judges a server's answer by its code (RFC 5321, section 4.2.1).
func refused(at step, answer *textproto.Error) error {
	code := "(" + strings.TrimSpace(strconv.Itoa(answer.Code)+" "+enhanced(answer.Msg)) + ")"
	forGood := answer.Code >= 500 && answer.Code < 600
	late := at == toRecipient || at == toMail
	switch {
	case answer.Code == 421 || !forGood && !late:
		return unreachable(at, "the server puts everybody off "+code)
	case forGood && at == toLogIn || answer.Code == 530:
		return &access.Error{
			Kind: access.ErrUnusable, Code: "mail_auth", Text: "deliver a mail: the server refuses the name and password " + code,
			Hint: "look at mail.user and mail.password_file",
		}
	case forGood && at == toSecure:
		return &access.Error{
			Kind: access.ErrUnusable, Code: "mail_tls", Text: "deliver a mail: the server refuses to secure the connection " + code,
			Hint: "ask whoever runs the server for its port and kind of TLS: mail.port, mail.tls",
		}
	case forGood && !late:
		return &access.Error{
			Kind: access.ErrUnusable, Code: "mail_setup", Text: fmt.Sprintf("deliver a mail: %s: the server refuses %s", at, code),
			Hint: "ask whoever runs the server whether pinward may send from this machine, and as mail.from",
		}
	case forGood:
		return access.Refused("mail_refused", fmt.Sprintf("deliver a mail: %s: the server refuses for good %s", at, code), "look at the address; pinward account show LOGIN tells it")
	default:
		return &access.Error{
			Kind: access.ErrBusy, Code: "mail_deferred", Text: fmt.Sprintf("deliver a mail: %s: the server asks to try later %s", at, code),
		}
	}
}

// enhanced gives the status code that a server's text begins with (RFC 2034),
// such as 5.1.1, and nothing else of it.
func enhanced(text string) string {
	first, _, _ := strings.Cut(text, " ")
	numbers := strings.Split(first, ".")
	if len(numbers) != 3 {
		return ""
	}
	for _, n := range numbers {
		if value, err := strconv.ParseUint(n, 10, 16); err != nil || value > 999 {
			return ""
		}
	}
	return first
}

func tlsFault(err error) error {
	var untrusted *tls.CertificateVerificationError
	text, hint := "the server does not speak TLS as it should", "ask whoever runs the server for its port and kind of TLS: mail.port, mail.tls"
	if errors.As(err, &untrusted) {
		text, hint = "the server's certificate is not to be trusted", "look at mail.host; where the school has an authority of its own, name its certificate as mail.ca_file"
	}
	return &access.Error{Kind: access.ErrUnusable, Code: "mail_tls", Text: "deliver a mail: " + text, Hint: hint}
}

func unreachable(at step, why string) error {
	return &access.Error{
		Kind: access.ErrBusy, Code: "mail_unreachable", Text: fmt.Sprintf("deliver a mail: %s: %s", at, why),
		Hint: "look at mail.host and mail.port, and whether the server runs",
	}
}

// cut reports whether the network or the clock ended a connection.
func cut(err error) bool {
	var timed net.Error
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, end) {
			return true
		}
	}
	return errors.As(err, &timed) && timed.Timeout()
}
