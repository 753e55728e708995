package cmd

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pinward/internal/access"
	"pinward/internal/render"
)

// globals are the flags that every command takes.
type globals struct {
	flags      *pflag.FlagSet
	Config     string
	Store      string
	Keyring    string
	Output     string
	OutputFile string
	CSV        string
	Reason     string
	Yes        bool
	Quiet      bool
}

func (g *globals) add(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&g.Config, "config", "", "configuration `FILE` (env PINWARD_CONFIG)")
	f.StringVar(&g.Store, "store", "", "store `PATH` (env PINWARD_STORE)")
	f.StringVar(&g.Keyring, "keyring", "", "keyring `FILE` (env PINWARD_KEYRING)")
	f.StringVarP(&g.Output, "output", "o", "", "output `FORMAT`: table, json, jsonl, csv, xlsx or html")
	f.StringVar(&g.OutputFile, "output-file", "", "write the data to `FILE`: old or new, never half; without -o in the format of its ending")
	f.StringVar(&g.CSV, "csv", "", "CSV `DIALECT`: excel is what a French spreadsheet opens")
	f.StringVar(&g.Reason, "reason", "", "why, as `TEXT` for the audit record")
	f.BoolVarP(&g.Yes, "yes", "y", false, "do not ask for confirmation")
	f.BoolVarP(&g.Quiet, "quiet", "q", false, "no words on success")
	g.flags = f
	complete(root, "output", "table", "json", "jsonl", "csv", "xlsx", "html")
	complete(root, "csv", "excel")
}

// complete offers fixed values for a flag.
func complete(c *cobra.Command, flag string, values ...string) {
	if err := c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // a flag that does not exist: a mistake in the program
	}
}

// set gives the flags that name places and were set, for the configuration.
func (g *globals) set() map[string]string {
	values := map[string]string{}
	for _, name := range []string{"store", "keyring", "output"} {
		if flag := g.flags.Lookup(name); flag.Changed {
			values[name] = flag.Value.String()
		}
	}
	return values
}

// format gives the output format: what -o or --csv says, else the file's ending,
// else what is configured.
func (g *globals) format(configured string) (render.Format, error) {
	ending := g.ending()
	asked := g.CSV != "" || g.flags.Lookup("output").Changed
	if ending != "" && !asked {
		return ending, nil
	}
	format, err := g.spoken(configured)
	if err == nil && ending != "" && ending != format {
		text := fmt.Sprintf("--output-file %s: its ending says %s, not %s", g.OutputFile, ending, format)
		return "", access.Usage(text, "leave -o out, or name the file otherwise")
	}
	return format, err
}

// ending gives the format that the output file's ending names; empty: none.
func (g *globals) ending() render.Format {
	format, err := render.ParseFormat(strings.ToLower(strings.TrimPrefix(filepath.Ext(g.OutputFile), ".")))
	if err != nil || format == render.Table {
		return ""
	}
	return format
}

// named reports whether this run names its format, by -o or a file's ending.
func (g *globals) named() bool { return g.flags.Lookup("output").Changed || g.ending() != "" }

// spoken gives the format in words; --csv alone means CSV.
func (g *globals) spoken(configured string) (render.Format, error) {
	if g.CSV != "" && g.CSV != "excel" {
		return "", access.Usage("--csv: unknown dialect", "use --csv excel")
	}
	if g.CSV != "" && !g.flags.Lookup("output").Changed {
		return render.CSV, nil
	}
	format, err := render.ParseFormat(configured)
	if err != nil {
		return "", access.Usage("--output: "+err.Error(), "")
	}
	if g.CSV != "" && format != render.CSV {
		return "", access.Usage("--csv goes with -o csv", "leave -o out")
	}
	return format, nil
}
