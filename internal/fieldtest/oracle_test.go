package fieldtest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/fieldtest"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
)

// What an independent calculation from the definitions found different.
func TestOracle(t *testing.T) {
	open := `INSERT INTO conversation (conversation_id, account_id, contact_id, line_id, status, created_at) VALUES ('A', '1', 'c1', 'L', 'open', '2026-11-02 12:00Z'); `
	message := func(id, direction, kind, at, status string) string {
		return "INSERT INTO message (message_id, account_id, contact_id, line_id, conversation_id, direction, author_kind, agent_id, created_at, status) VALUES ('" + id + "', '1', 'c1', 'L', 'A', '" + direction + "', " + kind + ", 'g1', '" + at + "', '" + status + "'); "
	}
	withoutWaiting := "ALTER TABLE conversation DROP COLUMN waiting_since; "
	const unattended = `{"metrics": ["conversations_unattended", "unattended_now", "reply_time_avg"]}`
	failed := open + message("m1", "inbound", "'contact'", "2026-11-02 12:00Z", "") + message("m2", "outbound", "'agent'", "2026-11-02 12:01Z", "failed")
	ratings := `INSERT INTO csat (conversation_id, contact_id, rating, sent_at) VALUES ('A', 'c1', 0, '2026-11-02Z'), ('A', 'c1', 7, '2026-11-02Z'), ('A', 'c1', 4, '2026-11-02Z'), ('A', 'c1', NULL, '2026-11-02Z')`
	fieldtest.Run(t,
		fieldtest.Case{Name: "a reply is an answer", Kind: "views", Rows: open + "INSERT INTO conversation_event (conversation_id, name, at, seconds, agent_id) VALUES ('A', 'reply', '2026-11-02 12:01Z', 60, 'g1')",
			Query: unattended, Want: []string{`{"conversations_unattended": 0, "unattended_now": 0, "reply_time_avg": 60}`}},
		fieldtest.Case{Name: "a reply ends the waiting", Kind: "views", Rows: withoutWaiting + open + message("m1", "inbound", "'contact'", "2026-11-02 12:00Z", "") + "INSERT INTO conversation_event (conversation_id, name, at, seconds) VALUES ('A', 'reply', '2026-11-02 12:01Z', 60)",
			Query: unattended, Want: []string{`{"conversations_unattended": 0, "unattended_now": 0, "reply_time_avg": 60}`}},
		fieldtest.Case{Name: "who writes after a reply waits", Kind: "views", Rows: withoutWaiting + open + message("m1", "inbound", "'contact'", "2026-11-02 12:02Z", "") + "INSERT INTO conversation_event (conversation_id, name, at, seconds) VALUES ('A', 'reply', '2026-11-02 12:01Z', 60)",
			Query: unattended, Want: []string{`{"conversations_unattended": 1, "unattended_now": 1, "reply_time_avg": 60}`}},
		fieldtest.Case{Name: "nothing of now has a value before", Kind: "views", Rows: open, Query: `{"metrics": ["open_now", "unattended_now", "conversations"], "compare": "previous_period"}`,
			Want: []string{`{"open_now": 1, "open_now_previous": null, "unattended_now": 1, "unattended_now_previous": null, "conversations": 1, "conversations_previous": 0}`}},
		fieldtest.Case{Name: "a failed message is no answer", Kind: "views", Rows: failed, Query: `{"metrics": ["first_response_time_avg", "conversations_unattended", "conversations"], "groupBy": ["agent"]}`,
			Want: []string{`{"agent": null, "first_response_time_avg": null, "conversations_unattended": 1, "conversations": 1}`}},
		fieldtest.Case{Name: "the next one is", Kind: "views", Rows: failed + message("m3", "outbound", "'agent'", "2026-11-02 12:03Z", "sent"), Query: `{"metrics": ["first_response_time_avg", "conversations_unattended"], "groupBy": ["agent"]}`,
			Want: []string{`{"agent": "g1", "first_response_time_avg": 180, "conversations_unattended": 0}`}},
		fieldtest.Case{Name: "nobody's message of an agent", Kind: "views", Rows: open + message("m1", "outbound", "NULL", "2026-11-02 12:01Z", "sent"), Query: `{"metrics": ["messages_outbound"], "groupBy": ["agent", "author_kind"]}`,
			Want: []string{`{"agent": "g1", "author_kind": null, "messages_outbound": 1}`}},
		fieldtest.Case{Name: "is no human's answer", Kind: "views", Rows: open + message("m1", "outbound", "NULL", "2026-11-02 12:01Z", "sent"), Query: `{"metrics": ["first_response_time_avg", "conversations_unattended"]}`,
			Want: []string{`{"first_response_time_avg": null, "conversations_unattended": 1}`}},
		fieldtest.Case{Name: "ratings", Kind: "views", Rows: open + ratings, Query: `{"metrics": ["csat_responses", "csat_average", "csat_score", "csat_surveys", "csat_response_rate"]}`,
			Want: []string{`{"csat_responses": 1, "csat_average": 4, "csat_score": 1, "csat_surveys": 4, "csat_response_rate": 0.75}`}, Check: "a rating that is not between 1 and 5"},
		fieldtest.Case{Name: "ratings by rating", Kind: "views", Rows: open + ratings, Query: `{"metrics": ["csat_responses"], "groupBy": ["rating"]}`, Want: []string{`{"rating": 4, "csat_responses": 1}`}},
		fieldtest.Case{Name: "rating of details", Kind: "views", Rows: open + ratings, Query: `{"report": "conversation_details", "columns": ["csat_rating"]}`, Want: []string{`{"csat_rating": 4}`}},
		fieldtest.Case{Name: "a template by its category", Kind: "views", Rows: "INSERT INTO message (message_id, contact_id, line_id, direction, created_at, template_name, template_category) VALUES ('m', 'c1', 'L', 'outbound', '2026-11-02Z', ' ', 'UTILITY')",
			Query: `{"metrics": ["templates_sent"], "groupBy": ["template", "template_category"]}`, Want: []string{`{"template": null, "template_category": "utility", "templates_sent": 1}`}},
	)
}

