package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// connectTime bounds the making of a connection where the address has no connect_timeout: a server on another continent needs less than
// a second, one that is gone should be told soon.
const connectTime = 5 * time.Second

// Settings of each connection that the address may override. The server notices within 25 s that our machine is gone, and gives up
// what its session holds, the installation's lock among it; the system's own time is two hours.
var defaults = map[string]string{
	"tcp_keepalives_idle":     "10",
	"tcp_keepalives_interval": "5",
	"tcp_keepalives_count":    "3",
}

// ErrAddress says that an address of a PostgreSQL cannot be read. It never repeats the address.
var ErrAddress = errors.New("not a good address of a PostgreSQL: postgres://user:password@host:5432/database?sslmode=verify-full")

// Postgres says which PostgreSQL to open, and how.
type Postgres struct {
	Address     string // postgres://user:password@host/database; all parameters of libpq's addresses
	Name        string // what the server's list of sessions says (application_name)
	Connections int    // at most
	// Reading connections cannot write, and a transaction sees one picture of all tables.
	Reading bool
	// OnConnect is called with each new connection; its error is that of whoever wanted the connection. nil = nothing is done.
	OnConnect func(ctx context.Context, conn *pgx.Conn) error
}

// IsPostgres tells whether an address is one of a PostgreSQL, good or not.
func IsPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// Open makes the pool. The error is ErrAddress; whether the server answers shows when a connection is first used.
func (p Postgres) Open() (*sql.DB, error) {
	config, err := p.config()
	if err != nil {
		return nil, err
	}
	var options []stdlib.OptionOpenDB
	if p.OnConnect != nil {
		options = append(options, stdlib.OptionAfterConnect(p.OnConnect))
	}
	db := stdlib.OpenDB(*config, options...)
	db.SetMaxOpenConns(p.Connections)
	db.SetMaxIdleConns(p.Connections)
	return db, nil
}

func (p Postgres) config() (*pgx.ConnConfig, error) {
	if !IsPostgres(p.Address) {
		return nil, ErrAddress
	}
	config, err := pgx.ParseConfig(p.Address)
	if err != nil {
		return nil, ErrAddress // err may show a part of the password (its own words on that: "best effort")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTime
	}
	set := func(name, value string) {
		if _, given := config.RuntimeParams[name]; !given {
			config.RuntimeParams[name] = value
		}
	}
	for name, value := range defaults {
		set(name, value)
	}
	set("application_name", fmt.Sprintf("%s process %d", p.Name, os.Getpid()))
	if p.Reading {
		config.RuntimeParams["default_transaction_read_only"] = "on"
		config.RuntimeParams["default_transaction_isolation"] = "repeatable read"
	}
	return config, nil
}

// Describe names the database of an address for logs and errors: "host:5432/name", without user, password and parameters.
func Describe(address string) string {
	config, err := Postgres{Address: address}.config()
	if err != nil {
		return "PostgreSQL"
	}
	return fmt.Sprintf("PostgreSQL %s:%d/%s", config.Host, config.Port, config.Database)
}
