package cmd_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A server is a run of pinward serve, and all that it has logged.
type server struct {
	t       *testing.T
	cmd     *exec.Cmd
	mutex   sync.Mutex
	lines   []map[string]any
	raw     strings.Builder
	over    chan struct{} // closed when the log has ended
	exit    error
	address string // of TCP
	socket  string
}

// serve starts pinward serve on a port and a socket of its own and waits until it
// is ready.
func (h *home) serve(args ...string) *server {
	h.t.Helper()
	return h.serveAs(h.command(append([]string{"serve", "--listen", "127.0.0.1:0", "--socket", filepath.Join(h.dir, "s")}, args...)))
}

func (h *home) serveAs(c *exec.Cmd) *server {
	h.t.Helper()
	s := &server{t: h.t, cmd: c, over: make(chan struct{})}
	out, err := c.StderrPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		h.t.Fatal(err)
	}
	go s.read(out)
	h.t.Cleanup(func() {
		_ = c.Process.Kill()
		<-s.over
	})
	s.waitFor("ready")
	for _, line := range s.logged("listening") {
		if address := line["address"].(string); strings.Contains(address, ":") {
			s.address = address
		} else {
			s.socket = address
		}
	}
	return s
}

func (s *server) read(out io.Reader) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var fields map[string]any
		_ = json.Unmarshal(lines.Bytes(), &fields)
		s.mutex.Lock()
		s.raw.WriteString(lines.Text() + "\n")
		s.lines = append(s.lines, fields)
		s.mutex.Unlock()
	}
	s.exit = s.cmd.Wait()
	close(s.over)
}

// logged gives the lines of a message.
func (s *server) logged(message string) (found []map[string]any) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, line := range s.lines {
		if line["msg"] == message {
			found = append(found, line)
		}
	}
	return found
}

func (s *server) log() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.raw.String()
}

func (s *server) waitFor(message string) {
	s.t.Helper()
	s.until("a log line: "+message, func() bool { return len(s.logged(message)) > 0 })
}

func (s *server) until(what string, holds func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); {
		select {
		case <-s.over:
			if !holds() {
				s.t.Fatalf("%s: serve has ended: %v\n%s", what, s.exit, s.log())
			}
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s: not within a minute\n%s", what, s.log())
		}
	}
}

// ends sends a signal and gives the exit code.
func (s *server) ends(signal syscall.Signal) int {
	s.t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
	<-s.over
	var exit *exec.ExitError
	if s.exit != nil && !errors.As(s.exit, &exit) {
		s.t.Fatal(s.exit)
	}
	return s.cmd.ProcessState.ExitCode()
}

// get asks by TCP, or by the socket.
func (s *server) get(bySocket bool, path string) (int, string) {
	s.t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		if bySocket {
			return d.DialContext(ctx, "unix", s.socket)
		}
		return d.DialContext(ctx, "tcp", s.address)
	}}}
	answer, err := client.Get("http://pinward" + path)
	if err != nil {
		s.t.Fatalf("%v\n%s", err, s.log())
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func (s *server) wantReady(bySocket bool) {
	s.t.Helper()
	if code, body := s.get(bySocket, "/readyz"); code != 200 {
		s.t.Errorf("got %d %s\n%s", code, body, s.log())
	}
}

func TestServe(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			h := newHome(t)
			s := h.serve()
			s.wantReady(false)
			s.wantReady(true)
			if info, err := os.Stat(s.socket); err != nil || info.Mode().Perm() != 0o660 {
				t.Errorf("socket: got %v, %v, want mode 0660", info.Mode(), err)
			}
			h.run(0, "", "account", "add", "noe.bernard", "--name", "Bernard, Noé", "--profile", "student") // others work beside it
			if code := s.ends(signal); code != 0 {
				t.Errorf("got exit code %d\n%s", code, s.log())
			}
			if _, err := os.Lstat(s.socket); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the socket is left: %v", err)
			}
			if len(s.logged("ended")) != 1 || !strings.HasSuffix(h.run(0, "", "store", "check"), "\n") {
				t.Errorf("did not end in order\n%s", s.log())
			}
		})
	}
}

