package fieldtest_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/parley-reports/parley/internal/fieldtest"
	"github.com/parley-reports/parley/pkg/engine"
)

// reports are the reports that read the attributes of messages.
var reports = []string{
	"channels", "sessions_over_time", "messages_over_time", "initiations", "sends", "funnel", "failures", "notification_details",
	"message_details_sent", "message_details_received", "cost", "campaign_sends", "overview", "agents", "conversation_details", "open_conversations", "template_changes", "message_log",
}

// unreadable are values of content_attributes, as JSON literals of SQL, that Chatwoot
// or somebody behind its API wrote, and that PostgreSQL can't read as objects.
var unreadable = map[string]string{
	"NUL":                      `'{"raw":"a\u0000b","in_reply_to":7}'`,
	"NUL in a text":            `'"{\"raw\":\"a\\u0000b\",\"in_reply_to\":7}"'`,
	"half a pair":              `'{"raw":"\ud83d","referral":null,"in_reply_to":7}'`,
	"half a pair in a text":    `'"{\"raw\":\"\\ude00 x\",\"in_reply_to\":7}"'`,
	"an escaped backslash":     `'{"raw":"a\\u0000","in_reply_to":7}'`,
	"a pair":                   `'{"raw":"\ud83d\ude00","in_reply_to":7}'`,
	"a Ruby hash":              `'"{\"in_reply_to\"=>7, :external_error=>nil}"'`,
	"an unfinished text":       `'"{\"in_reply_to\":7,\"external_error\":\"cut"'`,
	"a list":                   `'[{"in_reply_to":7},"referral"]'`,
	"a list in a text":         `'"[\"in_reply_to\"]"'`,
	"a text":                   `'"in_reply_to referral is_reaction external_error"'`,
	"an empty text":            `'""'`,
	"a number":                 `'7'`,
	"true":                     `'true'`,
	"null":                     `'null'`,
	"no value":                 `NULL`,
	"the text null":            `'"null"'`,
	"a text in a text":         `to_json('"{\"in_reply_to\":7}"'::text)`,
	"an object for a value":    `'{"in_reply_to":{"a":[1]},"referral":"x","external_error":{"code":1},"external_echo":[true],"is_reaction":{}}'`,
	"an infinite number":       `'{"in_reply_to":1e999,"automation_rule_id":1e999}'`,
	"a key twice":              `'{"in_reply_to":7,"in_reply_to":8}'`,
	"spaces before":            `E' \n {"in_reply_to":7}'`,
	"deep":                     `(repeat('{"referral":', 500) || '1' || repeat('}', 500))::json`,
	"a long e-mail":            `json_build_object('in_reply_to', 7, 'email', json_build_object('in_reply_to', 'x', 'html', repeat('<p>referral</p>', 2000)))`,
	"an answer of a web page":  `'{"submitted_values":{"csat_survey_response":{"feedback_message":"ok\u0000","rating":9}}}'`,
	"an attribute as its name": `'{"\u0000":1,"":2,"in_reply_to":7}'`,
}

// TestUnreadableAttributes: whatever the attributes of messages hold, every report
// answers, and every message counts.
func TestUnreadableAttributes(t *testing.T) {
	kinds := []string{"0, 'Contact', 1, 0, 0", "1, 'User', 1, 3, 0", "1, NULL, NULL, 1, 0", "3, NULL, NULL, 0, 9", "0, 'Contact', 1, 0, 8", "0, 'Contact', 1, 0, 99"}
	values := slices.Sorted(maps.Values(unreadable))
	var rows strings.Builder
	for i, value := range values {
		for n, kind := range kinds {
			fmt.Fprintf(&rows, "INSERT INTO messages (id, content_attributes, message_type, sender_type, sender_id, status, content_type) VALUES (%d, %s, %s);\n", i*len(kinds)+n+1, value, kind)
		}
	}
	c := fieldtest.Case{Kind: "chatwoot", Rows: rows.String()}
	e, _, _ := fieldtest.Open(t, c)
	c.Query = `{"metrics": ["messages_received", "messages_outbound", "messages_failed"]}`
	result, err := fieldtest.Answer(t, e, c)
	if err != nil {
		t.Fatal(err)
	}
	row := fieldtest.Rows(result)[0]
	if n := float64(len(values)); row["messages_received"] != 3*n || row["messages_outbound"] != 3*n || row["messages_failed"] != n {
		t.Errorf("%v, want 3, 3 and 1 for each of %v", row, n)
	}
	for _, report := range reports {
		c.Query = fmt.Sprintf(`{"report": %q}`, report)
		if _, err := fieldtest.Answer(t, e, c); err != nil {
			t.Errorf("%s: %v", report, err)
		}
	}
}

