package fieldtest_test

import (
	"testing"

	"github.com/parley-reports/parley/internal/fieldtest"
)

// TestUnknownAccount limits each kind of database to an account that it does not have.
func TestUnknownAccount(t *testing.T) {
	for _, kind := range []string{"views", "chatwoot", "evolution", "ticketz", "webhook"} {
		rows := ""
		if kind == "views" { // whose lines they are has to be told
			rows = "ALTER TABLE parley.line ADD account_id text; UPDATE parley.line SET account_id = '1'"
		}
		for _, query := range []string{`{"metrics": ["messages"]}`, `{"report": "message_details_sent"}`} {
			fieldtest.Run(t, fieldtest.Case{Name: kind, Kind: kind, Rows: rows, Account: "999", Query: query, Error: `^the account 999 does not exist\. `})
		}
	}
}

// TestCutAnswer writes a limit in the query: the answer says that there is more.
func TestCutAnswer(t *testing.T) {
	fieldtest.Run(t, fieldtest.Case{Name: "details", Kind: "views",
		Rows:  "INSERT INTO parley.message (message_id, contact_id, line_id, direction, created_at) SELECT 'x' || i, 'c1', 'L', 'inbound', '2026-11-10' FROM generate_series(1, 12) AS i",
		Query: `{"report": "message_details_received", "limit": 10}`, Notice: `^Showing 10 of \d+ rows: the limit of the query is 10\.`})
}
