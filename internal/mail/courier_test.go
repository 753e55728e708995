package mail

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"pinward/internal/access"
)

// TestDeliver hands mails over in every way that a server may be secured, and
// reads one back.
func TestDeliver(t *testing.T) {
	tests := []struct {
		name     string
		kind     serverKind
		security string
		user     string
		ways     []string
	}{
		{"without TLS", withoutTLS, Plain, "", nil},
		{"without TLS, with a password", withoutTLS, Plain, user, []string{"PLAIN"}},
		{"STARTTLS", withStartTLS, StartTLS, "", nil},
		{"STARTTLS, with a password", withStartTLS, StartTLS, user, []string{"XOAUTH2", "PLAIN"}},
		{"TLS from the start", withImplicit, Implicit, "", nil},
		{"TLS from the start, with a password by LOGIN", withImplicit, Implicit, user, []string{"LOGIN"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := startServer(t, tt.kind, func(s *testServer) { s.mechanisms = tt.ways })
			settings := server.settings(tt.security)
			if tt.user != "" {
				settings.User, settings.PasswordFile = tt.user, "named"
			}
			c := courier(t, settings)
			for _, id := range []string{"n_1", "n_2", "n_3"} {
				if err := c.Deliver(t.Context(), message(t, id)); err != nil {
					t.Fatal(err)
				}
			}
			mails := server.taken()
			if len(mails) != 3 || server.sessions() > 2 { // with STARTTLS there is a session before and one after
				t.Fatalf("got %d mails in %d sessions, want 3 over one connection", len(mails), server.sessions())
			}
			if mails[0].from != "securite@ecole.example" || mails[0].to != "lea@mail.example" {
				t.Errorf("got a mail from %s to %s", mails[0].from, mails[0].to)
			}
			readBack(t, mails[1].data, message(t, "n_2"))
		})
	}
}

// readBack compares a mail on the wire with what it was made of.
func readBack(t *testing.T, wire []byte, m Message) {
	t.Helper()
	for line := range bytes.Lines(wire) {
		if len(line) > 1000 || !ascii(line) {
			t.Errorf("got the line %q, want it short and in ASCII", line)
		}
	}
	read, err := mail.ReadMessage(bytes.NewReader(wire))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Message-ID": "<" + m.ID + ">", "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All",
		"Content-Language": m.Lang, "To": "<" + m.To + ">", "Mime-Version": "1.0",
	} {
		if got := read.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if date, err := read.Header.Date(); err != nil || !date.Equal(m.At) {
		t.Errorf("Date: got %v, %v, want %v", date, err, m.At)
	}
	if from, err := read.Header.AddressList("From"); err != nil || *from[0] != (mail.Address{Name: m.From.Name, Address: m.From.Address}) {
		t.Errorf("From: got %v, %v, want %+v", from, err, m.From)
	}
	if subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject")); err != nil || subject != m.Subject {
		t.Errorf("Subject: got %q, %v, want %q", subject, err, m.Subject)
	}
	media, params, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
	if err != nil || media != "multipart/alternative" {
		t.Fatalf("Content-Type: got %q, %v, want multipart/alternative", media, err)
	}
	parts := multipart.NewReader(read.Body, params["boundary"])
	for _, want := range []struct{ media, content string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		media, params, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil || media != want.media || !strings.EqualFold(params["charset"], "utf-8") || part.Header.Get("Content-Transfer-Encoding") != "quoted-printable" {
			t.Errorf("got a part of %q, want %s in UTF-8, quoted-printable", part.Header, want.media)
		}
		content, err := io.ReadAll(quotedprintable.NewReader(part))
		if got := strings.ReplaceAll(string(content), "\r\n", "\n"); err != nil || got != want.content {
			t.Errorf("%s: got %q, %v, want %q", want.media, got, err, want.content)
		}
	}
	if _, err := parts.NextRawPart(); !errors.Is(err, io.EOF) {
		t.Errorf("got a third part, %v", err)
	}
}

func ascii(b []byte) bool {
	return !bytes.ContainsFunc(b, func(r rune) bool { return r > 126 || r < ' ' && r != '\r' && r != '\n' && r != '\t' })
}