// TestWhoLeft: the account's rows name people who left it, and nobody else.
func TestWhoLeft(t *testing.T) {
	const (
		people = `INSERT INTO users (id, name, uid) VALUES (7, 'Bea', '7'), (8, 'Caio', '8'), (9, 'Dora', '9');
			INSERT INTO accounts (id, name) VALUES (2, 'Other');
			INSERT INTO account_users (account_id, user_id) VALUES (1, 8), (2, 7), (2, 9);
			INSERT INTO contacts (id, account_id, name) VALUES (2, 2, 'Eva');
			INSERT INTO conversations (id, account_id, display_id, contact_id, assignee_id) VALUES (2, 2, 1, 2, 9);
			INSERT INTO messages (id, account_id, conversation_id, message_type, sender_type, sender_id, content) VALUES (20, 2, 2, 1, 'User', 9, 'x');`
		wrote = people + `INSERT INTO messages (id, message_type, sender_type, sender_id, content, source_id, status) VALUES (1, 1, 'User', 7, 'a', 'x1', 1), (2, 1, 'User', 8, 'b', 'x2', 1);`
	)
	both := []string{`{"agent_name": "Bea", "messages_sent": 1}`, `{"agent_name": "Caio", "messages_sent": 1}`}
	match := func(metric, name string) string {
		return fmt.Sprintf(`{"metrics": [%q], "filters": [{"dimension": "agent", "operator": "matches", "values": [%q]}]}`, metric, name)
	}
	fieldtest.Run(t,
		fieldtest.Case{Name: "by message", Kind: "chatwoot", Account: "1", Rows: wrote, Query: `{"metrics": ["messages_sent"], "groupBy": ["agent"]}`, Want: both},
		fieldtest.Case{Name: "filter", Kind: "chatwoot", Account: "1", Rows: wrote, Query: match("messages_sent", "Bea"), Want: []string{`{"messages_sent": 1}`}},
		fieldtest.Case{Name: "by assignment", Kind: "chatwoot", Account: "1", Rows: people + "UPDATE conversations SET assignee_id = 7 WHERE id = 1", Query: match("conversations", "Bea"), Want: []string{`{"conversations": 1}`}},
		fieldtest.Case{Name: "by event", Kind: "chatwoot", Account: "1", Rows: people + "INSERT INTO reporting_events (name, value, account_id, user_id, conversation_id) VALUES ('conversation_resolved', 60, 1, 7, 1)",
			Query: match("resolutions", "Bea"), Want: []string{`{"resolutions": 1}`}},
		fieldtest.Case{Name: "by rating", Kind: "chatwoot", Account: "1", Rows: people + "INSERT INTO csat_survey_responses (account_id, conversation_id, message_id, rating, contact_id, assigned_agent_id) VALUES (1, 1, 99, 5, 1, 7)",
			Query: match("csat_responses", "Bea"), Want: []string{`{"csat_responses": 1}`}},
		fieldtest.Case{Name: "the other account", Kind: "chatwoot", Account: "2", Rows: wrote, Query: `{"metrics": ["messages_outbound"], "groupBy": ["agent"]}`, Want: []string{`{"agent_name": "Dora", "messages_outbound": 1}`}},
		fieldtest.Case{Name: "views", Kind: "views", Account: "1", Query: match("messages_sent", "Bea|Dora"), Want: []string{`{"messages_sent": 1}`}, Rows: `
			ALTER TABLE line ADD account_id text DEFAULT '1'; ALTER TABLE agent ADD account_id text; INSERT INTO agent (agent_id, name, account_id) VALUES ('a7', 'Bea', '2'), ('a8', 'Caio', '1'), ('a9', 'Dora', NULL);
			INSERT INTO message (message_id, account_id, contact_id, line_id, direction, author_kind, agent_id, created_at) VALUES ('m1', '1', 'c1', 'L', 'outbound', 'agent', 'a7', '2026-11-10 12:00Z'),
			  ('m2', '2', 'c1', 'L', 'outbound', 'agent', 'a9', '2026-11-10 12:00Z'), ('m3', '1', 'c1', 'L', 'outbound', 'agent', 'a8', '2026-11-10 12:00Z')`},
		fieldtest.Case{Name: "ticketz", Kind: "ticketz", Account: "1", Rows: `INSERT INTO "Companies" (id, name) VALUES (2, 'Other');
			INSERT INTO "Users" (id, name, email, "companyId") VALUES (7, 'Bea', 'a', 2), (8, 'Caio', 'b', 1), (9, 'Dora', 'c', 2); UPDATE "Tickets" SET "userId" = 7`,
			Query: `{"metrics": ["conversations"], "groupBy": ["agent"]}`, Want: []string{`{"agent_name": "Bea", "conversations": 1}`}},
		fieldtest.Case{Name: "ticketz rounds", Kind: "ticketz", Account: "1", Rows: `INSERT INTO "Companies" (id, name) VALUES (2, 'Other'); INSERT INTO "Users" (id, name, email, "companyId") VALUES (7, 'Bea', 'a', 2);
			INSERT INTO "TicketTraking" ("ticketId", "companyId", "userId", "createdAt", "finishedAt") VALUES (1, 1, 7, '2026-11-10 11:00Z', '2026-11-10 13:00Z')`,
			Query: match("resolutions", "Bea"), Want: []string{`{"resolutions": 1}`}},
		fieldtest.Case{Name: "ticketz writers", Kind: "ticketz", Account: "1", Rows: `ALTER TABLE "Messages" ADD "userId" integer; INSERT INTO "Companies" (id, name) VALUES (2, 'Other'); INSERT INTO "Users" (id, name, email, "companyId") VALUES (7, 'Bea', 'a', 2), (9, 'Dora', 'c', 2);
			INSERT INTO "Messages" (id, body, "fromMe", "ticketId", ack, "userId", "companyId") VALUES ('A1', 'hi', true, 1, 2, 7, 1), ('A2', 'menu', true, 1, 2, NULL, 1)`,
			Query: `{"metrics": ["messages_sent"], "groupBy": ["agent", "author_kind"]}`, Want: []string{`{"agent_name": "Bea", "author_kind": "agent", "messages_sent": 1}`, `{"agent": null, "messages_sent": 1}`}},
	)
	for kind, c := range map[string]fieldtest.Case{
		"chatwoot": {Kind: "chatwoot", Account: "1", Rows: wrote},
		"ticketz":  {Kind: "ticketz", Account: "1", Rows: `INSERT INTO "Users" (id, name, email, "companyId") VALUES (7, 'Bea', 'a', 2), (8, 'Caio', 'b', 1), (9, 'Dora', 'c', 2); UPDATE "Tickets" SET "userId" = 7`},
	} {
		e, _, _ := fieldtest.Open(t, c)
		values, err := e.Values(t.Context(), engine.ValuesRequest{Dimension: "agent"})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, v := range values {
			names = append(names, v.Text)
		}
		if slices.Sort(names); !slices.Equal(names, []string{"Bea", "Caio"}) {
			t.Errorf("%s: the agents are %q", kind, names)
		}
	}
}

