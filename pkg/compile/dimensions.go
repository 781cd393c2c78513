package compile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// rowBuilder makes the SELECT of one fact's rows, whose columns are read by the
// alias r. It collects the joins that its dimensions need.
type rowBuilder struct {
	*compiler
	fact  catalog.Fact
	joins map[string]bool
	// at is the row's event time.
	at string
	// session is the alias that holds the session of the row.
	session string
}

// builder makes the rows of a message or of what a message opened.
func (c *compiler) builder(f catalog.Fact, session string) *rowBuilder {
	return &rowBuilder{compiler: c, fact: f, joins: map[string]bool{}, at: "r.created_at", session: session}
}

// col reads a message's column by the alias r.
func (b *rowBuilder) col(name string) string {
	if !b.conversational() {
		b.columns[name] = true
	}
	return "r." + name
}

// line, conversation and contact are what a row's ids point to.
func (b *rowBuilder) line(column string) string {
	b.joins["line"] = true
	return "l." + column
}

func (b *rowBuilder) conversation(column string) string {
	b.joins["conversation"] = true
	return "v." + column
}

func (b *rowBuilder) contact(column string) string {
	if column == "phone" && b.Source.Phone != "" {
		return b.phone(b.col("contact_id"))
	}
	b.joins["contact"] = true
	return "k." + column
}

// joinSQL brings the relations that the expressions read.
func (b *rowBuilder) joinSQL() string {
	var sql string
	if b.joins["line"] {
		sql += fmt.Sprintf("\nLEFT JOIN %s AS l ON l.line_id = %s", b.from("line"), b.col("line_id"))
	}
	if b.joins["conversation"] {
		sql += fmt.Sprintf("\nLEFT JOIN %s AS v ON v.conversation_id = %s", b.from("conversation"), b.col("conversation_id"))
	}
	if b.joins["contact"] {
		sql += fmt.Sprintf("\nLEFT JOIN %s AS k ON k.contact_id = %s", b.from("contact"), b.col("contact_id"))
	}
	if b.joins["hours"] {
		sql += b.hoursJoins()
	}
	return sql
}

// asText reads an id as a text.
func (c *compiler) asText(entity, expr string) string {
	if c.Source.Numbers[entity] {
		return "(" + expr + ")::text"
	}
	return expr
}

// inOrder compares ids: texts by their bytes, which is what the order asks for,
// and the fastest.
func (c *compiler) inOrder(entity, expr string) string {
	if c.Source.Numbers[entity] {
		return expr
	}
	return expr + ` COLLATE "C"`
}

// noID is an id that is null.
func (c *compiler) noID(entity string) string {
	if c.Source.Numbers[entity] {
		return "NULL::bigint"
	}
	return "NULL"
}

// numeric tells whether the values of a dimension are ids that are numbers.
func (c *compiler) numeric(d catalog.Dimension) bool {
	return d.Kind == catalog.KindEntity && d.ID != "send" && c.Source.Numbers[d.Relation]
}

// keyText is the value of a dimension of the totals t as people get it.
func (c *compiler) keyText(d catalog.Dimension) string {
	if c.numeric(d) {
		return "t." + d.ID + "::text"
	}
	return "t." + d.ID
}

