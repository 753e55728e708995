package roster

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"pinward/internal/access"
)

// A csvFile is a plain CSV roster being read.
type csvFile struct {
	table   *table
	roster  *access.Roster
	options Options
	values  valueMap
}

// ReadFile reads a plain CSV roster. Only the login column is required. An
// empty cell says nothing, save that of the group: it says that there is none.
// A row without a profile or a school keeps those fields empty where o gives
// none either. name is what problems call the file.
func ReadFile(r io.Reader, name string, o Options) (access.Roster, error) {
	if err := o.check("csv"); err != nil {
		return access.Roster{}, err
	}
	sum := sha256.New()
	roster := access.Roster{Format: "csv"}
	t, err := openTable(io.TeeReader(r, sum), name, o.Encoding, &roster)
	if err != nil {
		return access.Roster{}, err
	}
	if o.Format != "csv" && oneRosterUsers(t.header) {
		return access.Roster{}, access.Refused("oneroster_folder", name+": is one file of a OneRoster folder", "name the folder; its other files hold the schools and groups")
	}
	columns, err := csvColumns(name, t.header, o.Columns)
	if err != nil {
		return access.Roster{}, err
	}
	roster.Unread = unreadColumns(t.header, columns)
	t.pick(columns)
	f := &csvFile{table: t, roster: &roster, options: o, values: newValueMap(o.Values)}
	if err := t.each(f.row); err != nil {
		return access.Roster{}, err
	}
	roster.Rejected.Sort()
	roster.Digest = hex.EncodeToString(sum.Sum(nil))
	return roster, nil
}

// oneRosterUsers tells the users.csv of a OneRoster folder: read alone, it
// would take people who left for people who are there.
func oneRosterUsers(header []string) bool {
	var keys []string
	for _, heading := range header {
		keys = append(keys, headingKey(heading))
	}
	return slices.Contains(keys, "sourcedid") && slices.Contains(keys, "enableduser")
}

func (f *csvFile) cell(field string) string { return f.values.of(field, f.table.cell(field)) }

// row reads the row at hand; its error says why the row is rejected.
func (f *csvFile) row() error {
	e := access.RosterEntry{Line: f.table.line, File: f.table.file}
	for _, read := range []func(*access.RosterEntry) error{f.identity, f.names, f.belonging, f.details, f.students} {
		if err := read(&e); err != nil {
			return err
		}
	}
	keep(f.roster, e)
	return nil
}

func (f *csvFile) identity(e *access.RosterEntry) (err error) {
	if e.Login, err = login(f.cell(fieldLogin)); err != nil {
		return err
	}
	e.ExternalID, err = text("external id", f.cell(fieldExternalID))
	return err
}

func (f *csvFile) names(e *access.RosterEntry) (err error) {
	if f.table.has(fieldName) {
		e.FamilyName, e.GivenName, err = names(f.cell(fieldName))
		return err
	}
	if e.FamilyName, err = text("family name", f.cell(fieldFamily)); err != nil {
		return err
	}
	e.GivenName, err = text("given name", f.cell(fieldGiven))
	return err
}

func (f *csvFile) belonging(e *access.RosterEntry) (err error) {
	e.Profile = f.options.Profile
	if cell := f.cell(fieldProfile); cell != "" {
		if e.Profile, err = csvProfile(cell); err != nil {
			return err
		}
	}
	if e.Schools, err = f.schools(f.cell(fieldSchool)); err != nil {
		return err
	}
	if !f.table.has(fieldGroup) {
		return nil
	}
	group, err := text("group", f.cell(fieldGroup))
	e.Group = &group
	return err
}

func (f *csvFile) schools(cell string) ([]string, error) {
	codes := []string{}
	for _, item := range list(cell, ",;|") {
		code := f.values.of(fieldSchool, item)
		if access.CheckSchoolCode(code) != nil {
			return nil, errors.New("school: not a school code; --map-value school:TEXT=CODE says what it means")
		}
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	if len(codes) == 0 && f.options.School != "" {
		codes = append(codes, f.options.School)
	}
	return codes, nil
}

func (f *csvFile) details(e *access.RosterEntry) (err error) {
	if cell := f.cell(fieldLang); cell != "" {
		lang, err := language(cell)
		if err != nil {
			return err
		}
		e.Lang = &lang
	}
	if e.Email, err = email(f.cell(fieldEmail)); err != nil {
		return fmt.Errorf("email: %w", err)
	}
	if e.BirthDate, err = birthDate(f.cell(fieldBirth)); err != nil {
		return err
	}
	e.EndsOn, err = day("end date", f.cell(fieldEnds))
	return err
}

// students reads the external ids of a guardian's students; other people have
// none. Where nothing tells the profile, the account's own decides later.
func (f *csvFile) students(e *access.RosterEntry) (err error) {
	if e.Profile != access.Guardian && e.Profile != "" {
		return nil
	}
	e.StudentRefs, err = ids("students", f.cell(fieldStudents), ",;|")
	return err
}
