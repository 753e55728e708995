package config

import (
	"path/filepath"
	"testing"
)

func TestMailIsOffByDefault(t *testing.T) {
	c, err := Load(Sources{File: writeFile(t, ""), Env: env(map[string]string{"HOME": "/home/u"})})
	if err != nil {
		t.Fatal(err)
	}
	if want := (Mail{Delivery: "off", TLS: "starttls", Timeout: "30s", MaxPerHour: "10"}); c.Mail != want {
		t.Errorf("got %+v, want %+v", c.Mail, want)
	}
	for _, key := range mailKeys() {
		if got := c.Origin(key); got != FromDefault {
			t.Errorf("origin of %s: got %s, want default", key, got)
		}
	}
}

// TestMailIsRead gives each key a value of its own, so that none is mistaken for
// another, in the file, in the environment and in both.
func TestMailIsRead(t *testing.T) {
	const file = `mail:
  delivery: file
  from: "Sécurité <a@b.example>"
  host: smtp.b.example
  port: 587
  tls: implicit
  user: u
  password_file: secret/password
  folder: mails
  timeout: 10s
  ca_file: /etc/ca.pem
  max_per_hour: 20
`
	path := writeFile(t, file)
	dir := filepath.Dir(path)
	inFile := Mail{
		Delivery: "file", From: "Sécurité <a@b.example>", Host: "smtp.b.example", Port: "587", TLS: "implicit", User: "u",
		PasswordFile: dir + "/secret/password", Folder: dir + "/mails", Timeout: "10s", CAFile: "/etc/ca.pem", MaxPerHour: "20",
	}
	vars := map[string]string{
		"HOME": "/home/u", "PINWARD_MAIL_DELIVERY": "1", "PINWARD_MAIL_FROM": "2", "PINWARD_MAIL_HOST": "3", "PINWARD_MAIL_PORT": "4",
		"PINWARD_MAIL_TLS": "5", "PINWARD_MAIL_USER": "6", "PINWARD_MAIL_PASSWORD_FILE": "7", "PINWARD_MAIL_FOLDER": "8",
		"PINWARD_MAIL_TIMEOUT": "9", "PINWARD_MAIL_CA_FILE": "10", "PINWARD_MAIL_MAX_PER_HOUR": "11",
	}
	inEnv := Mail{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}
	tests := []struct {
		name   string
		file   string
		env    map[string]string
		want   Mail
		origin Origin
	}{
		{"the file", path, map[string]string{"HOME": "/home/u"}, inFile, FromFile},
		{"the environment", writeFile(t, ""), vars, inEnv, FromEnv},
		{"the environment over the file", path, vars, inEnv, FromEnv},
	}
	for _, tt := range tests {
		c, err := Load(Sources{File: tt.file, Env: env(tt.env)})
		if err != nil {
			t.Fatal(err)
		}
		if c.Mail != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, c.Mail, tt.want)
		}
		for _, key := range mailKeys() {
			if got := c.Origin(key); got != tt.origin {
				t.Errorf("%s: origin of %s: got %s, want %s", tt.name, key, got, tt.origin)
			}
		}
		if got := c.Value("mail.port"); got != tt.want.Port {
			t.Errorf("%s: value of mail.port: got %q, want %q", tt.name, got, tt.want.Port)
		}
	}
}

func TestMailKeysMayStandAlone(t *testing.T) {
	path := writeFile(t, "mail.host: h\nmail.port: \"25\"\nmail:\n  user: u\n")
	c, err := Load(Sources{File: path, Env: env(map[string]string{"HOME": "/home/u"})})
	if err != nil || c.Mail.Host != "h" || c.Mail.Port != "25" || c.Mail.User != "u" || c.Mail.TLS != "starttls" {
		t.Errorf("got %+v, %v, want host h, port 25, user u", c.Mail, err)
	}
}

func TestMailPasswordOfSystemd(t *testing.T) {
	vars := map[string]string{"HOME": "/home/u", "CREDENTIALS_DIRECTORY": "/run/credentials/x"}
	c, err := Load(Sources{File: writeFile(t, ""), Env: env(vars)})
	if err != nil || c.Mail.PasswordFile != "/run/credentials/x/pinward-mail-password" || c.Origin("mail.password_file") != FromEnv {
		t.Errorf("got %q from %s, %v, want systemd's", c.Mail.PasswordFile, c.Origin("mail.password_file"), err)
	}
	named := writeFile(t, "mail:\n  password_file: /p\n")
	if c, err = Load(Sources{File: named, Env: env(vars)}); err != nil || c.Mail.PasswordFile != "/p" {
		t.Errorf("got %q, %v, want the one that the file names", c.Mail.PasswordFile, err)
	}
}
