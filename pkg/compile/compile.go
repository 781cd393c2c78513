// Package compile turns a resolved query into one SQL statement over the relations of
// a source. Values are always arguments; identifiers in the SQL come only from this
// package, the catalogue or the source. It does no I/O.
package compile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/hours"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

// Input is what a statement is made of.
type Input struct {
	// Query must come out of query.Query.Resolve.
	Query  query.Query
	Source *source.Source
	// Range is the half-open range of event times.
	Range calendar.Range
	// Location cuts the calendar buckets.
	Location *time.Location
	// Buckets cut the range where they are set, instead of the calendar.
	Buckets []calendar.Bucket
	// Now is the moment of the states that hang on no range.
	Now time.Time
	// ChatURL is the template of the link column, or empty.
	ChatURL string
	// Hours are the working hours of the source, where the query needs them: see
	// NeedsHours.
	Hours *hours.Schedule
}

// A Role says what a column of the answer is.
type Role string

// The roles of columns.
const (
	Time     Role = "time"     // the index of a bucket, from 1
	Key      Role = "key"      // the value of a dimension
	Name     Role = "name"     // the name of an entity
	Metric   Role = "metric"   // a number
	Detail   Role = "detail"   // a field of a details report
	Position Role = "position" // the place of a row in a details report
)

// Column is one column of the answer, in the order of the SELECT.
type Column struct {
	ID   string
	Role Role
	// Dimension is set for keys and names, Unit for metrics and details.
	Dimension catalog.Dimension
	Metric    catalog.Metric
	Unit      catalog.Unit
	// Detail names the details column that a key or name stands for, where it
	// isn't the dimension itself.
	Detail string
}

// Statement is SQL with its arguments and the columns that it yields.
type Statement struct {
	SQL     string
	Args    []any
	Columns []Column
	// Buckets are the calendar periods that the time column indexes; empty
	// where the query is not cut by time.
	Buckets []calendar.Bucket
	// Limit is the number of rows asked for; the SQL yields one more where
	// there are more.
	Limit int
	// Counted: the last value of each row, which is no column, is the number of rows
	// without the limit.
	Counted bool
	// TellsGaps: after the columns each row has one more, why costs are unknown: a list
	// of Gap as JSON, the same in all rows.
	TellsGaps bool
	// Gaps are those, once the rows are read.
	Gaps []Gap
}

type cte struct {
	name, sql string
	// as is "MATERIALIZED" for what is computed by itself. Beside its cost PostgreSQL
	// would not see any difference between the ways to join it, and where it expects
	// very few rows compute it again for each of them. "NOT MATERIALIZED" is what
	// several read, without its being written down.
	as string
}

// compiler collects the parts of one statement.
type compiler struct {
	Input
	args    []any
	ctes    []cte
	buckets []calendar.Bucket
	unit    calendar.Unit
	// columns are the message columns that the statement reads beside those
	// that the timeline itself needs.
	columns map[string]bool
	// history is set where the statement needs sessions or windows.
	history *history
	bounds  string
	// texts are the placeholders of texts that stand in several places.
	texts map[string]string
	// having keeps rows of the answer by their totals t.
	having string
	// shift makes an instant the report's local time.
	shift func(at string) string
}

// Aggregate compiles a query for metrics. The error is a *query.Error.
func Aggregate(in Input) (*Statement, error) {
	c := &compiler{Input: in, columns: map[string]bool{}}
	if err := c.checkRelations(); err != nil {
		return nil, err
	}
	if err := c.cutTime(); err != nil {
		return nil, err
	}
	return c.aggregate()
}

// CheckRelations returns an error if a metric or dimension of the query needs a relation
// that the source does not have. The error is a *query.Error.
func CheckRelations(in Input) error { return (&compiler{Input: in}).checkRelations() }

