package roster

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pinward/internal/access"
)

type entriesTest struct {
	name    string
	content string
	options Options
	want    []string
}

func TestReadFileLayouts(t *testing.T) {
	checkEntries(t, []entriesTest{
		{
			"comma, English headings", "Login,External ID,Family name,Given name,Birth date,Profile,School,Email,Class,Lang\n" +
				"A.Sample,x1,Sample,Ana,2011-05-23,student,0750001A,ana@example.org,4B,fr\n",
			Options{},
			[]string{"2 a.sample|x1|Sample|Ana|student|0750001A|4B|fr|ana@example.org|2011-05-23|-|"},
		},
		{
			"semicolon, French headings, no final newline", "Identifiant;Identifiant externe;NOM DE FAMILLE;Prénom;Né(e) le;Catégorie;Code établissement;Courriel;Classe;Langue;Date de fin\r\n" +
				"a.modele;x1;Modèle;Zoé;23/05/2011;Élève;0750001A;zoe@example.org;4e B;Français;31/08/2026",
			Options{},
			[]string{"2 a.modele|x1|Modèle|Zoé|student|0750001A|4e B|fr|zoe@example.org|2011-05-23|2026-08-31|"},
		},
		{
			"tabs with empty cells", "login\tprénom\tnom\nana\t\tSample\n",
			Options{},
			[]string{"2 ana||Sample||||-|-|-|-|-|"},
		},
		{
			"byte order mark and old Mac accents", "\ufeffLogin,Pre\u0301nom,Nom\nana,E\u0301lo,Sample\n",
			Options{},
			[]string{"2 ana||Sample|Élo|||-|-|-|-|-|"},
		},
		{
			"one name column", "login,nom complet\nana,\"Sample, Ana\"\nleo,Sample\n",
			Options{},
			[]string{"2 ana||Sample|Ana|||-|-|-|-|-|", "3 leo||Sample||||-|-|-|-|-|"},
		},
		{
			"the only name heading is nom", "login;nom\nana;Sample, Ana\n",
			Options{},
			[]string{"2 ana||Sample|Ana|||-|-|-|-|-|"},
		},
		{
			"name beside first name is the family name", "login,name,first name\nana,Sample,Ana\n",
			Options{},
			[]string{"2 ana||Sample|Ana|||-|-|-|-|-|"},
		},
	})
}

func TestReadFileCells(t *testing.T) {
	checkEntries(t, []entriesTest{
		{
			"several schools in one cell, each once", "login;uai\nana;0750001A|0750002B, 0750001A\n",
			Options{},
			[]string{"2 ana|||||0750001A,0750002B|-|-|-|-|-|"},
		},
		{
			"a row shorter than its header", "login,nom,prénom,classe,mail\nana,Sample\n",
			Options{},
			[]string{"2 ana||Sample|||||-|-|-|-|"},
		},
		{
			"default profile and school only where a row has none", "login,profil,uai\nana,,\nleo,prof,0750002B\n",
			Options{Profile: access.Student, School: "0750001A"},
			[]string{"2 ana||||student|0750001A|-|-|-|-|-|", "3 leo||||teacher|0750002B|-|-|-|-|-|"},
		},
		{
			"empty cells say nothing, but for the group", "login,mail,né(e) le,langue,date de fin,classe\nana,,,,,\n",
			Options{},
			[]string{"2 ana|||||||-|-|-|-|"},
		},
		{
			"blank rows and rows of empty cells", "login,nom\n\n,\nana,Sample\n , \n",
			Options{},
			[]string{"4 ana||Sample||||-|-|-|-|-|"},
		},
		{
			"students of a guardian, and of nobody else", "login,profil,enfants\nm,parent,x1; x2|x1\np,prof,x1\nu,,x3\n",
			Options{},
			[]string{"2 m||||guardian||-|-|-|-|-|x1,x2", "3 p||||teacher||-|-|-|-|-|", "4 u||||||-|-|-|-|-|x3"},
		},
		{
			"cells that run over lines", "login,note,nom\nana,\"one\ntwo\n\nthree\",Sample\nleo,,Sample\n",
			Options{},
			[]string{"2 ana||Sample||||-|-|-|-|-|", "6 leo||Sample||||-|-|-|-|-|"},
		},
		{
			"mapped columns and values", "Kennung;Wer;Schule\nana;AED;Collège X\nleo;élève;collège  x | 0750002B\n",
			Options{
				Columns: map[string]string{"login": "kennung", "profile": "Wer", "school": "Schule"},
				Values:  map[string]map[string]string{"profile": {"aed": "staff"}, "school": {"Collège X": "0750001A"}},
			},
			[]string{"2 ana||||staff|0750001A|-|-|-|-|-|", "3 leo||||student|0750001A,0750002B|-|-|-|-|-|"},
		},
	})
}

