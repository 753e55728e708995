package torture_test

import "testing"

// privileged lists what needs root, strace or a quiet machine.
func privileged(t *testing.T) []hard {
	all := []hard{
		{"every write of the store fails in turn", sweep},
		{"init killed at every call", sweepInit},
		{"the answer cannot be written", sweepOutput},
		{"a full disk under the store", fullDisk},
		{"a full disk under an export", fullDiskOutput},
		{"a full disk under an export of alerts", fullDiskExport},
		{"a full disk under a cursor", fullDiskCursor},
		{"a folder that may not be written", readOnlyFolder},
	}
	if howMuch(t).timingRuns > 0 {
		all = append(all, hard{"an unknown login takes the time of a known one", unknownLoginTakesTheSameTime})
	}
	return all
}
