package api

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/web/edge"
)

const (
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// readBody gives the body of a request that has one, of a media type that its
// route takes.
func readBody(r *http.Request, rt route) ([]byte, error) {
	if rt.method != http.MethodPost {
		return nil, nil
	}
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset, told := parameters["charset"]
	known := kind == jsonType || kind == formType && rt.forms
	encoding := r.Header.Get("Content-Encoding")
	if err != nil || !known || told && !strings.EqualFold(charset, "utf-8") || encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, problemOf(codeMediaType)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, edge.MaxBody+1))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge) || len(body) > edge.MaxBody:
		return nil, problemOf(codeTooLarge)
	case err != nil:
		return nil, access.Usage("read the request: it ends too early", "")
	}
	return body, nil
}

// read reads the JSON object of a request about the login that its path names.
// The object may name it too, as it does at the command line.
func (c call) read(request any, id *access.Secret) error {
	if err := app.ParseRequest(c.body, request); err != nil {
		return err
	}
	named := c.PathValue("id")
	if !id.Empty() && id.Reveal() != named {
		return access.Usage("read the request: login_id is not the login of the path", "leave it out")
	}
	*id = access.NewSecret(named)
	return nil
}

// form reads the fields of a form, each at most once.
func (c call) form(fields map[string]*string) error {
	values, err := url.ParseQuery(string(c.body))
	if err != nil {
		return access.Usage("read the request: not a form", "")
	}
	for key, all := range values {
		field := fields[key]
		switch {
		case field == nil:
			return access.Usage("read the request: a key that this request does not have", "")
		case len(all) > 1:
			return access.Usage("read the request: a key comes twice", "")
		case !utf8.ValidString(all[0]) && key != "user_agent" && key != "cookies": // which browsers fill as they like
			return access.Usage("read the request: not UTF-8", "")
		}
		*field = strings.ToValidUTF8(all[0], "\uFFFD")
	}
	return nil
}
