package views_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/views"
)

// year holds all random data.
var year = calendar.Range{From: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}

type database struct {
	conn *pgx.Conn
	url  string
	// base is a schema of the contract's own tables, with random data.
	base string
	// answers of it to the questions.
	answers []string
}

func newDatabase(t *testing.T) *database {
	t.Helper()
	url, schema := pgtest.Schema(t)
	d := &database{conn: pgtest.Connect(t), url: url, base: schema}
	if err := contract.Create(t.Context(), d.conn, schema); err != nil {
		t.Fatal(err)
	}
	data := reference.Random(5, reference.RandomOptions{Messages: 500, Sequence: true, Clean: true})
	if err := contract.Load(t.Context(), d.conn, schema, data); err != nil {
		t.Fatal(err)
	}
	d.execute(t, "ANALYZE")
	return d
}

func (d *database) execute(t *testing.T, format string, args ...any) {
	t.Helper()
	sql := fmt.Sprintf(format, args...)
	if _, err := d.conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// variant makes a schema whose relations show the base's in another form: column
// returns the expression of one column, or "" to leave it out.
func (d *database) variant(t *testing.T, kind string, column func(relation string, c source.Column) string) (schema string) {
	t.Helper()
	_, schema = pgtest.Schema(t)
	for _, r := range source.Contract {
		var fields []string
		for _, c := range r.Columns {
			if expr := column(r.Name, c); expr != "" {
				fields = append(fields, expr+" AS "+c.Name)
			}
		}
		if len(fields) > 0 {
			d.execute(t, "CREATE %s %s.%s AS SELECT %s FROM %s.%[3]s", kind, schema, r.Name, strings.Join(fields, ", "), d.base)
		}
	}
	return schema
}

func (d *database) engine(t *testing.T, schema string) *engine.Engine {
	t.Helper()
	settings, err := postgres.SettingsFromURL(d.url)
	if err != nil {
		t.Fatal(err)
	}
	settings.MaxConnections, settings.Timeout = 2, 30*time.Second
	db, err := postgres.Open(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	detect := func(ctx context.Context, tx pgx.Tx) (*source.Source, error) {
		return views.Detect(ctx, tx, source.Settings{Schema: schema})
	}
	return engine.New(db, detect, engine.Settings{Refresh: time.Hour})
}

// questions ask for everything: each report, and all metrics of each fact, by
// cuts and filters that read every relation.
func questions() []query.Query {
	var list []query.Query
	for _, p := range query.Presets {
		list = append(list, report(p))
	}
	cuts := [][]string{{"account", "line", "channel"}, {"agent", "team"}, {"contact_tag", "business_hours"}, {"conversation_tag", "country"}}
	for i, f := range catalog.Facts {
		var metrics []string
		for _, id := range catalog.MetricIDs() {
			if m, _ := catalog.LookupMetric(id); m.Fact == f && !strings.HasPrefix(id, "stage_") {
				metrics = append(metrics, id)
			}
		}
		q := query.Query{Metrics: metrics, GroupBy: cuts[i%len(cuts)]}
		if i%2 == 1 {
			q.Filters = []query.Filter{
				{Dimension: "contact", Operator: "matches", Values: []string{"^[0-9a-m]"}},
				{Dimension: "conversation_tag", Operator: "notIn", Values: []string{"vip"}},
			}
		}
		list = append(list, q)
	}
	messages := []string{"messages", "messages_failed", "active_contacts"}
	return append(list,
		query.Query{Metrics: messages, GroupBy: []string{"template", "language", "campaign", "user_type"}},
		query.Query{Metrics: messages, GroupBy: []string{"initiator", "origin", "status", "failure_reason", "failure_code"}},
		query.Query{Metrics: messages, GroupBy: []string{"direction", "author_kind", "content_type", "in_window"}},
		query.Query{Metrics: messages, GroupBy: []string{"session_id"}, Bucket: "month"},
	)
}

// report is a report over two years.
func report(p query.Preset) query.Query {
	q := query.Query{Report: p.ID}
	if p.Query.Bucket != "" && p.Query.Bucket != "none" {
		q.Bucket = "month"
	}
	return q
}

// answer is what people get to see, or the error.
func answer(t *testing.T, e *engine.Engine, q query.Query) string {
	t.Helper()
	result, err := e.Run(t.Context(), engine.Request{Query: q, Range: year, Now: year.To})
	if err != nil {
		_, sentence := postgres.Explain(err)
		return "error: " + err.Error() + "\n" + sentence
	}
	var b strings.Builder
	for _, row := range result.Rows {
		for i, v := range row {
			switch value := v.(type) {
			case time.Time:
				v = value.UTC()
			case float64:
				v = strconv.FormatFloat(value, 'g', 9, 64) // sums may differ in the last digits
			}
			fmt.Fprintf(&b, "%s=%v ", result.Columns[i].ID, v)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// ask puts all questions to a schema.
func (d *database) ask(t *testing.T, schema string) []string {
	t.Helper()
	if schema == d.base && d.answers != nil {
		return d.answers
	}
	var answers []string
	e := d.engine(t, schema)
	for _, q := range questions() {
		answers = append(answers, answer(t, e, q))
	}
	if schema == d.base {
		d.answers = answers
	}
	return answers
}

// same wants the same answers of both schemas, and no finding about the second.
func (d *database) same(t *testing.T, want, got string) {
	t.Helper()
	wanted, answers := d.ask(t, want), d.ask(t, got)
	for i, q := range questions() {
		if strings.HasPrefix(wanted[i], "error") {
			t.Errorf("%+v: %s", q, wanted[i])
		} else if answers[i] != wanted[i] {
			t.Errorf("%+v:\n%s", q, difference(answers[i], wanted[i]))
		}
	}
	for _, f := range d.detect(t, got).Findings {
		if f.Problem != "" {
			t.Errorf("problem: %s", f.Problem)
		}
	}
}

// difference is the first line that differs, word by word.
func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] == w[i] {
			continue
		}
		a, b := strings.Split(g[i], " "), strings.Split(w[i], " ")
		for j := range min(len(a), len(b)) {
			if a[j] != b[j] {
				return fmt.Sprintf("line %d: %s, want %s\n%s\n%s", i+1, a[j], b[j], g[i], w[i])
			}
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

func (d *database) detect(t *testing.T, schema string) *source.Source {
	t.Helper()
	s, err := views.Detect(t.Context(), d.conn, source.Settings{Schema: schema})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// identifies tells the columns that hold ids.
func identifies(name string) bool {
	return slices.Contains([]string{"message_id", "account_id", "conversation_id", "contact_id", "line_id", "agent_id", "team_id", "campaign_id", "owner_id", "in_reply_to"}, name)
}

// TestColumnTypes shows the same data in the types that databases have, and wants
// the same answers.
func TestColumnTypes(t *testing.T) {
	d := newDatabase(t)
	asIs := func(_ string, c source.Column) string { return c.Name }

	t.Run("views", func(t *testing.T) { d.same(t, d.base, d.variant(t, "VIEW", asIs)) })
	t.Run("materialized views", func(t *testing.T) {
		for _, f := range d.detect(t, d.variant(t, "MATERIALIZED VIEW", asIs)).Findings {
			if f.Problem != "" {
				t.Error(f.Problem)
			}
		}
	})

	// Ids of another type sort by another order, so both sides have other ids.
	const (
		uuid   = "md5(%s)::uuid"
		bigint = "('x' || substr(md5(%s), 1, 15))::bit(60)::bigint"
		number = "('x' || substr(md5(%s), 1, 7))::bit(28)::int"
	)
	for name, id := range map[string]func(c source.Column) string{
		"uuid": func(c source.Column) string { return fmt.Sprintf(uuid, c.Name) },
		"numbers": func(c source.Column) string {
			switch c.Name {
			case "owner_id": // of a contact or of a conversation
				return fmt.Sprintf("CASE kind WHEN 'contact' THEN "+bigint+" ELSE "+number+" END", c.Name, c.Name)
			case "message_id", "in_reply_to", "contact_id":
				return fmt.Sprintf(bigint, c.Name)
			}
			return fmt.Sprintf(number, c.Name)
		},
	} {
		t.Run(name, func(t *testing.T) {
			as := func(typ string) string {
				return d.variant(t, "VIEW", func(_ string, c source.Column) string {
					if identifies(c.Name) {
						return "(" + id(c) + ")" + typ
					}
					return c.Name
				})
			}
			d.same(t, as("::text"), as(""))
		})
	}

	d.execute(t, "CREATE DOMAIN %s.identifier AS varchar(500)", d.base)
	d.execute(t, "CREATE DOMAIN %s.moment AS timestamp", d.base)
	for name, values := range map[string][]string{
		"direction": {"inbound", "outbound"}, "author": {"contact", "agent", "bot", "campaign", "system"},
	} {
		d.execute(t, "CREATE TYPE %s.%s AS ENUM ('%s')", d.base, name, strings.Join(values, "', '"))
	}
	forms := map[string]func(relation string, c source.Column) string{
		"domains": func(_ string, c source.Column) string {
			switch c.Type {
			case "text":
				return fmt.Sprintf("%s::%s.identifier", c.Name, d.base)
			case "timestamptz":
				return fmt.Sprintf("(%s AT TIME ZONE 'UTC')::%s.moment", c.Name, d.base)
			}
			return c.Name
		},
		// Types and collations that meet each other in one comparison.
		"a mixture": func(relation string, c source.Column) string {
			switch {
			case c.Type != "text":
			case c.Name == "direction":
				return fmt.Sprintf("direction::%s.direction", d.base)
			case c.Name == "author_kind":
				return fmt.Sprintf("author_kind::%s.author", d.base)
			case c.Name == "body":
				return "to_jsonb(body)"
			case c.Name == "status":
				return "status::name"
			case relation == "message":
				return c.Name + `::varchar COLLATE "es-x-icu"`
			case relation == "conversation":
				return c.Name + ` COLLATE "pt-BR-x-icu"`
			case relation == "contact", relation == "tag":
				return c.Name + `::varchar(500) COLLATE "C"`
			case relation == "line":
				return c.Name + ` COLLATE "C"`
			case relation == "agent":
				return c.Name + "::name"
			}
			return c.Name
		},
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) { d.same(t, d.base, d.variant(t, "VIEW", form)) })
	}

	types := map[string]map[string]string{
		"naive": {
			"timestamptz": "%s AT TIME ZONE 'UTC'", "numeric": "%s::float8", "integer": "%s::smallint", "double precision": "%s::numeric",
			"boolean": "%s::int", "bigint": "%s::numeric", "time": "%s::text", "date": "%s::timestamp",
		},
		"texts": {
			"timestamptz": "(%s AT TIME ZONE 'UTC')::text", "numeric": "%s::text", "integer": "%s::text", "double precision": "%s::text",
			"boolean": "%s::text", "bigint": "%s::text", "time": "%s::text", "date": "%s::text",
		},
	}
	for name, form := range types {
		t.Run(name, func(t *testing.T) {
			d.same(t, d.base, d.variant(t, "VIEW", func(_ string, c source.Column) string {
				if other := form[c.Type]; other != "" {
					return fmt.Sprintf(other, c.Name)
				}
				return c.Name
			}))
		})
	}
}

// TestOnlyWhatIsNeeded leaves out all that may be absent.
func TestOnlyWhatIsNeeded(t *testing.T) {
	d := newDatabase(t)
	schema := d.variant(t, "VIEW", func(relation string, c source.Column) string {
		r, _ := source.LookupRelation(relation)
		if r.Required && c.Required {
			return c.Name
		}
		return ""
	})
	e := d.engine(t, schema)
	for _, q := range questions() {
		got := answer(t, e, q)
		if !strings.HasPrefix(got, "error") {
			continue
		}
		if !strings.Contains(got, "is unavailable: this database has no relation") {
			t.Errorf("%+v: %s", q, got)
		}
	}
	// The counts do not hang on what is absent.
	q := query.Query{Metrics: []string{"messages_received", "messages_outbound"}, GroupBy: []string{"line"}}
	full := d.engine(t, d.variant(t, "VIEW", func(relation string, c source.Column) string {
		if relation == "line" && c.Name == "name" || c.Name == "content_type" { // which tells what is no message
			return "NULL::text"
		}
		return c.Name
	}))
	if got, want := answer(t, e, q), answer(t, full, q); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	problems := map[string]string{}
	for _, f := range d.detect(t, schema).Findings {
		if f.Fatal {
			t.Errorf("%s: fatal: %s", f.Relation, f.Problem)
		}
		problems[f.Relation] = f.Problem
	}
	for relation, want := range map[string]string{
		"message": "has no column account_id, subaccount", "conversation": "has no column account_id", "csat": "does not exist", "tag": "does not exist",
	} {
		if !strings.Contains(problems[relation], want) {
			t.Errorf("%s: %q, want %q", relation, problems[relation], want)
		}
	}
}

// TestEachAbsence takes one relation away at a time.
func TestEachAbsence(t *testing.T) {
	d := newDatabase(t)
	schema := d.variant(t, "VIEW", func(_ string, c source.Column) string { return c.Name })
	for _, r := range source.Contract {
		d.execute(t, "ALTER VIEW %s.%s RENAME TO gone", schema, r.Name)
		e := d.engine(t, schema)
		for _, p := range query.Presets {
			if r.Required && p.ID != "channels" {
				continue // an error before any query
			}
			if !slices.Contains([]string{"channels", "sends", "failures", "agents", "tags"}, p.ID) {
				continue
			}
			_, err := e.Run(t.Context(), engine.Request{Query: report(p), Range: year})
			var schemaError *engine.SchemaError
			var queryError *query.Error
			switch {
			case r.Required && (!errors.As(err, &schemaError) || !strings.Contains(err.Error(), fmt.Sprintf("%s.%s does not exist", schema, r.Name))):
				t.Errorf("%s without %s: %v, want an error of the schema that names it", p.ID, r.Name, err)
			case !r.Required && err != nil && (!errors.As(err, &queryError) || !strings.Contains(err.Error(), "no relation "+r.Name)):
				t.Errorf("%s without %s: %v", p.ID, r.Name, err)
			}
		}
		d.execute(t, "ALTER VIEW %s.gone RENAME TO %s", schema, r.Name)
	}
}
