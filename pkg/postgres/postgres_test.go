package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/pkg/postgres"
)

// settings are those of the shared server, with one connection.
func settings(t testing.TB, url string) postgres.Settings {
	t.Helper()
	s, err := postgres.SettingsFromURL(url)
	if err != nil {
		t.Fatal(err)
	}
	s.MaxConnections, s.Timeout = 1, 30*time.Second
	return s
}

func open(t testing.TB, s postgres.Settings) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// value runs a statement that yields one value.
func value[T any](ctx context.Context, db *postgres.DB, sql string, args ...any) (v T, err error) {
	err = db.Query(ctx, sql, args, func(values []any) error {
		var ok bool
		if v, ok = values[0].(T); !ok {
			return fmt.Errorf("%s is a %T", sql, values[0])
		}
		return nil
	})
	return v, err
}

func must[T any](t testing.TB, db *postgres.DB, sql string, args ...any) T {
	t.Helper()
	v, err := value[T](t.Context(), db, sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// TestNothingIsWritten tries to write as a superuser.
func TestNothingIsWritten(t *testing.T) {
	url, schema := pgtest.Schema(t)
	conn := pgtest.Connect(t)
	if _, err := conn.Exec(t.Context(), fmt.Sprintf("CREATE TABLE %[1]s.message (id int); CREATE SEQUENCE %[1]s.number", schema)); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []string{"cache_statement", "exec", "simple_protocol"} {
		s := settings(t, url)
		s.ExecMode = mode
		db := open(t, s)
		if got := must[string](t, db, "SHOW transaction_read_only"); got != "on" {
			t.Errorf("%s: transaction_read_only is %s", mode, got)
		}
		if got := must[string](t, db, "SHOW transaction_isolation"); got != "repeatable read" {
			t.Errorf("%s: transaction_isolation is %s", mode, got)
		}
		for _, sql := range []string{
			"INSERT INTO %s.message VALUES (1)",
			"UPDATE %s.message SET id = 1",
			"DELETE FROM %s.message",
			"WITH gone AS (DELETE FROM %s.message RETURNING id) SELECT count(*) FROM gone",
			"TRUNCATE %s.message",
			"DROP TABLE %s.message",
			"CREATE TABLE %s.other (id int)",
			"SELECT nextval('%s.number')",
			"SELECT 1 FROM %s.message FOR UPDATE",
			"COMMENT ON TABLE %s.message IS 'x'",
		} {
			err := db.Query(t.Context(), fmt.Sprintf(sql, schema), nil, func([]any) error { return nil })
			var pg *pgconn.PgError
			if !errors.As(err, &pg) || pg.Code != "25006" { // read_only_sql_transaction
				t.Errorf("%s: %s: %v, want a refusal", mode, sql, err)
			}
		}
		// Nor can a transaction that has begun be made one that writes.
		err := db.Read(t.Context(), func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), "SET TRANSACTION READ WRITE")
			return err
		})
		if err == nil {
			t.Errorf("%s: the transaction may be made one that writes", mode)
		}
	}
}

