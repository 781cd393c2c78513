package fieldtest_test

import (
	"testing"

	"github.com/parley-reports/parley/internal/fieldtest"
)

// viewsMessage is the beginning of an INSERT of messages of the views.
const viewsMessage = `INSERT INTO message (message_id, account_id, contact_id, line_id, direction, author_kind, content_type, created_at) VALUES `

const counts = `{"metrics": ["messages", "messages_received", "messages_outbound", "messages_pending", "active_contacts", "sessions", "notifications", "session_users_new"]}`

const none = `{"messages": 0, "messages_received": 0, "messages_outbound": 0, "messages_pending": 0, "active_contacts": 0, "sessions": 0, "notifications": 0, "session_users_new": 0}`

// TestNoMessageByContentType leaves out what is no message by its content type.
func TestNoMessageByContentType(t *testing.T) {
	fieldtest.Run(t,
		fieldtest.Case{Name: "views reaction and notices", Kind: "views", Query: counts, Want: []string{none}, Rows: viewsMessage + `
			('m1', '1', 'c1', 'L', 'inbound', 'contact', 'reaction', '2026-11-10 12:00Z'), ('m2', '1', 'c1', 'L', 'inbound', 'contact', ' Poll_Update', '2026-11-10 12:01Z'),
			('m3', '1', 'c1', 'L', 'outbound', NULL, 'SYSTEM', '2026-11-10 12:02Z'), ('m4', '1', 'c1', 'L', 'outbound', 'agent', 'private_note', '2026-11-10 12:03Z')`},
		fieldtest.Case{Name: "views unsupported counts", Kind: "views", Query: `{"metrics": ["messages_received"]}`, Want: []string{`{"messages_received": 2}`}, Rows: viewsMessage + `
			('m1', '1', 'c1', 'L', 'inbound', 'contact', 'unsupported', '2026-11-10 12:00Z'), ('m2', '1', 'c1', 'L', 'inbound', 'contact', NULL, '2026-11-10 12:01Z')`},
		fieldtest.Case{Name: "chatwoot outgoing call", Kind: "chatwoot", Query: counts, Want: []string{none}, Rows: `
			INSERT INTO messages (id, message_type, sender_type, sender_id, status, content, content_type, content_attributes) VALUES (1, 1, 'User', 7, 0, 'Voice Call', 12, '{"data": {"status": "completed", "call_direction": "outgoing"}}')`},
		fieldtest.Case{Name: "ticketz missed call", Kind: "ticketz", Query: counts, Want: []string{none}, Rows: ticketzCall},
	)
}

const ticketzCall = `INSERT INTO "Messages" (id, body, "mediaType", "fromMe", "ticketId", "companyId", "createdAt", "updatedAt") VALUES ('C1', 'missed call', 'call_log', false, 1, 1, '2026-11-10 12:00Z', '2026-11-10 12:00Z');`

// evolutionMessage is the beginning of an INSERT of messages of Evolution API.
const evolutionMessage = `INSERT INTO "Message" (id, key, "messageType", message, source, "messageTimestamp", "instanceId") `

