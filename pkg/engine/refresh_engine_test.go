package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/query"
)

// messagesOf asks an engine for the number of messages of the last days.
func messagesOf(ctx context.Context, e *engine.Engine, metrics ...string) (*engine.Result, error) {
	now := time.Now()
	return e.Run(ctx, engine.Request{Query: query.Query{Metrics: append([]string{"messages"}, metrics...)}, Range: calendar.Range{From: now.AddDate(0, 0, -7).Truncate(time.Hour), To: now.Add(time.Hour)}})
}

// TestRefreshEngine: once facts are older than the setting, the next answer has what is
// new. Where it cannot be read, the answer is as before, with a notice.
func TestRefreshEngine(t *testing.T) {
	t.Parallel()
	l := alive(t, recentData(8))
	e := open(t, l.schema, engine.Settings{Refresh: 300 * time.Millisecond})
	ask := func(ctx context.Context) (*engine.Result, error) { return messagesOf(ctx, e) }
	first, err := ask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := first.Rows[0][0].(int64)
	add := func() {
		want++
		l.exec("INSERT INTO %.message (message_id, contact_id, line_id, direction, created_at) VALUES ($1, 'c1', 'w', 'inbound', now())", fmt.Sprint("new", want))
	}
	for range 3 {
		add()
		for began := time.Now(); ; time.Sleep(100 * time.Millisecond) {
			r, err := ask(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := r.Rows[0][0].(int64)
			if got == want && len(r.Notices) == 0 {
				break
			}
			if time.Since(began) > 30*time.Second {
				t.Fatalf("%d messages, want %d; notices %q", got, want, r.Notices)
			}
		}
	}

	// The table is locked: whoever leaves gets an error, and the facts stay.
	add()
	lock, err := pgtest.Connect(t).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.Exec(t.Context(), "LOCK TABLE "+l.schema+".message IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(4 * time.Second)
	short, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := ask(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	// Locks are waited for 5 seconds.
	r, err := ask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Rows[0][0].(int64); got != want-1 || len(r.Notices) != 1 || !strings.HasPrefix(r.Notices[0], "The data is from ") {
		t.Errorf("%d messages, want %d; notices %q", got, want-1, r.Notices)
	}
	if err := lock.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r, err = ask(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := r.Rows[0][0].(int64); got != want || len(r.Notices) > 0 {
		t.Errorf("%d messages, want %d; notices %q", got, want, r.Notices)
	}
}

// TestBuildDelaysNobody: while facts are read that somebody else needs, those in memory
// answer.
func TestBuildDelaysNobody(t *testing.T) {
	t.Parallel()
	l := alive(t, recentData(9))
	e := open(t, l.schema, engine.Settings{Refresh: time.Hour})
	if _, err := messagesOf(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	lock, err := pgtest.Connect(t).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Rollback(context.WithoutCancel(t.Context())) }()
	if _, err := lock.Exec(t.Context(), "LOCK TABLE "+l.schema+".csat IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error, 1)
	go func() {
		_, err := messagesOf(t.Context(), e, "csat_responses")
		waiting <- err
	}()
	for asked := range 20 {
		answered := make(chan error, 1)
		go func() {
			_, err := messagesOf(t.Context(), e)
			answered <- err
		}()
		select {
		case err := <-answered:
			if err != nil {
				t.Fatal(err)
			}
		case err := <-waiting:
			t.Fatalf("question %d waited until the build ended: %v", asked, err)
		}
	}
	select {
	case err := <-waiting:
		t.Fatalf("the build did not wait for the lock: %v", err)
	default:
	}
}

// TestReadAll: in the background all messages are read again, so that old changes are seen,
// while somebody asks. The facts in memory answer meanwhile, also if that fails.
func TestReadAll(t *testing.T) {
	t.Parallel()
	l := alive(t, recentData(12))
	e := open(t, l.schema, engine.Settings{Refresh: 50 * time.Millisecond})
	ask := func() int64 {
		t.Helper()
		r, err := messagesOf(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		return r.Rows[0][0].(int64)
	}
	all := ask()
	l.exec("DELETE FROM %.message WHERE created_at BETWEEN now() - interval '6 days' AND now() - interval '3 days'")
	for range 5 {
		time.Sleep(100 * time.Millisecond)
		if got := ask(); got != all {
			t.Fatalf("%d messages before all are read again, want %d", got, all)
		}
	}
	e.ReadAllEvery(0)
	for began := time.Now(); ask() == all; time.Sleep(100 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatal("all are never read again")
		}
	}
	// What is new is seen while all are read again and again.
	last := ask()
	for n := range 5 {
		l.exec("INSERT INTO %.message (message_id, contact_id, line_id, direction, created_at) VALUES ($1, 'c1', 'w', 'inbound', now())", fmt.Sprint("new", n))
		for began, want := time.Now(), last+1; last < want; time.Sleep(100 * time.Millisecond) {
			got := ask()
			if got < last || time.Since(began) > 30*time.Second {
				t.Fatalf("%d messages after %d, want %d", got, last, want)
			}
			last = got
		}
	}
	e.Close()
}

// TestHugePrice: a number that is no price is none, also if no float8 can hold it.
func TestHugePrice(t *testing.T) {
	t.Parallel()
	data := talks("1 out 2026-03-02 10:00 sent", "1 out 2026-03-02 11:00 sent", "1 out 2026-03-02 12:00 sent")
	for typ, huge := range map[string]string{"numeric": "1e400", "text": "'1e400'"} {
		l := alive(t, data, "ALTER TABLE %.message ALTER price_usd TYPE "+typ, "UPDATE %.message SET price_usd = "+huge+" WHERE message_id = 'm000'",
			"UPDATE %.message SET price_usd = 'NaN' WHERE message_id = 'm001'", "UPDATE %.message SET price_usd = '0.5' WHERE message_id = 'm002'")
		for _, memory := range []int{0, 1} {
			e := open(t, l.schema, engine.Settings{MaxMemory: memory, Refresh: time.Hour})
			wantLines(t, answer(t, e, between("2026-03-01", "2026-04-01"), `{"metrics": ["messages", "cost_usd"], "groupBy": ["origin"]}`), "template | 3 | 0.50")
		}
	}
}

// TestManyFailures: each reason of a failure is held once, also if facts go on from others,
// and counts as memory.
func TestManyFailures(t *testing.T) {
	t.Parallel()
	l := alive(t, talks())
	since := time.Now().AddDate(0, 0, -30)
	l.exec("INSERT INTO %.message (message_id, contact_id, line_id, direction, status, error_code, price_usd, created_at) SELECT 'm' || i, 'c', '1', 'outbound', 'failed', 'E' || mod(i, 1000), mod(i, 1000) / 1e4, now() - i * interval '1 second' FROM generate_series(1, 2000) AS i")
	base := l.read(since, facts.NeedMessages, nil)
	l.exec("UPDATE %.message SET error_code = 'new' WHERE message_id = 'm7'")
	set := l.read(since, facts.NeedMessages, base)
	if n, more := len(base.Failures), len(set.Failures); n != 1001 || more != 1002 {
		t.Errorf("%d failures, then %d", n, more)
	}
	if shapes := len(base.Messages.Shapes); shapes != 1000 {
		t.Errorf("%d shapes", shapes)
	}
	sameFacts(t, set, l.read(since, facts.NeedMessages, nil), since.Format(time.DateOnly))
}
