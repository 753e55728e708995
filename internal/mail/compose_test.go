package mail

import (
	"html"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pinward/internal/access"
	"pinward/internal/i18n"
)

// eachMail composes every mail that there is: each kind in each language, to the
// person and to the school, those that are worded otherwise, and the test mail.
func eachMail(t *testing.T, check func(name string, n access.Notice, m Message)) {
	t.Helper()
	to := recipient(t)
	for _, lang := range i18n.Languages() {
		for _, kind := range access.NoticeKinds() {
			n := sample(kind, lang)
			reader := to
			if n.ToSchool {
				n, reader = toSchool(n)
			}
			m, err := Compose(n, reader, secretOf(kind), sender())
			if err != nil {
				t.Errorf("%s in %s: %v", kind, lang, err)
				continue
			}
			check(filepath.Join(lang, string(kind)), n, m)
			n, reader = toSchool(n)
			if m, err = Compose(n, reader, secretOf(kind), sender()); err != nil {
				t.Errorf("%s in %s to the school: %v", kind, lang, err)
			}
			check(filepath.Join(lang, string(kind)+".school"), n, m)
		}
		for _, kind := range []access.NoticeKind{access.NoticeLoginSuspicious, access.NoticePINBlocked} {
			n := sample(kind, lang)
			n.Facts.SelfReset = true
			m, err := Compose(n, to, secretOf(kind), sender())
			if err != nil {
				t.Errorf("%s in %s, reset by mail: %v", kind, lang, err)
			}
			check(filepath.Join(lang, string(kind)+".reset"), n, m)
		}
		suspended := sample(access.NoticeContained, lang)
		suspended.Facts.Suspended = true
		m, err := Compose(suspended, to, access.Secret{}, sender())
		if err != nil {
			t.Errorf("%s in %s, suspended: %v", suspended.Kind, lang, err)
		}
		check(filepath.Join(lang, string(suspended.Kind)+".suspended"), suspended, m)
		n, reader := alertDigest(lang)
		m, err = Compose(n, reader, access.Secret{}, sender())
		if err != nil {
			t.Errorf("digest of alerts in %s: %v", lang, err)
		}
		check(filepath.Join(lang, "digest.alerts"), n, m)
		m, err = ComposeTest("t_sample", "lea@mail.example", lang, at(), Recipient{School: to.School, Location: to.Location}, sender())
		if err != nil {
			t.Errorf("test mail in %s: %v", lang, err)
		}
		check(filepath.Join(lang, "test"), access.Notice{}, m)
	}
}

// TestEveryMail compares each mail with the one that was read and approved.
// UPDATE=1 writes them anew.
func TestEveryMail(t *testing.T) {
	seen := map[string]bool{}
	eachMail(t, func(name string, _ access.Notice, m Message) {
		golden(t, name+".txt", "Subject: "+m.Subject+"\n\n"+m.Text, seen)
		golden(t, name+".html", m.HTML, seen)
	})
	files, err := filepath.Glob("testdata/*/*.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !seen[file] {
			t.Errorf("%s belongs to no mail", file)
		}
	}
}

func golden(t *testing.T, name, got string, seen map[string]bool) {
	t.Helper()
	path := filepath.Join("testdata", name)
	seen[path] = true
	if os.Getenv("UPDATE") != "" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s: got (%v)\n%s", path, err, got)
	}
}

