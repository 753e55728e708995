//go:build e2e

package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	llngPIN   = "730416"
	llngAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
)

// A ssoHost is LemonLDAP::NG as Debian ships it, behind nginx, with the files of
// contrib/lemonldap-ng and its own demonstration users, all in a folder.
type ssoHost struct {
	t       *testing.T
	dir     string
	address string // of nginx
	pinward *service
}

// newSSO runs it against a pinward that knows its user dwho.
func newSSO(t *testing.T) *ssoHost {
	t.Helper()
	s := newSite(t)
	s.run("", "account", "add", "dwho", "--name", "Sample, Doctor", "--profile", "teacher")
	s.run("", "account", "add", "rtyler", "--name", "Sample, Rose", "--profile", "student")
	s.run(llngPIN+"\n", "pin", "set", "dwho", "--pin-stdin")
	v := s.serve()
	key := s.portal("llng", "--scope", "compat", "--scope", "recognize", "--scope", "login")
	dir := sharedFolder(t)
	h := &ssoHost{t: t, dir: dir, address: freeAddress(t), pinward: v}
	for _, sub := range []string{"", "sessions/lock", "psessions/lock", "notifications", "cache", "run"} {
		path := filepath.Join(dir, sub)
		if err := os.MkdirAll(path, 0o777); err != nil {
			t.Fatal(err)
		}
		for ; strings.HasPrefix(path, dir); path = filepath.Dir(path) {
			if err := os.Chmod(path, 0o777); err != nil { // of another user's processes
				t.Fatal(err)
			}
		}
	}
	h.install(key)
	h.start()
	return h
}

// install puts the shipped files where the portal finds them, as the README says.
func (h *ssoHost) install(key string) {
	const shipped, theirs = "../contrib/lemonldap-ng", "/usr/share/lemonldap-ng/portal"
	write(h.t, filepath.Join(h.dir, "Pinward.pm"), read(h.t, shipped+"/Pinward.pm"))
	write(h.t, filepath.Join(h.dir, "pinward.key"), key+"\n")
	write(h.t, filepath.Join(h.dir, "templates/pinward/ext2fcheck.tpl"), read(h.t, shipped+"/ext2fcheck.tpl"))
	for _, name := range []string{"bootstrap", "common"} {
		if err := os.Symlink(theirs+"/templates/"+name, filepath.Join(h.dir, "templates", name)); err != nil {
			h.t.Fatal(err)
		}
	}
	conf, ours := map[string]any{}, map[string]any{}
	fragment := strings.NewReplacer("KEY", key, "127.0.0.1:8420", h.pinward.address).Replace(read(h.t, shipped+"/lmConf.json"))
	whole := strings.ReplaceAll(read(h.t, "/var/lib/lemonldap-ng/conf/lmConf-1.json"), "/var/lib/lemonldap-ng", h.dir)
	for text, into := range map[string]*map[string]any{whole: &conf, fragment: &ours} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			h.t.Fatal(err)
		}
	}
	maps.Copy(ours["macros"].(map[string]any), conf["macros"].(map[string]any))
	maps.Copy(conf, ours)
	merged, err := json.Marshal(conf)
	if err != nil {
		h.t.Fatal(err)
	}
	write(h.t, filepath.Join(h.dir, "conf/lmConf-1.json"), string(merged))
	ini := strings.NewReplacer("/var/lib/lemonldap-ng", h.dir, theirs+"/templates", h.dir+"/templates",
		"[all]", "[all]\nrequire = "+h.dir+"/Pinward.pm").Replace(read(h.t, "/etc/lemonldap-ng/lemonldap-ng.ini"))
	write(h.t, filepath.Join(h.dir, "lemonldap-ng.ini"), ini)
	nginx := strings.NewReplacer(
		"listen 80;", "listen "+h.address+";", "listen [::]:80;", "",
		"unix:/var/run/llng-fastcgi-server/llng-fastcgi.sock", "unix:"+h.dir+"/run/llng.sock",
	).Replace(read(h.t, "/etc/lemonldap-ng/portal-nginx.conf"))
	write(h.t, filepath.Join(h.dir, "nginx.conf"), "pid "+h.dir+"/run/nginx.pid;\nevents {}\nhttp {\ninclude /etc/nginx/mime.types;\naccess_log off;\n"+nginx+"\n}\n")
}