// TestWaiting: what the help desk says of waiting decides; a removed agent leaves
// messages without a sender.
func TestWaiting(t *testing.T) {
	const (
		removed = `UPDATE conversations SET first_reply_created_at = '2026-11-10 11:10', waiting_since = NULL;
			INSERT INTO messages (id, message_type, sender_type, sender_id, content, created_at, source_id, status) VALUES (1, 0, 'Contact', 1, 'hi', '2026-11-10 11:00', NULL, 0), (2, 1, NULL, NULL, 'answer', '2026-11-10 11:10', 'x1', 1);`
		view = `INSERT INTO conversation (conversation_id, account_id, contact_id, line_id, status, created_at, first_response_at, waiting_since) VALUES ('A', '1', 'c1', 'L', 'open', '2026-11-10 11:00Z', '2026-11-10 11:10Z', NULL);
			INSERT INTO message (message_id, account_id, conversation_id, contact_id, line_id, direction, author_kind, created_at) VALUES ('m1', '1', 'A', 'c1', 'L', 'inbound', 'contact', '2026-11-10 11:30Z');`
		query = `{"metrics": ["unattended_now", "conversations_unattended"]}`
	)
	none, one := []string{`{"unattended_now": 0, "conversations_unattended": 0}`}, []string{`{"unattended_now": 1, "conversations_unattended": 1}`}
	fieldtest.Run(t,
		fieldtest.Case{Name: "removed agent", Kind: "chatwoot", Rows: removed, Query: query, Want: none},
		fieldtest.Case{Name: "author of a removed agent", Kind: "chatwoot", Rows: removed, Query: `{"metrics": ["messages_outbound"], "groupBy": ["author_kind"], "filters": [{"dimension": "direction", "operator": "in", "values": ["outbound"]}]}`, Want: []string{`{"author_kind": null, "messages_outbound": 1}`}},
		fieldtest.Case{Name: "waits", Kind: "chatwoot", Rows: removed + "UPDATE conversations SET waiting_since = '2026-11-10 11:30'", Query: query, Want: one},
		fieldtest.Case{Name: "no answer", Kind: "chatwoot", Rows: removed + "UPDATE conversations SET first_reply_created_at = NULL", Query: query, Want: one},
		fieldtest.Case{Name: "an older version", Kind: "chatwoot", Rows: removed + "ALTER TABLE conversations DROP waiting_since; INSERT INTO messages (id, message_type, sender_type, sender_id, created_at) VALUES (3, 0, 'Contact', 1, '2026-11-10 11:30')", Query: query, Want: one},
		fieldtest.Case{Name: "views", Kind: "views", Rows: view, Query: query, Want: none},
		fieldtest.Case{Name: "views without the column", Kind: "views", Rows: view + "ALTER TABLE conversation DROP waiting_since", Query: query, Want: one},
		fieldtest.Case{Name: "ticketz", Kind: "ticketz", Rows: `INSERT INTO "Messages" (id, body, "fromMe", "ticketId", "createdAt") VALUES ('A1', 'hi', false, 1, '2026-11-10 11:30Z'); UPDATE "Tickets" SET status = 'open'`, Query: query, Want: one},
	)
}

