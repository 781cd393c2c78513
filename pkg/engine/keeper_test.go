package engine_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
)

// TestRefresh: facts answer until they are too old, and a request can ask for new ones.
func TestRefresh(t *testing.T) {
	t.Parallel()
	schema := store(t, talks("1 in 2026-03-02 10:00"))
	conn := pgtest.Connect(t)
	week := between("2026-03-01", "2026-03-08")
	ask := func(e *engine.Engine, fresh bool) int64 {
		t.Helper()
		r, err := e.Run(t.Context(), engine.Request{Query: query.Query{Metrics: []string{"messages"}}, Range: week, Fresh: fresh})
		if err != nil {
			t.Fatal(err)
		}
		return r.Rows[0][0].(int64)
	}
	keeps, never := open(t, schema, engine.Settings{Refresh: time.Hour}), open(t, schema, engine.Settings{})
	for n := int64(1); n <= 3; n++ {
		for _, c := range []struct {
			name  string
			e     *engine.Engine
			fresh bool
			want  int64
		}{{"kept", keeps, false, 1}, {"kept, asked anew", keeps, true, n}, {"never kept", never, false, n}} {
			if got := ask(c.e, c.fresh); got != c.want {
				t.Errorf("after %d messages, %s: %d messages, want %d", n, c.name, got, c.want)
			}
		}
		insert := fmt.Sprintf("INSERT INTO %s.message (message_id, contact_id, line_id, direction, created_at) VALUES ('later %d', 'ana', '1', 'inbound', '2026-03-03 10:00+00')", pgx.Identifier{schema}.Sanitize(), n)
		if _, err := conn.Exec(t.Context(), insert); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSmallMemory: where there is no room for the facts, the answer is the same.
func TestSmallMemory(t *testing.T) {
	t.Parallel()
	data := reference.Random(5, reference.RandomOptions{Messages: 300})
	schema := store(t, data)
	large, small := open(t, schema, engine.Settings{}), open(t, schema, engine.Settings{MaxMemory: 1000, Refresh: time.Hour})
	for _, metrics := range [][]string{{"messages", "active_contacts"}, {"notified", "session_users"}, {"conversations"}} {
		q := query.Query{Metrics: metrics, GroupBy: []string{"line"}, Compare: "previous_period"}
		want, got := run(t, large, q, span(data)), run(t, small, q, span(data))
		if !reflect.DeepEqual(got.Rows, want.Rows) {
			t.Errorf("%v: %v, want %v", metrics, got.Rows, want.Rows)
		}
	}
}

// TestTogether: questions that arrive together get the same answers as one by one.
func TestTogether(t *testing.T) {
	t.Parallel()
	data := reference.Random(6, reference.RandomOptions{Messages: 500})
	e, alone := load(t, data), open(t, store(t, data), engine.Settings{})
	all := span(data)
	type result struct {
		question query.Query
		rows     [][]any
		err      error
	}
	results := make(chan result)
	questions := 0
	for _, p := range query.Presets {
		if len(p.Query.Metrics) == 0 {
			continue
		}
		questions++
		go func() {
			r, err := e.Run(t.Context(), engine.Request{Query: query.Query{Report: p.ID}, Range: all, Now: all.To})
			if err != nil {
				results <- result{err: err}
				return
			}
			results <- result{question: query.Query{Report: p.ID}, rows: r.Rows}
		}()
	}
	for range questions {
		r := <-results
		if r.err != nil {
			t.Error(r.err)
			continue
		}
		want, err := alone.Run(t.Context(), engine.Request{Query: r.question, Range: all, Now: all.To})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(r.rows, want.Rows) {
			t.Errorf("%s: %v, want %v", r.question.Report, r.rows, want.Rows)
		}
	}
}

// TestHeld: what is in memory is told, does not grow with questions, and is gone once the
// engine is closed.
func TestHeld(t *testing.T) {
	t.Parallel()
	data := reference.Random(7, reference.RandomOptions{Messages: 3000})
	e := load(t, data)
	if held := e.Held(); !held.AsOf.IsZero() || held.Messages > 0 {
		t.Errorf("before a question: %+v", held)
	}
	ask := func() engine.Held {
		t.Helper()
		run(t, e, query.Query{Metrics: []string{"messages", "sessions", "conversations_active"}, GroupBy: []string{"agent"}}, span(data))
		return e.Held()
	}
	first := ask()
	if first.Messages < 1000 || first.Bytes < 40*first.Messages || first.AsOf.IsZero() {
		t.Errorf("%+v", first)
	}
	for range 3 {
		if again := ask(); again != first {
			t.Errorf("%+v, and again %+v", first, again)
		}
	}
	e.Close()
	if held := e.Held(); held.Messages > 0 {
		t.Errorf("closed: %+v", held)
	}
}
