package fieldtest_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/parley-reports/parley/internal/fieldtest"
)

// row is a message of the contract with the columns that matter.
func row(columns, values string) string {
	return "INSERT INTO message (account_id, line_id, created_at, " + columns + ") VALUES ('1', 'L', '2026-11-10 12:00Z', " + values + ");\n"
}

const inbound = `INSERT INTO message (message_id, account_id, contact_id, line_id, direction, created_at) VALUES ('ok', '1', 'c1', 'L', 'inbound', '2026-11-10 12:00Z');
`

// Blank texts are no values, words are compared in one case.
func TestBlankAndCapitals(t *testing.T) {
	capitals := `INSERT INTO message (message_id, account_id, contact_id, line_id, direction, author_kind, created_at, template_name, template_category, status, delivered_at) VALUES
('m1', '1', 'c1', 'L', 'outbound', 'campaign', '2026-11-10 12:00Z', 'promo', 'MARKETING', 'DELIVERED', '2026-11-10 12:01Z'),
('m2', '1', 'c1', 'L', ' Outbound', 'Campaign ', '2026-11-12 12:00Z', 'promo', E'marketing\u00a0', 'READ', NULL);`
	// Each kind of blank once, in every column.
	rows := inbound + "DELETE FROM message; "
	for i, blank := range []string{"''", "'  '", `E'\t'`, `E'\u00a0'`, `E'\u200b\ufeff'`, "NULL"} {
		rows += "INSERT INTO message (message_id, direction, created_at, contact_id, account_id, line_id, conversation_id, agent_id, campaign_id, template_name, subaccount, correlation_id) VALUES ('m" + strconv.Itoa(i) + "', 'inbound', '2026-11-10 12:00Z'"
		rows += strings.Repeat(", "+blank, 9) + ");\n"
		contact := "'k" + strconv.Itoa(i) + "'"
		rows += "INSERT INTO contact (contact_id, name, phone) VALUES (" + contact + ", " + blank + ", " + blank + ");\n"
		rows += row("message_id, direction, contact_id", contact+", 'inbound', "+contact)
		if blank != "NULL" {
			rows += "INSERT INTO tag VALUES ('contact', " + contact + ", " + blank + "), (' Contact', " + contact + ", 'vip');\n"
		}
	}
	cases := []fieldtest.Case{
		{Name: "blank ids", Kind: "views", Rows: rows, Quiet: true,
			Query: `{"metrics": ["messages_received", "active_contacts"], "filters": [{"dimension": "contact", "operator": "in", "values": ["(none)"]}], "groupBy": ["contact", "account", "line", "conversation_id", "agent", "campaign", "template", "subaccount", "correlation_id"]}`,
			Want:  []string{`{"contact": null, "account": null, "line": null, "conversation_id": null, "agent": null, "campaign": null, "template": null, "subaccount": null, "correlation_id": null, "messages_received": 6, "active_contacts": 0}`}},
		{Name: "blank tags", Kind: "views", Rows: rows, Query: `{"metrics": ["messages_received"], "groupBy": ["contact_tag"]}`, Want: []string{`{"contact_tag": "vip", "messages_received": 5}`, `{"contact_tag": null, "messages_received": 7}`}},
		{Name: "blank names", Kind: "views", Rows: rows, Query: `{"metrics": ["sessions"], "groupBy": ["contact"]}`,
			Want: []string{`{"contact_name": "k0"}`, `{"contact_name": "k1"}`, `{"contact_name": "k2"}`, `{"contact_name": "k3"}`, `{"contact_name": "k4"}`, `{"contact_name": "k5"}`}},
		{Name: "blank contacts", Kind: "views", Rows: row("message_id, direction, contact_id", "'m1', 'inbound', ''") + row("message_id, direction, contact_id", `'m2', 'inbound', E'\u00a0'`),
			Query: `{"metrics": ["messages_received", "active_contacts", "sessions"], "groupBy": ["contact"]}`, Want: []string{`{"contact": null, "messages_received": 2, "active_contacts": 0, "sessions": 0}`}},
		{Name: "the phone for a name", Kind: "views", Rows: inbound + "UPDATE contact SET name = ' '",
			Query: `{"metrics": ["messages_received"], "groupBy": ["contact"]}`, Want: []string{`{"contact": "c1", "contact_name": "+5511900000001", "messages_received": 1}`}},
	}
	cases = append(cases,
		fieldtest.Case{Name: "category", Kind: "views", Rows: capitals, Query: `{"metrics": ["templates_sent"], "groupBy": ["template_category", "author_kind"]}`,
			Want: []string{`{"template_category": "marketing", "author_kind": "campaign", "templates_sent": 2}`}},
		fieldtest.Case{Name: "category filtered", Kind: "views", Rows: capitals, Query: `{"metrics": ["templates_sent"], "filters": [{"dimension": "template_category", "operator": "in", "values": ["MARKETING "]}]}`,
			Want: []string{`{"templates_sent": 2}`}},
		fieldtest.Case{Name: "category by a pattern", Kind: "views", Rows: capitals, Query: `{"metrics": ["templates_sent"], "filters": [{"dimension": "template_category", "operator": "matches", "values": ["^MARK"]}]}`,
			Want: []string{`{"templates_sent": 2}`}},
		fieldtest.Case{Name: "template changes", Kind: "views", Rows: capitals, Query: `{"report": "template_changes"}`, Want: []string{`{"change": "template"}`}},
		fieldtest.Case{Name: "country", Kind: "views", Rows: "INSERT INTO contact (contact_id, country) VALUES ('c2', ' br'); " + inbound + row("message_id, direction, contact_id", "'m2', 'INBOUND', 'c2'"),
			Query: `{"metrics": ["messages_received"], "groupBy": ["country"], "filters": [{"dimension": "country", "operator": "in", "values": ["br"]}]}`, Want: []string{`{"country": "BR", "messages_received": 2}`}},
		fieldtest.Case{Name: "channel", Kind: "views", Rows: inbound + "UPDATE line SET channel = 'WhatsApp '",
			Query: `{"metrics": ["messages_received"], "groupBy": ["channel"], "filters": [{"dimension": "channel", "operator": "in", "values": ["whatsapp"]}]}`, Want: []string{`{"channel": "whatsapp", "messages_received": 1}`}},
		fieldtest.Case{Name: "conversation", Kind: "views", Rows: "INSERT INTO conversation (conversation_id, contact_id, status, priority, created_at) VALUES ('v', 'c1', 'OPEN', ' Urgent', '2026-11-10 12:00Z'); INSERT INTO conversation_event (conversation_id, name, at, seconds) VALUES ('v', 'Resolved ', '2026-11-10 13:00Z', 60)",
			Query: `{"metrics": ["conversations_open", "open_now", "resolutions"], "groupBy": ["conversation_status", "priority"]}`,
			Want:  []string{`{"conversation_status": "open", "priority": "urgent", "conversations_open": 1, "open_now": 1, "resolutions": 1}`}},
		fieldtest.Case{Name: "chatwoot country", Kind: "chatwoot", Rows: `UPDATE contacts SET country_code = 'br', additional_attributes = '{"country_code": "br"}'; INSERT INTO messages (id, message_type, sender_type, sender_id, content) VALUES (1, 0, 'Contact', 1, 'hi')`,
			Query: `{"metrics": ["messages_received"], "groupBy": ["country"]}`, Want: []string{`{"country": "BR", "messages_received": 1}`}},
		fieldtest.Case{Name: "chatwoot name", Kind: "chatwoot", Rows: `UPDATE contacts SET name = E'\u200e '; INSERT INTO messages (id, message_type, sender_type, sender_id, content) VALUES (1, 0, 'Contact', 1, 'hi')`,
			Query: `{"metrics": ["messages_received"], "groupBy": ["contact"]}`, Want: []string{`{"contact": "1", "contact_name": "+5511900000001"}`}},
	)
	fieldtest.Run(t, cases...)
}

