package views_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/frame"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/views"
)

// TestFindings wants each shortcoming to be named.
// TestPartial wants a report's other numbers where one hangs on what is missing.
func TestPartial(t *testing.T) {
	d := newDatabase(t)
	schema := d.variant(t, "VIEW", func(relation string, c source.Column) string {
		if relation == "csat" || relation == "tag" {
			return ""
		}
		return c.Name
	})
	full, less := d.engine(t, d.base), d.engine(t, schema)
	run := func(e *engine.Engine, q query.Query) *engine.Result {
		t.Helper()
		result, err := e.Run(t.Context(), engine.Request{Query: q, Range: year, Now: year.To, Partial: true})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	for _, q := range []query.Query{
		{Report: "agents"},
		{Report: "agents", Compare: "previous_period", OrderBy: []query.Order{{By: "csat_score"}, {By: "conversations"}, {By: "agent"}}},
		{Metrics: []string{"csat_average", "messages", "csat_score", "conversations"}, Bucket: "month", Compare: "previous_period"},
	} {
		if _, err := less.Run(t.Context(), engine.Request{Query: q, Range: year}); err == nil {
			t.Errorf("%+v: no error where all is wanted", q)
		}
		want, got := run(full, q), run(less, q)
		if !slices.Equal(got.Notices, []string{"Not available: CSAT ratings (" + schema + ".csat does not exist)."}) {
			t.Errorf("%+v: notices %q", q, got.Notices)
		}
		if !reflect.DeepEqual(got.Columns, want.Columns) || !reflect.DeepEqual(got.Query.Metrics, want.Query.Metrics) {
			t.Fatalf("%+v: columns %v of %q, want %v of %q", q, got.Columns, got.Query.Metrics, want.Columns, want.Query.Metrics)
		}
		ratings := func(id string) bool { return strings.HasPrefix(id, "csat") }
		byGroup := func(r *engine.Result) map[string][]any {
			rows := map[string][]any{}
			for _, row := range r.Rows {
				var key string
				row = slices.Clone(row)
				for i, c := range r.Columns {
					if c.Role != measure.Metric {
						key += fmt.Sprint(row[i], "/")
					} else if ratings(c.Metric.ID) {
						row[i] = nil
					}
				}
				rows[key] = row
			}
			return rows
		}
		wanted := byGroup(want)
		for key, row := range byGroup(got) {
			if !reflect.DeepEqual(row, wanted[key]) {
				t.Errorf("%+v: %s is %v, want %v", q, key, row, wanted[key])
			}
		}
		for _, row := range got.Rows {
			for i, c := range got.Columns {
				if ratings(c.Metric.ID) && row[i] != nil {
					t.Errorf("%+v: %s is %v", q, c.ID, row[i])
				}
			}
		}
		if len(got.Rows) == 0 || len(got.Unknown) == 0 {
			t.Errorf("%+v: %d rows, unknown %q", q, len(got.Rows), got.Unknown)
		}
	}
	// What nothing is left of is empty; a number by itself is a row.
	for _, c := range []struct {
		q    query.Query
		rows int
	}{
		{query.Query{Metrics: []string{"csat_score", "csat_responses"}}, 1},
		{query.Query{Metrics: []string{"csat_score"}, Bucket: "none", Compare: "previous_period", Format: "timeseries"}, 1},
		{query.Query{Metrics: []string{"csat_score"}, Bucket: "day"}, 0},
		{query.Query{Metrics: []string{"csat_score"}, GroupBy: []string{"agent"}}, 0},
		{query.Query{Report: "tags"}, 0},
		{query.Query{Metrics: []string{"messages"}, Filters: []query.Filter{{Dimension: "contact_tag", Operator: "in", Values: []string{"vip"}}}}, 1},
		{query.Query{Report: "conversation_details", Filters: []query.Filter{{Dimension: "contact_tag", Operator: "in", Values: []string{"vip"}}}}, 0},
		{query.Query{Report: "message_log", Filters: []query.Filter{{Dimension: "contact_tag", Operator: "in", Values: []string{"vip"}}}}, 0},
		{query.Query{Report: "message_log", Format: "logs_volume", Filters: []query.Filter{{Dimension: "contact_tag", Operator: "in", Values: []string{"vip"}}}}, 0},
		{query.Query{Report: "campaign_sends", Filters: []query.Filter{{Dimension: "contact_tag", Operator: "in", Values: []string{"vip"}}}}, 0},
	} {
		got := run(less, c.q)
		if len(got.Rows) != c.rows || len(got.Notices) == 0 || len(got.Rows) > 0 && len(got.Rows[0]) != len(got.Columns) {
			t.Errorf("%+v: %d columns, rows %v, notices %q", c.q, len(got.Columns), got.Rows, got.Notices)
		}
		for _, frame := range frame.Frames(got) {
			if n, err := frame.RowLen(); err != nil || n > c.rows {
				t.Errorf("%+v: %d rows in the frame, %v", c.q, n, err)
			}
		}
	}
	for _, dimension := range []string{"contact_tag", "conversation_tag"} {
		if values, err := less.Values(t.Context(), engine.ValuesRequest{Dimension: dimension, From: year.From, To: year.To}); err != nil || len(values) > 0 {
			t.Errorf("values of %s: %v, %v", dimension, values, err)
		}
	}
}

func TestFindings(t *testing.T) {
	d := newDatabase(t)
	asIs := func(_ string, c source.Column) string { return c.Name }
	fatal := func(t *testing.T, s *source.Source) string {
		t.Helper()
		var problems []string
		for _, f := range s.Fatal() {
			problems = append(problems, f.Problem)
		}
		return strings.Join(problems, "; ")
	}

	t.Run("no schema", func(t *testing.T) {
		got := fatal(t, d.detect(t, "no_such_schema"))
		if !strings.Contains(got, "the schema no_such_schema does not exist") || strings.Contains(got, "\n") {
			t.Error(got)
		}
	})
	t.Run("empty schema", func(t *testing.T) {
		_, schema := pgtest.Schema(t)
		got := fatal(t, d.detect(t, schema))
		if !strings.Contains(got, schema+".message does not exist") || !strings.Contains(got, schema+".line does not exist") {
			t.Error(got)
		}
	})
	t.Run("a needed column", func(t *testing.T) {
		schema := d.variant(t, "VIEW", func(relation string, c source.Column) string {
			if relation == "message" && (c.Name == "direction" || c.Name == "created_at") {
				return ""
			}
			return c.Name
		})
		if got := fatal(t, d.detect(t, schema)); !strings.Contains(got, "message has no column direction, created_at") {
			t.Error(got)
		}
	})
	t.Run("a type that cannot be read", func(t *testing.T) {
		schema := d.variant(t, "VIEW", func(_ string, c source.Column) string {
			switch c.Name {
			case "created_at":
				return "extract(epoch FROM created_at)::bigint"
			case "answered_at":
				return "extract(epoch FROM answered_at)::bigint"
			}
			return c.Name
		})
		s := d.detect(t, schema)
		if got := fatal(t, s); !strings.Contains(got, "message.created_at has the type int8, which cannot be converted to timestamptz") {
			t.Error(got)
		}
		for _, f := range s.Findings {
			if f.Relation == "csat" && (f.Fatal || !strings.Contains(f.Problem, "answered_at has the type int8")) {
				t.Errorf("csat: %+v", f)
			}
		}
	})
	t.Run("no rights", func(t *testing.T) {
		schema := d.variant(t, "VIEW", asIs)
		name, password := pgtest.Role(t, d.conn, "")
		config, err := pgx.ParseConfig(d.url)
		if err != nil {
			t.Fatal(err)
		}
		config.User, config.Password = name, password
		reader, err := pgx.ConnectConfig(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = reader.Close(context.Background()) }()
		see := func(grants ...string) *source.Source {
			t.Helper()
			for _, grant := range grants {
				d.execute(t, grant, schema, name)
			}
			s, err := views.Detect(t.Context(), reader, source.Settings{Schema: schema})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		if got := fatal(t, see()); !strings.Contains(got, "no read access to "+schema+".message") || !strings.Contains(got, "grant USAGE on the schema") {
			t.Error(got)
		}
		if got := fatal(t, see("GRANT SELECT ON ALL TABLES IN SCHEMA %s TO %s")); !strings.Contains(got, "no read access to "+schema+".message") || strings.Contains(got, "created_at") {
			t.Errorf("without USAGE: %s", got)
		}
		if got := fatal(t, see("GRANT USAGE ON SCHEMA %s TO %s")); got != "" {
			t.Errorf("with all rights: %s", got)
		}
		if got := fatal(t, see("REVOKE SELECT ON %s.message FROM %s", "GRANT SELECT (message_id, body) ON %s.message TO %s")); !strings.Contains(got, "created_at") || strings.Contains(got, "body") {
			t.Errorf("some columns: %s", got)
		}
		s := see("GRANT SELECT ON %s.message TO %s", "REVOKE SELECT ON %s.csat FROM %s")
		if got := fatal(t, s); got != "" {
			t.Errorf("without csat: %s", got)
		}
		if s.Has("csat") {
			t.Error("csat may not be read and is there")
		}
	})
	t.Run("names that need quoting", func(t *testing.T) {
		schema := d.variant(t, "VIEW", asIs)
		quoted := schema + ` "Día"; --`
		d.execute(t, `ALTER SCHEMA %s RENAME TO %s`, schema, pgx.Identifier{quoted}.Sanitize())
		t.Cleanup(func() {
			if _, err := d.conn.Exec(context.Background(), "DROP SCHEMA "+pgx.Identifier{quoted}.Sanitize()+" CASCADE"); err != nil {
				t.Error(err)
			}
		})
		if got := fatal(t, d.detect(t, quoted)); got != "" {
			t.Error(got)
		}
		if got := answer(t, d.engine(t, quoted), query.Query{Report: "channels"}); strings.HasPrefix(got, "error") {
			t.Error(got)
		}
	})
}

// TestAccount limits the views to an account: what tells its account is filtered,
// what belongs to something that does goes with it, and the rest is left out.
func TestAccount(t *testing.T) {
	d := newDatabase(t)
	const account = "acme"
	own := map[string]string{} // who tells the account of its names: one of each is somebody else's
	for _, relation := range []string{"line", "agent", "team", "campaign"} {
		own[relation] = fmt.Sprintf("CASE WHEN v.%[1]s_id = (SELECT min(%[1]s_id) FROM %[2]s.%[1]s) THEN 'other' ELSE '%[3]s' END", relation, d.base, account)
	}
	schema := d.variant(t, "VIEW", func(relation string, c source.Column) string { return c.Name })
	for relation, expr := range own {
		d.execute(t, "CREATE OR REPLACE VIEW %s.%s AS SELECT v.*, %s AS account_id FROM %s.%[2]s AS v", schema, relation, expr, d.base)
	}
	// Who left the account is named as long as its rows do so, and nobody else is.
	d.execute(t, "CREATE OR REPLACE VIEW %s.agent AS SELECT v.*, %s AS account_id FROM %s.agent AS v UNION ALL SELECT 'nobody', 'Nobody', 'other'", schema, own["agent"], d.base)
	see := func(limit string) *source.Source {
		t.Helper()
		s, err := views.Detect(t.Context(), d.conn, source.Settings{Schema: schema, Account: limit})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	count := func(s *source.Source, relation, where string) (n int) {
		t.Helper()
		var args []any
		item := s.From(relation, source.Span{}, func(text string) string {
			args = append(args, text)
			return fmt.Sprintf("$%d::text", len(args))
		})
		if err := d.conn.QueryRow(t.Context(), "SELECT count(*) FROM "+item+" AS r WHERE "+where, args...).Scan(&n); err != nil {
			t.Fatalf("%s: %v", relation, err)
		}
		return n
	}
	all, mine := see(""), see(account)
	if len(mine.Fatal()) > 0 {
		t.Fatalf("%v", mine.Fatal())
	}
	ours := fmt.Sprintf("IN (SELECT %%[1]s_id FROM %s.%%[1]s WHERE account_id = '%s')", d.base, account)
	for relation, where := range map[string]string{
		"message": "account_id = 'acme'", "conversation": "account_id = 'acme'", "contact": "account_id = 'acme'", "account": "account_id = 'acme'",
		"conversation_event": "conversation_id " + fmt.Sprintf(ours, "conversation"),
		"csat":               "conversation_id " + fmt.Sprintf(ours, "conversation") + " OR conversation_id IS NULL AND contact_id " + fmt.Sprintf(ours, "contact"),
		"tag":                "kind = 'conversation' AND owner_id " + fmt.Sprintf(ours, "conversation") + " OR kind = 'contact' AND owner_id " + fmt.Sprintf(ours, "contact"),
		"rate_card":          "true",
	} {
		want, got, rest := count(all, relation, where), count(mine, relation, "true"), count(mine, relation, "NOT coalesce("+where+", false)")
		if got != want || rest > 0 {
			t.Errorf("%s: %d rows, %d of them somebody else's, want %d", relation, got, rest, want)
		}
		if whole := count(all, relation, "true"); relation != "rate_card" && (want == 0 || want == whole) {
			t.Errorf("%s: %d of %d rows prove nothing", relation, want, whole)
		}
	}
	for relation := range own {
		if got, whole := count(mine, relation, "true"), count(all, relation, "true"); got == 0 || got == whole {
			t.Errorf("%s: %d of %d rows", relation, got, whole)
		}
	}
	if count(mine, "agent", "agent_id = 'nobody'") > 0 {
		t.Error("an agent of nobody's rows")
	}
	if count(mine, "working_hours", "true") >= count(all, "working_hours", "true") {
		t.Error("business hours of others")
	}
	// Without its column a relation of names is left out, and that of lines is needed.
	for relation := range own {
		d.execute(t, "DROP VIEW %s.%s; CREATE VIEW %[1]s.%[2]s AS SELECT * FROM %[3]s.%[2]s", schema, relation, d.base)
	}
	blind := see(account)
	if fatal := blind.Fatal(); len(fatal) != 1 || fatal[0].Problem != schema+".line has no account_id, so it cannot be limited to an account" || blind.Has("agent") || blind.Has("team") || blind.Has("campaign") {
		t.Errorf("%v, %t", fatal, blind.Has("agent"))
	}
	if n := count(blind, "agent_team", "true"); n != 0 {
		t.Errorf("%d members of teams that nobody can tell", n)
	}
}

// TestAccountColumns holds docs/your-own-database.md to it: with an account these
// relations need its column, and no other does.
func TestAccountColumns(t *testing.T) {
	d := newDatabase(t)
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "your-own-database.md"))
	if err != nil {
		t.Fatal(err)
	}
	needing := []string{"message", "conversation", "contact", "line", "agent", "team", "campaign"}
	if sentence := "`" + strings.Join(needing[:6], "`, `") + "` and `campaign` need the column `account_id`"; !strings.Contains(strings.Join(strings.Fields(string(text)), " "), sentence) {
		t.Errorf("the page does not say: %s", sentence)
	}
	schema := d.variant(t, "VIEW", func(_ string, c source.Column) string {
		if c.Name == "account_id" {
			return ""
		}
		return c.Name
	})
	find := func() map[string]source.Finding {
		t.Helper()
		s, err := views.Detect(t.Context(), d.conn, source.Settings{Schema: schema, Account: "acme"})
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]source.Finding{}
		for _, f := range s.Findings {
			found[f.Relation] = f
		}
		return found
	}
	bare := find()
	for _, r := range source.Contract {
		problem := fmt.Sprintf("%s.%s has no account_id, so it cannot be limited to an account", schema, r.Name)
		if got := bare[r.Name]; (got.Problem == problem) != slices.Contains(needing, r.Name) || got.Problem == problem && got.Fatal != r.Required {
			t.Errorf("without its column: %+v", got)
		}
	}
	d.execute(t, "DROP VIEW IF EXISTS %[1]s.account; CREATE VIEW %[1]s.account AS SELECT 'acme'::text AS account_id, 'Acme'::text AS name", schema)
	for _, relation := range needing {
		d.execute(t, "CREATE OR REPLACE VIEW %[1]s.%[2]s AS SELECT *, 'acme'::text AS account_id FROM (%[3]s) AS v", schema, relation, d.definition(t, schema, relation))
	}
	for relation, f := range find() {
		if f.State == source.Missing {
			t.Errorf("with their columns: %s: %s", relation, f.Problem)
		}
	}
}

