package mail

import (
	"embed"
	"sync"

	"pinward/internal/access"
	"pinward/internal/i18n"
)

//go:embed words/*.json
var wordFiles embed.FS

// words are the texts of all mails in one language.
type words struct {
	Hello        string
	Colon        string
	Account      string
	When         string
	Device       string
	Place        string
	Inside       string
	Outside      string
	Unknown      string
	Network      string
	Label        string
	By           string
	Reason       string
	Since        string
	Until        string
	Count        string
	Code         string
	Contact      string
	ContactNamed string `json:"contact_named"`
	Footer       string
	Roles        map[access.Role]string
	Titles       map[string]string
	Steps        map[string]string // sentences that several mails share
	Mails        map[string]mailWords
}

// mailWords are the texts of one kind of mail. None depends on the notice, so
// that nothing foreign can get into a sentence or a subject.
type mailWords struct {
	Subject string
	Lead    string // what happened
	Parts   []partWords
}

type partWords struct {
	Title string // of words.Titles
	Text  string
	// TextReset stands in the place of Text where the person may replace a
	// forgotten PIN by mail.
	TextReset string   `json:"text_reset"`
	Steps     []string // of words.Steps
}

// The keys of the mails that belong to no kind of notice.
const (
	keyTest        = "test"
	keyAny         = "any"
	keyAlerts      = "digest.alerts" // of a report, to whatever address was named for it
	schoolWords    = ".school"       // follows the kind where the school reads it, not the person
	suspendedWords = ".suspended"    // follows the kind where the person cannot log in
)

var catalog = sync.OnceValue(func() i18n.Catalog[words] { return i18n.NewCatalog[words](wordFiles, nil) })

// of gives the texts of a notice, to the person or to the school.
func (w words) of(n access.Notice) (mailWords, bool) {
	kind := string(n.Kind)
	own, known := w.Mails[kind]
	if n.Kind == access.NoticeDigest && n.ToSchool && n.Topic == "" {
		return w.Mails[keyAlerts], true
	}
	if closed, told := w.Mails[kind+suspendedWords]; told && n.Facts.Suspended && !n.ToSchool {
		return closed, true
	}
	if !known || !n.ToSchool {
		return own, known
	}
	if forSchool, told := w.Mails[kind+schoolWords]; told {
		return forSchool, true
	}
	if n.Kind == access.NoticeUnreachable || n.Kind == access.NoticePolicyPaused {
		return own, true
	}
	forSchool := w.Mails[keyAny+schoolWords]
	forSchool.Subject = own.Subject
	return forSchool, true
}
