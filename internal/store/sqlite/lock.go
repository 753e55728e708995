package sqlite

import (
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
)

// LockByDescription lets the engine's locks on a store's file belong to the open
// file and no longer to the process. A process loses all locks of its own on a
// file whenever any part of it closes any descriptor of that file; one that runs
// for months holds on to them this way. It counts for the whole process and must
// come before the first store is opened. Where the system has no such locks
// (other than Linux, some network file systems), the others stay.
func LockByDescription() error {
	_, err := driver.OFDLocking(true)
	if err == nil || errors.Is(err, driver.ErrOFDLockingUnavailable) {
		return nil
	}
	return fmt.Errorf("lock stores by open file: %w", err)
}
