package torture_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A service is a running `pinward serve` of a site, asked by its socket as a
// portal that shows its key.
type service struct {
	t      *testing.T
	key    string
	client http.Client
}

// serve runs the program as a service until the test ends.
func (s *site) serve(name, key string) *service {
	s.t.Helper()
	socket := filepath.Join(s.dir, name)
	c := s.command(context.WithoutCancel(s.t.Context()), "serve", "--listen", "off", "--socket", socket)
	var logged strings.Builder
	c.Stderr = &logged
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		if err := c.Wait(); err != nil {
			s.t.Errorf("pinward serve ended with %v: %s", err, cut(logged.String()))
		}
	})
	v := &service{t: s.t, key: key}
	v.client.Timeout = hangs
	v.client.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	for deadline := time.Now().Add(hangs); v.ask("GET", "/readyz", "", "").status != http.StatusOK; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatal("pinward serve is not ready")
		}
	}
	return v
}

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// A reply is what a service answers; status 0 is none at all.
type reply struct {
	status int
	body   string
}

func (v *service) ask(method, path, kind, body string) reply {
	req, err := http.NewRequestWithContext(context.Background(), method, "http://pinward"+path, strings.NewReader(body))
	if err != nil {
		return reply{body: err.Error()}
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Authorization", "Bearer "+v.key)
	res, err := v.client.Do(req)
	if err != nil {
		return reply{body: err.Error()}
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{body: err.Error()}
	}
	return reply{status: res.StatusCode, body: string(text)}
}

// start opens a login that asks for the PIN, and gives its path.
func (v *service) start(login string) string {
	v.t.Helper()
	r := v.ask("POST", "/v1/logins", jsonType, fmt.Sprintf(`{"login":%q}`, login))
	var a answer
	if err := json.Unmarshal([]byte(r.body), &a); err != nil || a.Decision != "pin" {
		v.t.Fatalf("POST /v1/logins: want it to ask for the PIN, got %+v", r)
	}
	return "/v1/logins/" + a.LoginID
}
