package archtest

import (
	"slices"
	"strings"
)

type sample struct {
	name, path, source string
	want               []string
}

// src is a documented package that imports the given paths.
func src(name string, imports ...string) string {
	var b strings.Builder
	b.WriteString("// Package " + name + " is a sample.\npackage " + name + "\n")
	for _, i := range imports {
		b.WriteString("import _ \"" + i + "\"\n")
	}
	return b.String()
}

func samples() []sample {
	return slices.Concat(arrowSamples(), librarySamples(), habitSamples(), sizeSamples())
}

func arrowSamples() []sample {
	app := src("app", "pinward/internal/store/sqlite")
	return []sample{
		{"an arrow", "internal/app/a.go", src("app", "pinward/internal/store"), nil},
		{"an arrow that is not drawn", "internal/app/a.go", app, []string{"internal/app/a.go:3: may not import internal/store/sqlite"}},
		{"a test of a use case on an engine", "internal/app/a_test.go", app, nil},
		{"a domain test on an engine", "internal/access/a_test.go", src("access", "pinward/internal/store/sqlite"), []string{"internal/access/a_test.go:3: may not import internal/store/sqlite"}},
		{"a test from outside its package", "internal/access/a_test.go", src("access_test", "pinward/internal/access"), nil},
		{"a package that imports cmd", "internal/web/a.go", src("web", "pinward/cmd"), []string{"internal/web/a.go:3: may not import cmd"}},
		{"a command", "cmd/a.go", src("cmd", "pinward/internal/store/sqlite", "pinward/internal/term"), nil},
		{"main", "main.go", "// Pinward is a sample.\npackage main\nimport _ \"pinward/internal/app\"\n", []string{"main.go:3: may not import internal/app"}},
		{"a package that is not drawn", "internal/extra/a.go", src("extra"), []string{"internal/extra/a.go:1: package internal/extra is not in the table of arrows"}},
		{"a second program", "internal/app/a.go", "// A sample.\npackage main\n", []string{"internal/app/a.go:1: package internal/app may not be a program"}},
		{"a module inside the module is not this one", "tools/a.go", src("extra"), nil},
		{"testdata is no source", "internal/app/testdata/a.go", app, nil},
	}
}

func librarySamples() []sample {
	const not = "not in the table of libraries"
	return []sample{
		{"SQL in an engine", "internal/store/sqlite/a.go", src("sqlite", "database/sql", "modernc.org/sqlite"), nil},
		{"SQL in a use case", "internal/app/a.go", src("app", "database/sql"), []string{"internal/app/a.go:3: database/sql: belongs in internal/store/sqlite, internal/store/storetest, bench"}},
		{"SQL in a test that damages a store", "cmd/a_test.go", src("cmd", "database/sql"), nil},
		{"cobra's documents", "cmd/a.go", src("cmd", "github.com/spf13/cobra/doc"), nil},
		{"cobra in a use case", "internal/app/a.go", src("app", "github.com/spf13/cobra"), []string{"internal/app/a.go:3: github.com/spf13/cobra: belongs in cmd, internal/gendocs"}},
		{"normal forms in the domain", "internal/access/a.go", src("access", "golang.org/x/text/unicode/norm"), nil},
		{"other text in the domain", "internal/access/a.go", src("access", "golang.org/x/text/encoding"), []string{"internal/access/a.go:3: golang.org/x/text/encoding: belongs in internal/roster, internal/i18n"}},
		{"a test library in a test", "internal/secret/a_test.go", src("secret", "pgregory.net/rapid"), nil},
		{"a test library outside tests", "internal/secret/a.go", src("secret", "pgregory.net/rapid"), []string{"internal/secret/a.go:3: pgregory.net/rapid: a library for tests alone"}},
		{"a new library", "cmd/a.go", src("cmd", "github.com/x/y"), []string{"cmd/a.go:3: github.com/x/y: " + not}},
		{"a new library in a test", "cmd/a_test.go", src("cmd", "github.com/x/y"), []string{"cmd/a_test.go:3: github.com/x/y: " + not}},
		{"a name that only begins like a library's", "internal/config/a.go", src("config", "github.com/spf13/viperish"), []string{"internal/config/a.go:3: github.com/spf13/viperish: " + not}},
		{"addresses in the domain", "internal/access/a.go", src("access", "net/netip"), nil},
		{"files in the domain", "internal/decide/a.go", src("decide", "os"), []string{"internal/decide/a.go:3: os reaches outside, the domain may not"}},
		{"sockets in the domain", "internal/detect/a.go", src("detect", "net"), []string{"internal/detect/a.go:3: net reaches outside, the domain may not"}},
	}
}

