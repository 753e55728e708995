package mail

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"pinward/internal/access"
)

const (
	user     = "mailer-seven"
	password = "s3cret-p4ssword"
)

// A received mail, as a server took it.
type received struct {
	from, to string
	data     []byte
}

// A testServer is a real mail server on this machine that can be told to fail.
type testServer struct {
	host, port string
	caFile     string // of the authority that vouches for it; empty: it has no TLS

	onMail, onRcpt, onData func(c *smtp.Conn) error // nil: all is well; onData runs after the mail was read
	mechanisms             []string

	mutex       sync.Mutex
	mails       []received
	connections int
}

// kinds of server.
type serverKind int

const (
	withoutTLS serverKind = iota
	withStartTLS
	withImplicit
)

// startServer starts a server that lives as long as the test. What changes it
// must be given here.
func startServer(t *testing.T, kind serverKind, change func(*testServer)) *testServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &testServer{mechanisms: []string{"PLAIN"}}
	if s.host, s.port, err = net.SplitHostPort(listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(s)
	}
	server := smtp.NewServer(smtp.BackendFunc(s.session))
	server.Domain, server.AllowInsecureAuth = "mail.example", kind == withoutTLS
	server.ErrorLog = log.New(io.Discard, "", 0)
	if kind != withoutTLS {
		var config *tls.Config
		config, s.caFile = certificate(t, "127.0.0.1")
		if kind == withStartTLS {
			server.TLSConfig = config
		} else {
			listener = tls.NewListener(listener, config)
		}
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-served; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("server: %v", err)
		}
	})
	return s
}

func (s *testServer) session(c *smtp.Conn) (smtp.Session, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.connections++
	return &session{server: s, conn: c}, nil
}

func (s *testServer) taken() []received {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]received(nil), s.mails...)
}

func (s *testServer) sessions() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.connections
}

// settings give what a courier needs to reach the server.
func (s *testServer) settings(security string) Settings {
	return Settings{
		Delivery: BySMTP, From: "Sécurité <securite@ecole.example>", Host: s.host, Port: s.port, TLS: security,
		Timeout: "1m", CAFile: s.caFile,
	}
}

type session struct {
	server *testServer
	conn   *smtp.Conn
	mail   received
}

func (s *session) Reset()        { s.mail = received{} }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.mail.from = from
	return run(s.server.onMail, s.conn)
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mail.to = to
	return run(s.server.onRcpt, s.conn)
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := run(s.server.onData, s.conn); err != nil {
		return err
	}
	s.mail.data = data
	s.server.mutex.Lock()
	defer s.server.mutex.Unlock()
	s.server.mails = append(s.server.mails, s.mail)
	return nil
}

func run(hook func(*smtp.Conn) error, c *smtp.Conn) error {
	if hook == nil {
		return nil
	}
	return hook(c)
}

func (s *session) AuthMechanisms() []string { return s.server.mechanisms }

func (s *session) Auth(mechanism string) (sasl.Server, error) {
	if mechanism == "LOGIN" {
		return &loginServer{}, nil
	}
	return sasl.NewPlainServer(func(_, name, word string) error { return judge(name, word) }), nil
}

func judge(name, word string) error {
	if name != user || word != password {
		return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "no such pair: " + name + " " + word}
	}
	return nil
}

// A loginServer asks for a name, then for a password.
type loginServer struct {
	asked int
	name  string
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	l.asked++
	switch l.asked {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.name = string(response)
		return []byte("Password:"), false, nil
	default:
		return nil, true, judge(l.name, string(response))
	}
}

// answer refuses with a code and a text that repeats what it should not.
func answer(code int, enhanced ...int) func(*smtp.Conn) error {
	refusal := &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: "lea@mail.example: " + password}
	if len(enhanced) == 3 {
		refusal.EnhancedCode = smtp.EnhancedCode{enhanced[0], enhanced[1], enhanced[2]}
	}
	return func(*smtp.Conn) error { return refusal }
}

// certificate makes an authority and the certificate of a server, and gives the
// file that holds the authority.
func certificate(t *testing.T, ip string) (config *tls.Config, caFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Test server"}, IPAddresses: []net.IP{net.ParseIP(ip)},
		NotBefore: authority.NotBefore, NotAfter: authority.NotAfter, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	ca, err := x509.CreateCertificate(rand.Reader, authority, authority, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, authority, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, caFile
}

func courier(t *testing.T, s Settings) *Courier {
	t.Helper()
	secret := access.Secret{}
	if s.User != "" {
		secret = access.NewSecret(password)
	}
	c, err := NewCourier(s, secret)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// message gives a mail with a secret in it.
func message(t *testing.T, id string) Message {
	t.Helper()
	n := sample(access.NoticeResetCode, "fr")
	n.ID = id
	m, err := Compose(n, recipient(t), access.NewSecret(code), Sender{Name: "Sécurité", Address: "securite@ecole.example"})
	if err != nil {
		t.Fatal(err)
	}
	return m
}
