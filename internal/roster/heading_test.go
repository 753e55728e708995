package roster

import (
	"slices"
	"testing"
)

func TestHeadingsAreKnown(t *testing.T) {
	tests := []struct {
		field    string
		headings []string
	}{
		{fieldLogin, []string{"login", "LOGIN", "Identifiant", "Nom d’utilisateur", "user_name"}},
		{fieldExternalID, []string{"Id externe", "identifiant-externe", "External_ID"}},
		{fieldName, []string{"Nom complet", "Nom et prénom", "Full name", "Name"}},
		{fieldProfile, []string{"Profil", "Catégorie", "CATEGORIE", "rôle", "Role", "Type"}},
		{fieldSchool, []string{"UAI", "RNE", "Code établissement", "Établissement", "school"}},
		{fieldGroup, []string{"Classe", "Division", "Groupe"}},
		{fieldLang, []string{"Langue", "language"}},
		{fieldEmail, []string{"Courriel", "Mél", "Adresse e-mail", "Adresse E Mail", "mail", "E-mail", "email"}},
		{fieldBirth, []string{"Date de naissance", "Né(e) le", "NEE LE", "Birth date", "BirthDate"}},
		{fieldEnds, []string{"Date de fin", "ends_on"}},
		{fieldStudents, []string{"Élèves", "Enfants", "students"}},
	}
	for _, test := range tests {
		for _, heading := range test.headings {
			header := []string{"unheard of", heading}
			if test.field != fieldLogin {
				header = append(header, "login")
			}
			columns, err := csvColumns("people.csv", header, nil)
			if err != nil || columns[test.field] != 1 {
				t.Errorf("heading %q: got columns %v, %v, want it as %s", heading, columns, err, test.field)
			}
		}
	}
}

func TestHeadingsBelongToOneField(t *testing.T) {
	owner := map[string]string{}
	for _, tier := range tiers() {
		for _, name := range tier.names {
			key := headingKey(name)
			if other, twice := owner[key]; twice {
				t.Errorf("heading %q: known as %s and %s", name, other, tier.field)
			}
			if secretHeading(key) {
				t.Errorf("heading %q: is one of passwords", name)
			}
			owner[key] = tier.field
		}
	}
}

func TestColumnsChosen(t *testing.T) {
	tests := []struct {
		name   string
		header []string
		mapped map[string]string
		want   map[string]int
	}{
		{"a code goes before the name of a school", []string{"login", "établissement", "uai"}, nil, map[string]int{"login": 0, "school": 2}},
		{"a login goes before an identifier", []string{"identifiant", "login"}, nil, map[string]int{"login": 1}},
		{"a mapped column is taken for nothing else", []string{"identifiant", "courriel"}, map[string]string{"login": "Courriel"}, map[string]int{"login": 1}},
		{"unless it is mapped twice", []string{"courriel"}, map[string]string{"login": "Courriel", "email": "Courriel"}, map[string]int{"login": 0, "email": 0}},
		{"family and given name go before the whole name", []string{"login", "nom complet", "nom", "prénom"}, nil, map[string]int{"login": 0, "family_name": 2, "given_name": 3}},
		{"a mapped whole name goes before them", []string{"login", "qui", "nom", "prénom"}, map[string]string{"name": "qui"}, map[string]int{"login": 0, "name": 1}},
		{"a whole name goes before a family name alone", []string{"login", "nom complet", "nom"}, nil, map[string]int{"login": 0, "name": 1}},
		{"unless that is mapped", []string{"login", "nom complet", "x"}, map[string]string{"family_name": "x"}, map[string]int{"login": 0, "name": 2}},
		{"a heading of signs only can be mapped", []string{"#", "mail"}, map[string]string{"login": "#"}, map[string]int{"login": 0, "email": 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := csvColumns("people.csv", test.header, test.mapped)
			if err != nil {
				t.Fatal(err)
			}
			for _, field := range Fields() {
				g, inGot := got[field]
				w, inWant := test.want[field]
				if g != w || inGot != inWant {
					t.Errorf("field %s: got column %d (%t), want %d (%t)", field, g, inGot, w, inWant)
				}
			}
		})
	}
}

func TestFieldsCoverTheHeadings(t *testing.T) {
	for _, tier := range tiers() {
		if !slices.Contains(Fields(), tier.field) {
			t.Errorf("field %s: has headings but cannot be mapped", tier.field)
		}
	}
}

func TestColumnsInVain(t *testing.T) {
	header := []string{"Identifiant", "Nom", "Prénom", "Courriel perso", "", "Mot de passe", "Groupe classe"}
	columns, err := csvColumns("people.csv", header, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := unreadColumns(header, columns); !slices.Equal(got, []int{4, 7}) {
		t.Errorf("got %v, want 4 and 7", got)
	}
}
