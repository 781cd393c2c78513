package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// factRows is the SELECT of one fact's rows: the keys, and the columns that the
// aggregates read.
type factRows struct {
	sql   string
	multi []multiJoin
}

// userKey identifies a user: one contact of one account.
func (c *compiler) userKey() string {
	return fmt.Sprintf("coalesce(%s, chr(30)) || chr(31) || %s AS user_key", c.asText("account", "r.account_id"), c.asText("contact", "r.contact_id"))
}

// rows builds the rows of a fact for the metrics and tells the history what it
// has to hold.
func (c *compiler) rows(f catalog.Fact, metrics []catalog.Metric) factRows {
	switch f {
	case catalog.Message:
		return c.messageRows(metrics)
	case catalog.Session:
		return c.sessionRows(metrics)
	case catalog.Initiation:
		return c.initiationRows(metrics)
	}
	return c.conversationRows(f, metrics)
}

func asked(metrics []catalog.Metric, ids ...string) bool {
	return slices.ContainsFunc(metrics, func(m catalog.Metric) bool { return slices.Contains(ids, m.ID) })
}

// uses tells whether the query cuts, filters or orders by one of the dimensions,
// or shows it as a column.
func (c *compiler) uses(ids ...string) bool {
	for _, id := range ids {
		if slices.Contains(c.Query.GroupBy, id) || slices.Contains(c.Query.Columns, id) {
			return true
		}
		for _, f := range c.Query.Filters {
			if f.Dimension == id {
				return true
			}
		}
		if slices.ContainsFunc(c.Query.OrderBy, func(o query.Order) bool { return o.By == id }) {
			return true
		}
	}
	return false
}

// keysOf are the SELECT fields of the keys, with the joins of tags.
func (b *rowBuilder) keysOf() (fields []string, multi []multiJoin) {
	if len(b.buckets) > 0 {
		fields = append(fields, fmt.Sprintf("width_bucket(%s, %s) AS bucket", b.at, b.bounds))
	}
	for _, d := range b.groups() {
		if d.Multi {
			fields = append(fields, b.tagOwner(d)+" AS "+d.ID+"_owner")
			multi = append(multi, b.multi(d))
			continue
		}
		fields = append(fields, b.expr(d.ID)+" AS "+d.ID)
	}
	return fields, multi
}

// whereOf are the range and the filters of the query over the row r.
func (b *rowBuilder) whereOf() []string {
	var where []string
	if b.history != nil && !b.conversational() { // others are in the range by their own FROM
		where = append(where, within(b.arg(b.Range.From, "timestamptz"), b.arg(b.Range.To, "timestamptz")))
	}
	for _, f := range b.Query.Filters {
		where = append(where, b.predicate(f))
	}
	return where
}

// selectSQL writes a SELECT. A field that a key has already brought under the
// same name is the same value and is left out.
func selectSQL(fields []string, from string, where []string) string {
	names := map[string]bool{}
	unique := slices.DeleteFunc(slices.Clone(fields), func(field string) bool {
		name := field[strings.LastIndexAny(field, " .")+1:]
		repeated := names[name]
		names[name] = true
		return repeated
	})
	sql := "SELECT " + strings.Join(unique, ",\n  ") + "\nFROM " + from
	if len(where) > 0 {
		sql += "\nWHERE " + strings.Join(where, "\n  AND ")
	}
	return sql
}