// TestTriesAreTheSameBytes: a mail that was taken twice must look like one.
func TestTriesAreTheSameBytes(t *testing.T) {
	server := startServer(t, withoutTLS, nil)
	c := courier(t, server.settings(Plain))
	for range 2 {
		if err := c.Deliver(t.Context(), message(t, "n_1")); err != nil {
			t.Fatal(err)
		}
	}
	mails := server.taken()
	if len(mails) != 2 || !bytes.Equal(mails[0].data, mails[1].data) {
		t.Errorf("got %d mails, want two that are alike", len(mails))
	}
}

// checkFault looks at what a failed delivery tells.
func checkFault(t *testing.T, err error, want string, permanent, down bool) {
	t.Helper()
	if access.CodeOf(err) != want || Permanent(err) != permanent || Down(err) != down {
		t.Errorf("got %v (code %q, permanent %v, down %v), want code %q, permanent %v, down %v",
			err, access.CodeOf(err), Permanent(err), Down(err), want, permanent, down)
	}
	if err == nil {
		return
	}
	var told *access.Error
	text := err.Error()
	if errors.As(err, &told) {
		text += " " + told.Hint
	}
	for _, hidden := range []string{"lea@mail.example", "mail.example", password, code, user} {
		if strings.Contains(text, hidden) {
			t.Errorf("got %q, want no %q in it", text, hidden)
		}
	}
}

// TestServerRefuses tells apart what a server says of one mail from what it says
// of all, and goes on with the next mail over the same connection.
func TestServerRefuses(t *testing.T) {
	tests := []struct {
		name            string
		change          func(*testServer, func(*smtp.Conn) error)
		hook            func(*smtp.Conn) error
		code            string
		permanent, down bool
		told            string
	}{
		{"the recipient for good", onRcpt, answer(550, 5, 1, 1), "mail_refused", true, false, "(550 5.1.1)"},
		{"the recipient for now", onRcpt, answer(450, 4, 2, 1), "mail_deferred", false, false, "(450 4.2.1)"},
		{"the recipient, as the mailbox is full", onRcpt, answer(452), "mail_deferred", false, false, "(452)"},
		{"the recipient, as nobody logged in", onRcpt, answer(530, 5, 7, 0), "mail_auth", false, true, "(530 5.7.0)"},
		{"the mail for good", onData, answer(554, 5, 6, 0), "mail_refused", true, false, "(554 5.6.0)"},
		{"the mail for now", onData, answer(451, 4, 3, 0), "mail_deferred", false, false, "(451 4.3.0)"},
		{"the mail, as it goes to sleep", onData, answer(421, 4, 3, 2), "mail_unreachable", false, true, "(421 4.3.2)"},
		{"the sender for good", onMail, answer(550, 5, 7, 1), "mail_setup", false, true, "(550 5.7.1)"},
		{"the sender for now", onMail, answer(451, 4, 7, 1), "mail_unreachable", false, true, "(451 4.7.1)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var calls atomic.Int32
			once := func(c *smtp.Conn) error {
				if calls.Add(1) > 1 {
					return nil
				}
				return tt.hook(c)
			}
			server := startServer(t, withoutTLS, func(s *testServer) { tt.change(s, once) })
			c := courier(t, server.settings(Plain))
			err := c.Deliver(t.Context(), message(t, "n_1"))
			checkFault(t, err, tt.code, tt.permanent, tt.down)
			if err != nil && !strings.Contains(err.Error(), tt.told) {
				t.Errorf("got %q, want %s in it", err, tt.told)
			}
			if err := c.Deliver(t.Context(), message(t, "n_2")); err != nil {
				t.Fatalf("the next mail: %v", err)
			}
			mails := server.taken()
			if len(mails) != 1 || !bytes.Contains(mails[0].data, []byte("n_2@")) || server.sessions() != 1 {
				t.Errorf("got %d mails over %d connections, want the second one over the first", len(mails), server.sessions())
			}
		})
	}
}

func onMail(s *testServer, hook func(*smtp.Conn) error) { s.onMail = hook }
func onRcpt(s *testServer, hook func(*smtp.Conn) error) { s.onRcpt = hook }
func onData(s *testServer, hook func(*smtp.Conn) error) { s.onData = hook }