// TestEvolutionCopies counts a message once that is stored several times.
func TestEvolutionCopies(t *testing.T) {
	const query = `{"metrics": ["messages_received", "messages_outbound", "active_contacts"]}`
	const one = `{"messages_received": 1, "messages_outbound": 0, "active_contacts": 1}`
	const copies = evolutionMessage + `SELECT 'm' || n, '{"id": "AC01", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'conversation', '{"conversation": "We are closed"}', 'android', 1794312000 + `
	const midnight = copies + `12 * 3600 - 30 + 60 * (n - 1), 'i1' FROM generate_series(1, 3) AS n`
	evolution := func(name, rows string, want ...string) fieldtest.Case {
		return fieldtest.Case{Name: name, Kind: "evolution", Query: query, Rows: rows, Want: want}
	}
	fieldtest.Run(t,
		fieldtest.Case{Name: "three", Kind: "evolution", Query: query, Rows: copies + `60 * (n - 1), 'i1' FROM generate_series(1, 3) AS n`, Want: []string{one}, Check: "^message: 1 row is stored more than once"},
		fieldtest.Case{Name: "837", Kind: "evolution", Query: `{"metrics": ["messages_received", "messages_per_session"]}`, Want: []string{`{"messages_received": 1, "messages_per_session": 1}`}, Rows: copies + `60 * (n - 1), 'i1' FROM generate_series(1, 837) AS n`},
		evolution("edited", copies+`0, 'i1' FROM generate_series(1, 2) AS n; UPDATE "Message" SET "messageTimestamp" = "messageTimestamp" + 300, status = 'EDITED' WHERE id = 'm2'`, one),
		fieldtest.Case{Name: "over midnight", Kind: "evolution", Query: `{"metrics": ["messages_received"], "bucket": "day"}`, From: "2026-11-10T00:00:00Z", To: "2026-11-12T00:00:00Z", Rows: midnight,
			Want: []string{`{"time": "2026-11-10T00:00:00Z", "messages_received": 1}`, `{"time": "2026-11-11T00:00:00Z", "messages_received": 0}`}},
		fieldtest.Case{Name: "first before the range", Kind: "evolution", Query: query, From: "2026-11-11T00:00:00Z", Rows: midnight, Want: []string{`{"messages_received": 0, "messages_outbound": 0, "active_contacts": 0}`}},
		fieldtest.Case{Name: "first a year before", Kind: "evolution", Query: query, Rows: copies + `-31536000 * (n - 1), 'i1' FROM generate_series(1, 2) AS n`, Want: []string{`{"messages_received": 0, "messages_outbound": 0, "active_contacts": 0}`}},
		fieldtest.Case{Name: "LID and number", Kind: "evolution", Query: `{"metrics": ["messages_received"], "groupBy": ["phone"]}`, Want: []string{`{"phone": "+5511900000001", "messages_received": 1}`}, Rows: evolutionMessage + `VALUES
			('m1', '{"id": "AC01", "fromMe": false, "remoteJid": "99900000000001@lid"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1'),
			('m2', '{"id": "AC01", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312060, 'i1')`},
		evolution("one id in two chats, two directions, two instances", `INSERT INTO "Instance" (id, name, "clientName") VALUES ('i2', 'two', 'acme');`+evolutionMessage+`VALUES
			('m1', '{"id": "A1", "fromMe": true, "remoteJid": "5511900000001@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1'),
			('m2', '{"id": "A1", "fromMe": true, "remoteJid": "5511900000002@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312060, 'i1'),
			('m3', '{"id": "A1", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312120, 'i1'),
			('m4', '{"id": "A1", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312120, 'i2')`,
			`{"messages_received": 2, "messages_outbound": 2, "active_contacts": 1}`),
		evolution("no id", evolutionMessage+`VALUES
			('m1', '{"fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1'),
			('m2', '{"id": "", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1'),
			('m3', '{"id": "", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1')`,
			`{"messages_received": 3, "messages_outbound": 0, "active_contacts": 1}`),
		fieldtest.Case{Name: "read by a copy after the range", Kind: "evolution", Query: `{"metrics": ["messages_outbound", "messages_read"]}`, To: "2026-11-11T00:00:00Z", Want: []string{`{"messages_outbound": 1, "messages_read": 1}`}, Rows: evolutionMessage + `VALUES
			('m1', '{"id": "A1", "fromMe": true, "remoteJid": "5511900000001@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1'),
			('m2', '{"id": "A1", "fromMe": true, "remoteJid": "5511900000001@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794412000, 'i1');
			INSERT INTO "MessageUpdate" (id, "keyId", "remoteJid", "fromMe", status, "messageId", "instanceId") VALUES ('u1', 'A1', 'x', true, 'READ', 'm2', 'i1')`},
		evolution("a stub before the message", evolutionMessage+`VALUES
			('m1', '{"id": "A1", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'unknown', '{}', 'android', 1794312000, 'i1'),
			('m2', '{"id": "A1", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312060, 'i1')`, one),
	)
}

