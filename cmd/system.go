package cmd

import (
	"crypto/rand"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/term"
)

// System gives the real World.
func System(version string) World {
	watchdog, _ := daemon.SdWatchdogEnabled(false) // malformed: nobody watches
	return World{
		Version: version, Program: program(),
		In: os.Stdin, Out: term.Output(os.Stdout), Err: os.Stderr,
		Env: os.Getenv, Now: time.Now, Random: rand.Reader, Hasher: secret.DefaultHasher(),
		Operator: whoActs(), Root: os.Geteuid() == 0, UID: os.Geteuid(),
		OpenTerminal: func() (Terminal, error) { return term.Open() },
		InTTY:        term.IsTerminal(os.Stdin), OutTTY: term.IsTerminal(os.Stdout), ErrTTY: term.IsTerminal(os.Stderr),
		Width:    term.Width(os.Stdout),
		Sockets:  activation.Listeners,
		Watchdog: watchdog,
		Notify: func(state string) error {
			_, err := daemon.SdNotify(false, state)
			return err
		},
	}
}

// program gives what a person types to run it, which `go run .` hides.
func program() string {
	if strings.Contains(os.Args[0], "go-build") {
		return "go run ."
	}
	return filepath.Base(os.Args[0])
}

// whoActs gives the person that the kernel says is running the program. Whoever
// can open the store can do everything to it, so the role is admin; the person
// behind sudo is recorded as claimed, since any environment can say that.
func whoActs() access.Operator {
	uid := strconv.Itoa(os.Getuid())
	o := access.Operator{ID: "uid:" + uid, Name: uid, Role: access.RoleAdmin}
	if u, err := user.LookupId(uid); err == nil {
		o.Name = u.Username
	}
	if sudo := os.Getenv("SUDO_USER"); sudo != "" {
		o.Claimed = access.CutUserAgent(sudo) + " (uid " + access.CutUserAgent(os.Getenv("SUDO_UID")) + ")"
	}
	return o
}
