package mail

import (
	"net/netip"
	"testing"
	"time"

	"pinward/internal/access"
)

const code = "492817"

func sender() Sender { return Sender{Address: "securite@ecole.example"} }

func at() time.Time { return time.Date(2026, 11, 27, 8, 5, 0, 0, time.UTC) }

func recipient(t *testing.T) Recipient {
	t.Helper()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return Recipient{
		Name: "Léa Exemple", Login: "lea.exemple", School: "Collège de l’Exemple", Location: paris,
		Contact: "secrétariat, 01 99 00 00 00",
	}
}

// sample gives a notice with the facts that its kind usually has.
func sample(kind access.NoticeKind, lang string) access.Notice {
	n := access.Notice{
		ID: "n_sample", At: at(), Kind: kind, Lang: lang, Address: "lea@mail.example",
		Facts: access.NoticeFacts{At: at().Add(-time.Minute)},
	}
	f := &n.Facts
	placed := func() {
		f.Browser, f.IP = "Firefox on Windows", netip.MustParseAddr("203.0.113.77")
	}
	switch kind {
	case access.NoticeNewDevice, access.NoticeLoginSuspicious, access.NoticePINSet, access.NoticePINChanged,
		access.NoticePINBlocked, access.NoticeProtection, access.NoticeEmailChanged:
		placed()
	case access.NoticeDeviceAdded:
		placed()
		f.Label, f.Inside, f.IP = "Room 201", true, netip.MustParseAddr("10.20.1.2")
	case access.NoticeDeviceRemoved:
		f.Label, f.By, f.Reason, f.Count = "Room 201", "helpdesk", "computer stolen", 1
	case access.NoticePINReset:
		f.By, f.Reason = "principal", "forgotten"
	case access.NoticeResetCode:
		placed()
		f.Until = at().Add(15 * time.Minute)
	case access.NoticeContained:
		f.By, f.Reason = "principal", "not me, says the family"
	case access.NoticeLoginPass:
		f.By, f.Reason, f.Until = "helpdesk", "exam", at().Add(20*time.Minute)
	case access.NoticeUnreachable:
		n.ToSchool, f.Login, f.Reason = true, "lea.exemple", "refused twice"
	case access.NoticePolicyPaused:
		n.ToSchool, f.By, f.Reason, f.Until = true, "principal", "mock exam", at().Add(4*time.Hour)
	case access.NoticeDigest:
		f.Count, n.Topic = 2, "flood"
		f.Items = []string{Line(sample(access.NoticeNewDevice, lang), nil), Line(sample(access.NoticePINChanged, lang), nil)}
	}
	return n
}

// alertDigest gives a report's digest, which goes to any address.
func alertDigest(lang string) (access.Notice, Recipient) {
	n := sample(access.NoticeDigest, lang)
	n.ToSchool, n.Topic, n.Address = true, "", "inspection@academie.example"
	n.Facts.At, n.Facts.Until = at().Add(-access.Days(7)), at()
	n.Facts.Items = []string{"#7", "#9"}
	return n, Recipient{School: "Collège de l’Exemple"}
}

// toSchool gives the notice as the school gets it.
func toSchool(n access.Notice) (access.Notice, Recipient) {
	n.ToSchool, n.Address = true, "direction@ecole.example"
	n.Facts.Login = "lea.exemple"
	return n, Recipient{School: "Collège de l’Exemple"}
}

// secretOf gives what the kind's mail carries.
func secretOf(kind access.NoticeKind) access.Secret {
	if kind == access.NoticeResetCode {
		return access.NewSecret(code)
	}
	return access.Secret{}
}
