package roster

import (
	"fmt"
	"slices"
	"strings"

	"pinward/internal/access"
)

// Options say how to read a roster.
type Options struct {
	Format   string                       // "auto" (also ""), "oneroster" or "csv"
	Columns  map[string]string            // csv: field → heading of its column; that column is then read as nothing else
	Values   map[string]map[string]string // field → text in the file → value; in a OneRoster folder only for "profile"
	Profile  access.Profile               // csv: the profile of rows without one
	School   string                       // the school code of rows without one
	Encoding string                       // "utf-8" (also ""), "latin1" or "windows-1252"
}

// The fields of a csv roster, as --map and --map-value name them.
const (
	fieldLogin      = "login"
	fieldExternalID = "external_id"
	fieldName       = "name" // "Family, Given" in one column
	fieldFamily     = "family_name"
	fieldGiven      = "given_name"
	fieldProfile    = "profile"
	fieldSchool     = "school"
	fieldGroup      = "group"
	fieldLang       = "lang"
	fieldEmail      = "email"
	fieldBirth      = "birth_date"
	fieldEnds       = "ends_on"
	fieldStudents   = "students"
)

// Fields lists the fields that a csv column can be mapped to.
func Fields() []string {
	return []string{
		fieldLogin, fieldExternalID, fieldName, fieldFamily, fieldGiven, fieldProfile, fieldSchool,
		fieldGroup, fieldLang, fieldEmail, fieldBirth, fieldEnds, fieldStudents,
	}
}

// ParseMap reads --map arguments of the form FIELD=COLUMN.
func ParseMap(args []string) (map[string]string, error) {
	columns := map[string]string{}
	for _, arg := range args {
		field, column, ok := strings.Cut(arg, "=")
		column = strings.TrimSpace(column)
		if !ok || column == "" {
			return nil, access.Usage(fmt.Sprintf("map %q: not FIELD=COLUMN", arg), "write --map login=Identifiant")
		}
		if err := checkColumn(field, column); err != nil {
			return nil, err
		}
		if _, twice := columns[field]; twice {
			return nil, access.Usage(fmt.Sprintf("map %q: the field is mapped twice", arg), "map each field once")
		}
		columns[field] = column
	}
	return columns, nil
}

// ParseValueMap reads --map-value arguments of the form FIELD:TEXT=VALUE. TEXT
// may hold colons and equals signs, VALUE may be empty.
func ParseValueMap(args []string) (map[string]map[string]string, error) {
	values := map[string]map[string]string{}
	for _, arg := range args {
		field, rest, ok := strings.Cut(arg, ":")
		at := strings.LastIndexByte(rest, '=')
		if !ok || at < 0 || strings.TrimSpace(rest[:at]) == "" {
			return nil, access.Usage(fmt.Sprintf("map-value %q: not FIELD:TEXT=VALUE", arg), "write --map-value profile:AED=staff")
		}
		if err := checkField("map-value", field); err != nil {
			return nil, err
		}
		text, value := access.Fold(rest[:at]), strings.TrimSpace(rest[at+1:])
		if _, twice := values[field][text]; twice {
			return nil, access.Usage(fmt.Sprintf("map-value %q: the text is mapped twice", arg), "map each text once")
		}
		if values[field] == nil {
			values[field] = map[string]string{}
		}
		values[field][text] = value
	}
	if err := checkValues(values); err != nil {
		return nil, err
	}
	return values, nil
}

func checkColumn(field, column string) error {
	if err := checkField("map", field); err != nil {
		return err
	}
	if secretHeading(headingKey(column)) {
		return access.Usage(fmt.Sprintf("map %s: columns of passwords and PINs are never read", field), "map another column")
	}
	return nil
}

func checkField(flag, field string) error {
	if !slices.Contains(Fields(), field) {
		return access.Usage(fmt.Sprintf("%s: unknown field %q", flag, field), "use one of: "+strings.Join(Fields(), ", "))
	}
	return nil
}

// checkValues refuses what no row could be mapped to, before any file is read.
func checkValues(values map[string]map[string]string) error {
	for _, value := range values[fieldProfile] {
		if value == "" {
			continue
		}
		if _, err := access.ParseProfile(value); err != nil {
			return fmt.Errorf("map-value: %w", err)
		}
	}
	return nil
}

// check refuses options that do not fit a roster of the given format.
func (o Options) check(format string) error {
	switch o.Format {
	case "", "auto", format:
	case "csv":
		return access.Usage("format csv: a folder is a OneRoster roster", "name a file, or leave the format out")
	case "oneroster":
		return access.Usage("format oneroster: a OneRoster roster is a folder", "name the folder that holds users.csv")
	default:
		return access.Usage(fmt.Sprintf("format %q: unknown", o.Format), "use auto, oneroster or csv")
	}
	for field, column := range o.Columns {
		if err := checkColumn(field, column); err != nil {
			return err
		}
	}
	for field := range o.Values {
		if err := checkField("map-value", field); err != nil {
			return err
		}
		if format == "oneroster" && field != fieldProfile {
			return access.Usage(fmt.Sprintf("map-value: field %q cannot be mapped in a OneRoster folder", field), "only profile can")
		}
	}
	if format == "oneroster" && len(o.Columns) > 0 {
		return access.Usage("map: the columns of a OneRoster folder are fixed", "leave --map out")
	}
	return o.checkDefaults()
}

func (o Options) checkDefaults() error {
	if err := checkValues(o.Values); err != nil {
		return err
	}
	if o.Profile != "" {
		if _, err := access.ParseProfile(string(o.Profile)); err != nil {
			return err
		}
	}
	if o.School != "" {
		if err := access.CheckSchoolCode(o.School); err != nil {
			return err
		}
	}
	_, err := decoder(o.Encoding)
	return err
}

// A valueMap gives the value that stands for a text of the file, by field and
// folded text.
type valueMap map[string]map[string]string

func newValueMap(values map[string]map[string]string) valueMap {
	m := valueMap{}
	for field, texts := range values {
		m[field] = make(map[string]string, len(texts))
		for text, value := range texts {
			m[field][access.Fold(text)] = value
		}
	}
	return m
}

// of gives the text itself where nothing is mapped to it.
func (m valueMap) of(field, text string) string {
	texts := m[field]
	if texts == nil {
		return text
	}
	if value, ok := texts[access.Fold(text)]; ok {
		return value
	}
	return text
}
