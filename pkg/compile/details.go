package compile

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

// LinkParts are the values that a link column yields, in order: the source's
// own address, then what the placeholders of a template stand for.
var LinkParts = []string{"url", "account_id", "conversation_id", "display_id", "contact_id", "line_id"}

// details builds a details query: rows r of one fact, of which a page is cut
// out before names and what is costly to find are joined to it.
type details struct {
	*rowBuilder
	// rows writes the FROM, when it is known which columns it needs.
	rows  func() string
	where []string
	// id identifies a row; with the time at it makes the order total.
	id string
	// pageJoins bring beside the page t what the outer fields read.
	pageJoins []string
}

// Details compiles a details query: one row per message, initiation or
// conversation, newest first unless the query says otherwise, beginning after
// its cursor. The last columns are the cursor of each row (sort value, time,
// id) and, on the first page, the number of rows altogether. The error is a
// *query.Error.
func Details(in Input) (*Statement, error) {
	d, err := newDetails(in)
	if err != nil {
		return nil, err
	}
	st := &Statement{Limit: d.Query.Limit}
	by, descending := "created_at", true
	if len(d.Query.OrderBy) > 0 {
		by, descending = d.Query.OrderBy[0].By, d.Query.OrderBy[0].Desc
	}
	sortExpr, sortType := d.sortKey(by)
	fields := []string{sortExpr + " AS row_sort", d.at + " AS row_at", d.id + " AS row_id"}
	var outer []string
	for _, id := range d.Query.Columns {
		field, columns := d.column(id)
		if field != "" {
			fields = append(fields, field+" AS "+id)
		}
		for _, column := range columns {
			outer = append(outer, column.expr+" AS "+column.ID)
			st.Columns = append(st.Columns, column.Column)
		}
	}
	for _, name := range []string{"row_sort", "row_at", "row_id"} {
		expr := "t." + name
		if name == "row_sort" {
			expr += "::text"
		}
		outer = append(outer, expr+" AS "+name)
		st.Columns = append(st.Columns, Column{ID: name, Role: Position})
	}
	if d.Query.After == "" {
		fields = append(fields, "count(*) OVER () AS total")
		outer = append(outer, "t.total")
		st.Columns = append(st.Columns, Column{ID: "total", Role: Position})
	} else {
		condition, err := d.beyond(sortExpr, sortType, descending)
		if err != nil {
			return nil, err
		}
		d.where = append(d.where, condition)
	}
	if d.answers() {
		fields = append(fields, d.answerFields()...)
	}
	from := d.rows()
	d.addHistory()
	direction := "ASC"
	if descending {
		direction = "DESC"
	}
	order := func(alias string) string {
		return fmt.Sprintf("\nORDER BY %[1]s.row_sort %[2]s NULLS LAST, %[1]s.row_at %[2]s, %[1]s.row_id %[2]s", alias, direction)
	}
	page := "SELECT * FROM (\n" + indent(selectSQL(fields, from, d.where)) + "\n) AS p"
	d.with("page", page+order("p")+"\nLIMIT "+d.arg(st.Limit+1, "bigint"))
	if d.answers() {
		d.addAnswers()
	}
	sql := "SELECT " + strings.Join(outer, ",\n  ") + "\nFROM page AS t"
	for _, join := range d.pageJoins {
		sql += "\n" + join
	}
	st.SQL, st.Args = d.statement(sql+order("t")), d.args
	return st, nil
}

// Count compiles the number of rows that a details query has altogether,
// whatever its cursor and limit. The answer is one bigint.
func Count(in Input) (*Statement, error) {
	in.Query.Columns = nil
	d, err := newDetails(in)
	if err != nil {
		return nil, err
	}
	from := d.rows()
	d.addHistory()
	d.with("page", selectSQL([]string{"1 AS one"}, from, d.where))
	return &Statement{SQL: d.statement("SELECT count(*) FROM page"), Args: d.args, Columns: []Column{{ID: "total", Role: Metric}}}, nil
}

