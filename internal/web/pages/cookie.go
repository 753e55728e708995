package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"pinward/internal/access"
	"pinward/internal/app"
	"pinward/internal/i18n"
)

// The cookies. All begin alike; those of devices end in 8 hexadecimal digits of
// their account's.
const (
	cookiePrefix   = "__Host-pinward_" // of this host alone, and not without https
	languageCookie = cookiePrefix + "lang"
	accountCookie  = cookiePrefix + "account"
	loginCookie    = cookiePrefix + "p_" // and 8 hexadecimal digits of its link's, as several may be open
)

// maxCookies is how many cookies of pinward's a browser keeps, since proxies
// limit the size of headers.
const maxCookies = 5

// Browsers keep no cookie for longer than 400 days.
const longest = 400 * access.Day

// automatic is the language of a browser that chose none.
const automatic = "auto"

func cookieOf(link string) string {
	sum := sha256.Sum256([]byte(link))
	return loginCookie + hex.EncodeToString(sum[:4])
}

// cookie gives the value of a cookie, empty if the browser has none of that name.
func (q *request) cookie(name string) access.Secret {
	c, err := q.r.Cookie(name)
	if err != nil {
		return access.Secret{}
	}
	return access.NewSecret(c.Value)
}

// keep sets a cookie for some time, and makes room for it.
func (q *request) keep(name, value string, life time.Duration) {
	q.kept = append(q.kept, name)
	http.SetCookie(q.w, q.baked(name, value, int(min(life, longest)/time.Second)))
	q.dropOldest()
}

// drop takes a cookie back.
func (q *request) drop(name string) {
	if _, err := q.r.Cookie(name); err == nil {
		http.SetCookie(q.w, q.baked(name, "", -1))
	}
}

func (q *request) baked(name, value string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: seconds,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// dropOldest drops the oldest of too many cookies: browsers send those first that
// they have had for longest (RFC 6265, 5.4). Those that this answer sets stay,
// and so does the one of the language, which is no secret.
func (q *request) dropOldest() {
	spared := append(slices.Clone(q.kept), languageCookie)
	var others []string
	for _, c := range q.r.Cookies() {
		ours := strings.HasPrefix(c.Name, cookiePrefix)
		if ours && !slices.Contains(spared, c.Name) && !slices.Contains(others, c.Name) {
			others = append(others, c.Name)
		}
	}
	// Whether or not the browser has a language yet, there is room for one.
	for len(others) > 0 && len(others)+len(q.kept)+1 > maxCookies {
		http.SetCookie(q.w, q.baked(others[0], "", -1))
		others = others[1:]
	}
}

// keepDevice stores the token that an answer made for this device.
func (q *request) keepDevice(a app.LoginAnswer) {
	if a.DeviceToken == "" || a.CookieName == "" {
		return
	}
	life := longest
	if a.Device != nil {
		// A day more: the page can then say that it has expired.
		life = a.Device.ExpiresAt.Sub(q.Now()) + access.Day
	}
	q.keep(a.CookieName, a.DeviceToken, life)
}

// chosenLanguage gives the language that the browser has chosen here, or asks for
// in general; "" if it does neither.
func (q *request) chosenLanguage() string {
	if c := q.cookie(languageCookie).Reveal(); c == i18n.French || c == "en" {
		return c
	}
	return i18n.Match(strings.Join(q.r.Header.Values("Accept-Language"), ","))
}

// switchLanguage stores a choice of language, and comes back without it in the
// address.
func (q *request) switchLanguage(lang string) {
	q.keepLanguage(lang)
	rest := q.r.URL.Query()
	rest.Del("lang")
	to := *q.r.URL
	to.Scheme, to.Host, to.Path, to.RawQuery = "", "", q.root+strings.TrimLeft(q.r.URL.Path, "/"), rest.Encode()
	_ = q.see(to.String())
}

func (q *request) keepLanguage(lang string) {
	http.SetCookie(q.w, q.baked(languageCookie, lang, int(longest/time.Second)))
}

// cookiesWork reports whether the browser keeps cookies. The first time it sends
// the browser once around with one to find out, before anything is done that
// cannot be done twice.
func (q *request) cookiesWork() (bool, error) {
	here := q.root + strings.TrimLeft(q.r.URL.EscapedPath(), "/")
	works, asked := !q.cookie(languageCookie).Empty(), q.r.URL.Query().Has("cookies")
	switch {
	case works && asked:
		return false, q.see(here) // an address that is copied must not ask it elsewhere
	case works:
		return true, nil
	case asked:
		return false, q.message(http.StatusForbidden, "cookies", nil)
	}
	q.keepLanguage(automatic)
	return false, q.see(here + "?cookies")
}
