package chatwoot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/story"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/internal/agree"
	"github.com/parley-reports/parley/pkg/internal/pgtest"

	"github.com/parley-reports/parley/pkg/internal/sourcetest"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

const kind = "chatwoot"

func TestReadsWhatWasTold(t *testing.T) { sourcetest.Reads(t, kind, 60) }

func TestTells(t *testing.T) {
	untold := []string{"subaccount", "correlation_id"}
	sourcetest.Tells(t, kind, map[catalog.Fact][]string{catalog.Message: untold, catalog.Session: untold, catalog.Initiation: untold})
}

func TestAccounts(t *testing.T) { sourcetest.Accounts(t, kind) }

func TestAgreesWithTheContract(t *testing.T) {
	sourcetest.Agrees(t, kind, nil, []string{"button_clicks"}, map[string]string{})
}

func TestRights(t *testing.T) {
	sourcetest.Rights(t, kind, "chatwoot.md",
		"users.encrypted_password", "users.tokens", "users.email", "channel_whatsapp.provider_config", "channel_twilio_sms.auth_token", "channel_api.hmac_token", "channel_web_widgets.hmac_token")
}

// TestVersions takes away what older versions and smaller editions lack.
func TestVersions(t *testing.T) {
	schema, _ := sourcetest.Tell(t, kind, story.Data())
	conn := pgtest.Connect(t)
	change := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), "SET search_path TO "+schema+"; "+sql+"; RESET search_path"); err != nil {
			t.Fatal(err)
		}
	}
	found := func() *source.Source {
		t.Helper()
		return sourcetest.Found(t, sourcetest.Open(t, kind, "", source.Settings{Schema: schema}))
	}
	problem := func(s *source.Source, relation string) string {
		t.Helper()
		for _, f := range s.Findings {
			if f.Relation == relation {
				return string(f.State) + ": " + f.Problem
			}
		}
		t.Fatalf("nothing about %s", relation)
		return ""
	}
	now := found()
	sourcetest.Whole(t, now, "rate_card")
	if now.Version != "schema of 2025-05-23" {
		t.Errorf("version %q", now.Version)
	}
	if !now.Knows("conversation_event.reopened") || !now.Knows("message.delivered_at") {
		t.Error("what newer versions have is unknown")
	}

	change("DROP TABLE campaign_recipients")
	change("DELETE FROM reporting_events WHERE name = 'conversation_opened'")
	change("ALTER TABLE campaigns DROP COLUMN template_params")
	older := found()
	sourcetest.Whole(t, older, "rate_card")
	_, unknown := catalog.Limits(older.Has, older.Knows)
	if want := []string{"button_clicks", "reopenings"}; !slices.Equal(unknown, want) {
		t.Errorf("unknown is %q, want %q", unknown, want)
	}
	if older.Knows("message.delivered_at") {
		t.Error("nobody tells when a message was delivered")
	}

	change("ALTER TABLE conversations DROP COLUMN waiting_since, DROP COLUMN priority, DROP COLUMN cached_label_list")
	change("DROP TABLE csat_survey_responses, channel_twilio_sms, schema_migrations")
	old := found()
	if len(old.Fatal()) > 0 || old.Version != "" {
		t.Errorf("%v, version %q", old.Fatal(), old.Version)
	}
	if got := problem(old, "conversation"); got != "partial: "+schema+".conversations.priority is not there; "+schema+".conversations.waiting_since is not there: what hangs on it is unknown" {
		t.Error(got)
	}
	if got := problem(old, "csat"); got != "missing: "+schema+".csat_survey_responses is not there" {
		t.Error(got)
	}
	if got := problem(old, "line"); !strings.HasPrefix(got, "partial: "+schema+".channel_twilio_sms.medium is not there") {
		t.Error(got)
	}
	e := sourcetest.Open(t, kind, "", source.Settings{Schema: schema})
	r := calendar.Range{From: story.End.AddDate(0, 0, -30), To: story.End}
	for id, want := range map[string]string{"conversations_unattended": "", "csat_average": "csat_average is unavailable: this database has no relation csat"} {
		_, err := e.Run(t.Context(), engine.Request{Query: query.Query{Metrics: []string{id}}, Range: r})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", id, err, want)
		}
	}
	result, err := e.Run(t.Context(), engine.Request{Query: query.Query{Metrics: []string{"messages", "button_clicks"}, GroupBy: []string{"priority"}}, Range: r})
	if err == nil {
		t.Errorf("messages have no priority: %v", result.Rows)
	}
	result, err = e.Run(t.Context(), engine.Request{Query: query.Query{Metrics: []string{"conversations"}, GroupBy: []string{"priority"}}, Range: r})
	if err != nil || len(result.Rows) != 1 || result.Rows[0][0] != nil || result.Rows[0][1] != nil || !slices.Contains(result.Notices, "This database does not tell: priority of conversations. Unknown without that: conversations.") {
		t.Errorf("%v, %v", result, err)
	}

	change("ALTER TABLE messages RENAME TO posts")
	none := found()
	if got := problem(none, "message"); got != "missing: "+schema+".messages is not there" || len(none.Fatal()) == 0 {
		t.Errorf("%s, fatal %v", got, none.Fatal())
	}
}