// TestCancelledQueryIsGone cancels a long query and wants it gone from the server
// within a second, and the connection to serve on.
func TestCancelledQueryIsGone(t *testing.T) {
	watcher := pgtest.Connect(t)
	db := open(t, settings(t, pgtest.URL(t)))
	pid := must[int32](t, db, "SELECT pg_backend_pid()")
	running := func() (n int) {
		t.Helper()
		if err := watcher.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND query LIKE '%pg_sleep%'", pid).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- db.Query(ctx, "SELECT pg_sleep(60)", nil, func([]any) error { return nil }) }()
	within(t, 10*time.Second, "the query runs", func() bool { return running() == 1 })
	cancel()
	within(t, time.Second, "the query is gone", func() bool { return running() == 0 })
	err := <-done
	if class, sentence := postgres.Explain(err); class != postgres.Cancelled || sentence != "the query was canceled" {
		t.Errorf("%v is explained as %s: %s", err, class, sentence)
	}
	if now := must[int32](t, db, "SELECT pg_backend_pid()"); now != pid {
		t.Error("the connection was closed with the query")
	}
}

// TestNobodyWaits asks with a context that is over.
func TestNobodyWaits(t *testing.T) {
	db := open(t, settings(t, pgtest.URL(t)))
	pid := must[int32](t, db, "SELECT pg_backend_pid()")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := value[int32](ctx, db, "SELECT 1")
	if class, _ := postgres.Explain(err); class != postgres.Cancelled {
		t.Errorf("%v is explained as %s", err, class)
	}
	if now := must[int32](t, db, "SELECT pg_backend_pid()"); now != pid {
		t.Error("the connection was closed")
	}
}

// TestRowsThatNobodyWants ends a long answer in its middle.
func TestRowsThatNobodyWants(t *testing.T) {
	db := open(t, settings(t, pgtest.URL(t)))
	pid := must[int32](t, db, "SELECT pg_backend_pid()")
	enough := errors.New("enough")
	rows := 0
	begin := time.Now()
	err := db.Query(t.Context(), "SELECT generate_series(1, 20000000), repeat('x', 1000)", nil, func([]any) error {
		if rows++; rows == 10 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Errorf("error = %v, want the caller's own", err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %s to stop", took)
	}
	if now := must[int32](t, db, "SELECT pg_backend_pid()"); now != pid {
		t.Error("the connection was closed")
	}
}

// TestTimeout wants a statement to be ended by its bound.
func TestTimeout(t *testing.T) {
	s := settings(t, pgtest.URL(t))
	s.Timeout = 100 * time.Millisecond
	db := open(t, s)
	pid := must[int32](t, db, "SELECT pg_backend_pid()")
	err := db.Query(t.Context(), "SELECT pg_sleep(60)", nil, func([]any) error { return nil })
	class, sentence := postgres.Explain(err)
	if class != postgres.Timeout || !strings.Contains(sentence, "choose a shorter time range") {
		t.Errorf("%v is explained as %s: %s", err, class, sentence)
	}
	if now := must[int32](t, db, "SELECT pg_backend_pid()"); now != pid {
		t.Error("the connection was closed with the query")
	}
}

// TestDeadline ends the query by the caller's own deadline.
func TestDeadline(t *testing.T) {
	db := open(t, settings(t, pgtest.URL(t)))
	must[int32](t, db, "SELECT 1")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err := db.Query(ctx, "SELECT pg_sleep(60)", nil, func([]any) error { return nil })
	if class, sentence := postgres.Explain(err); class != postgres.Timeout {
		t.Errorf("%v is explained as %s: %s", err, class, sentence)
	}
}

// TestMaxConnections asks more at once than there may be connections.
func TestMaxConnections(t *testing.T) {
	s := settings(t, pgtest.URL(t))
	s.MaxConnections = 2
	db := open(t, s)
	var now, most atomic.Int32
	errs := make(chan error)
	for range 6 {
		go func() {
			errs <- db.Read(t.Context(), func(ctx context.Context, tx pgx.Tx) error {
				if n := now.Add(1); n > most.Load() {
					most.Store(n)
				}
				defer now.Add(-1)
				_, err := tx.Exec(t.Context(), "SELECT pg_sleep(0.05)")
				return err
			})
		}()
	}
	for range 6 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if most.Load() > 2 {
		t.Errorf("%d connections at once, want 2 at most", most.Load())
	}
}

// TestSessionOfTheServer wants answers that do not hang on what the server or the
// user's role has set.
func TestSessionOfTheServer(t *testing.T) {
	url := pgtest.URL(t)
	conn := pgtest.Connect(t)
	name, password := pgtest.Role(t, conn, "")
	for _, setting := range []string{"timezone = 'America/Bogota'", "datestyle = 'German, DMY'", "intervalstyle = 'sql_standard'", "extra_float_digits = -5"} {
		if _, err := conn.Exec(t.Context(), fmt.Sprintf("ALTER ROLE %s SET %s", name, setting)); err != nil {
			t.Fatal(err)
		}
	}
	for _, mode := range []string{"cache_statement", "exec", "simple_protocol"} {
		s := settings(t, url)
		s.User, s.Password, s.ExecMode = name, password, mode
		db := open(t, s)
		at := time.Date(2026, 11, 2, 3, 4, 5, 678901000, time.UTC)
		// A text that names no zone is UTC, as any naive timestamp is.
		if got := must[time.Time](t, db, "SELECT '2026-11-02 03:04:05.678901'::text::timestamptz"); !got.Equal(at) {
			t.Errorf("%s: a naive text is %s, want %s", mode, got, at)
		}
		if got := must[time.Time](t, db, "SELECT $1::timestamptz", at); !got.Equal(at) {
			t.Errorf("%s: %s comes back as %s", mode, at, got)
		}
		if got := must[float64](t, db, "SELECT $1::float8", 1.0/3); got != 1.0/3 {
			t.Errorf("%s: 1/3 comes back as %v", mode, got)
		}
		if got := must[string](t, db, "SELECT ('2026-11-02'::date)::text"); got != "2026-11-02" {
			t.Errorf("%s: a date is written %s", mode, got)
		}
	}
}

func within(t *testing.T, limit time.Duration, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", limit, what)
		}
	}
}

// TestEnvironment wants the settings alone to count, not what the environment of
// Grafana's process holds for other programs.
func TestEnvironment(t *testing.T) {
	s := settings(t, pgtest.URL(t))
	for name, value := range map[string]string{
		"PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/nowhere/root.crt", "PGHOST": "database.invalid", "PGPORT": "1", "PGDATABASE": "nothing",
		"PGUSER": "nobody", "PGPASSWORD": "guess", "PGOPTIONS": "-c statement_timeout=1", "PGAPPNAME": "other", "PGTARGETSESSIONATTRS": "standby",
		"PGCONNECT_TIMEOUT": "0", "PGPASSFILE": "/nowhere/pgpass", "PGREQUIREAUTH": "oauth", "PGCHANNELBINDING": "require",
	} {
		t.Setenv(name, value)
	}
	if got := must[string](t, open(t, s), "SHOW application_name"); got != "parley" {
		t.Errorf("application_name is %q", got)
	}
	for name, value := range map[string]string{"PGSSLMODE": "nonsense", "PGPORT": "nonsense", "PGTARGETSESSIONATTRS": "nonsense"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			must[int32](t, open(t, s), "SELECT 1")
		})
	}
}

