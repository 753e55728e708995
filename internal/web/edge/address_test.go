package edge

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

func prefixes(t testing.TB, list ...string) []netip.Prefix {
	t.Helper()
	var out []netip.Prefix
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

func TestAddress(t *testing.T) {
	tests := []struct {
		name      string
		peer      string
		forwarded []string
		want      string // "" for an unknown address
	}{
		{"a peer alone", "203.0.113.4:40000", nil, "203.0.113.4"},
		{"a forged header from anybody", "203.0.113.4:40000", []string{"198.51.100.1"}, "203.0.113.4"},
		{"a proxy that says nothing", "127.0.0.1:40000", nil, "127.0.0.1"},
		{"a proxy", "127.0.0.1:40000", []string{"198.51.100.1"}, "198.51.100.1"},
		{"a proxy that was sent a forged hop", "127.0.0.1:40000", []string{"10.1.1.1, 198.51.100.1"}, "198.51.100.1"},
		{"a forged line above the proxy's", "127.0.0.1:40000", []string{"10.1.1.1", "198.51.100.1"}, "198.51.100.1"},
		{"two proxies in a row", "127.0.0.1:40000", []string{"10.1.1.1, 198.51.100.1, 192.0.2.9"}, "198.51.100.1"},
		{"two proxies, a line each", "127.0.0.1:40000", []string{"198.51.100.1", "192.0.2.9"}, "198.51.100.1"},
		{"proxies all the way", "127.0.0.1:40000", []string{"192.0.2.7,192.0.2.9"}, "192.0.2.7"},
		{"an IPv6 proxy", "[::1]:40000", []string{"2001:db8::7"}, "2001:db8::7"},
		{"a proxy written as mapped IPv4", "[::ffff:127.0.0.1]:40000", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"ports", "127.0.0.1:40000", []string{"198.51.100.1:5555"}, "198.51.100.1"},
		{"brackets", "127.0.0.1:40000", []string{"[2001:db8::7]"}, "2001:db8::7"},
		{"brackets and a port", "127.0.0.1:40000", []string{"[2001:db8::7]:5555"}, "2001:db8::7"},
		{"a zone", "127.0.0.1:40000", []string{"fe80::1%eth0"}, "fe80::1"},
		{"garbage is not passed over", "127.0.0.1:40000", []string{"198.51.100.1, unknown"}, ""},
		{"garbage behind a good entry", "127.0.0.1:40000", []string{"<script>, 198.51.100.1"}, "198.51.100.1"},
		{"a name", "127.0.0.1:40000", []string{"pc.example"}, ""},
		{"an empty header", "127.0.0.1:40000", []string{""}, ""},
		{"a comma at the end", "127.0.0.1:40000", []string{"198.51.100.1,"}, ""},
		{"half a bracket", "127.0.0.1:40000", []string{"[2001:db8::7"}, ""},
		{"no peer", "", []string{"198.51.100.1"}, ""},
		{"a peer that is none", "@", []string{"198.51.100.1"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := &Edge{Proxies: prefixes(t, "127.0.0.1/32", "::1/128", "192.0.2.0/24")}
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = tt.peer
			r.Header["X-Forwarded-For"] = tt.forwarded
			if tt.forwarded == nil {
				r.Header.Del("X-Forwarded-For")
			}
			got := e.Address(r)
			want := netip.Addr{}
			if tt.want != "" {
				want = netip.MustParseAddr(tt.want)
			}
			if got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestAddressOnTheSocket(t *testing.T) {
	tests := []struct {
		name      string
		proxy     bool
		forwarded string
		want      netip.Addr
	}{
		{"nobody vouches", false, "198.51.100.1", netip.Addr{}},
		{"the socket is a proxy's", true, "198.51.100.1", netip.MustParseAddr("198.51.100.1")},
		{"a proxy's that says nothing", true, "", netip.Addr{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := &Edge{SocketProxy: tt.proxy}
			r := httptest.NewRequest("GET", "/", nil)
			r = r.WithContext(WithPeerUID(r.Context(), 33))
			r.RemoteAddr = "203.0.113.4:1" // never so on a socket: it must not count
			if tt.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			if got := e.Address(r); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if got := e.FromProxy(r); got != tt.proxy {
				t.Errorf("from a proxy: got %v, want %v", got, tt.proxy)
			}
		})
	}
}

// FuzzAddress feeds whatever a client may send; an address that comes out is in
// its plain form.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"", ",", "198.51.100.1, 10.0.0.1", "[::1]:9", "::ffff:1.2.3.4", "fe80::1%%", "[", "]", "[]", ":", "\x00\xff"} {
		f.Add(seed, "127.0.0.1:1")
	}
	f.Fuzz(func(t *testing.T, forwarded, peer string) {
		e := &Edge{Proxies: prefixes(t, "127.0.0.0/8", "::1/128")}
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = peer
		r.Header["X-Forwarded-For"] = []string{forwarded}
		if a := e.Address(r); a.Is4In6() || a.Zone() != "" {
			t.Errorf("got %v, want it plain", a)
		}
	})
}