// checkRelations fails where a metric or dimension hangs on a relation that the
// source lacks.
func (c *compiler) checkRelations() error {
	check := func(what string, needs []string) error {
		for _, relation := range needs {
			if !c.Source.Has(relation) {
				return &query.Error{Unavailable: true, Message: fmt.Sprintf("%s is unavailable: this database has no relation %s (%s)", what, relation, c.Source.Lack(relation))}
			}
		}
		return nil
	}
	for _, id := range c.Query.Metrics {
		if m, _ := catalog.LookupMetric(id); check(id, m.Needs) != nil {
			return check(id, m.Needs)
		}
	}
	dimensions := slices.Clone(c.Query.GroupBy)
	for _, f := range c.Query.Filters {
		dimensions = append(dimensions, f.Dimension)
	}
	for _, id := range dimensions {
		if d, _ := catalog.LookupDimension(id); check(id, d.Needs) != nil {
			return check(id, d.Needs)
		}
	}
	return nil
}

// cutTime finds the calendar unit of the query and its buckets.
func (c *compiler) cutTime() error {
	if c.Query.Bucket != "none" {
		c.unit = calendar.Unit(c.Query.Bucket)
	}
	for _, id := range c.Query.GroupBy {
		if d, _ := catalog.LookupDimension(id); d.Kind == catalog.KindTime {
			c.unit = calendar.Unit(id)
		}
	}
	if c.unit == "" {
		return nil
	}
	buckets, err := c.Buckets, error(nil)
	if buckets == nil {
		buckets, err = calendar.Buckets(c.Range, c.unit, c.Location)
	}
	if err != nil {
		return &query.Error{Message: err.Error()}
	}
	c.buckets = buckets
	since := make([]time.Time, len(buckets))
	for i, b := range buckets {
		since[i] = b.Since
	}
	c.bounds = c.arg(since, "timestamptz[]")
	return nil
}

// arg adds an argument and returns its placeholder, cast to the type.
func (c *compiler) arg(v any, typ string) string {
	c.args = append(c.args, v)
	return fmt.Sprintf("$%d::%s", len(c.args), typ)
}

// from reads a relation, as a FROM item without an alias.
func (c *compiler) from(relation string) string {
	if relation != "line" && relation != "account" || c.Range.From.IsZero() || !c.Source.Bounded(relation) {
		return c.spanned(relation, source.Span{})
	}
	// Those of all messages that the statement may look at, found once.
	name := relation + "_named"
	if !c.has(name) {
		span := c.span(c.costSince().Add(-longest-lookBack), c.Range.To.Add(longest))
		c.withOnce(name, "SELECT * FROM "+c.spanned(relation, span)+" AS r")
	}
	return name
}

func (c *compiler) spanned(relation string, span source.Span, columns ...string) string {
	item, shared := c.Source.Item(relation, span, c.textArg, columns...)
	for _, name := range slices.Sorted(maps.Keys(shared)) {
		if !c.has(name) {
			c.withOnce(name, shared[name])
		}
	}
	return item
}

// textArg returns the placeholder of a text that may stand in several places.
func (c *compiler) textArg(text string) string {
	if c.texts == nil {
		c.texts = map[string]string{}
	}
	if c.texts[text] == "" {
		c.texts[text] = c.arg(text, "text")
	}
	return c.texts[text]
}

// has tells whether there is a common table expression of that name.
func (c *compiler) has(name string) bool {
	return slices.ContainsFunc(c.ctes, func(part cte) bool { return part.name == name })
}

// during reads the rows of a relation whose event time lies in the span, of those
// columns: the FROM item without an alias, and the condition on the column, which is empty
// where the relation looks to it itself.
func (c *compiler) during(relation, column string, span source.Span, columns ...string) (item, condition string) {
	item = c.spanned(relation, span, columns...)
	if c.Source.Bounded(relation) {
		return item, ""
	}
	var parts []string
	if span.Since != "" {
		parts = append(parts, column+" >= "+span.Since)
	}
	if span.Until != "" {
		parts = append(parts, column+" < "+span.Until)
	}
	return item, strings.Join(parts, " AND ")
}

