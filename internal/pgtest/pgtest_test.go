//go:build unix

package pgtest

import (
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if err := Stop(); err != nil {
		println(err.Error())
		code = 1
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			println(err.Error())
			code = 1
		}
	}
	os.Exit(code)
}

// TestServer: two tests do not see each other's tables, and data survive a crash of the server.
func TestServer(t *testing.T) {
	first, second := Address(t), Address(t)
	exec := func(address, statement string) error {
		conn, err := pgx.Connect(t.Context(), address)
		if err != nil {
			return err
		}
		defer conn.Close(t.Context()) //nolint:errcheck // the answer is there
		_, err = conn.Exec(t.Context(), statement)
		return err
	}
	if err := exec(first, "CREATE TABLE thing (n INT)"); err != nil {
		t.Fatal(err)
	}
	if exec(second, "SELECT * FROM thing") == nil {
		t.Error("a test sees another one's table")
	}
	if err := Shared(t).Halt(t.Context()); err != nil {
		t.Fatal(err)
	}
	if exec(first, "SELECT 1") == nil {
		t.Error("the server answers after its end")
	}
	if err := Shared(t).Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := exec(first, "SELECT * FROM thing"); err != nil {
		t.Errorf("the table is gone: %v", err)
	}
}
