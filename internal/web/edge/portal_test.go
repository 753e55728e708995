package edge

import (
	"net/http/httptest"
	"testing"
)

func TestPortalKey(t *testing.T) {
	for _, c := range []struct {
		name    string
		headers [][2]string
		want    string
	}{
		{"nothing", nil, ""},
		{"a bearer token", [][2]string{{"Authorization", "Bearer pgk_1"}}, "pgk_1"},
		{"a scheme in lower case", [][2]string{{"Authorization", "bearer  pgk_1 "}}, "pgk_1"},
		{"a basic password of anybody", [][2]string{{"Authorization", "Basic bGxuZzpwZ2tfMQ=="}}, "pgk_1"},
		{"an API key", [][2]string{{"X-API-Key", "pgk_1"}}, "pgk_1"},
		{"the same twice", [][2]string{{"X-API-Key", "pgk_1"}, {"Authorization", "Bearer pgk_1"}}, "pgk_1"},
		{"two that differ", [][2]string{{"X-API-Key", "pgk_1"}, {"Authorization", "Bearer pgk_2"}}, "two keys"},
		{"two lines that differ", [][2]string{{"X-API-Key", "pgk_1"}, {"X-API-Key", "pgk_2"}}, "two keys"},
		{"another scheme", [][2]string{{"Authorization", "Digest pgk_1"}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", nil)
			for _, h := range c.headers {
				r.Header.Add(h[0], h[1])
			}
			if got := portalKey(r).Reveal(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
