package access

// A RosterEntry is one person as an account file tells of them, already
// normalized by the reader. Fields that the file does not speak of are nil or
// empty and leave the account as it is.
type RosterEntry struct {
	Line        int // in its file, the header being line 1
	File        string
	Login       string
	ExternalID  string
	FamilyName  string
	GivenName   string
	Profile     Profile
	Schools     []string // codes, home first
	Group       *string
	Lang        *string
	Email       *string
	BirthDate   *Date
	EndsOn      *Date
	StudentRefs []string // external ids of the students that a guardian answers for
	Removed     bool     // the file says that this person left (status tobedeleted, or not enabled)
}

// A RosterProblem is a line that was not taken, or was taken with a doubt.
// It never quotes the line.
type RosterProblem struct {
	File string
	Line int
	Text string
}

// A Roster is what an account file holds.
type Roster struct {
	Format   string // "oneroster-1.1", "oneroster-1.2" or "csv"
	Schools  []School
	Entries  RosterEntries
	Rejected RosterProblems
	Warnings RosterProblems
	Digest   string // hex SHA-256 over the files read
	Delta    bool   // holds changes only: who is missing has not left
	Unread   []int  // columns of a CSV file, from 1 on, that no field is read from
}
