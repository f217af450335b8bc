//go:build unix

package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Times within which the server has to be there and gone. They are long, for machines that are busy with other tests.
const (
	startTime = 60 * time.Second
	stopTime  = 20 * time.Second
	lookEvery = 50 * time.Millisecond
)

// ErrMissing says that PostgreSQL's server programs are not installed.
var ErrMissing = errors.New("pgtest: the server programs initdb and postgres are not installed (Debian: apt-get install postgresql)")

// Role is the user of all databases. Any password is taken for it.
const Role = "ccgateway"

// Server is a PostgreSQL of ours.
type Server struct {
	programs string // folder of initdb and postgres
	folder   string
	owner    *syscall.Credential // nil = us; the server does not run as root

	life  io.Closer     // closing it ends the server
	done  chan struct{} // closed when it has ended
	ended error         // how; valid after done
}

// New makes a server's folder and starts it.
func New(ctx context.Context) (*Server, error) {
	programs, err := findPrograms()
	if err != nil {
		return nil, err
	}
	s := &Server{programs: programs}
	if s.owner, err = owner(); err != nil {
		return nil, err
	}
	if s.folder, err = os.MkdirTemp("/tmp", "ccgateway-pg-"); err != nil { // TMPDIR may be too long for a socket's path
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	if err := s.make(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.folder))
	}
	if err := s.Start(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// findPrograms finds the newest installed version.
func findPrograms() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres") // the pattern is good
	slices.SortFunc(found, func(a, b string) int { return versionOf(a) - versionOf(b) })
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	path, err := exec.LookPath("postgres")
	if err != nil {
		return "", ErrMissing
	}
	return filepath.Dir(path), nil
}

// versionOf reads the version in /usr/lib/postgresql/<version>/bin/postgres.
func versionOf(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // 0 for what is no number
	return n
}

// owner finds whom to run as: PostgreSQL refuses root.
func owner() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		return nil, fmt.Errorf("pgtest: find somebody to run the server as: %w", err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("pgtest: find somebody to run the server as: %w", err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// make makes the database cluster.
func (s *Server) make(ctx context.Context) error {
	if s.owner != nil {
		if err := os.Chown(s.folder, int(s.owner.Uid), int(s.owner.Gid)); err != nil {
			return fmt.Errorf("pgtest: %w", err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	initdb := s.command(ctx, filepath.Join(s.programs, "initdb"), "--pgdata", s.data(), "--username", Role, "--auth", "trust", "--no-locale",
		"--encoding", "UTF8", "--no-sync", "--no-instructions")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("pgtest: initdb: %w: %s", err, out)
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

// command runs a program as the server's owner, in a process group of its own.
func (s *Server) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, program, args...)
	c.Dir = s.folder
	c.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + s.folder, "LC_ALL=C"}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.owner, Setpgid: true}
	return c
}

// guarded runs the server until its standard input ends, which it does at the latest when the tests' process does.
const guarded = `"$@" & server=$!
exec 3<&0
(cat <&3 >/dev/null; kill -INT $server 2>/dev/null) &
wait $server`

// Start starts the server after Halt, and waits until it answers.
func (s *Server) Start(ctx context.Context) error {
	log, err := os.OpenFile(filepath.Join(s.folder, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer log.Close() //nolint:errcheck // the server has its own
	run := s.command(context.WithoutCancel(ctx), "/bin/sh", "-c", guarded, "sh", filepath.Join(s.programs, "postgres"), "-D", s.data(), "-k", s.folder,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=50", "-c", "shared_buffers=16MB")
	run.Stdout, run.Stderr = log, log
	if s.life, err = run.StdinPipe(); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	if err := run.Start(); err != nil {
		return fmt.Errorf("pgtest: start server: %w", err)
	}
	done := make(chan struct{})
	s.done = done
	go func() {
		defer close(done)
		s.ended = run.Wait()
	}()
	if err := s.ready(ctx); err != nil {
		return errors.Join(err, s.Halt(ctx))
	}
	return nil
}

// ready waits until the server answers.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.address("postgres", nil))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.done:
			text, _ := os.ReadFile(filepath.Join(s.folder, "log"))
			return fmt.Errorf("pgtest: the server has ended: %w: %s", s.ended, text)
		case <-ctx.Done():
			return fmt.Errorf("pgtest: the server does not answer: %w", err)
		case <-ticker.C:
		}
	}
}

// Halt ends the server as a power cut does for those that are connected, without taking leave. Its data stay for Start.
func (s *Server) Halt(ctx context.Context) error {
	if s.life == nil {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err == nil {
		first, _, _ := strings.Cut(string(text), "\n")
		if pid, err := strconv.Atoi(first); err == nil && pid > 1 {
			_ = syscall.Kill(pid, syscall.SIGQUIT) // it may have ended by itself
		}
	}
	closed := s.life.Close() // ends it if nothing else did
	s.life = nil
	if errors.Is(closed, os.ErrClosed) { // by Wait, when the server was gone already
		closed = nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	select {
	case <-s.done: // how it ended does not matter
		return closed
	case <-ctx.Done():
		return errors.Join(closed, fmt.Errorf("pgtest: the server does not end: %w", ctx.Err()))
	}
}

// Close ends the server and removes its folder.
func (s *Server) Close() error {
	return errors.Join(s.Halt(context.Background()), os.RemoveAll(s.folder))
}

// address makes the address of a database. The password in it is taken by nobody: who sees it in a log has found a mistake.
func (s *Server) address(database string, parameters url.Values) string {
	query := url.Values{"host": {s.folder}, "sslmode": {"disable"}}
	for name, values := range parameters {
		query[name] = values
	}
	return (&url.URL{Scheme: "postgres", User: url.UserPassword(Role, Password), Path: "/" + database, RawQuery: query.Encode()}).String()
}

// Password stands in the addresses. It must never be seen in a log or an error.
const Password = "pg-s3cret-in-address"

// Schema makes an empty schema and gives the address by which it is used as if it were a database. drop removes it.
func (s *Server) Schema(ctx context.Context) (address string, drop func() error, err error) {
	name := "t" + strings.ToLower(rand.Text())
	if err := s.exec(ctx, "CREATE SCHEMA "+name); err != nil {
		return "", nil, err
	}
	drop = func() error { return s.exec(context.WithoutCancel(ctx), "DROP SCHEMA "+name+" CASCADE") }
	return s.address("postgres", url.Values{"search_path": {name}}), drop, nil
}

// exec runs a statement as the owner of everything.
func (s *Server) exec(ctx context.Context, statement string) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.address("postgres", nil))
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	_, err = conn.Exec(ctx, statement)
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		return fmt.Errorf("pgtest: %s: %w", statement, err)
	}
	return nil
}
