package gate

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"sync"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/web/edge"
)

// Codes of answers that no use case gives.
const (
	codeUnavailable = "unavailable" // the store or its key cannot be used now
	codeBadRequest  = "bad_request" // the proxy does not say what was asked for
	codeLeft        = "page_left"   // the browser came back without a code
)

//go:embed refusal.html
var refusalHTML string

const refusalStyle = `body{font:1.125rem/1.5 system-ui,sans-serif;margin:0;padding:1.5rem;display:grid;justify-items:center}` +
	`main{max-width:34rem}h1{font-size:1.375rem;line-height:1.25}section+section{border-top:1px solid;margin-top:2rem;padding-top:.5rem}` +
	`a{color:inherit}.code{font-size:.875rem;margin-top:2rem}`

// refusalPolicy lets the page have its own look, and nothing else.
var refusalPolicy = sync.OnceValue(func() string {
	sum := sha256.Sum256([]byte(refusalStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; frame-ancestors 'none'; base-uri 'none'"
})

var refusalPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("refusal").Parse(refusalHTML))
})

// A section is the page in one language. Both stand there: on the application's
// host nothing tells which one the person reads.
type section struct{ Lang, Title, Text, Again string }

// say answers a browser with a page that says why it is turned away, with a link
// to where it wanted to go, if that is known.
func (g *gate) say(w http.ResponseWriter, r *http.Request, status int, code, to string) {
	french, english := words(code)
	french.Lang, french.Again = "fr", "Ouvrir de nouveau l’application"
	english.Lang, english.Again = "en", "Open the application again"
	var page bytes.Buffer
	err := refusalPage().Execute(&page, map[string]any{
		"Style": template.CSS(refusalStyle), "Sections": []section{french, english}, //nolint:gosec // our own
		"Code": code, "Number": edge.RequestID(r), "To": to,
	})
	if err != nil {
		http.Error(w, http.StatusText(status), status)
		return
	}
	w.Header().Set(headerCode, code)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", refusalPolicy())
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes())
}

// words gives what a page says of a code, in French and English.
func words(code string) (french, english section) {
	switch code {
	case codeUnavailable:
		return section{Title: "Le service de code PIN ne répond pas", Text: "Attendez quelques instants, puis réessayez. Si cela dure, prévenez votre établissement."},
			section{Title: "The PIN service does not answer", Text: "Wait a moment and try again. If it lasts, tell your school."}
	case codeLeft, string(access.ReasonLoginCodeWrong), app.CodeGateStateUnknown:
		return section{Title: "La connexion n’est pas terminée", Text: "Cette page ne vaut qu’une fois et pendant quelques minutes. Ouvrez de nouveau l’application pour recommencer."},
			section{Title: "You are not logged in yet", Text: "This page is good once, and for some minutes. Open the application again to start over."}
	case app.CodeCookiesRefused:
		return section{Title: "Votre navigateur refuse les cookies", Text: "L’application en a besoin d’un pour ne pas redemander votre code à chaque page. Autorisez les cookies de ce site dans les réglages du navigateur, puis réessayez."},
			section{Title: "Your browser refuses cookies", Text: "The application needs one so that it does not ask for your PIN on every page. Allow this site’s cookies in the browser’s settings, then try again."}
	case app.CodeIdentityOther:
		return section{Title: "Ce n’est pas le même compte", Text: "Le code PIN a été saisi pour un autre compte que celui qui est connecté ici. Déconnectez-vous, puis recommencez avec votre compte."},
			section{Title: "This is not the same account", Text: "The PIN was entered for another account than the one that is logged in here. Log out, and start over with your own."}
	case string(access.ReasonAccountSuspended), string(access.ReasonAccountUnknown):
		return section{Title: "Ce compte n’a pas accès", Text: "Votre compte n’est pas connu ou n’est pas actif pour le code PIN. Adressez-vous à votre établissement."},
			section{Title: "This account has no access", Text: "Your account is not known, or not active, for the PIN. Ask your school."}
	}
	return section{Title: "L’accès est refusé", Text: "La demande ne peut pas être acceptée telle quelle. Si vous n’avez rien fait de particulier, donnez à votre établissement la ligne ci-dessous."},
		section{Title: "Access is refused", Text: "The request cannot be accepted as it is. If you did nothing unusual, give your school the line below."}
}