// TestServerDrops cuts the connection at each step, and after the whole mail was
// read. The next mail finds a new connection.
func TestServerDrops(t *testing.T) {
	for name, change := range map[string]func(*testServer, func(*smtp.Conn) error){
		"at the sender": onMail, "at the recipient": onRcpt, "after the mail": onData,
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32 // over two connections
			server := startServer(t, withoutTLS, func(s *testServer) {
				change(s, func(c *smtp.Conn) error {
					if calls.Add(1) == 1 {
						_ = c.Conn().Close()
					}
					return nil
				})
			})
			c := courier(t, server.settings(Plain))
			checkFault(t, c.Deliver(t.Context(), message(t, "n_1")), "mail_unreachable", false, true)
			if err := c.Deliver(t.Context(), message(t, "n_1")); err != nil {
				t.Fatalf("the second try: %v", err)
			}
		})
	}
}

// TestIdleConnectionIsMadeAnew cuts the connection between two mails.
func TestIdleConnectionIsMadeAnew(t *testing.T) {
	server := startServer(t, withoutTLS, nil)
	c := courier(t, server.settings(Plain))
	if err := c.Deliver(t.Context(), message(t, "n_1")); err != nil {
		t.Fatal(err)
	}
	_ = c.server.conn.Close()
	if err := c.Deliver(t.Context(), message(t, "n_2")); err != nil {
		t.Fatal(err)
	}
	if mails := server.taken(); len(mails) != 2 || server.sessions() != 2 {
		t.Errorf("got %d mails over %d connections, want 2 over 2", len(mails), server.sessions())
	}
}

// TestServerHangs waits no longer than it was told to, wherever the server stops.
func TestServerHangs(t *testing.T) {
	for name, change := range map[string]func(*testServer, func(*smtp.Conn) error){
		"at the sender": onMail, "at the recipient": onRcpt, "after the mail": onData,
	} {
		t.Run(name, func(t *testing.T) {
			release := make(chan struct{})
			server := startServer(t, withoutTLS, func(s *testServer) {
				change(s, func(*smtp.Conn) error { <-release; return nil })
			})
			defer close(release)
			settings := server.settings(Plain)
			settings.Timeout = "300ms"
			checkFault(t, courier(t, settings).Deliver(t.Context(), message(t, "n_1")), "mail_unreachable", false, true)
		})
	}
	for _, security := range []string{Plain, StartTLS, Implicit} {
		t.Run("before a word, "+security, func(t *testing.T) {
			settings := silent(t).settings(security)
			settings.Timeout = "300ms"
			checkFault(t, courier(t, settings).Deliver(t.Context(), message(t, "n_1")), "mail_unreachable", false, true)
		})
	}
}

// silent gives a server that takes connections and says nothing.
func silent(t *testing.T) *testServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	s := &testServer{}
	if s.host, s.port, err = net.SplitHostPort(listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestCallerEndsADelivery: an interrupted flush does not wait for the server.
func TestCallerEndsADelivery(t *testing.T) {
	release, reached := make(chan struct{}), make(chan struct{})
	server := startServer(t, withoutTLS, func(s *testServer) {
		s.onData = func(*smtp.Conn) error { close(reached); <-release; return nil }
	})
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-reached; cancel() }()
	err := courier(t, server.settings(Plain)).Deliver(ctx, message(t, "n_1"))
	if !errors.Is(err, context.Canceled) || Permanent(err) || !Down(err) {
		t.Errorf("got %v, want that the caller ended it", err)
	}
}

func TestServerRefusesConnections(t *testing.T) {
	s := silent(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, s.port, _ = net.SplitHostPort(listener.Addr().String())
	_ = listener.Close()
	checkFault(t, courier(t, s.settings(StartTLS)).Deliver(t.Context(), message(t, "n_1")), "mail_unreachable", false, true)
}

// TestGreetingRefuses is a server that answers, but not this machine.
func TestGreetingRefuses(t *testing.T) {
	for greeting, want := range map[string]string{
		"554 5.7.1 lea@mail.example go away\r\n": "mail_setup",
		"421 4.3.2 too many connections\r\n":     "mail_unreachable",
		"HTTP/1.1 400 Bad Request\r\n\r\n":       "mail_unreachable",
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			conn, err := listener.Accept()
			if err == nil {
				_, _ = io.WriteString(conn, greeting)
				_ = conn.Close()
			}
		}()
		s := &testServer{}
		s.host, s.port, _ = net.SplitHostPort(listener.Addr().String())
		checkFault(t, courier(t, s.settings(Plain)).Deliver(t.Context(), message(t, "n_1")), want, false, true)
		_ = listener.Close()
	}
}

