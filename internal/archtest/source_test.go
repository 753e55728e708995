package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// module is the name that go.mod gives the module.
const module = "pinward"

// A source is one parsed Go file.
type source struct {
	path string // from the module's root
	dir  string // the package's folder, "." for the root
	test bool
	fset *token.FileSet
	ast  *ast.File
}

// load parses every Go file of the module in fsys: not those of testdata, of
// hidden folders, and of modules inside it.
func load(fsys fs.FS) ([]source, error) {
	var files []source
	fset := token.NewFileSet()
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skip(fsys, p)
		}
		if path.Ext(p) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(fset, p, text, parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, source{path: p, dir: path.Dir(p), test: strings.HasSuffix(p, "_test.go"), fset: fset, ast: parsed})
		return nil
	})
	return files, err
}

func skip(fsys fs.FS, dir string) error {
	if dir == "." {
		return nil
	}
	base := path.Base(dir)
	if base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return fs.SkipDir
	}
	if _, err := fs.Stat(fsys, path.Join(dir, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

// line gives the line of a node.
func (s source) line(n ast.Node) int { return s.fset.Position(n.Pos()).Line }

// breach words one breach.
func (s source) breach(line int, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: %s", s.path, line, fmt.Sprintf(format, args...))
}

// eachImport calls f with the path of every import.
func (s source) eachImport(f func(line int, imported string)) {
	for _, spec := range s.ast.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has checked it
		}
		f(s.line(spec), imported)
	}
}

// localNames gives the import path behind each name that the file uses for a
// package.
func (s source) localNames() map[string]string {
	names := map[string]string{}
	for _, spec := range s.ast.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(imported)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = imported
	}
	return names
}

// own gives the folder of an import inside the module.
func own(imported string) (dir string, ok bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}

// within reports whether an import path is prefix or lies below it.
func within(imported, prefix string) bool {
	return imported == prefix || strings.HasPrefix(imported, prefix+"/")
}
