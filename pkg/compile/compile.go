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

func indent(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") }
