package demodata_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/demodata"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/pkg/whatsapp"
)

func TestGenerate(t *testing.T) {
	conn := pgtest.Connect(t)
	_, schema := pgtest.Schema(t) // made by somebody else, as far as Generate can tell
	end := time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC)
	opts := demodata.Options{Messages: 12_000, Days: 10, Seed: 3, End: end}

	if _, err := demodata.Generate(t.Context(), conn, schema, opts, nil); !errors.Is(err, demodata.ErrForeignSchema) {
		t.Fatalf("a schema of somebody else: %v, want %v", err, demodata.ErrForeignSchema)
	}
	opts.Force = true
	var said []string
	summary, err := demodata.Generate(t.Context(), conn, schema, opts, func(text string) { said = append(said, text) })
	if err != nil {
		t.Fatal(err)
	}
	if len(said) == 0 {
		t.Error("no progress was told")
	}
	if text := summary.String(); !strings.Contains(text, "2026-11-20 18:30 UTC") {
		t.Errorf("summary: %s", text)
	}

	// What is in the tables is what the summary says and Rows gives.
	wantMessages, wantContacts := 0, 0
	for batch := range demodata.Rows(opts) {
		wantMessages += len(batch.Messages)
		wantContacts += len(batch.Contacts)
	}
	count := func(sql string) int {
		t.Helper()
		var n int
		if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM "+strings.ReplaceAll(sql, "@", pgx.Identifier{schema}.Sanitize()+".")).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, test := range []struct {
		what string
		sql  string
		want int
	}{
		{"messages", "@message", wantMessages},
		{"messages in the summary", "@message", summary.Messages},
		{"received", "@message WHERE direction = 'inbound'", summary.Received},
		{"failed", "@message WHERE status = 'failed'", summary.Failed},
		{"conversations", "@conversation", summary.Conversations},
		{"contacts", "@contact", wantContacts},
		{"ratings", "@csat WHERE rating IS NOT NULL", summary.Ratings},
		{"messages after the end", "@message WHERE greatest(created_at, sent_at, delivered_at, read_at, failed_at, updated_at) >= '2026-11-20 18:30Z'", 0},
		{"prices", "@message WHERE price_usd IS NOT NULL", 0},
		{"rates", "@rate_card", len(whatsapp.SampleRates())},
		{"billing rules", "@billing_rule", 0},
		{"indexes", "pg_indexes WHERE schemaname = '" + schema + "' AND tablename = 'message'", 4},
		{"tables without statistics", "pg_class WHERE relnamespace = '" + schema + "'::regnamespace AND relkind = 'r' AND relname = 'message' AND reltuples < 1", 0},
		{"remains of loading", "pg_namespace WHERE nspname LIKE '" + schema + "\\_loading'", 0},
	} {
		if got := count(test.sql); got != test.want {
			t.Errorf("%s: %d, want %d", test.what, got, test.want)
		}
	}

	// Its own work may be replaced, by the same or by other data.
	opts.Force, opts.Messages = false, 1000
	again, err := demodata.Generate(t.Context(), conn, schema, opts, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := count("@message"); got != again.Messages {
		t.Errorf("%d messages after the second run, want %d", got, again.Messages)
	}

	// A run that is broken off leaves the data as they were.
	ctx, cancel := context.WithCancel(t.Context())
	broken, err := pgx.Connect(t.Context(), pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	opts.Messages = 60_000
	_, err = demodata.Generate(ctx, broken, schema, opts, func(string) { cancel() })
	cancel()
	if err == nil {
		t.Error("a cancelled run succeeded")
	}
	broken.Close(context.Background())
	if got := count("@message"); got != again.Messages {
		t.Errorf("%d messages after a cancelled run, want %d", got, again.Messages)
	}
}

func TestGenerateRefusesOptionsOutOfRange(t *testing.T) {
	conn := pgtest.Connect(t)
	if _, err := demodata.Generate(t.Context(), conn, "parley_never", demodata.Options{Days: -3}, nil); err == nil || !strings.Contains(err.Error(), "days") {
		t.Errorf("error %v, want one about the days", err)
	}
}