// TestEvolutionNoMessage leaves out what is no message between the business and a
// contact.
func TestEvolutionNoMessage(t *testing.T) {
	const person = "5511900000001@s.whatsapp.net"
	fieldtest.Run(t,
		fieldtest.Case{Name: "nothing counts", Kind: "evolution", Query: `{"metrics": ["messages", "messages_received", "messages_outbound", "active_contacts", "sessions", "notifications", "session_users_new"]}`,
			Want: []string{`{"messages": 0, "messages_received": 0, "messages_outbound": 0, "active_contacts": 0, "sessions": 0, "notifications": 0, "session_users_new": 0}`}, Rows: evolutionMessage + `VALUES
			('m0', '{"id": "A0", "fromMe": false, "remoteJid": "0@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1'),
			('m1', '{"id": "A1", "fromMe": true, "remoteJid": "551140000000@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1'),
			('m2', '{"id": "A2", "fromMe": true, "remoteJid": "551140000000:3@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1'),
			('m3', '{"id": "A3", "fromMe": true, "remoteJid": "status@broadcast"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1'),
			('m4', '{"id": "A4", "fromMe": false, "remoteJid": "120363000000000001@g.us"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1'),
			('m5', '{"id": "A5", "fromMe": false, "remoteJid": "120363000000000002@newsletter"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1'),
			('m6', '{"id": "A6", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'ephemeralMessage', '{"ephemeralMessage": {"message": {"protocolMessage": {"type": "REVOKE"}}}}', 'android', 1794312000, 'i1'),
			('m7', '{"id": "A7", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'viewOnceMessage', '{"viewOnceMessage": {"message": {"documentWithCaptionMessage": {"message": {"ephemeralMessage": {"message": {"reactionMessage": {"text": "👍"}}}}}}}}', 'android', 1794312000, 'i1'),
			('m8', '{"id": "A8", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'deviceSentMessage', '{"deviceSentMessage": {"destinationJid": "x", "message": {"pollUpdateMessage": {}}}}', 'android', 1794312000, 'i1'),
			('m9', '{"id": "A9", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'callLogMesssage', '{"callLogMesssage": {"callOutcome": "MISSED"}}', 'android', 1794312000, 'i1'),
			('m10', '{"id": "A10", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'pinInChatMessage', '{"pinInChatMessage": {}}', 'android', 1794312000, 'i1'),
			('m11', '{"id": "A11", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'keepInChatMessage', '{"keepInChatMessage": {}}', 'android', 1794312000, 'i1'),
			('m12', '{"id": "A12", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'encEventResponseMessage', '{"encEventResponseMessage": {}}', 'android', 1794312000, 'i1')`},
		fieldtest.Case{Name: "wrapped document", Kind: "evolution", Query: `{"report": "message_details_received", "columns": ["content_type", "body"]}`, Want: []string{`{"content_type": "document", "body": "the bill"}`}, Rows: evolutionMessage + `VALUES
			('m1', '{"id": "A1", "fromMe": false, "remoteJid": "` + person + `"}', 'ephemeralMessage', '{"ephemeralMessage": {"message": {"documentWithCaptionMessage": {"message": {"documentMessage": {"caption": "the bill"}}}}}}', 'android', 1794312000, 'i1')`},
		fieldtest.Case{Name: "device", Kind: "evolution", Query: `{"metrics": ["messages_received"], "groupBy": ["contact", "phone"]}`, Want: []string{`{"contact": "5511900000001@s.whatsapp.net", "phone": "+5511900000001", "messages_received": 3}`}, Rows: evolutionMessage + `VALUES
			('m1', '{"id": "A1", "fromMe": false, "remoteJid": "5511900000001:12@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1'),
			('m2', '{"id": "A2", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1'),
			('m3', '{"id": "A3", "fromMe": false, "remoteJid": "5511900000001@c.us"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1')`},
	)
}

