package edge

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// asked serves one request over a listener and gives what the handler answers.
func asked(t *testing.T, l net.Listener, h http.HandlerFunc) string {
	t.Helper()
	server := &http.Server{Handler: h, ConnContext: ConnContext}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, l.Addr().Network(), l.Addr().String())
	}}}
	defer client.CloseIdleConnections()
	answer, err := client.Get("http://pinward/")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func tellPeer(w http.ResponseWriter, r *http.Request) {
	uid, ok := PeerUID(r)
	_, _ = io.WriteString(w, strconv.FormatUint(uint64(uid), 10)+" "+strconv.FormatBool(ok)+" "+strconv.FormatBool(FromSocket(r)))
}

func TestPeerOfTheSocket(t *testing.T) {
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := asked(t, l, tellPeer), strconv.Itoa(os.Getuid())+" true true"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPeerOfAnAddress(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := asked(t, l, tellPeer), "0 false false"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPeerThatIsNobody(t *testing.T) {
	for uid, want := range map[uint32]bool{0: true, 33: true, 65533: true, 65534: false, 1<<32 - 1: false} {
		if got := peerOf(uid, nil); got.known != want {
			t.Errorf("uid %d: got %+v, want %t", uid, got, want)
		}
	}
	if peerOf(33, io.EOF).known {
		t.Error("a user that the kernel did not tell is known")
	}
	r := httptest.NewRequest("GET", "/", nil)
	r = r.WithContext(context.WithValue(r.Context(), peerKey{}, peerOf(65534, nil)))
	if _, ok := PeerUID(r); ok || !FromSocket(r) {
		t.Error("nobody must not count as a known user")
	}
}
