package app_test

import (
	"errors"
	"strings"
	"testing"

	"pinward/internal/access"
	"pinward/internal/app"
)

func TestReadRequestRefusesWithoutQuoting(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "it ends too early"},
		{"not JSON", "canary", "not valid JSON"},
		{"cut off", `{"pin":"canary`, "it ends too early"},
		{"an array", `["canary"]`, "not a JSON object"},
		{"null", `null`, "not a JSON object"},
		{"an unknown key", `{"canary":1}`, "a key that this request does not have"},
		{"a key in capitals", `{"PIN":"canary"}`, "a key that this request does not have"},
		{"a key twice in another case", `{"pin":"canary","PIN":"canary"}`, "a key comes twice"},
		{"a key twice deeper down", `{"remember":{"name":"a","name":"canary"}}`, "a key comes twice"},
		{"a number for a PIN", `{"pin":7304}`, "wrong type"},
		{"data after the object", `{"pin":"canary"} canary`, "data after the object"},
		{"nested too deep", strings.Repeat(`{"remember":`, 20) + "1" + strings.Repeat("}", 20), "nested too deep"},
		{"not UTF-8", "{\"login_id\":\"canary\xff\"}", "not UTF-8"},
		{"a NUL", "{\"login_id\":\"canary\x00\"}", "not valid JSON"},
		{"too long", `{"pin":"` + strings.Repeat("c", app.MaxRequest) + `"}`, "longer than 64 KiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var req app.GivePIN
			err := app.ReadRequest(strings.NewReader(c.text), &req)
			if !errors.Is(err, access.ErrUsage) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want a usage error with %q", err, c.want)
			}
			if strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "7304") {
				t.Errorf("quotes the request: %v", err)
			}
		})
	}
}

func TestReadRequestTakesWhatItShould(t *testing.T) {
	var req app.GivePIN
	err := app.ReadRequest(strings.NewReader(" {\"login_id\":\"a\",\"pin\":\"0000\",\"remember\":{\"name\":\"Home\"}}\n"), &req)
	if err != nil || req.PIN.Reveal() != "0000" || req.LoginID.Reveal() != "a" || req.Remember.Name != "Home" {
		t.Errorf("got %+v, %v", req, err)
	}
}

func FuzzReadRequest(f *testing.F) {
	for _, seed := range []string{`{"login_id":"a","pin":"1"}`, `{"pin":null}`, `{"remember":{"name":"x","replace":true}}`, `[[[[`, "{\"\\u0000\":1}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var start app.StartLogin
		var pin app.GivePIN
		var setup app.SetUp
		for _, request := range []any{&start, &pin, &setup} {
			err := app.ReadRequest(strings.NewReader("canary-"+text), request)
			if err == nil || strings.Contains(err.Error(), "canary-") {
				t.Errorf("got %v, want a refusal without the input", err)
			}
			if err := app.ReadRequest(strings.NewReader(text), request); err != nil && !errors.Is(err, access.ErrUsage) {
				t.Errorf("got %v, want a usage error", err)
			}
		}
	})
}