// hook is an INSERT of a webhook with this payload.
func hook(payload string) string {
	return `INSERT INTO whatsapp_webhook (received_at, payload) VALUES ('2026-11-10 12:00:05Z', ` + payload + `);`
}

// hooked is the body of a webhook with this value.
func hooked(field, value string) string {
	return `{"object": "whatsapp_business_account", "entry": [{"id": "W1", "changes": [{"field": "` + field + `", "value": {"metadata": {"phone_number_id": "P1", "display_phone_number": "551140000000"}, ` + value + `}}]}]}`
}

func said(id, kind string) string {
	return `"contacts": [{"wa_id": "5511900000002"}], "messages": [{"from": "5511900000002", "id": "` + id + `", "timestamp": "1794312000", ` + kind + `}]`
}

// TestWebhookForms reads bodies in the forms that programs store them in.
func TestWebhookForms(t *testing.T) {
	text := func(id string) string { return hooked("messages", said(id, `"type": "text"`)) }
	value := func(id string) string { return "{" + said(id, `"type": "text"`) + "}" }
	fieldtest.Run(t,
		fieldtest.Case{Name: "all", Kind: "webhook", Check: "^whatsapp_webhook: .* not a WhatsApp webhook that Parley can read", Query: `{"metrics": ["messages_received", "messages_sent"]}`, Want: []string{`{"messages_received": 9, "messages_sent": 1}`}, Rows: hook(`to_jsonb('`+text("1")+`'::text)`) +
			hook(`'{"headers": {}, "body": `+text("2")+`}'`) + hook(`jsonb_build_object('headers', '{}'::jsonb, 'body', '`+text("3")+`')`) + hook(`'`+value("4")+`'`) +
			hook(`'{"field": "messages", "value": `+value("5")+`}'`) + hook(`'[`+text("6")+`, `+text("7")+`]'`) + hook(`'[{"json": {"body": `+text("8")+`}}]'`) +
			hook(`replace('`+text("9")+`', '1794312000', '1794312000000')::jsonb`) + hook(`to_jsonb('{no JSON'::text)`) + hook(`'{"body": 7}'`) +
			hook(`'`+hooked("messages", `"messages": [{"from": "1", "id": "x", "timestamp": "abc", "type": "text"}, {"from": {}, "id": [], "timestamp": {}, "type": 7}]`)+`'`) +
			hook(`'`+hooked("messages", `"statuses": [{"id": "S", "status": "DELIVERED", "timestamp": "1794312000", "recipient_id": "5511900000002"}]`)+`'`)},
		fieldtest.Case{Name: "no message", Kind: "webhook", Query: `{"metrics": ["messages_received", "sessions"]}`, Want: []string{`{"messages_received": 2, "sessions": 1}`}, Rows: hook(`'`+hooked("messages", said("1", `"type": "unsupported", "unsupported": {"type": "pin"}`))+`'`) +
			hook(`'`+hooked("messages", said("2", `"type": "unsupported", "unsupported": {"type": "POLL_UPDATE"}`))+`'`) + hook(`'`+hooked("messages", said("3", `"type": "unsupported", "unsupported": {"type": "keep_in_chat"}`))+`'`) +
			hook(`'`+hooked("messages", said("4", `"type": "unsupported", "unsupported": {"type": "reaction"}`))+`'`) + hook(`'`+hooked("messages", said("5", `"type": "unsupported", "unsupported": {"type": "poll_creation"}`))+`'`) +
			hook(`'`+hooked("messages", said("6", `"type": "unsupported", "errors": [{"code": 131051}]`))+`'`)},
		fieldtest.Case{Name: "call", Kind: "webhook", Query: `{"metrics": ["messages", "messages_received", "sent_in_window_share", "sessions_by_contact", "notifications"]}`, Want: []string{`{"messages": 1, "messages_received": 0, "sent_in_window_share": 1, "sessions_by_contact": 1, "notifications": 0}`}, Rows: hook(`'`+hooked("calls", `"calls": [{"id": "wacid.1", "from": "5511900000002", "to": "551140000000", "event": "connect", "direction": "USER_INITIATED", "timestamp": "1794312000"}]`)+`'`) +
			hook(`'`+hooked("messages", `"statuses": [{"id": "S", "status": "sent", "timestamp": "1794315600", "recipient_id": "5511900000002"}]`)+`'`)},
		fieldtest.Case{Name: "one person with two numbers", Kind: "webhook", Query: `{"metrics": ["sessions", "session_users", "sessions_by_contact"], "groupBy": ["contact"]}`, Want: []string{`{"contact_name": "Dora", "sessions": 1, "session_users": 1, "sessions_by_contact": 1}`}, Rows: hook(`'`+hooked("messages", `"contacts": [{"wa_id": "558290000003", "profile": {"name": "Dora"}}], "messages": [{"from": "5582990000003", "id": "D", "timestamp": "1794312000", "type": "text"}]`)+`'`) +
			hook(`'`+hooked("messages", `"statuses": [{"id": "S", "status": "sent", "timestamp": "1794312060", "recipient_id": "558290000003"}]`)+`'`)},
		fieldtest.Case{Name: "nothing to read", Kind: "webhook", Query: `{"metrics": ["messages_received"]}`, Rows: hook(`'{"order": 7, "+5511900000001": "x"}'`), Error: `none of the newest 1 rows of whatsapp_webhook is a .*\{("order"|…), ("order"|…)…\}`},
	)
}

