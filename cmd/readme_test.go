package cmd_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// readmeHome is how README.md writes the home folder, which is another one in
// every test.
const readmeHome = "/home/you"

// TestConsoleBlocks runs every console block of the documents that have any, one
// after the other in one empty folder a document, and compares all that they
// print. A block of the form "```csv students.csv" is a file that the commands
// find there. UPDATE=1 writes the output anew.
func TestConsoleBlocks(t *testing.T) {
	for _, name := range []string{"README.md", "docs/json-output.md"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("..", filepath.FromSlash(name))
			text := readText(t, path)
			r := readme{t: t, folder: t.TempDir(), home: t.TempDir()}
			got := r.play(text)
			switch {
			case r.commands == 0:
				t.Fatal("no command in a console block")
			case got == text:
			case os.Getenv("UPDATE") == "":
				t.Errorf("commands print something else; got:\n%s\nwrite it anew with: make goldens", firstDifference(got, text))
			default:
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// A readme plays one document.
type readme struct {
	t            *testing.T
	folder, home string
	commands     int
	stands       map[string]string // for what a word in a command stands
}

// play gives the document with the output that its commands have now.
func (r *readme) play(text string) string {
	var out strings.Builder
	var file strings.Builder
	block, target := "", ""
	for line := range strings.Lines(text) {
		info, fence := strings.CutPrefix(strings.TrimRight(line, "\n"), "```")
		command, typed := strings.CutPrefix(line, "$ ")
		switch {
		case fence && block == "":
			block, target, _ = strings.Cut(info+" ", " ")
			target = strings.TrimSpace(target)
			if block == "" {
				block = "plain"
			}
			file.Reset()
		case fence:
			if target != "" {
				r.put(target, file.String())
			}
			block = ""
		case block == "console" && typed:
			out.WriteString(line)
			out.WriteString(r.run(strings.TrimSpace(command)))
			continue
		case block == "console":
			continue // what the command printed before
		default:
			file.WriteString(line)
		}
		out.WriteString(line)
	}
	return out.String()
}

func (r *readme) put(name, content string) {
	r.t.Helper()
	if err := os.WriteFile(filepath.Join(r.folder, filepath.Base(name)), []byte(content), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// run gives what a person at a terminal would see of a command, in a session of
// its own, so that no prompt finds the terminal of whoever runs the tests.
func (r *readme) run(command string) string {
	r.t.Helper()
	r.commands++
	shell, fromSource := command, strings.Contains(command, "go run . ")
	if fromSource {
		shell = strings.ReplaceAll(command, "go run . ", "pinward ")
	}
	for word, text := range r.stands {
		shell = strings.ReplaceAll(shell, word, text)
	}
	c := exec.CommandContext(r.t.Context(), "sh", "-c", shell)
	c.Dir = r.folder
	c.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + r.home, "TZ=UTC", "CLOCK=2026-03-02T08:00:00Z", "GORACE=atexit_sleep_ms=0",
	}
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	var shown bytes.Buffer
	c.Stdout, c.Stderr = &shown, &shown
	if err := c.Run(); err != nil && !strings.Contains(shown.String(), `"decision":`) {
		r.t.Errorf("$ %s: %v\n%s", command, err, shown.String())
	}
	r.note(shown.String())
	out := strings.ReplaceAll(shown.String(), r.home, readmeHome)
	if fromSource {
		// The program calls itself as it was called, which the test binary
		// that plays it cannot know.
		out = strings.ReplaceAll(out, "  pinward --config", "  go run . --config")
	}
	return out
}

// note keeps the secrets of an answer for the requests that follow it.
func (r *readme) note(answer string) {
	for word, key := range map[string]string{"LOGIN_ID": "login_id", "DEVICE_TOKEN": "device_token"} {
		if _, after, found := strings.Cut(answer, `"`+key+`":"`); found {
			if r.stands == nil {
				r.stands = map[string]string{}
			}
			r.stands[word], _, _ = strings.Cut(after, `"`)
		}
	}
}

// firstDifference gives the lines of got around the first that differs.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	i := 0
	for i < len(g) && i < len(w) && g[i] == w[i] {
		i++
	}
	return strings.Join(g[max(i-3, 0):min(i+10, len(g))], "\n")
}
