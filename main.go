// Pinward asks a school user for a PIN when they log in from a device that it
// does not recognize. See README.md.
package main

import (
	"os"
	_ "time/tzdata" // schools have time zones even where the system has no database of them

	"pinward/cmd"
)

// version is set when a release is built.
var version = "dev" //nolint:gochecknoglobals // the linker writes it

func main() { os.Exit(cmd.Main(os.Args[1:], cmd.System(version))) }
