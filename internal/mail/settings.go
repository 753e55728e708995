package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"strconv"
	"strings"
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

// maxTimeout bounds how long one delivery may take.
const maxTimeout = 10 * time.Minute

// Settings say how mails are delivered, in the words of the configuration, which
// are its keys under "mail".
type Settings struct {
	Delivery     string // smtp, file or off
	From         string // as ParseSender reads it
	Host         string
	Port         string // empty: 587, 465 with implicit TLS, 25 without
	TLS          string // starttls, implicit or none
	User         string // empty: the server is told no name
	PasswordFile string // not read here
	Folder       string // of delivery by file
	Timeout      string // of one delivery, connecting included, such as 30s
	CAFile       string // certificates in PEM that vouch for the server instead of the system's
}

// server gives the connection that the settings ask for.
func (s Settings) server(helo string, password access.Secret) (*server, error) {
	if err := s.checkServer(password); err != nil {
		return nil, err
	}
	port, err := s.port()
	if err != nil {
		return nil, err
	}
	roots, err := readRoots(s.CAFile)
	if err != nil {
		return nil, err
	}
	return &server{
		host: s.Host, port: port, security: s.TLS, user: s.User, password: password, helo: helo,
		tls: &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: roots},
	}, nil
}

func (s Settings) checkServer(password access.Secret) error {
	switch {
	case s.Host == "":
		return misset("mail.host: missing", "name the mail server of the school")
	case strings.ContainsAny(s.Host, "/[] \t\r\n") || strings.Count(s.Host, ":") == 1:
		return misset("mail.host: not the name of a server", "write a name alone, and the port as mail.port")
	case s.TLS != StartTLS && s.TLS != Implicit && s.TLS != Plain:
		return misset(fmt.Sprintf("mail.tls: %q is unknown", s.TLS), "use starttls, implicit or none")
	case s.TLS == Plain && !loopback(s.Host):
		return misset("mail.tls: none is for a server on this machine alone", "use starttls or implicit, so that nobody reads the mails on their way")
	case s.TLS == Plain && s.CAFile != "":
		return misset("mail.ca_file: without mail.tls nothing is verified", "use starttls or implicit, or remove mail.ca_file")
	case s.User != "" && s.PasswordFile == "":
		return misset("mail.user: without mail.password_file", "write the password into a file that pinward alone may read, and name it as mail.password_file")
	case s.User != "" && password.Empty():
		return misset("mail.password_file: holds no password", "write the password into it, as its only line")
	default:
		return nil
	}
}

func (s Settings) port() (string, error) {
	switch {
	case s.Port == "" && s.TLS == Implicit:
		return "465", nil
	case s.Port == "" && s.TLS == Plain:
		return "25", nil
	case s.Port == "":
		return "587", nil
	}
	n, err := strconv.Atoi(s.Port)
	switch {
	case err != nil || n < 1 || n > 65535:
		return "", misset("mail.port: not a port", "use a number from 1 to 65535, such as 587")
	case n == 465 && s.TLS == StartTLS:
		return "", misset("mail.port: 465 speaks TLS from the start", "set mail.tls to implicit, or mail.port to 587")
	}
	return strconv.Itoa(n), nil
}

func (s Settings) timeout() (time.Duration, error) {
	d, err := time.ParseDuration(s.Timeout)
	if err != nil || d <= 0 || d > maxTimeout {
		return 0, misset("mail.timeout: not a time", "use a time such as 30s, at most 10m")
	}
	return d, nil
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && addr.IsLoopback()
}

// readRoots gives nil, the system's, where no file is named.
func readRoots(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	if err != nil {
		return nil, unusable(fmt.Sprintf("mail.ca_file %s: %v", path, err))
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(data) {
		return nil, unusable(fmt.Sprintf("mail.ca_file %s: holds no certificate in PEM", path))
	}
	return roots, nil
}

func misset(text, hint string) error { return access.Usage(text, hint) }

func unusable(text string) error {
	return &access.Error{Kind: access.ErrUnusable, Code: "mail_setup", Text: text, Hint: "see what pinward config show says under mail"}
}
