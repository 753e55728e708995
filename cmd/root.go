package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"pinward/internal/access"
)

// Main runs one command line and gives the exit code.
func Main(args []string, w World) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	w.In = &input{ctx: ctx, from: w.In}
	s := &session{World: w}
	root := newRoot(s)
	root.SetArgs(args)
	root.SetIn(w.In)
	help := &helpOutput{to: w.Out}
	root.SetOut(help)
	root.SetErr(w.Err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = outputError(help.err)
	}
	if err == nil || errors.Is(err, access.ErrPartial) {
		s.sendOwed(ctx)
	}
	if closeErr := s.close(); err == nil {
		err = closeErr
	}
	return s.report(err)
}

// A helpOutput keeps the error that cobra passes over when it writes a help
// text.
type helpOutput struct {
	to  io.Writer
	err error
}

func (o *helpOutput) Write(p []byte) (int, error) {
	n, err := o.to.Write(p)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// Tree gives the whole tree of commands, for generated documents.
func Tree(w World) *cobra.Command { return newRoot(&session{World: w}) }

// newRoot builds the whole tree of commands.
func newRoot(s *session) *cobra.Command {
	root := &cobra.Command{
		Use:   "pinward",
		Short: "A PIN for school accounts on devices that are not recognized",
		Long: `pinward asks a school user for a PIN when they log in from a device that it
does not recognize, keeps the list of recognized devices, and tells people when
a login looks wrong.

Start with: pinward demo`,
		Version:       s.Version,
		Args:          noWord,
		RunE:          showHelp,
		SilenceUsage:  true,
		SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{
			HiddenDefaultCmd: true,
		},
	}
	s.globals.add(root)
	root.AddCommand(
		newInit(s), newDemo(s),
		newSchool(s), newAccount(s), newPIN(s), newDevice(s), newLogin(s), newPortal(s),
		newAlerts(s), newReport(s), newPolicy(s), newAudit(s), newStore(s), newKey(s), newMail(s),
		newWhoami(s), newConfig(s), newDoctor(s), newVersion(s), newCompletion(s),
	)
	root.SetHelpCommand(newHelp())
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return access.Usage(flagError(err), "see: "+c.CommandPath()+" --help")
	})
	wrapArgs(root)
	return root
}

// group makes a command that only holds others; an unknown word under it is a
// usage error rather than a silent help text.
func group(use, short string, verbs ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: noWord, RunE: showHelp}
	c.AddCommand(verbs...)
	return c
}

func showHelp(c *cobra.Command, _ []string) error { return c.Help() }

func noWord(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "see: " + c.CommandPath() + " --help"
	c.SuggestionsMinimumDistance = 2 // letters that may be mistyped
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		hint = "did you mean: " + c.CommandPath() + " " + near[0]
	}
	const longest = 40 // letters; no command's name comes near
	word := fmt.Sprintf(" %q", args[0])
	if strings.ContainsAny(word, "0123456789") || len(word) > longest {
		word = "" // it may be a PIN, or a file that was pasted
	}
	return access.Usage(c.CommandPath()+": unknown command"+word, hint)
}

// wrapArgs makes every refusal of arguments a usage error that names the form.
func wrapArgs(c *cobra.Command) {
	if check := c.Args; check != nil && c.HasParent() {
		c.Args = func(c *cobra.Command, args []string) error {
			err := check(c, args)
			if err == nil || access.CodeOf(err) != "" {
				return err
			}
			text := err.Error()
			if strings.Contains(text, `"`) {
				text = "takes no such argument" // what was typed may be a PIN
			}
			return access.Usage(fmt.Sprintf("%s: %s", c.CommandPath(), text), "use: "+c.UseLine())
		}
	}
	for _, sub := range c.Commands() {
		wrapArgs(sub)
	}
}

// flagError words a flag error without the value that was typed, which may be a
// secret put in the wrong place.
func flagError(err error) string {
	text := err.Error()
	_, after, found := strings.Cut(text, `" for "`)
	if !found {
		return text
	}
	name, why, _ := strings.Cut(after, `" flag: `)
	if !strings.HasPrefix(why, "must be one of") {
		why = "not valid"
	}
	return fmt.Sprintf("value of %s: %s", name, why)
}
