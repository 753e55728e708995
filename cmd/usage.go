package cmd

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pinward/internal/access"
)

// mayRepeat reports whether an error may say a word that was typed wrong. One
// with digits may be a PIN, and a very long one a file that was pasted.
func mayRepeat(word string) bool {
	const longest = 40 // letters; no command's or flag's name comes near
	return !strings.ContainsAny(word, "0123456789") && len(word) <= longest
}

// wrapArgs makes every refusal of arguments a usage error in words of ours that
// names the form.
func wrapArgs(c *cobra.Command) {
	if check := c.Args; check != nil && c.HasParent() {
		c.Args = func(c *cobra.Command, args []string) error {
			err := check(c, args)
			if err == nil || access.CodeOf(err) != "" {
				return err
			}
			return access.Usage(c.CommandPath()+": "+argsError(c, args), "use: "+c.UseLine())
		}
	}
	for _, sub := range c.Commands() {
		wrapArgs(sub)
	}
}

// argsError says what is wrong with the arguments of a command, never what was
// typed: it may be a PIN.
func argsError(c *cobra.Command, args []string) string {
	var needed, named []string
	for _, word := range strings.Fields(c.Use)[1:] {
		if strings.HasPrefix(word, "--") {
			break // flags and their values
		}
		named = append(named, word)
		if strings.Contains(word, "|--") {
			break // or flags instead of it
		}
		if !strings.HasPrefix(word, "[") {
			needed = append(needed, strings.TrimSuffix(word, "..."))
		}
	}
	switch {
	case len(args) < len(needed):
		return missing(needed[len(args):])
	case len(named) == 0:
		return "takes no argument"
	case len(args) > len(named):
		return "too many arguments"
	default:
		return "takes no such argument"
	}
}

// flagError words a flag error, without the value that was typed, which may be a
// secret put in the wrong place.
func flagError(err error) string {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var wrong *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && !mayRepeat(unknown.GetSpecifiedName()):
		return "unknown flag"
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return "unknown flag: -" + unknown.GetSpecifiedName()
	case errors.As(err, &unknown):
		return "unknown flag: --" + unknown.GetSpecifiedName()
	case errors.As(err, &bare):
		return flagName(bare.GetFlag()) + ": the value is missing"
	case errors.As(err, &wrong):
		return "value of " + flagName(wrong.GetFlag()) + ": " + valueError(wrong)
	default:
		return "a flag is not written as one"
	}
}

func flagName(f *pflag.Flag) string {
	if f.Shorthand != "" {
		return "-" + f.Shorthand + ", --" + f.Name
	}
	return "--" + f.Name
}

func valueError(e *pflag.InvalidValueError) string {
	var one *notAChoice
	switch kind := e.GetFlag().Value.Type(); {
	case errors.As(e, &one):
		return one.Error()
	case kind == "int":
		return "not a whole number"
	case kind == "bool":
		return "neither true nor false"
	default:
		return "not valid"
	}
}

func missing(words []string) string {
	if len(words) == 1 {
		return words[0] + " is missing"
	}
	return strings.Join(words, " and ") + " are missing"
}
