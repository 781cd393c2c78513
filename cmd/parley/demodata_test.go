package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/embeddedpg"
)

func TestDemoData(t *testing.T) {
	url := embeddedpg.FromEnvironment()
	if url == "" {
		t.Fatalf("%s is not set: run `go tool mage test`, or set it to a server of your own", embeddedpg.Variable)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	schema := "cli_" + strings.ToLower(rand.Text())
	if _, err := conn.Exec(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := conn.Exec(context.Background(), "DROP SCHEMA "+schema+" CASCADE"); err != nil {
			t.Error(err)
		}
	})
	run := func(args ...string) (string, error) {
		root := newRootCommand()
		var out bytes.Buffer
		root.SetOut(&out)
		root.SetErr(&out)
		root.SetArgs(append([]string{"demo-data", "--url", url, "--schema", schema, "--messages", "500", "--days", "3"}, args...))
		err := root.ExecuteContext(t.Context())
		return out.String(), err
	}
	if _, err := run(); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Errorf("a schema of somebody else: error %v, want one that names --force", err)
	}
	if _, err := run("--end", "yesterday"); err == nil || !strings.Contains(err.Error(), "--end") {
		t.Errorf("error %v, want one about --end", err)
	}
	if _, err := run("--days", "-1"); err == nil || !strings.Contains(err.Error(), "days") {
		t.Errorf("error %v, want one about the days", err)
	}
	out, err := run("--force", "--end", "2026-11-20T15:00:00-03:00")
	if err != nil || !strings.Contains(out, "to 2026-11-20 18:00 UTC") {
		t.Errorf("%v, %s", err, out)
	}
	if out, err := run(); err != nil { // its own work needs no force
		t.Errorf("%v, %s", err, out)
	}

	var messages int
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM "+pgx.Identifier{schema, "message"}.Sanitize()).Scan(&messages); err != nil || messages < 200 {
		t.Errorf("%d messages, %v", messages, err)
	}

	// In whatever tables they are, it tells the command that shows them.
	for _, kind := range []string{"views", "chatwoot"} {
		out, err := run("--force", "--source", kind, "--end", "2026-11-20T15:00:00-03:00")
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		command, found := strings.CutPrefix(lines[len(lines)-1], "  parley ")
		options, query, quoted := strings.Cut(strings.TrimSuffix(command, "'"), " '")
		if !found || !quoted || strings.Contains(out, url) {
			t.Fatalf("no command without the address: %s", out)
		}
		rows, _, err := parley(t, append(strings.Fields(options), "--url", url, query)...)
		if err != nil || !strings.Contains(rows, "whatsapp") {
			t.Errorf("%s: %v\n%s", command, err, rows)
		}
	}
}

func TestDemoDataNeedsADatabase(t *testing.T) {
	t.Setenv("DATABASE_URL", "")
	root := newRootCommand()
	root.SetArgs([]string{"demo-data"})
	if err := root.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "--url") {
		t.Errorf("error %v, want one that names --url", err)
	}
}