// expr is the value of a dimension of the row r. Tags have no single value.
func (b *rowBuilder) expr(id string) string {
	if b.conversational() {
		if own := b.conversationExpr(id); own != "" {
			return own
		}
	}
	switch id {
	case "account", "line", "contact", "agent", "campaign":
		return b.col(id + "_id")
	case "conversation_id", "subaccount", "correlation_id", "author_kind", "content_type":
		return b.col(id)
	case "channel":
		return b.line("channel")
	case "team":
		return "coalesce(" + b.conversation("team_id") + ", " + b.line("team_id") + ")"
	case "country", "phone":
		return b.contact(id)
	case "business_hours":
		return b.businessHours()
	case "template":
		return b.col("template_name")
	case "template_category":
		return b.col("template_category")
	case "language":
		return b.col("template_language")
	case "session_id":
		return b.asText("message", b.session+".session_id")
	case "initiator", "user_type":
		return b.session + "." + id
	case "origin":
		return b.session + ".session_origin"
	case "status":
		if b.fact == catalog.Initiation {
			return "r.status"
		}
		return "r.stage"
	case "failure_reason":
		return b.failureReason()
	case "failure_code":
		return b.failureCode()
	case "direction":
		return "CASE WHEN r.outbound THEN 'outbound' ELSE 'inbound' END"
	case "in_window":
		return "r.in_window"
	case "send":
		return b.send()
	case "weekday":
		return "extract(dow FROM " + b.local(b.at) + ")::int"
	case "hour_of_day":
		return "extract(hour FROM " + b.local(b.at) + ")::int"
	}
	panic("no SQL for dimension " + id + " of " + string(b.fact))
}

// send names what went out together: a campaign, or a template on a day.
func (b *rowBuilder) send() string {
	return fmt.Sprintf("coalesce(%s, %s || to_char(%s, ' YYYY-MM-DD'))", b.asText("campaign", b.expr("campaign")), b.expr("template"), b.local("r.created_at"))
}

// nameOf is the expression that shows an entity, with the joins it reads, over
// the totals t. Other dimensions are their own names.
func (c *compiler) nameOf(d catalog.Dimension) (expr string, joins []string) {
	if d.Kind != catalog.KindEntity {
		return "", nil
	}
	alias := d.ID + "_entity"
	id, name := entityColumns(d)
	key := alias + "." + id
	if d.ID == "send" {
		key = c.asText("campaign", key)
	}
	return fmt.Sprintf("coalesce(%s, %s)", c.shownName(d, alias, name, "t."+d.ID), c.keyText(d)),
		[]string{fmt.Sprintf("LEFT JOIN %s AS %s ON %s = t.%s", c.from(d.Relation), alias, key, d.ID)}
}

// shownName is how people see an entity whose row is at the alias: by its name, a
// contact without one by its phone. It is null where neither is known.
func (c *compiler) shownName(d catalog.Dimension, alias, name, id string) string {
	shown := alias + "." + name
	if d.ID != "contact" {
		return shown
	}
	if c.Source.Phone != "" {
		return "coalesce(" + shown + ", " + c.phone(id) + ")"
	}
	return "coalesce(" + shown + ", " + alias + ".phone)"
}

// entityColumns are the id and the name column of an entity's relation.
func entityColumns(d catalog.Dimension) (id, name string) {
	if d.Relation == "conversation" {
		return "conversation_id", "display_id"
	}
	return d.Relation + "_id", "name"
}

// tagOwner is the column of a row that owns the tags of a dimension.
func (b *rowBuilder) tagOwner(d catalog.Dimension) string {
	owner := b.col(tagKind(d) + "_id")
	if b.Source.Numbers["owner"] {
		return owner
	}
	return b.asText(tagKind(d), owner)
}

func tagKind(d catalog.Dimension) string { return strings.TrimSuffix(d.ID, "_tag") }

// multiJoin gives a row to each value of a dimension that has several.
type multiJoin struct {
	join  string
	where []string
}

// multi joins the tags of the rows f, leaving those that the filters on the
// same tags let pass.
func (b *rowBuilder) multi(d catalog.Dimension) multiJoin {
	j := multiJoin{join: fmt.Sprintf("LEFT JOIN (SELECT DISTINCT g.owner_id, g.name AS %[1]s FROM %[2]s AS g WHERE g.kind = '%[3]s' AND g.name IS NOT NULL) AS %[1]s_values ON %[1]s_values.owner_id = f.%[1]s_owner",
		d.ID, b.from("tag"), tagKind(d))}
	for _, f := range b.Query.Filters {
		if f.Dimension == d.ID {
			j.where = append(j.where, b.textPredicate(d.ID+"_values."+d.ID, f))
		}
	}
	return j
}

