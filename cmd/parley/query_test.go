package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/embeddedpg"
)

// twoChats is a schema with an answered template and a message without a line.
func twoChats(t *testing.T) (address, schema string) {
	t.Helper()
	address = embeddedpg.FromEnvironment()
	if address == "" {
		t.Fatalf("%s is not set: run `go tool mage test`, which starts a PostgreSQL for the tests", embeddedpg.Variable)
	}
	schema = "parley_query_test"
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The test's own context is over by now.
		if _, err := conn.Exec(context.Background(), "DROP SCHEMA IF EXISTS "+schema+" CASCADE"); err != nil {
			t.Error(err)
		}
		_ = conn.Close(context.Background())
	})
	if err := contract.Create(t.Context(), conn, schema); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	err = contract.Load(t.Context(), conn, schema, contract.Data{
		Lines:    []contract.Line{{LineID: "7", Name: new("Ventas"), Channel: new("whatsapp")}},
		Contacts: []contract.Contact{{ContactID: "ana", Name: new("Ana")}, {ContactID: "luis"}},
		Messages: []contract.Message{
			{MessageID: "a", AccountID: new("1"), ContactID: new("ana"), LineID: new("7"), Direction: "outbound", AuthorKind: new("campaign"), CreatedAt: at, TemplateName: new("hola"), Status: new("delivered")},
			{MessageID: "b", AccountID: new("1"), ContactID: new("ana"), LineID: new("7"), Direction: "inbound", AuthorKind: new("contact"), CreatedAt: at.Add(time.Hour)},
			{MessageID: "c", AccountID: new("1"), ContactID: new("luis"), Direction: "inbound", AuthorKind: new("contact"), CreatedAt: at.Add(26 * time.Hour)},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return address, schema
}

// parley runs the command line.
func parley(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	root := newRootCommand()
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(args)
	err = root.ExecuteContext(t.Context())
	return out.String(), errs.String(), err
}

func TestQueryPrintsRows(t *testing.T) {
	address, schema := twoChats(t)
	base := []string{"query", "--url", address, "--source", "views", "--schema", schema, "--from", "2026-11-02T00:00:00Z", "--to", "2026-11-04T00:00:00Z"}
	ask := func(query string, more ...string) string {
		t.Helper()
		out, _, err := parley(t, append(append(base, more...), query)...)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return out
	}
	for query, want := range map[string]string{
		`{"version": 1, "metrics": ["messages_sent", "messages_received", "sent_received_ratio"], "groupBy": ["line"]}`: `{"line":"7","line_name":"Ventas","messages_sent":1,"messages_received":1,"sent_received_ratio":1}
{"line":null,"line_name":null,"messages_sent":0,"messages_received":1,"sent_received_ratio":0}
`,
		`{"metrics": ["messages_received", "read_rate"], "bucket": "day", "timezone": "America/Sao_Paulo"}`: `{"time":"2026-11-01T00:00:00-03:00","messages_received":0,"read_rate":null}
{"time":"2026-11-02T00:00:00-03:00","messages_received":1,"read_rate":0}
{"time":"2026-11-03T00:00:00-03:00","messages_received":1,"read_rate":null}
`,
		`{"report": "funnel", "metrics": ["notified", "notified_delivered", "notified_read", "answered"]}`: `{"notified":1,"notified_delivered":1,"notified_read":1,"answered":1}
`,
		`{"metrics": ["sessions"], "compare": "previous_period"}`: `{"sessions":2,"sessions_previous":0}
`,
	} {
		if got := ask(query); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", query, got, want)
		}
	}
	if got, want := ask(`{"metrics": ["messages"], "groupBy": ["line"]}`, "--format", "csv"), "line,line_name,messages\n7,Ventas,2\n(none),(none),1\n"; got != want {
		t.Errorf("csv:\n%s", got)
	}
	if got := ask(`{"metrics": ["messages"], "groupBy": ["line"]}`, "--format", "table"); !strings.HasPrefix(got, "line    line_name  messages\n7       Ventas     2\n") {
		t.Errorf("table:\n%s", got)
	}
	for line := range strings.Lines(ask(`{"report": "notification_details"}`)) {
		var row map[string]any
		if err := json.Unmarshal([]byte(line), &row); err != nil || row["status"] != "replied" || row["replied"] != true || row["contact_name"] != "Ana" {
			t.Errorf("%v %s", err, line)
		}
	}
	_, notices, err := parley(t, append(base, `{"metrics": ["messages"], "groupBy": ["contact"], "limit": 1}`)...)
	if err != nil || notices != "notice: Showing 1 of 2 rows: the limit of the query is 1. Raise it, or add filters.\n" {
		t.Errorf("%v %q", err, notices)
	}
	_, notices, err = parley(t, append(base, `{"metrics": ["cost_usd"]}`)...)
	if err != nil || !strings.HasPrefix(notices, "notice: The cost of 1 message is unknown") {
		t.Errorf("%v %q", err, notices)
	}
}

func TestQueryErrorsAreOneLine(t *testing.T) {
	address, schema := twoChats(t)
	with := func(change map[string]string, query string) []string {
		flags := map[string]string{"--url": address, "--schema": schema, "--from": "2026-11-02T00:00:00Z", "--to": "2026-11-04T00:00:00Z"}
		for k, v := range change {
			flags[k] = v
		}
		args := []string{"query"}
		for k, v := range flags {
			args = append(args, k, v)
		}
		return append(args, query)
	}
	for want, args := range map[string][]string{
		"the query is not a JSON object":          with(nil, `{"metrics"`),
		`unknown metric "mesages"; did you mean`:  with(nil, `{"metrics": ["mesages"]}`),
		"the time range ends before it starts":    with(map[string]string{"--to": "2026-11-01T00:00:00Z"}, `{"report": "channels"}`),
		"is not a date and time such as":          with(map[string]string{"--from": "yesterday"}, `{"report": "channels"}`),
		"check the host and port in the flags of": with(map[string]string{"--url": "postgres://nobody@127.0.0.1:1/x"}, `{"report": "channels"}`),
		"nowhere":                                    with(map[string]string{"--schema": "nowhere"}, `{"report": "channels"}`),
		`unknown database type "fax"`:                with(map[string]string{"--source": "fax"}, `{"report": "channels"}`),
		`unknown format "xml"`:                       with(map[string]string{"--format": "xml"}, `{"report": "channels"}`),
		"has no metrics: choose a report":            with(nil, `{}`),
		"cannot be grouped by rating: choose one of": with(nil, `{"metrics": ["sessions"], "groupBy": ["rating"]}`),
		"unknown time zone":                          with(map[string]string{"--timezone": "Mars"}, `{"report": "channels"}`),
		"is unavailable: this database has no re":    with(map[string]string{"--schema": minimal(t)}, `{"metrics": ["csat_score"]}`),
	} {
		out, _, err := parley(t, args...)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || out != "" {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// minimal is a schema with no more than the relations that reports need.
func minimal(t *testing.T) string {
	t.Helper()
	const schema = "parley_minimal_test"
	conn, err := pgx.Connect(t.Context(), embeddedpg.FromEnvironment())
	if err != nil {
		t.Fatal(err)
	}
	if err := contract.Create(t.Context(), conn, schema); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), "DROP TABLE "+schema+".csat, "+schema+".tag"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The test's own context is over by now.
		if _, err := conn.Exec(context.Background(), "DROP SCHEMA IF EXISTS "+schema+" CASCADE"); err != nil {
			t.Error(err)
		}
		_ = conn.Close(context.Background())
	})
	return schema
}

// TestQueriesOfLines runs several queries in one process.
func TestQueriesOfLines(t *testing.T) {
	address, schema := twoChats(t)
	var out, errs bytes.Buffer
	root := newRootCommand()
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetIn(strings.NewReader(`{"metrics": ["messages"]}

{"metrics": ["nonsense"]}
{"metrics": ["messages_sent"], "groupBy": ["line"]}
`))
	root.SetArgs([]string{"query", "-", "--timing", "--url", address, "--schema", schema, "--from", "2026-11-01T00:00:00Z", "--to", "2026-11-08T00:00:00Z"})
	err := root.ExecuteContext(t.Context())
	if err == nil || !strings.Contains(err.Error(), "1 of 3 queries failed") {
		t.Error(err)
	}
	want := `{"messages":3}


{"line":"7","line_name":"Ventas","messages_sent":1}
{"line":null,"line_name":null,"messages_sent":0}

`
	if got := out.String(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := errs.String(); !strings.Contains(got, "query 2: ") || strings.Count(got, " ms\n") != 2 || !strings.HasPrefix(got, "1 ") {
		t.Error(got)
	}
}
