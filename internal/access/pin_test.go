package access_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pinward/internal/access"
)

// typed is long enough never to turn up in an address by chance.
const typed = "918273645546372819"

type hidden struct {
	pin    access.PIN
	secret access.Secret
	deep   struct{ pins []access.PIN }
}

type shown struct {
	PIN    access.PIN    `json:"pin"`
	Secret access.Secret `json:"secret"`
	Next   *access.PIN   `json:"next"`
}

// shapes gives the ways in which a PIN or a secret may reach a printer.
func shapes() map[string]any {
	pin, secret := access.NewPIN(typed), access.NewSecret(typed)
	h := hidden{pin: pin, secret: secret}
	h.deep.pins = []access.PIN{pin}
	return map[string]any{
		"PIN":                   pin,
		"pointer to PIN":        &pin,
		"Secret":                secret,
		"pointer to Secret":     &secret,
		"exported fields":       shown{PIN: pin, Secret: secret, Next: &pin},
		"pointer to struct":     &shown{PIN: pin, Secret: secret, Next: &pin},
		"unexported fields":     h,
		"pointer to unexported": &h,
		"slice of PINs":         []access.PIN{pin, pin},
		"array of secrets":      [2]access.Secret{secret, secret},
		"map value":             map[string]access.PIN{"pin": pin},
		"map key":               map[access.PIN]access.Secret{pin: secret},
		"slice of any":          []any{pin, &secret, h},
		"embedded":              struct{ access.PIN }{pin},
		"embedded beside others": struct {
			access.Secret
			N int
		}{secret, 1},
	}
}

// leaks reports whether text holds the typed digits in any plain form.
func leaks(text string) bool {
	for _, form := range []string{
		typed, hex.EncodeToString([]byte(typed)), strings.ToUpper(hex.EncodeToString([]byte(typed))),
		base64.StdEncoding.EncodeToString([]byte(typed)), strings.Trim(fmt.Sprint([]byte(typed)), "[]"),
	} {
		if strings.Contains(text, form) {
			return true
		}
	}
	return false
}

func TestSecretsDoNotPrint(t *testing.T) {
	verbs := []string{
		"%v", "%+v", "%#v", "%s", "%q", "%+q", "%#q", "%d", "%x", "% x", "%X", "%#x", "%o", "%b", "%c", "%U",
		"%e", "%g", "%t", "%p", "%T", "%w", "%y", "%10v", "%-10s", "%.3s", "%[1]*[1]v",
	}
	for name, value := range shapes() {
		t.Run(name, func(t *testing.T) {
			for _, verb := range verbs {
				if got := fmt.Sprintf(verb, value); leaks(got) {
					t.Errorf("%s prints %q", verb, got)
				}
			}
			if got := fmt.Sprint(value) + fmt.Sprintln(value); leaks(got) {
				t.Errorf("Sprint prints %q", got)
			}
			if got := fmt.Errorf("check %v: %w", value, errors.New("refused")).Error(); leaks(got) {
				t.Errorf("an error says %q", got)
			}
		})
	}
}

func TestSecretsPrintTheirKind(t *testing.T) {
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"a PIN", access.NewPIN(typed), "[PIN]"},
		{"no PIN", access.PIN{}, "[PIN]"},
		{"a secret", access.NewSecret(typed), "[secret]"},
		{"no secret", access.Secret{}, "[secret]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
				if got := fmt.Sprintf(verb, tt.value); got != tt.want {
					t.Errorf("%s: got %q, want %q", verb, got, tt.want)
				}
			}
			got, err := json.Marshal(tt.value)
			if err != nil || string(got) != `"`+tt.want+`"` {
				t.Errorf("JSON: got %s, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestSecretsStayOutOfJSONAndLogs(t *testing.T) {
	for name, value := range shapes() {
		t.Run(name, func(t *testing.T) {
			if got, err := json.Marshal(value); err == nil && leaks(string(got)) {
				t.Errorf("JSON: got %s", got)
			}
			var out bytes.Buffer
			for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
				log := slog.New(handler).With("with", value)
				log.Info("login", "value", value, slog.Group("group", slog.Any("inner", value)))
			}
			if leaks(out.String()) {
				t.Errorf("a log says %s", out.String())
			}
		})
	}
}

func TestSecretsAreReadFromJSON(t *testing.T) {
	var got shown
	if err := json.Unmarshal([]byte(`{"pin":"`+typed+`","secret":"s"}`), &got); err != nil {
		t.Fatal(err)
	}
	if got.PIN.Reveal() != typed || got.Secret.Reveal() != "s" {
		t.Errorf("got %q, %q", got.PIN.Reveal(), got.Secret.Reveal())
	}
	for _, body := range []string{`{"pin":` + typed + `}`, `{"secret":` + typed + `}`, `{"pin":["` + typed + `"]}`} {
		if err := json.Unmarshal([]byte(body), &got); err == nil || leaks(err.Error()) {
			t.Errorf("a value of another type: got error %v, want one without the digits", err)
		}
	}
}

func TestPINEmptyAndEqual(t *testing.T) {
	if !(access.PIN{}).Empty() || !access.NewPIN("").Empty() || access.NewPIN("0").Empty() {
		t.Error("Empty: want it of PINs without a digit alone")
	}
	if !(access.Secret{}).Empty() || !access.NewSecret("").Empty() || access.NewSecret("0").Empty() {
		t.Error("Empty: want it of secrets without a character alone")
	}
	if !access.NewPIN("0000").Equal(access.NewPIN("0000")) || access.NewPIN("0000").Equal(access.NewPIN("000")) {
		t.Error("Equal: want it of the same digits alone, leading zeros included")
	}
}
