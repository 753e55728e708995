package cmd

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newCompletion(s *session) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print a completion script for a shell",
		Example: `  pinward completion bash > /etc/bash_completion.d/pinward
  pinward completion zsh > "${fpath[1]}/_pinward"`,
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: shells,
		RunE: func(c *cobra.Command, args []string) error {
			return s.write(func(w io.Writer) error { return writeCompletion(c.Root(), args[0], w) })
		},
	}
}

func writeCompletion(root *cobra.Command, shell string, w io.Writer) error {
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(w, true)
	case "zsh":
		return root.GenZshCompletion(w)
	case "fish":
		return root.GenFishCompletion(w, true)
	default:
		return root.GenPowerShellCompletionWithDesc(w)
	}
}

// offerFiles has the shell offer files only where help says FILE, FOLDER or
// PATH: cobra's default is everywhere that nothing else is offered.
func offerFiles(c *cobra.Command) {
	if c.ValidArgsFunction == nil && len(c.ValidArgs) == 0 && !namesFile(c.Use) {
		c.ValidArgsFunction = cobra.NoFileCompletions
	}
	for _, flags := range []*pflag.FlagSet{c.PersistentFlags(), c.Flags()} {
		flags.VisitAll(func(f *pflag.Flag) {
			if !namesFile(f.Usage) {
				_ = c.RegisterFlagCompletionFunc(f.Name, cobra.NoFileCompletions) // fails where another one is registered
			}
		})
	}
	for _, sub := range c.Commands() {
		offerFiles(sub)
	}
}

func namesFile(help string) bool {
	return strings.Contains(help, "FILE") || strings.Contains(help, "FOLDER") || strings.Contains(help, "PATH")
}

// completes reports whether a command line asks what might come next.
func completes(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}