// whereAll is a WHERE clause of those conditions that say something, on a line
// of its own.
func whereAll(conditions ...string) string {
	conditions = slices.DeleteFunc(conditions, func(condition string) bool { return condition == "" })
	if len(conditions) == 0 {
		return ""
	}
	return "\nWHERE " + strings.Join(conditions, " AND ")
}

// with adds a common table expression.
func (c *compiler) with(name, sql string) { c.ctes = append(c.ctes, cte{name: name, sql: sql}) }

// withOnce adds a common table expression that is computed once, by itself.
func (c *compiler) withOnce(name, sql string) {
	c.ctes = append(c.ctes, cte{name, sql, "MATERIALIZED "})
}

// withEach adds a common table expression that stands for its SQL in each place.
func (c *compiler) withEach(name, sql string) {
	c.ctes = append(c.ctes, cte{name, sql, "NOT MATERIALIZED "})
}

// groups are the dimensions that cut, time apart.
func (c *compiler) groups() []catalog.Dimension {
	var ds []catalog.Dimension
	for _, id := range c.Query.GroupBy {
		if d, _ := catalog.LookupDimension(id); d.Kind != catalog.KindTime && id != "stage" {
			ds = append(ds, d)
		}
	}
	return ds
}

func (c *compiler) aggregate() (*Statement, error) {
	facts, byFact := catalog.Aggregates(c.Query.Metrics)
	var keys []string
	if len(c.buckets) > 0 {
		keys = append(keys, "bucket")
	}
	for _, d := range c.groups() {
		keys = append(keys, d.ID)
	}

	// Rows of each fact first: they decide which history the statement needs.
	rows := map[catalog.Fact]factRows{}
	for _, f := range facts {
		rows[f] = c.rows(f, byFact[f])
	}
	c.addHistory()
	for _, f := range facts {
		c.with(string(f)+"_rows", rows[f].sql)
		c.with(string(f)+"_totals", c.totals(f, byFact[f], keys, rows[f].multi, true))
	}
	total := string(facts[0]) + "_totals"
	if len(facts) > 1 {
		total = "totals"
		c.with(total, union(facts, byFact, keys))
	}
	shares := c.shares(facts, byFact)
	return c.finish(total, keys, shares)
}

// totals aggregates the rows of a fact by the keys.
func (c *compiler) totals(f catalog.Fact, metrics []catalog.Metric, keys []string, multi []multiJoin, grouped bool) string {
	fields := slices.Clone(keys)
	for _, m := range metrics {
		fields = append(fields, aggregates[m.ID]+" AS "+m.ID)
	}
	sql := fmt.Sprintf("SELECT %s\nFROM %s_rows AS f", strings.Join(fields, ",\n  "), f)
	var where []string
	if grouped {
		for _, j := range multi {
			sql += "\n" + j.join
			where = append(where, j.where...)
		}
	}
	if len(where) > 0 {
		sql += "\nWHERE " + strings.Join(where, "\n  AND ")
	}
	if len(keys) > 0 {
		sql += "\nGROUP BY " + strings.Join(keys, ", ")
	}
	return sql
}

// union puts the totals of several facts side by side: a group may be absent
// from some of them, and "(none)" must meet "(none)".
func union(facts []catalog.Fact, byFact map[catalog.Fact][]catalog.Metric, keys []string) string {
	var parts []string
	for _, f := range facts {
		fields := slices.Clone(keys)
		for _, g := range facts {
			for _, m := range byFact[g] {
				if f == g {
					fields = append(fields, m.ID)
				} else {
					fields = append(fields, fmt.Sprintf("NULL::%s AS %s", sqlType(m), m.ID))
				}
			}
		}
		parts = append(parts, fmt.Sprintf("SELECT %s FROM %s_totals", strings.Join(fields, ", "), f))
	}
	fields := slices.Clone(keys)
	for _, f := range facts {
		for _, m := range byFact[f] {
			fields = append(fields, fmt.Sprintf("max(%s) AS %[1]s", m.ID))
		}
	}
	sql := fmt.Sprintf("SELECT %s\nFROM (\n%s\n) AS t", strings.Join(fields, ", "), indent(strings.Join(parts, "\nUNION ALL\n")))
	if len(keys) > 0 {
		sql += "\nGROUP BY " + strings.Join(keys, ", ")
	}
	return sql
}

