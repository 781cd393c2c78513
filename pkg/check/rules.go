package check

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/source"
)

// A rule is something that the contract wants of rows.
type rule struct {
	relation string
	// needs are further relations, and columns as "message.read_at", without which
	// there is nothing to check.
	needs []string
	// breaks says in the plural what the rows that break it do, after their number
	// and the relation's name: "4 rows of message have …".
	breaks string
	// sql yields a text for each such row, the row's id. Names in brackets are
	// relations.
	sql string
	// allowed by the contract, but worth knowing.
	allowed bool
	// to is the relation that the rows point to, of a rule about that.
	to string
}

// ids are the relations whose rows have an id of their own.
var ids = []string{"message", "conversation", "contact", "line", "agent", "team", "campaign", "account"}

// references are columns that point to another relation. Agents, teams and campaigns
// that are gone leave their ids.
var references = []struct {
	relation, column, to string
	allowed              bool
}{
	{"message", "conversation_id", "conversation", false}, {"message", "contact_id", "contact", false}, {"message", "line_id", "line", false}, {"message", "agent_id", "agent", true},
	{"conversation", "contact_id", "contact", false}, {"conversation", "line_id", "line", false}, {"conversation", "agent_id", "agent", true}, {"conversation", "team_id", "team", true},
	{"message", "campaign_id", "campaign", true}, {"conversation_event", "conversation_id", "conversation", false}, {"csat", "conversation_id", "conversation", false}, {"csat", "contact_id", "contact", false}, {"agent_team", "agent_id", "agent", true},
	{"conversation_event", "agent_id", "agent", true}, {"csat", "agent_id", "agent", true},
}

// naming is the column that names a row, where it is not the id.
var naming = map[string]string{"conversation_event": "conversation_id", "agent_team": "agent_id", "tag": "owner_id"}

func nameOf(relation string) string {
	if relation == "csat" { // of a conversation, or of nothing but a contact
		return "coalesce(r.conversation_id::text, 'contact ' || r.contact_id::text, '(none)')"
	}
	if column := naming[relation]; column != "" {
		return "r." + column
	}
	return "r." + relation + "_id"
}