func (h *ssoHost) start() {
	program(h.t, filepath.Join(h.dir, "llng.log"), []string{
		"LLNG_DEFAULTCONFFILE=" + h.dir + "/lemonldap-ng.ini", "LLNG_DEFAULTLOGGER=Lemonldap::NG::Common::Logger::Std",
		"SOCKET=" + h.dir + "/run/llng.sock", "PID=" + h.dir + "/run/llng.pid", "USER=www-data", "GROUP=www-data", "NPROC=2",
		"CUSTOM_FUNCTIONS_FILE=" + h.dir + "/Pinward.pm", "PINWARD_ADDRESS=" + h.pinward.address, "PINWARD_KEY_FILE=" + h.dir + "/pinward.key",
	}, "/usr/sbin/llng-fastcgi-server", "--foreground")
	until(h.t, "the portal's socket", func() bool { _, err := os.Stat(h.dir + "/run/llng.sock"); return err == nil })
	if err := os.Chmod(h.dir+"/run/llng.sock", 0o777); err != nil {
		h.t.Fatal(err)
	}
	program(h.t, filepath.Join(h.dir, "nginx.log"), nil, "nginx", "-p", h.dir, "-c", h.dir+"/nginx.conf", "-e", h.dir+"/run/nginx-error.log", "-g", "daemon off;")
	until(h.t, "nginx", func() bool {
		c, err := net.Dial("tcp", h.address)
		if err != nil {
			return false
		}
		return c.Close() == nil
	})
}

// A visitor is a browser at the portal's login page.
type visitor struct {
	h      *ssoHost
	client *http.Client
}

func (h *ssoHost) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	to := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", h.address) // whatever the name
	}}
	h.t.Cleanup(to.CloseIdleConnections)
	return &visitor{h, &http.Client{Jar: jar, Transport: to}}
}