// TestOwnFigures computes what Chatwoot's own reports show, by its own definitions,
// on the same rows.
func TestOwnFigures(t *testing.T) {
	schema, told := sourcetest.Tell(t, kind, story.Data())
	conn := pgtest.Connect(t)
	e := sourcetest.Open(t, kind, "", source.Settings{Schema: schema, Account: "1"})
	r := calendar.Range{From: story.End.AddDate(0, 0, -10), To: story.End.AddDate(0, 0, -1)}
	own := func(sql string) map[string]float64 {
		t.Helper()
		sql = strings.NewReplacer("$range", "BETWEEN $1 AND $2", "$schema", schema).Replace(sql)
		rows, err := conn.Query(t.Context(), sql, r.From, r.To.Add(-time.Microsecond))
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		figures := map[string]float64{}
		var key *string
		var value float64
		if _, err := pgx.ForEachRow(rows, []any{&key, &value}, func() error {
			if key != nil {
				figures[*key] = value
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return figures
	}
	ours := func(q query.Query) map[string]float64 {
		t.Helper()
		result, err := e.Run(t.Context(), engine.Request{Query: q, Range: r, Now: r.To})
		if err != nil {
			t.Fatal(err)
		}
		figures := map[string]float64{}
		for _, row := range agree.RowsOf(result) {
			key, ok := "all", true
			for _, id := range q.GroupBy {
				key, ok = row[id].(string)
			}
			if value, isNumber := agree.Number(row[q.Metrics[0]]); ok && isNumber {
				figures[key] = value
			}
		}
		return figures
	}
	human := []query.Filter{{Dimension: "author_kind", Operator: "notIn", Values: []string{"system"}}, {Dimension: "conversation_id", Operator: "notIn", Values: []string{catalog.None}}}
	cuts := []struct{ dimension, conversation, message, event string }{
		{"", "'all'", "'all'", "'all'"},
		{"line", "c.inbox_id::text", "m.inbox_id::text", "e.inbox_id::text"},
		{"team", "c.team_id::text", "c.team_id::text", "c.team_id::text"},
		{"agent", "", "CASE WHEN m.sender_type = 'User' THEN m.sender_id END::text", "e.user_id::text"},
		{"conversation_tag", "t.name", "t.name", "t.name"},
	}
	const labels = " LEFT JOIN $schema.taggings g ON g.taggable_type = 'Conversation' AND g.context = 'labels' AND g.taggable_id = c.id LEFT JOIN $schema.tags t ON t.id = g.tag_id"
	for _, cut := range cuts {
		joins := ""
		var groupBy []string
		if cut.dimension == "conversation_tag" {
			joins = labels
		}
		if cut.dimension != "" {
			groupBy = []string{cut.dimension}
		}
		want := func(what, sql string, q query.Query) {
			t.Helper()
			q.GroupBy = groupBy
			figures, mine := own(sql), ours(q)
			if len(figures) == 0 {
				t.Errorf("%s by %s: nothing to compare", what, cut.dimension)
			}
			for key, value := range figures {
				if diff := mine[key] - value; diff > 1e-6*value || diff < -1e-6*value {
					t.Errorf("%s by %s of %s is %v, Chatwoot shows %v", what, cut.dimension, key, mine[key], value)
				}
			}
		}
		if cut.conversation != "" { // of agents those that are assigned; ours falls back to who wrote
			want("conversations", "SELECT "+cut.conversation+", count(DISTINCT c.id) FROM $schema.conversations c"+joins+" WHERE c.account_id = 1 AND c.created_at $range GROUP BY 1", query.Query{Metrics: []string{"conversations"}})
			want("resolutions as they happened", "SELECT "+cut.event+", count(*) FROM $schema.reporting_events e JOIN $schema.conversations c ON c.id = e.conversation_id"+joins+" WHERE e.account_id = 1 AND e.name = 'conversation_resolved' AND e.created_at $range GROUP BY 1", query.Query{Metrics: []string{"resolutions"}})
			want("incoming", "SELECT "+cut.message+", count(*) FROM $schema.messages m JOIN $schema.conversations c ON c.id = m.conversation_id"+joins+" WHERE m.account_id = 1 AND m.message_type = 0 AND m.created_at $range GROUP BY 1", query.Query{Metrics: []string{"messages_received"}})
		}
		want("outgoing without notes", "SELECT "+cut.message+", count(*) FROM $schema.messages m JOIN $schema.conversations c ON c.id = m.conversation_id"+joins+
			" WHERE m.account_id = 1 AND m.message_type = 1 AND NOT m.private AND coalesce(m.content_attributes::text, '') !~ 'automation_rule' AND m.created_at $range GROUP BY 1",
			query.Query{Metrics: []string{"messages_outbound"}, Filters: human})
		want("reply time", "SELECT "+cut.event+", avg(e.value) FROM $schema.reporting_events e JOIN $schema.conversations c ON c.id = e.conversation_id"+joins+" WHERE e.account_id = 1 AND e.name = 'reply_time' AND e.created_at $range GROUP BY 1",
			query.Query{Metrics: []string{"reply_time_avg"}})
	}
	// The first response of each conversation is what Chatwoot recorded of it, where
	// it did.
	r.To = told.Messages[len(told.Messages)-1].CreatedAt.AddDate(0, 1, 0)
	first := own("SELECT DISTINCT ON (e.conversation_id) e.conversation_id::text, e.value FROM $schema.reporting_events e JOIN $schema.conversations c ON c.id = e.conversation_id WHERE e.account_id = 1 AND e.name = 'first_response' AND c.created_at $range ORDER BY e.conversation_id, e.created_at, e.value")
	mine := ours(query.Query{Metrics: []string{"first_response_time_avg"}, GroupBy: []string{"conversation_id"}})
	if len(first) == 0 {
		t.Error("no first response to compare")
	}
	for id, value := range first {
		if mine[id] != value {
			t.Errorf("first response of %s is %v, Chatwoot recorded %v", id, mine[id], value)
		}
	}
	// It counts a conversation once, and only while it stays resolved.
	held := own("SELECT 'all', count(DISTINCT e.conversation_id) FROM $schema.reporting_events e JOIN $schema.conversations c ON c.id = e.conversation_id WHERE e.account_id = 1 AND e.name = 'conversation_resolved' AND c.status = 1 AND e.created_at $range")
	if all := ours(query.Query{Metrics: []string{"resolutions"}}); held["all"] == 0 || all["all"] <= held["all"] {
		t.Errorf("%v resolutions, Chatwoot shows %v: the story has none that did not hold", all, held)
	}
}
