package access

import "testing"

func TestCheckReturnURL(t *testing.T) {
	for u, good := range map[string]bool{
		"https://portal.example/pin/back":           true,
		"https://portal.example":                    true,
		"https://portal.example:8443/a/b":           true,
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
