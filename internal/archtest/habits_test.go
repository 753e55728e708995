package archtest

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"
)

// The longest file and function, in lines, outside tests.
const (
	maxFileLines = 400
	maxFuncLines = 60
)

// hidden lists the inputs, outputs and endings that only the outermost layer
// may name; everything below is handed them.
func hidden() map[string][]string {
	return map[string][]string{
		"time":         {"Now", "Since", "Until"},
		"os":           {"Getenv", "LookupEnv", "Environ", "ExpandEnv", "UserHomeDir", "UserConfigDir", "UserCacheDir", "Args", "Exit", "Stdin", "Stdout", "Stderr"},
		"fmt":          {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
		"crypto/rand":  {"Reader", "Read", "Text"},
		"math/rand":    nil, // nothing of it
		"math/rand/v2": nil,
		"log":          nil,
	}
}

func inputsAreHandedDown(files []source) []string {
	var out []string
	for _, f := range files {
		if f.test || f.path == "cmd/system.go" || slices.Contains(programs(), f.dir) {
			continue
		}
		out = append(out, hiddenImports(f)...)
		out = append(out, hiddenNames(f)...)
	}
	return out
}

func hiddenImports(f source) []string {
	var out []string
	for _, spec := range f.ast.Imports {
		if spec.Name != nil && spec.Name.Name == "." {
			out = append(out, f.breach(f.line(spec), "dot import"))
		}
	}
	f.eachImport(func(line int, imported string) {
		if names, ok := hidden()[imported]; ok && names == nil {
			out = append(out, f.breach(line, "%s belongs in cmd/system.go", imported))
		}
	})
	return out
}

func hiddenNames(f source) []string {
	var out []string
	local, banned := f.localNames(), hidden()
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			// An identifier with an Obj is a variable that hides the package.
			x, ok := n.X.(*ast.Ident)
			if ok && x.Obj == nil && slices.Contains(banned[local[x.Name]], n.Sel.Name) {
				out = append(out, f.breach(f.line(n), "%s.%s belongs in cmd/system.go", x.Name, n.Sel.Name))
			}
		case *ast.CallExpr:
			x, ok := n.Fun.(*ast.Ident)
			if ok && x.Obj == nil && (x.Name == "print" || x.Name == "println") {
				out = append(out, f.breach(f.line(n), "%s is for debugging", x.Name))
			}
		}
		return true
	})
	return out
}

func noInit(files []source) []string {
	var out []string
	for _, f := range files {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				out = append(out, f.breach(f.line(fn), "init runs for every command"))
			}
		}
	}
	return out
}

// noVariables allows errors, embedded files, values made at their first use
// (start-up is paid by every command), assertions of an interface, and the
// version that the linker sets in main.go.
func noVariables(files []source) []string {
	var out []string
	for _, f := range files {
		if f.test {
			continue
		}
		for _, d := range f.ast.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok || decl.Tok != token.VAR {
				continue
			}
			for _, spec := range decl.Specs {
				v, ok := spec.(*ast.ValueSpec)
				if ok && !embeds(decl.Doc) && !embeds(v.Doc) && !mayBeGlobal(f, v) {
					out = append(out, f.breach(f.line(v), "%s is a package variable", v.Names[0].Name))
				}
			}
		}
	}
	return out
}

func embeds(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:embed ")
	})
}

func mayBeGlobal(f source, v *ast.ValueSpec) bool {
	name := v.Names[0].Name
	if name == "_" || strings.HasPrefix(strings.ToLower(name), "err") || f.path == "main.go" && name == "version" {
		return true
	}
	if len(v.Values) != 1 {
		return false
	}
	call, ok := v.Values[0].(*ast.CallExpr)
	if !ok {
		return false
	}
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := fun.X.(*ast.Ident)
	return ok && f.localNames()[x.Name] == "sync" && strings.HasPrefix(fun.Sel.Name, "Once")
}

func sizesHold(files []source) []string {
	var out []string
	for _, f := range files {
		if f.test {
			continue
		}
		if lines := f.fset.File(f.ast.FileStart).LineCount(); lines > maxFileLines {
			out = append(out, f.breach(1, "%d lines, at most %d", lines, maxFileLines))
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			first := f.fset.Position(fn.Type.Func).Line
			if lines := f.fset.Position(fn.End()).Line - first + 1; lines > maxFuncLines {
				out = append(out, f.breach(first, "%s has %d lines, at most %d", fn.Name.Name, lines, maxFuncLines))
			}
		}
	}
	return out
}

// packagesAreTold checks the name of each package and that one of its files,
// not a test where there are others, has a package comment.
func packagesAreTold(files []source) []string {
	var out []string
	told, first := map[string]bool{}, map[string]source{}
	for _, f := range files {
		name := f.ast.Name.Name
		plain := strings.TrimSuffix(name, "_test")
		if slices.Contains([]string{"util", "utils", "common", "types", "models", "helpers", "misc"}, plain) {
			out = append(out, f.breach(f.line(f.ast.Name), "package name %s tells nothing", name))
		}
		if plain != "main" && plain != path.Base(f.dir) {
			out = append(out, f.breach(f.line(f.ast.Name), "package %s lies in folder %s", name, f.dir))
		}
		if old, seen := first[f.dir]; !seen || old.test && !f.test {
			first[f.dir], told[f.dir] = f, false
		}
		if f.test == first[f.dir].test && (strings.HasPrefix(f.ast.Doc.Text(), "Package "+name+" ") || name == "main" && f.ast.Doc != nil) {
			told[f.dir] = true
		}
	}
	for dir, f := range first {
		if !told[dir] {
			out = append(out, f.breach(1, "package %s has no package comment", dir))
		}
	}
	return out
}
