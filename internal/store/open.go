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

	"ccgateway/internal/config"
	"ccgateway/internal/password"
)

// Store is an open installation. Its methods may be called from any goroutine.
type Store struct {
	log    *slog.Logger
	now    func() time.Time
	hasher *password.Hasher
	decoy  string // what an unknown agent's password is compared with

	engine engine
	write  *sql.DB // one connection
	read   *sql.DB
	lock   *fileLock

	applying  sync.Mutex // one Apply at a time
	directory atomic.Pointer[directory]
	writer    *writer
	marks     marks

	closing sync.Once
	closed  error // what Close returned
}

// Option changes how a store is opened.
type Option func(*options)

type options struct {
	now     func() time.Time
	measure func(file string) (time.Duration, error)
	queue   int
	keep    bool
	address config.Secret // of a PostgreSQL; "" = SQLite
	patient time.Duration // see takeTime
}

// Database keeps the tables in the PostgreSQL with this address (postgres://...) instead of SQLite; "" is SQLite. The data folder
// is needed all the same. A search_path in the address names the schema, if it is not the user's own.
func Database(address config.Secret) Option { return func(o *options) { o.address = address } }

// KeepSessions leaves sessions open that a crash left so: a journal makes them again. See EndSessions.
func KeepSessions() Option { return func(o *options) { o.keep = true } }

// MeasureRecordings gives the way to find the length of a recording that a crash left open. file is its path below the
// recordings' folder. Without it, or with an error, the recording is taken to have lasted until the program was last seen alive.
func MeasureRecordings(measure func(file string) (time.Duration, error)) Option {
	return func(o *options) { o.measure = measure }
}

// Clock replaces the wall clock.
func Clock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// ErrNoFolder says that an address was given in place of the data folder.
var ErrNoFolder = errors.New("the data folder is an address; give a folder, and the address as database")

// Open opens the installation whose data folder is at, making it if it is not there, and brings its tables up to this version. What a crash
// left open is closed. Errors: ErrInUse when another process uses folder or database, ErrNewer when a newer version of the program has, those of the
// file system, and of a PostgreSQL that is not there. No error shows its password.
func Open(ctx context.Context, at string, log *slog.Logger, with ...Option) (*Store, error) {
	if strings.Contains(at, "://") {
		return nil, fmt.Errorf("open store: %w", ErrNoFolder) // the address is not repeated: it may hold a password
	}
	o := options{now: time.Now, queue: queueSize, patient: takeTime}
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
	s := &Store{log: log, now: o.now, hasher: password.NewHasher(0), decoy: password.Decoy(), lock: lock, engine: sqliteFile{path: filepath.Join(at, fileName)}}
	if o.address != "" {
		s.engine = postgres{address: o.address, patient: o.patient}
	}
	if err := s.open(ctx, o); err != nil {
		return nil, errors.Join(err, s.closeFiles(ctx))
	}
	return s, nil
}

// open does what Open does under the lock.
func (s *Store) open(ctx context.Context, o options) (err error) {
	if s.write, s.read, err = s.engine.open(); err != nil {
		return err
	}
	if err := s.engine.take(ctx, s.write); err != nil {
		return err
	}
	if err := migrate(ctx, s.write, s.engine); err != nil {
		return err
	}
	if err := s.closeOrphans(ctx, o); err != nil {
		return fmt.Errorf("close what was left open: %w", err)
	}
	if err := s.look(ctx); err != nil {
		return err
	}
	s.writer, err = startWriter(ctx, s, o.queue)
	return err
}

// Close writes what is queued, until ctx ends, and closes the installation. What could not be written is lost, which the error and
// the log say. Facts that are carried afterwards are lost too. Closing again does nothing and gives the same answer.
func (s *Store) Close(ctx context.Context) error {
	s.closing.Do(func() {
		err := s.writer.stop(ctx)
		s.closed = errors.Join(err, s.closeFiles(ctx))
	})
	return s.closed
}

// closeFiles closes what has been opened. The folder's lock goes last: until then the files are ours.
func (s *Store) closeFiles(ctx context.Context) error {
	var failed []error
	if s.write != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerTime)
		defer cancel()
		failed = append(failed, s.engine.release(ctx, s.write))
	}
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
