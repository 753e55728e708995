package cmd_test

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pinward/cmd"
)

// commands gives every command that people see, parents first.
func commands(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			all = append(all, commands(sub)...)
		}
	}
	return all
}

// TestEveryCommandIsTold walks the tree: whoever adds a command must say what
// it does, how it is typed, and what it takes.
func TestEveryCommandIsTold(t *testing.T) {
	n := 0
	for _, c := range commands(cmd.Tree(cmd.World{})) {
		n++
		path := c.CommandPath()
		if c.Short == "" {
			t.Errorf("%s: no Short", path)
		}
		if strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: Short ends with a full stop", path)
		}
		if c.HasSubCommands() {
			if c.Args == nil {
				t.Errorf("%s: a group without Args takes a mistyped verb for an argument", path)
			}
			continue
		}
		if c.Example == "" {
			t.Errorf("%s: no Example", path)
		}
		// Without Args any words are taken, which Use must then say.
		if c.Args == nil && !strings.Contains(c.Use, "...") {
			t.Errorf("%s: no Args, and Use has no ... either", path)
		}
	}
	if n < 50 {
		t.Errorf("commands: got %d, want the whole tree", n)
	}
}

// TestExamplesAreCommands reads every example as the program would: the command
// must be there, and take these flags and arguments.
func TestExamplesAreCommands(t *testing.T) {
	for _, c := range commands(cmd.Tree(cmd.World{})) {
		for line := range strings.Lines(c.Example) {
			line = strings.TrimSpace(line)
			if line == "" {
				continue
			}
			if err := checkExample(line, c.CommandPath()); err != nil {
				t.Errorf("%s: example %s: %v", c.CommandPath(), line, err)
			}
		}
	}
}

// checkExample judges each part of a pipeline that calls pinward; one of them
// must be the command that the example is of.
func checkExample(line, path string) error {
	itself := false
	for _, part := range strings.Split(line, " | ") {
		words := shellWords(part)
		for len(words) > 0 && assignment(words[0]) {
			words = words[1:]
		}
		if len(words) == 0 || words[0] != "pinward" {
			continue
		}
		c, rest, err := cmd.Tree(cmd.World{}).Find(words[1:])
		if err != nil {
			return err
		}
		if c.HasSubCommands() && c.Example == "" {
			return fmt.Errorf("%s is a group", c.CommandPath())
		}
		if err := c.ParseFlags(rest); err != nil {
			return err
		}
		if err := c.ValidateArgs(c.Flags().Args()); err != nil {
			return err
		}
		itself = itself || c.CommandPath() == path
	}
	if !itself {
		return fmt.Errorf("does not run %s", path)
	}
	return nil
}

func assignment(word string) bool {
	name, _, found := strings.Cut(word, "=")
	return found && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

// shellWords splits one simple command at its spaces, minds quotes, and leaves
// redirections out.
func shellWords(line string) []string {
	var words []string
	var word strings.Builder
	quote, begun := rune(0), false
	for _, r := range line + " " {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, begun = r, true
		case unicode.IsSpace(r):
			if word.Len() > 0 || begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(r)
		}
	}
	for i, w := range words {
		if strings.HasPrefix(w, "<") || strings.HasPrefix(w, ">") {
			return words[:i]
		}
	}
	return words
}

func TestCheckExample(t *testing.T) {
	for line, want := range map[string]bool{
		`pinward version`:                          true,
		`PINWARD_STORE=/x pinward version`:         true,
		`pinward version > file`:                   true,
		`pinward version | mail -s "a b" you`:      true,
		`pinward version -o json`:                  true,
		`pinward version -o`:                       false,
		`pinward version now`:                      false,
		`pinward version --frob`:                   false,
		`pinward frob`:                             false,
		`pinward account`:                          false,
		`pinward whoami`:                           false,
		`echo version`:                             false,
		`pinward pin set a "b c" | pinward whoami`: false,
	} {
		if got := checkExample(line, "pinward version") == nil; got != want {
			t.Errorf("%s: got %v, want %v", line, got, want)
		}
	}
}