// TestRatingWithoutSurvey: an answer whose survey is gone is an answer, and no survey.
func TestRatingWithoutSurvey(t *testing.T) {
	const query = `{"metrics": ["csat_responses", "csat_average", "csat_surveys", "csat_response_rate"]}`
	answer := []string{`{"csat_responses": 1, "csat_average": 4, "csat_surveys": 0, "csat_response_rate": null}`}
	fieldtest.Run(t,
		fieldtest.Case{Name: "chatwoot", Kind: "chatwoot", Query: query, Want: answer, Check: "^csat: 1 row .*survey",
			Rows: "INSERT INTO csat_survey_responses (account_id, conversation_id, message_id, rating, contact_id) VALUES (1, 1, 99, 4, 1)"},
		fieldtest.Case{Name: "ticketz", Kind: "ticketz", Query: query, Want: answer, Rows: `INSERT INTO "UserRatings" ("ticketId", "companyId", rate, "createdAt") VALUES (1, 1, 4, '2026-11-10 12:00Z')`},
		fieldtest.Case{Name: "views", Kind: "views", Query: query, Want: answer, Rows: "INSERT INTO csat (contact_id, rating, answered_at) VALUES ('c1', 4, '2026-11-10 12:00Z')"},
		fieldtest.Case{Name: "views without the column", Kind: "views", Query: query, Want: []string{`{"csat_responses": 1, "csat_average": 4, "csat_surveys": null, "csat_response_rate": null}`},
			Rows: "INSERT INTO csat (contact_id, rating, answered_at) VALUES ('c1', 4, '2026-11-10 12:00Z'); ALTER TABLE csat DROP sent_at"},
	)
}