// predicate is the condition of one filter over the row r. What the rows do not
// tell chooses none of them: whether it would is not known.
func (b *rowBuilder) predicate(f query.Filter) string {
	d, _ := catalog.LookupDimension(f.Dimension)
	switch {
	case !catalog.Tells(b.fact, d.ID, b.Source.Knows):
		return "false"
	case d.Multi:
		return b.tagPredicate(d, f)
	case d.Kind == catalog.KindNumber:
		return b.numberPredicate(b.expr(d.ID), f)
	case d.Kind == catalog.KindTime:
		return b.timePredicate(calendar.Unit(d.ID), f)
	case d.ID == "phone" && f.Operator != "matches" && f.Operator != "notMatches":
		// Any notation finds a phone: only the digits count. A text without any
		// is no phone's.
		digits := query.Filter{Operator: f.Operator}
		for _, v := range f.Values {
			if v != catalog.None {
				v = OnlyDigits(v)
			}
			if v != "" {
				digits.Values = append(digits.Values, v)
			}
		}
		return b.textPredicate("regexp_replace("+b.expr("phone")+", '\\D', '', 'g')", digits)
	}
	return b.entityPredicate(d, b.expr(d.ID), Folded(d, f))
}

// OnlyDigits returns the digits of a phone number, by which phones are compared.
func OnlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// entityPredicate compares an entity's id, and lets patterns look at its name as
// well.
func (b *rowBuilder) entityPredicate(d catalog.Dimension, expr string, f query.Filter) string {
	listed := f.Operator == "in" || f.Operator == "notIn"
	if listed && b.numeric(d) {
		// An id is a text to people: "07" is not 7.
		f.Values = slices.DeleteFunc(slices.Clone(f.Values), func(v string) bool {
			n, err := strconv.ParseInt(v, 10, 64)
			return err == nil && strconv.FormatInt(n, 10) != v
		})
		return b.numberPredicate(expr, f)
	}
	key := expr
	if b.numeric(d) {
		key = "(" + expr + ")::text"
	}
	if d.Kind != catalog.KindEntity || listed || !b.Source.Has(d.Relation) {
		return b.textPredicate(key, f)
	}
	positive := f
	if f.Operator == "notMatches" {
		positive.Operator = "matches"
	}
	positive.Values = withoutNone(f.Values)
	id, name := entityColumns(d)
	hit := fmt.Sprintf("(%s OR %s IN (SELECT n.%s FROM %s AS n WHERE %s))",
		b.textPredicate(key, positive), expr, id, b.from(d.Relation), b.textPredicate(b.shownName(d, "n", name, "n."+id), positive))
	if len(positive.Values) == 0 {
		hit = "false"
	}
	return b.withNone(hit, expr, f)
}

func withoutNone(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == catalog.None })
}

// textPredicate compares a text expression with the filter's values.
func (c *compiler) textPredicate(expr string, f query.Filter) string {
	hit := "false"
	if values := withoutNone(f.Values); len(values) > 0 {
		switch f.Operator {
		case "in", "notIn":
			hit = expr + " = ANY (" + c.arg(values, "text[]") + ")"
		case "matches", "notMatches":
			hit = expr + " ~ ANY (" + c.arg(patterns(values), "text[]") + ")"
		case "contains":
			hit = fmt.Sprintf("EXISTS (SELECT FROM unnest(%s) AS part (word) WHERE strpos(lower(%s), lower(part.word)) > 0)", c.arg(values, "text[]"), expr)
		}
	}
	return c.withNone(hit, expr, f)
}

// withNone turns a condition on known values into the filter's, in which
// "(none)" is a value like any other: a negation keeps it unless it is listed.
func (c *compiler) withNone(hit, expr string, f query.Filter) string {
	none := slices.Contains(f.Values, catalog.None)
	switch f.Operator {
	case "notIn", "notMatches":
		switch {
		case none && hit == "false":
			return expr + " IS NOT NULL"
		case none:
			return fmt.Sprintf("(%s IS NOT NULL AND NOT %s)", expr, hit)
		}
		return fmt.Sprintf("(%s IS NULL OR NOT %s)", expr, hit)
	}
	if none {
		if hit == "false" {
			return expr + " IS NULL"
		}
		return fmt.Sprintf("(%s OR %s IS NULL)", hit, expr)
	}
	return hit
}

