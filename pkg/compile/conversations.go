package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/source"
)

// conversational tells whether the rows are conversations or what happened to
// them. Their alias r then has these columns: conversation_id, account_id,
// contact_id, line_id, team_id, named_agent_id (the agent of an event or
// rating), assignee_id, source, status, priority, is_described (the
// conversation exists) and at (the event time).
func (b *rowBuilder) conversational() bool {
	return b.fact != catalog.Message && b.fact != catalog.Session && b.fact != catalog.Initiation
}

// thread is what the messages of a row's conversation tell of it.
func (b *rowBuilder) thread(column string) string {
	b.joins["thread"] = true
	return "h." + column
}

// conversationExpr is the value of a dimension where it is not the message's.
func (b *rowBuilder) conversationExpr(id string) string {
	switch id {
	case "team":
		return "coalesce(r.team_id, " + b.line("team_id") + ")"
	case "agent":
		return "coalesce(r.named_agent_id, r.assignee_id, CASE WHEN r.is_described THEN " + b.thread("last_agent_id") + " END)"
	case "source":
		return "CASE WHEN r.is_described THEN coalesce(r.source, " + b.thread("source") + ", 'other') END"
	case "conversation_status":
		return "r.status"
	case "unattended":
		return "CASE WHEN NOT r.is_described THEN NULL WHEN " + b.unattended() + " THEN 'yes' ELSE 'no' END"
	case "opened_in_period":
		return fmt.Sprintf("CASE WHEN r.created_at >= %s AND r.created_at < %s THEN 'yes' WHEN r.is_described THEN 'no' END", b.arg(b.Range.From, "timestamptz"), b.arg(b.Range.To, "timestamptz"))
	case "priority":
		return "r.priority"
	case "rating":
		return "r.rating"
	}
	return ""
}

// conversationColumns are the columns of the conversation v that rows of every
// fact have.
const conversationColumns = `v.account_id, v.line_id, v.team_id, v.agent_id AS assignee_id, v.source, v.status, v.priority, v.created_at, v.first_response_at, v.waiting_since, v.conversation_id IS NOT NULL AS is_described`