// TestCallOpensWindow counts a contact's call for nothing but the 24-hour window.
func TestCallOpensWindow(t *testing.T) {
	const query = `{"metrics": ["messages", "messages_received", "sent_in_window_share", "sessions", "sessions_by_business", "sessions_by_contact", "notifications", "active_contacts"]}`
	const open = `{"messages": 1, "messages_received": 0, "sent_in_window_share": 1, "sessions": 1, "sessions_by_business": 0, "sessions_by_contact": 1, "notifications": 0, "active_contacts": 0}`
	const closed = `{"messages": 1, "messages_received": 0, "sent_in_window_share": 0, "sessions": 1, "sessions_by_business": 1, "sessions_by_contact": 0, "notifications": 1, "active_contacts": 0}`
	fieldtest.Run(t,
		fieldtest.Case{Name: "views inbound", Kind: "views", Query: query, Want: []string{open}, Rows: viewsMessage + `
			('m1', '1', 'c1', 'L', 'inbound', 'contact', 'call', '2026-11-10 12:00Z'), ('m2', '1', 'c1', 'L', 'outbound', 'agent', 'text', '2026-11-11 11:59Z')`},
		fieldtest.Case{Name: "views inbound before the range", Kind: "views", Query: query, From: "2026-11-11T00:00:00Z", Want: []string{open}, Rows: viewsMessage + `
			('m1', '1', 'c1', 'L', 'inbound', 'contact', 'call', '2026-11-10 12:00Z'), ('m2', '1', 'c1', 'L', 'outbound', 'agent', 'text', '2026-11-11 11:59Z')`},
		fieldtest.Case{Name: "views inbound a day before", Kind: "views", Query: query, Want: []string{closed}, Rows: viewsMessage + `
			('m1', '1', 'c1', 'L', 'inbound', 'contact', 'call', '2026-11-10 12:00Z'), ('m2', '1', 'c1', 'L', 'outbound', 'agent', 'text', '2026-11-11 12:00Z')`},
		fieldtest.Case{Name: "views outbound", Kind: "views", Query: query, Want: []string{closed}, Rows: viewsMessage + `
			('m1', '1', 'c1', 'L', 'outbound', 'agent', 'call', '2026-11-10 12:00Z'), ('m2', '1', 'c1', 'L', 'outbound', 'agent', 'text', '2026-11-11 11:59Z')`},
		fieldtest.Case{Name: "chatwoot inbound", Kind: "chatwoot", Query: query, Want: []string{open}, Rows: `
			INSERT INTO messages (id, message_type, sender_type, sender_id, status, content, content_type, source_id, created_at) VALUES
			(1, 0, 'Contact', 1, 0, 'Voice Call', 12, NULL, '2026-11-10 12:00'), (2, 1, 'User', 7, 1, 'You called?', 0, 'x', '2026-11-11 11:59')`},
		fieldtest.Case{Name: "ticketz inbound", Kind: "ticketz", Query: query, Want: []string{open}, Rows: ticketzCall + `
			INSERT INTO "Messages" (id, body, "mediaType", "fromMe", ack, "ticketId", "companyId", "createdAt", "updatedAt") VALUES ('C2', 'You called?', 'conversation', true, 3, 1, 1, '2026-11-11 11:59Z', '2026-11-11 11:59Z')`},
	)
}

