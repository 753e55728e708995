package archtest

import (
	"slices"
	"strings"
)

// A library is a third-party module, or a part of the standard library, that
// only some packages may import.
type library struct {
	path     string
	homes    []string
	testOnly []string // packages whose test files may import it besides
}

// libraries lists every third-party library, the longer path first where one
// lies below another.
func libraries() []library {
	const in = "internal/"
	stores := []string{in + "store/sqlite", in + "store/storetest"}
	// These tests look at a store, or damage it, by plain SQL.
	damage := []string{in + "app", "cmd", "torture"}
	return []library{
		{path: "filippo.io/age", homes: []string{in + "backup"}},
		{path: "database/sql", homes: append(stores, "bench"), testOnly: damage},
		{path: "modernc.org/sqlite", homes: append(stores, "bench")},
		{path: "modernc.org/libc", homes: []string{in + "store/sqlite"}},
		{path: "net/smtp", homes: []string{in + "mail"}},
		{path: "github.com/wneessen/go-mail", homes: []string{in + "mail"}},
		{path: "github.com/spf13/cobra", homes: []string{"cmd", in + "gendocs"}},
		{path: "github.com/spf13/pflag", homes: []string{"cmd", in + "gendocs"}},
		{path: "github.com/spf13/viper", homes: []string{in + "config"}},
		{path: "github.com/clipperhouse/displaywidth", homes: []string{in + "render"}},
		{path: "github.com/vbauerster/mpb/v8", homes: []string{in + "term"}},
		{path: "golang.org/x/term", homes: []string{in + "term"}},
		{path: "golang.org/x/sys/unix", homes: []string{in + "term"}},
		{path: "golang.org/x/crypto/argon2", homes: []string{in + "secret"}},
		{path: "golang.org/x/text/unicode/norm", homes: []string{in + "access", in + "roster", in + "i18n"}},
		{path: "golang.org/x/text", homes: []string{in + "roster", in + "i18n"}},
		{path: "github.com/coreos/go-systemd/v22", homes: []string{"cmd"}},
		{path: "golang.org/x/time/rate", homes: []string{in + "web/api"}},
		{path: "github.com/VictoriaMetrics/metrics", homes: []string{in + "web"}},
	}
}

// testLibraries may stand in every test file, and nowhere else.
func testLibraries() []string {
	return []string{
		"github.com/chromedp/cdproto",
		"github.com/chromedp/chromedp",
		"github.com/creack/pty",
		"github.com/emersion/go-sasl",
		"github.com/emersion/go-smtp",
		"go.yaml.in/yaml/v3",
		"github.com/rogpeppe/go-internal/testscript",
		"github.com/xuri/excelize/v2",
		"pgregory.net/rapid",
	}
}

func librariesStayHome(files []source) []string {
	var out []string
	for _, f := range files {
		f.eachImport(func(line int, imported string) {
			if why := misplaced(f, imported); why != "" {
				out = append(out, f.breach(line, "%s: %s", imported, why))
			}
		})
	}
	return out
}

// misplaced tells what is wrong with an import, "" if nothing.
func misplaced(f source, imported string) string {
	for _, path := range testLibraries() {
		if within(imported, path) && !f.test {
			return "a library for tests alone"
		}
		if within(imported, path) {
			return ""
		}
	}
	for _, lib := range libraries() {
		if !within(imported, lib.path) {
			continue
		}
		if slices.Contains(lib.homes, f.dir) || f.test && slices.Contains(lib.testOnly, f.dir) {
			return ""
		}
		return "belongs in " + strings.Join(lib.homes, ", ")
	}
	if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
		return "not in the table of libraries"
	}
	return ""
}

// domainIsPure keeps everything that reaches outside the process away from the
// packages that only compute.
func domainIsPure(files []source) []string {
	pure := []string{"internal/access", "internal/decide", "internal/detect"}
	outside := []string{"crypto/rand", "embed", "log", "net/http", "os", "path/filepath", "syscall"}
	var out []string
	for _, f := range files {
		if f.test || !slices.Contains(pure, f.dir) {
			continue
		}
		f.eachImport(func(line int, imported string) {
			reaches := func(p string) bool { return within(imported, p) }
			if imported == "net" || slices.ContainsFunc(outside, reaches) {
				out = append(out, f.breach(line, "%s reaches outside, the domain may not", imported))
			}
		})
	}
	return out
}
