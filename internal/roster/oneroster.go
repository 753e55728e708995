package roster

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"slices"
	"strings"

	"pinward/internal/access"
)

// A bundle is a OneRoster folder being read.
type bundle struct {
	fsys   fs.FS
	files  map[string]string // name in the specification → name in the folder
	roster *access.Roster
	sum    hash.Hash
	opts   Options
	values valueMap

	version    string // "1.1", "1.2", or "" before it is known
	orgs       orgs
	classes    classes
	birthDates map[string]*access.Date // by sourcedId
	roles      map[string][]role       // by userSourcedId, in file order
}

// A bundleFile is how one file of a bundle is read.
type bundleFile struct {
	name  string
	needs []string // columns without which it is refused
	takes []string // columns that are read where they exist
	row   func(*table) error
	after func() // once all rows are read
}

// ReadDir reads a OneRoster 1.1 or 1.2 folder: users.csv and orgs.csv, and
// where they exist classes.csv, demographics.csv, enrollments.csv, manifest.csv
// and roles.csv. An empty status is an active one. A user whose status is
// tobedeleted or inactive, or whose enabledUser is false, is Removed. Begin and
// end dates of roles and enrollments are not judged. The digest is that of the
// files' contents, one after the other in the order of their names.
func ReadDir(fsys fs.FS, o Options) (access.Roster, error) {
	if err := o.check("oneroster"); err != nil {
		return access.Roster{}, err
	}
	roster := access.Roster{}
	b := &bundle{
		fsys: fsys, roster: &roster, sum: sha256.New(), opts: o, values: newValueMap(o.Values),
		orgs: newOrgs(), classes: newClasses(), birthDates: map[string]*access.Date{}, roles: map[string][]role{},
	}
	if err := b.list(); err != nil {
		return access.Roster{}, err
	}
	// The order of names is also one in which each file only needs earlier ones.
	for _, file := range []bundleFile{
		{"classes.csv", []string{"sourcedId", "title"}, []string{"status", "classType"}, b.class, nil},
		{"demographics.csv", []string{"sourcedId", "birthDate"}, []string{"status"}, b.birthDate, nil},
		{"enrollments.csv", []string{"classSourcedId", "userSourcedId"}, []string{"status", "role"}, b.enrollment, nil},
		{"manifest.csv", []string{"propertyName", "value"}, nil, b.property, nil},
		{"orgs.csv", []string{"sourcedId"}, []string{"status", "name", "type", "identifier", "parentSourcedId"}, b.org, b.settleOrgs},
		{"roles.csv", []string{"userSourcedId", "role"}, []string{"status", "roleType", "orgSourcedId"}, b.role, nil},
		{"users.csv", []string{"sourcedId", "username"}, []string{
			"status", "enabledUser", "role", "orgSourcedIds", "primaryOrgSourcedId",
			"givenName", "familyName", "email", "agentSourcedIds",
		}, b.user, nil},
	} {
		if file.name == "roles.csv" && b.version == "1.1" {
			continue // in 1.1 roles stand in users.csv
		}
		if err := b.read(file); err != nil {
			return access.Roster{}, err
		}
	}
	roster.Rejected.Sort()
	linkGuardians(&roster.Entries)
	roster.Format = "oneroster-" + b.version
	roster.Schools = b.orgs.schools(&roster.Entries)
	roster.Digest = hex.EncodeToString(b.sum.Sum(nil))
	return roster, nil
}

// list finds the folder's files, whatever the case of their names.
func (b *bundle) list() error {
	entries, err := fs.ReadDir(b.fsys, ".")
	if err != nil {
		return fmt.Errorf("read roster folder: %w", err)
	}
	b.files = map[string]string{}
	for _, entry := range entries {
		b.files[strings.ToLower(entry.Name())] = entry.Name()
	}
	for _, name := range []string{"orgs.csv", "users.csv"} {
		if _, ok := b.files[name]; !ok {
			return access.Refused("not_a_roster", fmt.Sprintf("roster folder: no %s", name), "name an unpacked OneRoster 1.1 or 1.2 folder, or a CSV file")
		}
	}
	return nil
}

func (b *bundle) read(file bundleFile) error {
	name, ok := b.files[file.name]
	if !ok {
		return nil
	}
	f, err := b.fsys.Open(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", file.name, err)
	}
	defer func() { _ = f.Close() }()
	t, err := openTable(io.TeeReader(f, b.sum), file.name, b.opts.Encoding, b.roster)
	if err != nil {
		return err
	}
	columns, err := namedColumns(t, file.needs, file.takes)
	if err != nil {
		return err
	}
	t.pick(columns)
	if err := b.settleVersion(file.name, t); err != nil {
		return err
	}
	if err := t.each(func() error { return file.row(t) }); err != nil {
		return err
	}
	if file.after != nil {
		file.after()
	}
	return nil
}

// namedColumns finds columns by the names of the specification, in any case.
func namedColumns(t *table, needs, takes []string) (map[string]int, error) {
	columns := map[string]int{}
	for _, name := range append(slices.Clone(needs), takes...) {
		for i, heading := range t.header {
			if !strings.EqualFold(heading, name) {
				continue
			}
			if first, twice := columns[name]; twice {
				return nil, access.Refused("column_ambiguous", fmt.Sprintf("%s: columns %d and %d are both %s", t.file, first+1, i+1, name), "remove one of them")
			}
			columns[name] = i
		}
		if _, ok := columns[name]; !ok && slices.Contains(needs, name) {
			return nil, access.Refused("column_missing", fmt.Sprintf("%s: no column %s", t.file, name), "export the file again with all columns of OneRoster")
		}
	}
	return columns, nil
}

// property reads a row of manifest.csv.
func (b *bundle) property(t *table) error {
	name, value := strings.ToLower(t.cell("propertyName")), strings.ToLower(t.cell("value"))
	switch {
	case name == "oneroster.version" && (value == "1.1" || strings.HasPrefix(value, "1.1.")):
		b.version = "1.1"
	case name == "oneroster.version" && (value == "1.2" || strings.HasPrefix(value, "1.2.")):
		b.version = "1.2"
	case name == "oneroster.version":
		return errors.New("oneroster.version: neither 1.1 nor 1.2")
	case name == "file.users" && value == "delta":
		b.roster.Delta = true
		t.warn("users.csv holds changes only: people missing from it have not left")
	}
	return nil
}

// settleVersion decides, before users.csv is read, where roles stand in a
// bundle whose manifest does not say its version.
func (b *bundle) settleVersion(file string, t *table) error {
	if file != "users.csv" {
		return nil
	}
	_, inFile := b.files["roles.csv"]
	switch {
	case b.version == "" && (inFile || !t.has("role")):
		b.version = "1.2"
	case b.version == "":
		b.version = "1.1"
	}
	if b.version == "1.2" && !inFile && !t.has("role") {
		return access.Refused("not_a_roster", "roster folder: no roles.csv, and no roles in users.csv", "export the folder again with all files of OneRoster")
	}
	if b.version == "1.1" && !t.has("role") {
		return access.Refused("column_missing", "users.csv: no column role", "export the file again with all columns of OneRoster")
	}
	return nil
}

// removed reads a status; one that OneRoster does not know counts as active.
func removed(t *table) bool {
	switch status := strings.ToLower(t.cell("status")); status {
	case "", "active":
		return false
	case "tobedeleted", "inactive":
		return true
	default:
		t.warn("status: not one of OneRoster's; taken as active")
		return false
	}
}
