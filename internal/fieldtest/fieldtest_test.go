package fieldtest_test

import (
	"os"
	"testing"

	"github.com/parley-reports/parley/internal/fieldtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	fieldtest.Drop()
	os.Exit(code)
}

// Each kind has one message in its own tables.
func TestStart(t *testing.T) {
	one := []string{`{"messages_received": 1, "active_contacts": 1}`}
	const query = `{"metrics": ["messages_received", "active_contacts"]}`
	fieldtest.Run(t,
		fieldtest.Case{Name: "views", Kind: "views", Query: query, Want: one, Rows: `
			INSERT INTO message (message_id, account_id, contact_id, line_id, direction, created_at) VALUES ('m1', '1', 'c1', 'L', 'inbound', '2026-11-10 12:00Z')`},
		fieldtest.Case{Name: "chatwoot", Kind: "chatwoot", Query: query, Want: one, Rows: `
			INSERT INTO messages (id, message_type, sender_type, sender_id, content) VALUES (1, 0, 'Contact', 1, 'hi')`},
		fieldtest.Case{Name: "evolution", Kind: "evolution", Query: query, Want: one, Rows: `
			INSERT INTO "Message" (id, key, "messageType", message, source, "messageTimestamp", "instanceId")
			VALUES ('m1', '{"id": "A1", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1')`},
		fieldtest.Case{Name: "ticketz", Kind: "ticketz", Query: query, Want: one, Rows: `
			INSERT INTO "Messages" (id, body, "fromMe", "ticketId", "contactId") VALUES ('A1', 'hi', false, 1, 1)`},
		fieldtest.Case{Name: "webhook", Kind: "webhook", Query: query, Want: one, Rows: `
			INSERT INTO whatsapp_webhook (received_at, payload) VALUES ('2026-11-10 12:00:05Z', '{"object": "whatsapp_business_account", "entry": [{"id": "W1", "changes": [{"field": "messages", "value": {
			  "metadata": {"phone_number_id": "P1", "display_phone_number": "551140000000"}, "contacts": [{"wa_id": "5511900000002"}],
			  "messages": [{"from": "5511900000002", "id": "wamid.1", "timestamp": "1794312000", "type": "text", "text": {"body": "hi"}}]}}]}]}')`},
	)
}
