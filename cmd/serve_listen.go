package cmd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"pinward/internal/access"
)

// Who may ask by the Unix socket: its owner and its group.
const (
	socketMode   = 0o660
	socketFolder = 0o750
	longestPath  = 103 // bytes that a socket's path may have on every system
)

// A door is a listener, with what people are told of it.
type door struct {
	net.Listener
	encrypted bool
}

// openDoors opens what requests come in by: the sockets that systemd passed, else
// those of the configuration.
func (s *session) openDoors(ctx context.Context, v serving, encrypt *tls.Config) (doors []door, err error) {
	defer func() {
		if err != nil {
			closeDoors(doors)
			doors = nil
		}
	}()
	passed, err := s.passedSockets()
	if err != nil {
		return nil, err
	}
	for i, l := range passed {
		if l == nil {
			return doors, access.Refused("listen_failed", fmt.Sprintf("serve: socket %d that systemd passed takes no connections", i+1), "pinward.socket needs ListenStream=")
		}
		doors = append(doors, door{Listener: l})
	}
	if len(passed) == 0 {
		if doors, err = openOwn(ctx, v); err != nil {
			return doors, err
		}
	}
	for i := range doors {
		if doors[i].Addr().Network() == "unix" {
			continue
		}
		if encrypt != nil {
			doors[i] = door{tls.NewListener(doors[i].Listener, encrypt), true}
			continue
		}
		if host, _, _ := net.SplitHostPort(doors[i].Addr().String()); !isLoopback(host) && !v.insecure {
			return doors, plainHTTP(doors[i].Addr().String())
		}
	}
	return doors, nil
}

func closeDoors(doors []door) {
	for _, d := range doors {
		if d.Listener != nil {
			_ = d.Close()
		}
	}
}

func (s *session) passedSockets() ([]net.Listener, error) {
	if s.Sockets == nil {
		return nil, nil
	}
	return s.Sockets()
}

func openOwn(ctx context.Context, v serving) (doors []door, err error) {
	if v.listen != "" {
		// Before it listens: plain HTTP must not be offered even for a moment.
		if host, _, _ := net.SplitHostPort(v.listen); v.cert == "" && !isLoopback(host) && !v.insecure {
			return nil, plainHTTP(v.listen)
		}
		var lc net.ListenConfig
		l, err := lc.Listen(ctx, "tcp", v.listen)
		if err != nil {
			return nil, listenError(v.listen, err)
		}
		doors = append(doors, door{Listener: l})
	}
	if v.socket != "" {
		l, err := openSocket(ctx, v.socket)
		if err != nil {
			return doors, err
		}
		doors = append(doors, door{Listener: l})
	}
	return doors, nil
}

func plainHTTP(address string) error {
	return &access.Error{
		Kind: access.ErrConfirm, Code: "plain_http",
		Text: fmt.Sprintf("serve: %s is reached from other machines, and plain HTTP shows PINs and keys on the way", address),
		Hint: "give --tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy; --insecure-http where the network itself is encrypted",
	}
}

func listenError(where string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return inUse(where)
	}
	return access.Refused("listen_failed", fmt.Sprintf("serve: listen on %s: %v", where, cause(err)), "name an address of this machine and a port or path that may be used")
}

func inUse(where string) error {
	return &access.Error{
		Kind: access.ErrBusy, Code: "address_in_use", Text: fmt.Sprintf("serve: %s: another program answers there", where),
		Hint: "end it, or choose others with --listen and --socket",
	}
}

// cause gives what the system said, without the names that the caller gives.
func cause(err error) error {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number
	}
	return err
}

// A lockedSocket holds a lock beside the socket's file for as long as it listens,
// so that two programs never take each other's file for one that was left behind.
type lockedSocket struct {
	net.Listener
	lock io.Closer
}

func (l lockedSocket) Close() error { return errors.Join(l.Listener.Close(), l.lock.Close()) }

// openSocket listens at the path of a Unix socket. A file that a dead program
// left there is replaced; anything else is not touched.
func openSocket(ctx context.Context, path string) (net.Listener, error) {
	if len(path) > longestPath {
		return nil, access.Usage(fmt.Sprintf("serve.socket: longer than %d bytes", longestPath), "choose a shorter path")
	}
	if err := os.MkdirAll(filepath.Dir(path), socketFolder); err != nil {
		return nil, listenError(path, err)
	}
	if err := mayReplace(path); err != nil {
		return nil, err
	}
	held, err := lock(path+".lock", "socket "+path)
	switch {
	case errors.Is(err, access.ErrBusy):
		return nil, inUse(path)
	case err != nil:
		return nil, err
	}
	l, err := bindSocket(ctx, path)
	if err != nil {
		_ = held.Close()
		return nil, err
	}
	return lockedSocket{l, held}, nil
}

func bindSocket(ctx context.Context, path string) (net.Listener, error) {
	if err := clearSocket(ctx, path); err != nil {
		return nil, err
	}
	// The file is made with its mode: a chmod after it would come too late.
	before := syscall.Umask(^socketMode & 0o777)
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "unix", path)
	syscall.Umask(before)
	if err != nil {
		return nil, listenError(path, err)
	}
	return l, nil
}

// mayReplace refuses a path where something else than a socket lies.
func mayReplace(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return listenError(path, err)
	case info.Mode().Type() != fs.ModeSocket:
		return access.Refused("socket_taken", fmt.Sprintf("serve: %s is not a socket", path), "nothing was changed; choose another path with --socket")
	}
	return nil
}

// clearSocket removes a socket that nobody listens on any more.
func clearSocket(ctx context.Context, path string) error {
	d := net.Dialer{Timeout: time.Second}
	c, err := d.DialContext(ctx, "unix", path)
	switch {
	case err == nil:
		_ = c.Close()
		return inUse(path)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case !errors.Is(err, syscall.ECONNREFUSED):
		return inUse(path) // it cannot be told that nobody does
	}
	if err := os.Remove(path); err != nil {
		return listenError(path, err)
	}
	return nil
}
