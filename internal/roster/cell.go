package roster

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"pinward/internal/access"
)

// The functions here turn one cell into its stored form. What they return may be
// part of the cell, whose memory is that of its whole row, unread columns
// included: what is kept must be copied. Their errors are reasons for rejecting
// a row and never quote the cell.

func login(cell string) (string, error) {
	if cell == "" {
		return "", errors.New("login: empty")
	}
	return access.NormalizeLogin(cell)
}

func text(what, cell string) (string, error) {
	s, err := access.NormalizeText(what, cell, access.MaxText)
	if err != nil {
		return "", err
	}
	if strings.ContainsRune(s, utf8.RuneError) {
		return "", errors.New(what + ": holds a character that was lost in a conversion")
	}
	return s, nil
}

// names splits "Family, Given".
func names(cell string) (family, given string, err error) {
	if cell == "" {
		return "", "", nil
	}
	if _, err := text("name", cell); err != nil {
		return "", "", err
	}
	return access.NormalizePersonName(cell)
}

// email gives nil for an empty cell: an export without addresses must not take
// away the addresses that are known.
func email(cell string) (*string, error) {
	address, err := access.NormalizeEmail(cell)
	if err != nil || address == "" {
		return nil, err
	}
	return &address, nil
}

// day reads YYYY-MM-DD, and DD/MM/YYYY with slashes, dots or dashes; nil for an
// empty cell.
func day(what, cell string) (*access.Date, error) {
	if cell == "" {
		return nil, nil
	}
	iso := cell
	if len(cell) == 10 && strings.IndexByte("/.-", cell[2]) >= 0 && cell[5] == cell[2] {
		iso = cell[6:] + "-" + cell[3:5] + "-" + cell[:2]
	}
	date, err := access.ParseDate(iso)
	if err != nil {
		return nil, errors.New(what + ": not a day of the form YYYY-MM-DD or DD/MM/YYYY")
	}
	return &date, nil
}

func birthDate(cell string) (*access.Date, error) {
	date, err := day("birth date", cell)
	if err == nil && date != nil && date.Year < 1900 {
		return nil, errors.New("birth date: before 1900")
	}
	return date, err
}

func language(cell string) (string, error) {
	switch headingKey(cell) {
	case "fr", "frfr", "francais", "french":
		return "fr", nil
	case "en", "engb", "enus", "anglais", "english":
		return "en", nil
	default:
		return "", errors.New("lang: not a language that pages are written in (fr, en)")
	}
}

// csvProfile reads a profile's own name and the usual French and English words.
func csvProfile(cell string) (access.Profile, error) {
	switch headingKey(cell) {
	case "student", "students", "pupil", "eleve", "eleves", "etudiant", "etudiante", "apprenti":
		return access.Student, nil
	case "guardian", "parent", "parents", "relative", "responsable", "responsables", "responsablelegal", "representantlegal", "tuteur", "tutrice":
		return access.Guardian, nil
	case "teacher", "enseignant", "enseignante", "enseignants", "professeur", "professeure", "professeurs", "prof", "profs":
		return access.Teacher, nil
	case "staff", "personnel", "personnels", "administratif", "viescolaire", "secretariat", "agent", "cpe", "aed", "aesh":
		return access.Staff, nil
	case "management", "direction", "directeur", "directrice", "proviseur", "proviseure", "chefdetablissement",
		"principal", "principale", "principaladjoint", "principaleadjointe", "proviseuradjoint", "proviseureadjointe":
		return access.Management, nil
	case "external", "exterieur", "intervenant", "intervenante", "inspecteur", "inspectrice":
		return access.External, nil
	default:
		return "", errors.New("profile: unknown; --map-value profile:TEXT=PROFILE says what it means")
	}
}

// rosterProfile reads a role of OneRoster 1.1 or 1.2.
func rosterProfile(role string) (access.Profile, bool) {
	key := headingKey(role)
	switch key {
	case "student":
		return access.Student, true
	case "guardian", "parent", "relative":
		return access.Guardian, true
	case "teacher", "aide", "proctor":
		return access.Teacher, true
	case "principal", "counselor", "administrator", "districtadministrator", "siteadministrator", "systemadministrator":
		return access.Staff, true
	default:
		return access.External, false
	}
}

// list splits a cell at any of the separators and leaves empty items out.
func list(cell, separators string) []string {
	var items []string
	for item := range strings.FieldsFuncSeq(cell, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// ids reads a list of external ids.
func ids(what, cell, separators string) ([]string, error) {
	var all []string
	for _, item := range list(cell, separators) {
		id, err := text(what, item)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all, nil
}
