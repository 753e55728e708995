package cmd_test

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"pinward/cmd"
	"pinward/internal/access"
	"pinward/internal/secret"
)

// TestMain is the only place where pinward is made weak and predictable: a
// cheap hash, a clock that scripts set with `env CLOCK=…`, ids that depend only
// on how many commands a script has run, and a fixed operator.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"pinward": func() {
		w := cmd.System("v0.0.0-test")
		w.Now = scriptClock
		w.Random = scriptRandom()
		w.Hasher = secret.Hasher{MemoryKiB: 64, Time: 1}
		w.Operator = access.Operator{ID: "uid:1000", Name: "tester", Role: access.RoleAdmin}
		w.Root = false
		if os.Getenv("PTY") == "" { // a script has no person to ask
			w.OpenTerminal = func() (cmd.Terminal, error) { return nil, errors.New("no terminal") }
		}
		os.Exit(cmd.Main(os.Args[1:], w))
	}})
}

// scriptClock gives the script's time, with the real time's passing left out.
func scriptClock() time.Time {
	now, err := time.Parse(time.RFC3339, os.Getenv("CLOCK"))
	if err != nil {
		panic("CLOCK: " + err.Error())
	}
	return now
}

// scriptRandom gives each run of the program in one script a stream of its own.
func scriptRandom() io.Reader {
	counter := filepath.Join(os.Getenv("HOME"), ".runs")
	text, _ := os.ReadFile(counter)
	run, _ := strconv.Atoi(string(text))
	_ = os.WriteFile(counter, []byte(strconv.Itoa(run+1)), 0o600)
	return &sharedRandom{from: rand.NewChaCha8(sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(run))))}
}

// A sharedRandom may be read by several goroutines, as the system's may.
type sharedRandom struct {
	mutex sync.Mutex
	from  io.Reader
}

func (r *sharedRandom) Read(p []byte) (int, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.from.Read(p)
}

// TestScripts runs one file a behaviour through the real main, comparing whole
// output. UPDATE=1 writes the expected output anew.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Setup:               setUpScript,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":  exits,
			"login":  scriptLogin,
			"tamper": scriptTamper,
			"post":   scriptPost,
		},
	})
}

func setUpScript(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	env.Setenv("HOME", home)
	env.Setenv("TZ", "UTC")
	env.Setenv("CLOCK", "2026-03-02T08:00:00Z")
	env.Values[postKey] = &postServer{}
	env.Setenv("GORACE", "atexit_sleep_ms=0")
	return os.Mkdir(home, 0o700)
}

// exits runs a program and checks its exit code: exits 5 pinward pin check.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		var code int
		if _, scanErr := fmt.Sscanf(err.Error(), "exit status %d", &code); scanErr != nil {
			ts.Fatalf("%v: %v", args[1:], err)
		}
		got = code
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// scriptLogin runs `pinward login VERB` with a JSON object made of KEY=VALUE
// words on its standard input, and keeps login_id and device_token of the answer
// in the script's environment: login 0 start login=lea.martin ip=192.0.2.7.
// A value that is itself JSON begins with a colon: remember=:{"name":"Home"}.
func scriptLogin(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: login CODE VERB KEY=VALUE...")
	}
	var fields []string
	if args[1] != "start" {
		fields = append(fields, fmt.Sprintf("%q:%q", "login_id", ts.Getenv("LOGIN_ID")))
	}
	for _, word := range args[2:] {
		key, value, _ := strings.Cut(word, "=")
		if raw, ok := strings.CutPrefix(value, ":"); ok {
			fields = append(fields, fmt.Sprintf("%q:%s", key, raw))
			continue
		}
		fields = append(fields, fmt.Sprintf("%q:%q", key, value))
	}
	request := filepath.Join(ts.Getenv("WORK"), ".request")
	ts.Check(os.WriteFile(request, []byte("{"+strings.Join(fields, ",")+"}"), 0o600))
	exits(ts, false, []string{args[0], "sh", "-c", "pinward login " + args[1] + " <" + request})
	answer := ts.ReadFile("stdout")
	for key, name := range map[string]string{"login_id": "LOGIN_ID", "device_token": "DEVICE_TOKEN"} {
		if _, after, found := strings.Cut(answer, `"`+key+`":"`); found {
			value, _, _ := strings.Cut(after, `"`)
			ts.Setenv(name, value)
		}
	}
}
