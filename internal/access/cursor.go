package access

import (
	"fmt"
	"strings"
	"time"
)

// MaxCursorName is the longest name of a cursor, in characters.
const MaxCursorName = 40

// A Cursor says how far an export of alerts has come that goes on where it
// ended.
type Cursor struct {
	Name      string
	Selection string // what it exports, in words; another selection is another cursor
	Alert     int64  // the highest number exported; 0: none yet
	Pending   PendingExport
	MovedAt   time.Time
	AuditSeq  int64
}

// A PendingExport is a file that was finished and perhaps not yet put in its
// place. The zero one is none.
type PendingExport struct {
	To     int64  // it holds all alerts up to that number
	Path   string // absolute
	Digest []byte // SHA-256 of its content
}

// CheckCursorName refuses names that could not stand in the name of a file: 1
// to 40 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit.
func CheckCursorName(name string) error {
	ok := name != "" && len(name) <= MaxCursorName && !strings.ContainsRune("._-", rune(name[0]))
	for _, r := range name {
		ok = ok && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r))
	}
	if !ok {
		return Usage(fmt.Sprintf("cursor: not a name of 1 to %d small letters, digits, dots, dashes or underscores", MaxCursorName), "use a name such as nightly")
	}
	return nil
}
