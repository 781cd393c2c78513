package main

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestCheck(t *testing.T) {
	address, schema := twoChats(t)
	out, _, err := parley(t, "check", "--url", address, "--schema", schema)
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for _, want := range []string{"Parley views\n  complete  message\n", "No problems found.\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%s\nlacks %q", out, want)
		}
	}
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	change := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), strings.ReplaceAll(sql, "$", schema)); err != nil {
			t.Fatal(err)
		}
	}
	change("DELETE FROM $.contact WHERE contact_id = 'luis'; ALTER TABLE $.message DROP COLUMN status, DROP COLUMN delivered_at, DROP COLUMN read_at; DROP TABLE $.csat")
	out, _, err = parley(t, "check", "--url", address, "--schema", schema, "--days", "0")
	if err == nil || err.Error() != "the check found rows with problems" {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{
		"  partial   message: ", "  missing   csat: ", "Not available (missing tables): csat_responses, ", "Not available (not recorded): messages_delivered, messages_read, ",
		"Problems:\n  message: 1 row refers to a contact that does not exist (contact_id): c. ",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%s\nlacks %q", out, want)
		}
	}
	change("ALTER TABLE $.message DROP COLUMN direction")
	if _, _, err = parley(t, "check", "--url", address, "--schema", schema); err == nil || !strings.Contains(err.Error(), "has no column direction") {
		t.Errorf("error %v", err)
	}
	if _, _, err = parley(t, "check", "--url", address, "--source", "chatwoot", "--schema", schema); err == nil || !strings.Contains(err.Error(), "the schema "+schema+" has no tables of Chatwoot") {
		t.Errorf("error %v", err)
	}
}