// tagPredicate chooses by tags: in, matches and contains want any tag that
// passes, their negations none that is listed.
func (b *rowBuilder) tagPredicate(d catalog.Dimension, f query.Filter) string {
	owned := fmt.Sprintf("SELECT FROM %s AS g WHERE g.kind = '%s' AND g.name IS NOT NULL AND g.owner_id = %s", b.from("tag"), tagKind(d), b.tagOwner(d))
	positive := query.Filter{Operator: f.Operator, Values: withoutNone(f.Values)}
	switch f.Operator {
	case "notIn":
		positive.Operator = "in"
	case "notMatches":
		positive.Operator = "matches"
	}
	hit := "false"
	if len(positive.Values) > 0 {
		hit = fmt.Sprintf("EXISTS (%s AND %s)", owned, b.textPredicate("g.name", positive))
	}
	none := slices.Contains(f.Values, catalog.None)
	any := "EXISTS (" + owned + ")"
	switch {
	case positive.Operator != f.Operator && none:
		return fmt.Sprintf("(%s AND NOT %s)", any, hit)
	case positive.Operator != f.Operator:
		return "NOT " + hit
	case none:
		return fmt.Sprintf("(%s OR NOT %s)", hit, any)
	}
	return hit
}

// numberPredicate compares a whole number with the filter's values. What is no
// number equals none.
func (b *rowBuilder) numberPredicate(expr string, f query.Filter) string {
	var numbers []int64
	for _, v := range withoutNone(f.Values) {
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			numbers = append(numbers, n)
		}
	}
	hit := "false"
	if len(numbers) > 0 {
		hit = expr + " = ANY (" + b.arg(numbers, "bigint[]") + ")"
	}
	return b.withNone(hit, expr, f)
}

// timePredicate keeps the calendar periods that hold the values.
func (b *rowBuilder) timePredicate(unit calendar.Unit, f query.Filter) string {
	hit := "false"
	switch bounds := Periods(unit, withoutNone(f.Values), b.Location); {
	case len(bounds) == 2:
		hit = fmt.Sprintf("(%[1]s >= %[2]s AND %[1]s < %[3]s)", b.at, b.arg(bounds[0], "timestamptz"), b.arg(bounds[1], "timestamptz"))
	case len(bounds) > 2:
		hit = fmt.Sprintf("(width_bucket(%s, %s) %% 2 = 1)", b.at, b.arg(bounds, "timestamptz[]"))
	}
	if f.Operator == "notIn" {
		return "NOT " + hit
	}
	return hit
}

// Periods are the first instants and the ends of the calendar periods that hold the
// values, in the order of time; periods that follow each other are one.
func Periods(unit calendar.Unit, values []string, loc *time.Location) []time.Time {
	var spans []calendar.Range
	for _, v := range values {
		t, _ := query.ParseInstant(v, loc) // checked by the query
		// At a change of offset a period's first instant may come after the start
		// that it is shown with: the bucket around the value knows, or the next.
		around, _ := calendar.Buckets(calendar.Range{From: t, To: t.Add(time.Nanosecond)}, unit, loc)
		from, to := around[0].Since, calendar.Next(t, unit, loc)
		if calendar.Start(to, unit, loc).Equal(t) {
			from, to = to, calendar.Next(to, unit, loc)
		}
		spans = append(spans, calendar.Range{From: from, To: to})
	}
	slices.SortFunc(spans, func(x, y calendar.Range) int { return x.From.Compare(y.From) })
	var bounds []time.Time
	for _, span := range spans {
		if last := len(bounds) - 1; last > 0 && !span.From.After(bounds[last]) {
			if span.To.After(bounds[last]) {
				bounds[last] = span.To
			}
			continue
		}
		bounds = append(bounds, span.From, span.To)
	}
	return bounds
}
