package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"sync"

	"pinward/internal/i18n"
)

//go:embed template/*.html
var templateFiles embed.FS

// The names of the pages, each of the template of that name.
const (
	pagePIN      = "pin"
	pageProtect  = "protect"
	pageNewPIN   = "newpin"
	pageAgain    = "again"
	pageWithCode = "withcode"
	pageRemember = "remember"
	pageSame     = "same"
	pageFull     = "full"
	pageNews     = "news"
	pageForgot   = "forgot"
	pageAccount  = "account"
	pageDevices  = "devices"
	pageRename   = "rename"
	pageRemove   = "remove"
	pageNotMe    = "notme"
	pageMessage  = "message"
)

func pageNames() []string {
	return []string{
		pagePIN, pageProtect, pageNewPIN, pageAgain, pageWithCode, pageRemember, pageSame, pageFull, pageNews, pageForgot,
		pageAccount, pageDevices, pageRename, pageRemove, pageNotMe, pageMessage,
	}
}

var frenchPages = sync.OnceValue(func() map[string]*template.Template { return readPages("fr") })

var englishPages = sync.OnceValue(func() map[string]*template.Template { return readPages("en") })

// readPages panics on a template that is none: it is part of the program, and
// the tests read it.
func readPages(lang string) map[string]*template.Template {
	w := catalog().In(lang)
	all := template.New("layout.html").Funcs(template.FuncMap{
		"lang":  func() string { return lang },
		"other": func() string { return other(lang) },
		"t":     w.text,
		"list":  w.list,
		"count": func(key string, n int) (string, error) { return w.count(lang, key, n) },
	})
	template.Must(all.ParseFS(templateFiles, "template/layout.html", "template/parts.html", "template/choosing.html"))
	pages := map[string]*template.Template{}
	for _, name := range pageNames() {
		page := template.Must(all.Clone())
		pages[name] = template.Must(page.ParseFS(templateFiles, "template/"+name+".html"))
	}
	return pages
}

// count gives a number and its noun, whose texts are key.one and key.many.
func (w words) count(lang, key string, n int) (string, error) {
	one, err := w.text(key + ".one")
	if err != nil {
		return "", err
	}
	many, err := w.text(key + ".many")
	return i18n.Count(lang, n, one, many), err
}

func other(lang string) string {
	if lang == i18n.French {
		return "en"
	}
	return i18n.French
}

// render writes a page in a language, whole or not at all.
func render(lang, page string, f frame) ([]byte, error) {
	pages := englishPages
	if lang == i18n.French {
		pages = frenchPages
	}
	var b bytes.Buffer
	if err := pages()[page].Execute(&b, f); err != nil {
		return nil, fmt.Errorf("write the page %s in %s: %w", page, lang, err)
	}
	return b.Bytes(), nil
}
