package fieldtest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/fieldtest"
)

// TestEvolutionWithoutUpdates: an installation that stores no MessageUpdate keeps the
// status on the message itself, and phones are free all the same.
func TestEvolutionWithoutUpdates(t *testing.T) {
	own := func(statuses ...string) (rows string) {
		for i, status := range statuses {
			rows += fmt.Sprintf(`%[1]s VALUES ('m%[2]d', '{"id": "A%[2]d", "fromMe": true, "remoteJid": "551190000000%[2]d@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1');
UPDATE "Message" SET status = %[3]s WHERE id = 'm%[2]d';`, evolutionMessage, i, status)
		}
		return rows
	}
	const query = `{"metrics": ["messages_outbound", "messages_sent", "messages_failed", "messages_pending", "messages_delivered", "messages_read", "cost_usd"]}`
	fieldtest.Run(t,
		fieldtest.Case{Name: "statuses of the messages", Kind: "evolution", Query: query, Rows: own("'PENDING'", "'SERVER_ACK'", "'delivery_ack'", "'READ'", "'PLAYED'", "'ERROR'"),
			Want: []string{`{"messages_outbound": 6, "messages_sent": 4, "messages_failed": 1, "messages_pending": 1, "messages_delivered": 3, "messages_read": 2, "cost_usd": 0}`}},
		fieldtest.Case{Name: "no status but the first", Kind: "evolution", Query: query, Rows: own("'PENDING'", "NULL"), Notice: "delivered",
			Want: []string{`{"messages_outbound": 2, "messages_sent": 2, "messages_failed": null, "messages_delivered": null, "cost_usd": 0}`}},
	)
}

// TestImpossibleTimesOfProducts: rows with an impossible time are left out, with a notice.
func TestImpossibleTimesOfProducts(t *testing.T) {
	const chatwoot = `INSERT INTO messages (id, message_type, sender_type, sender_id, content, created_at) VALUES (1, 0, 'Contact', 1, 'a', '2026-11-10 12:00'), (2, 0, 'Contact', 1, 'b', 'infinity'), (3, 0, 'Contact', 1, 'c', '9999-01-01');`
	const ticketz = `INSERT INTO "Messages" (id, body, "mediaType", "fromMe", "ticketId", "companyId", "createdAt", "updatedAt") VALUES ('A', 'a', 'conversation', false, 1, 1, '2026-11-10 12:00Z', now()), ('B', 'b', 'conversation', false, 1, 1, 'infinity', now());`
	const query = `{"metrics": ["messages_received"]}`
	fieldtest.Run(t,
		fieldtest.Case{Name: "chatwoot", Kind: "chatwoot", Rows: chatwoot, Query: query, Want: []string{`{"messages_received": 1}`}, Notice: "message ignored: 2, .*created_at", Check: "created_at"},
		fieldtest.Case{Name: "chatwoot of an account", Kind: "chatwoot", Account: "1", Rows: chatwoot, Query: query, Want: []string{`{"messages_received": 1}`}, Notice: "message ignored: 2, .*created_at"},
		fieldtest.Case{Name: "ticketz", Kind: "ticketz", Rows: ticketz, Query: query, Want: []string{`{"messages_received": 1}`}, Notice: "message ignored: 1, .*created_at"},
	)
}

// TestWebhooksOutOfReach: what the reports can't find is found by the check.
func TestWebhooksOutOfReach(t *testing.T) {
	text := func(received, item string) string {
		return `INSERT INTO whatsapp_webhook (received_at, payload) VALUES ('` + received + `', '{"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "15550000001", "phone_number_id": "L"}, ` + item + `}}]}]}');`
	}
	const message = `"messages": [{"from": "5511900000001", "id": "wamid.1", "type": "text", "text": {"body": "hi"}, "timestamp": "1794312000"}]`
	fieldtest.Run(t,
		fieldtest.Case{Name: "imported later", Kind: "webhook", Rows: text("2026-11-25 12:00Z", message), Check: "1 row.*more than 8 days"},
		fieldtest.Case{Name: "a status without a time", Kind: "webhook", Query: `{"metrics": ["messages_sent"]}`, Want: []string{`{"messages_sent": 1}`}, Check: "1 row.*without a time",
			Rows: text("2026-11-10 12:00Z", `"statuses": [{"id": "wamid.2", "status": "sent", "recipient_id": "5511900000001", "timestamp": "1794312000"}, {"id": "wamid.3", "status": "sent", "recipient_id": "5511900000002", "timestamp": "2026-11-10T12:00:00Z"}]`)},
		fieldtest.Case{Name: "of Instagram", Kind: "webhook", Query: `{"metrics": ["messages_sent"]}`, Error: "webhooks of Instagram",
			Rows: `INSERT INTO whatsapp_webhook (received_at, payload) VALUES ('2026-11-10 12:00Z', '{"object": "instagram", "entry": [{"id": "1", "time": 1794312000, "messaging": [{"sender": {"id": "2"}, "message": {"mid": "m", "text": "hi"}}]}]}')`},
	)
}

