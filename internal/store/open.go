package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ccgateway/internal/password"
)

// Store is an open installation. Its methods may be called from any goroutine.
type Store struct {
	log    *slog.Logger
	now    func() time.Time
	hasher *password.Hasher
	decoy  string // hash of a password that nobody has: what an unknown agent's is compared with

	write *sql.DB // one connection
	read  *sql.DB
	lock  *fileLock

	applying  sync.Mutex // one Apply at a time
	directory atomic.Pointer[directory]
	writer    *writer

	closing sync.Once
	closed  error // what Close returned
}

// Option changes how a store is opened.
type Option func(*options)

type options struct {
	now     func() time.Time
	measure func(file string) (time.Duration, error)
	queue   int
}

// MeasureRecordings gives the way to find the length of a recording that a crash left open. file is its path below the
// recordings' folder. Without it, or with an error, the recording is taken to have lasted until the program was last seen alive.
func MeasureRecordings(measure func(file string) (time.Duration, error)) Option {
	return func(o *options) { o.measure = measure }
}

// Clock replaces the wall clock.
func Clock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// ErrUnsupported says that the address names a database that this version does not speak to.
var ErrUnsupported = errors.New("not a database of this version: give a data folder for SQLite")

// Open opens the installation whose data folder is at, making it if it is not there, and brings its tables up to this version. What a crash
// left open is closed. Errors: ErrInUse when another process uses it, ErrNewer when a newer version of the program has, ErrUnsupported for the address
// of another database, and those of the file system.
func Open(ctx context.Context, at string, log *slog.Logger, with ...Option) (*Store, error) {
	if strings.Contains(at, "://") {
		return nil, fmt.Errorf("open store: %w", ErrUnsupported) // the address is not repeated: it may hold a password
	}
	o := options{now: time.Now, queue: queueSize}
	for _, option := range with {
		option(&o)
	}
	if err := os.MkdirAll(at, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	lock, err := lockFolder(at)
	if err != nil {
		return nil, err
	}
	s := &Store{log: log, now: o.now, hasher: password.NewHasher(0), lock: lock}
	if err := s.open(ctx, filepath.Join(at, fileName), o); err != nil {
		return nil, errors.Join(err, s.closeFiles())
	}
	return s, nil
}

// open does what Open does under the lock.
func (s *Store) open(ctx context.Context, path string, o options) (err error) {
	if s.write, s.read, err = openSQLite(path); err != nil {
		return err
	}
	if err := migrate(ctx, s.write); err != nil {
		return err
	}
	if err := s.closeOrphans(ctx, o.measure); err != nil {
		return fmt.Errorf("close what was left open: %w", err)
	}
	if s.decoy, err = s.hasher.Hash(ctx, randomText()); err != nil {
		return err
	}
	if err := s.look(ctx); err != nil {
		return err
	}
	s.writer, err = startWriter(ctx, s.write, s.log, s.now, o.queue)
	return err
}

// Close writes what is queued, until ctx ends, and closes the installation. What could not be written is lost, which the error and
// the log say. Facts that are carried afterwards are lost too. Closing again does nothing and gives the same answer.
func (s *Store) Close(ctx context.Context) error {
	s.closing.Do(func() {
		err := s.writer.stop(ctx)
		s.closed = errors.Join(err, s.closeFiles())
	})
	return s.closed
}

// closeFiles closes what has been opened. The lock goes last: until then the files are ours.
func (s *Store) closeFiles() error {
	var failed []error
	for _, db := range []*sql.DB{s.read, s.write} { // the last connection to close takes the WAL into the file: the one that may write
		if db != nil {
			failed = append(failed, db.Close())
		}
	}
	failed = append(failed, s.lock.release())
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}