// TestSettingsFromURL reads the addresses that people write.
func TestSettingsFromURL(t *testing.T) {
	for address, want := range map[string]postgres.Settings{
		"postgres://reader:a%40b@db.example:6432/chat":                    {Host: "db.example", Port: 6432, Database: "chat", User: "reader", Password: "a@b", TLSMode: "prefer"},
		"postgresql://reader@db.example/chat?sslmode=disable":             {Host: "db.example", Port: 5432, Database: "chat", User: "reader", TLSMode: "disable"},
		"postgres://reader@db.example/chat?sslmode=require":               {Host: "db.example", Port: 5432, Database: "chat", User: "reader", TLSMode: "require"},
		"postgres://reader@db.example/chat?sslmode=verify-full":           {Host: "db.example", Port: 5432, Database: "chat", User: "reader", TLSMode: "verify-full"},
		"host=db.example port=6432 dbname=chat user=reader sslmode=allow": {Host: "db.example", Port: 6432, Database: "chat", User: "reader", TLSMode: "prefer"},
		"host=db.example dbname=chat user=reader sslmode=verify-ca":       {Host: "db.example", Port: 5432, Database: "chat", User: "reader", TLSMode: "verify-ca"},
		"postgres://reader@[::1]:6432/chat":                               {Host: "::1", Port: 6432, Database: "chat", User: "reader", TLSMode: "prefer"},
	} {
		got, err := postgres.SettingsFromURL(address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		for what, pair := range map[string][2]any{
			"host": {got.Host, want.Host}, "port": {got.Port, want.Port}, "database": {got.Database, want.Database},
			"user": {got.User, want.User}, "password": {got.Password, want.Password}, "TLS mode": {got.TLSMode, want.TLSMode},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s: the %s is %v, want %v", address, what, pair[0], pair[1])
			}
		}
	}
	_, err := postgres.SettingsFromURL("postgres://reader:secret@db.example:port/chat")
	if err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v, want one line without the password", err)
	}
}

// TestEachPlanIsItsOwn wants every statement to be planned for its arguments,
// however often it has run.
func TestEachPlanIsItsOwn(t *testing.T) {
	db := open(t, settings(t, pgtest.URL(t)))
	for range 10 {
		must[int64](t, db, "SELECT count(*) FROM pg_class WHERE oid > $1::oid", uint32(100))
	}
	if generic := must[int64](t, db, "SELECT sum(generic_plans)::bigint FROM pg_prepared_statements WHERE statement LIKE 'SELECT count%'"); generic > 0 {
		t.Errorf("%d of the plans serve any argument", generic)
	}
}