// TestNoFlagTakesASecret keeps PINs and codes out of the command line, where
// every user of the machine can read them (rule 4).
func TestNoFlagTakesASecret(t *testing.T) {
	secret := regexp.MustCompile(`^(pin|new-pin|password|secret|token|code|setup-code|key)$`)
	for _, c := range commands(cmd.Tree(cmd.World{})) {
		check := func(f *pflag.Flag) {
			if secret.MatchString(f.Name) {
				t.Errorf("%s: flag --%s takes a secret", c.CommandPath(), f.Name)
			}
		}
		c.Flags().VisitAll(check)
		c.PersistentFlags().VisitAll(check)
	}
}

// TestLinksResolve follows every relative link of every page, headings
// included.
func TestLinksResolve(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	pages := 0
	for _, page := range documents(t) {
		pages++
		for _, match := range link.FindAllStringSubmatch(prose(readText(t, page)), -1) {
			target, err := url.Parse(match[1])
			if err != nil {
				t.Errorf("%s: link %s: %v", page, match[1], err)
				continue
			}
			if target.Scheme != "" || target.Host != "" {
				continue
			}
			file := page
			if target.Path != "" {
				file = filepath.Join(filepath.Dir(page), filepath.FromSlash(target.Path))
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: link %s: no such file", page, match[1])
				continue
			}
			if target.Fragment != "" && !strings.Contains(anchors(readText(t, file)), " "+target.Fragment+" ") {
				t.Errorf("%s: link %s: no such heading", page, match[1])
			}
		}
	}
	if pages < 30 {
		t.Errorf("pages: got %d, want all", pages)
	}
}

// documents gives the Markdown pages of the whole module.
func documents(t *testing.T) []string {
	t.Helper()
	var pages []string
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && entry.Name() != "..":
			return fs.SkipDir
		case entry.IsDir() && (entry.Name() == "dist" || entry.Name() == "testdata"):
			return fs.SkipDir
		case !entry.IsDir() && strings.HasSuffix(path, ".md"):
			pages = append(pages, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// prose leaves out blocks and spans of code.
func prose(text string) string {
	var out strings.Builder
	code := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			code = !code
			continue
		}
		if !code {
			out.WriteString(line)
		}
	}
	return regexp.MustCompile("`[^`\n]*`").ReplaceAllStringFunc(out.String(), func(span string) string {
		return strings.NewReplacer("](", "", "[", "", "]", "").Replace(span)
	})
}

// anchors gives the names that headings are linked by, each between spaces.
func anchors(text string) string {
	out := " "
	for line := range strings.Lines(prose(text)) {
		if heading, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			out += strings.Map(func(r rune) rune {
				switch {
				case r == ' ' || r == '-':
					return '-'
				case r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
					return unicode.ToLower(r)
				}
				return -1
			}, strings.TrimSpace(heading)) + " "
		}
	}
	return out
}

// TestDecisionsAreListed keeps the decisions numbered without a gap, in one
// form, and in the list.
func TestDecisionsAreListed(t *testing.T) {
	pages, err := filepath.Glob("../docs/adr/[0-9]*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("docs/adr: %d pages, %v", len(pages), err)
	}
	list := readText(t, "../docs/adr/README.md")
	for i, page := range pages {
		name, text := filepath.Base(page), readText(t, page)
		title, _, _ := strings.Cut(text, "\n")
		title, ok := strings.CutPrefix(title, fmt.Sprintf("# %d. ", i+1))
		if !ok || !strings.HasPrefix(name, fmt.Sprintf("%04d-", i+1)) {
			t.Errorf("%s: not numbered %d", name, i+1)
		}
		if !strings.Contains(list, fmt.Sprintf("\n%d. [%s](%s)\n", i+1, title, name)) {
			t.Errorf("%s: not in the list by its title", name)
		}
		for _, heading := range []string{"Status", "Context", "Decision", "Consequences"} {
			if !strings.Contains(text, "\n## "+heading+"\n\n") {
				t.Errorf("%s: no %s", name, heading)
			}
		}
	}
}