// TestCallsOfHelpDesks: a call is no message and waits for nothing, with its recording
// too; a contact's call opens the 24-hour window.
func TestCallsOfHelpDesks(t *testing.T) {
	const query = `{"metrics": ["messages_outbound", "messages_received", "messages_pending", "messages_sent", "sessions", "notifications", "notifications_pending"]}`
	nothing := []string{`{"messages_outbound": 0, "messages_received": 0, "messages_pending": 0, "messages_sent": 0, "sessions": 0, "notifications": 0, "notifications_pending": 0}`}
	call := func(id int, message string) string {
		return fmt.Sprintf(`INSERT INTO messages (id, sender_type, sender_id, status, content, content_type, message_type, content_attributes, created_at) VALUES (%d, %s);`, id, message)
	}
	out := call(1, `'User', 7, 0, 'Voice Call', 12, 1, '{"data":{"status":"completed","call_direction":"outgoing"}}', '2026-11-02 12:00'`)
	in := call(1, `'Contact', 1, 0, 'Voice Call', 12, 0, '{"data":{"status":"no-answer","call_direction":"inbound"}}', '2026-11-02 12:00'`)
	const answer = `INSERT INTO messages (id, message_type, sender_type, sender_id, content, source_id, created_at) VALUES (2, 1, 'User', 7, 'hi', 'x', '2026-11-02 13:00');`
	fieldtest.Run(t,
		fieldtest.Case{Name: "outgoing", Kind: "chatwoot", Rows: out, Query: query, Want: nothing},
		fieldtest.Case{Name: "incoming", Kind: "chatwoot", Rows: in, Query: query, Want: nothing},
		fieldtest.Case{Name: "recorded", Kind: "chatwoot", Rows: out + "INSERT INTO attachments (message_id, file_type, account_id) VALUES (1, 1, 1)", Query: query, Want: nothing},
		fieldtest.Case{Name: "window", Kind: "chatwoot", Rows: in + answer, Query: `{"metrics": ["messages_sent", "sent_in_window_share"]}`, Want: []string{`{"messages_sent": 1, "sent_in_window_share": 1}`}},
		fieldtest.Case{Name: "no window by a call of one's own", Kind: "chatwoot", Rows: out + answer, Query: `{"metrics": ["messages_sent", "sent_in_window_share"]}`, Want: []string{`{"messages_sent": 1, "sent_in_window_share": 0}`}},
		fieldtest.Case{Name: "ticketz", Kind: "ticketz", Query: query, Want: nothing,
			Rows: `INSERT INTO "Messages" (id, body, "fromMe", "ticketId", ack, "mediaType") VALUES ('A1', 'lost call', false, 1, 1, 'call_log'), ('A2', 'lost call', true, 1, 1, 'call_log')`},
	)
}

// TestNoMessages: what products keep among messages and is none.
func TestNoMessages(t *testing.T) {
	one := []string{`{"messages_received": 1, "active_contacts": 1, "sessions": 1}`}
	const query = `{"metrics": ["messages_received", "active_contacts", "sessions"]}`
	fieldtest.Run(t,
		fieldtest.Case{Name: "chatwoot", Kind: "chatwoot", Query: query, Want: one, Rows: `INSERT INTO messages (id, message_type, sender_type, sender_id, content, content_type, content_attributes, private) VALUES
			(1, 0, 'Contact', 1, 'This message was deleted', 0, '{"deleted":true}', false), (2, 2, NULL, NULL, 'resolved by Bea', 0, '{}', false), (3, 1, 'User', 7, 'note', 0, '{}', true),
			(4, 0, 'Contact', 1, '👍', 0, '{"is_reaction":true,"in_reply_to":1}', false), (5, 0, 'Contact', 1, '👍', 0, '"{\"is_reaction\":true,\"raw\":\"\\u0000\"}"', false), (6, 9, NULL, NULL, 'newer', 0, '{}', false)`},
		fieldtest.Case{Name: "ticketz", Kind: "ticketz", Query: query, Want: one, Rows: `INSERT INTO "Messages" (id, body, "fromMe", "ticketId", "mediaType", "isDeleted", "dataJson") VALUES
			('A1', 'withdrawn', false, 1, NULL, true, NULL), ('A2', '👍', false, 1, 'reactionMessage', false, NULL), ('A3', '👍', false, 1, NULL, false, '{"key":{},"message":{"reactionMessage":{"text":"👍"}}}'),
			('A4', '', false, 1, 'protocolMessage', false, NULL), ('A5', 'vote', false, 1, 'pollUpdateMessage', false, NULL), ('A6', 'x', false, 1, 'e2e_notification', false, NULL)`},
		fieldtest.Case{Name: "ticketz, raw messages", Kind: "ticketz", Query: query, Want: one, Rows: `INSERT INTO "Messages" (id, body, "fromMe", "ticketId", "mediaType", "dataJson") VALUES
			('A1', 'hi', false, 1, 'wait', 'no JSON \u0000 {'), ('A2', '❤️', false, 1, '', '{"message":{"reactionMessage":{"text":"❤️"}}}')`},
	)
}

