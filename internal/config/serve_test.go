package config

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestServeDefaults(t *testing.T) {
	tests := []struct {
		name   string
		env    map[string]string
		root   bool
		socket string
		origin Origin
	}{
		{"a user", map[string]string{"HOME": "/home/u", "XDG_RUNTIME_DIR": "/run/user/7"}, false, "/run/user/7/pinward/pinward.sock", FromDefault},
		{"a user without a session", map[string]string{"HOME": "/home/u"}, false, "/home/u/.local/share/pinward/pinward.sock", FromDefault},
		{"root", map[string]string{"HOME": "/root"}, true, "/run/pinward/pinward.sock", FromDefault},
		{"a service", map[string]string{"HOME": "/", "RUNTIME_DIRECTORY": "/run/pinward-b:/run/other"}, false, "/run/pinward-b/pinward.sock", FromEnv},
		{"a relative folder is none", map[string]string{"HOME": "/home/u", "RUNTIME_DIRECTORY": "run"}, false, "/home/u/.local/share/pinward/pinward.sock", FromDefault},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Load(Sources{File: writeFile(t, ""), Env: env(tt.env), Root: tt.root})
			if err != nil {
				t.Fatal(err)
			}
			if want := (Serve{Listen: "127.0.0.1:8420", Socket: tt.socket, InsecureHTTP: "false"}); c.Serve != want {
				t.Errorf("got %+v, want %+v", c.Serve, want)
			}
			if got := c.Origin("serve.socket"); got != tt.origin {
				t.Errorf("origin: got %s, want %s", got, tt.origin)
			}
		})
	}
}

// TestServeIsRead gives each key a value of its own in each source.
func TestServeIsRead(t *testing.T) {
	path := writeFile(t, `serve:
  listen: 0.0.0.0:443
  socket: s.sock
  tls_cert: c.pem
  tls_key: k.pem
  public_url: https://pin.school.example
  proxies: 192.0.2.1, socket
  insecure_http: true
`)
	dir := filepath.Dir(path)
	inFile := Serve{"0.0.0.0:443", dir + "/s.sock", dir + "/c.pem", dir + "/k.pem", "https://pin.school.example", "192.0.2.1, socket", "true"}
	vars := map[string]string{
		"HOME": "/home/u", "PINWARD_SERVE_LISTEN": "1", "PINWARD_SERVE_SOCKET": "2", "PINWARD_SERVE_TLS_CERT": "3", "PINWARD_SERVE_TLS_KEY": "4",
		"PINWARD_SERVE_PUBLIC_URL": "5", "PINWARD_SERVE_PROXIES": "6", "PINWARD_SERVE_INSECURE_HTTP": "7",
	}
	flags := map[string]string{
		"serve.listen": "a", "serve.socket": "b", "serve.tls_cert": "c", "serve.tls_key": "d",
		"serve.public_url": "e", "serve.proxies": "f", "serve.insecure_http": "g",
	}
	tests := []struct {
		name   string
		env    map[string]string
		flags  map[string]string
		want   Serve
		origin Origin
	}{
		{"the file", map[string]string{"HOME": "/home/u"}, nil, inFile, FromFile},
		{"the environment over the file", vars, nil, Serve{"1", "2", "3", "4", "5", "6", "7"}, FromEnv},
		{"a flag over the environment", vars, flags, Serve{"a", "b", "c", "d", "e", "f", "g"}, FromFlag},
	}
	for _, tt := range tests {
		c, err := Load(Sources{File: path, Env: env(tt.env), Flags: tt.flags})
		if err != nil {
			t.Fatal(err)
		}
		if c.Serve != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, c.Serve, tt.want)
		}
		for _, key := range serveKeys() {
			if got := c.Origin(key); got != tt.origin {
				t.Errorf("%s: origin of %s: got %s, want %s", tt.name, key, got, tt.origin)
			}
		}
	}
}

func TestServeWithoutASocket(t *testing.T) {
	c, err := Load(Sources{File: writeFile(t, "serve:\n  socket: off\n"), Env: env(map[string]string{"HOME": "/home/u"})})
	if err != nil || c.Serve.Socket != Off {
		t.Errorf("got %q, %v, want off as it stands", c.Serve.Socket, err)
	}
}

func TestServeFlagsAreNamed(t *testing.T) {
	for key, want := range map[string]string{"serve.tls_cert": "--tls-cert: empty", "serve.proxies": "--proxy: empty", "store": "--store: empty"} {
		_, err := Load(Sources{File: writeFile(t, ""), Env: env(map[string]string{"HOME": "/home/u"}), Flags: map[string]string{key: ""}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", key, err, want)
		}
	}
}

func TestServeRefusesWhatIsNoText(t *testing.T) {
	for content, want := range map[string]string{
		"serve: canary\n":               "line 1: serve: not a group",
		"serve:\n  listn: canary\n":     "line 2: unknown key",
		"serve:\n  proxies: [canary]\n": "line 2: serve.proxies: not a text",
		"serve:\n  listen: true\n":      "line 2: serve.listen: not a text",
	} {
		_, err := Load(Sources{File: writeFile(t, content), Env: env(map[string]string{"HOME": "/home/u"})})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: got %v, want %q", content, err, want)
		}
	}
}
