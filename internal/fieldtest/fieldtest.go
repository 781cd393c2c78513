// Package fieldtest runs cases from real databases: rows in a product's own tables, a
// query and the expected result. Each case gets its own database.
package fieldtest

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/story"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/check"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/kinds"
)

//go:embed *.sql
var start embed.FS

// T is the time of most rows: 2026-11-10 12:00 UTC, in epoch seconds. The start
// rows of each kind are in the .sql file of its name.
const T = 1794312000

// Case is one input and its right answer.
type Case struct {
	Name string
	// Kind is the kind of database: views, chatwoot, evolution, ticketz, webhook.
	Kind string
	// Rows is the SQL that runs after the tables and start rows of the kind are made.
	Rows string
	// Query is JSON. From and To are the range in RFC 3339, November 2026 where they
	// are empty; Now is the time of the question, To where it is empty.
	Query         string
	From, To, Now string
	// Account limits the data source; Timezone is the data source's, UTC where it is
	// empty.
	Account, Timezone string
	// Want holds a JSON object for each row of the answer, in any order, with the
	// fields that matter. Nil wants any answer.
	Want []string
	// Notice is a regular expression that a notice of the answer must match.
	Notice string
	// Quiet wants an answer without notices.
	Quiet bool
	// Error is a regular expression that the error must match; there is no answer then.
	Error string
	// Check is a regular expression that a finding of the row checks must match.
	Check string
}

// Run runs each case as a subtest.
func Run(t *testing.T, cases ...Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			e, db, s := Open(t, c)
			if c.Check != "" {
				c.check(t, db, s)
			}
			if c.Query != "" {
				c.ask(t, e)
			}
		})
	}
}

// RunOver asks the queries of several cases over the rows of one, in one database:
// making a database is slow.
func RunOver(t *testing.T, rows Case, cases ...Case) {
	t.Helper()
	e, _, _ := Open(t, rows)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { c.ask(t, e) })
	}
}