func checkEntries(t *testing.T, tests []entriesTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := read(t, test.content, test.options)
			wantList(t, "entries", lines(r), test.want...)
			wantList(t, "rejected", problems(r.Rejected))
			wantList(t, "warnings", problems(r.Warnings))
			if r.Format != "csv" {
				t.Errorf("format: got %q, want csv", r.Format)
			}
		})
	}
}

type rejectsTest struct {
	name    string
	content string
	want    []string
}

func TestReadFileRejectsCells(t *testing.T) {
	checkRejects(t, []rejectsTest{
		{"a login that is none", "login\ncanary é\n\"\"\nok\n", []string{
			"people.csv:2 login of 9 bytes: not 1 to 100 of a-z 0-9 . _ @ -, beginning with a letter or digit",
		}},
		{"an empty login in a row with other cells", "login,nom\n,canary\n", []string{"people.csv:2 login: empty"}},
		{"a bad mail address", "login,mail\nok,canary@\n", []string{"people.csv:2 email: mail address of 7 bytes: not an address"}},
		{"a bad birth date", "login,né(e) le\na,31/02/2011\nb,05/23/2011\nc,1/2/2011\nd,01-02/2011\ne,canary\nf,1899-12-31\n", []string{
			"people.csv:2 birth date: not a day of the form YYYY-MM-DD or DD/MM/YYYY",
			"people.csv:3 birth date: not a day of the form YYYY-MM-DD or DD/MM/YYYY",
			"people.csv:4 birth date: not a day of the form YYYY-MM-DD or DD/MM/YYYY",
			"people.csv:5 birth date: not a day of the form YYYY-MM-DD or DD/MM/YYYY",
			"people.csv:6 birth date: not a day of the form YYYY-MM-DD or DD/MM/YYYY",
			"people.csv:7 birth date: before 1900",
		}},
		{"a bad end date", "login,date de fin\na,canary\n", []string{"people.csv:2 end date: not a day of the form YYYY-MM-DD or DD/MM/YYYY"}},
		{"an unknown profile", "login,profil\na,canary\n", []string{"people.csv:2 profile: unknown; --map-value profile:TEXT=PROFILE says what it means"}},
		{"an unknown language", "login,langue\na,canary\n", []string{"people.csv:2 lang: not a language that pages are written in (fr, en)"}},
		{"no school code", "login,uai\na,canary school\n", []string{"people.csv:2 school: not a school code; --map-value school:TEXT=CODE says what it means"}},
		{"a name with a control character", "login,nom,prénom\na,can\x07ary,x\nb,x,canary\u202e\n", []string{
			"people.csv:2 family name: holds a control or invisible character",
			"people.csv:3 given name: holds a control or invisible character",
		}},
		{"a name that was damaged before", "login,nom\na,Sampl\ufffd\n", []string{"people.csv:2 name: holds a character that was lost in a conversion"}},
		{"a group that is too long", "login,classe\na," + strings.Repeat("canary", 40) + "\n", []string{"people.csv:2 group: longer than 200 characters"}},
	})
}

func TestReadFileRejectsRows(t *testing.T) {
	checkRejects(t, []rejectsTest{
		{"a row longer than its header", "login,nom\na,b,canary\nc,d,\n", []string{
			"people.csv:2 3 cells under 2 headings", "people.csv:3 3 cells under 2 headings",
		}},
		{"a quote inside a cell", "login,nom\na,can\"ary\nb,\"can\"ary\n", []string{
			"people.csv:2 a quote where none may stand", "people.csv:3 a quote where none may stand",
		}},
		{"a row that swallowed another", "login,nom\na,\"canary\nb,c\",x\nd,e\n", []string{
			"people.csv:2 3 cells under 2 headings (the row goes on to line 3; look for a quote that is not closed)",
		}},
		{"a login that stands there already", "login,external id\na,1\nA,2\nb,1\na,3\nc,\nd,\na,1\n", []string{
			"people.csv:3 login: the same as in line 2",
			"people.csv:4 external id: the same as in line 2",
			"people.csv:5 login: the same as in line 2",
			"people.csv:8 login: the same as in line 2",
		}},
	})
}