// TestWithoutStatistics: tables that were loaded a moment ago and have no statistics yet
// are answered in time.
func TestWithoutStatistics(t *testing.T) {
	const chatwoot = `
ALTER TABLE reporting_events SET (autovacuum_enabled = false); ALTER TABLE messages SET (autovacuum_enabled = false); ALTER TABLE conversations SET (autovacuum_enabled = false);
CREATE INDEX ON reporting_events (conversation_id); CREATE INDEX ON reporting_events (created_at); CREATE INDEX ON messages (conversation_id); CREATE INDEX ON messages (created_at);
INSERT INTO contacts (id, name) SELECT g, 'c' || g FROM generate_series(2, 1500) g;
INSERT INTO conversations (id, display_id, contact_id, created_at, status, assignee_id) SELECT g, g, g, timestamp '2026-11-01' + g * interval '1000 s', g % 2, 7 FROM generate_series(2, 1500) g;
INSERT INTO messages (id, message_type, sender_type, sender_id, conversation_id, content, created_at) SELECT g, g % 2, CASE g % 2 WHEN 0 THEN 'Contact' ELSE 'User' END, 7, 2 + g / 6, 'a', timestamp '2026-11-01' + g * interval '166 s' FROM generate_series(1, 8900) g;
INSERT INTO reporting_events (name, value, conversation_id, user_id, created_at) SELECT (ARRAY['first_response', 'reply_time', 'conversation_resolved', 'conversation_opened', 'conversation_bot_handoff'])[1 + g % 5], 300, 2 + g / 5, 7,
  timestamp '2026-11-01' + g * interval '200 s' FROM generate_series(0, 7400) g;`
	numbers := `INSERT INTO "IsOnWhatsapp" (id, "remoteJid", "jidOptions", "updatedAt") SELECT 'o' || g, '55119' || lpad(g::text, 8, '0') || '@s.whatsapp.net', '55119' || lpad(g::text, 8, '0') || '@s.whatsapp.net,' || g || '99@lid', now() FROM generate_series(0, 3000) g;
INSERT INTO "Message" (id, key, "messageType", message, source, "messageTimestamp", "instanceId") SELECT 'm' || g, jsonb_build_object('id', 'A' || g, 'fromMe', g % 2 = 0, 'remoteJid', (g % 3000) || '99@lid'), 'conversation', '{"conversation": "hi"}', 'android', 1794312000 + g, 'i1' FROM generate_series(1, 8000) g;`
	for _, c := range []struct {
		kind, rows string
		metrics    []string
	}{
		{"chatwoot", chatwoot, []string{"resolution_time_avg", "first_response_time_avg", "conversations_unattended", "reply_time_avg", "messages_per_conversation"}},
		{"evolution", numbers, []string{"messages_received", "sessions"}},
	} {
		opened := fieldtest.Case{Kind: c.kind, Rows: c.rows}
		e, _, _ := fieldtest.Open(t, opened)
		for _, metric := range c.metrics {
			started := time.Now()
			opened.Query = fmt.Sprintf(`{"metrics": [%q], "groupBy": ["line"]}`, metric)
			result, err := fieldtest.Answer(t, e, opened)
			if err != nil || len(result.Rows) != 1 {
				t.Errorf("%s of %s: %v, %v", metric, c.kind, result, err)
			}
			t.Log(c.kind, metric, time.Since(started).Round(time.Millisecond))
		}
	}
}
