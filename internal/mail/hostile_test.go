package mail

import (
	"bytes"
	"net/mail"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"pinward/internal/access"
	"pinward/internal/i18n"
)

// hostileTexts are what a stranger may have made a name, a label or a reason of.
func hostileTexts() []string {
	return []string{
		"x\r\nBcc: evil@evil.example\r\n\r\nbody",
		"x\nSubject: replaced",
		"x\u2028SUBJECT\u2029\u0085y\vz\f",
		"=?utf-8?q?=0D=0ABcc:_evil@evil.example?=",
		"\"x\" <evil@evil.example>, y",
		"<script>alert(1)</script><img src=x onerror=alert(1)>",
		"</td></table><a href='http://evil.example'>click</a>",
		"{{.School}} {{define \"x\"}}",
		"http://evil.example/reset",
		"HTTPS://EVIL.EXAMPLE",
		"www.evil.example",
		"evil.example/reset?x=1",
		"evil\u3002example/a",
		"\x1b[31mred\x1b]0;title\x07",
		"\u202egnp.exe\u2066\u200b\u00ad\ufeff\U000e0041",
		"\x80\xff\xfe",
		".\r\n.\r\nMAIL FROM:<evil@evil.example>",
		strings.Repeat("long ", 10_000),
	}
}

// laden gives a notice and its reader with one text wherever one fits.
func laden(kind access.NoticeKind, lang, text string) (access.Notice, Recipient) {
	n := sample(kind, lang)
	n.Facts.Browser, n.Facts.Label, n.Facts.By, n.Facts.Reason = text, text, text, text
	n.Facts.Login = text
	n.Facts.Items = []string{text, text}
	return n, Recipient{Name: text, Login: text, School: text, Contact: text}
}

// TestHostileTextIsTamed puts what strangers type into every place of every mail
// and reads the mail as it goes over the wire.
func TestHostileTextIsTamed(t *testing.T) {
	link := regexp.MustCompile(`(?i)://|\bwww\.[a-z]|[a-z0-9][.。][a-z]{2,}/`)
	tags := regexp.MustCompile(`(?i)<(script|img|a|td></table)\b`)
	for _, lang := range i18n.Languages() {
		for _, kind := range access.NoticeKinds() {
			clean, err := Compose(sample(kind, lang), recipient(t), secretOf(kind), sender())
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range hostileTexts() {
				n, to := laden(kind, lang, text)
				m, err := Compose(n, to, secretOf(kind), sender())
				if err != nil {
					t.Fatalf("%s with %q: %v", kind, text, err)
				}
				if m.Subject != clean.Subject {
					t.Errorf("%s with %q: got the subject %q, want %q", kind, text, m.Subject, clean.Subject)
				}
				for _, part := range []string{m.Text, m.HTML} {
					if found := strings.IndexFunc(part, moves); found >= 0 {
						t.Errorf("%s with %q: holds %q", kind, text, part[found:min(found+8, len(part))])
					}
					if found := link.FindString(part); found != "" {
						t.Errorf("%s with %q: holds a link, %q", kind, text, found)
					}
				}
				if found := tags.FindString(m.HTML); found != "" {
					t.Errorf("%s with %q: the HTML holds %q", kind, text, found)
				}
				if len(m.Text)+len(m.HTML) > 40_000 {
					t.Errorf("%s with a text of %d bytes: got %d and %d, want them short", kind, len(text), len(m.Text), len(m.HTML))
				}
				checkHeaders(t, m, text)
			}
		}
	}
}

// moves reports what must not be in a mail beside its line breaks.
func moves(r rune) bool {
	return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029')
}

// checkHeaders reads the mail's bytes back and looks for headers that nobody set.
func checkHeaders(t *testing.T, m Message, text string) {
	t.Helper()
	out, err := m.encode()
	if err != nil {
		t.Fatalf("with %q: %v", text, err)
	}
	var wire bytes.Buffer
	if _, err := out.WriteTo(&wire); err != nil {
		t.Fatal(err)
	}
	read, err := mail.ReadMessage(&wire)
	if err != nil {
		t.Fatalf("with %q: %v", text, err)
	}
	if len(read.Header) != len(headerNames()) {
		t.Errorf("with %q: got the headers %v, want %v", text, read.Header, headerNames())
	}
	for _, name := range headerNames() {
		if len(read.Header[name]) != 1 {
			t.Errorf("with %q: %s: got %q, want it once", text, name, read.Header[name])
		}
	}
	if from, err := read.Header.AddressList("From"); err != nil || len(from) != 1 || from[0].Address != sender().Address {
		t.Errorf("with %q: From: got %v, %v, want %s alone", text, from, err, sender().Address)
	}
	if to, err := read.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != m.To {
		t.Errorf("with %q: To: got %v, %v, want %s alone", text, to, err, m.To)
	}
}

func headerNames() []string {
	return []string{
		"From", "To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type",
		"Content-Language", "Auto-Submitted", "X-Auto-Response-Suppress",
	}
}

func TestTame(t *testing.T) {
	for s, want := range map[string]string{
		"Room 201":                "Room 201",
		"Salle de M. Durand":      "Salle de M. Durand",
		"lea.exemple":             "lea.exemple",
		"lea@ecole.example":       "lea@ecole.example",
		"שלום عربي":               "שלום عربي",
		"a\r\n\t b\u00a0c":        "a b c",
		"a\x1bb\u202ec":           "a\uFFFDb\uFFFDc",
		"a\xffb":                  "a\uFFFDb",
		"see http://evil.example": "see http: //evil. example",
		"www.evil.example":        "www. evil. example",
		"version 2.1/3.0":         "version 2.1/3.0",
		strings.Repeat("é", 201):  strings.Repeat("é", 200) + "…",
	} {
		if got := tame(s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
		if once := tame(s); len(s) < maxShown && tame(once) != once {
			t.Errorf("%q: got %q when tamed twice, want %q", s, tame(once), once)
		}
	}
	if got, want := tameForeign("evil.example"), "evil. example"; got != want {
		t.Errorf("a bare site: got %q, want %q", got, want)
	}
}

func TestBrowserIsTranslated(t *testing.T) {
	for s, want := range map[string]string{
		"Firefox on Windows":   "Firefox sur Windows",
		"Firefox on unknown":   "Firefox",
		"unknown on Android":   "Android",
		"unknown on unknown":   "inconnu",
		"":                     "inconnu",
		"unknown":              "inconnu",
		"curl":                 "curl",
		"evil.example on iOS":  "evil. example sur iOS",
		"a\u202eb on unknown ": "a\uFFFDb",
	} {
		if got := browser("fr", s); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
}