// shares adds the whole of every metric whose share is asked for, and returns
// the FROM items that bring them beside the groups.
func (c *compiler) shares(facts []catalog.Fact, byFact map[catalog.Fact][]catalog.Metric) []string {
	var joins []string
	for _, f := range facts {
		var of []catalog.Metric
		for _, id := range c.Query.Metrics {
			m, _ := catalog.LookupMetric(id)
			if base, ok := catalog.LookupMetric(m.ShareOf); ok && base.Fact == f {
				of = append(of, base)
			}
		}
		if len(of) == 0 {
			continue
		}
		var keys []string
		on := "true"
		if len(c.buckets) > 0 {
			keys, on = []string{"bucket"}, string(f)+"_whole.bucket = t.bucket"
		}
		c.with(string(f)+"_whole", c.totals(f, of, keys, nil, false))
		joins = append(joins, fmt.Sprintf("LEFT JOIN %s_whole ON %s", f, on))
	}
	return joins
}

// finish is the outermost SELECT: names beside ids, formulas over totals, order
// and limit.
func (c *compiler) finish(total string, keys, joins []string) (*Statement, error) {
	st := &Statement{Buckets: c.buckets, Limit: c.Query.Limit}
	var fields, order []string
	from := []string{"FROM " + total + " AS t"}
	from = append(from, joins...)
	add := func(expr string, col Column) {
		fields = append(fields, expr+" AS "+col.ID)
		st.Columns = append(st.Columns, col)
	}
	stages := slices.Contains(c.Query.GroupBy, "stage")
	for _, id := range c.timeFirst() {
		d, _ := catalog.LookupDimension(id)
		switch {
		case id == "time" || d.Kind == catalog.KindTime:
			add("t.bucket", Column{ID: id, Role: Time, Dimension: d})
		case id == "stage":
			add("stage.stage", Column{ID: id, Role: Key, Dimension: d})
		default:
			add(c.keyText(d), Column{ID: id, Role: Key, Dimension: d})
			if name, join := c.nameOf(d); name != "" {
				add(name, Column{ID: id + "_name", Role: Name, Dimension: d})
				from = append(from, join...)
			}
		}
	}
	for _, id := range c.Query.Metrics {
		m, _ := catalog.LookupMetric(id)
		add(c.formula(m), Column{ID: id, Role: Metric, Metric: m, Unit: m.Unit})
	}
	if c.showsCosts() {
		st.TellsGaps = true
		fields = append(fields, gapsSQL+" AS cost_gaps")
	}
	if stages {
		from = append(from, stageJoin)
	}
	for _, o := range c.Query.OrderBy {
		direction := "ASC NULLS LAST"
		if o.Desc {
			direction = "DESC NULLS LAST"
		}
		order = append(order, o.By+" "+direction)
	}
	order = append(order, c.defaultOrder(st.Columns)...)
	if stages {
		order = append(order, "stage.place")
	}
	if st.Counted = len(c.buckets) == 0 && len(c.Query.GroupBy) > 0; st.Counted {
		fields = append(fields, "count(*) OVER () AS total_rows")
	}
	sql := "SELECT " + strings.Join(fields, ",\n  ") + "\n" + strings.Join(from, "\n")
	if c.having != "" {
		sql += "\nWHERE " + c.having
	}
	if len(order) > 0 {
		sql += "\nORDER BY " + strings.Join(order, ", ")
	}
	sql += "\nLIMIT " + c.arg(st.Limit+1, "bigint")
	st.SQL, st.Args = c.statement(sql), c.args
	return st, nil
}

// statement puts the common table expressions before the final SELECT.
func (c *compiler) statement(sql string) string {
	var b strings.Builder
	for i, part := range c.ctes {
		if i == 0 {
			b.WriteString("WITH ")
		} else {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, "%s AS %s(\n%s\n)", part.name, part.as, indent(part.sql))
	}
	if len(c.ctes) > 0 {
		b.WriteString("\n")
	}
	b.WriteString(sql)
	return b.String()
}