// Ask answers the query of a case and returns the result; an error fails the test.
func Ask(t *testing.T, c Case) *engine.Result {
	t.Helper()
	e, _, _ := Open(t, c)
	result, err := c.run(t, e)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// Open loads the rows of the case into a new database and returns an engine over it,
// its connections and what the examination found.
func Open(t *testing.T, c Case) (*engine.Engine, *postgres.DB, *source.Source) {
	t.Helper()
	address := database(t, c.Kind, c.Rows)
	settings, err := postgres.SettingsFromURL(address)
	if err != nil {
		t.Fatal(err)
	}
	settings.MaxConnections, settings.Timeout = 2, time.Minute
	db, err := postgres.Open(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	kind, err := kinds.Lookup(c.Kind)
	if err != nil {
		t.Fatal(err)
	}
	location, err := calendar.Zone(c.Timezone)
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(db, kind.Detect(source.Settings{Account: c.Account}), engine.Settings{Location: location})
	s, err := e.Examine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return e, db, s
}

// Answer answers the query of a case by an engine that Open returned.
func Answer(t *testing.T, e *engine.Engine, c Case) (*engine.Result, error) {
	t.Helper()
	return c.run(t, e)
}

func (c Case) run(t *testing.T, e *engine.Engine) (*engine.Result, error) {
	t.Helper()
	q, err := query.Parse([]byte(c.Query))
	if err != nil {
		return nil, err
	}
	at := func(text, otherwise string) time.Time {
		if text == "" {
			text = otherwise
		}
		instant, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return instant
	}
	r := calendar.Range{From: at(c.From, "2026-11-01T00:00:00Z"), To: at(c.To, "2026-12-01T00:00:00Z")}
	return e.Run(t.Context(), engine.Request{Query: q, Range: r, Now: at(c.Now, r.To.Format(time.RFC3339))})
}

func (c Case) ask(t *testing.T, e *engine.Engine) {
	t.Helper()
	result, err := c.run(t, e)
	if c.Error != "" {
		if err == nil || !regexp.MustCompile(c.Error).MatchString(err.Error()) {
			t.Errorf("the error is %v, want /%s/", err, c.Error)
		}
		return
	}
	if err != nil {
		t.Fatalf("%v\nfor %s", err, c.Query)
	}
	if c.Notice != "" && !slices.ContainsFunc(result.AllNotices(), regexp.MustCompile(c.Notice).MatchString) {
		t.Errorf("the notices are %q, want one of /%s/", result.Notices, c.Notice)
	}
	if c.Quiet && len(result.Notices) > 0 {
		t.Errorf("the notices are %q, want none", result.Notices)
	}
	if c.Want == nil {
		return
	}
	got := Rows(result)
	left := slices.Clone(got)
	wrong := len(got) != len(c.Want)
	for _, text := range c.Want {
		var want map[string]any
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		at := slices.IndexFunc(left, func(row map[string]any) bool { return fits(want, row) })
		if at < 0 {
			wrong = true
			continue
		}
		left = slices.Delete(left, at, at+1)
	}
	if wrong {
		t.Errorf("for %s\nwant\n  %s\ngot\n  %s", c.Query, strings.Join(c.Want, "\n  "), lines(got))
	}
}

func (c Case) check(t *testing.T, db *postgres.DB, s *source.Source) {
	t.Helper()
	problems, err := check.Rows(t.Context(), db, s, time.Time{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, p := range problems {
		found = append(found, p.String())
	}
	if !slices.ContainsFunc(found, regexp.MustCompile(c.Check).MatchString) {
		t.Errorf("the checks find %q, want /%s/", found, c.Check)
	}
}

// Rows are the rows of a result by the ids of their columns, as JSON reads them.
func Rows(r *engine.Result) []map[string]any {
	var rows []map[string]any
	for _, values := range r.Rows {
		row := map[string]any{}
		for i, c := range r.Columns {
			id := c.ID
			value := values[i]
			if at, ok := value.(time.Time); ok {
				value = at.In(r.Location).Format(time.RFC3339Nano)
			}
			row[id] = value
		}
		rows = append(rows, row)
	}
	text, _ := json.Marshal(rows)
	rows = nil
	_ = json.Unmarshal(text, &rows)
	return rows
}

func fits(want, row map[string]any) bool {
	for id, value := range want {
		got, has := row[id]
		a, isNumber := value.(float64)
		b, _ := got.(float64)
		switch {
		case !has:
			return false
		case isNumber && got != nil:
			if math.Abs(a-b) > 1e-6 {
				return false
			}
		default:
			x, _ := json.Marshal(value)
			y, _ := json.Marshal(got)
			if string(x) != string(y) {
				return false
			}
		}
	}
	return true
}

func lines(rows []map[string]any) string {
	var list []string
	for _, row := range rows {
		text, _ := json.Marshal(row)
		list = append(list, string(text))
	}
	return strings.Join(list, "\n  ")
}

// templates are databases with the tables and start rows of a kind, made once a
// process.
var (
	templatesMu sync.Mutex
	templates   = map[string]string{}
)

// defaults gives every column that must have a value one, so that the rows of a case
// name only what matters.
const defaults = `
DO $$
DECLARE c record;
BEGIN
  FOR c IN SELECT r.oid::regclass AS relation, a.attname, format_type(a.atttypid, NULL) AS type
    FROM pg_class AS r JOIN pg_attribute AS a ON a.attrelid = r.oid
    WHERE r.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'parley')) AND r.relkind = 'r' AND a.attnum > 0 AND a.attnotnull AND NOT a.atthasdef
  LOOP
    IF c.type LIKE 'timestamp%' OR c.type = 'date' THEN
      EXECUTE format('ALTER TABLE %s ALTER %I SET DEFAULT %L', c.relation, c.attname, '2026-11-10 12:00');
    ELSIF c.type IN ('integer', 'bigint', 'smallint') THEN
      EXECUTE format('ALTER TABLE %s ALTER %I SET DEFAULT 1', c.relation, c.attname);
    ELSIF c.type IN ('character varying', 'text') THEN
      EXECUTE format('ALTER TABLE %s ALTER %I SET DEFAULT %L', c.relation, c.attname, '');
    END IF;
  END LOOP;
END
$$;
`

func database(t *testing.T, kind, rows string) (address string) {
	t.Helper()
	server := pgtest.Connect(t)
	template := template(t, server, kind)
	_, name := pgtest.Schema(t)
	if _, err := server.Exec(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		again, err := pgx.Connect(context.Background(), pgtest.URL(t))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = again.Close(context.Background()) }()
		if _, err := again.Exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	run(t, server, name, rows)
	config := server.Config().Copy()
	config.Database = name
	return fmt.Sprintf("postgres://%s:%s@%s:%d/%s?sslmode=disable", config.User, config.Password, config.Host, config.Port, name)
}

// run executes SQL in a database. Views are made in the schema parley, products in
// public; either is found without its name.
func run(t *testing.T, server *pgx.Conn, database, sql string) {
	t.Helper()
	config := server.Config().Copy()
	config.Database = database
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), "SET search_path TO public, parley; SET TimeZone TO 'UTC'; "+sql); err != nil {
		t.Fatalf("rows: %v", err)
	}
}

// template returns the name of the database that a case of the kind starts from.
func template(t *testing.T, server *pgx.Conn, kind string) string {
	t.Helper()
	templatesMu.Lock()
	defer templatesMu.Unlock()
	if name := templates[kind]; name != "" {
		return name
	}
	sql, err := start.ReadFile(kind + ".sql")
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("field_%s_%d", kind, time.Now().UnixNano())
	if _, err := server.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	if kind == "views" {
		config := server.Config().Copy()
		config.Database = name
		conn, err := pgx.ConnectConfig(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		err = contract.CreateTables(t.Context(), conn, "parley")
		_ = conn.Close(context.Background())
		if err != nil {
			t.Fatal(err)
		}
	}
	run(t, server, name, story.Tables[kind]+defaults+string(sql))
	templates[kind] = name
	return name
}

// Drop removes the databases that cases start from: call it when all tests of the
// package are over.
func Drop() {
	templatesMu.Lock()
	defer templatesMu.Unlock()
	address := pgtest.Address()
	if address == "" || len(templates) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, name := range templates {
		_, _ = conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name)
	}
}
