package access_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"pinward/internal/access"
)

func texts[T ~string](all []T) []string {
	s := make([]string, len(all))
	for i, v := range all {
		s[i] = string(v)
	}
	slices.Sort(s)
	return s
}

// TestListsAreWhole holds each list of words against the constants of its type:
// what is not listed counts as damage in a store.
func TestListsAreWhole(t *testing.T) {
	constants := stringConstants(t)
	for name, list := range map[string][]string{
		"Profile": texts(access.Profiles()), "Protection": texts(access.Protections()), "Status": texts(access.Statuses()),
		"Severity": texts(access.Severities()), "AlertState": texts(access.AlertStates()), "AlertKind": texts(access.AlertKinds()),
		"Decision": texts(access.Decisions()), "Reason": texts(access.Reasons()), "LoginState": texts(access.LoginStates()),
		"Proof": texts(access.Proofs()), "Role": texts(access.Roles()), "AuditResult": texts(access.AuditResults()),
	} {
		want := constants[name]
		slices.Sort(want)
		if len(want) == 0 || !slices.Equal(list, want) {
			t.Errorf("%s: got %q, want %q", name, list, want)
		}
	}
}

// stringConstants gives the values of the package's text constants by their type.
func stringConstants(t *testing.T) map[string][]string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if file.Name.Name == "access" {
			addConstants(t, file, all)
		}
	}
	return all
}

func addConstants(t *testing.T, file *ast.File, all map[string][]string) {
	t.Helper()
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		kind, typed := spec.Type.(*ast.Ident)
		value, literal := spec.Values[0].(*ast.BasicLit)
		if typed && literal && value.Kind == token.STRING {
			text, err := strconv.Unquote(value.Value)
			if err != nil {
				t.Fatal(err)
			}
			all[kind.Name] = append(all[kind.Name], text)
		}
		return true
	})
}