// TestOddRows: rows that a product's own constraints don't rule out, or that a dump
// without them brings, fail nobody's answer.
func TestOddRows(t *testing.T) {
	const chatwoot = `
		ALTER TABLE inboxes ALTER name DROP NOT NULL; ALTER TABLE csat_survey_responses ALTER rating DROP NOT NULL; ALTER TABLE messages ALTER content_type DROP NOT NULL, ALTER private DROP NOT NULL;
		INSERT INTO inboxes (id, name, channel_type, working_hours_enabled, timezone) VALUES (2, NULL, 'Channel::Whatsapp', true, 'UTC'), (3, '', 'Channel::Tiktok', false, NULL), (4, 'L', NULL, true, ''), (5, 'V', 'Channel::Voice', true, 'UTC');
		INSERT INTO working_hours (inbox_id, day_of_week, open_hour, open_minutes, close_hour, close_minutes) VALUES (2, 2, NULL, NULL, NULL, NULL), (2, 9, 9, 0, 18, 0), (2, 2, 25, 61, 99, 0), (2, 3, -1, 0, 18, 0), (2, 2, 9, 0, 24, 0);
		INSERT INTO contacts (id, name, additional_attributes) VALUES (2, NULL, '[1]'), (3, '', '"x"'), (4, ' ', '{"country_code":{"a":1}}'), (5, 'E', 'null'), (6, 'F', '5');
		INSERT INTO conversations (id, display_id, contact_id, inbox_id, status, priority, created_at, waiting_since, first_reply_created_at) VALUES (2, 2, 2, 2, 9, 99, '2026-11-10', NULL, NULL), (3, 3, 3, 3, -1, NULL, 'infinity', 'infinity', '-infinity'),
		  (4, 4, NULL, 99, 0, 1, '-infinity', '-infinity', 'infinity'), (5, 5, 999, 4, 0, 1, '0001-01-01', '4713-01-01 BC', '290000-01-01'), (6, 6, 4, 5, 0, 1, '2026-11-10', 'infinity', '-infinity');
		INSERT INTO messages (id, message_type, inbox_id, conversation_id, content, created_at, updated_at, additional_attributes, status, content_type) VALUES
		  (1, 0, 1, 1, 'hi', '2026-11-10 12:00', '2026-11-10', '[]', 0, 0), (2, 0, 2, 2, NULL, '2026-11-10 12:00', 'infinity', '"x"', 99, NULL), (3, 1, 3, 3, '', '2026-11-10 12:00', '-infinity', '{"template_params":[1],"campaign_id":{"a":1}}', NULL, 77),
		  (4, 1, 4, 6, 'x', 'infinity', 'infinity', '{"template_params":"welcome"}', 1, 0), (5, 1, 4, 6, 'x', '-infinity', 'infinity', '{"template_params":{"name":["a"],"category":5}}', 1, 0), (6, 0, 5, 6, 'x', '0001-01-01', '290000-01-01', NULL, 1, -1),
		  (7, 1, 5, 6, 'x', '2026-11-10 12:00', '2026-11-10', '{"template_params":{"name":null,"category":"MARKETING","language":{}},"campaign_id":""}', 3, 0), (8, 7, 5, 6, 'x', '2026-11-10 12:00', '2026-11-10', '5', 3, 0);
		INSERT INTO reporting_events (name, value, value_in_business_hours, conversation_id, inbox_id, user_id, created_at, event_start_time) VALUES ('conversation_resolved', 'NaN', 'Infinity', 2, 2, 99, '2026-11-10 13:00', 'infinity'), ('first_response', 'Infinity', '-Infinity', 1, 1, NULL, '2026-11-10 13:00', NULL),
		  ('reply_time', -5, NULL, 999, 999, NULL, 'infinity', NULL), ('conversation_opened', 'NaN', 0, 2, 2, NULL, '-infinity', NULL), (NULL, 1, 1, NULL, NULL, NULL, '2026-11-10 13:00', NULL), ('a newer event', 1, 1, 1, 1, NULL, '2026-11-10 13:00', NULL);
		INSERT INTO csat_survey_responses (conversation_id, message_id, rating, contact_id, created_at) VALUES (1, 1, 0, 1, '2026-11-10 13:00'), (2, 99, 7, 2, '2026-11-10 13:00'), (6, 98, NULL, 3, 'infinity'), (6, 97, 3, 3, '-infinity');
		INSERT INTO taggings (tag_id, taggable_type, taggable_id, context) VALUES (99, 'Conversation', 1, 'labels'), (NULL, 'Contact', NULL, 'labels'); INSERT INTO tags (id, name) VALUES (1, NULL), (2, ' '); INSERT INTO taggings (tag_id, taggable_type, taggable_id, context) VALUES (1, 'Conversation', 1, 'labels'), (2, 'Contact', 1, 'labels'), (2, 'Contact', 999, 'labels');
		INSERT INTO campaigns (id, display_id, title, inbox_id, template_params) VALUES (1, 1, '', 1, '"promo"'), (2, 2, 'x', 99, '[1]');
		INSERT INTO campaign_recipients (id, campaign_id, contact_id, inbox_id, status, sent_at, created_at) VALUES (1, 1, 1, 1, 77, 'infinity', '2026-11-10'), (2, 2, 1, 1, 4, '2026-11-10 12:00', '2026-11-10'), (3, 99, 2, 1, 5, NULL, '2026-11-10');`
	const ticketz = `
		INSERT INTO "Tickets" (id, "contactId", "whatsappId", status, "createdAt", "queueId") VALUES (2, NULL, NULL, 'lgpd', 'infinity', 99), (3, 99, 99, '', '-infinity', NULL), (4, 1, 1, 'group', '0001-01-01Z', NULL);
		INSERT INTO "Contacts" (id, name, number, channel) VALUES (2, '', '', NULL), (3, ' ', 'x@lid', 'fork');
		INSERT INTO "Whatsapps" (id, name, channel, "companyId") VALUES (2, ' ', 'tiktok', 99), (3, 'x', '', 98);
		INSERT INTO "Messages" (id, body, "fromMe", "ticketId", ack, "mediaType", "createdAt", "updatedAt", error, "dataJson", "quotedMsgId") VALUES ('A1', 'hi', false, 1, 99, 'fork', '2026-11-10 12:00Z', 'infinity', '[]', 'no JSON', 'x-1'), ('A2', '', true, 1, -1, NULL, '2026-11-10 12:00Z', '-infinity', '"text"', NULL, NULL),
		  ('A3', 'x', true, 2, -7, 'wait', 'infinity', 'infinity', '5', '"{"', 'A3'), ('A4', 'x', true, 3, 5, 'overlimit', '-infinity', 'infinity', 'null', '', NULL), ('A5', 'x', true, 999, 5, '', '0001-01-01Z', 'infinity', '{"code":{"a":1},"message":[1]}', '', NULL);
		INSERT INTO "TicketTraking" ("ticketId", "createdAt", "startedAt", "finishedAt", "ratingAt") VALUES (1, '2026-11-10 11:00Z', '2026-11-10 11:30Z', '2026-11-10 10:00Z', '2026-11-10 13:00Z'), (NULL, NULL, NULL, NULL, NULL), (1, NULL, NULL, '2026-11-10 12:00Z', '-infinity'), (99, '2026-11-10 11:00Z', NULL, '2026-11-10 12:00Z', NULL);
		INSERT INTO "UserRatings" ("ticketId", rate, "createdAt") VALUES (1, -3, '2026-11-10 12:00Z'), (1, 2147483647, '2026-11-10 12:00Z'), (NULL, NULL, NULL), (1, 5, 'infinity');
		UPDATE "Companies" SET schedules = '"[{\"weekdayEn\":\"monday\"}]"'; INSERT INTO "Queues" (id, color, name, schedules) VALUES (1, 'a', '', '[1, null, "x", {"weekdayEn": 5, "startTimeA": "25:99"}]'), (2, 'b', 'q', '{"weeklyRules": [1, {"days": "mon", "hours": {}}, {"days": [1, null], "hours": [null, {"from": 9}]}], "timezone": {"a": 1}}');
		INSERT INTO "TicketTags" ("ticketId", "tagId") VALUES (99, 99), (1, 98); INSERT INTO "Campaigns" (id, name) VALUES (1, ''); INSERT INTO "CampaignShipping" (number, message, "campaignId", "deliveredAt") VALUES ('', '', 1, 'infinity'), ('x', '', 99, '2026-11-10Z');`
	for kind, rows := range map[string]string{"chatwoot": chatwoot, "ticketz": ticketz} {
		c := fieldtest.Case{Kind: kind, Rows: rows}
		e, _, s := fieldtest.Open(t, c)
		if fatal := s.Fatal(); len(fatal) > 0 {
			t.Fatal(fatal)
		}
		queries := []string{
			`{"metrics": ["messages_received", "messages_sent", "sessions", "notifications", "waits"], "groupBy": ["business_hours", "channel", "line"]}`,
			`{"metrics": ["conversations", "conversations_open", "conversations_unattended", "first_response_time_avg"], "groupBy": ["conversation_status", "priority", "conversation_tag"]}`,
			`{"metrics": ["resolutions", "resolution_time_avg", "reply_time_avg", "csat_responses", "csat_average", "csat_surveys"]}`,
			`{"metrics": ["open_now", "unattended_now"], "groupBy": ["line"]}`, `{"metrics": ["first_response_time_business_avg"]}`,
		}
		queries[0] = strings.Replace(queries[0], `, "waits"`, "", 1)
		for _, report := range reports {
			queries = append(queries, fmt.Sprintf(`{"report": %q}`, report))
		}
		for _, q := range queries {
			c.Query = q
			if _, err := fieldtest.Answer(t, e, c); err != nil {
				t.Errorf("%s %s: %v", kind, q, err)
			}
		}
	}
}

