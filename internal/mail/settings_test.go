package mail

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pinward/internal/access"
)

func good() Settings {
	return Settings{Delivery: BySMTP, From: "a@ecole.example", Host: "smtp.ecole.example", TLS: StartTLS, Timeout: "30s"}
}

func TestSettingsAreChecked(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(empty, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*Settings)
		code   string // of the error; "" for none
		told   string
	}{
		{"a server", func(*Settings) {}, "", ""},
		{"a server on this machine, without TLS", func(s *Settings) { s.Host, s.TLS = "localhost", Plain }, "", ""},
		{"an address of this machine", func(s *Settings) { s.Host, s.TLS = "::1", Plain }, "", ""},
		{"a folder", func(s *Settings) { *s = Settings{Delivery: ByFile, From: s.From, Folder: "mails", Timeout: "1s"} }, "", ""},
		{"a folder beside a server", func(s *Settings) { s.Folder = "mails" }, "", ""},
		{"off", func(s *Settings) { s.Delivery = Off }, "mail_off", "mail.delivery"},
		{"nothing", func(s *Settings) { *s = Settings{} }, "mail_off", "mail.delivery"},
		{"an unknown delivery", func(s *Settings) { s.Delivery = "pigeon" }, "usage", "mail.delivery"},
		{"no sender", func(s *Settings) { s.From = "" }, "usage", "mail.from"},
		{"a folder without a name", func(s *Settings) { s.Delivery = ByFile }, "usage", "mail.folder"},
		{"no server", func(s *Settings) { s.Host = "" }, "usage", "mail.host"},
		{"a server with its port", func(s *Settings) { s.Host = "smtp.ecole.example:25" }, "usage", "mail.host"},
		{"a server as a URL", func(s *Settings) { s.Host = "smtp://ecole.example" }, "usage", "mail.host"},
		{"an unknown way of TLS", func(s *Settings) { s.TLS = "maybe" }, "usage", "mail.tls"},
		{"no way of TLS", func(s *Settings) { s.TLS = "" }, "usage", "mail.tls"},
		{"no TLS to another machine", func(s *Settings) { s.TLS = Plain }, "usage", "mail.tls"},
		{"a certificate without TLS", func(s *Settings) { s.Host, s.TLS, s.CAFile = "127.0.0.1", Plain, empty }, "usage", "mail.ca_file"},
		{"a port that is none", func(s *Settings) { s.Port = "99999" }, "usage", "mail.port"},
		{"a port in words", func(s *Settings) { s.Port = "smtp" }, "usage", "mail.port"},
		{"the port of the other TLS", func(s *Settings) { s.Port = "465" }, "usage", "mail.port"},
		{"a user without a password", func(s *Settings) { s.User = user }, "usage", "mail.user"},
		{"a user with an empty password", func(s *Settings) { s.User, s.PasswordFile = user, "f" }, "usage", "mail.password_file"},
		{"no time", func(s *Settings) { s.Timeout = "" }, "usage", "mail.timeout"},
		{"a time without a unit", func(s *Settings) { s.Timeout = "30" }, "usage", "mail.timeout"},
		{"no patience", func(s *Settings) { s.Timeout = "0s" }, "usage", "mail.timeout"},
		{"a certificate that is not there", func(s *Settings) { s.CAFile = empty + "x" }, "mail_setup", "mail.ca_file"},
		{"a certificate that is none", func(s *Settings) { s.CAFile = empty }, "mail_setup", "mail.ca_file"},
	}
	for _, tt := range tests {
		s := good()
		tt.change(&s)
		_, err := NewCourier(s, access.Secret{})
		if access.CodeOf(err) != tt.code || err != nil && !strings.HasPrefix(err.Error(), tt.told) {
			t.Errorf("%s: got %v (%s), want code %q of %s", tt.name, err, access.CodeOf(err), tt.code, tt.told)
		}
		if Permanent(err) {
			t.Errorf("%s: got %v, want that no mail is given up for it", tt.name, err)
		}
	}
}

func TestPortFollowsTLS(t *testing.T) {
	for security, want := range map[string]string{StartTLS: "587", Implicit: "465", Plain: "25"} {
		s := good()
		s.Host, s.TLS = "localhost", security
		c, err := NewCourier(s, access.Secret{})
		if err != nil || c.server.port != want {
			t.Errorf("%s: got %+v, %v, want port %s", security, c, err, want)
		}
	}
}
