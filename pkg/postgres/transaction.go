package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Time limits of the client. The server has its own, but a network that goes
// silent carries neither its answers nor a cancel request.
const (
	defaultTimeout = 60 * time.Second
	// connectTimeout limits one attempt to connect: TCP, TLS and login.
	connectTimeout = 10 * time.Second
	// beginTimeout is how long a connection of the pool may take to begin a
	// transaction until a new connection is tried.
	beginTimeout = 5 * time.Second
	// grace is what a transaction gets beyond the timeout, so that the server's own
	// message usually comes first.
	grace = 2 * time.Second
	// cancelTimeout limits a cancel request, and rollbackTimeout the end of a
	// transaction. After that the connection is closed.
	cancelTimeout   = 2 * time.Second
	rollbackTimeout = 2 * time.Second
)

// session makes answers independent of what the server or the user's role has
// set: a text that names no zone is UTC, and the driver reads what is written.
// Compiling a query's expressions costs more than the reports gain by it, and a
// plan that serves any range and any filter, which PostgreSQL would make once a
// connection has seen a report five times, is a bad plan for each of them.
const session = `SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', '5000', true),
  set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true),
  set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, MDY', true), set_config('extra_float_digits', '1', true)`

// Read runs the function in one read-only transaction with a single view of the
// data. The function must use the context that it gets: it ends a little after the
// timeout, whether the server answers or not. A connection that does not answer is
// closed, and the next query opens another one.
func (db *DB) Read(ctx context.Context, f func(ctx context.Context, tx pgx.Tx) error) error {
	conn, tx, err := db.begin(ctx)
	if err != nil {
		return abandoned(ctx, err)
	}
	defer db.release(conn)
	limited, cancel := context.WithTimeout(ctx, db.timeout+grace)
	defer cancel()
	defer func() {
		// Where nobody waits any more, the transaction has to end all the same, or
		// the connection would be lost. There is nothing to commit.
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
		defer cancel()
		_ = tx.Rollback(end)
	}()
	if _, err := tx.Exec(limited, session, strconv.FormatInt(db.timeout.Milliseconds(), 10)); err != nil {
		return abandoned(ctx, db.silent(ctx, limited, err))
	}
	return abandoned(ctx, db.silent(ctx, limited, f(limited, tx)))
}

// silent marks an error that comes from the client's own time limit, and closes the
// idle connections, which use the same network.
func (db *DB) silent(ctx, limited context.Context, err error) error {
	if err == nil || ctx.Err() != nil || limited.Err() == nil {
		return err
	}
	db.closeIdle()
	return &timeoutError{step: stepQuery, after: db.timeout}
}

// begin takes a connection and begins a transaction. A connection of the pool that
// was cut off or is silent is closed, and a new one is tried once.
func (db *DB) begin(ctx context.Context) (*pgxpool.Conn, pgx.Tx, error) {
	waiting, cancel := context.WithTimeout(ctx, db.timeout+grace)
	defer cancel()
	for attempt := 0; ; attempt++ {
		conn, err := db.acquire(ctx, waiting)
		if err != nil {
			return nil, nil, err
		}
		starting, cancel := waiting, context.CancelFunc(func() {})
		if attempt == 0 {
			starting, cancel = context.WithTimeout(waiting, beginTimeout)
		}
		tx, err := conn.BeginTx(starting, pgx.TxOptions{AccessMode: pgx.ReadOnly, IsoLevel: pgx.RepeatableRead})
		late := starting.Err() != nil
		cancel()
		if err == nil {
			return conn, tx, nil
		}
		db.release(conn)
		if ctx.Err() != nil {
			return nil, nil, err
		}
		if attempt > 0 || !late && !isCutOff(err) {
			if late {
				err = &timeoutError{step: stepBegin, after: db.timeout}
			}
			return nil, nil, err
		}
		db.closeIdle()
	}
}

// isCutOff reports whether an error says that the connection no longer works: it
// was closed, or the server ended it.
func isCutOff(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return len(pg.Code) == 5 && pg.Code[:3] == "57P" || pg.Code == "25P03"
	}
	return true
}

// acquire takes a connection from the pool. Where the server lets no more in, it
// waits until another query of this pool ends, or tries again.
func (db *DB) acquire(ctx, waiting context.Context) (*pgxpool.Conn, error) {
	var full error
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		conn, err := db.pool.Acquire(waiting)
		var pg *pgconn.PgError
		switch {
		case err == nil:
			return conn, nil
		case ctx.Err() != nil:
			return nil, err
		case waiting.Err() != nil:
			return nil, db.noConnection(full)
		case !errors.As(err, &pg) || pg.Code != "53300":
			return nil, err
		}
		full = err
		again := time.NewTimer(pause)
		select {
		case <-waiting.Done():
		case <-again.C:
		case <-db.freed:
		}
		again.Stop()
	}
}

// noConnection says why there was no connection in time: the server has none free,
// the pool's are all in use, or the server does not answer.
func (db *DB) noConnection(full error) error {
	if full != nil {
		return full
	}
	if stat := db.pool.Stat(); stat.AcquiredConns() >= stat.MaxConns() {
		return &timeoutError{step: stepWait, after: db.timeout, connections: int(stat.MaxConns())}
	}
	return &timeoutError{step: stepConnect, after: db.timeout}
}

// release gives a connection back to the pool. One that is in no state to be used
// again leaves the pool at once: its place is free while it is being closed.
func (db *DB) release(conn *pgxpool.Conn) {
	pg := conn.Conn().PgConn()
	if pg.IsClosed() || pg.IsBusy() || pg.TxStatus() != 'I' {
		closeNow(conn)
	} else {
		conn.Release()
	}
	select {
	case db.freed <- struct{}{}:
	default:
	}
}

// closeIdle closes the connections that nobody uses.
func (db *DB) closeIdle() {
	for _, conn := range db.pool.AcquireAllIdle(context.Background()) {
		closeNow(conn)
	}
}

// closeNow takes a connection out of the pool and closes it. Where pgx closes it
// already, that includes a cancel request, and ends by itself.
func closeNow(conn *pgxpool.Conn) {
	closing := conn.Hijack()
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), rollbackTimeout)
		defer cancel()
		_ = closing.Close(ctx)
	}()
}

// The steps that have a time limit here.
type step int

const (
	stepConnect step = iota // open a connection
	stepWait                // wait for a free connection of the pool
	stepBegin               // begin a transaction
	stepQuery               // run statements and read rows
	stepExamine             // look at the tables, before the first query
)

// timeoutError says which step took longer than the client waits.
type timeoutError struct {
	step        step
	after       time.Duration
	connections int
}

func (e *timeoutError) Error() string {
	return fmt.Sprintf("step %d took longer than %s", e.step, e.after)
}

// ExamineTimeout is the error of an examination of the database that took longer than
// the limit.
func ExamineTimeout(limit time.Duration) error {
	return &timeoutError{step: stepExamine, after: limit}
}

// Is makes it a deadline that is over to whoever asks by errors.Is.
func (e *timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// abandoned says of an error that the caller's context is over, which the server
// does not know: to it one cancelled statement is like another.
func abandoned(ctx context.Context, err error) error {
	if over := ctx.Err(); err != nil && over != nil && !errors.Is(err, over) {
		return fmt.Errorf("%w: %w", over, err)
	}
	return err
}
