package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// lockName is the name of the lock file in the data folder. It holds the number of the process that has the lock, for people.
const lockName = "ccgateway.lock"

// ErrInUse says that another process uses the installation.
var ErrInUse = errors.New("the installation is in use by another process")

// errHeld is what lockFile returns when somebody else has the lock.
var errHeld = errors.New("lock is held")

// fileLock is the right to use an installation. The system takes it back when the process ends, in whatever way.
type fileLock struct{ file *os.File }

// lockFolder takes the lock of a data folder.
func lockFolder(folder string) (*fileLock, error) {
	file, err := os.OpenFile(filepath.Join(folder, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock file: %w", err)
	}
	if err := lockFile(file); err != nil {
		owner := ownerOf(file)
		_ = file.Close() // nothing was written
		if errors.Is(err, errHeld) {
			return nil, fmt.Errorf("%w%s: %s", ErrInUse, owner, folder)
		}
		return nil, fmt.Errorf("lock data folder: %w", err)
	}
	l := &fileLock{file: file}
	if err := l.sign(); err != nil {
		return nil, errors.Join(fmt.Errorf("sign lock file: %w", err), l.release())
	}
	return l, nil
}

// sign writes our process number into the file.
func (l *fileLock) sign() error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// ownerOf says who signed the file: " (process 123)", or "" when nobody can tell.
func ownerOf(file *os.File) string {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, 20))
	if err != nil {
		return ""
	}
	if _, err := strconv.Atoi(strings.TrimSpace(string(text))); err != nil {
		return ""
	}
	return fmt.Sprintf(" (process %s)", strings.TrimSpace(string(text)))
}

// release gives the lock back. The file stays: removing it would let two processes lock two files of one name. Closing the file would not do: a
// process that is just being started has a copy of it until it begins to run.
func (l *fileLock) release() error { return errors.Join(unlockFile(l.file), l.file.Close()) }
