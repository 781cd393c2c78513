package compile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/whatsapp"
)

// history is what a statement needs beyond single messages: windows, sessions
// and what hangs on them. It is computed from the messages in these steps.
//
//	ordered    the messages of each pair (account, line, contact) in their order,
//	           with the time of the contact's last message and an island: a run of
//	           messages at whose start certainly no session is open
//	opener     the messages that open sessions in islands of several: from the first
//	           by binary search to the first message that the window leaves
//	timeline   the messages, each with the session that covers it, without the calls
//	session    the openers, and with them the failed attempts, with what became of
//	           them
//
// Session boundaries depend on the whole history of a pair, but no session is
// longer than 96 h, so a silence of that length is a sound place to start. The
// first reading goes back far enough to find one for nearly every pair; what lies
// before is read only for pairs that were never silent in that time.
type history struct {
	sessions bool // openers and their sessions
	attempts bool // failed attempts to open one as well
	userType bool // new or returning
	progress bool // replies and messages inside the session
	cost     bool // charges
	lookups  bool // messages look up the session that covers them
	answers  bool // the outbound message before each
}

// longest is the longest session there can be (a free entry point: under 24 h to
// the reply, then 72 h), lookBack how much earlier the first reading starts, and
// lookFurther how much earlier still where a pair never fell silent in that time.
const (
	window      = 24 * time.Hour
	longest     = 96 * time.Hour
	lookBack    = 2 * longest
	lookFurther = 6 * longest
)

// need asks for the history.
func (c *compiler) need() *history {
	if c.history == nil {
		c.history = &history{}
	}
	return c.history
}

// stageSQL is the strongest evidence of an outbound message's delivery. It looks
// at each column once: behind one there may be a costly expression.
const stageSQL = `CASE WHEN m.direction = 'outbound' THEN (ARRAY['sent', 'pending', 'failed', 'delivered', 'read'])[greatest(
    CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
      WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
    CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 END)] END`

// messageColumns are the columns that the statement reads of messages.
func (c *compiler) messageColumns() []string {
	columns := map[string]bool{"message_id": true, "created_at": true}
	maps.Copy(columns, c.columns)
	return slices.Sorted(maps.Keys(columns))
}

// rowColumns are the columns of the rows r of messages and calls.
func (c *compiler) rowColumns() string {
	return "r." + strings.Join(append(c.messageColumns(), "outbound", "stage", "is_call"), ", r.")
}

// messages selects the columns that the statement reads from the relation of
// messages, each with its direction and stage. Calls are no messages.
func (c *compiler) messages(span source.Span, where string) string {
	return c.readMessages(span, nil, where, c.noCall("m"))
}

// messagesAndCalls selects messages as messages does, and the calls of contacts,
// which open the service window.
func (c *compiler) messagesAndCalls(span source.Span) string {
	if !c.Source.Calls {
		return c.readMessages(span, []string{"false AS is_call"})
	}
	return c.readMessages(span, []string{"coalesce(m.is_call, false) AS is_call"}, "(m.is_call AND m.direction = 'outbound') IS NOT TRUE")
}

// noCall is the condition that a row of messages is no call; empty where the source
// has none.
func (c *compiler) noCall(alias string) string {
	if !c.Source.Calls {
		return ""
	}
	return alias + ".is_call IS NOT TRUE"
}

func (c *compiler) readMessages(span source.Span, more []string, where ...string) string {
	names := c.messageColumns()
	fields := make([]string, 0, len(names))
	columns := map[string]bool{}
	for _, name := range names {
		fields = append(fields, "m."+name)
		columns[name] = true
	}
	for _, name := range []string{"direction", "status", "delivered_at", "read_at", "failed_at", "author_kind", "conversation_id"} {
		columns[name] = true // of the conditions and the stage
	}
	if c.Source.Calls {
		columns["is_call"] = true
	}
	item, condition := c.during("message", "m.created_at", span, slices.Sorted(maps.Keys(columns))...)
	fields = append(fields, "\n  m.direction = 'outbound' AS outbound", "\n  "+stageSQL+" AS stage")
	fields = append(fields, more...)
	return "SELECT " + strings.Join(fields, ", ") + "\nFROM " + item + " AS m" + whereAll(append([]string{condition}, where...)...)
}

