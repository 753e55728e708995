package edge

import (
	"net/http"
	"net/netip"
	"strings"
)

// FromProxy reports whether the peer is a listed proxy, so that what it says of
// the browser in headers is believed.
func (e *Edge) FromProxy(r *http.Request) bool {
	if FromSocket(r) {
		return e.SocketProxy
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && e.isProxy(plain(peer.Addr()))
}

// Address gives the address of the browser or client: of the peer, or behind a
// listed proxy the rightmost entry of X-Forwarded-For that is no listed proxy.
// Several lines of the header count as one, in their order (RFC 9110, 5.3). The
// address is the zero Addr where it is not known: on the Unix socket without the
// header, and where the entry that counts is no address. An entry may have a
// port. IPv4 addresses written as IPv6 come as IPv4, zones are taken off.
func (e *Edge) Address(r *http.Request) netip.Addr {
	var peer netip.Addr
	if p, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && !FromSocket(r) {
		peer = plain(p.Addr())
	}
	if !e.FromProxy(r) {
		return peer
	}
	lines := r.Header.Values("X-Forwarded-For")
	if len(lines) == 0 {
		return peer
	}
	return e.behind(strings.Join(lines, ","))
}

// behind gives the last entry that is no proxy, else the first of all.
func (e *Edge) behind(hops string) netip.Addr {
	for {
		comma := strings.LastIndexByte(hops, ',')
		addr := parseHop(strings.TrimSpace(hops[comma+1:]))
		if comma < 0 || !e.isProxy(addr) {
			return addr
		}
		hops = hops[:comma]
	}
}

func (e *Edge) isProxy(a netip.Addr) bool {
	for _, p := range e.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// parseHop reads an address, or an address with a port: some proxies write one.
func parseHop(s string) netip.Addr {
	bare := s
	if inner, ok := strings.CutPrefix(s, "["); ok && strings.HasSuffix(inner, "]") {
		bare = strings.TrimSuffix(inner, "]")
	}
	if a, err := netip.ParseAddr(bare); err == nil {
		return plain(a)
	}
	if p, err := netip.ParseAddrPort(s); err == nil {
		return plain(p.Addr())
	}
	return netip.Addr{}
}

func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }
