package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/demodata"
	"github.com/parley-reports/parley/internal/embeddedpg"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/views"
)

// present is when the demo data of the tests ends.
var present = time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC)

// demo fills a schema with a month of demo data.
func demo(t *testing.T) (address, schema string) {
	t.Helper()
	address, schema = embeddedpg.FromEnvironment(), fmt.Sprintf("cli_demo_%d", os.Getpid())
	if address == "" {
		t.Fatalf("%s is not set: run `go tool mage test`, which starts a PostgreSQL for the tests", embeddedpg.Variable)
	}
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := conn.Exec(context.Background(), "DROP SCHEMA IF EXISTS "+schema+" CASCADE"); err != nil {
			t.Error(err)
		}
		_ = conn.Close(context.Background())
	})
	if _, err := demodata.Generate(t.Context(), conn, schema, demodata.Options{Messages: 3000, Days: 30, Seed: 2, End: present, Force: true}, nil); err != nil {
		t.Fatal(err)
	}
	return address, schema
}

// executable is the command, built once.
var executable string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "parley-command-")
		if err != nil {
			panic(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		executable = filepath.Join(dir, "parley")
		if output, err := exec.Command("go", "build", "-o", executable, ".").CombinedOutput(); err != nil {
			panic(fmt.Sprintf("%v\n%s", err, output))
		}
		return m.Run()
	}())
}