// TestTLSIsVerified refuses every server that cannot prove who it is, and sends
// it neither a password nor a mail.
func TestTLSIsVerified(t *testing.T) {
	_, otherCA := certificate(t, "127.0.0.1")
	tests := []struct {
		name     string
		kind     serverKind
		security string
		change   func(*Settings)
		told     string
	}{
		{"STARTTLS by an unknown authority", withStartTLS, StartTLS, func(s *Settings) { s.CAFile = otherCA }, "not to be trusted"},
		{"STARTTLS by nobody that the system knows", withStartTLS, StartTLS, func(s *Settings) { s.CAFile = "" }, "not to be trusted"},
		{"STARTTLS under another name", withStartTLS, StartTLS, func(s *Settings) { s.Host = "localhost" }, "not to be trusted"},
		{"TLS by an unknown authority", withImplicit, Implicit, func(s *Settings) { s.CAFile = otherCA }, "not to be trusted"},
		{"TLS under another name", withImplicit, Implicit, func(s *Settings) { s.Host = "localhost" }, "not to be trusted"},
		{"no STARTTLS where it must be", withoutTLS, StartTLS, func(*Settings) {}, "does not offer STARTTLS"},
		{"no TLS where it must be", withoutTLS, Implicit, func(*Settings) {}, "does not speak TLS"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := startServer(t, tt.kind, func(s *testServer) {
				s.onMail = func(*smtp.Conn) error { t.Error("the server was spoken to"); return nil }
			})
			settings := server.settings(tt.security)
			settings.User, settings.PasswordFile = user, "named"
			tt.change(&settings)
			err := courier(t, settings).Deliver(t.Context(), message(t, "n_1"))
			checkFault(t, err, "mail_tls", false, true)
			if err == nil || !strings.Contains(err.Error(), tt.told) {
				t.Errorf("got %v, want %q", err, tt.told)
			}
		})
	}
}

func TestPasswordIsRefused(t *testing.T) {
	for _, ways := range [][]string{{"PLAIN"}, {"LOGIN"}} {
		server := startServer(t, withStartTLS, func(s *testServer) { s.mechanisms = ways })
		settings := server.settings(StartTLS)
		settings.User, settings.PasswordFile = user, "named"
		c, err := NewCourier(settings, access.NewSecret("wrong"))
		if err != nil {
			t.Fatal(err)
		}
		err = c.Deliver(t.Context(), message(t, "n_1"))
		checkFault(t, err, "mail_auth", false, true)
		if err == nil || !strings.Contains(err.Error(), "(535 5.7.8)") || strings.Contains(err.Error(), "wrong") {
			t.Errorf("%s: got %v, want the server's codes alone", ways, err)
		}
	}
	server := startServer(t, withStartTLS, func(s *testServer) { s.mechanisms = []string{"XOAUTH2"} })
	settings := server.settings(StartTLS)
	settings.User, settings.PasswordFile = user, "named"
	checkFault(t, courier(t, settings).Deliver(t.Context(), message(t, "n_1")), "mail_auth", false, true)
}

// TestBrokenMailIsNeverSent: RSET after half a mail would end it like a whole one.
func TestBrokenMailIsNeverSent(t *testing.T) {
	server := startServer(t, withoutTLS, nil)
	c := courier(t, server.settings(Plain))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := c.server.send(ctx, "a@ecole.example", "b@mail.example", half{})
	checkFault(t, err, "mail_unreachable", false, true)
	if err := c.Deliver(ctx, message(t, "n_1")); err != nil {
		t.Fatal(err)
	}
	if mails := server.taken(); len(mails) != 1 {
		t.Errorf("got %d mails, want the whole one alone", len(mails))
	}
}

type half struct{}

func (half) WriteTo(w io.Writer) (int64, error) {
	n, _ := io.WriteString(w, "Subject: half\r\n\r\nhal")
	return int64(n), errors.New("broken")
}
