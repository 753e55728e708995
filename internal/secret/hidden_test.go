package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pinward/internal/access"
)

type shape[T any] struct {
	Exported T
	hidden   T
	Pointer  *T
	hiddenP  *T
	Slice    []T
	hiddenS  []T
	Map      map[string]T
	hiddenM  map[string]T
	Any      any
}

func shaped[T any](v T) shape[T] {
	m, s := map[string]T{"k": v}, []T{v}
	return shape[T]{v, v, &v, &v, s, s, m, m, v}
}

// printed gives the forms in which a byte string would leak.
func printed(b []byte) []string {
	list := strings.Trim(fmt.Sprint(b), "[]")
	return []string{
		string(b), hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)), list,
		strings.ReplaceAll(list, " ", ", "), base64.StdEncoding.EncodeToString(b), base64.RawURLEncoding.EncodeToString(b),
		strings.TrimSuffix(fmt.Sprintf("%# x", b), " "), strings.Trim(fmt.Sprintf("%#v", b), "[]byte{}"),
	}
}

// outputs prints v in every way that the program has.
func outputs(t *testing.T, v any) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, verb := range "vTtbcdoOqxXUeEfFgGspwz" {
		for _, flag := range []string{"", "+", "#", "+#", "-12", "012", " ", "# ", ".3"} {
			format := "%" + flag + string(verb)
			out[format] = fmt.Sprintf(format, v)
		}
	}
	out["Sprint"], out["Sprintln"] = fmt.Sprint(v), fmt.Sprintln(v)
	out["Errorf"] = fmt.Errorf("doing: %v", v).Error()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("json: %v", err)
	}
	out["json"] = string(data)
	var text, asJSON bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("m", "v", v)
	slog.New(slog.NewJSONHandler(&asJSON, nil)).Info("m", "v", v)
	out["slog text"], out["slog json"] = text.String(), asJSON.String()
	return out
}

func checkHidden[T any](t *testing.T, v T, label string, secrets ...[]byte) {
	t.Helper()
	for name, value := range map[string]any{
		"bare": v, "pointer": &v, "struct": shaped(v), "pointer to struct": new(shaped(v)),
		"slice": []T{v}, "array": [1]T{v}, "map": map[string]T{"k": v}, "slice of structs": []shape[T]{shaped(v)},
	} {
		for how, text := range outputs(t, value) {
			for _, secret := range secrets {
				wantHidden(t, name+" under "+how, text, secret)
			}
		}
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%d", "%s", "%x", "%q", "%08.3f"} {
		if got := fmt.Sprintf(format, v); got != label {
			t.Errorf("bare value under %s: got %q, want %q", format, got, label)
		}
	}
	if got, _ := json.Marshal(v); string(got) != `"`+label+`"` {
		t.Errorf("json: got %s, want %q", got, label)
	}
}

func TestSecretsNeverPrint(t *testing.T) {
	k := newRing(t, 1)
	t.Run("PIN", func(t *testing.T) {
		checkHidden(t, access.NewPIN("830592"), "[PIN]", []byte("830592"))
	})
	t.Run("keyring", func(t *testing.T) {
		secrets := [][]byte{k.ring().keys[0].secret, k.ring().cookieKey}
		checkHidden(t, *k, "[keyring]", secrets...)
		checkHidden(t, k, "[keyring]", secrets...)
	})
	t.Run("token", func(t *testing.T) {
		token, err := k.DeviceToken(k.ActiveID(), "dev_1", 0, make([]byte, saltSize))
		if err != nil {
			t.Fatal(err)
		}
		checkHidden(t, token, "[token]", []byte(*token.secret), []byte(token.Reveal()))
	})
	t.Run("code", func(t *testing.T) {
		code, err := NewSetupCode(seeded(3))
		if err != nil {
			t.Fatal(err)
		}
		checkHidden(t, code, "[code]", []byte(code.Reveal()), []byte(*code.text))
	})
	t.Run("login id", func(t *testing.T) {
		id, err := NewLoginID(seeded(3))
		if err != nil {
			t.Fatal(err)
		}
		checkHidden(t, id, "[login id]", []byte(id.Reveal()))
	})
	t.Run("no value at all", func(t *testing.T) {
		checkHidden(t, Token{}, "[token]")
		checkHidden(t, Code{}, "[code]")
		checkHidden(t, LoginID{}, "[login id]")
		checkHidden(t, Keyring{}, "[keyring]")
		if got := (Token{}).Reveal() + (Code{}).Reveal() + (LoginID{}).Reveal(); got != "" {
			t.Errorf("revealing nothing: got %q, want an empty text", got)
		}
	})
}
