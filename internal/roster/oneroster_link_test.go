package roster

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

func TestReadDirGroups(t *testing.T) {
	const classes = "sourcedId,status,title,classType\nc1,,Maths,scheduled\nc2,active,4B,Homeroom\nc3,active,4C,homeroom\nc4,tobedeleted,Old,homeroom\nc5,inactive,Older,homeroom\nc6,,Latin,\n"
	tests := []struct{ name, role, enrollments, want string }{
		{"the homeroom", "student", "u,c1,student,\nu,c2,student,\n", "4B"},
		{"the first homeroom in the order of classes.csv", "student", "u,c3,student,\nu,c2,student,\n", "4B"},
		{"else the first class in the order of classes.csv", "student", "u,c6,student,\nu,c1,student,\n", "Maths"},
		{"an enrollment without a role", "student", "u,c6,,\n", "Latin"},
		{"no class that is going or gone", "student", "u,c4,student,\nu,c5,student,\nu,c6,student,active\n", "Latin"},
		{"no enrollment that is going or gone", "student", "u,c2,student,tobedeleted\nu,c3,student,inactive\nu,c1,student,\n", "Maths"},
		{"no enrollment as a teacher", "student", "u,c2,teacher,\nu,c1,student,\n", "Maths"},
		{"no class that is unknown", "student", "u,c9,student,\n", ""},
		{"none", "student", "x,c1,student,\n", ""},
		{"an enrollment that ended", "student", "u,c1,student,,1999-01-01,1999-12-31\n", "Maths"},
		{"a teacher has none", "teacher", "u,c2,teacher,\nu,c1,student,\n", "-"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := readDir(t, folder("classes.csv", classes,
				"enrollments.csv", "userSourcedId,classSourcedId,role,status,beginDate,endDate\n"+test.enrollments,
				"users.csv", "sourcedId,username,role,orgSourcedIds\nu,ana,"+test.role+",o1\n"), Options{})
			got := "-"
			if entries(r)[0].Group != nil {
				got = *entries(r)[0].Group
			}
			if got != test.want {
				t.Errorf("group: got %q, want %q", got, test.want)
			}
			wantList(t, "rejected", problems(r.Rejected))
		})
	}
	r := readDir(t, folder("classes.csv", classes, "users.csv", "sourcedId,username,role,orgSourcedIds\nu,ana,student,o1\n"), Options{})
	if entries(r)[0].Group != nil {
		t.Errorf("group without enrollments.csv: got %q, want nil", *entries(r)[0].Group)
	}
}

func TestReadDirRejectsClasses(t *testing.T) {
	r := readDir(t, folder("classes.csv", "sourcedId,title\n,canary\nc1,can\x07ary\nc2,4B\nc2,4C\nc3,\n",
		"enrollments.csv", "userSourcedId,classSourcedId\nu,\nu,c2\nu,c3\n",
		"users.csv", "sourcedId,username,role,orgSourcedIds\nu,ana,student,o1\n"), Options{})
	wantList(t, "rejected", problems(r.Rejected),
		"classes.csv:2 sourcedId: empty",
		"classes.csv:3 title: holds a control or invisible character",
		"classes.csv:5 sourcedId: the same as in a line above",
		"enrollments.csv:2 classSourcedId or userSourcedId: empty")
	wantList(t, "entries", lines(r), "2 ana|u|||student|S1|4B|-|-|-|-|")
}

func TestReadDirLinksGuardians(t *testing.T) {
	user := func(id, role, agents string) string {
		return fmt.Sprintf("%s,%s,%s,o1,%q\n", id, id, role, agents)
	}
	tests := []struct {
		name  string
		users string
		want  string
	}{
		{"from the guardian's row", user("g", "parent", "s1, s2") + user("s1", "student", "") + user("s2", "student", ""), "g:s1,s2"},
		{"from the student's row, before or after", user("s1", "student", "g") + user("g", "relative", "") + user("s2", "student", "g"), "g:s1,s2"},
		{"from both rows once", user("g", "guardian", "s1,s1") + user("s1", "student", "g,g"), "g:s1"},
		{"to students of another file", user("g", "guardian", "elsewhere"), "g:elsewhere"},
		{"never to or from teachers and other guardians", user("t", "teacher", "s1,g") + user("g", "guardian", "t,g2,g") + user("g2", "guardian", "") + user("s1", "student", "t,elsewhere"), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := readDir(t, folder("users.csv", "sourcedId,username,role,orgSourcedIds,agentSourcedIds\n"+test.users), Options{})
			var got []string
			for _, e := range r.Entries.All() {
				if len(e.StudentRefs) > 0 {
					got = append(got, e.ExternalID+":"+strings.Join(e.StudentRefs, ","))
				}
			}
			if s := strings.Join(got, " "); s != test.want {
				t.Errorf("got %q, want %q", s, test.want)
			}
		})
	}
}

