package access

import (
	"net/netip"
	"time"
)

// A LogLine is one login of a portal's log. One of Login and ExternalID names the
// account.
type LogLine struct {
	Number     int // of the line in its file
	At         time.Time
	Login      string // as it was typed: perhaps something else, and never kept
	ExternalID string
	IP         netip.Addr
	UserAgent  string
	Failed     bool // the portal refused it
}

// A LoginLog is what a portal's log holds.
type LoginLog struct {
	Format   string // "jsonl" or "csv"
	Lines    []LogLine
	Rejected []RosterProblem
	Digest   string // hex SHA-256 over the file read
}