// TestWebhookTexts reads bodies in a column of texts or of JSON that hold characters
// which PostgreSQL has none for.
func TestWebhookTexts(t *testing.T) {
	const query = `{"metrics": ["messages_received"]}`
	rows := hook(`'`+hooked("messages", said("1", `"type": "text", "text": {"body": "a \ud83d"}`))+`'`) + hook(`'`+hooked("messages", said("2", `"type": "text", "text": {"body": "\u0000 \ude00 \ud83d\ude00 \\u0000"}`))+`'`)
	fieldtest.Run(t,
		fieldtest.Case{Name: "text", Kind: "webhook", Query: query, Want: []string{`{"messages_received": 2}`}, Rows: "ALTER TABLE whatsapp_webhook ALTER payload TYPE text USING payload::text;" + rows},
		fieldtest.Case{Name: "json", Kind: "webhook", Query: query, Want: []string{`{"messages_received": 2}`}, Rows: "ALTER TABLE whatsapp_webhook ALTER payload TYPE json USING payload::json;" + rows},
		fieldtest.Case{Name: "text in jsonb", Kind: "webhook", Query: query, Want: []string{`{"messages_received": 1}`}, Rows: hook(`to_jsonb('` + hooked("messages", said("1", `"type": "text", "text": {"body": "a \ud83d"}`)) + `'::text)`)},
	)
}