func TestReadDirOrgs(t *testing.T) {
	tests := []struct {
		name, orgs, user string
		codes            string
		schools          []string
	}{
		{"the identifier is the code", "o1,One,school,0750001A,\n", "o1", "0750001A", []string{"0750001A=One"}},
		{"the sourcedId where there is none", "o1,One,school,,\n", "o1", "o1", []string{"o1=One"}},
		{"the sourcedId where it is no code", "o1,One,school,Collège X,\n", "o1", "o1", []string{"o1=One"}},
		{"the sourcedId where another has it", "o1,One,school,A,\no2,Two,school,A,\n", "\"o2,o1\"", "o2,A", []string{"A=One", "o2=Two"}},
		{"a department is its parent", "d,Dept,department,X,e\ne,Dept,department,Y,o1\no1,One,school,A,\n", "\"d,o1\"", "A", []string{"A=One"}},
		{"a department without its parent is itself", "d,Dept,department,X,gone\n", "d", "X", []string{"X=Dept"}},
		{"a district that is used", "k,District,district,K,\no1,One,school,A,k\n", "\"o1,k\"", "A,K", []string{"K=District", "A=One"}},
		{"a district and a closed school that are not", "k,District,district,K,\no1,One,school,A,k\nx,Gone,school,X,k,tobedeleted\n", "o1", "A", []string{"A=One"}},
		{"a school nobody uses", "o1,One,school,A,\no2,Two,school,B,\n", "o1", "A", []string{"A=One", "B=Two"}},
		{"a name that is missing", "o1,,school,A,\n", "o1", "A", []string{"A=A"}},
		{"departments in a circle", "d,D,department,X,e\ne,E,department,Y,d\no1,One,school,A,\n", "\"d,o1\"", "X,A", []string{"X=D", "A=One"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := readDir(t, folder("orgs.csv", "sourcedId,name,type,identifier,parentSourcedId,status\n"+test.orgs,
				"users.csv", "sourcedId,username,role,orgSourcedIds\nu,ana,student,"+test.user+"\n"), Options{})
			if r.Entries.Len() != 1 {
				t.Fatalf("rejected: %v", problems(r.Rejected))
			}
			if got := strings.Join(entries(r)[0].Schools, ","); got != test.codes {
				t.Errorf("codes: got %s, want %s", got, test.codes)
			}
			wantList(t, "schools", schools(r), test.schools...)
		})
	}
	r := readDir(t, folder("orgs.csv", "sourcedId,name,type,identifier\n,x,school,A\no1,One,school,A\no1,Two,school,B\nno code,canary,school,né\nx,can\x07ary,school,C\n",
		"users.csv", "sourcedId,username,role,orgSourcedIds\nu,ana,student,o1\n"), Options{})
	wantList(t, "rejected", problems(r.Rejected),
		"orgs.csv:2 sourcedId: empty",
		"orgs.csv:4 sourcedId: the same as in a line above",
		"orgs.csv:5 identifier and sourcedId: neither can be a school code of its own",
		"orgs.csv:6 name: holds a control or invisible character")
}

func TestReadDirUsersWithoutSchool(t *testing.T) {
	files := func() fstest.MapFS {
		return folder("users.csv", "sourcedId,username,role,orgSourcedIds,status\nu,ana,student,,\nv,leo,student,,tobedeleted\n")
	}
	r := readDir(t, files(), Options{})
	wantList(t, "rejected", problems(r.Rejected), "users.csv:2 no school: none of the user's orgs is in orgs.csv")
	wantList(t, "entries", lines(r), "3 leo|v|||student||-|-|-|-|-||removed")
	r = readDir(t, files(), Options{School: "S9"})
	wantList(t, "entries", lines(r), "2 ana|u|||student|S9|-|-|-|-|-|", "3 leo|v|||student|S9|-|-|-|-|-||removed")
}
