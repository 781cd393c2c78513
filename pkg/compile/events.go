package compile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// The definitions of the events.
const (
	// MassSend is from how many notifications on a template is marked for a day:
	// reminders that trickle out are no event.
	MassSend = 50
	// A burst wants enough failures not to be chance, and a share of them well
	// above the few percent of numbers that no list is without.
	BurstFailures = 10
	BurstPercent  = 10
	// templateMemory is how long a template that is not sent is remembered.
	templateMemory = 90 * 24 * time.Hour
)

// Events compiles a report of events, the latest first: what the columns mean is
// the report's. The error is a *query.Error.
func Events(in Input) (*Statement, error) {
	c := &compiler{Input: in, columns: map[string]bool{}}
	if err := c.checkRelations(); err != nil {
		return nil, err
	}
	switch in.Query.Report {
	case "campaign_sends":
		return c.campaignSends()
	case "failure_bursts":
		return c.failureBursts()
	}
	return c.templateChanges(), nil
}

// Sends returns the query of the sends that are shown as events: all campaigns, and each
// template on the days on which it made at least MassSend notifications.
func Sends(q query.Query) query.Query {
	q.Metrics = []string{"first_sent_at", "last_sent_at", "notified", "notified_delivered", "notified_read", "answered", "notifications_failed", "notifications"}
	q.GroupBy = []string{"send", "campaign"}
	q.OrderBy = []query.Order{{By: "first_sent_at", Desc: true}}
	q.Filters = slices.Concat(q.Filters, []query.Filter{
		{Dimension: "send", Operator: "notIn", Values: []string{catalog.None}},
		{Dimension: "initiator", Operator: "in", Values: []string{"business"}},
	})
	return q
}

func (c *compiler) campaignSends() (*Statement, error) {
	c.Query = Sends(c.Query)
	c.having = fmt.Sprintf("t.campaign IS NOT NULL OR t.notifications >= %s", c.arg(MassSend, "bigint"))
	return c.aggregate()
}

// WholeHours is the range of all of the hours that a range begins and ends in.
func WholeHours(hours []calendar.Bucket, loc *time.Location) calendar.Range {
	return calendar.Range{From: hours[0].Since, To: calendar.Next(hours[len(hours)-1].Since, calendar.Hour, loc)}
}

// BurstColumns are the columns of the report of bursts.
func BurstColumns() []Column {
	line, _ := catalog.LookupDimension("line")
	reason, _ := catalog.LookupDimension("failure_reason")
	return []Column{
		{ID: "started_at", Role: Detail, Unit: catalog.Instant}, {ID: "ended_at", Role: Detail, Unit: catalog.Instant},
		{ID: "line", Role: Key, Dimension: line}, {ID: "line_name", Role: Name, Dimension: line},
		{ID: "failed", Role: Detail, Unit: catalog.Count}, {ID: "tried", Role: Detail, Unit: catalog.Count},
		{ID: "failure_reason", Role: Key, Dimension: reason},
	}
}

// failureBursts lists the runs of hours in which a line failed. Hours are looked
// at whole, also those that the range begins or ends in: an hour is part of a
// burst or not, whatever the range.
func (c *compiler) failureBursts() (*Statement, error) {
	c.Query.GroupBy, c.Query.Bucket = []string{"line", "failure_reason"}, "hour"
	if err := c.cutTime(); err != nil {
		return nil, err
	}
	c.Range = WholeHours(c.buckets, c.Location)
	b := c.builder(catalog.Message, "s")
	b.messageNeeds(nil)
	fields, _ := b.keysOf()
	where := append(b.whereOf(), "r.outbound")
	from := b.messageFrom()
	c.addHistory()
	c.with("message_rows", selectSQL(append(fields, "r.stage", "r.created_at"), from, where))
	c.with("part", `SELECT line, bucket, failure_reason,
  count(*) FILTER (WHERE f.stage <> 'pending') AS tried,
  count(*) FILTER (WHERE f.stage = 'failed') AS failed,
  min(f.created_at) FILTER (WHERE f.stage = 'failed') AS started_at,
  max(f.created_at) FILTER (WHERE f.stage = 'failed') AS ended_at
FROM message_rows AS f
GROUP BY line, bucket, failure_reason`)
	c.with("hour", fmt.Sprintf(`SELECT line, bucket, bucket - row_number() OVER (PARTITION BY line ORDER BY bucket) AS run,
  sum(tried) AS tried, sum(failed) AS failed, min(started_at) AS started_at, max(ended_at) AS ended_at
FROM part
GROUP BY line, bucket
HAVING sum(failed) >= %s AND 100 * sum(failed) >= %s * sum(tried)`, c.arg(BurstFailures, "bigint"), c.arg(BurstPercent, "bigint")))
	c.with("burst", `SELECT line, run, sum(tried)::bigint AS tried, sum(failed)::bigint AS failed, min(started_at) AS started_at, max(ended_at) AS ended_at
FROM hour
GROUP BY line, run`)
	c.with("reason", `SELECT DISTINCT ON (h.line, h.run) h.line, h.run, p.failure_reason
FROM hour AS h
JOIN part AS p ON p.line IS NOT DISTINCT FROM h.line AND p.bucket = h.bucket
WHERE p.failure_reason IS NOT NULL
GROUP BY h.line, h.run, p.failure_reason
ORDER BY h.line, h.run, sum(p.failed) DESC, p.failure_reason COLLATE "C"`)
	line, _ := catalog.LookupDimension("line")
	name, joins := c.nameOf(line)
	sql := fmt.Sprintf(`SELECT t.started_at, t.ended_at, %s AS line, %s AS line_name, t.failed, t.tried, reason.failure_reason
FROM burst AS t
JOIN reason ON reason.line IS NOT DISTINCT FROM t.line AND reason.run = t.run
%s
ORDER BY t.started_at DESC, %s DESC`, c.keyText(line), name, strings.Join(joins, "\n"), c.inOrder("line", "t.line"))
	return c.listed(sql, BurstColumns()...), nil
}

