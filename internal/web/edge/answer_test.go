package edge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pinward/internal/access"
)

func TestStatus(t *testing.T) {
	kind := func(k error) error { return fmt.Errorf("do: %w", &access.Error{Kind: k, Code: "c", Text: "t"}) }
	tests := []struct {
		err  error
		want int
	}{
		{kind(access.ErrUsage), 400},
		{kind(access.ErrForbidden), 403},
		{kind(access.ErrNotFound), 404},
		{fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 1}), 413},
		{kind(access.ErrRefused), 422},
		{kind(access.ErrDamaged), 500},
		{errors.New("odd"), 500},
		{kind(access.ErrBusy), 503},
		{kind(access.ErrUnusable), 503},
		{errors.Join(kind(access.ErrForbidden), kind(access.ErrUnusable)), 503}, // a denial that was not recorded
	}
	for _, tt := range tests {
		if got := Status(tt.err); got != tt.want {
			t.Errorf("%v: got %d, want %d", tt.err, got, tt.want)
		}
	}
}

func TestFailuresAreLogged(t *testing.T) {
	tests := []struct {
		err    error
		logged bool
		retry  string
	}{
		{access.Refused("pin_wrong", "wrong", ""), false, ""},
		{&access.Error{Kind: access.ErrBusy, Code: "busy", Text: "held"}, true, "2"},
		{errors.New("odd"), true, ""},
		{fmt.Errorf("wait: %w", context.Canceled), false, ""},
	}
	for _, tt := range tests {
		var out bytes.Buffer
		e := &Edge{Log: slog.New(slog.NewJSONHandler(&out, nil))}
		w := httptest.NewRecorder()
		r := WithRequestID(httptest.NewRequest("POST", "/v1/logins/secret?pin=8305", nil), "r1")
		e.Failed(w, r, tt.err)
		if got := w.Header().Get("Retry-After"); got != tt.retry {
			t.Errorf("%v: Retry-After: got %q, want %q", tt.err, got, tt.retry)
		}
		line := out.String()
		if logged := strings.Contains(line, `"request":"r1"`) && strings.Contains(line, tt.err.Error()); logged != tt.logged {
			t.Errorf("%v: got line %q", tt.err, line)
		}
		if strings.Contains(line, "secret") || strings.Contains(line, "8305") {
			t.Errorf("%v: the line holds the address: %q", tt.err, line)
		}
	}
}

func TestAnswers(t *testing.T) {
	w := httptest.NewRecorder()
	WriteProblem(w, 409, struct {
		Problem
		LoginID string `json:"login_id"`
	}{Problem{Title: "Busy", Status: 409, Code: "busy"}, "l"})
	if got, want := w.Body.String(), `{"title":"Busy","status":409,"code":"busy","login_id":"l"}`+"\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if w.Code != 409 || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("got %d, %v", w.Code, w.Header())
	}
	w = httptest.NewRecorder()
	WriteJSON(w, 200, func() {}) // no JSON
	if w.Code != 500 {
		t.Errorf("got %d, want 500", w.Code)
	}
}

func TestURL(t *testing.T) {
	if got := new(Edge).URL("/p/1"); got != nil {
		t.Errorf("got %v without pages, want none", got)
	}
	for public, want := range map[string]string{
		"https://pin.example":      "https://pin.example/p/1",
		"https://ent.example/pin/": "https://ent.example/pin/p/1",
	} {
		u, err := url.Parse(public)
		if err != nil {
			t.Fatal(err)
		}
		if got := (&Edge{Public: u}).URL("/p/1").String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestDecided(t *testing.T) {
	new(Edge).Decided(access.Allow, "grace") // counts nothing
	var got string
	e := &Edge{OnDecision: func(d access.Decision, r access.Reason) { got = string(d) + " " + string(r) }}
	e.Decided(access.Allow, "grace")
	if got != "allow grace" {
		t.Errorf("got %q", got)
	}
}
