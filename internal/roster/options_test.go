package roster

import (
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"pinward/internal/access"
)

func TestParseMap(t *testing.T) {
	got, err := ParseMap([]string{"login=Identifiant ENT", "email= A=B "})
	want := map[string]string{"login": "Identifiant ENT", "email": "A=B"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for _, bad := range [][]string{
		{"login"}, {"login="}, {"=x"}, {"Login=x"}, {"password=x"}, {"login=a", "login=b"}, {"login=Mot de passe"}, {"group=PIN"},
	} {
		_, err := ParseMap(bad)
		wantError(t, err, access.ErrUsage, "usage")
	}
}

func TestParseValueMap(t *testing.T) {
	got, err := ParseValueMap([]string{"profile:AED=staff", "profile:a:b=c=teacher", "school:Collège  X=0750001A", "group:sans=", "profile:autre="})
	want := map[string]map[string]string{
		"profile": {"aed": "staff", "a:b=c": "teacher", "autre": ""},
		"school":  {"collège x": "0750001A"},
		"group":   {"sans": ""},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for _, bad := range [][]string{
		{"profile"}, {"profile:AED"}, {"profile:=staff"}, {":a=b"}, {"role:AED=staff"}, {"profile:AED=boss"}, {"profile:AED=staff", "profile:aed=teacher"},
	} {
		_, err := ParseValueMap(bad)
		wantError(t, err, access.ErrUsage, "usage")
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []Options{
		{Format: "xml"},
		{Format: "oneroster"},
		{Encoding: "utf-16"},
		{Profile: "boss"},
		{Columns: map[string]string{"boss": "x"}},
		{Columns: map[string]string{"login": "password"}},
		{Values: map[string]map[string]string{"boss": {"x": "y"}}},
		{Values: map[string]map[string]string{"profile": {"x": "boss"}}},
	} {
		_, err := ReadFile(strings.NewReader("login,password,x\na,canary,b\n"), "people.csv", o)
		wantError(t, err, access.ErrUsage, "usage")
	}
	_, err := ReadFile(strings.NewReader("login\na\n"), "people.csv", Options{School: "no code"})
	wantError(t, err, access.ErrRefused, "school_code_invalid")
	for _, o := range []Options{
		{Format: "csv"},
		{Columns: map[string]string{"login": "username"}},
		{Values: map[string]map[string]string{"school": {"x": "y"}}},
	} {
		_, err := ReadDir(fstest.MapFS{}, o)
		wantError(t, err, access.ErrUsage, "usage")
	}
}
