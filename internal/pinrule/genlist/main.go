// Command genlist writes the lists of popular PINs that package pinrule embeds.
// It is run by `make pinlist`, in the folder of that package.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// run reads the data under dir/testdata and writes the lists into dir.
func run(dir string) error {
	made, err := makeLists(os.DirFS(dir))
	if err != nil {
		return err
	}
	for name, pins := range made {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Join(pins, "\n")+"\n"), 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}
