package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/agree"
	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
)

// TestInShares asks random questions of messages that do not fit in memory, and wants the
// answers of the independent calculation.
func TestInShares(t *testing.T) {
	t.Parallel()
	for seed := int64(1); seed <= 2; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			data := reference.Random(seed, reference.RandomOptions{Messages: 600, Sequence: seed%2 == 0})
			e := load(t, data)
			e.InShares(2 + int(seed))
			options := reference.Defaults()
			options.Rates = []contract.Rate{}
			facts := reference.Prepare(data, options)
			r := rand.New(rand.NewPCG(uint64(seed), 23))
			for range 40 {
				agree.Check(t, e, facts, facts.RandomQuestion(r), func(string) bool { return true })
			}
			for range 10 {
				checkDetails(t, e, facts, facts.RandomDetails(r), 1+r.IntN(5))
				checkEvents(t, e, facts, randomEvents(r, facts, data))
			}
		})
	}
}

// TestFreeUnitsInShares: the units of a month that are free are the first ones of all
// shares.
func TestFreeUnitsInShares(t *testing.T) {
	t.Parallel()
	data := reference.Random(3, reference.RandomOptions{Messages: 1500})
	e := load(t, data)
	e.InShares(5)
	options := reference.Defaults()
	options.Rates = []contract.Rate{}
	facts := reference.Prepare(data, options)
	q := query.Query{Metrics: []string{"cost_usd", "cost_unknown"}, GroupBy: []string{"contact"}, Limit: 10000}
	agree.Check(t, e, facts, reference.Question{Query: q, From: instant("2025-03-01"), To: instant("2026-12-01"), Now: instant("2026-12-01")}, func(string) bool { return true })
}

// TestSharesTogether: questions that arrive together share the reading, and each answer says
// that it was read in parts.
func TestSharesTogether(t *testing.T) {
	t.Parallel()
	data := reference.Random(4, reference.RandomOptions{Messages: 400})
	schema := store(t, data)
	whole, e := open(t, schema, engine.Settings{}), open(t, schema, engine.Settings{})
	e.InShares(3)
	metrics := []string{"messages", "sessions", "notified", "session_users", "conversations", "csat_responses"}
	var wait sync.WaitGroup
	for _, metric := range metrics {
		wait.Go(func() {
			q := query.Query{Metrics: []string{metric}}
			r, err := e.Run(t.Context(), engine.Request{Query: q, Range: span(data)})
			if err != nil {
				t.Error(err)
				return
			}
			want, err := whole.Run(t.Context(), engine.Request{Query: q, Range: span(data)})
			if err != nil {
				t.Error(err)
				return
			}
			if fmt.Sprint(r.Rows) != fmt.Sprint(want.Rows) {
				t.Errorf("%s: %v, want %v", metric, r.Rows, want.Rows)
			}
			if metric == "messages" && !strings.Contains(strings.Join(r.Notices, " "), "read in 3 parts") {
				t.Errorf("%s: %q", metric, r.Notices)
			}
		})
	}
	wait.Wait()
}

// TestManyWithoutConversation: messages without a conversation, and those without a contact,
// do not have to fit in memory together.
func TestManyWithoutConversation(t *testing.T) {
	t.Parallel()
	schema := store(t, talks("1 in 2026-03-01 10:00"))
	conn := pgtest.Connect(t)
	if _, err := conn.Exec(t.Context(), `INSERT INTO `+schema+`.message (message_id, contact_id, direction, created_at)
SELECT 'm' || n, CASE WHEN n <= 20000 THEN 'c' || n END, 'outbound', '2026-03-02'::timestamptz + n * interval '1 second' FROM generate_series(1, 40000) n`); err != nil {
		t.Fatal(err)
	}
	e := open(t, schema, engine.Settings{})
	e.InShares(2)
	for text, want := range map[string]string{
		`{"metrics": ["messages_outbound"]}`:                          "40000",
		`{"metrics": ["conversations_active"], "groupBy": ["agent"]}`: "",
	} {
		wantLines(t, answer(t, e, between("2026-03-01", "2026-03-04"), text), strings.Fields(want)...)
	}
}

// TestLongTextsInShares: the limits of bytes are those of lists in memory.
func TestLongTextsInShares(t *testing.T) {
	t.Parallel()
	data := reference.Random(5, reference.RandomOptions{Messages: 300})
	schema := store(t, data)
	if _, err := pgtest.Connect(t).Exec(t.Context(), "UPDATE "+schema+".message SET body = repeat('x', 20000)"); err != nil {
		t.Fatal(err)
	}
	settings := engine.Settings{MaxBytes: 300_000}
	whole, e := open(t, schema, settings), open(t, schema, settings)
	e.InShares(4)
	q := query.Query{Report: "message_details_sent", Columns: []string{"created_at", "message_id", "body"}, Limit: 100}
	want, got := run(t, whole, q, span(data)), run(t, e, q, span(data))
	if len(got.Rows) == 0 || fmt.Sprint(got.Rows) != fmt.Sprint(want.Rows) || got.Next != want.Next {
		t.Errorf("%d rows, want %d", len(got.Rows), len(want.Rows))
	}
	if !strings.Contains(strings.Join(got.Notices, " "), "the result reached") {
		t.Errorf("no notice about the limit: %q", got.Notices)
	}
}

// TestLargeListsTogether: lists that need much memory do not wait for each other while
// the messages are read for both.
func TestLargeListsTogether(t *testing.T) {
	t.Parallel()
	data := reference.Random(5, reference.RandomOptions{Messages: 100})
	schema := store(t, data)
	if _, err := pgtest.Connect(t).Exec(t.Context(), "UPDATE "+schema+".message SET body = repeat('x', 800000)"); err != nil {
		t.Fatal(err)
	}
	e := open(t, schema, engine.Settings{})
	e.InShares(2)
	memory := engine.NewMemory(1)
	q := query.Query{Report: "message_details_sent", Columns: []string{"created_at", "body"}, Limit: 20}
	began := time.Now()
	var wait sync.WaitGroup
	for range 2 {
		wait.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel() // the answer was sent
			if _, err := e.Run(ctx, engine.Request{Query: q, Range: span(data), Memory: memory.Request(ctx)}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("took %s", took)
	}
}

// TestCloseInShares: closing the engine ends the reading.
func TestCloseInShares(t *testing.T) {
	t.Parallel()
	data := reference.Random(5, reference.RandomOptions{Messages: 100})
	e := open(t, store(t, data), engine.Settings{})
	e.InShares(1000)
	failed := make(chan error, 1)
	go func() {
		_, err := e.Run(t.Context(), engine.Request{Query: query.Query{Metrics: []string{"messages"}}, Range: span(data)})
		failed <- err
	}()
	time.Sleep(200 * time.Millisecond)
	e.Close()
	select {
	case err := <-failed:
		if err == nil {
			t.Error("everything was read after the engine was closed")
		}
	case <-time.After(30 * time.Second):
		t.Error("goes on reading")
	}
}
