package roster

import (
	"fmt"
	"strings"
	"testing"
)

func TestReadFileSkipsTheSeparatorLine(t *testing.T) {
	for _, c := range []struct {
		name, content, want string
	}{
		{"semicolon", "sep=;\r\nlogin;nom, prénom\r\nana;Sample\r\n", "3 ana||Sample||||-|-|-|-|-|"},
		{"a mark before it", "\ufeffSEP=,\nlogin,classe;x\nana,4B\n", "3 ana||||||4B|-|-|-|-|"},
		{"bar", "sep=|\nlogin|nom\nana|Sample\n", "3 ana||Sample||||-|-|-|-|-|"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := lines(read(t, c.content, Options{Columns: groupOf(c.content)})); fmt.Sprint(got) != fmt.Sprint([]string{c.want}) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	r := read(t, "sep=;\nlogin;profil\nana;roi\n", Options{})
	if got := problems(r.Rejected); len(got) != 1 || !strings.HasPrefix(got[0], "people.csv:3 profile: unknown") {
		t.Errorf("got %q, want line 3 rejected", got)
	}
	if _, err := ReadFile(strings.NewReader("sep=;\nlogin;nom\nana;\xe9\n"), "people.csv", Options{}); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("got %v, want an error about line 3", err)
	}
}

// groupOf maps the group to the odd heading of one case.
func groupOf(content string) map[string]string {
	if strings.Contains(content, "classe;x") {
		return map[string]string{"group": "classe;x"}
	}
	return nil
}

func TestCSVProfilesOfFrenchSchools(t *testing.T) {
	for text, want := range map[string]string{
		"CPE": "staff", "AED": "staff", "A.E.S.H.": "staff",
		"Principal": "management", "principal adjoint": "management", "Principale adjointe": "management",
		"proviseur": "management", "Proviseur adjoint": "management",
	} {
		if got, err := csvProfile(text); err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s", text, got, err, want)
		}
	}
}
