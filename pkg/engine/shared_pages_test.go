package engine_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
)

// TestViewersShareReads: many viewers of a dashboard run about as many statements as one.
func TestViewersShareReads(t *testing.T) {
	t.Parallel()
	data := reference.Random(3, reference.RandomOptions{})
	data.Agents = append(data.Agents, contract.Agent{AgentID: "camila", Name: new("Camila Duarte")})
	schema := store(t, data)
	r := between("2025-03-01", "2026-11-15")
	dashboard := []string{
		`{"metrics": ["sessions", "messages"], "groupBy": ["channel"], "compare": "previous_period"}`,
		`{"metrics": ["cost_usd"], "groupBy": ["country"]}`,
		`{"metrics": ["messages_received"], "filters": [{"dimension": "business_hours", "operator": "in", "values": ["inside"]}]}`,
		`{"metrics": ["messages"], "filters": [{"dimension": "agent", "operator": "in", "values": ["Camila Duarte"]}]}`,
		`{"report": "message_details_sent"}`,
		`{"report": "conversation_details"}`,
		`{"report": "message_log"}`,
	}
	watch := func(viewers int) map[string]int {
		proxy := pgtest.NewProxy(t)
		proxy.CountStatements()
		e := openAt(t, proxy.URL(t), schema, engine.Settings{Refresh: time.Hour})
		var group sync.WaitGroup
		for range viewers {
			for _, text := range dashboard {
				group.Go(func() {
					q, err := query.Parse([]byte(text))
					if err == nil {
						_, err = e.Run(t.Context(), engine.Request{Query: q, Range: r, Now: r.To})
					}
					if err != nil {
						t.Errorf("%s: %v", text, err)
					}
				})
			}
		}
		group.Wait()
		counts := proxy.Statements()
		for sql := range counts {
			// Every transaction runs these.
			if strings.HasPrefix(sql, "begin") || strings.HasPrefix(sql, "rollback") || strings.HasPrefix(sql, "SELECT set_config") {
				delete(counts, sql)
			}
		}
		return counts
	}
	one, many := watch(1), watch(50)
	total := 0
	for sql, n := range many {
		total += n
		// Questions may arrive while others read, so that something is read once more.
		if n > one[sql]+2 {
			t.Errorf("50 viewers run this %d times, one runs it %d times:\n%s", n, one[sql], sql)
		}
	}
	if len(one) < 10 || total < 10 {
		t.Errorf("only %d and %d statements were counted", len(one), total)
	}
}

// TestSharedPagesAreAsOldAsFacts: a list shows a text as old as its facts, and as it is now
// to those who want everything read anew.
func TestSharedPagesAreAsOldAsFacts(t *testing.T) {
	t.Parallel()
	l := alive(t, contract.Data{Messages: []contract.Message{{MessageID: "1", ContactID: new("a"), Direction: "inbound", CreatedAt: time.Now().Add(-time.Hour), Body: new("before")}}})
	body := func(e *engine.Engine, fresh bool) any {
		t.Helper()
		now := time.Now()
		result, err := e.Run(t.Context(), engine.Request{Fresh: fresh, Now: now, Range: calendar.Range{From: now.AddDate(0, 0, -1), To: now},
			Query: query.Query{Report: "message_details_received", Columns: []string{"message_id", "body"}}})
		if err != nil {
			t.Fatal(err)
		}
		return result.Rows[0][1]
	}
	slow, quick := open(t, l.schema, engine.Settings{Refresh: time.Hour}), open(t, l.schema, engine.Settings{Refresh: time.Millisecond})
	for name, e := range map[string]*engine.Engine{"slow": slow, "quick": quick} {
		if got := body(e, false); got != "before" {
			t.Fatalf("%s: body %v", name, got)
		}
	}
	l.exec("UPDATE %.message SET body = 'after'")
	if got := body(slow, false); got != "before" {
		t.Errorf("facts of the same time: body %v", got)
	}
	if got := body(slow, true); got != "after" {
		t.Errorf("read anew: body %v", got)
	}
	if got := body(slow, false); got != "before" {
		t.Errorf("facts of the same time, after somebody read anew: body %v", got)
	}
	for until := time.Now().Add(20 * time.Second); body(quick, false) != "after"; {
		if time.Now().After(until) {
			t.Fatal("newer facts show the old text")
		}
	}
}

// TestLargePagesAreNotShared: a page that is too large for the memory that lists share
// comes whole to each of them.
func TestLargePagesAreNotShared(t *testing.T) {
	t.Parallel()
	var data contract.Data
	long := strings.Repeat("x", 4000)
	for i := range 1500 {
		data.Messages = append(data.Messages, contract.Message{MessageID: fmt.Sprint(i), ContactID: new("a"), Direction: "inbound", CreatedAt: instant("2026-03-02 10:00"), Body: new(fmt.Sprint(i, long))})
	}
	e := load(t, data)
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			result, err := e.Run(t.Context(), engine.Request{Range: between("2026-03-02", "2026-03-03"), Query: query.Query{Report: "message_details_received", Columns: []string{"message_id", "body"}, Limit: 1500}})
			if err != nil {
				t.Error(err)
				return
			}
			for _, row := range result.Rows {
				if body, _ := row[1].(string); !strings.HasPrefix(body, row[0].(string)+"x") && !strings.HasPrefix(body, row[0].(string)+" x") {
					t.Fatalf("message %v: body %.20s", row[0], body)
				}
			}
			if len(result.Rows) != 1500 {
				t.Errorf("%d rows", len(result.Rows))
			}
		})
	}
	group.Wait()
	if held := e.Held().Bytes; held > 2<<20 {
		t.Errorf("the engine holds %d bytes", held)
	}
}
