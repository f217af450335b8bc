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
	"testing"
	"time"

	"ccgateway/internal/config"
	"ccgateway/internal/pgtest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if folder := os.Getenv(childFolder); folder != "" {
		beChild(site{folder: folder, address: config.Secret(os.Getenv(childAddress))})
		return
	}
	os.Exit(runTests(m))
}

// runTests runs the tests, ends their PostgreSQL and looks for goroutines that were left behind.
func runTests(m *testing.M) int {
	code := m.Run()
	err := pgtest.Stop()
	if code == 0 {
		err = errors.Join(err, goleak.Find())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return max(code, 1)
	}
	return code
}

// start is the time at which tests begin.
var start = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)

// stoppedClock is a clock that tests move.
type stoppedClock struct{ now time.Time }

func (c *stoppedClock) Now() time.Time { return c.now }

// mustOpen opens an installation and closes it at the test's end.
func mustOpen(t testing.TB, where site, with ...Option) *Store {
	t.Helper()
	s, err := where.open(t.Context(), slog.New(slog.DiscardHandler), with...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, s) })
	return s
}

func mustClose(t testing.TB, s *Store) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		t.Errorf("close: %v", err)
	}
}

func mustParse(t testing.TB, src string) *config.Config {
	t.Helper()
	cfg, err := config.Parse("test.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func mustApply(t testing.TB, s *Store, src string) Changes {
	t.Helper()
	changes, err := s.Apply(t.Context(), mustParse(t, src), "tester")
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

func TestOpen_Again(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a b%#?", "data") // characters that mean something in an address
	s := mustOpen(t, site{folder: folder})
	mustApply(t, s, sample)
	mustClose(t, s)
	if _, err := os.Stat(filepath.Join(folder, fileName)); err != nil {
		t.Fatalf("the database is not where it belongs: %v", err)
	}
	s = mustOpen(t, site{folder: folder})
	centers, err := s.Centers(t.Context())
	if err != nil || len(centers) != 2 {
		t.Errorf("%d centers after opening again, %v", len(centers), err)
	}
}

func TestOpen_ForOwnEyes(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	s := mustOpen(t, site{folder: folder})
	mustApply(t, s, sample)
	for _, path := range []string{folder, filepath.Join(folder, fileName), filepath.Join(folder, fileName+"-wal"), filepath.Join(folder, lockName)} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("others can reach %s: %v", path, mode)
		}
	}
}

func TestOpen_Pragmas(t *testing.T) {
	s := mustOpen(t, onSQLite(t))
	for db, wants := range map[*sql.DB]map[string]string{
		s.write: {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "query_only": "0"},
		s.read:  {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "query_only": "1"},
	} {
		for pragma, want := range wants {
			var got string
			if err := db.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s is %q (%v), want %q", pragma, got, err, want)
			}
		}
	}
	if _, err := s.read.ExecContext(t.Context(), `DELETE FROM setting`); err == nil {
		t.Error("a reading connection can write")
	}
}

func TestOpen_OtherDatabase(t *testing.T) {
	_, err := Open(t.Context(), "postgres://user:secret@host/db", slog.New(slog.DiscardHandler))
	if !errors.Is(err, ErrNoFolder) || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestOpen_NoDatabase(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, fileName), []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), folder, slog.New(slog.DiscardHandler)); err == nil {
		t.Fatal("opened")
	}
	if err := os.Remove(filepath.Join(folder, fileName)); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, site{folder: folder}) // the lock was given back
}

func TestMigrate_UpAgainAndDown(t *testing.T) { onAll(t, testMigrateUpAgainAndDown) }

func testMigrateUpAgainAndDown(t *testing.T, place sites) {
	s := mustOpen(t, place(t))
	before := schema(t, s)
	if err := migrate(t.Context(), s.write, s.engine); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, schema(t, s)); diff != "" {
		t.Errorf("migrating again changed the schema: %s", diff)
	}
	provider, err := newProvider(s.write, s.engine)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.writer.closeStatements(); err != nil {
		t.Fatal(err)
	}
	if _, err := provider.DownTo(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	for _, left := range schema(t, s) {
		if !strings.Contains(left, "goose_db_version") { // goose's own table
			t.Errorf("left after migrating down: %s", left)
		}
	}
	if err := migrate(t.Context(), s.write, s.engine); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, schema(t, s)); diff != "" {
		t.Errorf("migrating down and up changed the schema: %s", diff)
	}
}

func TestMigrate_Newer(t *testing.T) { onAll(t, testMigrateNewer) }

func testMigrateNewer(t *testing.T, place sites) {
	where := place(t)
	s := mustOpen(t, where)
	if _, err := s.write.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)`); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	if _, err := where.open(t.Context(), slog.New(slog.DiscardHandler)); !errors.Is(err, ErrNewer) {
		t.Errorf("got %v", err)
	}
}

// schema lists tables, indices and constraints.
func schema(t *testing.T, s *Store) []string {
	t.Helper()
	query := `SELECT name || ': ' || sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name`
	if isPostgres(s) {
		query = `SELECT table_name || '.' || column_name || ': ' || data_type || is_nullable || COALESCE(column_default, '') FROM information_schema.columns
			WHERE table_schema = current_schema() UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
			UNION ALL SELECT conrelid::regclass || ': ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = current_schema()::regnamespace ORDER BY 1`
	}
	all, err := collect(t.Context(), s.write, query, nil,
		func(s *string) []any { return []any{s} })
	if err != nil {
		t.Fatal(err)
	}
	return all
}