// templateChanges lists where a template of an account appears, in a language or
// a category: where it is sent and was not in the time before that templates are
// remembered. The messages are read once and brought down to a row a day for
// each variant. An unknown language or category is no other one.
func (c *compiler) templateChanges() *Statement {
	from := c.Range.From
	c.Range.From = from.Add(-templateMemory)
	// The language and the category choose changes, not what is remembered.
	ofChange := func(f query.Filter) bool { return f.Dimension == "language" || f.Dimension == "template_category" }
	var chosen []query.Filter
	for _, f := range c.Query.Filters {
		if ofChange(f) {
			chosen = append(chosen, f)
		}
	}
	c.Query.Filters = slices.DeleteFunc(slices.Clone(c.Query.Filters), ofChange)
	c.Query.GroupBy = []string{"account", "template", "language", "template_category"}
	b := c.builder(catalog.Message, "s")
	b.messageNeeds(nil)
	fields, _ := b.keysOf()
	where := append(b.whereOf(), "r.outbound", b.expr("template")+" IS NOT NULL")
	rows := b.messageFrom()
	c.addHistory()
	c.with("message_rows", selectSQL(append(fields, "r.created_at"), rows, where))
	c.with("day", `SELECT account, template, language, template_category, min(f.created_at) AS first_at, max(f.created_at) AS last_at
FROM message_rows AS f
GROUP BY account, template, language, template_category, (f.created_at AT TIME ZONE 'UTC')::date`)
	memory := c.arg(templateMemory, "interval")
	c.with("variant", fmt.Sprintf(`SELECT d.*, coalesce(lag(last_at) OVER (PARTITION BY account, template, language, template_category ORDER BY first_at) >= first_at - %s, false) AS remembered
FROM day AS d`, memory))
	// The category of another language says nothing of this one's.
	const comparable = "v.language IS NULL OR k.language IS NULL OR k.language = v.language"
	c.with("change", fmt.Sprintf(`SELECT v.account, v.template, v.language, v.template_category, v.first_at,
  count(k.template) > 0 AS known,
  v.language IS NOT NULL AND count(k.language) > 0 AND NOT coalesce(bool_or(k.language = v.language), false) AS is_language,
  v.template_category IS NOT NULL AND count(k.template_category) FILTER (WHERE %[1]s) > 0 AND NOT coalesce(bool_or(k.template_category = v.template_category) FILTER (WHERE %[1]s), false) AS is_category,
  array_agg(DISTINCT k.template_category COLLATE "C") FILTER (WHERE k.template_category IS NOT NULL AND (%[1]s)) AS categories_before
FROM variant AS v
LEFT JOIN day AS k ON k.template = v.template AND k.account IS NOT DISTINCT FROM v.account AND k.first_at < v.first_at AND k.last_at >= v.first_at - %[2]s
WHERE v.first_at >= %[3]s AND NOT v.remembered
GROUP BY v.account, v.template, v.language, v.template_category, v.first_at`, comparable, memory, c.arg(from, "timestamptz")))
	conditions := []string{"(NOT t.known OR t.is_language OR t.is_category)"}
	for _, f := range chosen {
		d, _ := catalog.LookupDimension(f.Dimension)
		conditions = append(conditions, c.textPredicate("t."+f.Dimension, Folded(d, f)))
	}
	account, _ := catalog.LookupDimension("account")
	template, _ := catalog.LookupDimension("template")
	language, _ := catalog.LookupDimension("language")
	category, _ := catalog.LookupDimension("template_category")
	name, joins := c.nameOf(account)
	sql := fmt.Sprintf(`SELECT t.first_at, %s AS account, %s AS account_name, t.template, t.language, t.template_category,
  CASE WHEN NOT t.known THEN 'template' WHEN t.is_language THEN 'language' ELSE 'category' END AS change,
  CASE WHEN t.known AND NOT t.is_language THEN t.categories_before END AS categories_before
FROM change AS t
%s
WHERE %s
ORDER BY t.first_at DESC, t.template COLLATE "C" DESC, %s DESC, t.language COLLATE "C" DESC, t.template_category COLLATE "C" DESC`,
		c.keyText(account), name, strings.Join(joins, "\n"), strings.Join(conditions, "\n  AND "), c.inOrder("account", "t.account"))
	return c.listed(sql,
		Column{ID: "first_at", Role: Detail, Unit: catalog.Instant},
		Column{ID: "account", Role: Key, Dimension: account}, Column{ID: "account_name", Role: Name, Dimension: account},
		Column{ID: "template", Role: Key, Dimension: template}, Column{ID: "language", Role: Key, Dimension: language},
		Column{ID: "template_category", Role: Key, Dimension: category},
		Column{ID: "change", Role: Detail, Unit: catalog.Text}, Column{ID: "categories_before", Role: Detail, Unit: catalog.Text})
}

// listed is the statement that ends in the SELECT.
func (c *compiler) listed(sql string, columns ...Column) *Statement {
	sql = "SELECT l.*, count(*) OVER () AS total_rows\nFROM (\n" + indent(sql) + "\n) AS l\nLIMIT " + c.arg(c.Query.Limit+1, "bigint")
	return &Statement{SQL: c.statement(sql), Args: c.args, Columns: columns, Limit: c.Query.Limit, Counted: true}
}