// TestWebhookValues: blanks are no value, words and times are read as they are meant.
func TestWebhookValues(t *testing.T) {
	message := func(values string) string {
		return hook(`'` + hooked("messages", `"messages": [{`+values+`, "type": "text"}]`) + `'`)
	}
	named := func(id, name string) string {
		return hook(`'` + hooked("messages", `"contacts": [{"wa_id": "5511900000002", "profile": {"name": "`+name+`"}}], "messages": [{"from": "5511900000002", "id": "`+id+`", "timestamp": "1794312000", "type": "text"}]`) + `'`)
	}
	const later = `UPDATE whatsapp_webhook SET received_at = received_at + interval '1 minute' WHERE payload::text LIKE '%"id": "2"%'`
	status := func(values string) string {
		return hook(`'` + hooked("messages", `"statuses": [{"id": "S", "recipient_id": "5511900000001", "timestamp": "1794312000", `+values+`}]`) + `'`)
	}
	received := func(name, rows string, want ...string) fieldtest.Case {
		return fieldtest.Case{Name: name, Kind: "webhook", Query: `{"metrics": ["messages_received", "active_contacts"]}`, Rows: rows, Want: want}
	}
	unread := func(name, time string) fieldtest.Case {
		return fieldtest.Case{Name: name, Kind: "webhook", Query: `{"metrics": ["messages_received"]}`, Rows: message(`"from": "5511900000002", "id": "1", "timestamp": ` + time), Error: "none of the newest 1 rows"}
	}
	fieldtest.Run(t,
		received("from a blank", message(`"from": " ", "id": "1", "timestamp": "1794312000"`)+message(`"from": "\u200b", "id": "2", "timestamp": "1794312000"`), `{"messages_received": 2, "active_contacts": 0}`),
		received("a blank id", message(`"from": "5511900000002", "id": "", "timestamp": "1794312000"`)+message(`"from": "5511900000003", "id": " ", "timestamp": "1794312000"`), `{"messages_received": 0, "active_contacts": 0}`),
		received("a fraction", message(`"from": "5511900000002", "id": "1", "timestamp": 1794312000.5`), `{"messages_received": 1, "active_contacts": 1}`),
		received("a copy of no time", message(`"from": "5511900000002", "id": "1", "timestamp": "0"`)+message(`"from": "5511900000002", "id": "1", "timestamp": "1794312000"`), `{"messages_received": 1, "active_contacts": 1}`),
		received("to oneself", message(`"from": "551140000000", "id": "1", "timestamp": "1794312000"`)+message(`"from": "5511900000002", "id": "2", "timestamp": "1794312000"`), `{"messages_received": 1, "active_contacts": 1}`),
		unread("only times of 0", `"0"`), unread("only absurd times", `"99999999999999"`),
		fieldtest.Case{Name: "a blank line and account", Kind: "webhook", Query: `{"metrics": ["messages_received"], "groupBy": ["line", "account"]}`, Want: []string{`{"line": null, "account": null, "messages_received": 1}`},
			Rows: hook(`'{"entry": [{"id": "", "changes": [{"field": "messages", "value": {"metadata": {"phone_number_id": " "}, ` + said("1", `"type": "text"`) + `}}]}]}'`)},
		fieldtest.Case{Name: "a blank name", Kind: "webhook", Query: `{"metrics": ["messages_received"], "groupBy": ["contact"]}`, Want: []string{`{"contact_name": "Dora", "messages_received": 2}`}, Rows: named("1", "Dora") + named("2", " ") + later},
		fieldtest.Case{Name: "an echo to oneself", Kind: "webhook", Query: `{"metrics": ["messages_outbound", "notifications"]}`, Want: []string{`{"messages_outbound": 1, "notifications": 1}`},
			Rows: hook(`'`+hooked("smb_message_echoes", `"message_echoes": [{"from": "551140000000", "to": "551140000000", "id": "1", "timestamp": "1794312000", "type": "text"}]`)+`'`) +
				hook(`'`+hooked("smb_message_echoes", `"message_echoes": [{"from": "551140000000", "to": "5511900000002", "id": "2", "timestamp": "1794312000", "type": "text"}]`)+`'`)},
		fieldtest.Case{Name: "a word with blanks", Kind: "webhook", Query: `{"metrics": ["messages_outbound", "messages_delivered"]}`, Want: []string{`{"messages_outbound": 1, "messages_delivered": 1}`}, Rows: status(`"status": "Delivered "`)},
		fieldtest.Case{Name: "a charge without a category", Kind: "webhook", Query: `{"metrics": ["cost_unknown"]}`, Want: []string{`{"cost_unknown": 1}`}, Rows: status(`"status": "delivered", "pricing": {"billable": true, "pricing_model": "PMP", "category": null}`)},
	)
}