// timeFirst lists the keys of the answer, time first.
func (c *compiler) timeFirst() []string {
	var ids []string
	if c.Query.Bucket != "none" {
		ids = append(ids, "time")
	}
	for _, id := range c.Query.GroupBy {
		if d, _ := catalog.LookupDimension(id); d.Kind == catalog.KindTime {
			ids = append([]string{id}, ids...)
		} else {
			ids = append(ids, id)
		}
	}
	return ids
}

// defaultOrder is time, then the first metric from large to small, then the
// keys: always a total order, so that equal queries give equal answers. Numeric
// keys (weekday, hour of day) come in their own order.
func (c *compiler) defaultOrder(columns []Column) []string {
	var order, keys []string
	measured := ""
	numeric := true
	for _, col := range columns {
		switch {
		case col.Role == Time:
			order = append(order, "t.bucket")
		case col.Role == Key && col.ID != "stage":
			numeric = numeric && col.Dimension.Kind == catalog.KindNumber
			keys = append(keys, c.keyText(col.Dimension)+collate(col.Dimension)+" NULLS LAST")
		case col.Role == Metric && measured == "" && !strings.HasPrefix(col.ID, "stage_"):
			measured = col.ID + " DESC NULLS LAST"
		}
	}
	if len(c.Query.OrderBy) == 0 && measured != "" && !numeric {
		order = append(order, measured)
	}
	return append(order, keys...)
}

func collate(d catalog.Dimension) string {
	if d.Kind == catalog.KindNumber {
		return ""
	}
	return ` COLLATE "C"`
}

const stageJoin = `CROSS JOIN LATERAL (VALUES
  (1, 'sent', t.notified, t.notified),
  (2, 'delivered', t.notified_delivered, t.notified),
  (3, 'read', t.notified_read, t.notified_delivered),
  (4, 'replied', t.answered, t.notified_read)) AS stage (place, stage, reached, previous)`

// formula is the SQL of a metric over the totals t.
func (c *compiler) formula(m catalog.Metric) string {
	switch {
	case m.ID == "stage_reached":
		return "coalesce(stage.reached, 0)"
	case m.ID == "stage_share_of_previous":
		return "stage.reached::float8 / nullif(stage.previous, 0)"
	case m.ID == "stage_share_of_sent":
		return "stage.reached::float8 / nullif(t.notified, 0)"
	case m.ShareOf != "":
		return fmt.Sprintf("coalesce(t.%s, 0)::float8 / nullif(%s_whole.%[1]s, 0)", m.ShareOf, m.Fact)
	case !m.Derived():
		return zero(m)
	}
	plus := sumOf(m.Plus)
	if len(m.Minus) > 0 {
		plus = "(" + plus + " - " + sumOf(m.Minus) + ")"
	}
	if len(m.Over) == 0 {
		return plus
	}
	return fmt.Sprintf("(%s)::float8 / nullif(%s, 0)", plus, sumOf(m.Over))
}

func sumOf(ids []string) string {
	var parts []string
	for _, id := range ids {
		m, _ := catalog.LookupMetric(id)
		if m.Derived() {
			parts = append(parts, sumOf(m.Plus))
		} else {
			parts = append(parts, zero(m))
		}
	}
	return strings.Join(parts, " + ")
}

// zero reads a total: counts and sums of nothing are 0, everything else null.
func zero(m catalog.Metric) string {
	if m.Unit == catalog.Count || m.Additive {
		return "coalesce(t." + m.ID + ", 0)"
	}
	return "t." + m.ID
}

func sqlType(m catalog.Metric) string {
	switch {
	case m.Unit == catalog.Count:
		return "bigint"
	case m.Unit == catalog.Text:
		return "text"
	case m.Unit == catalog.Instant:
		return "timestamptz"
	}
	return "float8"
}

func indent(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") }