// rules lists all of them, relation by relation.
func rules() []rule {
	var list []rule
	for _, relation := range ids {
		list = append(list,
			rule{relation: relation, breaks: "share their id with another", sql: fmt.Sprintf("SELECT %[2]s::text FROM (SELECT r.*, count(*) OVER (PARTITION BY %[2]s) AS times FROM [%[1]s] AS r) AS r WHERE r.times > 1", relation, nameOf(relation))})
	}
	for _, ref := range references {
		list = append(list, rule{relation: ref.relation, needs: []string{ref.to, ref.relation + "." + ref.column}, to: ref.to, allowed: ref.allowed, breaks: fmt.Sprintf("name by %s what is not in %s", ref.column, ref.to),
			sql: fmt.Sprintf("SELECT %s::text FROM [%s] AS r LEFT JOIN [%s] AS o ON o.%[3]s_id = r.%[4]s WHERE o.%[3]s_id IS NULL AND r.%[4]s IS NOT NULL AND r.%[4]s::text <> ''", nameOf(ref.relation), ref.relation, ref.to, ref.column)})
	}
	// Tags of what is no contact or conversation here, such as a group, do no harm. The
	// owner is a text where only one of the two has numbers.
	for _, owner := range []string{"conversation", "contact"} {
		list = append(list, rule{relation: "tag", needs: []string{owner}, to: owner, allowed: true, breaks: fmt.Sprintf("name by owner_id what is not in %s", owner),
			sql: fmt.Sprintf("SELECT r.owner_id::text FROM [tag] AS r LEFT JOIN [%[1]s] AS o ON o.%[1]s_id::text = r.owner_id::text WHERE r.kind = '%[1]s' AND o.%[1]s_id IS NULL", owner)})
	}
	// The reports read words in any case, and leave out a direction that is none.
	for _, w := range source.Words {
		if len(w.Values) == 0 || w.Column == "direction" {
			continue
		}
		list = append(list, rule{relation: w.Relation, needs: []string{w.Relation + "." + w.Column}, breaks: fmt.Sprintf("have as %s none of %s", w.Column, strings.Join(w.Values, ", ")),
			sql: fmt.Sprintf("SELECT %[1]s::text || ' (' || r.%[3]s || ')' FROM [%[2]s] AS r WHERE r.%[3]s <> ALL ('{%[4]s}')", nameOf(w.Relation), w.Relation, w.Column, strings.Join(w.Values, ","))})
	}
	later := func(relation, first, second, what string) rule {
		return rule{relation: relation, needs: []string{relation + "." + first, relation + "." + second}, breaks: what,
			sql: fmt.Sprintf("SELECT %s::text FROM [%s] AS r WHERE r.%s < r.%s - interval '1 second'", nameOf(relation), relation, second, first)}
	}
	future := func(relation, column string) rule {
		return rule{relation: relation, breaks: "lie in the future", sql: fmt.Sprintf("SELECT %s::text || ' (' || r.%[3]s || ')' FROM [%[2]s] AS r WHERE r.%[3]s > now() + interval '5 minutes'", nameOf(relation), relation, column)}
	}
	list = append(list,
		future("message", "created_at"), future("conversation", "created_at"), future("conversation_event", "at"),
		later("message", "created_at", "sent_at", "were sent before they were created"),
		later("message", "created_at", "delivered_at", "were delivered before they were created"),
		later("message", "created_at", "read_at", "were read before they were created"),
		later("message", "created_at", "failed_at", "failed before they were created"),
		later("message", "delivered_at", "read_at", "were read before they were delivered"),
		later("message", "sent_at", "delivered_at", "were delivered before they were sent"),
		later("conversation", "created_at", "first_response_at", "were answered before they were opened"),
		later("csat", "sent_at", "answered_at", "were answered before they were sent"),
		rule{relation: "conversation_event", needs: []string{"conversation_event.seconds"}, breaks: "took less than no time",
			sql: "SELECT r.conversation_id::text || ' (' || r.name || ')' FROM [conversation_event] AS r WHERE r.seconds < 0 OR r.business_seconds < 0"},
		rule{relation: "message", needs: []string{"message.provider_message_id"}, allowed: true, breaks: "share the provider's id with another of their line (they may be stored twice)",
			sql: "SELECT r.message_id::text FROM (SELECT r.message_id, count(*) OVER (PARTITION BY r.line_id, r.provider_message_id) AS times FROM [message] AS r WHERE r.provider_message_id <> '') AS r WHERE r.times > 1"},
		rule{relation: "message", needs: []string{"message.status", "message.delivered_at"}, breaks: "are of status sent, pending or failed although they were delivered (the delivery counts)",
			sql: "SELECT r.message_id::text FROM [message] AS r WHERE lower(r.status) IN ('queued', 'pending', 'accepted', 'sent', 'failed') AND (r.delivered_at IS NOT NULL OR r.read_at IS NOT NULL)"},
		rule{relation: "message", allowed: true, breaks: "have no contact (they make no session and no user)", sql: "SELECT r.message_id::text FROM [message] AS r WHERE r.contact_id IS NULL"},
		rule{relation: "message", needs: []string{"conversation", "message.conversation_id", "message.account_id", "conversation.account_id"}, breaks: "are of another account than their conversation",
			sql: "SELECT r.message_id::text FROM [message] AS r JOIN [conversation] AS o ON o.conversation_id = r.conversation_id WHERE o.account_id <> r.account_id"},
		rule{relation: "csat", needs: []string{"csat.sent_at"}, allowed: true, breaks: "are answers to a survey that is not recorded (they count as answers, and the survey is not counted as sent)",
			sql: fmt.Sprintf("SELECT %s FROM [csat] AS r WHERE r.sent_at IS NULL AND (r.rating IS NOT NULL OR r.answered_at IS NOT NULL)", nameOf("csat"))},
		rule{relation: "csat", breaks: "have a rating that is not 1 to 5", sql: fmt.Sprintf("SELECT %s || ' (' || r.rating || ')' FROM [csat] AS r WHERE r.rating NOT BETWEEN 1 AND 5", nameOf("csat"))},
	)
	list = append(list, costRules()...)
	slices.SortStableFunc(list, func(a, b rule) int { return cmp.Compare(place(a.relation), place(b.relation)) })
	return list
}

// place is that of the relation in the contract.
func place(relation string) int {
	return slices.IndexFunc(source.Contract, func(r source.Relation) bool { return r.Name == relation })
}