// TestServeLogsNoSecret puts a secret wherever a request has room for one.
func TestServeLogsNoSecret(t *testing.T) {
	s := newHome(t).serve()
	const canary = "canary8305"
	for _, path := range []string{"/healthz", "/v1/logins/" + canary + "/pin", "/p/" + canary} {
		r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+s.address+path+"?code="+canary, strings.NewReader(`{"pin":"`+canary+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"Authorization", "Cookie", "X-API-Key", "User-Agent", "X-Forwarded-For", "Referer"} {
			r.Header.Set(name, canary)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
	}
	s.until("three requests", func() bool { return len(s.logged("answered")) == 3 })
	c, err := net.Dial("tcp", s.address) // no HTTP at all
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(c, canary+"\r\n\r\n")
	_, _ = io.ReadAll(c)
	_ = c.Close()
	s.ends(syscall.SIGTERM)
	if strings.Contains(s.log(), "canary") {
		t.Errorf("the log holds a secret:\n%s", s.log())
	}
}

func TestServeQuietly(t *testing.T) {
	h := newHome(t)
	c := h.command([]string{"serve", "--quiet", "--listen", "off", "--socket", filepath.Join(h.dir, "s")})
	var out strings.Builder
	c.Stderr = &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for {
		if conn, err := net.Dial("unix", filepath.Join(h.dir, "s")); err == nil {
			_ = conn.Close()
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	_ = c.Process.Signal(syscall.SIGTERM)
	if err := c.Wait(); err != nil || out.String() != "" {
		t.Errorf("got %v, log %q, want none", err, out.String())
	}
}

// TestServeSocketInUse: a socket that somebody answers on is theirs, one that a
// dead program left is not.
func TestServeSocketInUse(t *testing.T) {
	h := newHome(t)
	s := h.serve()
	if got := h.run(9, "", "serve", "--listen", "off", "--socket", s.socket); !strings.Contains(got, s.socket+": another program answers there") || !strings.Contains(got, "choose others with --listen and --socket") {
		t.Errorf("a second one: got %q", got)
	}
	if got := h.run(9, "", "serve", "--listen", s.address, "--socket", "off"); !strings.Contains(got, "another program answers there") {
		t.Errorf("a taken port: got %q", got)
	}
	s.wantReady(true) // still there

	other := filepath.Join(h.dir, "other")
	l, err := net.Listen("unix", other)
	if err != nil {
		t.Fatal(err)
	}
	if got := h.run(9, "", "serve", "--listen", "off", "--socket", other); !strings.Contains(got, "another program answers there") {
		t.Errorf("another program's: got %q", got)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = l.Close()
	if _, err := os.Lstat(other); err != nil {
		t.Fatal(err)
	}
	odd := filepath.Join(h.dir, "odd") // not known to be left behind
	d, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: odd, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	h.run(9, "", "serve", "--listen", "off", "--socket", odd)
	if _, err := os.Lstat(odd); err != nil {
		t.Errorf("somebody's socket is gone: %v", err)
	}
	left := h.serve("--socket", other)
	left.wantReady(true)
}

// TestServeAfterAKill: what kill -9 leaves behind keeps nobody from starting.
func TestServeAfterAKill(t *testing.T) {
	h := newHome(t)
	s := h.serve()
	_ = s.cmd.Process.Kill()
	<-s.over
	if _, err := os.Lstat(s.socket); err != nil {
		t.Fatal(err)
	}
	h.serve().wantReady(true)
}

// TestServeOnPassedSockets hands over listeners as systemd does, and hears what
// systemd is told.
func TestServeOnPassedSockets(t *testing.T) {
	h := newHome(t)
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	unix, err := net.Listen("unix", filepath.Join(h.dir, "passed"))
	if err != nil {
		t.Fatal(err)
	}
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(h.dir, "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = manager.Close() }()
	c := exec.Command("sh", "-c", "LISTEN_PID=$$ WATCHDOG_PID=$$ exec pinward serve")
	c.Env = append(h.command(nil).Env, "PATH="+os.Getenv("PATH"), "LISTEN_FDS=2", "WATCHDOG_USEC=3000000", "NOTIFY_SOCKET="+filepath.Join(h.dir, "notify"))
	for _, l := range []interface{ File() (*os.File, error) }{tcp.(*net.TCPListener), unix.(*net.UnixListener)} {
		f, err := l.File()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Close() }()
		c.ExtraFiles = append(c.ExtraFiles, f)
	}
	s := h.serveAs(c)
	_ = tcp.Close()
	if s.address != tcp.Addr().String() || s.socket != unix.Addr().String() {
		t.Errorf("listens on %s and %s", s.address, s.socket)
	}
	s.wantReady(false)
	s.wantReady(true)
	hear := func(want string) {
		t.Helper()
		_ = manager.SetReadDeadline(time.Now().Add(time.Minute))
		b := make([]byte, 100)
		for {
			n, err := manager.Read(b)
			if err != nil {
				t.Fatalf("%s: %v", want, err)
			}
			if string(b[:n]) == want {
				return
			}
		}
	}
	hear("READY=1")
	hear("WATCHDOG=1")
	if code := s.ends(syscall.SIGTERM); code != 0 {
		t.Errorf("got exit code %d", code)
	}
	hear("STOPPING=1")
	if _, err := os.Lstat(filepath.Join(h.dir, "passed")); err != nil {
		t.Errorf("the socket is systemd's: %v", err)
	}
}

// TestServeGoesOnAfterARotation: the keyring is read again, and so the PINs that
// were sealed anew open.
func TestServeGoesOnAfterARotation(t *testing.T) {
	h := newHome(t)
	h.run(0, "8305\n", "pin", "set", "lea.martin", "--pin-stdin")
	s := h.serve()
	h.run(0, "", "key", "rotate", "--yes")
	s.waitFor("keyring was read again")
	s.wantReady(false)
	if err := os.WriteFile(filepath.Join(h.dir, ".config/pinward/keyring.json"), []byte("canary"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.waitFor("keyring cannot be read: the old one stays")
	s.wantReady(false)
}

// TestServeSendsMails: what is owed goes out without cron.
func TestServeSendsMails(t *testing.T) {
	h := newHome(t)
	config := filepath.Join(h.dir, ".config/pinward/config.yaml")
	text := readText(t, config) + "mail:\n  delivery: file\n  from: office@school.example\n  folder: " + h.dir + "/mails\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h.run(0, "", "account", "edit", "lea.martin", "--email", "lea@school.example")
	s := h.serve()
	h.run(0, "8305\n", "pin", "set", "lea.martin", "--pin-stdin")
	s.waitFor("mails")
	files, err := filepath.Glob(h.dir + "/mails/*")
	if err != nil || len(files) == 0 {
		t.Errorf("got %v, %v, want a mail", files, err)
	}
}

// TestServeEncrypted reads the certificate again at SIGHUP.
func TestServeEncrypted(t *testing.T) {
	h := newHome(t)
	sample := httptest.NewUnstartedServer(nil)
	sample.StartTLS()
	defer sample.Close()
	pair := sample.TLS.Certificates[0]
	private, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, key := filepath.Join(h.dir, "cert.pem"), filepath.Join(h.dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := h.serve("--tls-cert", cert, "--tls-key", key)
	answer, err := sample.Client().Get("https://" + s.address + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != 200 {
		t.Errorf("got %s", answer.Status)
	}
	s.wantReady(true) // the socket stays plain
	if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	s.waitFor("certificate was read again")
}

// TestDoctorAsksServe: a socket is there, so somebody should answer.
func TestDoctorAsksServe(t *testing.T) {
	h := newHome(t)
	config := filepath.Join(h.dir, ".config/pinward/config.yaml")
	if err := os.WriteFile(config, []byte(readText(t, config)+"serve:\n  socket: "+h.dir+"/s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	finds := func(want string) {
		t.Helper()
		if got := h.run(8, "", "doctor", "-o", "csv"); !strings.Contains(got, want) { // no backup was made: never well
			t.Errorf("got %s, want %q", got, want)
		}
	}
	if got := h.run(8, "", "doctor", "-o", "csv"); strings.Contains(got, "\nserve,") {
		t.Errorf("without serve: got %s", got)
	}
	s := h.serve()
	finds("serve,true,answers on " + s.socket)
	_ = s.cmd.Process.Kill()
	<-s.over
	finds("serve,false,nobody answers on " + s.socket)
	_ = os.Remove(s.socket)
	other := httptest.NewUnstartedServer(http.NotFoundHandler())
	var err error
	if other.Listener, err = net.Listen("unix", s.socket); err != nil {
		t.Fatal(err)
	}
	other.Start()
	defer other.Close()
	finds("what answers there is not pinward")
}

// portalKey adds a portal and gives its key.
func (h *home) portalKey() string {
	h.t.Helper()
	_, key, _ := strings.Cut(h.run(0, "", "portal", "add", "ent", "--scope", "login", "--school", "A", "-o", "json"), `"key":"`)
	key, _, found := strings.Cut(key, `"`)
	if !found {
		h.t.Fatal("no key was made")
	}
	return key
}

// post asks the API by TCP and gives status and body.
func (s *server) post(key, path, body string) string {
	r, err := http.NewRequestWithContext(context.Background(), "POST", "http://"+s.address+path, strings.NewReader(body))
	if err != nil {
		return err.Error()
	}
	r.Header.Set("Authorization", "Bearer "+key)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = answer.Body.Close() }()
	text, _ := io.ReadAll(answer.Body)
	return answer.Status + " " + string(text)
}

const sampleLogin = `{"login":"lea.martin","ip":"192.0.2.7","user_agent":"Mozilla/5.0"}`

// TestServeLogsNoLogin follows a login: neither its secret id, nor what proves
// anything, nor what was typed stands in the log.
func TestServeLogsNoLogin(t *testing.T) {
	h := newHome(t)
	h.run(0, "8305\n", "pin", "set", "lea.martin", "--pin-stdin")
	key := h.portalKey()
	s := h.serve()
	begun := s.post(key, "/v1/logins", sampleLogin)
	_, id, _ := strings.Cut(begun, `"login_id":"`)
	id, _, found := strings.Cut(id, `"`)
	if !found {
		t.Fatalf("got %s", begun)
	}
	for _, c := range []struct{ pin, want string }{{"47110815", "403 "}, {"8305", "200 "}} {
		got := s.post(key, "/v1/logins/"+id+"/pin", `{"pin":"`+c.pin+`","remember":{"name":"Home"}}`)
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("PIN %s: got %s, want %s", c.pin, got, c.want)
		}
	}
	s.until("three requests", func() bool { return len(s.logged("answered")) == 3 })
	s.ends(syscall.SIGTERM)
	log := s.log()
	for what, secret := range map[string]string{"key": key, "login id": id, "wrong PIN": "47110815", "token": "pwd_"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds the %s:\n%s", what, log)
		}
	}
	for _, line := range s.logged("answered") {
		if route, _ := line["route"].(string); !strings.HasPrefix(route, "POST /v1/logins") {
			t.Errorf("got %v", line)
		}
	}
}

// TestServeEndsWithAnswers stops serve while a login waits for the store: it is
// answered, and what was answered is stored.
func TestServeEndsWithAnswers(t *testing.T) {
	h := newHome(t)
	key := h.portalKey()
	s := h.serve()
	db, err := sql.Open("sqlite", filepath.Join(h.dir, ".local/share/pinward/pinward.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	exec := func(statement string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	exec("BEGIN IMMEDIATE") // nobody else writes now
	answered := make(chan string, 1)
	go func() { answered <- s.post(key, "/v1/logins", sampleLogin) }()
	s.until("the login is under way", func() bool {
		_, metrics := s.get(true, "/metrics")
		return strings.Contains(metrics, "pinward_http_requests_in_flight 2\n")
	})
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.until("no request is taken any more", func() bool {
		c, err := net.Dial("tcp", s.address)
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
	exec("COMMIT")
	if got := <-answered; !strings.HasPrefix(got, "201 ") || !strings.Contains(got, `"decision":`) {
		t.Errorf("got %s\n%s", got, s.log())
	}
	<-s.over
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("got exit code %d\n%s", code, s.log())
	}
	if got := h.run(0, "", "login", "list", "-o", "csv"); !strings.Contains(got, "lea.martin") {
		t.Errorf("the answered login is not stored: %s", got)
	}
}
