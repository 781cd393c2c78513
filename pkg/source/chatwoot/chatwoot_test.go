package chatwoot_test

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/agree"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/sourcetest"
	"github.com/parley-reports/parley/internal/story"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
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
	sourcetest.Agrees(t, kind, story.Data(), story.Data(), nil, []string{"button_clicks"})
}

// TestCostsWithoutRates: what nobody can price is not free.
func TestCostsWithoutRates(t *testing.T) {
	schema, _ := sourcetest.Tell(t, kind, story.Data())
	e := sourcetest.Open(t, kind, "", source.Settings{Schema: schema})
	r := calendar.Range{From: story.End.AddDate(0, 0, -30), To: story.End}
	for name, q := range map[string]query.Query{
		"whole":      {Metrics: []string{"cost_usd", "messages"}, Compare: "previous_period"},
		"by channel": {Metrics: []string{"messages", "cost_usd"}, GroupBy: []string{"channel"}},
	} {
		result, err := e.Run(t.Context(), engine.Request{Query: q, Range: r})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(result.Unknown, []string{"cost_usd"}) || len(result.Notices) != 1 || !strings.Contains(result.Notices[0], "messages is unknown") {
			t.Errorf("%s: unknown %q, notices %q", name, result.Unknown, result.Notices)
		}
		for _, row := range agree.RowsOf(result) {
			want := map[bool]any{true: nil, false: 0.0}[row["channel"] == nil || row["channel"] == "whatsapp"]
			if row["cost_usd"] != want || row["messages"] == nil {
				t.Errorf("%s: %v, want a cost of %v", name, row, want)
			}
		}
	}
	email := query.Query{Metrics: []string{"cost_usd"}, Filters: []query.Filter{{Dimension: "channel", Operator: "in", Values: []string{"email"}}}}
	if result, err := e.Run(t.Context(), engine.Request{Query: email, Range: r}); err != nil || result.Rows[0][0] != 0.0 || len(result.Unknown) > 0 {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestRights(t *testing.T) {
	sourcetest.Rights(t, kind, "chatwoot.md",
		"users.encrypted_password", "users.tokens", "users.email", "channel_whatsapp.provider_config", "channel_twilio_sms.auth_token", "channel_api.hmac_token", "channel_web_widgets.hmac_token")
}

func TestTellsWhatIsBroken(t *testing.T) {
	sourcetest.Breaks(t, kind, `
		SET search_path TO $schema;
		ALTER TABLE messages DROP CONSTRAINT messages_pkey;
		ALTER TABLE contacts DROP CONSTRAINT contacts_pkey;
		INSERT INTO messages SELECT * FROM messages WHERE id = 10;
		DROP INDEX contacts_email_account_id_idx, contacts_identifier_account_id_idx;
		INSERT INTO contacts SELECT * FROM contacts WHERE id = 4;
		UPDATE messages SET conversation_id = 900001 WHERE id = 11;
		UPDATE messages SET inbox_id = 900002 WHERE id = 12;
		UPDATE messages SET account_id = 900003 WHERE id = 13;
		UPDATE conversations SET contact_id = 900004 WHERE id = 14;
		UPDATE reporting_events SET conversation_id = 900005 WHERE id = 1;
		UPDATE messages SET created_at = now() + interval '2 days' WHERE id = 15;
		UPDATE conversations SET created_at = now() + interval '2 days' WHERE id = 16;
		UPDATE reporting_events SET created_at = now() + interval '2 days' WHERE id = 2;
		UPDATE reporting_events SET value = -5, conversation_id = 18, name = 'reply_time' WHERE id = 3;
		UPDATE conversations SET first_reply_created_at = created_at - interval '1 day' WHERE id = 17;
		UPDATE campaign_recipients SET status = 4, sent_at = '2026-11-05', delivered_at = '2026-11-04', read_at = '2026-11-03' WHERE id = 1;
		UPDATE campaign_recipients SET status = 2, delivered_at = sent_at WHERE id = (SELECT max(id) FROM campaign_recipients WHERE status = 3);
		UPDATE csat_survey_responses SET conversation_id = 19, rating = 9, created_at = '2020-01-01' WHERE id = 1;
		RESET search_path`,
		"message: 2 rows have the same id as another row, for example 10",
		"contact: 2 rows have the same id as another row, for example 4",
		"message: 1 row refers to a conversation that does not exist (conversation_id): 11",
		"message: 1 row refers to a line that does not exist (line_id): 12",
		"message: 1 row belongs to another account than its conversation: 13",
		"conversation: 1 row refers to a contact that does not exist (contact_id): 14",
		"conversation_event: 1 row refers to a conversation that does not exist (conversation_id): 900005",
		"message: 1 row is dated in the future (created_at): 15",
		"conversation: 1 row is dated in the future (created_at): 16",
		"conversation_event: 1 row is dated in the future (at): ",
		"conversation_event: 1 row has a negative duration: 18 (reply)",
		"conversation: 2 rows were answered before they were opened: 16, 17",
		"message: 1 row was delivered before it was sent: -1",
		"message: 1 row was read before it was delivered: -1",
		"message: 1 row has a status before delivered, or failed, but a delivery or read time: -",
		"csat: 1 row was answered before it was sent: 19",
		"csat: 1 row has a rating that is not between 1 and 5: 19 (9)")
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
	if !now.Records("conversation_event.reopened") || !now.Records("message.delivered_at") {
		t.Error("what newer versions have is unknown")
	}

	change("DROP TABLE campaign_recipients")
	change("DELETE FROM reporting_events WHERE name = 'conversation_opened'")
	change("ALTER TABLE campaigns DROP COLUMN template_params")
	change("ALTER TABLE conversations DROP COLUMN group_type; ALTER TABLE contacts DROP COLUMN group_type")
	older := found()
	sourcetest.Whole(t, older, "rate_card")
	_, unknown := catalog.Limits(older.Has, older.Records)
	if want := []string{"button_clicks", "reopenings"}; !slices.Equal(unknown, want) {
		t.Errorf("unknown is %q, want %q", unknown, want)
	}
	if older.Records("message.delivered_at") {
		t.Error("nobody tells when a message was delivered")
	}

	change("ALTER TABLE conversations DROP COLUMN waiting_since, DROP COLUMN priority, DROP COLUMN cached_label_list")
	change("DROP TABLE csat_survey_responses, channel_twilio_sms, schema_migrations")
	old := found()
	if len(old.Fatal()) > 0 || old.Version != "" {
		t.Errorf("%v, version %q", old.Fatal(), old.Version)
	}
	if got := problem(old, "conversation"); got != "partial: "+schema+".conversations.priority does not exist; "+schema+".conversations.waiting_since does not exist; metrics that need this are not recorded" {
		t.Error(got)
	}
	if got := problem(old, "csat"); got != "missing: "+schema+".csat_survey_responses does not exist" {
		t.Error(got)
	}
	if got := problem(old, "line"); !strings.HasPrefix(got, "partial: "+schema+".channel_twilio_sms.medium does not exist") {
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
	if err != nil || len(result.Rows) != 1 || result.Rows[0][0] != nil || result.Rows[0][1] != nil || !slices.Contains(result.Notices, "Not recorded by this database: Priority (Conversations). Not available as a result: Conversations.") {
		t.Errorf("%v, %v", result, err)
	}

	change("ALTER TABLE messages RENAME TO posts")
	none := found()
	if got := problem(none, "message"); got != "missing: "+schema+".messages does not exist" || len(none.Fatal()) == 0 {
		t.Errorf("%s, fatal %v", got, none.Fatal())
	}
}

// TestWords reads what few rows of the story hold: the texts of failures, and groups,
// which are nobody.
func TestWords(t *testing.T) {
	schema, _ := sourcetest.Tell(t, kind, story.Data())
	conn := pgtest.Connect(t)
	found := sourcetest.Found(t, sourcetest.Open(t, kind, "", source.Settings{Schema: schema}))
	one := func(relation, columns, where string) (value *string) {
		t.Helper()
		sql := "SELECT max(" + columns + ") FROM " + found.From(relation, source.Span{}, pgtest.Quote) + " AS r WHERE " + where
		if err := conn.QueryRow(t.Context(), sql).Scan(&value); err != nil {
			t.Fatal(err)
		}
		return value
	}
	for _, text := range []string{"131047: Re-engagement message", "Template not found or invalid template name", "Código de erro: 30007", "403, Forbidden: bot was blocked by the user"} {
		if _, err := conn.Exec(t.Context(), strings.ReplaceAll(`UPDATE $schema.messages SET message_type = 1, content_type = 0, private = false, status = 3, content_attributes = json_build_object('external_error', $1::text)
			WHERE id = (SELECT min(id) FROM $schema.messages)`, "$schema", schema), text); err != nil {
			t.Fatal(err)
		}
		if got := one("message", "error_text", "r.sequence = 1"); got == nil || *got != text {
			t.Errorf("%s: %v", text, got)
		}
	}
	if name := one("contact", "name", "r.name = 'A group'"); name != nil {
		t.Error("a group is a contact")
	}
}

// TestOwnFigures computes what Chatwoot's own reports show, by its own definitions,
// on the same rows: the figures, and what docs/chatwoot.md says that Parley counts
// beside them.
func TestOwnFigures(t *testing.T) {
	schema, told := sourcetest.Tell(t, kind, story.Data())
	conn := pgtest.Connect(t)
	// Chatwoot itself knows neither groups nor reactions, and somebody may be taken off.
	if _, err := conn.Exec(t.Context(), strings.ReplaceAll(`DELETE FROM $schema.schema_migrations WHERE version = '20250314185939';
		ALTER TABLE $schema.conversations DROP COLUMN group_type; ALTER TABLE $schema.contacts DROP COLUMN group_type;
		UPDATE $schema.conversations SET assignee_id = NULL WHERE id % 5 = 0`, "$schema", schema)); err != nil {
		t.Fatal(err)
	}
	e := sourcetest.Open(t, kind, "", source.Settings{Schema: schema, Account: "1"})
	r := calendar.Range{From: story.End.AddDate(0, 0, -10), To: story.End.AddDate(0, 0, -1)}

	const (
		labels = "LEFT JOIN $schema.taggings g ON g.taggable_type = 'Conversation' AND g.context = 'labels' AND g.taggable_id = c.id LEFT JOIN $schema.tags t ON t.id = g.tag_id"
		// Without an assignee a conversation is that of the agent who wrote last.
		agentOf = `coalesce(c.assignee_id, (SELECT w.sender_id FROM $schema.messages w
			WHERE w.conversation_id = c.id AND w.message_type = 1 AND NOT w.private AND w.content_type <> 12 AND w.sender_type = 'User' ORDER BY w.created_at DESC, w.id DESC LIMIT 1))::text`
		messages = "SELECT $message, count(*) FROM $schema.messages m JOIN $schema.conversations c ON c.id = m.conversation_id $labels WHERE m.account_id = 1 AND m.created_at $range AND "
		events   = " FROM $schema.reporting_events e JOIN $schema.conversations c ON c.id = e.conversation_id $labels WHERE e.account_id = 1 AND e.created_at $range AND "
	)
	cuts := []struct{ dimension, labels, conversation, message, event string }{
		{"", "", "'all'", "'all'", "'all'"},
		{"line", "", "c.inbox_id::text", "m.inbox_id::text", "e.inbox_id::text"},
		{"team", "", "c.team_id::text", "c.team_id::text", "c.team_id::text"},
		{"agent", "", "c.assignee_id::text", "CASE WHEN m.sender_type = 'User' THEN m.sender_id END::text", "e.user_id::text"},
		{"conversation_tag", labels, "t.name", "t.name", "t.name"},
	}
	figures := func(sql, labels, conversation, message, event string) map[string]float64 {
		t.Helper()
		if sql == "" {
			return nil
		}
		sql = strings.NewReplacer("$conversation", conversation, "$message", message, "$event", event, "$labels", labels).Replace(sql)
		sql = strings.NewReplacer("$range", "BETWEEN $1 AND $2", "$schema", schema).Replace(sql)
		rows, err := conn.Query(t.Context(), sql, r.From, r.To.Add(-time.Microsecond))
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		byKey := map[string]float64{}
		var key *string
		var value float64
		if _, err := pgx.ForEachRow(rows, []any{&key, &value}, func() error {
			if key != nil {
				byKey[*key] = value
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return byKey
	}
	ours := func(q query.Query) map[string]float64 {
		t.Helper()
		result, err := e.Run(t.Context(), engine.Request{Query: q, Range: r, Now: r.To})
		if err != nil {
			t.Fatal(err)
		}
		byKey := map[string]float64{}
		for _, row := range agree.RowsOf(result) {
			key, ok := "all", true
			for _, id := range q.GroupBy {
				key, ok = row[id].(string)
			}
			if value, isNumber := agree.Number(row[q.Metrics[0]]); ok && isNumber {
				byKey[key] = value
			}
		}
		return byKey
	}
	// A figure is Chatwoot's. Besides are the rows that Parley counts beside it, by
	// agent or by whatever.
	type figure struct {
		name, chatwoot           string
		query                    query.Query
		besides, besidesByAgents string
	}
	compare := func(f figure) {
		t.Helper()
		for _, cut := range cuts {
			q, besides := f.query, f.besides
			if cut.dimension != "" {
				q.GroupBy = []string{cut.dimension}
			}
			if cut.dimension == "agent" && f.besidesByAgents != "" {
				besides = f.besidesByAgents
			}
			theirs, more := figures(f.chatwoot, cut.labels, cut.conversation, cut.message, cut.event), figures(besides, cut.labels, cut.conversation, cut.message, cut.event)
			mine := ours(q)
			if len(theirs) == 0 && (f.name != "incoming" || cut.dimension != "agent") { // nobody but contacts writes those
				t.Errorf("%s by %s: nothing to compare", f.name, cut.dimension)
			}
			if besides != "" && len(more) == 0 && (f.besides == "" || cut.dimension != "agent") {
				t.Errorf("%s by %s: the story has nothing of what differs", f.name, cut.dimension)
			}
			keys := maps.Clone(mine)
			maps.Copy(keys, theirs)
			maps.Copy(keys, more)
			for key := range keys {
				if want := theirs[key] + more[key]; math.Abs(mine[key]-want) > 1e-6*want {
					t.Errorf("%s by %s of %s is %v, Chatwoot shows %v beside %v", f.name, cut.dimension, key, mine[key], theirs[key], more[key])
				}
			}
		}
	}
	inTickets := []query.Filter{{Dimension: "conversation_id", Operator: "notIn", Values: []string{catalog.None}}}
	compare(figure{
		name: "conversations", query: query.Query{Metrics: []string{"conversations"}},
		chatwoot:        "SELECT $conversation, count(DISTINCT c.id) FROM $schema.conversations c $labels WHERE c.account_id = 1 AND c.created_at $range GROUP BY 1",
		besidesByAgents: "SELECT " + agentOf + ", count(*) FROM $schema.conversations c WHERE c.account_id = 1 AND c.created_at $range AND c.assignee_id IS NULL GROUP BY 1",
	})
	compare(figure{name: "incoming", query: query.Query{Metrics: []string{"messages_received"}}, chatwoot: messages + "m.message_type = 0 AND m.content_type <> 12 GROUP BY 1"})
	compare(figure{
		name: "outgoing without notes and calls", query: query.Query{Metrics: []string{"messages_outbound"}, Filters: inTickets},
		chatwoot: messages + "m.message_type = 1 AND NOT m.private AND m.content_type <> 12 GROUP BY 1",
		besides:  messages + "m.message_type = 3 AND NOT m.private GROUP BY 1", // Chatwoot's own
	})
	compare(figure{
		name: "resolutions", query: query.Query{Metrics: []string{"resolutions"}},
		chatwoot:        "SELECT $event, count(*)" + events + "e.name = 'conversation_resolved' GROUP BY 1",
		besidesByAgents: "SELECT " + agentOf + ", count(*)" + events + "e.name = 'conversation_resolved' AND e.user_id IS NULL GROUP BY 1",
	})
	compare(figure{name: "reply time", query: query.Query{Metrics: []string{"reply_time_avg"}}, chatwoot: "SELECT $event, avg(e.value)" + events + "e.name = 'reply_time' GROUP BY 1"})

	// Before 4.6 Chatwoot counted a conversation once, and only while it stayed
	// resolved.
	held := figures("SELECT 'all', count(DISTINCT e.conversation_id)"+events+"e.name = 'conversation_resolved' AND c.status = 1", "", "", "", "")
	if all := ours(query.Query{Metrics: []string{"resolutions"}}); held["all"] == 0 || all["all"] <= held["all"] {
		t.Errorf("%v resolutions, older versions show %v: the story has none that did not hold", all, held)
	}

	// The first response, of all conversations that have one: Chatwoot averages those of
	// a time, Parley those of the conversations of a time.
	r = calendar.Range{From: r.From.AddDate(-1, 0, 0), To: told.Messages[len(told.Messages)-1].CreatedAt.AddDate(0, 1, 0)}
	first := figures("SELECT e.conversation_id::text, e.value"+events+"e.name = 'first_response'", "", "", "", "")
	mine := ours(query.Query{Metrics: []string{"first_response_time_avg"}, GroupBy: []string{"conversation_id"}})
	for id, value := range first {
		if mine[id] != value {
			t.Errorf("first response of %s is %v, Chatwoot recorded %v", id, mine[id], value)
		}
	}
	if len(first) == 0 || len(mine) <= len(first) {
		t.Errorf("%d first responses, Chatwoot recorded %d: the story has none without a record", len(mine), len(first))
	}
	answered := []query.Filter{{Dimension: "conversation_id", Operator: "in", Values: slices.Collect(maps.Keys(first))}}
	cuts[3].event = agentOf // whose the conversation is, not who answered
	compare(figure{
		name: "first response", query: query.Query{Metrics: []string{"first_response_time_avg"}, Filters: answered},
		chatwoot: "SELECT $event, avg(e.value)" + events + "e.name = 'first_response' GROUP BY 1",
	})
}
