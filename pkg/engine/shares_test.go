package engine_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

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