// TestEvolutionValues: blanks are no value, impossible times are none, words are read
// as they are meant.
func TestEvolutionValues(t *testing.T) {
	message := func(id, key, kind, message, time string) string {
		return evolutionMessage + `VALUES ('` + id + `', '` + key + `', '` + kind + `', '` + message + `', 'android', ` + time + `, 'i1');`
	}
	text := func(id, key, time string) string {
		return message(id, key, "conversation", `{"conversation": "hi"}`, time)
	}
	const key = `{"id": "A1", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}`
	const own = `{"id": "A2", "fromMe": true, "remoteJid": "5511900000001@s.whatsapp.net"}`
	counted := func(name, rows, want string) fieldtest.Case {
		return fieldtest.Case{Name: name, Kind: "evolution", Query: `{"metrics": ["messages_received", "messages_outbound", "active_contacts"]}`, Rows: rows, Want: []string{want}}
	}
	const one = `{"messages_received": 1, "messages_outbound": 0, "active_contacts": 1}`
	fieldtest.Run(t,
		counted("a copy of no time", text("m1", key, "0")+text("m2", key, "1794312000")+text("m3", key, "-2147483648"), one),
		counted("blank ids", text("m1", `{"id": " ", "fromMe": false, "remoteJid": " "}`, "1794312000")+text("m2", `{"id": " ", "fromMe": false, "remoteJid": "\u200b"}`, "1794312000"), `{"messages_received": 2, "messages_outbound": 0, "active_contacts": 0}`),
		counted("who wrote", text("m1", `{"id": "1", "fromMe": "True", "remoteJid": "5511900000001@s.whatsapp.net"}`, "1794312000")+text("m2", `{"id": "2", "fromMe": 1, "remoteJid": "5511900000001@s.whatsapp.net"}`, "1794312000")+
			text("m3", `{"id": "3", "fromMe": null, "remoteJid": "5511900000001@s.whatsapp.net"}`, "1794312000")+text("m4", `"abc"`, "1794312000")+text("m5", key, "1794312000"), `{"messages_received": 1, "messages_outbound": 2, "active_contacts": 1}`),
		counted("no message", message("m1", `{"id": "1", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}`, "messageContextInfo", `{"messageContextInfo": {}}`, "1794312000")+
			message("m2", `{"id": "2", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}`, "eventResponseMessage", `{"eventResponseMessage": {}}`, "1794312000")+
			message("m3", `{"id": "3", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}`, "messageContextInfo", `{"messageContextInfo": {}, "imageMessage": {}}`, "1794312000"), one),
		fieldtest.Case{Name: "a blank client", Kind: "evolution", Query: `{"metrics": ["messages_received"], "groupBy": ["account"]}`, Want: []string{`{"account": null, "messages_received": 1}`}, Rows: `UPDATE "Instance" SET "clientName" = ' ';` + text("m1", key, "1794312000")},
		fieldtest.Case{Name: "a blank name", Kind: "evolution", Query: `{"metrics": ["messages_received"], "groupBy": ["contact"]}`, Want: []string{`{"contact_name": "Ana", "messages_received": 1}`}, Rows: text("m1", key, "1794312000") +
			`INSERT INTO "Contact" (id, "remoteJid", "pushName", "instanceId") VALUES ('c', '5511900000001@s.whatsapp.net', ' ', 'i1'); INSERT INTO "Chat" (id, "remoteJid", name, "instanceId") VALUES ('c', '5511900000001@s.whatsapp.net', 'Ana', 'i1')`},
		fieldtest.Case{Name: "words of statuses", Kind: "evolution", Query: `{"metrics": ["messages_outbound", "messages_delivered", "messages_read"]}`, Want: []string{`{"messages_outbound": 2, "messages_delivered": 2, "messages_read": 1}`},
			Rows: text("m1", `{"id": "1", "fromMe": true, "remoteJid": "5511900000001@s.whatsapp.net"}`, "1794312000") + text("m2", own, "1794312000") +
				`INSERT INTO "MessageUpdate" (id, "keyId", "remoteJid", "fromMe", status, "messageId", "instanceId") VALUES ('u1', '1', 'x', true, 'delivery_ack', 'm1', 'i1'), ('u2', 'A2', 'x', true, 'Read', 'm2', 'i1')`},
	)
}