func newDetails(in Input) (*details, error) {
	c := &compiler{Input: in, columns: map[string]bool{}}
	if err := c.checkRelations(); err != nil {
		return nil, err
	}
	switch f := c.Query.DetailsFact(); f {
	case catalog.Initiation:
		d := &details{rowBuilder: c.builder(f, "r"), id: c.asText("message", "r.message_id") + ` COLLATE "C"`}
		h := c.need()
		h.sessions, h.attempts, h.progress = true, true, true
		h.userType = c.uses("user_type")
		d.where = d.whereOf()
		d.rows = func() string { return "initiation AS r" + d.joinSQL() }
		return d, nil
	case catalog.ConversationActive, catalog.ConversationNow:
		return c.conversationDetails(f), nil
	}
	d := &details{rowBuilder: c.builder(catalog.Message, "s"), id: c.asText("message", "r.message_id") + ` COLLATE "C"`}
	d.messageNeeds(nil)
	if d.answers() {
		d.history.answers = true
	}
	d.where = d.whereOf()
	d.rows = d.messageFrom
	return d, nil
}

// conversationDetails lists each conversation once that passes the filters: those that
// were opened in the range or have a message in it, or all that there are now.
func (c *compiler) conversationDetails(f catalog.Fact) *details {
	active := c.conversationRows(f, nil)
	c.with("active", active.sql)
	b := &rowBuilder{compiler: c, fact: f, joins: map[string]bool{}, at: "r.created_at"}
	d := &details{rowBuilder: b, id: c.asText("conversation", "r.conversation_id") + ` COLLATE "C"`}
	c.with("listed_base", fmt.Sprintf(`SELECT v.conversation_id, v.contact_id, %s AS named_agent_id, v.created_at AS at, v.display_id, v.url, %s
FROM %s AS v
WHERE v.conversation_id IN (SELECT a.conversation_id FROM active AS a)`, c.noID("agent"), conversationColumns, c.from("conversation")))
	d.rows = func() string {
		return "listed_base AS r" + b.joinSQL() + b.conversationJoins("listed_base") + d.outcomeJoins()
	}
	return d
}

// outerColumn is a column of the answer with its expression over the page t.
type outerColumn struct {
	Column
	expr string
}

// column returns the field that a column needs on the page, and the columns of
// the answer that it makes.
func (d *details) column(id string) (field string, columns []outerColumn) {
	if dim, ok := catalog.LookupDimension(id); ok && dim.Has(d.fact) {
		field = d.tagsOr(dim)
		columns = []outerColumn{{Column{ID: id, Role: Key, Dimension: dim}, d.keyText(dim)}}
		if name, joins := d.nameOf(dim); name != "" {
			d.pageJoins = append(d.pageJoins, joins...)
			columns = append(columns, outerColumn{Column{ID: id + "_name", Role: Name, Dimension: dim}, name})
		}
		return field, columns
	}
	col, _ := catalog.LookupColumn(id, d.fact)
	if col.Entity != "" { // found for the page only
		dim, _ := catalog.LookupDimension(col.Entity)
		alias := id + "_entity"
		key, name := entityColumns(dim)
		d.pageJoins = append(d.pageJoins, fmt.Sprintf("LEFT JOIN %s AS %s ON %[2]s.%s = answer.%s_id", d.from(dim.Relation), alias, key, col.Entity))
		answered := d.asText(col.Entity, "answer."+col.Entity+"_id")
		return "", []outerColumn{
			{Column{ID: id, Role: Key, Dimension: dim, Detail: id}, answered},
			{Column{ID: id + "_name", Role: Name, Dimension: dim, Detail: id}, fmt.Sprintf("coalesce(%s, %s)", d.shownName(dim, alias, name, "answer."+col.Entity+"_id"), answered)},
		}
	}
	return d.detail(id), []outerColumn{{Column{ID: id, Role: Detail, Unit: col.Unit}, "t." + id}}
}