// span is a range as arguments; a zero time leaves it open.
func (c *compiler) span(from, to time.Time) source.Span {
	var span source.Span
	if !from.IsZero() {
		span.Since = c.arg(from, "timestamptz")
	}
	if !to.IsZero() {
		span.Until = c.arg(to, "timestamptz")
	}
	return span
}

// templateSQL: a message is a template by its name or, where only that is told, by
// its category.
var templateSQL = "(r.template_name IS NOT NULL OR coalesce(" + foldCategorySQL("r.template_category") + " IN (" + quoted(whatsapp.TemplateCategories()) + "), false))"

// pairColumns identify a pair, the contact first, which tells most apart: sorting
// then seldom looks at the others. order is the order of its messages, of the alias
// if there is one.
func (c *compiler) pairColumns() string {
	return c.inOrder("contact", "contact_id") + ", " + c.inOrder("line", "line_id") + ", " + c.inOrder("account", "account_id")
}

func (c *compiler) order(alias string) string {
	return fmt.Sprintf("%[1]screated_at, %[1]ssequence, %[1]soutbound, %[2]s", alias, c.inOrder("message", alias+"message_id"))
}

// latestFirst is the order the other way round.
func (c *compiler) latestFirst(alias string) string {
	return fmt.Sprintf("%[1]screated_at DESC, %[1]ssequence DESC NULLS FIRST, %[1]soutbound DESC, %[2]s DESC", alias, c.inOrder("message", alias+"message_id"))
}

// pairFilters are the filters that hold for all messages of a pair or for none,
// and may therefore be put under the timeline. Free units are counted over all
// messages of a line, so cost leaves only the filters on lines.
func (c *compiler) pairFilters() []query.Filter {
	constant := []string{"line", "channel"}
	if !c.history.cost {
		constant = append(constant, "account", "contact", "country", "phone", "contact_tag")
	}
	return slices.DeleteFunc(slices.Clone(c.Query.Filters), func(f query.Filter) bool { return !slices.Contains(constant, f.Dimension) })
}

// addHistory adds the common table expressions of the history that the rows
// asked for.
func (c *compiler) addHistory() {
	h := c.history
	if h == nil {
		return
	}
	for _, name := range []string{"account_id", "line_id", "contact_id", "sequence", "template_name", "template_category", "campaign_id", "author_kind", "is_referral", "origin"} {
		c.columns[name] = true
	}
	if h.cost {
		for _, name := range c.priceColumns() {
			c.columns[name] = true
		}
	}
	// since is the first instant whose sessions matter; those that cover the
	// beginning of the range may have started up to 96 h before.
	since := c.Range.From
	if h.cost {
		since = c.costSince()
	}
	if h.sessions || h.cost {
		since = since.Add(-longest)
		c.addOrdered(since, since.Add(-lookBack), c.Range.To.Add(longest))
		c.addSessions(since)
	} else {
		c.withOnce("timeline", "SELECT r.* FROM (\n"+indent(c.timeline(c.read(c.span(since.Add(-window), c.Range.To), ""), 0))+"\n) AS r\nWHERE NOT r.is_call")
	}
	if h.cost {
		c.addCharges()
	}
}

// within is a range over rows that PostgreSQL has no statistics of. Written as
// two bounds it would be taken for one row in two hundred, and the joins above
// it planned for a handful of rows.
func within(from, to string) string {
	return fmt.Sprintf("(r.created_at >= %s) IS TRUE AND (r.created_at < %s) IS TRUE", from, to)
}

// samePair joins two rows of one pair.
func samePair(a, b string) string {
	return fmt.Sprintf("%[1]s.contact_id = %[2]s.contact_id AND %[1]s.account_id IS NOT DISTINCT FROM %[2]s.account_id AND %[1]s.line_id IS NOT DISTINCT FROM %[2]s.line_id", a, b)
}

