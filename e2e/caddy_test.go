//go:build e2e

package e2e_test

import (
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// caddy runs Debian's with the shipped configuration.
func (g *gated) caddy() {
	g.t.Helper()
	hash, err := exec.Command("caddy", "hash-password", "--plaintext", "secret").Output()
	if err != nil {
		g.t.Fatal(err)
	}
	var users strings.Builder
	for _, login := range []string{"lea", "tom", "max"} {
		users.WriteString(login + " " + strings.TrimSpace(string(hash)) + "\n")
	}
	write(g.t, filepath.Join(g.dir, "notes.users"), users.String())
	_, port, err := net.SplitHostPort(g.proxy)
	if err != nil {
		g.t.Fatal(err)
	}
	certificate := " {\n\ttls " + g.dir + "/cert.pem " + g.dir + "/key.pem\n"
	config := strings.NewReplacer(
		"\npin.example {\n", "\nhttps://pin.example:"+port+certificate, "\nnotes.example {\n", "\nhttps://notes.example:"+port+certificate,
		"unix//run/pinward/pinward.sock", g.pinward.address, "/etc/caddy/notes.users", g.dir+"/notes.users", "127.0.0.1:8080", g.app,
	).Replace(read(g.t, "../contrib/caddy/Caddyfile"))
	write(g.t, filepath.Join(g.dir, "Caddyfile"), "{\n\tadmin off\n\tauto_https disable_redirects\n\tdefault_bind 127.0.0.1\n}\n"+config)
	program(g.t, filepath.Join(g.dir, "caddy.log"), []string{"PINWARD_KEY=" + g.key, "XDG_DATA_HOME=" + g.dir, "XDG_CONFIG_HOME=" + g.dir},
		"caddy", "run", "--adapter", "caddyfile", "--config", g.dir+"/Caddyfile")
	until(g.t, "Caddy", func() bool {
		c, err := net.Dial("tcp", g.proxy)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
}

func TestCaddy(t *testing.T) {
	g := newGated(t)
	g.caddy()
	g.attacks()
	v := g.reader("max")
	if p := v.get("https://notes.example/"); p.status != http.StatusForbidden || !strings.Contains(p.body, "This account has no access") {
		t.Errorf("an unknown account: got %d %s", p.status, p.body)
	}
	if p := g.reader("lea").send("POST", "https://notes.example/save", "x"); p.status != http.StatusSeeOther {
		t.Errorf("a form: got %d", p.status)
	}
	if p := g.reader("lea").get("https://notes.example/", "Sec-Fetch-Mode: cors"); p.status != http.StatusUnauthorized || p.to() != "" {
		t.Errorf("a script: got %d to %q", p.status, p.to())
	}
	for _, target := range []string{"/gate/auth-request", "/gate/forward-auth", "/gate/callback", "/metrics", "/v1/capabilities"} {
		if p := g.reader("").get("https://pin.example"+target, "X-API-Key: "+g.key); p.status != http.StatusNotFound {
			t.Errorf("%s: got %d", target, p.status)
		}
	}
	in := g.reader("tom")
	in.in()
	g.pinward.stop()
	if p := in.get("https://notes.example/"); p.status/100 != 5 {
		t.Errorf("pinward is down: got %d %s", p.status, p.body)
	}
}