// conversationRows builds the rows of the facts about conversations.
func (c *compiler) conversationRows(f catalog.Fact, metrics []catalog.Metric) factRows {
	b := &rowBuilder{compiler: c, fact: f, joins: map[string]bool{}, at: "r.at"}
	var span source.Span
	if f != catalog.ConversationNow {
		span = c.span(c.Range.From, c.Range.To)
	}
	during := func(relation, column string, columns ...string) string {
		item, condition := c.during(relation, column, span, columns...)
		alias, _, _ := strings.Cut(column, ".")
		return item + " AS " + alias + whereAll(condition)
	}
	conversation := c.from("conversation")

	var base string
	var fields []string // what the aggregates read
	switch f {
	case catalog.Conversation:
		base = fmt.Sprintf("SELECT v.conversation_id, v.contact_id, %s AS named_agent_id, v.created_at AS at, %s\nFROM %s",
			c.noID("agent"), conversationColumns, during("conversation", "v.created_at"))
	case catalog.ConversationNow:
		base = fmt.Sprintf("SELECT v.conversation_id, v.contact_id, %s AS named_agent_id, %s AS at, %s\nFROM %s AS v",
			c.noID("agent"), c.arg(c.Now, "timestamptz"), conversationColumns, conversation)
	case catalog.ConversationActive:
		base = fmt.Sprintf(`SELECT v.conversation_id, v.contact_id, %s AS named_agent_id, t.at, %s
FROM (
  SELECT o.conversation_id, o.created_at AS at FROM %s
  UNION ALL
  SELECT m.conversation_id, m.created_at FROM (
%s
  ) AS m
) AS t
JOIN %s AS v ON v.conversation_id = t.conversation_id`, c.noID("agent"), conversationColumns, during("conversation", "o.created_at"), indent(indent(c.messageTimes(span))), conversation)
		fields = append(fields, "r.conversation_id")
	case catalog.Event:
		base = fmt.Sprintf("SELECT e.conversation_id, v.contact_id, e.agent_id AS named_agent_id, e.at, e.name, e.seconds, %s\nFROM (\n%s\n) AS e\nLEFT JOIN %s AS v ON v.conversation_id = e.conversation_id",
			conversationColumns, indent(c.events(span, hasDuration(metrics, "reply_time"))), conversation)
		fields = append(fields, "r.name", "r.seconds")
	case catalog.CSATAnswer, catalog.CSATSurvey:
		at, kept := "coalesce(q.answered_at, q.sent_at)", "q.rating BETWEEN 1 AND 5 AND "
		if f == catalog.CSATSurvey {
			at, kept = "q.sent_at", ""
		}
		// A rating that is none of 1 to 5 shows only that somebody answered.
		// Only the time that counts is looked at: of two, the relation knows which rows
		// can have neither in the range.
		condition := fmt.Sprintf("%s%[2]s >= %[3]s AND %[2]s < %[4]s", kept, at, span.Since, span.Until)
		base = fmt.Sprintf("SELECT q.conversation_id, coalesce(q.contact_id, v.contact_id) AS contact_id, q.agent_id AS named_agent_id, %s AS at, CASE WHEN q.rating BETWEEN 1 AND 5 THEN q.rating END AS rating, q.rating IS NOT NULL OR q.answered_at IS NOT NULL AS is_answered, %s\nFROM %s AS q\nLEFT JOIN %s AS v ON v.conversation_id = q.conversation_id\nWHERE %s",
			at, conversationColumns, c.spanned("csat", span), conversation, condition)
		fields = append(fields, "r.rating", "r.is_answered")
	}

	keys, multi := b.keysOf()
	where := b.whereOf()
	if f == catalog.Conversation || f == catalog.ConversationNow {
		fields = append(fields, "r.conversation_id", "coalesce(r.status = 'open', false) AS is_open")
		if asked(metrics, "conversations_unattended", "unattended_now") {
			fields = append(fields, b.unattended()+" AS is_unattended")
		}
	}
	if asked(metrics, "conversation_messages") {
		fields = append(fields, b.thread("messages")+" AS messages")
	}
	if hasDuration(metrics, "first_response_time") {
		fields = append(fields, b.firstResponse()+" AS response_seconds")
	}
	if hasDuration(metrics, "first_response_time_business") {
		b.joins["response"] = true
		fields = append(fields, notNegative("response.business_seconds")+" AS response_business_seconds")
	}
	if hasDuration(metrics, "resolution_time") {
		b.joins["reopening"] = true
		fields = append(fields, "coalesce(r.seconds, "+since("r.at", "coalesce("+latestBefore("reopening.reopenings", "r.at")+", r.created_at)")+") AS resolution_seconds")
	}
	name := string(f) + "_base"
	c.with(name, base)
	joins := b.joinSQL() + b.conversationJoins(name)
	return factRows{selectSQL(append(keys, fields...), name+" AS r"+joins, where), multi}
}

// unattended reports whether an open conversation waits for a human: nobody answered yet,
// or the contact waits again.
func (b *rowBuilder) unattended() string {
	b.joins["response"] = true
	return fmt.Sprintf("r.status = 'open' AND (r.first_response_at IS NULL AND %s IS NULL AND response.answered_at IS NULL OR %s)", b.thread("first_agent_at"), b.contactWaits())
}

// contactWaits reports whether the contact waits for an answer. Where the source keeps
// waiting_since, an empty one means no, whatever the messages show; else the last word
// between the contact and agents decides.
func (b *rowBuilder) contactWaits() string {
	if b.Source.Knows("conversation.waiting_since") {
		return "r.waiting_since IS NOT NULL"
	}
	return fmt.Sprintf("coalesce(%s AND (response.answered_at < %s) IS NOT FALSE, false)", b.thread("contact_waits"), b.thread("last_inbound_at"))
}

// messageTimes selects the times of the messages with their conversations.
func (c *compiler) messageTimes(span source.Span) string {
	columns := []string{"conversation_id", "created_at"}
	if c.Source.Calls {
		columns = append(columns, "is_call")
	}
	item, condition := c.during("message", "m.created_at", span, columns...)
	return "SELECT m.conversation_id, m.created_at FROM " + item + " AS m" + whereAll(condition, c.noCall("m"))
}

// firstResponse is how long the contact waited for a human: by the source's own
// event, else by its time of the first response, else by the messages.
func (b *rowBuilder) firstResponse() string {
	b.joins["response"] = true
	agent := b.thread("first_agent_at")
	handoff := latestBefore("response.handoffs", agent)
	return "coalesce(" + notNegative("response.seconds") + ", " + since("r.first_response_at", "r.created_at") + ", " + since(agent, "coalesce("+handoff+", r.created_at)") + ")"
}