// addOrdered adds the messages up to end in their order, from far enough back to
// know the sessions at since: from start on, for pairs whose sessions then hang on
// earlier messages from further back, and from their beginning for those for whom
// that does not do either. Most statements need no more than the first reading.
func (c *compiler) addOrdered(since, start, end time.Time) {
	readings := []struct {
		name  string
		start time.Time
	}{{"recent", start}, {"older", start.Add(-lookFurther)}, {"oldest", time.Time{}}}
	c.with("recent", c.timeline(c.read(c.span(start, end), ""), 0))
	var parts []string
	for i := 1; i < len(readings); i++ {
		last, next := readings[i-1], readings[i]
		// They are few, which PostgreSQL takes for granted of what is equal.
		unanchored := "unanchored_" + last.name
		c.withOnce(unanchored, fmt.Sprintf("SELECT DISTINCT account_id, line_id, contact_id\nFROM %s\nWHERE CASE WHEN island_at < %s THEN 1 END = 1 AND CASE WHEN created_at >= %s THEN 1 END = 1",
			last.name, c.arg(last.start.Add(longest), "timestamptz"), c.arg(since, "timestamptz")))
		join := "\nJOIN " + unanchored + " AS u ON " + samePair("u", "r")
		before := c.span(next.start, last.start)
		before.Contacts = "SELECT u.contact_id FROM " + unanchored + " AS u"
		known := "SELECT " + c.rowColumns() + ", " + c.lineColumns("r") + "\nFROM " + last.name + " AS r" + join
		c.withOnce(next.name, c.timeline("SELECT *\nFROM (\n"+indent(known+"\nUNION ALL\n"+c.read(before, join, "EXISTS (SELECT FROM "+unanchored+")"))+"\n) AS r", int64(i)<<40))
		parts = append(parts, fmt.Sprintf("SELECT r.* FROM %s AS r WHERE NOT EXISTS (SELECT FROM %s AS u WHERE %s)", last.name, unanchored, samePair("u", "r")))
	}
	c.withEach("ordered", strings.Join(append(parts, "SELECT * FROM oldest"), "\nUNION ALL\n"))
}

// lineColumns are the columns that the timeline has of lines.
func (c *compiler) lineColumns(alias string) string {
	if c.history.cost && c.Source.Knows("line.provider") {
		return alias + ".channel, " + alias + ".provider"
	}
	return alias + ".channel"
}

// read selects messages with their channels.
func (c *compiler) read(span source.Span, join string, conditions ...string) string {
	b := c.builder("message", "")
	b.joins["line"] = true
	for _, f := range c.pairFilters() {
		conditions = append(conditions, b.predicate(f))
	}
	return "SELECT " + c.rowColumns() + ", " + c.lineColumns("l") + "\nFROM (\n" + indent(c.messagesAndCalls(span)) + "\n) AS r" + b.joinSQL() + join + whereAll(conditions...)
}