// A direction that is neither of the two leaves the row out everywhere.
func TestDirection(t *testing.T) {
	rows := inbound
	for i, direction := range []string{"NULL", "''", "'outgoing'", "'in'", "'true'", `E'\u00a0'`} {
		rows += row("message_id, contact_id, direction", "'m"+strconv.Itoa(i)+"', 'c1', "+direction)
	}
	const notice = `Rows of message ignored: 6, such as m0, m5\. Their direction is not inbound or outbound`
	fieldtest.Run(t,
		fieldtest.Case{Name: "metrics", Kind: "views", Rows: rows, Query: `{"metrics": ["messages", "messages_received", "messages_outbound", "sessions", "active_contacts"]}`,
			Want:   []string{`{"messages": 1, "messages_received": 1, "messages_outbound": 0, "sessions": 1, "active_contacts": 1}`},
			Notice: notice, Check: `^message: 6 rows have a direction other than inbound or outbound, for example m`},
		fieldtest.Case{Name: "details", Kind: "views", Rows: rows, Query: `{"report": "message_details_received"}`, Want: []string{`{"phone": "+5511900000001"}`}, Notice: notice},
		fieldtest.Case{Name: "none", Kind: "views", Rows: inbound, Query: `{"metrics": ["messages"]}`, Quiet: true},
	)
}

