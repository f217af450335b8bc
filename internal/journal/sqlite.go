package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// FileName is the name of the journal's file in the data folder.
const FileName = "journal.db"

// Sync says when an append is on the disk.
type Sync int

// The ways to sync.
const (
	// SyncFull syncs each group of commands before it is answered: what was answered survives a power cut.
	SyncFull Sync = iota
	// SyncRelaxed leaves the time to the operating system: what was answered survives a crash of the program, and a power cut but for the
	// last seconds; the journal stays whole.
	SyncRelaxed
)

// ParseSync reads the configuration's word.
func ParseSync(word string) (Sync, error) {
	switch word {
	case "full":
		return SyncFull, nil
	case "relaxed":
		return SyncRelaxed, nil
	default:
		return 0, fmt.Errorf("journal sync %q is neither full nor relaxed", word)
	}
}

func (s Sync) pragma() string {
	if s == SyncRelaxed {
		return "NORMAL"
	}
	return "FULL"
}

// OpenSQLite opens the journal in a data folder, making it if it is not there. The caller sees to it that one process at a time does.
// node is this node's name. Errors wrap ErrNewer and those of database and file system.
func OpenSQLite(ctx context.Context, folder, node string, sync Sync) (*Journal, error) {
	path := filepath.Join(folder, FileName)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // SQLite would make it readable for all; its WAL takes this mode over
	if err != nil {
		return nil, fmt.Errorf("make journal: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("make journal: %w", err)
	}
	db, err := connect(path, "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous("+sync.pragma()+")"+
		"&_pragma=journal_size_limit(67108864)&_pragma=temp_store(MEMORY)&_txlock=immediate&_dqs=0")
	if err != nil {
		return nil, err
	}
	j, err := open(ctx, db, node, " WITHOUT ROWID")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open journal %s: %w", path, err), db.Close())
	}
	j.owns = true
	return j, nil
}

// ReadSQLite opens the journal in a data folder for reading alone, also beside a program that writes it. Only the reading methods work.
func ReadSQLite(ctx context.Context, folder string) (*Journal, error) {
	path := filepath.Join(folder, FileName)
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	options := "mode=ro&_pragma=busy_timeout(5000)&_pragma=query_only(1)&_dqs=0"
	if _, err := os.Stat(path + "-wal"); errors.Is(err, os.ErrNotExist) { // nobody writes it; it may lie where nothing can be written
		options += "&immutable=1"
	}
	db, err := connect(path, options)
	if err != nil {
		return nil, err
	}
	j := &Journal{db: db, owns: true}
	if err := j.check(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal %s: %w", path, err), db.Close())
	}
	return j, nil
}

// connect opens the file with one connection: the journal has one writer, and reads only at the start.
func connect(path, options string) (*sql.DB, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find journal: %w", err)
	}
	slashed := filepath.ToSlash(whole)
	if !strings.HasPrefix(slashed, "/") { // a drive letter
		slashed = "/" + slashed
	}
	db, err := sql.Open("sqlite", "file://"+(&url.URL{Path: slashed}).EscapedPath()+"?"+options)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	return db, nil
}