func (c *compiler) messageRows(metrics []catalog.Metric) factRows {
	b := c.builder(catalog.Message, "s")
	b.messageNeeds(metrics)
	fields, multi := b.keysOf()
	where := b.whereOf()
	fields = append(fields, "r.outbound", "r.stage")
	if asked(metrics, "active_contacts") {
		b.col("account_id")
		b.col("contact_id")
		fields = append(fields, c.userKey())
	}
	if asked(metrics, "active_agents") {
		fields = append(fields, fmt.Sprintf("CASE WHEN r.outbound AND %s = 'agent' THEN %s END AS writer", b.col("author_kind"), b.expr("agent")))
	}
	if asked(metrics, "templates_sent") {
		b.col("template_name")
		b.col("template_category")
		fields = append(fields, templateSQL+" AS is_template")
	}
	if asked(metrics, "button_clicks") {
		fields = append(fields, b.col("button_payload")+" IS NOT NULL AS has_button")
	}
	if asked(metrics, "cost_usd", "cost_unknown") {
		b.col("price_usd")
		fields = append(fields, "CASE WHEN r.price_usd IS NULL THEN charge.usd ELSE "+priceSQL+" END AS cost",
			"CASE WHEN r.price_usd IS NULL THEN charge.unknown ELSE "+badPriceSQL+" END AS cost_unknown",
			"CASE WHEN r.price_usd IS NULL THEN charge.gap ELSE 'price' END AS gap", "charge.gap_of", "charge.gap_category", "charge.gap_day")
	}
	if asked(metrics, "messages_sent_in_window") {
		fields = append(fields, "r.in_window")
	}
	if asked(metrics, "failure_meaning") {
		fields = append(fields, b.failureMeaning()+" AS meaning")
	}
	if asked(metrics, "failure_advice") && !slices.Contains(c.Query.GroupBy, "failure_reason") {
		fields = append(fields, b.expr("failure_reason")+" AS failure_reason")
	}
	from := b.messageFrom()
	return factRows{selectSQL(fields, from, where), multi}
}

// covered tells whether the query looks at the sessions of messages.
func (b *rowBuilder) covered() bool {
	return b.uses("session_id", "initiator", "origin", "user_type", "session_started_at", "session_ends_at", "answered_campaign", "answered_agent")
}

// messageNeeds asks for the history of message rows: none, where single messages
// say all that is asked.
func (b *rowBuilder) messageNeeds(metrics []catalog.Metric) {
	if b.uses("in_window") || asked(metrics, "messages_sent_in_window") {
		b.need()
	}
	if asked(metrics, "cost_usd", "cost_unknown") {
		b.need().cost = true
	}
	if b.covered() {
		b.need().sessions = true
		b.history.lookups = true
		b.history.userType = b.uses("user_type")
	}
}

// messageFrom is the FROM of message rows: the relation itself, or the timeline
// where windows or sessions are needed.
func (b *rowBuilder) messageFrom() string {
	joins := b.joinSQL()
	if b.history == nil {
		return fmt.Sprintf("(\n%s\n) AS r%s", indent(b.messages(b.span(b.Range.From, b.Range.To), "")), joins)
	}
	from := "timeline AS r"
	if b.covered() {
		from += "\nLEFT JOIN session AS s ON s.session_id IS NOT NULL AND s.g = r.session_g"
	}
	if b.history.cost {
		from += "\nLEFT JOIN charge ON charge.message_id = r.message_id"
	}
	return from + joins
}

func (c *compiler) sessionRows(metrics []catalog.Metric) factRows {
	b := c.builder(catalog.Session, "r")
	h := b.need()
	h.sessions = true
	h.userType = h.userType || c.uses("user_type") || asked(metrics, "session_users_new")
	h.progress = h.progress || asked(metrics, "session_messages")
	fields, multi := b.keysOf()
	where := append(b.whereOf(), "r.session_id IS NOT NULL")
	fields = append(fields, "r.initiator", c.userKey())
	if h.userType {
		fields = append(fields, "r.user_type")
	}
	if asked(metrics, "session_messages") {
		fields = append(fields, "r.messages")
	}
	return factRows{selectSQL(fields, "session AS r"+b.joinSQL(), where), multi}
}

func (c *compiler) initiationRows(metrics []catalog.Metric) factRows {
	b := c.builder(catalog.Initiation, "r")
	h := b.need()
	h.sessions, h.attempts, h.progress = true, true, true
	h.userType = h.userType || c.uses("user_type") || asked(metrics, "new_users")
	fields, multi := b.keysOf()
	where := b.whereOf()
	fields = append(fields, "r.outbound", "r.status", "r.created_at", "r.replied_at", c.userKey())
	if h.userType {
		fields = append(fields, "r.user_type")
	}
	if asked(metrics, "failure_reasons") && !slices.Contains(c.Query.GroupBy, "failure_reason") {
		fields = append(fields, b.expr("failure_reason")+" AS failure_reason")
	}
	return factRows{selectSQL(fields, "initiation AS r"+b.joinSQL(), where), multi}
}
