package fieldtest_test

import (
	"testing"

	"github.com/parley-reports/parley/pkg/internal/fieldtest"
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

// TestCallOpensWindow counts a contact's call for nothing but the service window.
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