// timeline puts the messages of each pair in order. What later steps choose by
// stands in boolean columns: PostgreSQL takes such a condition for half of the
// rows, and a comparison with a text for next to none. first keeps the numbers of two
// readings apart.
func (c *compiler) timeline(messages string, first int64) string {
	// OFFSET keeps PostgreSQL from computing a column anew wherever it is read.
	billing := ""
	if c.history.cost {
		billing = c.billingColumns()
	}
	base := fmt.Sprintf(`SELECT r.*,%[2]s
  r.contact_id IS NOT NULL AND r.stage IS DISTINCT FROM 'failed' AND NOT r.is_call AS opens,
  coalesce(r.stage IN ('sent', 'delivered', 'read'), false) AS is_sent,
  coalesce(r.stage IN ('delivered', 'read'), false) AS is_delivered,
  coalesce(r.stage = 'failed', false) AS is_failed,
  NOT r.outbound AND NOT r.is_call AND coalesce(r.is_referral AND r.channel = 'whatsapp', false) AS is_entry,
  `+templateSQL+` AS is_template,
  r.campaign_id IS NOT NULL OR r.author_kind IS NOT DISTINCT FROM 'campaign' AS is_campaign
FROM (
%[1]s
) AS r`, indent(messages+"\nOFFSET 0"), billing)
	ordered := fmt.Sprintf(`SELECT o.*,
  row_number() OVER (ORDER BY %[1]s, %[2]s) + %[3]d AS g,
  max(CASE WHEN opens THEN created_at END) OVER earlier AS last_at,
  max(CASE WHEN NOT outbound THEN created_at END) OVER earlier AS last_inbound_at,
  max(CASE WHEN is_entry THEN created_at END) OVER earlier AS last_entry_at
FROM (
%[4]s
) AS o
WINDOW earlier AS (PARTITION BY %[1]s ORDER BY %[2]s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`, c.pairColumns(), c.order(""), first, indent(base))
	before := ""
	if c.history.answers {
		before = fmt.Sprintf("\n  max(CASE WHEN outbound THEN g END) OVER (PARTITION BY %s ORDER BY %s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_outbound,", c.pairColumns(), c.order(""))
	}
	return fmt.Sprintf(`SELECT t.*,%[4]s
  max(CASE WHEN %[5]s THEN g END) OVER so_far AS island,
  max(CASE WHEN %[5]s THEN created_at END) OVER so_far AS island_at,
  CASE WHEN outbound THEN CASE WHEN contact_id IS NOT NULL AND last_inbound_at > created_at - interval '24 hours' THEN 'open' ELSE 'closed' END END AS in_window
FROM (
%[3]s
) AS t
WINDOW so_far AS (PARTITION BY %[1]s ORDER BY %[2]s ROWS UNBOUNDED PRECEDING)`, c.pairColumns(), c.order(""), indent(ordered), before, begins)
}

// begins: certainly no session is open when the message comes, so it opens one.
const begins = "opens AND (last_at IS NULL OR last_at <= created_at - interval '24 hours' AND (last_entry_at IS NULL OR last_entry_at <= created_at - interval '96 hours'))"

// carriesOn: an outbound message that only goes on with what the contact began.
var carriesOn = "r.outbound AND NOT r.is_template AND NOT r.is_campaign AND r.in_window = 'open'"

