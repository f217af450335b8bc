package journal

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"ccgateway/internal/config"
	"ccgateway/internal/pgtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := pgtest.Stop(); err != nil {
		println(err.Error())
		code = 1
	}
	os.Exit(code)
}

// site is where a journal lies: in the PostgreSQL of address, or else in folder.
type site struct {
	folder  string
	address config.Secret
}

func (s site) open(ctx context.Context, node string, sync Sync) (*Journal, error) {
	if s.address != "" {
		return OpenPostgres(ctx, s.address, node)
	}
	return OpenSQLite(ctx, s.folder, node, sync)
}

func (s site) read(ctx context.Context) (*Journal, error) {
	if s.address != "" {
		return ReadPostgres(ctx, s.address)
	}
	return ReadSQLite(ctx, s.folder)
}

// kind is a kind of database, with the way to an empty one.
type kind struct {
	name  string
	place func(t testing.TB) site
}

func sites() []kind {
	return []kind{
		{"SQLite", func(t testing.TB) site {
			folder := filepath.Join(t.TempDir(), "a folder with ?&#%")
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			return site{folder: folder}
		}},
		{"PostgreSQL", func(t testing.TB) site { return site{address: config.Secret(pgtest.Address(t))} }},
	}
}

// onBoth runs a test on both kinds of databases.
func onBoth(t *testing.T, test func(t *testing.T, at site)) {
	for _, at := range sites() {
		t.Run(at.name, func(t *testing.T) { test(t, at.place(t)) })
	}
}
