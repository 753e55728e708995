package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
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
	if completes(args) {
		offerFiles(root)
	}
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
		newAlerts(s), newReport(s), newPolicy(s), newAudit(s), newStore(s), newKey(s), newMail(s), newServe(s),
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
	word := ""
	if mayRepeat(args[0]) {
		word = fmt.Sprintf(" %q", args[0])
	}
	return access.Usage(c.CommandPath()+": unknown command"+word, hint)
}