// TestChecksOfAttributes: the check counts the rows whose attributes can't be read, and
// names them.
func TestChecksOfAttributes(t *testing.T) {
	row := func(value string) string {
		return "INSERT INTO messages (id, message_type, sender_type, sender_id, content_attributes) VALUES (41, 0, 'Contact', 1, " + value + "), (42, 0, 'Contact', 1, '{}'), (43, 0, 'Contact', 1, NULL);"
	}
	fieldtest.Run(t,
		fieldtest.Case{Name: "NUL", Kind: "chatwoot", Rows: row(unreadable["NUL"]), Check: "^message: 1 row has characters in content_attributes .*: 41[.] "},
		fieldtest.Case{Name: "NUL in a text", Kind: "chatwoot", Rows: row(unreadable["NUL in a text"]), Account: "1", Check: "^message: 1 row has characters in content_attributes .*: 41[.] "},
		fieldtest.Case{Name: "a Ruby hash", Kind: "chatwoot", Rows: row(unreadable["a Ruby hash"]), Check: "^message: 1 row has content_attributes that are not a JSON object: 41[.] "},
		fieldtest.Case{Name: "who is gone", Kind: "chatwoot", Rows: "INSERT INTO reporting_events (name, value, user_id, conversation_id) VALUES ('conversation_resolved', 5, 77, 1)", Check: "^conversation_event: 1 row refers to an agent that does not exist"},
	)
}
