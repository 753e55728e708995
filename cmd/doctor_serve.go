package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

// serveAnswers is how long serve may take to say how it is.
const serveAnswers = 5 * time.Second

// examineServe asks serve how it is, where its socket lies: without one it does
// not run here, which is no fault.
func (s *session) examineServe(ctx context.Context) []diagnosis {
	v, err := readServing(s.config.Serve)
	if err != nil {
		return []diagnosis{failed("serve", err)}
	}
	info, err := os.Lstat(v.socket)
	if err != nil || info.Mode().Type() != fs.ModeSocket {
		return nil
	}
	code, ready, err := askReady(ctx, v.socket)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil // whoever may not ask has nothing to mend
	case errors.Is(err, syscall.ECONNREFUSED):
		return []diagnosis{{Check: "serve", Text: "nobody answers on " + v.socket, Hint: "it ended without a farewell: look at its log, and start it again"}}
	case err != nil:
		return []diagnosis{{Check: "serve", Text: fmt.Sprintf("%s: %v", v.socket, cause(err)), Hint: "look at its log"}}
	case !ready:
		return []diagnosis{{Check: "serve", Text: "answers, and cannot use the store: " + code, Hint: "look at its log, and start it again"}}
	}
	return []diagnosis{{Check: "serve", OK: true, Text: "answers on " + v.socket}}
}

// askReady asks for /readyz. The code says why serve is not ready.
func askReady(ctx context.Context, socket string) (code string, ready bool, err error) {
	ctx, stop := context.WithTimeout(ctx, serveAnswers)
	defer stop()
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://pinward/readyz", nil)
	if err != nil {
		return "", false, err
	}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return "", false, err
	}
	defer func() { _ = answer.Body.Close() }()
	var body struct {
		Ready bool   `json:"ready"`
		Code  string `json:"code"`
	}
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<10)).Decode(&body); err != nil {
		return "", false, errors.New("what answers there is not pinward")
	}
	return body.Code, body.Ready && answer.StatusCode == http.StatusOK, nil
}