// many is a condition on computed words of which PostgreSQL expects that most rows
// fulfil it. Of the bare condition it would expect one row in hundreds, and join what is
// left row by row.
func many(condition string) string { return "CASE WHEN " + condition + " THEN true END IS NOT NULL" }

// notNegative is the SQL of seconds that a source recorded: no duration is less than 0.
func notNegative(seconds string) string {
	return fmt.Sprintf("CASE WHEN %[1]s < 0 THEN 0 ELSE %[1]s END", seconds)
}

// since is the SQL of the seconds from one instant to another: 0 where the clocks of two
// systems say that it was less.
func since(to, from string) string {
	return fmt.Sprintf("CASE WHEN %[1]s < %[2]s THEN 0 ELSE extract(epoch FROM %[1]s - %[2]s)::float8 END", to, from)
}

// latestBefore is the SQL of the latest of a list of instants that is before another.
func latestBefore(list, at string) string {
	return fmt.Sprintf("(SELECT max(o.at) FROM unnest(%s) AS o (at) WHERE o.at < %s)", list, at)
}

// hasDuration tells whether one of a duration's statistics is asked for.
func hasDuration(metrics []catalog.Metric, id string) bool {
	return slices.ContainsFunc(metrics, func(m catalog.Metric) bool {
		rest, ok := strings.CutPrefix(m.ID, id)
		return ok && slices.Contains([]string{"_avg", "_p50", "_p90"}, rest)
	})
}

// conversationJoins adds what the messages and events of the rows' conversations
// tell, and returns the joins that bring it.
func (b *rowBuilder) conversationJoins(base string) string {
	var joins string
	prefix := strings.TrimSuffix(base, "base")
	ids := "SELECT i.conversation_id FROM " + base + " AS i"
	if b.joins["thread"] {
		b.withOnce(prefix+"thread", b.threads(ids))
		joins += fmt.Sprintf("\nLEFT JOIN %sthread AS h ON h.conversation_id = r.conversation_id", prefix)
	}
	events := b.spanned("conversation_event", source.Span{Conversations: ids})
	// What follows is computed once, by itself, and gathered in lists: where a table has no
	// statistics PostgreSQL expects one row, and would compute it for each row anew.
	if b.joins["response"] {
		// The first event that has a duration; of two of one instant the shorter. A reply is an
		// answer as well.
		b.withOnce(prefix+"response", fmt.Sprintf(`SELECT e.conversation_id, max(e.at) FILTER (WHERE e.name <> 'bot_handoff') AS answered_at, array_agg(e.at) FILTER (WHERE e.name = 'bot_handoff') AS handoffs,
  (array_agg(e.seconds ORDER BY e.at, e.seconds) FILTER (WHERE e.name = 'first_response' AND e.seconds IS NOT NULL))[1] AS seconds,
  (array_agg(e.business_seconds ORDER BY e.at, e.business_seconds) FILTER (WHERE e.name = 'first_response' AND e.business_seconds IS NOT NULL))[1] AS business_seconds
FROM %s AS e
WHERE `+many("e.name IN ('first_response', 'reply', 'bot_handoff')")+` AND e.conversation_id IN (%s)
GROUP BY e.conversation_id`, events, ids))
		joins += fmt.Sprintf("\nLEFT JOIN %sresponse AS response ON response.conversation_id = r.conversation_id", prefix)
	}
	if b.joins["reopening"] {
		b.withOnce(prefix+"reopening", fmt.Sprintf(`SELECT o.conversation_id, array_agg(o.at) AS reopenings
FROM %s AS o
WHERE `+many("o.name = 'reopened'")+` AND o.conversation_id IN (%s)
GROUP BY o.conversation_id`, events, ids))
		joins += fmt.Sprintf("\nLEFT JOIN %sreopening AS reopening ON reopening.conversation_id = r.conversation_id", prefix)
	}
	return joins
}