// definition is the SELECT of a view.
func (d *database) definition(t *testing.T, schema, view string) (sql string) {
	t.Helper()
	if err := d.conn.QueryRow(t.Context(), "SELECT rtrim(pg_get_viewdef($1::regclass), ';')", pgx.Identifier{schema, view}.Sanitize()).Scan(&sql); err != nil {
		t.Fatal(err)
	}
	return sql
}

// TestAdvice names the indexes that help, of large tables only.
func TestAdvice(t *testing.T) {
	url, schema := pgtest.Schema(t)
	d := &database{conn: pgtest.Connect(t), url: url}
	const columns = "created_at timestamptz, contact_id varchar, conversation_id uuid, account_id text"
	d.execute(t, "CREATE SCHEMA IF NOT EXISTS %s", schema)
	d.execute(t, "SET search_path TO %s", schema)
	d.execute(t, "CREATE TABLE message (%s)", columns)
	d.execute(t, "INSERT INTO message SELECT timestamptz '2026-01-01' + i * interval '1 minute', (i %% 20000)::text, gen_random_uuid(), (i %% 3)::text FROM generate_series(1, 60000) AS i")
	d.execute(t, "CREATE TABLE conversation (%s) PARTITION BY RANGE (created_at)", columns)
	d.execute(t, "CREATE TABLE conversations PARTITION OF conversation DEFAULT")
	d.execute(t, "INSERT INTO conversation TABLE message")
	d.execute(t, "CREATE VIEW conversation_event AS SELECT created_at AS at, conversation_id::text FROM message")
	d.execute(t, "CREATE TABLE tag AS SELECT contact_id AS owner_id FROM message LIMIT 100")
	d.execute(t, "CREATE MATERIALIZED VIEW csat AS SELECT created_at::text AS sent_at FROM message")
	d.execute(t, "ANALYZE message, conversation, tag, csat")

	message := func(column string) string {
		return fmt.Sprintf("CREATE INDEX CONCURRENTLY ON %q.%q (%q)", schema, "message", column)
	}
	conversation := fmt.Sprintf("CREATE INDEX ON %q.%q (%q)", schema, "conversation", "created_at")
	want := func(what string, want ...string) {
		t.Helper()
		if got := d.detect(t, schema).Advice; !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	want("no index", message("created_at"), message("contact_id"), conversation)
	d.execute(t, "CREATE INDEX ON message (created_at) WHERE contact_id = '1'")
	want("an index on some rows", message("created_at"), message("contact_id"), conversation)
	d.execute(t, "CREATE INDEX ON message (contact_id, created_at)")
	want("behind many contacts", message("created_at"), conversation)
	d.execute(t, "CREATE INDEX ON message (account_id, created_at)")
	want("behind few accounts", conversation)
	d.execute(t, "%s", conversation)
	want("all indexes")
}

// TestUnknown wants null, and a word about it, where nobody has looked.
func TestUnknown(t *testing.T) {
	d := newDatabase(t)
	schema := d.variant(t, "VIEW", func(relation string, c source.Column) string {
		if relation == "message" && slices.Contains([]string{"status", "delivered_at", "read_at", "button_payload"}, c.Name) {
			return ""
		}
		return c.Name
	})
	e := d.engine(t, schema)
	ask := func(q query.Query) *engine.Result {
		t.Helper()
		result, err := e.Run(t.Context(), engine.Request{Query: q, Range: year, Now: year.To})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	const told = "Not recorded by this database: Messages delivered, Delivery rate, Button clicks."
	for _, q := range []query.Query{
		{Metrics: []string{"messages_outbound", "messages_delivered", "delivery_rate", "button_clicks"}},
		{Metrics: []string{"messages_outbound", "messages_delivered", "delivery_rate", "button_clicks"}, Bucket: "month", Compare: "previous_period"},
		{Metrics: []string{"messages_outbound", "messages_delivered", "delivery_rate", "button_clicks"}, GroupBy: []string{"line"}},
	} {
		result := ask(q)
		if !slices.Contains(result.Notices, told) {
			t.Errorf("%v: notices %q", q, result.Notices)
		}
		counted := int64(0)
		for _, row := range result.Rows {
			for i, c := range result.Columns {
				n, isNumber := row[i].(int64)
				switch {
				case c.Metric.ID == "messages_outbound" && isNumber:
					counted += n
				case slices.Contains([]string{"messages_delivered", "delivery_rate", "button_clicks"}, c.Metric.ID) && row[i] != nil:
					t.Errorf("%s is %v", c.ID, row[i])
				}
			}
		}
		if counted == 0 {
			t.Error("what is known is not counted")
		}
	}
	if result := ask(query.Query{Report: "message_details_sent", Columns: []string{"message_id", "read_at", "body"}}); !slices.Contains(result.Notices, "Not recorded by this database: Read at.") {
		t.Errorf("notices %q", result.Notices)
	}
	if result := ask(query.Query{Metrics: []string{"messages_failed"}}); len(result.Notices) > 0 || result.Rows[0][0] == int64(0) {
		t.Errorf("failures are known by their time: %v, %q", result.Rows, result.Notices)
	}
	// Lines of a log are counted although nobody tells what became of them.
	d.execute(t, "DROP VIEW %s.message; CREATE VIEW %[1]s.message AS SELECT message_id, contact_id, line_id, direction, created_at FROM %[2]s.message", schema, d.base)
	e = d.engine(t, schema)
	lines := int64(0)
	for _, row := range ask(query.Query{Report: "message_log", Format: "logs_volume"}).Rows {
		for _, v := range row {
			if n, ok := v.(int64); ok {
				lines += n
			}
		}
	}
	if lines == 0 {
		t.Error("the lines of the log are not counted")
	}
	byStatus := ask(query.Query{Metrics: []string{"messages_outbound"}, GroupBy: []string{"status"}})
	if len(byStatus.Rows) == 0 || byStatus.Rows[0][1] != nil || !slices.Contains(byStatus.Notices, "Not recorded by this database: Status (Messages). Not available as a result: Outbound messages.") {
		t.Errorf("%v, notices %q", byStatus.Rows, byStatus.Notices)
	}
}