// What cannot be read fails nothing else.
func TestUnreadable(t *testing.T) {
	asText := func(column, value string) string {
		return "ALTER TABLE message ALTER created_at DROP NOT NULL, ALTER " + column + " TYPE text; " + inbound + row("message_id, contact_id, direction", "'m1', 'c1', 'outbound'") + "UPDATE message SET " + column + " = " + value + " WHERE message_id = 'm1'"
	}
	const both, one = `{"messages_received": 1, "messages_outbound": 1}`, `{"messages_received": 1, "messages_outbound": 0}`
	count := func(name, rows, want, notice string) fieldtest.Case {
		return fieldtest.Case{Name: name, Kind: "views", Rows: rows, Query: `{"metrics": ["messages_received", "messages_outbound"]}`, Want: []string{want}, Notice: notice}
	}
	cost := func(name, value string) fieldtest.Case {
		return fieldtest.Case{Name: name, Kind: "views", Rows: asText("price_usd", value), Query: `{"metrics": ["cost_usd", "messages_outbound"]}`, Want: []string{`{"messages_outbound": 1}`}}
	}
	fieldtest.Run(t,
		count("time in words", asText("created_at", "'yesterday evening'"), one, `Rows of message ignored: 1, such as m1\. Their created_at is missing or not a valid date`),
		count("no time", asText("created_at", "''"), one, "created_at is missing"),
		count("no such day", asText("created_at", "'2026-02-30'"), one, "created_at is missing"),
		count("infinity as a text", asText("created_at", "'infinity'"), one, "created_at is missing"),
		count("infinite time", inbound+row("message_id, contact_id, direction", "'m1', 'c1', 'outbound'")+"UPDATE message SET created_at = '-infinity' WHERE message_id = 'm1'", one, "created_at is missing"),
		count("year 1", inbound+row("message_id, contact_id, direction", "'m1', 'c1', 'outbound'")+"UPDATE message SET created_at = '0001-01-01Z' WHERE message_id = 'm1'", one, "created_at is missing"),
		count("last year of all", inbound+row("message_id, contact_id, direction", "'m1', 'c1', 'outbound'")+"UPDATE message SET created_at = '294276-12-31Z' WHERE message_id = 'm1'", one, "created_at is missing"),
		count("sequence", asText("sequence", "'first'"), both, `Rows of message without sequence: 1, such as m1\. The value is not valid`),
		count("great sequence", "ALTER TABLE message ALTER sequence TYPE numeric; "+inbound+row("message_id, contact_id, direction, sequence", "'m1', 'c1', 'outbound', 1e30"), both, "without sequence"),
		count("referral", asText("is_referral", "'perhaps'"), both, "without is_referral"),
		count("no id", "ALTER TABLE message ALTER message_id DROP NOT NULL; "+inbound+row("contact_id, direction, message_id", "'c1', 'outbound', ' '"), one, `Rows of message ignored: 1, such as .*\. Their message_id is empty`),
		cost("price", "'abc'"), cost("great price", "'1e400000'"),
		fieldtest.Case{Name: "infinite deliveries", Kind: "views", Rows: row("message_id, contact_id, direction, status, delivered_at, read_at, failed_at", "'m1', 'c1', 'outbound', 'sent', 'infinity', '0001-01-01Z', '-infinity'"),
			Query: `{"report": "message_details_sent", "columns": ["status", "delivered_at", "read_at"]}`, Want: []string{`{"status": "sent", "delivered_at": null, "read_at": null}`}},
		fieldtest.Case{Name: "rating", Kind: "views", Rows: "ALTER TABLE csat ALTER rating TYPE text; INSERT INTO csat (conversation_id, contact_id, rating, sent_at, answered_at) VALUES ('v', 'c1', '5', '2026-11-10Z', '2026-11-10Z'), ('w', 'c1', 'very good', '2026-11-10Z', '2026-11-10Z')",
			Query: `{"metrics": ["csat_responses", "csat_average"]}`, Want: []string{`{"csat_responses": 1, "csat_average": 5}`}, Notice: `Rows of csat ignored: 1, such as w\. Their rating is not valid`},
	)
}

