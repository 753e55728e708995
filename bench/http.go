package main

import (
	"bufio"
	"context"
	crand "crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"pinward/internal/access"
	"pinward/internal/secret"
	"pinward/internal/store"
)

// A service is a running `pinward serve` on a sample, and the key of a portal
// that may call it.
type service struct {
	address string
	key     string
	process *exec.Cmd
}

// freeAddress gives one of this machine that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// serve starts one on a free port of this machine, with a new portal for all
// schools, and waits until it answers.
func (s *setup) serve(ctx context.Context, on *sample, portal access.Portal, args ...string) (*service, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	for n := range schools {
		portal.Schools = append(portal.Schools, schoolCode(n))
	}
	made, err := on.app.AddPortal(ctx, operator(), portal)
	if err != nil {
		return nil, err
	}
	v := &service{address: address, key: made.Key.Reveal()}
	v.process = s.pinward(on, append([]string{"serve", "--quiet", "--listen", v.address, "--socket", "off"}, args...)...).command(ctx)
	if err := v.process.Start(); err != nil {
		return nil, err
	}
	for range 100 {
		answer, err := http.Get("http://" + v.address + "/readyz")
		if err == nil {
			_ = answer.Body.Close()
			return v, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return nil, errors.Join(errors.New("pinward serve does not answer"), v.stop())
}

func (v *service) stop() error {
	if err := v.process.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return v.process.Wait()
}

// peak gives the largest memory of the service so far, in KiB.
func (v *service) peak() (int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", v.process.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strconv.Atoi(strings.Fields(rest)[0])
		}
	}
	return 0, errors.New("the kernel tells no VmHWM")
}

// A line is a kept connection to a service. It is as lean as a client can be: the
// generator runs on the cores that it measures.
type line struct {
	conn net.Conn
	in   *bufio.Reader
}

func (v *service) dial() (*line, error) {
	c, err := net.Dial("tcp", v.address)
	if err != nil {
		return nil, err
	}
	return &line{c, bufio.NewReader(c)}, nil
}

// post gives the bytes of a request.
func (v *service) post(path, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		path, v.key, len(body), body)
}

// ask sends a request and reads its answer.
func (l *line) ask(request []byte) (status int, body []byte, err error) {
	if _, err := l.conn.Write(request); err != nil {
		return 0, nil, err
	}
	in := textproto.NewReader(l.in)
	first, err := in.ReadLine()
	if err != nil {
		return 0, nil, err
	}
	if _, err := fmt.Sscanf(first, "HTTP/1.1 %d", &status); err != nil {
		return 0, nil, fmt.Errorf("got %q: %w", first, err)
	}
	size := 0
	for {
		header, err := in.ReadLine()
		if err != nil {
			return 0, nil, err
		}
		if header == "" {
			break
		}
		if length, ok := strings.CutPrefix(header, "Content-Length: "); ok {
			if size, err = strconv.Atoi(length); err != nil {
				return 0, nil, err
			}
		}
	}
	body = make([]byte, size)
	_, err = io.ReadFull(l.in, body)
	return status, body, err
}

// object writes a request's JSON object.
func object(pairs ...string) string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	text, _ := json.Marshal(m)
	return string(text)
}

// crowd runs f on so many connections at once until one fails, and gives the
// first failure.
func (v *service) crowd(n int, f func(i int, l *line) error) error {
	var mu sync.Mutex
	var failure error
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			l, err := v.dial()
			if err == nil {
				err = errors.Join(f(i, l), l.conn.Close())
			}
			mu.Lock()
			defer mu.Unlock()
			if failure == nil {
				failure = err
			}
		})
	}
	all.Wait()
	return failure
}

// sealWhole gives the first accounts PINs at the cost that pinward ships.
func (s *sample) sealWhole(ctx context.Context, accounts int) error {
	sealed := make([]secret.SealedPIN, accounts)
	for n := range sealed {
		var err error
		if sealed[n], err = s.keys.SealPIN(crand.Reader, secret.DefaultHasher(), accountID(n), access.NewPIN("704913")); err != nil {
			return err
		}
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		for n := range sealed {
			c := access.Credential{KeyID: sealed[n].KeyID, Sealed: sealed[n].Blob, SetAt: s.now.Add(-access.Days(1)), SetBy: accountID(n), AuditSeq: 1}
			if err := tx.PutCredential(ctx, keyOf(n), c); err != nil {
				return err
			}
		}
		return nil
	})
}
