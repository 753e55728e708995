package roster

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"pinward/internal/access"
)

// A tier is a set of headings under which one column of a field is known.
type tier struct {
	field string
	names []string
}

// tiers lists the known headings. Of two tiers of one field the first that the
// file has is taken; two columns of one tier are refused.
func tiers() []tier {
	return []tier{
		{fieldLogin, []string{"login", "username", "nom d'utilisateur", "utilisateur"}},
		{fieldLogin, []string{"identifiant", "compte", "account"}},
		{fieldExternalID, []string{"external id", "id externe", "identifiant externe", "sourcedId"}},
		{fieldName, []string{"name", "full name", "nom complet", "nom et prénom", "nom, prénom"}},
		{fieldFamily, []string{"nom", "nom de famille", "family name", "last name", "surname"}},
		{fieldGiven, []string{"prénom", "prénoms", "given name", "first name"}},
		{fieldProfile, []string{"profil", "profile", "type de profil"}},
		{fieldProfile, []string{"catégorie", "category", "rôle"}},
		{fieldProfile, []string{"type"}},
		{fieldSchool, []string{"uai", "rne", "code uai", "code rne", "code établissement", "school code"}},
		{fieldSchool, []string{"établissement", "établissements", "école", "school", "schools"}},
		{fieldGroup, []string{"classe", "class"}},
		{fieldGroup, []string{"division"}},
		{fieldGroup, []string{"groupe", "group"}},
		{fieldLang, []string{"langue", "lang", "language"}},
		{fieldEmail, []string{"email", "e-mail address", "mail", "courriel", "mél", "adresse e-mail", "adresse mail", "adresse électronique"}},
		{fieldBirth, []string{"date de naissance", "né(e) le", "né le", "naissance", "birth date", "date of birth", "birthday"}},
		{fieldEnds, []string{"date de fin", "date de sortie", "fin", "end date", "ends on"}},
		{fieldStudents, []string{"élèves", "élève", "enfants", "enfant", "students", "children", "student ids"}},
	}
}

// headingKey folds case, accents, spaces and punctuation away.
func headingKey(heading string) string {
	var b strings.Builder
	for _, r := range access.Fold(heading) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteString(plain(r))
		}
	}
	return b.String()
}

func plain(r rune) string {
	switch r {
	case 'à', 'á', 'â', 'ã', 'ä':
		return "a"
	case 'ç':
		return "c"
	case 'è', 'é', 'ê', 'ë':
		return "e"
	case 'ì', 'í', 'î', 'ï':
		return "i"
	case 'ñ':
		return "n"
	case 'ò', 'ó', 'ô', 'õ', 'ö':
		return "o"
	case 'ù', 'ú', 'û', 'ü':
		return "u"
	case 'ý', 'ÿ':
		return "y"
	case 'œ':
		return "oe"
	case 'æ':
		return "ae"
	default:
		return string(r)
	}
}

// secretHeading reports whether a column, by its folded heading, holds
// passwords or PINs; no option can make such a column be read.
func secretHeading(key string) bool {
	for _, part := range []string{"password", "passwd", "passphrase", "motdepasse", "mdp"} {
		if strings.Contains(key, part) {
			return true
		}
	}
	return slices.Contains([]string{"pin", "codepin", "pincode", "pwd", "pass", "secret"}, key)
}

// csvColumns finds the column of each field, by --map first and by the known
// headings after it. A column that --map names is not taken for anything else.
func csvColumns(file string, header []string, mapped map[string]string) (map[string]int, error) {
	keys := make([]string, len(header))
	for i, heading := range header {
		keys[i] = headingKey(heading)
	}
	columns, err := mappedColumns(file, header, keys, mapped)
	if err != nil {
		return nil, err
	}
	for _, column := range columns {
		keys[column] = ""
	}
	for _, tier := range tiers() {
		if _, ok := columns[tier.field]; ok {
			continue
		}
		var found []int
		for i, key := range keys {
			if key != "" && slices.ContainsFunc(tier.names, func(name string) bool { return headingKey(name) == key }) {
				found = append(found, i)
			}
		}
		if len(found) > 1 {
			return nil, ambiguous(file, tier.field, found)
		}
		if len(found) == 1 {
			columns[tier.field] = found[0]
		}
	}
	settleNames(columns, mapped)
	if _, ok := columns[fieldLogin]; !ok {
		return nil, columnMissing(file, fieldLogin)
	}
	return columns, nil
}

// unreadColumns numbers, from 1 on, the columns that say something no field is
// read from. Passwords never are.
func unreadColumns(header []string, columns map[string]int) []int {
	read := slices.Collect(maps.Values(columns))
	var unread []int
	for i, heading := range header {
		if key := headingKey(heading); key != "" && !secretHeading(key) && !slices.Contains(read, i) {
			unread = append(unread, i+1)
		}
	}
	return unread
}

func mappedColumns(file string, header, keys []string, mapped map[string]string) (map[string]int, error) {
	columns := map[string]int{}
	for _, field := range Fields() {
		want, ok := mapped[field]
		if !ok {
			continue
		}
		var found []int
		for i := range header {
			if header[i] == want || keys[i] != "" && keys[i] == headingKey(want) {
				found = append(found, i)
			}
		}
		switch {
		case len(found) == 0:
			return nil, access.Refused("column_missing", fmt.Sprintf("%s: no column %q for the field %s", file, want, field), "write the heading as in the file's first line")
		case len(found) > 1:
			return nil, ambiguous(file, field, found)
		}
		columns[field] = found[0]
	}
	return columns, nil
}

// settleNames leaves either one name column, or family and given name.
func settleNames(columns map[string]int, mapped map[string]string) {
	name, hasName := columns[fieldName]
	family, hasFamily := columns[fieldFamily]
	_, hasGiven := columns[fieldGiven]
	nameChosen := mapped[fieldName] != "" && mapped[fieldFamily] == "" && mapped[fieldGiven] == ""
	switch {
	case hasName && hasFamily && nameChosen:
		delete(columns, fieldFamily)
		delete(columns, fieldGiven)
	case hasGiven && hasName && !hasFamily: // "Name" beside "First name"
		columns[fieldFamily] = name
		delete(columns, fieldName)
	case hasGiven:
		delete(columns, fieldName)
	case hasFamily && (!hasName || mapped[fieldFamily] != ""): // "Nom" alone may hold "Family, Given"
		columns[fieldName] = family
		delete(columns, fieldFamily)
	case hasFamily:
		delete(columns, fieldFamily)
	}
}

func ambiguous(file, field string, found []int) error {
	return access.Refused("column_ambiguous", fmt.Sprintf("%s: columns %d and %d both read as %s", file, found[0]+1, found[1]+1, field),
		fmt.Sprintf("choose one with --map %s=COLUMN; of two equal headings rename one", field))
}

func columnMissing(file, field string) error {
	var known []string
	for _, tier := range tiers() {
		if tier.field == field {
			known = append(known, tier.names...)
		}
	}
	return access.Refused("column_missing", fmt.Sprintf("%s: no %s column", file, field),
		fmt.Sprintf("known headings: %s; or name the column with --map %s=COLUMN", strings.Join(known, ", "), field))
}