// Groups that only the period before has come where the order asks for them.
func TestGroupsOfBefore(t *testing.T) {
	rows := `INSERT INTO line (line_id, name) VALUES ('K', 'Old'), ('M', 'Mid');
INSERT INTO message (message_id, contact_id, line_id, direction, created_at) VALUES ('1', 'c1', 'L', 'inbound', '2026-11-02Z'), ('2', 'c1', 'L', 'inbound', '2026-11-02Z'), ('3', 'c1', 'M', 'inbound', '2026-11-02Z'), ('4', 'c1', 'K', 'inbound', '2026-10-02Z')`
	for order, want := range map[string]string{`{"by": "messages_received"}`: "K M L", `{"by": "messages_received", "desc": true}`: "L M K", `{"by": "line"}`: "K L M", `{"by": "line", "desc": true}`: "M L K"} {
		result := fieldtest.Ask(t, fieldtest.Case{Kind: "views", Rows: rows, Query: `{"metrics": ["messages_received"], "groupBy": ["line"], "compare": "previous_period", "orderBy": [` + order + `]}`})
		got := ""
		for _, row := range fieldtest.Rows(result) {
			got += " " + row["line"].(string)
		}
		if got != " "+want {
			t.Errorf("ordered by %s: %s, want %s", order, got, want)
		}
	}
}

// Patterns are those of RE2, and mean the same in the database.
func TestPatterns(t *testing.T) {
	rows := `INSERT INTO message (message_id, contact_id, line_id, direction, created_at, template_name, template_category) VALUES
('1', 'c1', 'L', 'outbound', '2026-11-02Z', 'promo_1', 'marketing'), ('2', 'c1', 'L', 'outbound', '2026-11-02Z', 'Promo 2', 'marketing'), ('3', 'c1', 'L', 'outbound', '2026-11-02Z', E'line\nbreak', 'marketing'), ('4', 'c1', 'L', 'outbound', '2026-11-02Z', 'ñandú (none)', 'marketing'), ('5', 'c1', 'L', 'outbound', '2026-11-02Z', NULL, 'marketing')`
	e, _, _ := fieldtest.Open(t, fieldtest.Case{Kind: "views", Rows: rows})
	ask := func(operator, pattern string) (any, error) {
		q := query.Query{Metrics: []string{"messages_outbound"}, Filters: []query.Filter{{Dimension: "template", Operator: operator, Values: []string{pattern}}}}
		at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
		result, err := e.Run(t.Context(), engine.Request{Query: q, Range: calendar.Range{From: at, To: at.AddDate(0, 1, 0)}, Now: at.AddDate(0, 1, 0)})
		if err != nil {
			return nil, err
		}
		return result.Rows[0][0], nil
	}
	for pattern, n := range map[string]int64{`^promo`: 1, `(?i)^promo`: 2, `(?i:PROMO)_`: 1, `\d$`: 2, `promo\b`: 0, `\bPromo\b`: 1, `line.break`: 0, `(?s)line.break`: 1, `(?m)^break$`: 1,
		`^[^a-z]`: 2, `\pL{5}`: 4, `none`: 1, `\(none\)`: 1, `\Qpromo_1\E`: 1, `a{2,3}|x*`: 4, `^(?P<word>promo)_`: 1, `[[:upper:]]`: 1, `ñ`: 1, `[^\x00-\x7f]`: 1, `.`: 4, `\z`: 4, `^$`: 0, `[^\x00-\x{10FFFF}]`: 0, `\Bomo`: 2} {
		if got, err := ask("matches", pattern); err != nil || got != n {
			t.Errorf("%s: %v, %v, want %d", pattern, got, err, n)
		}
	}
	if got, err := ask("notMatches", "promo"); err != nil || got != int64(4) {
		t.Errorf("without promo: %v, %v", got, err)
	}
	for _, pattern := range []string{`(a)\1`, `(?=x)`, `(?<!x)y`, `a++`, `\m`, `[`, `(`, `(a{1000}){1000}`, `((a{30}){30}){30}b{900}`, strings.Repeat("a", 501)} {
		if got, err := ask("matches", pattern); err == nil || !strings.Contains(err.Error(), "the pattern of the filter on template") {
			t.Errorf("%s: %v, %v", pattern, got, err)
		}
	}
}
