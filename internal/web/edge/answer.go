package edge

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"pinward/internal/access"
)

// MaxBody is the size, in bytes, that a request's body may have. Reading more
// fails with *http.MaxBytesError.
const MaxBody = 64 << 10

type requestKey struct{}

// WithRequestID gives r with an id for its log lines.
func WithRequestID(r *http.Request, id string) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), requestKey{}, id))
}

// RequestID gives the id of a request, which its log lines and the header
// X-Request-Id carry, "" if it has none.
func RequestID(r *http.Request) string {
	id, _ := r.Context().Value(requestKey{}).(string)
	return id
}

// WriteJSON answers with v as JSON. What cannot be written is the caller's who
// hung up.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	writeAs(w, status, "application/json", v)
}

// A Problem is an answer that something failed (RFC 9457). Embed it to say more.
type Problem struct {
	Type     string `json:"type,omitempty"` // where the code is explained
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail,omitempty"`
	Instance string `json:"instance,omitempty"` // the request's id, as a URN
	Code     string `json:"code"`               // stable, snake_case
}

// WriteProblem answers with a Problem, or a struct that embeds one, under the
// given status.
func WriteProblem(w http.ResponseWriter, status int, problem any) {
	writeAs(w, status, "application/problem+json", problem)
}

func writeAs(w http.ResponseWriter, status int, kind string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)+1))
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}

// Status gives the HTTP status that fits an error of a use case or of reading a
// body, and 500 where nothing is known of it. Where it is 503, RetryAfter says
// when to try again.
func Status(err error) int {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, access.ErrDamaged):
		return http.StatusInternalServerError
	case errors.Is(err, access.ErrBusy), errors.Is(err, access.ErrUnusable):
		return http.StatusServiceUnavailable
	case errors.Is(err, access.ErrUsage):
		return http.StatusBadRequest
	case errors.Is(err, access.ErrForbidden):
		return http.StatusForbidden
	case errors.Is(err, access.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, access.ErrRefused):
		return http.StatusUnprocessableEntity
	}
	return http.StatusInternalServerError
}

// RetryAfter says on an answer of 503 or 429 when to try again.
func RetryAfter(h http.Header, seconds int) { h.Set("Retry-After", strconv.Itoa(seconds)) }
