package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
)

// migrations are written for SQLite; engines put them in their own words.
//
//go:embed migrations/*.sql
var migrations embed.FS

// ErrNewer says that the tables were made by a newer version of the program, which may mean something else by them.
var ErrNewer = errors.New("the database was made by a newer version of ccgateway")

// migrate brings the tables up to this version, each step in a transaction.
func migrate(ctx context.Context, db *sql.DB, e engine) error {
	provider, err := newProvider(db, e)
	if err != nil {
		return err
	}
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read version of the tables: %w", err)
	}
	if current > target {
		return fmt.Errorf("%w: its tables have version %d, this one knows %d", ErrNewer, current, target)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bring tables up to date: %w", err)
	}
	return nil
}

func newProvider(db *sql.DB, e engine) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	provider, err := goose.NewProvider(e.dialect(), db, reworded{files, e.ddl}, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return provider, nil
}

// reworded is a folder whose files' texts are changed on the way.
type reworded struct {
	fs.FS
	words func(string) string
}

// Open opens a file or the folder.
func (r reworded) Open(name string) (fs.File, error) {
	file, err := r.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil || info.IsDir() {
		return file, err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return rewordedFile{file, strings.NewReader(r.words(string(text)))}, nil
}

// rewordedFile is a file with another text.
type rewordedFile struct {
	fs.File
	text *strings.Reader
}

// Read reads the new text.
func (f rewordedFile) Read(p []byte) (int, error) { return f.text.Read(p) }
