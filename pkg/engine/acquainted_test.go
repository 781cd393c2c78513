package engine_test

import (
	"testing"

	"github.com/parley-reports/parley/pkg/engine"
)

// TestAcquainted: users are returning if there is an earlier message that did not fail,
// however it is spelled.
func TestAcquainted(t *testing.T) {
	t.Parallel()
	l := alive(t, talks(), "ALTER TABLE %.message DROP CONSTRAINT IF EXISTS message_pkey")
	for contact, earlier := range map[string]string{
		"in":         "('e1', 'a', 'inbound', NULL, NULL, 'text')",
		"delivered":  "('e2', 'a', 'outbound', 'delivered', NULL, NULL)",
		"shouted":    "(' e3 ', 'a', ' INBOUND', NULL, NULL, NULL)",
		"typed":      "('e4', 'a', 'outbound', 'Sent', NULL, ' Reel ')",
		"failed":     "('e5', 'a', 'outbound', 'sent', '2026-01-05', 'text')",
		"read later": "('e6', 'a', 'outbound', 'FAILED', NULL, 'text'), ('e7', 'a', 'outbound', 'failed', NULL, 'text'), ('e8', 'a', 'outbound', 'READ', '2026-01-05', 'text')",
		"called":     "('e9', 'a', 'inbound', NULL, NULL, 'Call')",
		"reacted":    "('e10', 'a', 'inbound', NULL, NULL, 'reaction')",
		"unknown":    "('e11', 'a', 'sideways', NULL, NULL, NULL)",
		"no id":      "('  ', 'a', 'inbound', NULL, NULL, NULL)",
		"elsewhere":  "('e12', 'b', 'inbound', NULL, NULL, 'text')",
		"no account": "('e13', ' ', 'inbound', NULL, NULL, 'text')",
	} {
		l.exec("INSERT INTO %.message (message_id, account_id, direction, status, failed_at, content_type, contact_id, line_id, created_at) SELECT e.column1, e.column2, e.column3, e.column4, e.column5::timestamptz, e.column6, $1, '1', '2026-01-05' FROM (VALUES "+earlier+") AS e", contact)
		l.exec("INSERT INTO %.message (message_id, account_id, direction, contact_id, line_id, created_at) VALUES ($1, 'a', 'inbound', $2, '1', '2026-03-05')", "now "+contact, contact)
	}
	e := open(t, l.schema, engine.Settings{})
	wantLines(t, answer(t, e, between("2026-03-01", "2026-04-01"), `{"metrics": ["session_users_new", "session_users"], "groupBy": ["contact"]}`),
		"called | called | 1 | 1", "elsewhere | elsewhere | 1 | 1", "failed | failed | 1 | 1", "no account | no account | 1 | 1", "no id | no id | 1 | 1",
		"reacted | reacted | 1 | 1", "unknown | unknown | 1 | 1",
		"delivered | delivered | 0 | 1", "in | in | 0 | 1", "read later | read later | 0 | 1", "shouted | shouted | 0 | 1", "typed | typed | 0 | 1")
}
