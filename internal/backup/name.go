// Package backup names, rotates and seals the files that backups are. It knows
// files and the age format, and nothing of what a backup holds.
package backup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// stampForm is how a time stands in a file's name: in UTC, so that names sort by
// age whatever the season.
const stampForm = "20060102T150405Z"

// Stamp gives a time as it stands in a file's name.
func Stamp(at time.Time) string { return at.UTC().Format(stampForm) }

// Stamped gives the name of one of several backups kept as path: the time of its
// making stands before the extension, "pinward-20260302T080000Z.db".
func Stamped(path string, at time.Time) string {
	stem, extension := split(path)
	return stem + "-" + Stamp(at) + extension
}

// split cuts a path before the extension, which is all from the first dot of the
// name on that does not begin it: ".db.age".
func split(path string) (stem, extension string) {
	folder, name := filepath.Split(path)
	if name == "" {
		return path, ""
	}
	if i := strings.Index(name[1:], "."); i >= 0 {
		return folder + name[:i+1], name[i+1:]
	}
	return path, ""
}

// Rotate removes the oldest backups kept as path, until keep are left, and gives
// the names of those removed, oldest first. It looks at regular files of exactly
// the names that Stamped gives, in that folder alone, and never removes newest.
// Where a file cannot be removed it goes on, and gives an error as well.
func Rotate(path string, keep int, newest string) ([]string, error) {
	all, err := kept(path)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(one string) bool { return one == filepath.Clean(newest) })
	var removed []string
	for _, one := range all[:max(0, len(all)-keep+1)] {
		if e := os.Remove(one); e != nil {
			err = errors.Join(err, e)
			continue
		}
		removed = append(removed, one)
	}
	return removed, err
}

// kept lists the backups that are kept as path, oldest first.
func kept(path string) ([]string, error) {
	folder, name := filepath.Split(filepath.Clean(path))
	entries, err := os.ReadDir(filepath.Clean(folder))
	if err != nil {
		return nil, fmt.Errorf("list backups: %w", err)
	}
	var all []string
	for _, entry := range entries {
		if isStamped(entry.Name(), name) && entry.Type().IsRegular() {
			all = append(all, filepath.Join(folder, entry.Name()))
		}
	}
	return all, nil
}

// isStamped reports whether a name is one that Stamped gives for another.
func isStamped(name, of string) bool {
	stem, extension := split(of)
	rest, ours := strings.CutPrefix(name, stem+"-")
	stamp, typed := strings.CutSuffix(rest, extension)
	at, err := time.Parse(stampForm, stamp)
	return ours && typed && err == nil && Stamp(at) == stamp
}

// leftoverAge is how old what an interrupted backup left must be to be taken for
// that, and not for one under way.
const leftoverAge = 24 * time.Hour

// Sweep removes what backups kept as path, or under path itself, left in its
// folder when they were killed: files called ".NAME." and a number, with or
// without a journal, at least a day old. What cannot be removed stays.
func Sweep(path string, now time.Time) {
	folder, name := filepath.Split(filepath.Clean(path))
	sweep(folder, now, func(one string) bool {
		hidden, isHidden := strings.CutPrefix(strings.TrimSuffix(one, "-journal"), ".")
		i := strings.LastIndex(hidden, ".")
		return isHidden && i > 0 && isNumber(hidden[i+1:]) && (hidden[:i] == name || isStamped(hidden[:i], name))
	})
}

// SweepFolders does so for private folders called prefix and a number.
func SweepFolders(folder, prefix string, now time.Time) {
	sweep(folder, now, func(one string) bool {
		rest, ours := strings.CutPrefix(one, prefix)
		return ours && isNumber(rest)
	})
}

func sweep(folder string, now time.Time, isOurs func(name string) bool) {
	entries, err := os.ReadDir(filepath.Clean(folder))
	if err != nil {
		return
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && isOurs(entry.Name()) && now.Sub(info.ModTime()) >= leftoverAge {
			_ = os.RemoveAll(filepath.Join(folder, entry.Name()))
		}
	}
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