// threads sums up the messages of the conversations: how the first came about,
// who of the agents wrote first and last, whether the contact has the last word.
func (b *rowBuilder) threads(ids string) string {
	saved := b.columns
	b.compiler.columns = map[string]bool{"conversation_id": true, "sequence": true, "author_kind": true, "agent_id": true}
	messages := b.messages(source.Span{Conversations: ids}, "m.conversation_id IN ("+ids+")")
	b.compiler.columns = saved
	return fmt.Sprintf(`SELECT m.conversation_id,
  count(*) FILTER (WHERE NOT m.outbound OR m.stage IN ('sent', 'delivered', 'read')) AS messages,
  min(m.created_at) FILTER (WHERE m.is_agent) AS first_agent_at,
  (array_agg(m.agent_id ORDER BY %[2]s) FILTER (WHERE m.is_agent AND m.agent_id IS NOT NULL))[1] AS last_agent_id,
  max(m.created_at) FILTER (WHERE NOT m.outbound) AS last_inbound_at,
  (array_agg(NOT m.outbound ORDER BY %[2]s) FILTER (WHERE NOT m.outbound OR m.is_agent))[1] AS contact_waits,
  (array_agg(CASE WHEN NOT m.outbound THEN 'inbound' WHEN m.author_kind = 'agent' THEN 'inbox' WHEN m.author_kind IN ('bot', 'campaign', 'system') THEN 'flow' ELSE 'other' END ORDER BY %[1]s))[1] AS source
FROM (
  SELECT r.*, r.outbound AND r.author_kind IS NOT DISTINCT FROM 'agent' AND r.stage <> 'failed' AS is_agent
  FROM (
%[3]s
  ) AS r
) AS m
GROUP BY m.conversation_id`, b.order("m."), b.latestFirst("m."), indent(indent(messages)))
}

// events are the source's own events; where it has none of replies, those that
// the messages show. A wait begins with the contact's first message after an
// agent's, at the earliest with the last reopening, and an agent's next message
// ends it; a resolution ends it without an answer. The first answer of a
// conversation is its first response and no reply.
func (c *compiler) events(span source.Span, replies bool) string {
	events, condition := c.during("conversation_event", "o.at", span)
	own := fmt.Sprintf("SELECT o.conversation_id, o.agent_id, o.at, o.name, %s AS seconds FROM %s AS o", notNegative("o.seconds"), events) + whereAll(condition)
	if !replies {
		return own
	}
	saved := c.columns
	c.columns = map[string]bool{"conversation_id": true, "sequence": true, "author_kind": true, "agent_id": true}
	recent := c.messages(span, many("m.direction = 'outbound' AND m.author_kind = 'agent' AND m.conversation_id IS NOT NULL"))
	c.with("answered", "SELECT DISTINCT a.conversation_id\nFROM (\n"+indent(recent)+"\n) AS a\nWHERE a.stage <> 'failed'")
	const answered = "SELECT a.conversation_id FROM answered AS a"
	messages := c.messages(source.Span{Conversations: answered}, "")
	c.columns = saved
	return own + fmt.Sprintf(`
UNION ALL
SELECT p.conversation_id, p.agent_id, p.created_at, 'reply', %[7]s
FROM (
  SELECT a.conversation_id, a.agent_id, a.created_at, a.is_answer, a.answers,
    min(a.created_at) FILTER (WHERE NOT a.outbound) OVER turn AS asked_at,
    max(a.created_at) FILTER (WHERE a.name = 'reopened') OVER turn AS reopened_at
  FROM (
    SELECT m.*,
      count(*) FILTER (WHERE m.is_answer) OVER earlier AS answers,
      count(*) FILTER (WHERE m.is_answer OR m.name = 'resolved') OVER earlier AS turn
    FROM (
      SELECT m.conversation_id, m.agent_id, m.created_at, m.sequence, m.outbound, m.message_id, m.outbound AND m.author_kind IS NOT DISTINCT FROM 'agent' AND m.stage <> 'failed' AS is_answer, NULL AS name
      FROM (
%[1]s
      ) AS m
      WHERE m.conversation_id IN (%[2]s)
      UNION ALL
      SELECT o.conversation_id, NULL, o.at, NULL, NULL, NULL, false, o.name
      FROM %[3]s AS o
      WHERE `+many("o.name IN ('resolved', 'reopened')")+` AND o.conversation_id IN (%[2]s)
    ) AS m
    WINDOW earlier AS (PARTITION BY m.conversation_id ORDER BY %[4]s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  ) AS a
  WINDOW turn AS (PARTITION BY a.conversation_id, a.turn)
) AS p
WHERE p.is_answer AND p.answers > 0 AND p.asked_at IS NOT NULL AND p.created_at >= %[5]s AND p.created_at < %[6]s
  AND NOT EXISTS (SELECT FROM %[3]s AS o WHERE o.name = 'reply')`,
		indent(indent(indent(indent(messages)))), answered, c.from("conversation_event"), c.order("m."), span.Since, span.Until, since("p.created_at", "greatest(p.asked_at, p.reopened_at)"))
}
