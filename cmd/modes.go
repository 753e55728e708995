package cmd

import (
	"io/fs"
	"os"
)

// openToOthers reports whether a file or folder may be used by others than its
// owner. It looks without opening: closing a descriptor of the store's files
// would drop the engine's locks.
func openToOthers(path string) (fs.FileMode, bool) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, false
	}
	mode := info.Mode().Perm()
	return mode, mode&0o077 != 0
}

// writableByOthers reports whether others than its owner may replace files in a
// folder.
func writableByOthers(folder string) (fs.FileMode, bool) {
	info, err := os.Stat(folder)
	if err != nil {
		return 0, false
	}
	mode := info.Mode().Perm()
	return mode, mode&0o022 != 0 && info.Mode()&fs.ModeSticky == 0
}
