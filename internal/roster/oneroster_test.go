package roster

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"pinward/internal/access"
)

// The bundles in testdata are made up. Their shape is that of a OneRoster 1.1
// export: CRLF, no final newline, empty statuses, lists in quotes, passwords.

func readDir(t *testing.T, files fstest.MapFS, o Options) access.Roster {
	t.Helper()
	r, err := ReadDir(files, o)
	if err != nil {
		t.Fatalf("ReadDir: %v", err)
	}
	return r
}

// folder makes a bundle of one school; files given as name, content pairs.
func folder(files ...string) fstest.MapFS {
	all := fstest.MapFS{"orgs.csv": {Data: []byte("sourcedId,name,type,identifier\no1,School One,school,S1\n")}}
	for i := 0; i < len(files); i += 2 {
		all[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return all
}

func schools(r access.Roster) []string {
	var all []string
	for _, s := range r.Schools {
		all = append(all, s.Code+"="+s.Name)
	}
	return all
}

func TestReadDirVersion11(t *testing.T) {
	r, err := ReadDir(os.DirFS("testdata/oneroster-1.1"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Format != "oneroster-1.1" {
		t.Errorf("format: got %q, want oneroster-1.1", r.Format)
	}
	wantList(t, "entries", lines(r),
		"2 t.sample|usr-teacher|Sample|Tess|teacher|0750001A|-|-|t.sample@example.org|-|-|",
		"3 ana.sample|usr-ana|Sample|Ana|student|0750001A|4e B|-|ana.sample@example.org|2011-05-23|-|",
		"4 leo.sample|usr-leo|Sample|Léo|student|org-lonely,0750001A|Introduction to Physics|-|-|-|-|",
		"5 m.sample|usr-mother|Sample|Mona|guardian|0750001A|-|-|m.sample@example.org|-|-|usr-ana",
		"6 f.sample|usr-father|Sample|Fred|guardian|0750001A|-|-|-|-|-|usr-leo,usr-elsewhere",
		"7 gone.sample|usr-gone|Sample|Gone|student|0750001A||-|-|-|-||removed",
		"8 off.sample|usr-off|Sample|Off|staff|0750001A|-|-|-|-|-||removed")
	wantList(t, "schools", schools(r), "0750001A=Collège de l’Exemple", "org-lonely=History Department", "0750002B=Empty School")
	wantList(t, "rejected", problems(r.Rejected))
	wantList(t, "warnings", problems(r.Warnings))
	if s := whole(t, told(r)) + strings.Join(lines(r), " "); strings.Contains(s, "canary-password") {
		t.Errorf("a password was kept: %s", s)
	}
}

func TestReadDirVersion12(t *testing.T) {
	r, err := ReadDir(os.DirFS("testdata/oneroster-1.2"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Format != "oneroster-1.2" {
		t.Errorf("format: got %q, want oneroster-1.2", r.Format)
	}
	wantList(t, "entries", lines(r),
		"2 one.sample|usr-1|Sample|One|teacher|0750002B,0750001A|-|-|-|-|-|",
		"3 two.sample|usr-2|Sample|Two|staff|0750001A|-|-|-|-|-|",
		"4 three.sample|usr-3|Sample|Three|student|0750001A|-|-|-|-|-|",
		"5 four.sample|usr-4|Sample|Four|external|0750001A|-|-|-|-|-|",
		"6 five.sample|usr-5|Sample|Five|external|0750001A|-|-|-|-|-|")
	wantList(t, "warnings", problems(r.Warnings),
		"roles.csv:7 role: not one of OneRoster's; taken as external",
		"users.csv:6 no role in roles.csv; taken as external")
	if s := whole(t, told(r)); strings.Contains(s, "canary-password") {
		t.Errorf("a password was kept: %s", s)
	}
}

func TestReadDirFindsTheVersion(t *testing.T) {
	const old, young = "sourcedId,username,role,orgSourcedIds\nu,ana,student,o1\n", "sourcedId,username,primaryOrgSourcedId\nu,ana,o1\n"
	const roles = "userSourcedId,roleType,role,orgSourcedId\nu,primary,teacher,o1\n"
	tests := []struct {
		name   string
		files  fstest.MapFS
		format string
		want   access.Profile
	}{
		{"the role column says 1.1", folder("users.csv", old), "oneroster-1.1", access.Student},
		{"roles.csv says 1.2", folder("users.csv", young, "roles.csv", roles), "oneroster-1.2", access.Teacher},
		{"roles.csv goes before the role column", folder("users.csv", old, "roles.csv", roles), "oneroster-1.2", access.Teacher},
		{"the manifest goes before both", folder("users.csv", old, "roles.csv", "leftover\n", "manifest.csv", "propertyName,value\noneroster.version,1.1\n"), "oneroster-1.1", access.Student},
		{"1.2 without roles.csv falls back on the role column", folder("users.csv", old, "manifest.csv", "PropertyName,Value\nOneRoster.Version,1.2\n"), "oneroster-1.2", access.Student},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := readDir(t, test.files, Options{Format: "oneroster"})
			if r.Format != test.format || r.Entries.Len() != 1 || entries(r)[0].Profile != test.want {
				t.Errorf("got %s %v, want %s with profile %s", r.Format, lines(r), test.format, test.want)
			}
			for _, e := range r.Entries.All() {
				wantList(t, "schools", e.Schools, "S1")
			}
		})
	}
	r := readDir(t, folder("users.csv", old, "manifest.csv", "propertyName,value\noneroster.version,canary\nfile.users,delta\n"), Options{})
	wantList(t, "an unknown version", problems(r.Rejected), "manifest.csv:2 oneroster.version: neither 1.1 nor 1.2")
	wantList(t, "a delta", problems(r.Warnings), "manifest.csv:3 users.csv holds changes only: people missing from it have not left")
	if !r.Delta {
		t.Error("a delta: not marked as one")
	}
}

func TestReadDirColumnsInAnyOrderAndCase(t *testing.T) {
	r := readDir(t, folder("Users.CSV", "ROLE,unheard,USERNAME,orgsourcedids,SourcedID\nstudent,canary,ana,o1,u\nteacher,canary,leo\n"), Options{})
	wantList(t, "entries", lines(r), "2 ana|u|||student|S1|-|-|-|-|-|")
	wantList(t, "rejected", problems(r.Rejected), "users.csv:3 sourcedId: empty")
}

func TestReadDirRowsShorterAndLongerThanTheHeader(t *testing.T) {
	r := readDir(t, folder("users.csv", "sourcedId,username,role,orgSourcedIds,email\nu1,ana,student,o1\nu2,leo,student,o1,,canary\n"), Options{})
	wantList(t, "entries", lines(r), "2 ana|u1|||student|S1|-|-|-|-|-|")
	wantList(t, "rejected", problems(r.Rejected), "users.csv:3 6 cells under 5 headings")
}

func TestReadDirRoles(t *testing.T) {
	tests := []struct {
		role string
		want access.Profile
	}{
		{"student", access.Student},
		{"Student", access.Student},
		{"parent", access.Guardian},
		{"guardian", access.Guardian},
		{"relative", access.Guardian},
		{"teacher", access.Teacher},
		{"aide", access.Teacher},
		{"proctor", access.Teacher},
		{"administrator", access.Staff},
		{"districtAdministrator", access.Staff},
		{"siteAdministrator", access.Staff},
		{"systemAdministrator", access.Staff},
		{"principal", access.Staff},
		{"counselor", access.Staff},
	}
	for _, test := range tests {
		r := readDir(t, folder("users.csv", "sourcedId,username,role,orgSourcedIds\nu,ana,"+test.role+",o1\n"), Options{})
		if got := entries(r)[0].Profile; got != test.want || r.Warnings.Len() > 0 {
			t.Errorf("role %s: got %s with %d warnings, want %s without", test.role, got, r.Warnings.Len(), test.want)
		}
	}
	for _, role := range []string{"canary", ""} {
		r := readDir(t, folder("users.csv", "sourcedId,username,role,orgSourcedIds\nu,ana,"+role+",o1\n"), Options{})
		if got := entries(r)[0].Profile; got != access.External {
			t.Errorf("role %q: got %s, want external", role, got)
		}
		wantList(t, "warnings", problems(r.Warnings), "users.csv:2 role: not one of OneRoster's; taken as external")
	}
	r := readDir(t, folder("users.csv", "sourcedId,username,role,orgSourcedIds\nu,ana,ext:Librarian,o1\n"),
		Options{Values: map[string]map[string]string{"profile": {"ext:librarian": "management"}}})
	if got := entries(r)[0].Profile; got != access.Management || r.Warnings.Len() > 0 {
		t.Errorf("mapped role: got %s with %d warnings, want management without", got, r.Warnings.Len())
	}
}

func TestReadDirPrimaryRole(t *testing.T) {
	tests := []struct{ name, primaryOrg, roles, want string }{
		{"the primary role", "o1", "u,secondary,parent,o1\nu,primary,teacher,o1\n", "teacher S1"},
		{"the primary role at the primary org", "o2", "u,primary,teacher,o1\nu,primary,student,o2\n", "student S2,S1"},
		{"the first primary role", "", "u,secondary,parent,o1\nu,primary,teacher,o2\nu,primary,student,o1\n", "teacher S2,S1"},
		{"else the first role", "", "u,secondary,parent,o2\nu,secondary,teacher,o1\n", "guardian S2,S1"},
		{"a role that ended or has not begun counts", "o1", "u,primary,student,o1,1999-01-01,1999-12-31\n", "student S1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := readDir(t, folder(
				"orgs.csv", "sourcedId,name,type,identifier\no1,One,school,S1\no2,Two,school,S2\n",
				"users.csv", "sourcedId,username,primaryOrgSourcedId\nu,ana,"+test.primaryOrg+"\n",
				"roles.csv", "userSourcedId,roleType,role,orgSourcedId,beginDate,endDate\n"+test.roles), Options{})
			if got := string(entries(r)[0].Profile) + " " + strings.Join(entries(r)[0].Schools, ","); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestReadDirStatus(t *testing.T) {
	tests := []struct {
		status, enabled string
		want            bool
		warnings        int
	}{
		{"", "", false, 0},
		{"active", "true", false, 0},
		{"Active", "TRUE", false, 0},
		{"tobedeleted", "true", true, 0},
		{"ToBeDeleted", "", true, 0},
		{"inactive", "true", true, 0},
		{"active", "false", true, 0},
		{"", "FALSE", true, 0},
		{"", "0", true, 0},
		{"canary", "true", false, 1},
		{"", "canary", false, 1},
	}
	for _, test := range tests {
		r := readDir(t, folder("users.csv", "sourcedId,username,role,orgSourcedIds,status,enabledUser\nu,ana,student,o1,"+test.status+","+test.enabled+"\n"), Options{})
		if got := entries(r)[0].Removed; got != test.want || r.Warnings.Len() != test.warnings {
			t.Errorf("status %q, enabledUser %q: got removed %t with %d warnings, want %t with %d", test.status, test.enabled, got, r.Warnings.Len(), test.want, test.warnings)
		}
		if strings.Contains(whole(t, problems(r.Warnings)), "canary") {
			t.Errorf("warnings quote the file: %v", r.Warnings)
		}
	}
}

func TestReadDirRejectsUsers(t *testing.T) {
	r := readDir(t, folder(
		"users.csv", "sourcedId,username,role,orgSourcedIds,email,familyName,agentSourcedIds\n"+
			"u1,canary é,student,o1,,,\nu2,,student,o1,,,\nu3,ana,student,o1,canary,,\nu4,leo,student,o1,,can\x07ary,\n"+
			"u5,zoe,student,canary,,,\nu6,max,student,\"canary,o1\",,,\nu6,tim,student,o1,,,\nu7,MAX,student,o1,,,\nu8,tom,student,o1,,,can\x07ary\n",
		"demographics.csv", "sourcedId,birthDate\nu6,canary\nu6,2011-05-23\nu6,2011-05-24\n,2011-05-23\n"), Options{})
	wantList(t, "rejected", problems(r.Rejected),
		"demographics.csv:2 birth date: not a day of the form YYYY-MM-DD or DD/MM/YYYY",
		"demographics.csv:4 sourcedId: the same as in a line above",
		"demographics.csv:5 sourcedId: empty",
		"users.csv:2 login of 9 bytes: not 1 to 100 of a-z 0-9 . _ @ -, beginning with a letter or digit",
		"users.csv:3 login: empty",
		"users.csv:4 email: mail address of 6 bytes: not an address",
		"users.csv:5 familyName: holds a control or invisible character",
		"users.csv:6 no school: none of the user's orgs is in orgs.csv",
		"users.csv:8 external id: the same as in line 7",
		"users.csv:9 login: the same as in line 7",
		"users.csv:10 agentSourcedIds: holds a control or invisible character")
	wantList(t, "warnings", problems(r.Warnings), "users.csv:7 an org of the user is not in orgs.csv; left out")
	wantList(t, "entries", lines(r), "7 max|u6|||student|S1|-|-|-|2011-05-23|-|")
	if strings.Contains(whole(t, told(r)), "canary") {
		t.Errorf("problems quote the file: %v", whole(t, told(r)))
	}
}

func TestReadDirRefusesTheWholeFolder(t *testing.T) {
	const users = "sourcedId,username,role\nu,canary,student\n"
	tests := []struct {
		name  string
		files fstest.MapFS
		code  string
	}{
		{"no users.csv", folder(), "not_a_roster"},
		{"no orgs.csv", fstest.MapFS{"users.csv": {Data: []byte(users)}}, "not_a_roster"},
		{"no roles anywhere", folder("users.csv", "sourcedId,username\nu,canary\n"), "not_a_roster"},
		{"1.1 without a role column", folder("users.csv", "sourcedId,username\nu,canary\n", "manifest.csv", "propertyName,value\noneroster.version,1.1\n"), "column_missing"},
		{"users.csv without sourcedId", folder("users.csv", "username,role\ncanary,student\n"), "column_missing"},
		{"two username columns", folder("users.csv", "sourcedId,username,UserName,role\nu,canary,b,student\n"), "column_ambiguous"},
		{"a keyring as users.csv", folder("users.csv", "{\"canary\":1}"), "not_a_roster"},
		{"latin1 in orgs.csv", folder("orgs.csv", "sourcedId,name\no1,canary\xe9\n", "users.csv", users), "encoding"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadDir(test.files, Options{})
			wantError(t, err, access.ErrRefused, test.code)
		})
	}
	if _, err := ReadDir(os.DirFS("testdata/absent"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an absent folder: got %v, want %v", err, os.ErrNotExist)
	}
}

func TestReadDirDigestIsThatOfTheFilesInNameOrder(t *testing.T) {
	sum := sha256.New()
	for _, name := range []string{"classes", "demographics", "enrollments", "manifest", "orgs", "users"} {
		sum.Write([]byte(testdata(t, "oneroster-1.1/"+name+".csv")))
	}
	r := readDir11(t)
	if want := fmt.Sprintf("%x", sum.Sum(nil)); r.Digest != want {
		t.Errorf("digest: got %s, want %s", r.Digest, want)
	}
}

func readDir11(t *testing.T) access.Roster {
	t.Helper()
	r, err := ReadDir(os.DirFS("testdata/oneroster-1.1"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
