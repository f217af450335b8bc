package store

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"ccgateway/internal/config"
	"ccgateway/internal/pgtest"
)

// site is where an installation of a test lies.
type site struct {
	folder  string
	address config.Secret // of its PostgreSQL, "" = SQLite
}

// sites makes places for installations, each empty.
type sites func(t testing.TB) site

// onAll runs a test on all engines, beside other tests: much of their time is waiting for a disk.
func onAll(t *testing.T, test func(t *testing.T, place sites)) {
	t.Helper()
	t.Parallel()
	for name, place := range map[string]sites{"SQLite": onSQLite, "PostgreSQL": onPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, place)
		})
	}
}

func onSQLite(t testing.TB) site { return site{folder: t.TempDir()} }

func onPostgres(t testing.TB) site {
	return site{folder: t.TempDir(), address: config.Secret(pgtest.Address(t))}
}

// open opens the installation. It does not wait long for a lock.
func (w site) open(ctx context.Context, log *slog.Logger, with ...Option) (*Store, error) {
	hurry := func(o *options) { o.patient = 500 * time.Millisecond }
	return Open(ctx, w.folder, log, append([]Option{Database(w.address), hurry}, with...)...)
}

// refuse makes the database refuse statements ("BEFORE INSERT ON audit") for rows of a condition, until again is called.
func refuse(t *testing.T, s *Store, when, condition string) (again func()) {
	t.Helper()
	statements := map[bool][2][]string{
		false: {{"CREATE TRIGGER refuse " + when + " WHEN " + condition + " BEGIN SELECT RAISE(ABORT, 'refused'); END"}, {"DROP TRIGGER refuse"}},
		true: {
			{
				"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '23514'; END $$",
				"CREATE TRIGGER refuse " + when + " FOR EACH ROW WHEN (" + condition + ") EXECUTE FUNCTION refuse()",
			},
			{"DROP FUNCTION refuse() CASCADE"},
		},
	}[isPostgres(s)]
	run := func(all []string) {
		for _, statement := range all {
			if _, err := s.write.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	run(statements[0])
	return func() { run(statements[1]) }
}

func isPostgres(s *Store) bool {
	_, yes := s.engine.(postgres)
	return yes
}