// addSessions finds the session of each message, which is all that costs need, and
// adds the sessions that started at since or later, up to the end of the range.
func (c *compiler) addSessions(since time.Time) {
	h := c.history
	// An island holds one session of 24 hours, the first message's, unless it goes on
	// for longer or somebody came by an ad or a page. Those are few.
	c.with("long", `SELECT r.g, r.island, r.created_at, r.opens, r.is_entry, r.is_sent
FROM ordered AS r
WHERE r.island IN (SELECT o.island FROM ordered AS o WHERE o.opens AND (o.is_entry OR o.created_at >= o.island_at + interval '24 hours'))`)
	// The business's first reply to whoever came so.
	c.withOnce("entry", `SELECT e.g, min(r.created_at) AS replied_at
FROM long AS e
JOIN long AS r ON r.island = e.island AND r.g > e.g AND r.created_at < e.created_at + interval '24 hours'
WHERE e.is_entry AND r.is_sent
GROUP BY e.g`)
	c.with("candidate", `SELECT r.g, r.island AS run, r.created_at, r.is_entry, coalesce(e.replied_at + interval '72 hours', r.created_at + interval '24 hours') AS ends_at
FROM long AS r
LEFT JOIN entry AS e ON e.g = r.g
WHERE r.opens`)
	c.withOnce("opener", `SELECT c.run AS island, array_agg(c.g ORDER BY c.g) AS places, array_agg(c.ends_at ORDER BY c.g) AS ends, array_agg(c.is_entry ORDER BY c.g) AS entries
FROM candidate AS c
WHERE c.g IN (
`+indent(walk("candidate"))+`
)
GROUP BY c.run`)
	c.withOnce("timeline", `SELECT r.*, r.g = r.opener AS is_opener, r.by_entry AND r.created_at < r.ends_at AS is_free, CASE WHEN r.created_at < r.ends_at THEN r.opener END AS session_g
FROM (
  SELECT r.*,
    CASE WHEN o.island IS NULL THEN r.island ELSE o.places[width_bucket(r.g, o.places)] END AS opener,
    CASE WHEN o.island IS NULL THEN r.island_at + interval '24 hours' ELSE o.ends[width_bucket(r.g, o.places)] END AS ends_at,
    o.island IS NOT NULL AND o.entries[width_bucket(r.g, o.places)] AS by_entry
  FROM ordered AS r
  LEFT JOIN opener AS o ON o.island = r.island
  WHERE NOT r.is_call
) AS r`)
	if !h.sessions {
		return
	}
	from, to := c.arg(since, "timestamptz"), c.arg(c.Range.To, "timestamptz")
	attempts := "r.is_opener"
	if h.attempts {
		attempts += " OR r.is_failed AND r.contact_id IS NOT NULL AND r.session_g IS NULL AND NOT (" + carriesOn + ")"
	}
	c.withOnce("attempt", fmt.Sprintf(`SELECT r.*, CASE WHEN r.is_opener THEN r.message_id END AS session_id
FROM timeline AS r
WHERE (%s) AND %s`, attempts, within(from, to)))
	fields := []string{"r.*",
		"CASE WHEN NOT r.outbound THEN CASE WHEN r.is_entry THEN 'free_entry_point' ELSE 'contact' END WHEN " + carriesOn + " THEN 'contact' ELSE 'business' END AS initiator",
		originSQL + " AS session_origin"}
	joins := ""
	if h.userType {
		c.addUserTypes(since.Add(-lookBack))
		fields = append(fields, "CASE WHEN k.first_at < r.created_at OR acquainted.contact_id IS NOT NULL OR earlier.g IS NOT NULL THEN 'returning' ELSE 'new' END AS user_type")
		joins += fmt.Sprintf("\nLEFT JOIN known AS k ON %s\nLEFT JOIN acquainted ON %s\nLEFT JOIN earlier ON earlier.g = r.g", sameUser("k", "r"), sameUser("acquainted", "r"))
	}
	if h.progress {
		c.withOnce("progress", fmt.Sprintf(`SELECT r.session_g AS g,
  min(r.created_at) FILTER (WHERE NOT r.outbound AND NOT r.is_opener) AS replied_at,
  count(*) FILTER (WHERE NOT r.outbound OR r.is_sent) AS messages
FROM timeline AS r
WHERE r.session_g IS NOT NULL AND (r.created_at >= %s) IS TRUE
GROUP BY r.session_g`, from))
		fields = append(fields, "p.replied_at", "p.messages")
		joins += "\nLEFT JOIN progress AS p ON r.is_opener AND p.g = r.g"
	}
	session := "SELECT " + strings.Join(fields, ",\n  ") + "\nFROM attempt AS r" + joins
	if h.lookups {
		c.withOnce("session", session)
	} else {
		c.with("session", session)
	}
	if h.attempts {
		c.with("initiation", fmt.Sprintf(`SELECT r.*,
  CASE WHEN NOT r.outbound THEN NULL WHEN r.replied_at IS NOT NULL THEN 'replied' ELSE r.stage END AS status
FROM session AS r
WHERE CASE WHEN r.outbound THEN NOT (%s) ELSE coalesce(r.is_referral, false) END`, carriesOn))
	}
}

// originSQL is how an opener came about, where the source does not say.
const originSQL = `coalesce(r.origin, CASE
    WHEN r.outbound THEN CASE WHEN r.is_campaign THEN 'campaign' WHEN r.is_template THEN 'template'
      WHEN r.author_kind IN ('bot', 'system') THEN 'flow' WHEN r.author_kind = 'agent' THEN 'inbox' ELSE 'other' END
    WHEN NOT coalesce(r.is_referral, false) THEN 'inbound'
    WHEN r.channel = 'webchat' THEN 'referred_webchat'
    ELSE 'referred_campaign' END)`

// sameUser joins two rows of one user.
func sameUser(a, b string) string {
	return fmt.Sprintf("%[1]s.contact_id = %[2]s.contact_id AND %[1]s.account_id IS NOT DISTINCT FROM %[2]s.account_id", a, b)
}

