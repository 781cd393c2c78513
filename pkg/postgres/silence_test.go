package postgres_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/pkg/postgres"
)

// proxied are the settings of the test server by way of a proxy.
func proxied(t *testing.T, timeout time.Duration, connections int) (*pgtest.Proxy, postgres.Settings) {
	t.Helper()
	proxy := pgtest.NewProxy(t)
	s := settings(t, proxy.URL(t))
	s.Timeout, s.MaxConnections = timeout, connections
	return proxy, s
}

// ends fails the test where the function takes longer than the limit.
func ends(t *testing.T, limit time.Duration, f func() error) error {
	t.Helper()
	done := make(chan error, 1)
	begin := time.Now()
	go func() { done <- f() }()
	select {
	case err := <-done:
		t.Logf("after %s: %v", time.Since(begin).Round(time.Millisecond), err)
		return err
	case <-time.After(limit):
		t.Fatalf("still waiting after %s", limit)
		return nil
	}
}

func one(db *postgres.DB) func() error {
	return func() error {
		_, err := value[int32](context.Background(), db, "SELECT 1")
		return err
	}
}

// TestSilence lets the network fall silent at each step of a query.
func TestSilence(t *testing.T) {
	t.Parallel()
	// Beyond the timeout of a second: grace, cancel request and rollback.
	const most = 12 * time.Second
	for name, c := range map[string]struct {
		class   postgres.Class
		silence func(t *testing.T, proxy *pgtest.Proxy, db *postgres.DB) func() error
	}{
		"connect": {postgres.Unreachable, func(_ *testing.T, proxy *pgtest.Proxy, db *postgres.DB) func() error {
			proxy.Silence()
			return one(db)
		}},
		"begin, on a connection of the pool": {postgres.Unreachable, func(t *testing.T, proxy *pgtest.Proxy, db *postgres.DB) func() error {
			must[int32](t, db, "SELECT 1")
			proxy.Silence()
			return one(db)
		}},
		"query": {postgres.Timeout, func(t *testing.T, proxy *pgtest.Proxy, db *postgres.DB) func() error {
			return func() error {
				return db.Read(context.Background(), func(ctx context.Context, tx pgx.Tx) error {
					proxy.Silence()
					_, err := tx.Exec(ctx, "SELECT 1")
					return err
				})
			}
		}},
		"rows": {postgres.Timeout, func(t *testing.T, proxy *pgtest.Proxy, db *postgres.DB) func() error {
			rows := 0
			return func() error {
				return db.Query(context.Background(), "SELECT repeat('x', 1000), generate_series(1, 1000000)", nil, func([]any) error {
					if rows++; rows == 1000 {
						proxy.Silence()
					}
					return nil
				})
			}
		}},
		"rows that nobody wants": {postgres.Other, func(t *testing.T, proxy *pgtest.Proxy, db *postgres.DB) func() error {
			return func() error {
				err := db.Query(context.Background(), "SELECT repeat('x', 1000), generate_series(1, 1000000)", nil, func([]any) error {
					proxy.Silence()
					return errors.New("enough")
				})
				return err
			}
		}},
		"rollback": {"", func(t *testing.T, proxy *pgtest.Proxy, db *postgres.DB) func() error {
			return func() error {
				return db.Read(context.Background(), func(ctx context.Context, tx pgx.Tx) error {
					_, err := tx.Exec(ctx, "SELECT 1")
					proxy.Silence()
					return err
				})
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy, s := proxied(t, time.Second, 1)
			db := open(t, s)
			err := ends(t, most, c.silence(t, proxy, db))
			switch {
			case c.class == "" && err != nil:
				t.Errorf("error %v, want none: the answer was there", err)
			case c.class != "":
				if class, words := postgres.Explain(err); class != c.class {
					t.Errorf("%v is explained as %s: %s; want %s", err, class, words, c.class)
				}
			}
			// The only place of the pool is free again, and a new connection works.
			proxy.Restore()
			if err := ends(t, 3*time.Second, one(db)); err != nil {
				t.Errorf("after the silence: %v", err)
			}
		})
	}
}

// TestSilentPool leaves ten idle connections behind: the next query waits for one
// of them, not for all.
func TestSilentPool(t *testing.T) {
	t.Parallel()
	proxy, s := proxied(t, 30*time.Second, 10)
	db := open(t, s)
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			_, _ = value[string](context.Background(), db, "SELECT pg_sleep(0.3)::text")
		})
	}
	group.Wait()
	proxy.Silence()
	proxy.Restore()
	if err := ends(t, 8*time.Second, one(db)); err != nil {
		t.Error(err)
	}
	if err := ends(t, time.Second, one(db)); err != nil {
		t.Error(err)
	}
}

// TestCutPool closes the idle connections: nobody notices.
func TestCutPool(t *testing.T) {
	proxy, s := proxied(t, 30*time.Second, 3)
	db := open(t, s)
	for range 3 {
		must[int32](t, db, "SELECT 1")
		proxy.Cut()
		if err := ends(t, 2*time.Second, one(db)); err != nil {
			t.Error(err)
		}
	}
}

// TestCancelInSilence leaves a query while the network is silent.
func TestCancelInSilence(t *testing.T) {
	t.Parallel()
	proxy, s := proxied(t, time.Minute, 1)
	db := open(t, s)
	must[int32](t, db, "SELECT 1")
	ctx, cancel := context.WithCancel(t.Context())
	err := ends(t, 6*time.Second, func() error {
		return db.Query(ctx, "SELECT generate_series(1, 3)", nil, func([]any) error {
			proxy.Silence()
			cancel()
			return ctx.Err()
		})
	})
	if class, _ := postgres.Explain(err); class != postgres.Cancelled {
		t.Errorf("%v", err)
	}
	proxy.Restore()
	if err := ends(t, 3*time.Second, one(db)); err != nil {
		t.Error(err)
	}
}

// TestSlowNetwork is no silence: what arrives within the timeout is an answer.
func TestSlowNetwork(t *testing.T) {
	t.Parallel()
	proxy, s := proxied(t, 5*time.Second, 1)
	proxy.Slow(150 * time.Millisecond)
	if err := ends(t, 10*time.Second, one(open(t, s))); err != nil {
		t.Error(err)
	}
}

// TestConnectionLimit asks more at once than the server lets in, though the pool
// would: all wait for each other, none fails.
func TestConnectionLimit(t *testing.T) {
	t.Parallel()
	conn := pgtest.Connect(t)
	name, password := pgtest.Role(t, conn, "CONNECTION LIMIT 2")
	s := settings(t, pgtest.URL(t))
	s.User, s.Password, s.MaxConnections = name, password, 10
	db := open(t, s)
	errs := make(chan error)
	for range 12 {
		go func() {
			_, err := value[string](context.Background(), db, "SELECT pg_sleep(0.2)::text")
			errs <- err
		}()
	}
	for range 12 {
		if err := <-errs; err != nil {
			t.Error(postgres.Explain(err))
		}
	}
}

// TestNoFreeConnection waits for a connection of the pool no longer than the timeout.
func TestNoFreeConnection(t *testing.T) {
	t.Parallel()
	s := settings(t, pgtest.URL(t))
	s.Timeout = time.Second
	db := open(t, s)
	release := make(chan struct{})
	held := make(chan struct{})
	go func() {
		_ = db.Read(context.Background(), func(context.Context, pgx.Tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	err := ends(t, 6*time.Second, one(db))
	explained(t, err, postgres.Overload, "all 1 connections of this data source were in use")
	close(release)
}