// Durations are never less than 0, and what is out of all bounds is none.
func TestDurations(t *testing.T) {
	conversation := func(first, rest string) string {
		return "INSERT INTO conversation (conversation_id, account_id, contact_id, line_id, status, created_at, first_response_at) VALUES ('v', '1', 'c1', 'L', 'open', '2026-11-10 12:00Z', " + first + "); " + rest
	}
	event := func(name, seconds string) string {
		return "INSERT INTO conversation_event (conversation_id, name, at, seconds, business_seconds) VALUES ('v', '" + name + "', '2026-11-10 11:00Z', " + seconds + ", " + seconds + "); "
	}
	const query = `{"metrics": ["first_response_time_avg", "first_response_time_business_avg", "resolution_time_p50", "reply_time_p90"]}`
	all := event("first_response", "-120") + event("resolved", "-60") + event("reply", "-1")
	fieldtest.Run(t,
		fieldtest.Case{Name: "before it began", Kind: "views", Rows: conversation("'2026-11-10 11:59Z'", ""), Query: query, Want: []string{`{"first_response_time_avg": 0}`}},
		fieldtest.Case{Name: "negative seconds", Kind: "views", Rows: conversation("NULL", all), Query: query,
			Want: []string{`{"first_response_time_avg": 0, "first_response_time_business_avg": 0, "resolution_time_p50": 0, "reply_time_p90": 0}`}, Check: "a negative duration"},
		fieldtest.Case{Name: "in details", Kind: "views", Rows: conversation("NULL", all), Query: `{"report": "conversation_details", "columns": ["first_response_time", "resolution_time"], "orderBy": [{"by": "resolution_time"}]}`,
			Want: []string{`{"first_response_time": 0, "resolution_time": 0}`}},
		fieldtest.Case{Name: "resolved before it began", Kind: "views", Rows: conversation("NULL", event("resolved", "NULL")), Query: query, Want: []string{`{"resolution_time_p50": 0}`}},
		fieldtest.Case{Name: "infinite", Kind: "views", Rows: conversation("'infinity'", event("first_response", "'Infinity'")+event("resolved", "'NaN'")+event("reply", "1e300")), Query: query,
			Want: []string{`{"first_response_time_avg": null, "first_response_time_business_avg": null, "resolution_time_p50": 0, "reply_time_p90": null}`}},
		fieldtest.Case{Name: "event without time", Kind: "views", Rows: conversation("NULL", "INSERT INTO conversation_event (conversation_id, name, at) VALUES ('v', 'resolved', 'infinity')"), Query: `{"metrics": ["resolutions"]}`,
			Want: []string{`{"resolutions": 0}`}, Notice: `Rows of conversation_event ignored: 1, such as .*\. Their at is missing`},
		fieldtest.Case{Name: "conversation without time", Kind: "views", Rows: conversation("NULL", "UPDATE conversation SET created_at = '-infinity'"), Query: `{"metrics": ["conversations", "open_now"]}`,
			Want: []string{`{"conversations": 0, "open_now": 0}`}, Notice: `Rows of conversation ignored: 1, such as .*\. Their created_at is missing`},
		fieldtest.Case{Name: "chatwoot import", Kind: "chatwoot", Rows: "UPDATE conversations SET first_reply_created_at = '2026-11-09 11:00'", Query: `{"metrics": ["first_response_time_avg"]}`, Want: []string{`{"first_response_time_avg": 0}`}},
		fieldtest.Case{Name: "chatwoot events", Kind: "chatwoot", Rows: "INSERT INTO reporting_events (name, value, conversation_id, account_id, inbox_id) VALUES ('first_response', -120, 1, 1, 1), ('conversation_resolved', -60, 1, 1, 1)",
			Query: `{"metrics": ["first_response_time_avg", "resolution_time_avg"]}`, Want: []string{`{"first_response_time_avg": 0, "resolution_time_avg": 0}`}},
	)
}

