package web

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pinward/internal/access"
)

// serve runs the kit's server on a port of its own. stop ends it and gives what
// Serve returned.
func (k *kit) serve(wrap func(net.Listener) net.Listener) (address string, stop func() error) {
	k.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		k.t.Fatal(err)
	}
	address = l.Addr().String()
	if wrap != nil {
		l = wrap(l)
	}
	ctx, cancel := context.WithCancel(k.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- k.Serve(ctx, []net.Listener{l}) }()
	var once error
	done := false
	stop = func() error {
		if !done {
			cancel()
			once, done = <-ended, true
		}
		return once
	}
	k.t.Cleanup(func() { _ = stop() })
	return address, stop
}

// TestStopLetsRequestsEnd stops the server while a request is under way: it is
// answered, and nothing else is taken.
func TestStopLetsRequestsEnd(t *testing.T) {
	k := newKit(t)
	began, end := make(chan struct{}), make(chan struct{})
	k.on("GET /slow", func(w http.ResponseWriter, r *http.Request) {
		close(began)
		<-end
		if r.Context().Err() != nil {
			t.Error("the request was cancelled")
		}
		_, _ = io.WriteString(w, "whole")
	})
	address, stop := k.serve(nil)
	got := make(chan string)
	go func() {
		answer, err := http.Get("http://" + address + "/slow")
		if err != nil {
			got <- err.Error()
			return
		}
		got <- readAll(t, answer.Body)
		_ = answer.Body.Close()
	}()
	<-began
	stopped := make(chan error)
	go func() { stopped <- stop() }()
	for { // until nobody listens any more
		c, err := net.Dial("tcp", address)
		if err != nil {
			break
		}
		_ = c.Close()
	}
	close(end)
	if body := <-got; body != "whole" {
		t.Errorf("got %q, want the whole answer", body)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestServeSaysThatAListenerFailed(t *testing.T) {
	k := newKit(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	if err := k.Serve(t.Context(), []net.Listener{l}); err == nil {
		t.Error("no error")
	}
}

// TestSlowHeadersAreCut speaks as somebody who sends a header line now and then.
func TestSlowHeadersAreCut(t *testing.T) {
	k := newKit(t)
	h := k.httpServer(t.Context())
	if h.ReadHeaderTimeout != 5*time.Second || h.ReadTimeout == 0 || h.WriteTimeout == 0 || h.IdleTimeout == 0 {
		t.Fatal("a limit is missing")
	}
	h.ReadHeaderTimeout = 50 * time.Millisecond
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = h.Serve(l) }()
	defer func() { _ = h.Close() }()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_, _ = io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	if got, err := io.ReadAll(c); strings.Contains(string(got), " 200 ") || os.IsTimeout(err) {
		t.Errorf("got %q, %v, want the connection cut", got, err)
	}
}

func TestLongHeadersAreRefused(t *testing.T) {
	k := newKit(t)
	address, _ := k.serve(nil)
	r, _ := http.NewRequestWithContext(t.Context(), "GET", "http://"+address+"/healthz", nil)
	r.Header.Set("Cookie", strings.Repeat("x", 64<<10))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("got %s", answer.Status)
	}
}

// TestHTTP10 asks as LemonLDAP::NG's helper does.
func TestHTTP10(t *testing.T) {
	k := newKit(t)
	address, _ := k.serve(nil)
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_, _ = io.WriteString(c, "GET /healthz HTTP/1.0\r\n\r\n")
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if body := readAll(t, answer.Body); answer.StatusCode != 200 || body != `{"ok":true}`+"\n" {
		t.Errorf("got %s %q", answer.Status, body)
	}
}

// writeCertificate makes a certificate for localhost with the given number.
func writeCertificate(t *testing.T, cert, key string, number int64) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(number), DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCertificateIsRenewed(t *testing.T) {
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	writeCertificate(t, cert, key, 1)
	c, err := LoadCertificate(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	k := newKit(t)
	address, _ := k.serve(func(l net.Listener) net.Listener { return tls.NewListener(l, c.Config()) })
	shown := func() (int64, string) {
		dialer := &tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}}
		conn, err := dialer.DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		s := conn.(*tls.Conn).ConnectionState()
		return s.PeerCertificates[0].SerialNumber.Int64(), s.NegotiatedProtocol
	}
	if n, protocol := shown(); n != 1 || protocol != "h2" {
		t.Errorf("got certificate %d over %s, want 1 over h2", n, protocol)
	}
	writeCertificate(t, cert, key, 2)
	if err := c.Reload(); err != nil {
		t.Fatal(err)
	}
	if n, _ := shown(); n != 2 {
		t.Errorf("got certificate %d, want 2", n)
	}
	if err := os.WriteFile(cert, []byte(canary), 0o600); err != nil {
		t.Fatal(err)
	}
	err = c.Reload()
	if access.CodeOf(err) != "tls_unreadable" || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
	if n, _ := shown(); n != 2 {
		t.Errorf("got certificate %d after a broken one, want 2", n)
	}
	old := &tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}}
	if conn, err := old.DialContext(t.Context(), "tcp", address); err == nil {
		_ = conn.Close()
		t.Error("TLS 1.1 was accepted")
	}
}
