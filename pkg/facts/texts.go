package facts

import (
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/source"
)

// A Lookup names rows of which columns are read that a set does not hold, such as texts.
type Lookup struct {
	// Columns are columns of the relation message or conversation.
	Columns []string
	// IDs are those of the rows; nil means all of the span.
	IDs []string
	// Since and Until bound when messages were created, in microseconds; Contacts are
	// those of the messages with the IDs, or nil.
	Since, Until int64
	Contacts     []string
}

// MessageSQL selects the columns of messages, after their ids.
func (l Lookup) MessageSQL(src *source.Source) (sql string, args []any) {
	st := &statement{source: src}
	span := source.Span{Since: st.arg(time.UnixMicro(l.Since), "timestamptz"), Until: st.arg(time.UnixMicro(l.Until), "timestamptz")}
	where := []string{within("m.created_at", span)}
	if l.Contacts != nil && src.FindsContacts("message") { // by an index; the ids say which rows
		span.Contacts = "SELECT unnest(" + st.list("contact", l.Contacts) + ")"
	}
	read := append([]string{"message_id", "created_at", "contact_id"}, l.Columns...)
	return l.selectSQL(st, "message", st.from("message", span, read...), where)
}

// ConversationSQL selects the columns of conversations, after their ids.
func (l Lookup) ConversationSQL(src *source.Source) (sql string, args []any) {
	st := &statement{source: src}
	return l.selectSQL(st, "conversation", st.from("conversation", source.Span{}), nil)
}

func (l Lookup) selectSQL(st *statement, entity, from string, where []string) (string, []any) {
	id := "m." + entity + "_id"
	if l.IDs != nil {
		where = append(where, id+" = ANY ("+st.list(entity, l.IDs)+")")
	}
	fields := []string{id + "::text"}
	for _, column := range l.Columns {
		fields = append(fields, "m."+column)
	}
	return "SELECT " + strings.Join(fields, ", ") + "\nFROM " + from + " AS m" + whereAll(where...), st.args
}

// RatingSQL selects the last rating of each of the conversations: its conversation, the
// rating and the comment.
func RatingSQL(src *source.Source, conversations []string) (sql string, args []any) {
	st := &statement{source: src}
	span := source.Span{Conversations: "SELECT unnest(" + st.list("conversation", conversations) + ")"}
	return `SELECT DISTINCT ON (q.conversation_id) q.conversation_id::text, q.rating, q.comment
FROM ` + st.from("csat", span) + ` AS q
WHERE q.rating BETWEEN 1 AND 5 AND q.conversation_id IN (` + span.Conversations + `)
ORDER BY q.conversation_id, coalesce(q.answered_at, q.sent_at) DESC NULLS LAST, q.rating, q.comment COLLATE "C"`, st.args
}

// AnsweredSQL selects outbound messages of the contacts that have one of the ids, as
// their own or as the provider's: both ids, the contact, the campaign and the agent. Of
// those that have the same id the one that is meant comes first: by its own id, else the
// latest.
func AnsweredSQL(src *source.Source, contacts, ids []string) (sql string, args []any) {
	st := &statement{source: src}
	list := st.list("contact", contacts)
	span := source.Span{Contacts: "SELECT unnest(" + list + ")"}
	columns := []string{"message_id", "provider_message_id", "contact_id", "created_at", "sequence", "campaign_id", "agent_id", "direction"}
	outbound := "m.direction = 'outbound'"
	if src.Calls {
		columns = append(columns, "is_call")
		outbound += " AND m.is_call IS NOT TRUE"
	}
	wanted := st.arg(ids, "text[]")
	order := `m.message_id COLLATE "C"`
	if src.Numbers["message"] {
		order = "m.message_id"
	}
	return `SELECT m.message_id::text, m.provider_message_id, m.contact_id::text, m.campaign_id::text, m.agent_id::text
FROM ` + st.from("message", span, columns...) + ` AS m
WHERE ` + outbound + ` AND m.contact_id = ANY (` + list + `) AND (m.message_id::text = ANY (` + wanted + `) OR m.provider_message_id = ANY (` + wanted + `))
ORDER BY m.created_at DESC, m.sequence DESC NULLS FIRST, ` + order + ` DESC`, st.args
}
