//go:build e2e

package e2e_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A cell is what LibreOffice took a cell of a workbook for.
type cell struct{ kind, formula, text string }

// TestLibreOfficeOpensAWorkbook: a listing with dates, numbers and names that
// would be formulas opens as dates, numbers and plain texts.
func TestLibreOfficeOpensAWorkbook(t *testing.T) {
	names := []string{"=1+2", `=HYPERLINK("x")`, "+1", "-1", "@SUM(A1)", "\uff1d1", "plain"}
	s := newSite(t)
	for i, name := range names {
		s.run("", "account", "add", "f"+string(rune('a'+i)), "--name", "Sample, "+name, "--profile", "student")
	}
	s.run(`{"login":"fa","ip":"192.0.2.7","user_agent":"=1+2"}`, "login", "start")
	for _, listing := range []struct {
		args  []string
		kinds []string // that must be there
		texts []string
	}{
		{[]string{"account", "list"}, []string{"string", "float"}, names},
		{[]string{"login", "list"}, []string{"string", "float", "date"}, []string{"=1+2"}},
	} {
		path := filepath.Join(s.dir, listing.args[0]+".xlsx")
		s.run("", append(listing.args, "-o", "xlsx", "--output-file", path)...)
		cells := opened(t, path)
		for _, kind := range listing.kinds {
			if !slices.ContainsFunc(cells, func(c cell) bool { return c.kind == kind }) {
				t.Errorf("%v: no cell is a %s", listing.args, kind)
			}
		}
		for _, c := range cells {
			// LibreOffice keeps a truth value as such a formula.
			if c.formula != "" && c.formula != "of:=TRUE()" && c.formula != "of:=FALSE()" {
				t.Errorf("%v: the cell %q, a %s, is the formula %s", listing.args, c.text, c.kind, c.formula)
			}
		}
		for _, text := range listing.texts {
			if !slices.ContainsFunc(cells, func(c cell) bool { return c.kind == "string" && strings.HasSuffix(c.text, text) }) {
				t.Errorf("%v: no cell holds the text %q", listing.args, text)
			}
		}
	}
}

// opened gives the cells of a workbook as LibreOffice reads it.
func opened(t *testing.T, path string) []cell {
	t.Helper()
	folder := t.TempDir()
	c := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+filepath.Join(folder, "profile"),
		"--headless", "--convert-to", "fods", "--outdir", folder, path)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	name := strings.TrimSuffix(filepath.Base(path), ".xlsx") + ".fods"
	f, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return cellsOf(t, f)
}

func cellsOf(t *testing.T, f io.Reader) []cell {
	t.Helper()
	var cells []cell
	inside := false
	for d := xml.NewDecoder(f); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return cells
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local != "table-cell" {
				continue
			}
			inside = true
			cells = append(cells, cell{})
			for _, a := range token.Attr {
				switch a.Name.Local {
				case "value-type":
					cells[len(cells)-1].kind = a.Value
				case "formula":
					cells[len(cells)-1].formula = a.Value
				}
			}
		case xml.EndElement:
			inside = inside && token.Name.Local != "table-cell"
		case xml.CharData:
			if inside {
				cells[len(cells)-1].text += strings.TrimSpace(string(token))
			}
		}
	}
}

// A site is an installation of the built program in a folder of its own.
type site struct {
	t   *testing.T
	dir string
}

func newSite(t *testing.T) site {
	t.Helper()
	s := site{t, t.TempDir()}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(s.dir, "pinward"), "pinward").CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	s.run("", "init", "--school", "A=School A")
	return s
}

func (s site) run(in string, args ...string) { s.t.Helper(); s.out(in, args...) }

// out runs the program and gives what it prints.
func (s site) out(in string, args ...string) string {
	s.t.Helper()
	c := s.command(args...)
	c.Stdin = strings.NewReader(in)
	var complaint strings.Builder
	c.Stderr = &complaint
	out, err := c.Output()
	if err != nil {
		s.t.Fatalf("%v: %v\n%s%s", args, err, out, complaint.String())
	}
	return string(out)
}

func (s site) env() []string {
	return append(os.Environ(), "PINWARD_STORE="+filepath.Join(s.dir, "pinward.db"),
		"PINWARD_KEYRING="+filepath.Join(s.dir, "keyring.json"), "PINWARD_CONFIG="+filepath.Join(s.dir, "config.yaml"))
}