// tagsOr is the value of a dimension of the row; tags come as one text.
func (d *details) tagsOr(dim catalog.Dimension) string {
	if !dim.Multi {
		return d.expr(dim.ID)
	}
	return fmt.Sprintf("(SELECT string_agg(DISTINCT g.name COLLATE \"C\", ', ' ORDER BY g.name COLLATE \"C\") FROM %s AS g WHERE g.kind = '%s' AND g.name IS NOT NULL AND g.owner_id = %s)",
		d.from("tag"), tagKind(dim), d.tagOwner(dim))
}

// sortKey is the expression of the column that the rows are ordered by, and its
// type.
func (d *details) sortKey(id string) (expr, typ string) {
	if dim, ok := catalog.LookupDimension(id); ok && dim.Has(d.fact) {
		if dim.Kind == catalog.KindNumber {
			return "(" + d.expr(id) + ")::float8", "float8"
		}
		return d.expr(id) + ` COLLATE "C"`, "text"
	}
	col, _ := catalog.LookupColumn(id, d.fact)
	switch col.Unit {
	case catalog.Instant:
		return d.detail(id), "timestamptz"
	case catalog.Seconds, catalog.Count, catalog.Number:
		return "(" + d.detail(id) + ")::float8", "float8"
	}
	return d.detail(id) + ` COLLATE "C"`, "text"
}

// beyond keeps the rows after the cursor. Rows without a sort value come last.
func (d *details) beyond(sort, typ string, descending bool) (string, error) {
	after, err := ParseCursor(d.Query.After)
	if err != nil {
		return "", err
	}
	than := ">"
	if descending {
		than = "<"
	}
	tie := fmt.Sprintf("(%s, %s) %s (%s, %s)", d.at, d.id, than, d.arg(after.At, "timestamptz"), d.arg(after.ID, "text"))
	if after.Sort == nil {
		return fmt.Sprintf("%s IS NULL AND %s", sort, tie), nil
	}
	value := d.arg(*after.Sort, "text") + "::" + typ
	return fmt.Sprintf("(%[1]s %[2]s %[3]s OR %[1]s = %[3]s AND %[4]s OR %[1]s IS NULL)", sort, than, value, tie), nil
}

// detail is the value of a column that is no dimension.
func (d *details) detail(id string) string {
	initiation := d.fact == catalog.Initiation
	switch id {
	case "message_id":
		return d.asText("message", "r.message_id")
	case "created_at":
		return "r.created_at"
	case "delivered_at", "read_at":
		return d.col(id)
	case "body", "button_payload":
		return d.col(id)
	case "failure_text":
		return "CASE WHEN r.stage = 'failed' THEN " + d.col("error_text") + " END"
	case "replied":
		return "CASE WHEN r.outbound THEN r.replied_at IS NOT NULL END"
	case "replied_at":
		return "CASE WHEN r.outbound THEN r.replied_at END"
	case "session_started_at":
		if initiation {
			return "CASE WHEN r.session_id IS NOT NULL THEN r.created_at END"
		}
		return "s.created_at"
	case "session_ends_at":
		if initiation {
			return "CASE WHEN r.session_id IS NOT NULL THEN r.ends_at END"
		}
		return "s.ends_at"
	case "message_count":
		return "coalesce(" + d.thread("messages") + ", 0)"
	case "first_response_time":
		return d.firstResponse()
	case "resolved_at", "resolution_time", "csat_rating", "csat_comment":
		return d.outcome(id)
	case "link":
		url, display := "r.url", "r.display_id"
		if !d.conversational() {
			url, display = d.conversation("url"), d.conversation("display_id")
		}
		part := func(entity string) string { return d.asText(entity, d.col(entity+"_id")) }
		return fmt.Sprintf("ARRAY[%s, %s, %s, %s, %s, %s]", url, part("account"), part("conversation"), display, part("contact"), part("line"))
	}
	panic("no SQL for column " + id)
}

