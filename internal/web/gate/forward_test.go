package gate

import (
	"net/url"
	"strings"
	"testing"
)

// traefik asks as Traefik's ForwardAuth does, with further lines.
func (k *kit) traefik(user, method, u string, lines ...string) reply {
	k.t.Helper()
	asked, err := url.Parse(u)
	k.must(err)
	all := []string{
		"X-API-Key: " + k.key, "Remote-User: " + user, "X-Forwarded-Method: " + method, "X-Forwarded-Proto: " + asked.Scheme,
		"X-Forwarded-Host: " + asked.Host, "X-Forwarded-Uri: " + asked.RequestURI(), "X-Forwarded-For: 198.51.100.7",
	}
	return k.send("GET", "/gate/forward-auth", append(all, lines...)...)
}

func TestForwardAuth(t *testing.T) {
	k := newKit(t)
	cookie := k.in("lea")
	const html = "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
	for _, c := range []struct {
		name, user, method, url string
		lines                   []string
		want                    int
	}{
		{"let pass", "lea", "GET", notesPage, []string{cookie, html}, 200},
		{"let a script pass", "lea", "POST", notesPage, []string{cookie, "Accept: application/json"}, 200},
		{"a page", "lea", "GET", notesPage, []string{html}, 302},
		{"a page's head", "lea", "HEAD", notesPage, []string{html}, 302},
		{"options", "lea", "OPTIONS", notesPage, []string{html}, 302},
		{"a form", "lea", "POST", notesPage, []string{html}, 303},
		{"a form by another method", "lea", "PUT", notesPage, []string{html}, 303},
		{"a navigation", "lea", "GET", notesPage, []string{html, "Sec-Fetch-Mode: navigate"}, 302},
		{"a script that asks for a page", "lea", "GET", notesPage, []string{html, "Sec-Fetch-Mode: cors"}, 401},
		{"an old script", "lea", "GET", notesPage, []string{html, "X-Requested-With: XMLHttpRequest"}, 401},
		{"a script", "lea", "GET", notesPage, []string{"Accept: application/json"}, 401},
		{"a picture", "lea", "GET", notesPage, []string{"Accept: image/*"}, 401},
		{"a program", "lea", "GET", notesPage, nil, 401},
		{"another's session", "tom", "GET", notesPage, []string{cookie, html}, 302},
		{"nobody", "", "GET", notesPage, []string{cookie, html}, 403},
		{"a foreign host", "lea", "GET", "https://evil.example/", []string{html}, 403},
		{"http", "lea", "GET", "http://notes.example/", []string{html}, 403},
		{"two names", "lea", "GET", notesPage, []string{cookie, html, "Remote-User: tom"}, 403},
		{"two hosts", "lea", "GET", notesPage, []string{cookie, html, "X-Forwarded-Host: evil.example"}, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := k.traefik(c.user, c.method, c.url, c.lines...)
			if answer.StatusCode != c.want || len(answer.Cookies()) != 0 {
				t.Errorf("got %d with %v, want %d", answer.StatusCode, answer.Cookies(), c.want)
			}
			if to := answer.Header.Get("Location"); (to != "") != (c.want/100 == 3) || to != "" && !strings.HasPrefix(to, "https://pin.example/school/gate/start?t=") {
				t.Errorf("sent to %q", to)
			}
			if user := answer.Header.Get("X-Pinward-User"); (user == "lea") != (c.want == 200) {
				t.Errorf("user %q", user)
			}
		})
	}
}

func TestForwardAuthOfBadMetadata(t *testing.T) {
	k := newKit(t)
	good := map[string]string{
		"X-Forwarded-Method": "GET", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "notes.example", "X-Forwarded-Uri": "/week",
	}
	for _, c := range []struct{ name, value string }{
		{"X-Forwarded-Method", ""},
		{"X-Forwarded-Proto", ""},
		{"X-Forwarded-Proto", "javascript"},
		{"X-Forwarded-Proto", "https,http"},
		{"X-Forwarded-Host", ""},
		{"X-Forwarded-Host", "notes.example/x"},
		{"X-Forwarded-Host", `notes.example\x`},
		{"X-Forwarded-Host", "notes.example@evil.example"},
		{"X-Forwarded-Host", "evil.example#notes.example"},
		{"X-Forwarded-Host", "notes.example, evil.example"},
		{"X-Forwarded-Host", "evil.example?notes.example"},
		{"X-Forwarded-Uri", ""},
		{"X-Forwarded-Uri", "week"},
		{"X-Forwarded-Uri", "@evil.example"},
		{"X-Forwarded-Uri", ".evil.example/"},
		{"X-Forwarded-Uri", "https://evil.example/"},
	} {
		lines := []string{"X-API-Key: " + k.key, "Remote-User: lea", "Accept: text/html"}
		for name, value := range good {
			if name == c.name {
				value = c.value
			}
			lines = append(lines, name+": "+value)
		}
		if answer := k.send("GET", "/gate/forward-auth", lines...); answer.StatusCode != 400 || answer.Header.Get("Location") != "" {
			t.Errorf("%s: %q: got %d to %q, want 400", c.name, c.value, answer.StatusCode, answer.Header.Get("Location"))
		}
	}
}

// TestRecordedRequests replays what Traefik 3 and Caddy 2.6 send for a browser's
// request (their documents' and sources' header names), the browser's own forged
// headers left out as they leave them out.
func TestRecordedRequests(t *testing.T) {
	k := newKit(t)
	cookie := strings.TrimPrefix(k.in("lea"), "Cookie: ")
	for name, lines := range map[string][]string{
		"Traefik": {
			"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Encoding: gzip, deflate, br", "Accept-Language: fr,en;q=0.8",
			"Cookie: theme=dark; " + cookie, "Remote-User: lea", "Sec-Fetch-Dest: document", "Sec-Fetch-Mode: navigate", "User-Agent: " + firefox,
			"X-Api-Key: " + k.key, "X-Forwarded-For: 198.51.100.7", "X-Forwarded-Host: notes.example", "X-Forwarded-Method: GET",
			"X-Forwarded-Port: 443", "X-Forwarded-Proto: https", "X-Forwarded-Server: proxy", "X-Forwarded-Uri: /week?n=3", "X-Real-Ip: 198.51.100.7",
		},
		"Caddy": {
			"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Encoding: gzip, deflate, br",
			"Cookie: theme=dark; " + cookie, "Remote-User: lea", "User-Agent: " + firefox,
			"X-Api-Key: " + k.key, "X-Forwarded-For: 198.51.100.7", "X-Forwarded-Host: notes.example", "X-Forwarded-Method: GET",
			"X-Forwarded-Proto: https", "X-Forwarded-Uri: /week?n=3",
		},
	} {
		if answer := k.send("GET", "/gate/forward-auth", lines...); answer.StatusCode != 200 || answer.Header.Get("X-Pinward-User") != "lea" {
			t.Errorf("%s: got %d %v", name, answer.StatusCode, answer.Header)
		}
		without := make([]string, len(lines))
		for i, line := range lines {
			without[i] = strings.ReplaceAll(line, "; "+cookie, "")
		}
		answer := k.send("GET", "/gate/forward-auth", without...)
		passed := k.bring("lea", k.page(k.wayOf(answer)))
		if answer.StatusCode != 302 || passed.Header.Get("Location") != notesPage {
			t.Errorf("%s without a session: got %d, back to %q", name, answer.StatusCode, passed.Header.Get("Location"))
		}
	}
}
