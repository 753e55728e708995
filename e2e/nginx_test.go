//go:build e2e

package e2e_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// nginx runs Debian's with the shipped configuration in front of the application,
// which asks pinward, or what stands in its place.
func (g *gated) nginx(pinward string) {
	g.t.Helper()
	const shipped = "../contrib/nginx"
	_, port, err := net.SplitHostPort(g.proxy)
	if err != nil {
		g.t.Fatal(err)
	}
	moved := strings.NewReplacer(
		"/etc/nginx/pinward", g.dir, "unix:/run/pinward/pinward.sock", pinward, "listen 443", "listen 127.0.0.1:"+port,
		"/etc/ssl/pin.example.pem", g.dir+"/cert.pem", "/etc/ssl/private/pin.example.key", g.dir+"/key.pem",
		"/etc/ssl/notes.example.pem", g.dir+"/cert.pem", "/etc/ssl/private/notes.example.key", g.dir+"/key.pem",
		"/etc/nginx/notes.users", g.dir+"/notes.users", "http://127.0.0.1:8080", "http://"+g.app,
	)
	for _, name := range []string{"pinward.conf", "caller.conf", "gate.conf", "protect.conf", "example.conf"} {
		write(g.t, filepath.Join(g.dir, name), moved.Replace(read(g.t, filepath.Join(shipped, name))))
	}
	for _, name := range []string{"down.html", "refused.html"} {
		write(g.t, filepath.Join(g.dir, "pages", name), read(g.t, filepath.Join(shipped, name)))
	}
	write(g.t, filepath.Join(g.dir, "key.conf"), `proxy_set_header X-API-Key "`+g.key+"\";\n")
	write(g.t, filepath.Join(g.dir, "notes.users"), "lea:{PLAIN}secret\ntom:{PLAIN}secret\nmax:{PLAIN}secret\n")
	write(g.t, filepath.Join(g.dir, "nginx.conf"), "daemon off;\npid "+g.dir+"/pid;\nerror_log stderr info;\nevents {}\nhttp {\naccess_log off;\n"+
		"client_body_temp_path "+g.dir+"/b;\nproxy_temp_path "+g.dir+"/p;\nfastcgi_temp_path "+g.dir+"/f;\nuwsgi_temp_path "+g.dir+"/u;\nscgi_temp_path "+g.dir+"/s;\n"+
		"include "+g.dir+"/pinward.conf;\ninclude "+g.dir+"/example.conf;\n}\n")
	if out, err := exec.Command("nginx", "-t", "-c", g.dir+"/nginx.conf", "-p", g.dir).CombinedOutput(); err != nil {
		g.t.Fatalf("nginx -t: %v\n%s", err, out)
	}
	program(g.t, filepath.Join(g.dir, "nginx.log"), nil, "nginx", "-c", g.dir+"/nginx.conf", "-p", g.dir)
	until(g.t, "nginx", func() bool {
		c, err := net.Dial("tcp", g.proxy)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
}

func TestNginx(t *testing.T) {
	g := newGated(t)
	g.nginx(g.pinward.address)
	g.attacks()
	v := g.reader("max")
	if p := v.get("https://notes.example/"); p.status != http.StatusForbidden || !strings.Contains(p.body, "Access is refused") || p.header.Get("X-Pinward-Code") != "account_unknown" {
		t.Errorf("an unknown account: got %d %v", p.status, p.header)
	}
	v.user = ""
	if p := v.get("https://notes.example/", "Authorization: Basic bGVhOndyb25n"); p.status != http.StatusUnauthorized || p.to() != "" {
		t.Errorf("a wrong password: got %d to %q", p.status, p.to())
	}
	if p := v.get("https://notes.example/static/logo"); p.status != http.StatusOK || !strings.Contains(p.body, `user=[]`) {
		t.Errorf("what is exempt: got %d %s", p.status, p.body)
	}
	for _, target := range []string{"/_pin/ask", "/_pin/down"} {
		if p := g.reader("lea").get("https://notes.example" + target); p.status != http.StatusNotFound {
			t.Errorf("%s: got %d", target, p.status)
		}
	}
	for _, target := range []string{"/gate/auth-request", "/gate/forward-auth", "/gate/callback", "/metrics", "/v1/capabilities"} {
		if p := g.reader("").get("https://pin.example"+target, "X-API-Key: "+g.key); p.status != http.StatusNotFound {
			t.Errorf("%s: got %d", target, p.status)
		}
	}
	for mode, want := range map[string]int{"navigate": 302, "cors": 401, "same-origin": 401, "no-cors": 401, "websocket": 401} {
		if p := g.reader("lea").get("https://notes.example/", "Sec-Fetch-Mode: "+mode); p.status != want {
			t.Errorf("%s: got %d, want %d", mode, p.status, want)
		}
	}
	posted := g.reader("lea")
	asked := posted.send("POST", "https://notes.example/save", "text=x", "Referer: https://notes.example/form?a=1")
	if back := posted.get(posted.enter(asked.to())); back.to() != "https://notes.example/form?a=1" {
		t.Errorf("a form: got %d, sent back to %q", asked.status, back.to())
	}
	in := g.reader("tom")
	in.in()
	g.pinward.stop()
	if p := in.get("https://notes.example/"); p.status != http.StatusServiceUnavailable || !strings.Contains(p.body, "The PIN service does not answer") {
		t.Errorf("pinward is down: got %d %s", p.status, p.body)
	}
}

// TestNginxAnswers shows what nginx makes of each answer that a gate might give,
// which is why pinward's gives three of them alone.
func TestNginxAnswers(t *testing.T) {
	g := newGated(t)
	stub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u := r.Header.Get("X-Original-URL")
		status, _ := strconv.Atoi(u[len(u)-3:])
		w.Header().Set("X-Pinward-User", "lea")
		if status == http.StatusUnauthorized || status == http.StatusFound {
			w.Header().Set("Location", "https://pin.example/gate/start?t=x")
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(stub.Close)
	g.nginx(stub.Listener.Addr().String())
	for answer, want := range map[int]int{200: 200, 202: 200, 204: 200, 302: 503, 401: 302, 403: 403, 429: 503, 500: 503, 503: 503} {
		p := g.reader("lea").get("https://notes.example/" + strconv.Itoa(answer))
		if p.status != want || strings.Contains(p.body, "user=") != (want == 200) || (p.to() != "") != (want == 302) {
			t.Errorf("%d: got %d to %q: %s", answer, p.status, p.to(), p.body)
		}
	}
	stub.Close()
	if p := g.reader("lea").get("https://notes.example/200"); p.status != http.StatusServiceUnavailable {
		t.Errorf("down: got %d", p.status)
	}
}