// outcome is how a conversation ended: its last resolution, its last rating.
func (d *details) outcome(id string) string {
	switch id {
	case "resolved_at", "resolution_time":
		d.joins["resolution"] = true
		return map[string]string{"resolved_at": "resolution.at", "resolution_time": "coalesce(" + notNegative("resolution.seconds") + ", " + since("resolution.at", "coalesce(resolution.reopened_at, r.created_at)") + ")"}[id]
	}
	d.joins["rating"] = true
	return "rating." + strings.TrimPrefix(id, "csat_")
}

// outcomeJoins bring the last resolution and the last rating of each
// conversation.
func (d *details) outcomeJoins() string {
	const active = "SELECT a.conversation_id FROM active AS a"
	var sql string
	if d.joins["resolution"] {
		events := d.spanned("conversation_event", source.Span{Conversations: active})
		sql += fmt.Sprintf(`
LEFT JOIN (
  SELECT DISTINCT ON (e.conversation_id) e.conversation_id, e.at, e.seconds, e.reopened_at
  FROM (
    SELECT o.conversation_id, o.at, o.seconds, o.name,
      max(CASE WHEN o.name = 'reopened' THEN o.at END) OVER (PARTITION BY o.conversation_id ORDER BY o.at GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reopened_at
    FROM %[1]s AS o
    WHERE o.conversation_id IN (%[2]s)
  ) AS e
  WHERE `+many("e.name = 'resolved'")+`
  ORDER BY e.conversation_id, e.at DESC, e.seconds
) AS resolution ON resolution.conversation_id = r.conversation_id`, events, active)
	}
	if d.joins["rating"] {
		sql += fmt.Sprintf(`
LEFT JOIN (
  SELECT DISTINCT ON (q.conversation_id) q.conversation_id, q.rating, q.comment
  FROM %s AS q
  WHERE q.rating BETWEEN 1 AND 5 AND q.conversation_id IN (%s)
  ORDER BY q.conversation_id, coalesce(q.answered_at, q.sent_at) DESC NULLS LAST, q.rating, q.comment COLLATE "C"
) AS rating ON rating.conversation_id = r.conversation_id`, d.spanned("csat", source.Span{Conversations: active}), active)
	}
	return sql
}

// answers tells whether the query shows what an inbound message answers.
func (d *details) answers() bool {
	return d.fact == catalog.Message && d.uses("answered_campaign", "answered_agent")
}

// answerFields are what the page needs to find the messages that its rows
// answer.
func (d *details) answerFields() []string {
	d.col("campaign_id") // read from the timeline later on
	d.col("agent_id")
	return []string{d.col("contact_id") + " AS answer_contact", "CASE WHEN NOT r.outbound THEN " + d.col("in_reply_to") + " END AS answer_to",
		"CASE WHEN NOT r.outbound AND r.last_outbound >= s.g THEN r.last_outbound END AS answer_g"}
}

