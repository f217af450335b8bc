package database

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// secret is a password that no error and no description may show.
const secret = "s3cr3t-w0rd"

func TestPostgres_Address(t *testing.T) {
	for address, good := range map[string]bool{
		"postgres://u:" + secret + "@db.example:5433/center":                        true,
		"postgresql://u:" + secret + "@[2001:db8::1]/center?sslmode=verify-full":    true,
		"postgres:///center?host=/run/postgresql&user=u&password=" + secret:         true,
		"postgres://u:" + secret + "@db.example:notaport/center":                    false,
		"postgres://u:" + secret + "@db.example/center?sslmode=sometimes":           false,
		"postgres://u:" + secret + "%zz@db.example/center":                          false,
		"host=db.example password=" + secret:                                        false,
		"mysql://u:" + secret + "@db.example/center":                                false,
		"postgres://u:" + secret + "@db.example/center?connect_timeout=" + secret:   false,
		"postgres://u:" + secret + "@db.example/center?sslrootcert=/none/" + secret: false,
		"": false,
	} {
		db, err := Postgres{Address: address, Name: "test", Connections: 1}.Open()
		if good != (err == nil) || err != nil && !errors.Is(err, ErrAddress) {
			t.Errorf("Open(%q): %v", address, err)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows the password: %v", err)
		}
		if db != nil {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
		if words := Describe(address); strings.Contains(words, secret) || words == "" {
			t.Errorf("Describe(%q) = %q", address, words)
		}
	}
	if got := Describe("postgres://u:" + secret + "@db.example:5433/center"); got != "PostgreSQL db.example:5433/center" {
		t.Error(got)
	}
}

// TestPostgres_Settings: ours are there, and the address has the last word but for what makes a reading pool a reading one.
func TestPostgres_Settings(t *testing.T) {
	p := Postgres{Address: "postgres://u@db/c?application_name=mine&connect_timeout=2&default_transaction_read_only=off&tcp_keepalives_idle=60", Reading: true}
	config, err := p.config()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"application_name": "mine", "tcp_keepalives_idle": "60", "tcp_keepalives_count": "3", "default_transaction_read_only": "on",
		"default_transaction_isolation": "repeatable read",
	} {
		if got := config.RuntimeParams[name]; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if config.ConnectTimeout != 2*time.Second {
		t.Errorf("connect_timeout is %v", config.ConnectTimeout)
	}
	config, err = Postgres{Address: "postgres://u@db/c", Name: "store"}.config()
	if err != nil || config.ConnectTimeout != connectTime || !strings.HasPrefix(config.RuntimeParams["application_name"], "store process ") ||
		config.RuntimeParams["default_transaction_read_only"] != "" {
		t.Errorf("%v, %v %v", err, config.ConnectTimeout, config.RuntimeParams)
	}
}

// TestPostgres_Nobody: what is said when no server answers names the place and not the password.
func TestPostgres_Nobody(t *testing.T) {
	db, err := Postgres{Address: "postgres://u:" + secret + "@127.0.0.1:1/center", Name: "test", Connections: 1}.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // nothing was opened
	err = db.PingContext(t.Context())
	if err == nil || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("got %v", err)
	}
}