func checkRejects(t *testing.T, tests []rejectsTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := read(t, test.content, Options{})
			wantList(t, "rejected", problems(r.Rejected), test.want...)
			for _, e := range r.Entries.All() {
				for p := range r.Rejected.All() {
					if e.Line == p.Line {
						t.Errorf("line %d: rejected and taken", e.Line)
					}
				}
			}
			if strings.Contains(whole(t, problems(r.Rejected)), "canary") {
				t.Errorf("problems quote the file: %v", r.Rejected)
			}
		})
	}
}

func TestReadFileRefusesTheWholeFile(t *testing.T) {
	tests := []struct {
		name    string
		content string
		options Options
		code    string
	}{
		{"nothing", "", Options{}, "not_a_roster"},
		{"blank lines", "\r\n\n", Options{}, "not_a_roster"},
		{"a header that is no CSV", "login,\"canary\"x\n", Options{}, "not_a_roster"},
		{"no login column", "canary,nom\nx,y\n", Options{}, "column_missing"},
		{"no column of the mapped heading", "login\nx\n", Options{Columns: map[string]string{"email": "Post"}}, "column_missing"},
		{"two login columns", "login,username\na,b\n", Options{}, "column_ambiguous"},
		{"two columns of the mapped heading", "login,Post,post\na,b,c\n", Options{Columns: map[string]string{"email": "POST"}}, "column_ambiguous"},
		{"a quote that is never closed", "login,nom\na,\"canary\nb,c\nd,e\n", Options{}, "quote_open"},
		{"a row without end", "login,nom\na," + strings.Repeat("canary", 1<<18), Options{}, "row_too_long"},
		{"the users of a OneRoster folder alone", "sourcedId,status,enabledUser,username\n1,tobedeleted,true,canary\n", Options{}, "oneroster_folder"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := ReadFile(strings.NewReader(test.content), "people.csv", test.options)
			wantError(t, err, access.ErrRefused, test.code)
			if r.Entries.Len() > 0 {
				t.Errorf("entries of a refused file: got %d, want none", r.Entries.Len())
			}
		})
	}
}

func TestReadFileTakesOneRosterUsersAsCSVWhenTold(t *testing.T) {
	r := read(t, "sourcedId,enabledUser,username\nx1,true,ana\n", Options{Format: "csv"})
	wantList(t, "entries", lines(r), "2 ana|x1|||||-|-|-|-|-|")
}

func TestReadFileSaysWhichHeadingsAreKnown(t *testing.T) {
	_, err := ReadFile(strings.NewReader("nom\nx\n"), "people.csv", Options{})
	var e *access.Error
	if !errors.As(err, &e) || !strings.Contains(e.Hint, "identifiant") || !strings.Contains(e.Hint, "--map login=") {
		t.Errorf("got %#v, want a hint with known headings and --map", err)
	}
}

func TestReadFileDigestIsThatOfTheBytes(t *testing.T) {
	content := testdata(t, "personnes-1252.csv")
	r := read(t, content, Options{Encoding: "windows-1252"})
	if want := fmt.Sprintf("%x", sha256.Sum256([]byte(content))); r.Digest != want {
		t.Errorf("digest: got %s, want %s", r.Digest, want)
	}
}

func TestReadFileNeverReadsPasswords(t *testing.T) {
	r := read(t, "login,Password,Mot de passe,PIN,MDP initial,nom\nana,canary-password-1,canary-2,canary-3,canary-4,Sample\n", Options{})
	if s := whole(t, told(r)) + strings.Join(lines(r), " "); strings.Contains(s, "canary") {
		t.Errorf("a password was kept: %s", s)
	}
	wantList(t, "entries", lines(r), "2 ana||Sample||||-|-|-|-|-|")
}

func TestReadFilePassesReadErrorsOn(t *testing.T) {
	broken := errors.New("disk on fire")
	_, err := ReadFile(strings.NewReader("login\na\n"), "people.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, head := range []string{"", "login\na\n", "login\n\"a", "login\n" + strings.Repeat("a\n", 1<<17)} {
		_, err := ReadFile(&failing{head: head, err: broken}, "people.csv", Options{})
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: got %v, want %v", len(head), err, broken)
		}
	}
}

type failing struct {
	head string
	err  error
}

func (f *failing) Read(p []byte) (int, error) {
	if f.head == "" {
		return 0, f.err
	}
	n := copy(p, f.head)
	f.head = f.head[n:]
	return n, nil
}
