// Package cmd is pinward's command line: one file a verb, each of which reads
// its flags, asks package app, and writes what comes back. It decides nothing
// about accounts, PINs or devices.
package cmd

import (
	"context"
	"io"
	"net"
	"time"

	"pinward/internal/access"
	"pinward/internal/secret"
)

// A World is all that a command may know of its surroundings. Tests hand in
// another one; the shipped program has no switch that weakens it.
type World struct {
	Version  string
	Program  string // what a person types to run it
	In       io.Reader
	Out      io.Writer // data
	Err      io.Writer // words for people
	Env      func(string) string
	Now      func() time.Time
	Random   io.Reader
	Hasher   secret.Hasher
	Operator access.Operator // who acts, as the system tells
	Root     bool            // effective uid 0
	UID      int

	OpenTerminal func() (Terminal, error) // the controlling terminal
	InTTY        bool                     // In is a terminal
	OutTTY       bool
	ErrTTY       bool
	Width        int // of the terminal that Out is; 0: none

	// What a service manager hands to a service and wants to hear of it.
	Sockets  func() ([]net.Listener, error) // to listen on; nil or none: open them
	Notify   func(state string) error       // such as READY=1; nil: nobody listens
	Watchdog time.Duration                  // within which it wants to hear; 0: never
}

// A Terminal asks a person.
type Terminal interface {
	ReadSecret(ctx context.Context, prompt string) (string, error)
	ReadLine(ctx context.Context, prompt string) (string, error)
	Confirm(ctx context.Context, question string) (bool, error)
	Close() error
}
