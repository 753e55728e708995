package edge

import (
	"context"
	"net"
	"net/http"

	"pinward/internal/access"
)

// A peer is the other end of a connection on the Unix socket.
type peer struct {
	uid   uint32
	known bool
}

type peerKey struct{}

// ConnContext notes in a connection's context who opened it, where it is one of
// the Unix socket (http.Server.ConnContext).
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	unix, ok := c.(*net.UnixConn)
	if !ok {
		return ctx
	}
	uid, err := peerUID(unix)
	return context.WithValue(ctx, peerKey{}, peerOf(uid, err))
}

func peerOf(uid uint32, err error) peer {
	return peer{uid: uid, known: err == nil && access.NamesUser(uid)}
}

// WithPeerUID gives a context as of a connection on the Unix socket, for tests.
func WithPeerUID(ctx context.Context, uid uint32) context.Context {
	return context.WithValue(ctx, peerKey{}, peer{uid: uid, known: true})
}

// FromSocket reports whether a request came over the Unix socket.
func FromSocket(r *http.Request) bool {
	_, ok := r.Context().Value(peerKey{}).(peer)
	return ok
}

// PeerUID gives the user who opened the Unix socket, as the kernel tells it when
// the connection is made (SO_PEERCRED, unix(7)). There is none on other
// connections, on systems without it, and for "nobody", who may be anybody.
func PeerUID(r *http.Request) (uint32, bool) {
	p, ok := r.Context().Value(peerKey{}).(peer)
	return p.uid, ok && p.known
}