func habitSamples() []sample {
	clock := "// Package %p is a sample.\npackage %p\nimport \"time\"\nfunc now() time.Time { return time.Now() }\n"
	inPackage := func(p, s string) string { return strings.ReplaceAll(s, "%p", p) }
	return []sample{
		{"a clock in a package", "internal/app/a.go", inPackage("app", clock), []string{"internal/app/a.go:4: time.Now belongs in cmd/system.go"}},
		{"a clock in a command", "cmd/a.go", inPackage("cmd", clock), []string{"cmd/a.go:4: time.Now belongs in cmd/system.go"}},
		{"a clock in its place", "cmd/system.go", inPackage("cmd", clock), nil},
		{"a clock in a test", "cmd/a_test.go", inPackage("cmd", clock), nil},
		{"an import under another name", "internal/app/a.go", inPackage("app", "// Package %p is a sample.\npackage %p\nimport o \"os\"\nfunc home() string { return o.Getenv(\"HOME\") }\n"), []string{"internal/app/a.go:4: o.Getenv belongs in cmd/system.go"}},
		{"a variable that hides a package", "internal/app/a.go", inPackage("app", "// Package %p is a sample.\npackage %p\nimport \"os\"\nvar _ = os.Open\nfunc f(os struct{ Exit int }) int { return os.Exit }\n"), nil},
		{"printing in a package", "internal/app/a.go", inPackage("app", "// Package %p is a sample.\npackage %p\nimport \"fmt\"\nfunc f() { fmt.Println(); println() }\n"), []string{"internal/app/a.go:4: fmt.Println belongs in cmd/system.go", "internal/app/a.go:4: println is for debugging"}},
		{"weak randomness", "internal/app/a.go", src("app", "math/rand/v2"), []string{"internal/app/a.go:3: math/rand/v2 belongs in cmd/system.go"}},
		{"a dot import", "internal/app/a.go", "// Package app is a sample.\npackage app\nimport . \"os\"\n", []string{"internal/app/a.go:3: dot import"}},
		{"a program of its own prints", "internal/pinrule/genlist/main.go", "// Genlist is a sample.\npackage main\nimport \"fmt\"\nfunc main() { fmt.Println() }\n", nil},
		{"an init", "cmd/a.go", src("cmd") + "func init() {}\n", []string{"cmd/a.go:3: init runs for every command"}},
		{"variables that are allowed", "cmd/a.go", "// Package cmd is a sample.\npackage cmd\nimport (\n\"embed\"\n\"errors\"\n\"sync\"\n)\n//go:embed x\nvar files embed.FS\nvar (\n//go:embed y\ny string\nerrGone = errors.New(\"gone\")\nlist = sync.OnceValue(read)\n_ error = errGone\n)\n", nil},
		{"a table", "cmd/a.go", src("cmd") + "var table = []int{1}\n", []string{"cmd/a.go:3: table is a package variable"}},
		{"a pattern", "cmd/a.go", src("cmd", "regexp") + "var pattern = regexp.MustCompile(`a`)\n", []string{"cmd/a.go:4: pattern is a package variable"}},
		{"a test's table", "cmd/a_test.go", src("cmd") + "var table = []int{1}\n", nil},
		{"the version", "main.go", "// Pinward is a sample.\npackage main\nvar version = \"dev\"\n", nil},
		{"a version elsewhere", "cmd/a.go", src("cmd") + "var version = \"dev\"\n", []string{"cmd/a.go:3: version is a package variable"}},
		{"a method called init", "cmd/a.go", src("cmd") + "type t int\nfunc (t) init() {}\n", nil},
	}
}

func sizeSamples() []sample {
	const start = "// Package cmd is a sample.\npackage cmd\n"
	file := func(lines int) string { return start + strings.Repeat("\n", lines-2) }
	function := func(lines int) string {
		return start + "// f is long.\nfunc f() {" + strings.Repeat("\n", lines-1) + "}\n"
	}
	return []sample{
		{"a file of 400 lines", "cmd/a.go", file(400), nil},
		{"a file of 401 lines", "cmd/a.go", file(401), []string{"cmd/a.go:1: 401 lines, at most 400"}},
		{"a test of 401 lines", "cmd/a_test.go", file(401), nil},
		{"a function of 60 lines", "cmd/a.go", function(60), nil},
		{"a function of 61 lines", "cmd/a.go", function(61), []string{"cmd/a.go:4: f has 61 lines, at most 60"}},
		{"no package comment", "cmd/a.go", "package cmd\n", []string{"cmd/a.go:1: package cmd has no package comment"}},
		{"a comment that tells of something else", "cmd/a.go", "// Helpers.\npackage cmd\n", []string{"cmd/a.go:1: package cmd has no package comment"}},
		{"a name that tells nothing", "internal/util/a.go", src("util"), []string{"internal/util/a.go:1: package internal/util is not in the table of arrows", "internal/util/a.go:2: package name util tells nothing"}},
		{"a name beside its folder", "cmd/a.go", src("command"), []string{"cmd/a.go:2: package command lies in folder cmd"}},
	}
}