// What describes messages may stand twice, and names may be blank.
func TestDescribedTwice(t *testing.T) {
	fieldtest.Run(t,
		fieldtest.Case{Name: "line", Kind: "views", Query: `{"metrics": ["messages_sent", "sessions", "cost_usd"], "groupBy": ["channel"]}`, Rows: `
			INSERT INTO rate_card VALUES ('Brazil', 'marketing', '2025-07-01', 0.06);
			ALTER TABLE line DROP CONSTRAINT IF EXISTS line_pkey;
			INSERT INTO line (line_id, name, channel) VALUES ('L', 'Main 2', 'whatsapp');
			INSERT INTO message (message_id, account_id, contact_id, line_id, direction, author_kind, template_name, template_category, status, created_at)
			VALUES ('m1', '1', 'c1', 'L', 'outbound', 'campaign', 'promo', 'marketing', 'delivered', '2026-11-10 12:00Z')`,
			Want: []string{`{"channel": "whatsapp", "messages_sent": 1, "sessions": 1, "cost_usd": 0.06}`}},
		fieldtest.Case{Name: "agent", Kind: "views", Query: `{"metrics": ["messages_sent"], "groupBy": ["agent"]}`, Rows: `
			INSERT INTO agent (agent_id, name) VALUES ('7', 'Bea'), ('7', 'Bea');
			INSERT INTO message (message_id, account_id, contact_id, line_id, direction, author_kind, agent_id, created_at)
			VALUES ('m1', '1', 'c1', 'L', 'outbound', 'agent', '7', '2026-11-10 12:00Z')`,
			Want: []string{`{"agent": "7", "agent_name": "Bea", "messages_sent": 1}`}},
		fieldtest.Case{Name: "blank display name", Kind: "chatwoot", Query: `{"metrics": ["messages_sent"], "groupBy": ["agent"]}`, Rows: `
			INSERT INTO users (id, name, display_name, uid) VALUES (7, 'Bea', U&' \200B', '7');
			INSERT INTO messages (id, message_type, sender_type, sender_id, content, source_id, status) VALUES (1, 1, 'User', 7, 'hi', 'x1', 1)`,
			Want: []string{`{"agent_name": "Bea", "messages_sent": 1}`}},
		fieldtest.Case{Name: "blank contact name", Kind: "chatwoot", Query: `{"metrics": ["messages_received"], "groupBy": ["contact"]}`, Rows: `
			UPDATE contacts SET name = ' ', phone_number = NULL, email = 'a@b.example';
			INSERT INTO messages (id, message_type, sender_type, sender_id, content) VALUES (1, 0, 'Contact', 1, 'hi')`,
			Want: []string{`{"contact_name": "a@b.example", "messages_received": 1}`}},
		fieldtest.Case{Name: "blank provider id", Kind: "chatwoot", Query: `{"metrics": ["messages_sent", "messages_pending"]}`, Rows: `
			INSERT INTO messages (id, message_type, sender_type, sender_id, content, source_id, status)
			SELECT n, 1, 'User', 7, 'hi', (ARRAY['', ' ', NULL])[n], 0 FROM generate_series(1, 3) AS n`,
			Want: []string{`{"messages_sent": 0, "messages_pending": 3}`}},
		fieldtest.Case{Name: "words for times", Kind: "views", Query: `{"metrics": ["messages_received"]}`, Rows: `
			ALTER TABLE message ALTER created_at TYPE text;
			INSERT INTO message (message_id, account_id, contact_id, line_id, direction, created_at)
			VALUES ('m1', '1', 'c1', 'L', 'inbound', '2026-11-10 12:00Z'), ('m2', '1', 'c1', 'L', 'inbound', 'today'), ('m3', '1', 'c1', 'L', 'inbound', 'now')`,
			Want: []string{`{"messages_received": 1}`}, Notice: "message"},
		fieldtest.Case{Name: "ratings of other types", Kind: "views", Query: `{"metrics": ["csat_responses", "csat_average", "csat_surveys"]}`, Rows: `
			ALTER TABLE csat ALTER rating TYPE text;
			INSERT INTO csat (contact_id, rating, sent_at, answered_at)
			SELECT 'c1', r, '2026-11-10 12:00Z', '2026-11-10 13:00Z' FROM unnest(ARRAY['5', '4', 'five', '5.4']) AS r`,
			Want: []string{`{"csat_responses": 2, "csat_average": 4.5, "csat_surveys": 4}`}},
		fieldtest.Case{Name: "ratings between", Kind: "views", Query: `{"metrics": ["csat_responses", "csat_average", "csat_surveys"]}`, Rows: `
			ALTER TABLE csat ALTER rating TYPE numeric;
			INSERT INTO csat (contact_id, rating, sent_at, answered_at)
			SELECT 'c1', r, '2026-11-10 12:00Z', '2026-11-10 13:00Z' FROM unnest(ARRAY[5, 4, 5.4, 0.6]) AS r`,
			Want: []string{`{"csat_responses": 2, "csat_average": 4.5, "csat_surveys": 4}`}},
	)
}
