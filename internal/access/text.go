package access

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxLogin is the longest login, in characters.
const MaxLogin = 100

// NormalizeLogin gives the one stored form of a login: ASCII [a-z0-9._@-],
// beginning with a letter or digit, folded to lower case. It refuses anything
// else, look-alike letters included, and never echoes what it refuses.
func NormalizeLogin(s string) (string, error) {
	login := lowerASCII(s)
	if !validLogin(login) {
		return "", Refused("login_invalid",
			fmt.Sprintf("login of %d bytes: not 1 to %d of a-z 0-9 . _ @ -, beginning with a letter or digit", len(s), MaxLogin),
			"logins are plain ASCII; accents and spaces are not part of them")
	}
	return login, nil
}

func validLogin(s string) bool {
	if s == "" || len(s) > MaxLogin || strings.IndexByte("._@-", s[0]) >= 0 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && strings.IndexByte("._@-", c) < 0 {
			return false
		}
	}
	return true
}

func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// NormalizeText gives the stored form of a name or another line of text: NFC,
// trimmed, inner white space as single spaces. It refuses control, format and
// bidi characters, broken UTF-8 and texts of more than max characters.
// An empty text is fine here.
func NormalizeText(what, s string, max int) (string, error) {
	if len(s) > 8*max || !utf8.ValidString(s) {
		return "", Refused("text_invalid", fmt.Sprintf("%s of %d bytes: not valid text of at most %d characters", what, len(s), max), "")
	}
	s = norm.NFC.String(strings.Join(strings.Fields(s), " "))
	for _, r := range s {
		if invisible(r) {
			return "", Refused("text_invalid", fmt.Sprintf("%s: holds a control or invisible character", what), "type it again by hand")
		}
	}
	if utf8.RuneCountInString(s) > max {
		return "", Refused("text_invalid", fmt.Sprintf("%s: longer than %d characters", what, max), "")
	}
	return s, nil
}

// invisible reports characters that show nothing, so that one text could pass
// for another: controls, format and bidi characters, fillers, the Braille blank.
func invisible(r rune) bool {
	return !unicode.IsPrint(r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || r == '\u2800'
}

// NormalizeEmail gives the stored form of a mail address, or refuses what no
// mail could be sent to. An empty one is fine: no address.
func NormalizeEmail(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	local, domain, ok := strings.Cut(s, "@")
	ok = ok && local != "" && strings.Contains(domain, ".") && len(s) <= 254 &&
		!strings.HasPrefix(domain, ".") && !strings.HasSuffix(domain, ".") && !strings.Contains(domain, "..") && !strings.Contains(domain, "@")
	for _, r := range s {
		ok = ok && r > ' ' && r < unicode.MaxASCII && !strings.ContainsRune(`<>()[]\,;:"`, r)
	}
	if !ok {
		return "", Refused("email_invalid", fmt.Sprintf("mail address of %d bytes: not an address", len(s)), "write it as name@example.org")
	}
	return s, nil
}

// Fold gives the form under which two labels or names count as the same: NFKC,
// case folded, white space as single spaces.
func Fold(s string) string {
	return strings.ToLower(norm.NFKC.String(strings.Join(strings.Fields(s), " ")))
}

// NormalizePersonName splits "Family, Given" at its comma; a name without one
// is kept whole as family name.
func NormalizePersonName(s string) (family, given string, err error) {
	family, given, _ = strings.Cut(s, ",")
	if family, err = NormalizeText("name", family, MaxText); err != nil {
		return "", "", err
	}
	if given, err = NormalizeText("name", given, MaxText); err != nil {
		return "", "", err
	}
	if family+given == "" {
		return "", "", Refused("name_missing", "name: empty", `give --name "Family, Given"`)
	}
	return family, given, nil
}
