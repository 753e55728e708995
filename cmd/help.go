package cmd

import (
	"strings"

	"github.com/spf13/cobra"
)

// newHelp makes `pinward help`, which refuses a word that is no command as that
// word by itself is refused.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]...",
		Short: "Show what a command does",
		Example: `  pinward help
  pinward help pin reset`,
		ValidArgsFunction: completeCommands,
		RunE: func(c *cobra.Command, args []string) error {
			on := c.Root()
			for _, word := range args {
				next := child(on, word)
				if next == nil {
					return noWord(on, []string{word})
				}
				on = next
			}
			return on.Help()
		},
	}
}

// child gives a command's subcommand of that name, nil where there is none.
func child(c *cobra.Command, name string) *cobra.Command {
	for _, sub := range c.Commands() {
		if sub.Name() == name || sub.HasAlias(name) {
			return sub
		}
	}
	return nil
}

// completeCommands offers the commands below those that stand there already.
func completeCommands(c *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	on := c.Root()
	for _, word := range args {
		if on = child(on, word); on == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
	}
	var names []string
	for _, sub := range on.Commands() {
		if sub.IsAvailableCommand() && strings.HasPrefix(sub.Name(), begun) {
			names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
