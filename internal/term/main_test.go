package term

import (
	"context"
	"fmt"
	"io"
	"os"
	"testing"
)

// childArg makes the test binary play the program that asks at a terminal. A
// controlling terminal belongs to a whole process, so tests cannot have one.
const childArg = "ask-at-the-terminal"

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == childArg {
		child(os.Args[2])
		return
	}
	os.Exit(m.Run())
}

// child answers on standard output; the end of standard input cancels what a
// scene calls cancelled.
func child(scene string) {
	tty, err := Open()
	if err != nil {
		fmt.Printf("open: %v", err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	switch scene {
	case "secret":
		tell(tty.ReadSecret(context.Background(), "PIN: "))
	case "secret, cancelled":
		tell(tty.ReadSecret(ctx, "PIN: "))
	case "secret, cancelled, then line":
		tell(tty.ReadSecret(ctx, "PIN: "))
		tell(tty.ReadLine(context.Background(), "Reason: "))
	case "secret, cancelled before":
		cancel()
		tell(tty.ReadSecret(ctx, "PIN: "))
	case "line":
		tell(tty.ReadLine(context.Background(), "Reason: "))
	case "confirm":
		tell(tty.Confirm(context.Background(), "Revoke 3 devices?"))
	}
	if err := tty.Close(); err != nil {
		fmt.Printf("close: %v", err)
	}
}

func tell(answer any, err error) { fmt.Printf("%#v %v\n", answer, err) }
