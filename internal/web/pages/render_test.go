package pages

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
)

// An element is a tag of a page, with what stands in it.
type element struct {
	name string
	attr map[string]string
	text string
}

// elements reads a page as a browser that minds its marks would.
func elements(t *testing.T, page []byte) []element {
	t.Helper()
	in := xml.NewDecoder(strings.NewReader(string(page)))
	in.Strict, in.AutoClose, in.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var all []element
	var open []int
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			if len(open) != 0 {
				t.Errorf("%d elements are not closed", len(open))
			}
			return all
		}
		if err != nil {
			t.Fatalf("read the page: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{name: token.Name.Local, attr: map[string]string{}}
			for _, a := range token.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			open, all = append(open, len(all)), append(all, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			for _, i := range open {
				all[i].text += string(token)
			}
		}
	}
}

func named(all []element, name string) []element {
	return slices.DeleteFunc(slices.Clone(all), func(e element) bool { return e.name != name })
}

func eachSample(t *testing.T, check func(t *testing.T, lang string, s sample, page []byte)) {
	t.Helper()
	for _, lang := range []string{"fr", "en"} {
		for _, s := range samples(lang) {
			t.Run(lang+" "+s.name, func(t *testing.T) {
				page, err := render(lang, s.page, s.frame)
				if err != nil {
					t.Fatal(err)
				}
				check(t, lang, s, page)
			})
		}
	}
}

// TestSamplesAreAllPages: no page goes without a sample.
func TestSamplesAreAllPages(t *testing.T) {
	for _, name := range pageNames() {
		if !slices.ContainsFunc(samples("en"), func(s sample) bool { return s.page == name }) {
			t.Errorf("page %s has no sample", name)
		}
	}
}

// TestMarkup: what assistive technology and the content security policy need.
func TestMarkup(t *testing.T) {
	eachSample(t, func(t *testing.T, lang string, s sample, page []byte) {
		all := elements(t, page)
		if got := all[0].attr["lang"]; got != lang {
			t.Errorf("the page's language is %q, want %q", got, lang)
		}
		for _, once := range []string{"h1", "main", "title", "header", "footer"} {
			if n := len(named(all, once)); n != 1 {
				t.Errorf("%d elements %s, want one", n, once)
			}
		}
		h1, title := named(all, "h1")[0].text, named(all, "title")[0].text
		if !strings.Contains(title, h1) {
			t.Errorf("the title %q does not name the page, %q", title, h1)
		}
		if prefix := map[string]string{"fr": "Erreur\u00a0: ", "en": "Error: "}[lang]; strings.HasPrefix(title, prefix) != (s.frame.Error != nil) {
			t.Errorf("the title is %q, with an error: %v", title, s.frame.Error != nil)
		}
		if blank := names.FindString(string(page)); blank != "" {
			t.Errorf("%s was not filled in", blank)
		}
		checkReferences(t, all)
		checkFields(t, all)
		checkNothingForeign(t, all)
	})
}

// checkReferences: ids are unique, and what names one finds it.
func checkReferences(t *testing.T, all []element) {
	t.Helper()
	ids := map[string]bool{}
	for _, e := range all {
		if id := e.attr["id"]; id != "" && ids[id] {
			t.Errorf("two elements have the id %s", id)
		} else if id != "" {
			ids[id] = true
		}
	}
	for _, e := range all {
		for _, by := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls"} {
			for _, id := range strings.Fields(e.attr[by]) {
				if !ids[id] {
					t.Errorf("%s of a %s names %q, which is not there", by, e.name, id)
				}
			}
		}
	}
}

// checkFields: each has a label, and its error is tied to it.
func checkFields(t *testing.T, all []element) {
	t.Helper()
	for _, e := range named(all, "input") {
		kind, name := e.attr["type"], e.attr["id"]
		_, hidden := e.attr["hidden"]
		if hidden || kind == "hidden" || kind == "radio" {
			continue
		}
		if !slices.ContainsFunc(named(all, "label"), func(l element) bool { return l.attr["for"] == name }) {
			t.Errorf("field %s has no label", name)
		}
		if kind == "password" && (e.attr["inputmode"] != "numeric" || e.attr["pattern"] != "[0-9]*" || e.attr["autocomplete"] == "") {
			t.Errorf("field %s has %v, want digits", name, e.attr)
		}
		bad := e.attr["aria-invalid"] == "true"
		if bad != slices.Contains(strings.Fields(e.attr["aria-describedby"]), name+"-error") {
			t.Errorf("field %s: its error is not tied to it", name)
		}
		if kind == "password" && e.attr["value"] != "" {
			t.Errorf("field %s has a value", name)
		}
	}
	for _, e := range all {
		if e.attr["class"] == "error" && e.attr["role"] != "alert" {
			t.Error("an error is no alert")
		}
	}
}

// checkNothingForeign: nothing inline, nothing from elsewhere.
func checkNothingForeign(t *testing.T, all []element) {
	t.Helper()
	for _, e := range all {
		if e.name == "style" || e.name == "script" && (e.attr["src"] == "" || strings.TrimSpace(e.text) != "") {
			t.Errorf("an inline %s", e.name)
		}
		for name, value := range e.attr {
			if name == "style" || strings.HasPrefix(name, "on") {
				t.Errorf("%s has the attribute %s", e.name, name)
			}
			asks := name == "src" || name == "action" || name == "href" && e.name == "link"
			if asks && !strings.HasPrefix(value, "/") {
				t.Errorf("%s asks for %s", e.name, value)
			}
		}
		if method := e.attr["method"]; e.name == "form" && method != "post" {
			t.Errorf("a form has the method %q", method)
		}
	}
}

// TestPagesRead holds what people read on all pages against testdata/fr.txt and
// testdata/en.txt, which UPDATE=1 writes anew.
func TestPagesRead(t *testing.T) {
	read := map[string]string{}
	eachSample(t, func(t *testing.T, lang string, s sample, page []byte) {
		all := elements(t, page)
		var lines []string
		for line := range strings.Lines(named(all, "main")[0].text) {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
		read[lang] += "# " + s.name + ": " + named(all, "title")[0].text + "\n" + strings.Join(lines, "\n") + "\n\n"
	})
	for lang, got := range read {
		file := "testdata/" + lang + ".txt"
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs from what pages say: see UPDATE=1 go test ./internal/web/pages, and git diff", file)
		}
	}
}

// TestHostileText: what people and schools write stays text.
func TestHostileText(t *testing.T) {
	const hostile = `"><script>alert(1)</script>`
	f := frame{Root: "/", Title: "same.title", School: hostile, Contact: hostile, Switch: "javascript:alert(1)", Body: sameBody{
		Action: "javascript:alert(1)", Name: hostile, Other: "javascript:alert(1)", Skip: "/",
	}}
	page, err := render("en", pageSame, f)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(page), "<script>") || strings.Contains(string(page), `="javascript:`) {
		t.Errorf("the page holds markup that it was given:\n%s", page)
	}
}