// TestEveryKindHasWords fails where a kind of notice, or one of its words, was
// forgotten in a language.
func TestEveryKindHasWords(t *testing.T) {
	french, english := catalog().In(i18n.French), catalog().In("en")
	if got, want := slices.Sorted(maps.Keys(french.Mails)), slices.Sorted(maps.Keys(english.Mails)); !slices.Equal(got, want) {
		t.Errorf("mails in French: got %v, want %v as in English", got, want)
	}
	for _, lang := range i18n.Languages() {
		w := catalog().In(lang)
		for _, kind := range access.NoticeKinds() {
			if _, known := w.Mails[string(kind)]; !known {
				t.Errorf("%s in %s: no words", kind, lang)
			}
		}
		used := map[string]bool{"items": true, "ask": true}
		for kind, m := range w.Mails {
			if m.Subject == "" || m.Lead == "" || len(m.Parts) < 2 || m.Parts[0].Title != "why" {
				t.Errorf("%s in %s: got %+v, want a subject, what happened, why it is told and what to do", kind, lang, m)
			}
			for _, p := range m.Parts {
				used[p.Title] = true
				if w.Titles[p.Title] == "" || p.Text == "" && len(p.Steps) == 0 {
					t.Errorf("%s in %s: part %q has no title or no text", kind, lang, p.Title)
				}
				for _, step := range p.Steps {
					used[step] = true
					if w.Steps[step] == "" {
						t.Errorf("%s in %s: no step %q", kind, lang, step)
					}
				}
			}
		}
		for _, key := range slices.Concat(slices.Collect(maps.Keys(w.Titles)), slices.Collect(maps.Keys(w.Steps))) {
			if !used[key] {
				t.Errorf("%s: nothing uses %q", lang, key)
			}
		}
		for _, role := range []access.Role{access.RoleAdmin, access.RolePrincipal, access.RoleHelpdesk, access.RoleReporter, access.RolePortal} {
			if w.Roles[role] == "" {
				t.Errorf("%s: no word for the role %s", lang, role)
			}
		}
	}
}

// TestWordsAreWhole reads the single words, which no other test names.
func TestWordsAreWhole(t *testing.T) {
	for _, lang := range i18n.Languages() {
		w := catalog().In(lang)
		for i, word := range []string{
			w.Hello, w.Colon, w.Account, w.When, w.Device, w.Place, w.Inside, w.Outside, w.Unknown, w.Network, w.Label,
			w.By, w.Reason, w.Since, w.Until, w.Count, w.Code, w.Contact, w.ContactNamed, w.Footer,
		} {
			if word == "" {
				t.Errorf("%s: word %d is empty", lang, i)
			}
		}
	}
}

// TestNoMailHoldsALink looks for whatever a mail program would make a link of.
func TestNoMailHoldsALink(t *testing.T) {
	link := regexp.MustCompile(`(?i)(https?|ftp|mailto|tel|data|javascript|cid):|://|\bwww\.|[a-z0-9]\.[a-z]{2,}/`)
	markup := regexp.MustCompile(`(?i)<(a|img|form|button|input|link|script|iframe|object|svg|base|video)\b|\b(href|src|action|background|srcset)\s*=|url\(|@import`)
	eachMail(t, func(name string, _ access.Notice, m Message) {
		for part, text := range map[string]string{"subject": m.Subject, "text": m.Text, "HTML": m.HTML} {
			if found := link.FindString(text); found != "" {
				t.Errorf("%s: %s holds %q", name, part, found)
			}
			if found := markup.FindString(text); found != "" {
				t.Errorf("%s: %s holds %q", name, part, found)
			}
		}
	})
}

// TestMailsKeepSecrets: a subject holds no digit at all, the code stands in the
// body of its own mail alone, and no mail shows a whole address.
func TestMailsKeepSecrets(t *testing.T) {
	eachMail(t, func(name string, n access.Notice, m Message) {
		if strings.ContainsFunc(m.Subject, unicode.IsDigit) {
			t.Errorf("%s: got the subject %q, want none with digits", name, m.Subject)
		}
		for _, body := range []string{m.Text, m.HTML} {
			if got, want := strings.Contains(body, code), n.Kind == access.NoticeResetCode; got != want {
				t.Errorf("%s: holds the code: got %v, want %v", name, got, want)
			}
			if n.Facts.IP.IsValid() && strings.Contains(body, n.Facts.IP.String()) {
				t.Errorf("%s: holds the address %s, want its network only", name, n.Facts.IP)
			}
		}
		if strings.Contains(m.ID, code) {
			t.Errorf("%s: the Message-ID holds the code", name)
		}
	})
}