// addAnswers finds, for the rows of the page, the message that each replies to:
// the one of that id, else the latest of that id of the provider's, else the
// last outbound message before it in the session.
func (d *details) addAnswers() {
	const contacts = "SELECT p.answer_contact FROM page AS p WHERE p.answer_to IS NOT NULL"
	columns := []string{"message_id", "provider_message_id", "contact_id", "created_at", "sequence", "campaign_id", "agent_id", "direction"}
	outbound := many("m.direction = 'outbound'")
	if d.Source.Calls {
		columns = append(columns, "is_call")
		outbound += " AND " + d.noCall("m")
	}
	item := d.spanned("message", source.Span{Contacts: contacts}, columns...)
	d.withOnce("answer", fmt.Sprintf(`SELECT DISTINCT ON (a.row_id) a.row_id, a.campaign_id, a.agent_id
FROM (
  SELECT t.row_id, NULL::bigint AS g, %[1]s = t.answer_to AS by_id, m.created_at, m.sequence, m.message_id, %[2]s AS campaign_id, %[3]s AS agent_id
  FROM page AS t
  JOIN %[4]s AS m ON m.contact_id = t.answer_contact AND (%[1]s = t.answer_to OR m.provider_message_id = t.answer_to)
  WHERE %[9]s AND m.contact_id IN (%[5]s)
  UNION ALL
  SELECT t.row_id, r.g, NULL, NULL, NULL, NULL, %[6]s, %[7]s
  FROM page AS t
  JOIN timeline AS r ON r.g = t.answer_g
) AS a
ORDER BY a.row_id, a.g NULLS FIRST, a.by_id DESC, a.created_at DESC, a.sequence DESC NULLS FIRST, %[8]s DESC`,
		d.asText("message", "m.message_id"), "m.campaign_id", "m.agent_id", item, contacts,
		"r.campaign_id", "r.agent_id", d.inOrder("message", "a.message_id"), outbound))
	d.pageJoins = append([]string{"LEFT JOIN answer ON answer.row_id = t.row_id"}, d.pageJoins...)
}

// Cursor is the place of a row in a details report: its sort value as text,
// its time and its id.
type Cursor struct {
	Sort *string   `json:"s"`
	At   time.Time `json:"t"`
	ID   string    `json:"i"`
}

// Format writes the cursor, to be given back as after.
func (c Cursor) Format() string {
	b, _ := json.Marshal(c) // a text, a time and a text always marshal
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParseCursor reads a cursor. The error is a *query.Error.
func ParseCursor(text string) (Cursor, error) {
	var c Cursor
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(plain, &c) != nil || c.At.IsZero() {
		return c, BadCursor()
	}
	return c, nil
}

// BadCursor says that a cursor cannot be read.
func BadCursor() error {
	return &query.Error{Message: "after is not a valid cursor: leave it out to start with the first page"}
}

// Newest compiles the time of the newest message of those since an instant, or
// of all where it is zero. The answer is one timestamptz.
func Newest(src *source.Source, since time.Time) *Statement {
	c := &compiler{Input: Input{Source: src}}
	item, condition := c.during("message", "m.created_at", c.span(since, time.Time{}), "created_at")
	return &Statement{SQL: c.statement("SELECT max(m.created_at) FROM " + item + " AS m" + whereAll(condition)), Args: c.args}
}

// Entities compiles the list of a relation's entities whose id or name contains
// the search and that pass the filters, which are on the dimension itself: id
// and name, by name.
func Entities(src *source.Source, d catalog.Dimension, search string, filters []query.Filter, limit int) *Statement {
	b := &rowBuilder{compiler: &compiler{Input: Input{Source: src}}, fact: catalog.Message}
	id, name := entityColumns(d)
	if search != "" {
		filters = append(slices.Clone(filters), query.Filter{Dimension: d.ID, Operator: "contains", Values: []string{search}})
	}
	var where []string
	for _, f := range filters {
		where = append(where, b.entityPredicate(d, "e."+id, f))
	}
	key := b.asText(d.Relation, "e."+id)
	shown := b.shownName(d, "e", name, "e."+id)
	sql := selectSQL([]string{key + " AS " + id, shown + " AS " + name, "count(*) OVER () AS total_rows"}, b.from(d.Relation)+" AS e", where)
	sql += fmt.Sprintf("\nORDER BY %s, %s\nLIMIT %s", shown, key, b.arg(limit+1, "bigint"))
	return &Statement{
		SQL: b.statement(sql), Args: b.args, Limit: limit, Counted: true,
		Columns: []Column{{ID: d.ID, Role: Key, Dimension: d}, {ID: d.ID + "_name", Role: Name, Dimension: d}},
	}
}
