package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/pkg/postgres"
)

func explained(t *testing.T, err error, class postgres.Class, sentence string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	got, words := postgres.Explain(err)
	if got != class || !strings.Contains(words, sentence) {
		t.Errorf("%v is explained as %s: %s; want %s: … %s", err, got, words, class, sentence)
	}
	if strings.Contains(words, "\n") {
		t.Errorf("%q is more than one line", words)
	}
}

// TestUnreachable tries servers that are not there.
func TestUnreachable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	ask := func(s postgres.Settings) error {
		s.Database, s.User, s.MaxConnections = "x", "x", 1
		db := open(t, s)
		_, err := value[int32](t.Context(), db, "SELECT 1")
		return err
	}
	t.Run("something else listens", func(t *testing.T) {
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
				_ = conn.Close()
			}
		}()
		explained(t, ask(postgres.Settings{Host: "127.0.0.1", Port: port}), postgres.Unreachable, "check the host and port")
	})
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	t.Run("nothing listens", func(t *testing.T) {
		explained(t, ask(postgres.Settings{Host: "127.0.0.1", Port: port}), postgres.Unreachable, "check the host and port")
	})
	t.Run("nothing listens for TLS", func(t *testing.T) {
		explained(t, ask(postgres.Settings{Host: "127.0.0.1", Port: port, TLSMode: "verify-full"}), postgres.Unreachable, "check the host and port")
	})
	t.Run("unknown host", func(t *testing.T) {
		explained(t, ask(postgres.Settings{Host: "database.invalid", Port: 5432}), postgres.Unreachable, "the host database.invalid was not found")
	})
	t.Run("a proxy that does not reach it", func(t *testing.T) {
		s := postgres.Settings{Host: "database.invalid", Port: 5432, Dial: func(_ context.Context, network, address string) (net.Conn, error) {
			// The name is the proxy's to look up.
			if address != "database.invalid:5432" {
				t.Errorf("the proxy is asked for %s", address)
			}
			return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("no way")}
		}}
		explained(t, ask(s), postgres.Unreachable, "check the host and port")
	})
}

// TestRefusals makes the server refuse, each time for another reason.
func TestRefusals(t *testing.T) {
	url, schema := pgtest.Schema(t)
	conn := pgtest.Connect(t)
	name, password := pgtest.Role(t, conn, "CONNECTION LIMIT 1")
	execute := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	execute(fmt.Sprintf("CREATE TABLE %s.message (id int)", schema))
	execute(fmt.Sprintf("GRANT USAGE ON SCHEMA %s TO %s", schema, name))
	own := settings(t, url)
	own.User, own.Password = name, password
	db := open(t, own)
	fails := func(sql string, class postgres.Class, sentence string, args ...any) {
		t.Helper()
		err := db.Query(t.Context(), sql, args, func([]any) error { return nil })
		explained(t, err, class, sentence)
	}

	fails("SELECT id FROM "+schema+".message", postgres.Forbidden, "grant SELECT to the user")
	fails("SELECT id FROM "+schema+".nothing", postgres.Schema, "run the query again")
	fails("SELECT nothing FROM pg_class", postgres.Schema, "run the query again")
	fails("SELECT 'x' ~ $1::text", postgres.Input, "cannot read the regular expression", "(")
	fails("SELECT now() AT TIME ZONE $1::text", postgres.Input, "a value cannot be used", "Nowhere/City")
	fails("SELECT 1/0", postgres.Input, "a value cannot be used")
	fails("SELECT now()::int", postgres.Other, "cannot cast type timestamp with time zone to integer (42846)")

	t.Run("no connection free", func(t *testing.T) {
		// The pool of db keeps the only connection that the user may have.
		short := own
		short.Timeout = time.Second
		second := open(t, short)
		_, err := value[int32](t.Context(), second, "SELECT 1")
		explained(t, err, postgres.Overload, "max connections")
	})

	t.Run("no such database", func(t *testing.T) {
		s := settings(t, url)
		s.Database = "nothing_of_this_name"
		_, err := value[int32](t.Context(), open(t, s), "SELECT 1")
		explained(t, err, postgres.Refused, "check its name")
	})

	t.Run("locked", func(t *testing.T) {
		execute(fmt.Sprintf("GRANT SELECT ON %s.message TO %s", schema, name))
		tx, err := conn.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback(context.Background()) }()
		if _, err := tx.Exec(t.Context(), "LOCK TABLE "+schema+".message IN ACCESS EXCLUSIVE MODE"); err != nil {
			t.Fatal(err)
		}
		err = db.Read(t.Context(), func(_ context.Context, read pgx.Tx) error {
			// Five seconds would be long for a test.
			if _, err := read.Exec(t.Context(), "SET LOCAL lock_timeout = 50"); err != nil {
				return err
			}
			_, err := read.Exec(t.Context(), "SELECT id FROM "+schema+".message")
			return err
		})
		explained(t, err, postgres.Timeout, "locked")
	})

	t.Run("ended by the administrator", func(t *testing.T) {
		pid := must[int32](t, db, "SELECT pg_backend_pid()")
		done := make(chan error, 1)
		go func() {
			done <- db.Query(t.Context(), "SELECT pg_sleep(60)", nil, func([]any) error { return nil })
		}()
		within(t, 10*time.Second, "the query runs", func() bool {
			var n int
			if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND query LIKE '%pg_sleep%'", pid).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n == 1
		})
		execute(fmt.Sprintf("SELECT pg_terminate_backend(%d)", pid))
		explained(t, <-done, postgres.Unreachable, "try again")
		// The pool makes a new connection.
		must[int32](t, db, "SELECT 1")
	})
}

// TestPreparedStatements meets what a pooler before the server does to them.
func TestPreparedStatements(t *testing.T) {
	db := open(t, settings(t, pgtest.URL(t)))
	run := func(statements ...string) error {
		return db.Read(t.Context(), func(ctx context.Context, tx pgx.Tx) error {
			for _, sql := range statements {
				if _, err := tx.Exec(t.Context(), sql, pgx.QueryExecModeSimpleProtocol); err != nil {
					return err
				}
			}
			return nil
		})
	}
	explained(t, run("EXECUTE of_another_connection"), postgres.Other, `Disabled (exec)`)
	explained(t, run("PREPARE twice AS SELECT 1", "PREPARE twice AS SELECT 1"), postgres.Other, `Disabled (exec)`)
}

// TestRareRefusals are those that a test cannot have a server make.
func TestRareRefusals(t *testing.T) {
	for code, want := range map[string]struct {
		class    postgres.Class
		sentence string
	}{
		"53100": {postgres.Overload, "memory or disk"},
		"53200": {postgres.Overload, "memory or disk"},
		"57P03": {postgres.Unreachable, "starting up"},
		"08P01": {postgres.Other, `Disabled (exec)`},
		"XX000": {postgres.Other, "the error XX000"},
		"":      {postgres.Other, "without a code"},
	} {
		explained(t, fmt.Errorf("run: %w", &pgconn.PgError{Code: code, Message: "as it is"}), want.class, want.sentence)
	}
	explained(t, io.ErrUnexpectedEOF, postgres.Unreachable, "was lost")
	explained(t, fmt.Errorf("wait: %w", context.Canceled), postgres.Cancelled, "canceled")
	explained(t, fmt.Errorf("wait: %w", context.DeadlineExceeded), postgres.Timeout, "too long")
}