// TestBothPartsSayTheSame compares the words of both parts, whatever their form.
func TestBothPartsSayTheSame(t *testing.T) {
	head := regexp.MustCompile(`(?s)^.*<body>`)
	tag := regexp.MustCompile(`<[^>]*>`)
	mark := regexp.MustCompile(`(?m)^(-- |-+|\d\. |- )`)
	squash := func(s string) string {
		s = strings.NewReplacer("\u00a0:", " ", ":", " ").Replace(html.UnescapeString(s))
		return strings.ToLower(strings.Join(strings.Fields(s), " "))
	}
	eachMail(t, func(name string, _ access.Notice, m Message) {
		page := squash(tag.ReplaceAllString(head.ReplaceAllString(m.HTML, ""), " "))
		if text := squash(mark.ReplaceAllString(m.Text, "")); text != page {
			t.Errorf("%s: got\n%s\nin HTML, and in plain text\n%s", name, page, text)
		}
	})
}

func TestComposeRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*access.Notice)
	}{
		{"an unknown kind", func(n *access.Notice) { n.Kind = "parcel" }},
		{"a kind that is only of words", func(n *access.Notice) { n.Kind = "no.school" }},
		{"no kind", func(n *access.Notice) { n.Kind = "" }},
		{"another language", func(n *access.Notice) { n.Lang = "de" }},
		{"no address", func(n *access.Notice) { n.Address = "" }},
		{"two addresses", func(n *access.Notice) { n.Address = "a@b.example, c@d.example" }},
		{"an address with a line break", func(n *access.Notice) { n.Address = "a@b.example\r\nRCPT TO:<c@d.example>" }},
		{"an address with a name", func(n *access.Notice) { n.Address = "A <a@b.example>" }},
		{"a reset code without its code", func(n *access.Notice) { n.Kind = access.NoticeResetCode }},
	}
	for _, tt := range tests {
		n := sample(access.NoticeNewDevice, "fr")
		tt.change(&n)
		_, err := Compose(n, recipient(t), access.Secret{}, sender())
		if access.CodeOf(err) != "mail_invalid" || !Permanent(err) || Down(err) {
			t.Errorf("%s: got %v, want mail_invalid, permanent", tt.name, err)
		}
		if err != nil && n.Address != "" && strings.Contains(err.Error(), n.Address) {
			t.Errorf("%s: got %q, want no address", tt.name, err)
		}
	}
}

func TestMessageIDIsStable(t *testing.T) {
	n := sample(access.NoticePINSet, "en")
	first, err := Compose(n, recipient(t), access.Secret{}, sender())
	if err != nil {
		t.Fatal(err)
	}
	if first.ID != "n_sample@ecole.example" || first.ID != MessageID(n, sender()) || !first.At.Equal(n.At) {
		t.Errorf("got %q of %v, want n_sample@ecole.example of %v", first.ID, first.At, n.At)
	}
	n.MessageID = "kept@elsewhere.example"
	again, err := Compose(n, recipient(t), access.Secret{}, sender())
	if err != nil || again.ID != n.MessageID {
		t.Errorf("got %q, %v, want the id of the notice", again.ID, err)
	}
}

func TestParseSender(t *testing.T) {
	for s, want := range map[string]Sender{
		"a@b.example":                   {Address: "a@b.example"},
		"Sécurité <a@b.example>":        {Name: "Sécurité", Address: "a@b.example"},
		`"Collège, sécurité" <a@b.net>`: {Name: "Collège, sécurité", Address: "a@b.net"},
	} {
		if got, err := ParseSender(s); err != nil || got != want {
			t.Errorf("%q: got %+v, %v, want %+v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "a", "a@b", "a@b.example, c@d.example", "<a@b.example", "a@b.example\r\nBcc: c@d.example"} {
		if got, err := ParseSender(s); access.CodeOf(err) != "usage" {
			t.Errorf("%q: got %+v, %v, want usage", s, got, err)
		}
	}
}