// addUserTypes finds when each user first stood in a message that did not fail, on
// any line: since start (known), and of those who have none there before their
// attempt, whether they have one before start (acquainted). earlier are the
// attempts that such a message of the same instant precedes.
func (c *compiler) addUserTypes(start time.Time) {
	saved := c.columns
	c.columns = map[string]bool{"account_id": true, "contact_id": true, "sequence": true}
	// The timeline has them, if it has all lines.
	met := "timeline"
	if slices.ContainsFunc(c.pairFilters(), func(f query.Filter) bool { return f.Dimension == "line" || f.Dimension == "channel" }) {
		met = "met"
		span := c.span(start, c.Range.To)
		span.Contacts = "SELECT r.contact_id FROM attempt AS r"
		c.withOnce(met, fmt.Sprintf("SELECT m.*\nFROM (\n%s\n) AS m\nWHERE m.contact_id IN (%s)", indent(c.messages(span, "")), span.Contacts))
	}
	c.withOnce("known", "SELECT m.account_id, m.contact_id, min(m.created_at) AS first_at\nFROM "+met+" AS m\nWHERE m.contact_id IS NOT NULL AND m.stage IS DISTINCT FROM 'failed'\nGROUP BY m.account_id, m.contact_id")
	c.withOnce("newcomer", `SELECT DISTINCT r.account_id, r.contact_id
FROM attempt AS r
LEFT JOIN known AS k ON `+sameUser("k", "r")+`
WHERE k.first_at >= r.created_at OR k.first_at IS NULL`)
	before := c.span(time.Time{}, start)
	before.Contacts = "SELECT n.contact_id FROM newcomer AS n"
	c.withOnce("acquainted", fmt.Sprintf("SELECT n.account_id, n.contact_id\nFROM newcomer AS n\nWHERE EXISTS (SELECT FROM (\n%s\n) AS m WHERE %s AND m.stage IS DISTINCT FROM 'failed')",
		indent(c.messages(before, "")), sameUser("m", "n")))
	c.columns = saved
	c.withOnce("earlier", fmt.Sprintf(`SELECT DISTINCT r.g
FROM attempt AS r
JOIN known AS k ON %[4]s AND k.first_at = r.created_at
JOIN %[5]s AS m ON %[6]s AND m.created_at = r.created_at
WHERE m.stage IS DISTINCT FROM 'failed' AND (coalesce(m.sequence, %[1]d), m.outbound, %[2]s) < (coalesce(r.sequence, %[1]d), r.outbound, %[3]s)`,
		int64(1<<63-1), c.inOrder("message", "m.message_id"), c.inOrder("message", "r.message_id"), sameUser("k", "r"), met, sameUser("m", "r")))
}

// walk chains fixed windows through the rows of each run: the first row opens
// one, the first row that it leaves opens the next. The rows have g (their
// order), run, created_at and ends_at. Most runs hold one window only; the
// others are walked by binary search over their times.
func walk(rows string) string {
	return fmt.Sprintf(`SELECT min(g) AS g FROM %[1]s GROUP BY run
UNION ALL
SELECT runs.places[step.n]
FROM (
  SELECT array_agg(c.g ORDER BY c.g) AS places, array_agg(c.created_at ORDER BY c.g) AS times, array_agg(c.ends_at ORDER BY c.g) AS ends
  FROM %[1]s AS c
  JOIN (SELECT run FROM %[1]s GROUP BY run HAVING max(created_at) >= min(created_at) + interval '24 hours') AS long ON long.run = c.run
  GROUP BY c.run
) AS runs
CROSS JOIN LATERAL (
  WITH RECURSIVE steps (n) AS (
    SELECT width_bucket(runs.ends[1] - interval '1 microsecond', runs.times) + 1
    UNION ALL
    SELECT width_bucket(runs.ends[n] - interval '1 microsecond', runs.times) + 1 FROM steps WHERE n <= cardinality(runs.times)
  )
  SELECT n FROM steps WHERE n <= cardinality(runs.times)
) AS step`, rows)
}
