package archtest

import "slices"

// anything marks a package that may import every other.
const anything = "*"

// arrows lists every package of the module and what it may import of it. A new
// package begins with its line here.
func arrows() map[string][]string {
	const in = "internal/"
	return map[string][]string{
		".":                    {"cmd"},
		"cmd":                  {anything},
		in + "access":          {},
		in + "decide":          {in + "access"},
		in + "detect":          {in + "access"},
		in + "pinrule":         {in + "access"},
		in + "pinrule/genlist": {in + "access", in + "pinrule"},
		in + "secret":          {in + "access"},
		in + "store":           {in + "access"},
		in + "store/sqlite":    {in + "access", in + "store"},
		in + "store/storetest": {in + "access", in + "store"},
		in + "app":             {in + "access", in + "decide", in + "detect", in + "pinrule", in + "secret", in + "store", in + "report"},
		in + "roster":          {in + "access"},
		in + "backup":          {in + "access"},
		in + "report":          {in + "access", in + "i18n"},
		in + "render":          {},
		in + "mail":            {in + "access", in + "i18n"},
		in + "web": {
			in + "web/edge", in + "web/api", in + "web/compat", in + "web/gate", in + "web/pages",
			in + "access", in + "app", in + "i18n", in + "render", in + "report",
		},
		in + "web/edge":   {in + "access", in + "app"},
		in + "web/api":    {in + "web/edge", in + "access", in + "app"},
		in + "web/compat": {in + "web/edge", in + "access", in + "app"},
		in + "web/gate":   {in + "web/edge", in + "access", in + "app"},
		in + "web/pages":  {in + "web/edge", in + "access", in + "app", in + "i18n"},
		in + "config":     {},
		in + "term":       {},
		in + "i18n":       {},
		in + "demo":       {in + "access", in + "app", in + "roster"},
		in + "gendocs":    {"cmd"},
		in + "archtest":   {},
		"e2e":             {},
		"bench":           {in + "access", in + "app", in + "detect", in + "secret", in + "store", in + "store/sqlite"},
		"torture":         {"cmd", in + "access", in + "app", in + "secret", in + "store", in + "store/sqlite"},
	}
}

// testArrows lists what test files may import besides: an engine, where the
// package's promises only mean something on a real one.
func testArrows() map[string][]string {
	const in = "internal/"
	engine := []string{in + "store", in + "store/sqlite", in + "store/storetest", in + "secret"}
	return map[string][]string{
		in + "app":          engine,
		in + "demo":         engine,
		in + "web":          engine,
		in + "web/edge":     engine,
		in + "web/api":      engine,
		in + "web/compat":   engine,
		in + "web/gate":     engine,
		in + "web/pages":    engine,
		in + "store/sqlite": {in + "store/storetest"},
	}
}

// programs lists the packages that are commands of their own, run by hand while
// developing: they may print and exit like main.go.
func programs() []string {
	return []string{".", "bench", "internal/pinrule/genlist", "internal/gendocs"}
}

func packagesAreKnown(files []source) []string {
	var out []string
	known := arrows()
	for _, f := range files {
		if _, ok := known[f.dir]; !ok {
			out = append(out, f.breach(1, "package %s is not in the table of arrows", f.dir))
		}
		if main := f.ast.Name.Name == "main"; main && !slices.Contains(programs(), f.dir) {
			out = append(out, f.breach(1, "package %s may not be a program", f.dir))
		}
	}
	return out
}

func arrowsHold(files []source) []string {
	var out []string
	known, inTests := arrows(), testArrows()
	for _, f := range files {
		may := slices.Clone(known[f.dir])
		if f.test {
			may = append(may, inTests[f.dir]...)
			may = append(may, f.dir) // an external test package
		}
		f.eachImport(func(line int, imported string) {
			dir, ours := own(imported)
			if ours && !slices.Contains(may, dir) && !slices.Contains(may, anything) {
				out = append(out, f.breach(line, "may not import %s", dir))
			}
		})
	}
	return out
}