// run starts the command and returns what it prints and its exit code.
func run(t *testing.T, environment []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), executable, args...)
	cmd.Env = append(os.Environ(), environment...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// TestSameAnswersAsTheEngine prints every report and compares it, value by value,
// with what the engine answers.
func TestSameAnswersAsTheEngine(t *testing.T) {
	address, schema := demo(t)
	settings, err := postgres.SettingsFromURL(address)
	if err != nil {
		t.Fatal(err)
	}
	settings.MaxConnections = 1
	db, err := postgres.Open(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	loc, err := calendar.Zone("America/Bogota")
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(db, func(ctx context.Context, tx pgx.Tx) (*source.Source, error) {
		return views.Detect(ctx, tx, source.Settings{Schema: schema})
	}, engine.Settings{Location: loc})
	texts := []string{
		`{"metrics": ["messages", "failed_rate", "time_to_reply_p50"], "groupBy": ["agent", "weekday"]}`,
		`{"metrics": ["sessions", "answer_rate"], "bucket": "day", "compare": "previous_period"}`,
		`{"metrics": ["conversations"], "groupBy": ["conversation_tag", "month"]}`,
		`{"metrics": ["stage_reached", "stage_share_of_previous"], "groupBy": ["stage"]}`,
	}
	for _, p := range query.Presets {
		texts = append(texts, fmt.Sprintf(`{"report": %q}`, p.ID))
	}
	for _, text := range texts {
		out, notices, code := run(t, nil, "query", "--url", address, "--schema", schema, "--timezone", "America/Bogota",
			"--from", "2026-11-10T00:00:00-05:00", "--to", "2026-11-20T13:30:00-05:00", text)
		if code != 0 {
			t.Errorf("%s: exit code %d: %s", text, code, notices)
			continue
		}
		q, err := query.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		from := time.Date(2026, 11, 10, 5, 0, 0, 0, time.UTC)
		want, err := e.Run(t.Context(), engine.Request{Query: q, Range: calendar.Range{From: from, To: present}})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if len(want.Rows) == 0 && q.Report != "failure_bursts" { // not in so small a business
			t.Errorf("%s: no rows", text)
		}
		for _, notice := range want.Notices {
			if !strings.Contains(notices, "notice: "+notice+"\n") {
				t.Errorf("%s: standard error lacks %q: %s", text, notice, notices)
			}
		}
		scanner := bufio.NewScanner(strings.NewReader(out))
		scanner.Buffer(nil, 1<<20)
		for n, row := range want.Rows {
			if !scanner.Scan() {
				t.Errorf("%s: %d lines for %d rows", text, n, len(want.Rows))
				break
			}
			if got := scanner.Text(); got != line(t, want.Columns, row, loc) {
				t.Errorf("%s, row %d:\n%s\nwant\n%s", text, n+1, got, line(t, want.Columns, row, loc))
				break
			}
		}
		if scanner.Scan() {
			t.Errorf("%s: more lines than rows: %s", text, scanner.Text())
		}
	}
}

// line is a row as the command has to print it.
func line(t *testing.T, columns []engine.Column, row []any, loc *time.Location) string {
	t.Helper()
	var fields []string
	for i, c := range columns {
		v := row[i]
		if at, ok := v.(time.Time); ok {
			v = at.In(loc).Format(time.RFC3339Nano)
		}
		value, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		fields = append(fields, fmt.Sprintf("%q:%s", c.ID, value))
		// An entity gives its id and its name.
		if c.Role == measure.Key && c.Dimension.Kind == "entity" && (i+1 == len(columns) || columns[i+1].ID != c.ID+"_name") {
			t.Errorf("%s has no name beside it", c.ID)
		}
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// TestProcess runs the command as cron does: by its output and its exit code.
func TestProcess(t *testing.T) {
	address, schema := demo(t)
	base := []string{"query", "--url", address, "--schema", schema, "--from", "2026-11-01T00:00:00Z", "--to", "2026-11-08T00:00:00Z"}
	const channels = `{"report": "channels"}`

	t.Run("address in the environment", func(t *testing.T) {
		args := []string{"query", "--schema", schema, "--from", "2026-11-01T00:00:00Z", "--to", "2026-11-08T00:00:00Z", channels}
		out, errs, code := run(t, []string{"DATABASE_URL=" + address}, args...)
		if code != 0 || !strings.HasPrefix(out, `{"channel":`) {
			t.Errorf("code %d: %s", code, errs)
		}
	})
	t.Run("SQL", func(t *testing.T) {
		_, errs, code := run(t, nil, append(base, "--sql", channels)...)
		if code != 0 || !strings.Contains(errs, "SELECT ") || !strings.Contains(errs, schema) {
			t.Errorf("code %d: %s", code, errs)
		}
	})
	t.Run("csv", func(t *testing.T) {
		out, _, code := run(t, nil, append(base, "--format", "csv", `{"metrics": ["messages"], "groupBy": ["agent"], "bucket": "day"}`)...)
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if code != 0 || err != nil || len(rows) < 8 {
			t.Fatalf("code %d, %d rows, %v", code, len(rows), err)
		}
		if header := strings.Join(rows[0], " "); header != "time agent agent_name messages" {
			t.Errorf("header %q", header)
		}
		for _, row := range rows[1:] {
			if _, err := time.Parse(time.RFC3339, row[0]); err != nil || row[1] == "" || row[2] == "" || row[3] == "" {
				t.Fatalf("%v: %v", row, err)
			}
		}
	})
	t.Run("pages", func(t *testing.T) {
		seen := map[string]bool{}
		after := ""
		for page := range 50 {
			q, _ := json.Marshal(map[string]any{"report": "message_details_sent", "columns": []string{"message_id"}, "limit": 100, "after": after})
			out, errs, code := run(t, nil, append(base, string(q))...)
			if code != 0 {
				t.Fatalf("page %d: %s", page, errs)
			}
			for line := range strings.Lines(out) {
				if seen[line] {
					t.Fatalf("page %d: %s comes twice", page, line)
				}
				seen[line] = true
			}
			_, rest, more := strings.Cut(errs, "the next page is after \"")
			if !more {
				break
			}
			after, _, _ = strings.Cut(rest, "\"")
		}
		out, _, _ := run(t, nil, append(base, `{"metrics": ["messages_outbound"]}`)...)
		if want := fmt.Sprintf("{\"messages_outbound\":%d}\n", len(seen)); out != want || len(seen) < 200 {
			t.Errorf("%d rows on all pages, the metric says %s", len(seen), out)
		}
	})

	nothing, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	nothing.Path = "/nothing_of_this_name"

	// Every failure is one line on standard error, and nothing else anywhere.
	with := func(flag, value string) []string {
		return append(append([]string{}, base...), flag, value)
	}
	for _, c := range []struct {
		name, sentence string
		args           []string
	}{
		{"bad JSON", "the query is not a JSON object", append(base, `{"report": `)},
		{"no query", "accepts 1 arg(s), received 0", base},
		{"two queries", "accepts 1 arg(s), received 2", append(base, channels, channels)},
		{"unknown metric", `did you mean "messages"?`, append(base, `{"metrics": ["mesages"]}`)},
		{"impossible cut", "cannot be grouped by rating", append(base, `{"metrics": ["sessions"], "groupBy": ["rating"]}`)},
		{"bad filter", "enter an integer", append(base, `{"metrics": ["messages"], "filters": [{"dimension": "weekday", "operator": "in", "values": ["Monday"]}]}`)},
		{"bad pattern", "is not a regular expression", append(base, `{"metrics": ["messages"], "filters": [{"dimension": "template", "operator": "matches", "values": ["("]}]}`)},
		{"reversed range", "the time range ends before it starts", append(with("--to", "2026-10-01T00:00:00Z"), channels)},
		{"empty range", "the time range is empty", append(with("--to", "2026-11-01T00:00:00Z"), channels)},
		{"no time", "is not a date and time such as", append(with("--from", "2026-11-01"), channels)},
		{"no range", `required flag(s) "from", "to" not set`, []string{"query", "--url", address, channels}},
		{"dead database", "the database cannot be reached", append(with("--url", "postgres://nobody@127.0.0.1:1/x"), channels)},
		{"no such host", "was not found", append(with("--url", "postgres://nobody@database.invalid/x"), channels)},
		{"no such database", "the database does not exist", append(with("--url", nothing.String()), channels)},
		{"no address", "the address of the database cannot be read", append(with("--url", "postgres://user:secret@host:port/x"), channels)},
		{"no database", "set --url or DATABASE_URL", append(with("--url", ""), channels)},
		{"wrong schema", "the schema nowhere does not exist", append(with("--schema", "nowhere"), channels)},
		{"unknown source", `unknown database type "fax"`, append(with("--source", "fax"), channels)},
		{"unknown format", `unknown format "xml"`, append(with("--format", "xml"), channels)},
		{"unknown zone", "unknown time zone", append(with("--timezone", "Mars/Olympus"), channels)},
		{"the machine's zone", "unknown time zone", append(with("--timezone", "Local"), channels)},
		{"unknown flag", "unknown flag: --since", append(with("--since", "yesterday"), channels)},
		{"unknown command", `unknown command "qeury"`, []string{"qeury"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, errs, code := run(t, []string{"DATABASE_URL="}, c.args...)
			if code == 0 || out != "" {
				t.Errorf("exit code %d, standard output %q", code, out)
			}
			if !strings.HasPrefix(errs, "parley: ") || !strings.Contains(errs, c.sentence) || strings.Count(errs, "\n") != 1 {
				t.Errorf("%q, want one line with %q", errs, c.sentence)
			}
			if strings.Contains(errs, "secret") {
				t.Errorf("%q tells the password", errs)
			}
		})
	}
}

// TestInterrupt stops a query that takes long.
func TestInterrupt(t *testing.T) {
	address, schema := demo(t)
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), fmt.Sprintf("DROP TABLE %[1]s.agent; CREATE VIEW %[1]s.agent AS SELECT 'a'::text AS agent_id, pg_sleep(60)::text AS name", schema)); err != nil {
		t.Fatal(err)
	}
	running := func() (n int) {
		t.Helper()
		// Who runs it holds a lock on the view.
		if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_locks WHERE relation = $1::regclass", schema+".agent").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		cmd := exec.CommandContext(t.Context(), executable, "query", "--url", address, "--schema", schema, "--from", "2026-11-01T00:00:00Z", "--to", "2026-11-08T00:00:00Z",
			`{"metrics": ["messages"], "groupBy": ["agent"]}`)
		var errs bytes.Buffer
		cmd.Stderr = &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(10 * time.Second); running() == 0; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the query does not run")
			}
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(20 * time.Second); running() > 0; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the query runs on")
			}
		}
		if err := cmd.Wait(); err == nil || errs.String() != "parley: the query was canceled\n" {
			t.Errorf("%v, %q", err, errs.String())
		}
	}
}
