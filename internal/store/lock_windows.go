package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockOffset lies beyond what is ever written, since Windows forbids others to read what is locked, and they want to read the owner.
const lockOffset = 1 << 30

// lockFile takes the lock of an open file without waiting.
func lockFile(file *os.File) error {
	err := windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0,
		&windows.Overlapped{Offset: lockOffset})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errHeld
	}
	return err
}

// unlockFile leaves it to the closing of the file, which gives the lock back.
func unlockFile(*os.File) error { return nil }
