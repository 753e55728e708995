package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"pinward/internal/access"
	"pinward/internal/app"
)

// repeatKey gives the Idempotency-Key of a request, empty where it has none. The
// draft (draft-ietf-httpapi-idempotency-key-header) wants a quoted string; one
// without quotes is taken for the same, since many programs send that.
func repeatKey(h http.Header) (string, error) {
	lines := h.Values("Idempotency-Key")
	if len(lines) == 0 {
		return "", nil
	}
	key := strings.TrimSpace(lines[0])
	if quoted := len(key) > 1 && key[0] == '"' && key[len(key)-1] == '"'; quoted {
		key = key[1 : len(key)-1]
	}
	if len(lines) > 1 || key == "" || len(key) > access.MaxRepeatKey {
		return "", problemOf(codeKeyInvalid)
	}
	for _, r := range key {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == ',' || r == ';' {
			return "", problemOf(codeKeyInvalid)
		}
	}
	return key, nil
}

// once answers a request that may come again. What the use case did not answer is
// not kept: nothing has happened, or nobody knows, and the portal tries again.
func (a *api) once(ctx context.Context, rt route, c call, name string) (reply, error) {
	var failure error
	req := app.Repeatable{Name: name, Parts: [][]byte{[]byte(c.Method), []byte(c.URL.Path), c.body}}
	kept, err := a.edge.App.Once(ctx, c.by, req, func(ctx context.Context) (app.Answered, bool) {
		var given reply
		if given, failure = rt.handle(ctx, c); failure != nil {
			return app.Answered{}, false
		}
		body, err := json.Marshal(given.value)
		failure = err
		return app.Answered{Status: given.status, Body: body}, err == nil
	})
	if err == nil {
		err = failure
	}
	return reply{kept.Status, json.RawMessage(kept.Body)}, err
}
