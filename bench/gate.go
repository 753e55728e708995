package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// gateSessions is how many browsers take part that are past the gate.
const gateSessions = 5000

// measureGate asks the gate as nginx does, and then through nginx, beside nginx
// alone on the same page.
func measureGate(ctx context.Context, s *setup) (results []result, err error) {
	const span = 8 * time.Second
	v, err := s.serve(ctx, s.large, access.Portal{
		Name: "gate", Scopes: []access.Scope{access.ScopeGate}, ReturnURLs: []string{"https://notes.example/_pin/callback"},
	}, "--public-url", "https://pin.example")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, v.stop()) }()
	if err := s.large.passGate(ctx); err != nil {
		return nil, err
	}
	var asked, paged [][]byte
	for n := range gateSessions {
		cookie := "Cookie: theme=dark; __Host-pinward_gate=" + sessionOf(n) + "\r\n"
		asked = append(asked, fmt.Appendf(nil, "GET /gate/auth-request HTTP/1.1\r\nHost: bench\r\nX-API-Key: %s\r\nRemote-User: %s\r\n"+
			"X-Original-URL: https://notes.example/week\r\nX-Original-Method: GET\r\n%s\r\n", v.key, loginName(n), cookie))
		paged = append(paged, fmt.Appendf(nil, "GET /page.html HTTP/1.1\r\nHost: bench\r\nX-User: %s\r\n%s\r\n", loginName(n), cookie))
	}
	if results, err = v.hurry("GET /gate/auth-request", 16, span, asked, 8000); err != nil {
		return nil, err
	}
	alone, gated, stop, err := s.nginx(ctx, v)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	for _, one := range []struct {
		what string
		at   *service
	}{{"nginx alone, a static page", alone}, {"nginx with the gate, the same page", gated}} {
		r, err := one.at.hurry(one.what, 16, span, paged, 0)
		if err != nil {
			return nil, err
		}
		results = append(results, r...)
	}
	return results, nil
}

func sessionOf(n int) string { return fmt.Sprintf("session-of-%d-padded-to-its-usual-length...", n) }

// passGate gives accounts a session each.
func (s *sample) passGate(ctx context.Context) error {
	now := time.Now().UTC().Truncate(time.Millisecond)
	return s.store.UpdateMany(ctx, func(tx store.Tx) error {
		p, err := tx.Portal(ctx, "gate")
		for n := 0; err == nil && n < gateSessions; n++ {
			err = tx.PutGateSession(ctx, &access.GateSession{
				Hash: secret.HashLoginID(sessionOf(n)), PortalKey: p.Key, AccountKey: keyOf(n), LoginKey: 1, State: access.GatePassed,
				PassedAt: now, SeenAt: now, ExpiresAt: now.Add(access.GateFor),
			})
		}
		return err
	})
}

// nginx runs Debian's with two servers for one page, of which the second asks v.
func (s *setup) nginx(ctx context.Context, v *service) (alone, gated *service, stop func() error, err error) {
	dir := filepath.Join(s.dir, "nginx")
	addresses := make([]string, 2)
	for i := range addresses {
		if addresses[i], err = freeAddress(); err != nil {
			return nil, nil, nil, err
		}
	}
	config := strings.NewReplacer("DIR", dir, "ALONE", addresses[0], "GATED", addresses[1], "PINWARD", v.address, "KEY", v.key).Replace(`daemon off;
pid DIR/pid; error_log stderr error; worker_processes 2; user root;
events {}
http {
	access_log off; keepalive_requests 1000000; root DIR;
	client_body_temp_path DIR/b; proxy_temp_path DIR/p; fastcgi_temp_path DIR/f; uwsgi_temp_path DIR/u; scgi_temp_path DIR/s;
	upstream pinward { server PINWARD; keepalive 32; keepalive_requests 1000000; }
	server { listen ALONE; }
	server {
		listen GATED;
		location / { auth_request /_pin/ask; }
		location = /_pin/ask {
			internal; proxy_pass http://pinward/gate/auth-request;
			proxy_pass_request_body off; proxy_set_header Content-Length "";
			proxy_http_version 1.1; proxy_set_header Connection "";
			proxy_set_header X-Original-URL https://notes.example$request_uri; proxy_set_header X-Original-Method $request_method;
			proxy_set_header Remote-User $http_x_user; proxy_set_header X-API-Key KEY;
		}
	}
}
`)
	if err := errors.Join(
		os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(config), 0o600),
		os.WriteFile(filepath.Join(dir, "page.html"), []byte(strings.Repeat("A line of a page.\n", 200)), 0o600),
	); err != nil {
		return nil, nil, nil, err
	}
	c := exec.CommandContext(ctx, "nginx", "-c", filepath.Join(dir, "nginx.conf"), "-p", dir)
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		return nil, nil, nil, err
	}
	alone, gated = &service{address: addresses[0], process: c}, &service{address: addresses[1], process: c}
	for range 100 {
		conn, err := net.Dial("tcp", gated.address)
		if err == nil {
			return alone, gated, alone.stop, conn.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil, nil, nil, errors.Join(errors.New("nginx does not answer"), alone.stop())
}