// ask sends a form, or with none reads a page, and gives the page that follows.
func (v *visitor) ask(path string, form url.Values) string {
	v.h.t.Helper()
	method := "GET"
	if form != nil {
		method = "POST"
	}
	r, err := http.NewRequestWithContext(v.h.t.Context(), method, "http://auth.example.com"+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", llngAgent)
	r.Header.Set("Accept", "text/html")
	answer, err := v.client.Do(r)
	if err != nil {
		v.h.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		v.h.t.Fatal(err)
	}
	return string(page)
}

// hidden gives the hidden fields of a page's form, which go back with it.
func hidden(page string) url.Values {
	form := url.Values{}
	for _, input := range regexp.MustCompile(`<input[^>]*>`).FindAllString(page, -1) {
		name := regexp.MustCompile(`name="([^"]*)"`).FindStringSubmatch(input)
		value := regexp.MustCompile(`value="([^"]*)"`).FindStringSubmatch(input)
		if name != nil && value != nil && strings.Contains(input, `type="hidden"`) {
			form.Set(name[1], html.UnescapeString(value[1]))
		}
	}
	return form
}

// password gives name and password, and the page that follows.
func (v *visitor) password(user string) string {
	form := hidden(v.ask("/", nil))
	form.Set("user", user)
	form.Set("password", user)
	return v.ask("/", form)
}

// pin gives a PIN to the prompt that a page is.
func (v *visitor) pin(prompt, pin string) string {
	form := hidden(prompt)
	form.Set("code", pin)
	return v.ask("/rest2fcheck?skin=pinward", form)
}

// What a page is.
const (
	isLogin  = "the login form"
	isPrompt = "the prompt for the PIN"
	isMenu   = "the menu"
	isError  = "an error"
)

func kindOf(page string) string {
	switch {
	case strings.Contains(page, `name="code"`):
		return isPrompt
	case strings.Contains(page, `trmsg="24"`), strings.Contains(page, `trmsg="96"`):
		return isError
	case strings.Contains(page, `name="password"`):
		return isLogin
	case strings.Contains(page, `id="menu"`):
		return isMenu
	}
	return page
}

func (h *ssoHost) wantPage(page, want string) {
	h.t.Helper()
	if got := kindOf(page); got != want {
		h.t.Fatalf("got %s, want %s", got, want)
	}
}

// inside reports whether the portal takes the visitor for logged in.
func (v *visitor) inside() bool { return kindOf(v.ask("/", nil)) == isMenu }

// TestLemonLDAP: password, PIN, menu, as the school's portal has it.
func TestLemonLDAP(t *testing.T) {
	h := newSSO(t)
	t.Run("password, PIN, menu", func(t *testing.T) {
		v := h.visitor()
		prompt := v.password("dwho")
		h.wantPage(prompt, isPrompt)
		if !strings.Contains(prompt, `type="password" inputmode="numeric"`) {
			t.Error("the prompt shows the PIN")
		}
		if v.inside() {
			t.Error("inside before the PIN")
		}
		h.wantPage(v.pin(prompt, llngPIN), isMenu)
		if !v.inside() {
			t.Error("not inside after the PIN")
		}
	})
	t.Run("wrong PIN", func(t *testing.T) {
		v := h.visitor()
		h.wantPage(v.pin(v.password("dwho"), "502917"), isError)
		if v.inside() {
			t.Error("inside after a wrong PIN")
		}
	})
	t.Run("who has no PIN is not asked", func(t *testing.T) {
		v := h.visitor()
		h.wantPage(v.password("rtyler"), isMenu)
		if n := len(h.logins("rtyler")); n != 1 {
			t.Errorf("the log has %d logins, want 1", n)
		}
	})
	t.Run("a recognized device", func(t *testing.T) {
		v := h.visitor()
		v.remember(h.device("dwho"))
		h.hourLater()
		before := len(h.logins("dwho"))
		h.wantPage(v.password("dwho"), isMenu)
		logins := h.logins("dwho")
		if n := len(logins) - before; n != 1 {
			t.Fatalf("the log has %d logins more, want this one", n)
		}
		if got := logins[len(logins)-1]["reason"]; got != "device_recognized" {
			t.Errorf("the log says %v", got)
		}
		h.wantPage(h.visitor().password("dwho"), isPrompt) // another browser
	})
	t.Run("pinward down", func(t *testing.T) {
		v, late := h.visitor(), h.visitor()
		v.remember(h.device("dwho"))
		prompt := late.password("dwho")
		h.wantPage(prompt, isPrompt)
		h.pinward.stop()
		h.wantPage(v.password("dwho"), isPrompt)
		h.wantPage(late.pin(prompt, llngPIN), isError)
		if v.inside() || late.inside() {
			t.Error("inside without pinward")
		}
	})
}

// logins gives the login log of an account, oldest first.
func (h *ssoHost) logins(login string) (all []map[string]any) {
	h.t.Helper()
	out, err := h.pinward.command("login", "list", "--account", login, "-o", "json").Output()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&all); err != nil {
		h.t.Fatal(err)
	}
	return all
}

// device registers the visitors' browser for an account, and gives the cookie.
func (h *ssoHost) device(login string) *http.Cookie {
	h.t.Helper()
	begun := h.pinward.answer(`{"login":"`+login+`","user_agent":"`+llngAgent+`"}`, "login", "start")
	done := h.pinward.answer(`{"login_id":"`+begun["login_id"].(string)+`","pin":"`+llngPIN+`","remember":{"name":"Home","replace":true}}`, "login", "pin")
	return &http.Cookie{Name: done["cookie_name"].(string), Value: done["device_token"].(string)}
}

// hourLater makes every device one that was last seen an hour ago: one that was
// seen just now is not noted again.
func (h *ssoHost) hourLater() {
	h.t.Helper()
	c := exec.CommandContext(h.t.Context(), "sqlite3", "-cmd", ".timeout 10000", filepath.Join(h.pinward.dir, "pinward.db"),
		"UPDATE device SET last_seen_at = last_seen_at - 3600000")
	if out, err := c.CombinedOutput(); err != nil {
		h.t.Fatalf("%v: %s", err, out)
	}
}

func (v *visitor) remember(c *http.Cookie) {
	v.client.Jar.SetCookies(&url.URL{Scheme: "http", Host: "auth.example.com", Path: "/"}, []*http.Cookie{c})
}
