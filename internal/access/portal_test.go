package access

import (
	"net/netip"
	"testing"
)

func TestCheckReturnURL(t *testing.T) {
	for u, good := range map[string]bool{
		"https://portal.example/pin/back":           true,
		"https://portal.example":                    true,
		"https://portal.example:8443/a/b":           true,
		"https://portal.example:65535/":             true,
		"https://portal.example:65536/":             false,
		"https://portal.example:0/":                 false,
		"https://portal.example:/back":              false,
		"http://localhost:8080/back":                true,
		"http://127.0.0.1/back":                     true,
		"http://[::1]:9/back":                       true,
		"":                                          false,
		"/back":                                     false,
		"//portal.example/back":                     false,
		"portal.example/back":                       false,
		"http://portal.example/back":                false,
		"http://localhost.evil.example/back":        false,
		"javascript:alert(1)":                       false,
		"https:portal.example":                      false,
		"https:///back":                             false,
		"https://:443/back":                         false,
		"https://user@portal.example/back":          false,
		"https://portal.example/back?next=x":        false,
		"https://portal.example/back?":              false,
		"https://portal.example/back#x":             false,
		"https://portal.example/back#":              false,
		`https://portal.example\@evil.example/`:     false,
		"https://portal.example/a b":                false,
		"https://portal.example/a\tb":               false,
		"https://portal.example/\u00e9":             false,
		"https://portal.example/" + string(rune(0)): false,
	} {
		if err := CheckReturnURL(u); (err == nil) != good {
			t.Errorf("%q: got %v, want good %v", u, err, good)
		}
	}
	long := "https://portal.example/"
	for len(long) <= MaxURL {
		long += "aaaaaaaa"
	}
	if CheckReturnURL(long) == nil {
		t.Error("a long one was taken")
	}
}

func TestReturnsMatchesWhole(t *testing.T) {
	p := Portal{ReturnURLs: []string{"https://portal.example/back"}}
	for u, want := range map[string]bool{
		"https://portal.example/back": true, "https://portal.example/back/": false, "https://portal.example/backdoor": false,
		"https://portal.example/": false, "HTTPS://portal.example/back": false, "https://portal.example.evil.example/back": false,
	} {
		if got := p.Returns(u); got != want {
			t.Errorf("%q: got %v", u, got)
		}
	}
}

func TestCheckPortalName(t *testing.T) {
	for name, good := range map[string]bool{
		"ent": true, "ent-13_a": true, "0750001a": true, "": false, "-ent": false, "_x": false, "Ent": false, "e nt": false,
		"ent;": false, "é": false, "abcdefghijklmnopqrstuvwxyz0123456": false,
	} {
		if err := CheckPortalName(name); (err == nil) != good {
			t.Errorf("%q: got %v", name, err)
		}
	}
}

func TestNamesUser(t *testing.T) {
	for uid, want := range map[uint32]bool{0: true, 33: true, 65533: true, 65534: false, 65535: true, 1<<32 - 1: false} {
		if got := NamesUser(uid); got != want {
			t.Errorf("%d: got %v", uid, got)
		}
	}
}

func TestMistakable(t *testing.T) {
	portal := func(scope Scope, networks []string, uids ...uint32) Portal {
		p := Portal{Scopes: []Scope{scope, ScopeGate}, UIDs: uids}
		for _, n := range networks {
			p.Networks = append(p.Networks, netip.MustParsePrefix(n))
		}
		return p
	}
	for _, c := range []struct {
		name string
		a, b Portal
		want bool
	}{
		{"one user", portal(ScopeLogin, nil, 33, 34), portal(ScopeLogin, nil, 34), true},
		{"one user, one scope of several", portal(ScopeLogin, nil, 33), portal(ScopeRecognize, nil, 33), true},
		{"one user, no scope of both", Portal{Scopes: []Scope{ScopeLogin}, UIDs: []uint32{33}}, Portal{Scopes: []Scope{ScopeGate}, UIDs: []uint32{33}}, false},
		{"other users", portal(ScopeLogin, nil, 33), portal(ScopeLogin, nil, 34), false},
		{"a network in another", portal(ScopeCompat, []string{"10.0.0.5/32"}), portal(ScopeCompat, []string{"10.0.0.0/8"}), true},
		{"RADIUS servers side by side", portal(ScopeRADIUS, []string{"10.0.0.5/32"}), portal(ScopeRADIUS, []string{"10.0.0.6/32"}), false},
		{"another contract", portal(ScopeCompat, []string{"10.0.0.5/32"}), portal(ScopeRADIUS, []string{"10.0.0.5/32"}), false},
		{"networks of portals that send keys", portal(ScopeLogin, []string{"10.0.0.0/8"}), portal(ScopeLogin, []string{"10.0.0.0/8"}), false},
		{"no networks", portal(ScopeCompat, nil), portal(ScopeCompat, nil), false},
	} {
		if got := len(c.a.Mistakable([]Portal{{}, c.b})) == 1; got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
		if got := len(c.b.Mistakable([]Portal{c.a, {}})) == 1; got != c.want {
			t.Errorf("%s, the other way round: got %v", c.name, got)
		}
	}
}

func TestKeyToGo(t *testing.T) {
	for name, c := range map[string]struct {
		keys []PortalKey
		want string
	}{
		"no key":         {nil, ""},
		"the key in use": {[]PortalKey{{ID: "k1"}}, ""},
		"as many as there may be, of which the oldest": {[]PortalKey{{ID: "k1"}, {ID: "k2"}}, "k1"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (Portal{Keys: c.keys}).KeyToGo(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
