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
	source.Explanation
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
			rule{relation: relation, Explanation: source.Explanation{Wrong: "{has|have} the same id as another row", Effect: "Reports may count the data more than once.", Fix: "Make " + relation + "_id unique."}, sql: fmt.Sprintf("SELECT %[2]s::text FROM (SELECT r.*, count(*) OVER (PARTITION BY %[2]s) AS times FROM [%[1]s] AS r) AS r WHERE r.times > 1", relation, nameOf(relation))})
	}
	for _, ref := range references {
		list = append(list, rule{relation: ref.relation, needs: []string{ref.to, ref.relation + "." + ref.column}, to: ref.to, allowed: ref.allowed, Explanation: dangling(ref.column, ref.to, ref.allowed),
			sql: fmt.Sprintf("SELECT %s::text FROM [%s] AS r LEFT JOIN [%s] AS o ON o.%[3]s_id = r.%[4]s WHERE o.%[3]s_id IS NULL AND r.%[4]s IS NOT NULL AND r.%[4]s::text <> ''", nameOf(ref.relation), ref.relation, ref.to, ref.column)})
	}
	// Tags of what is no contact or conversation here, such as a group, do no harm. The
	// owner is a text where only one of the two has numbers.
	for _, owner := range []string{"conversation", "contact"} {
		list = append(list, rule{relation: "tag", needs: []string{owner}, to: owner, allowed: true, Explanation: dangling("owner_id", owner, true),
			sql: fmt.Sprintf("SELECT r.owner_id::text FROM [tag] AS r LEFT JOIN [%[1]s] AS o ON o.%[1]s_id::text = r.owner_id::text WHERE r.kind = '%[1]s' AND o.%[1]s_id IS NULL", owner)})
	}
	// The reports read words in any case, and leave out a direction that is none.
	for _, w := range source.Words {
		if len(w.Values) == 0 || w.Column == "direction" {
			continue
		}
		list = append(list, rule{relation: w.Relation, needs: []string{w.Relation + "." + w.Column}, Explanation: source.Explanation{Wrong: "{has|have} an unknown " + w.Column, Effect: "Reports don't recognize the value.", Fix: "Use one of " + strings.Join(w.Values, ", ") + "."},
			sql: fmt.Sprintf("SELECT %[1]s::text || ' (' || r.%[3]s || ')' FROM [%[2]s] AS r WHERE r.%[3]s <> ALL ('{%[4]s}')", nameOf(w.Relation), w.Relation, w.Column, strings.Join(w.Values, ","))})
	}
	later := func(relation, first, second, what string) rule {
		return rule{relation: relation, needs: []string{relation + "." + first, relation + "." + second}, Explanation: source.Explanation{Wrong: what, Effect: "Durations and delivery times of {this row|these rows} may be wrong.", Fix: "Check which system writes " + first + " and " + second + "."},
			sql: fmt.Sprintf("SELECT %s::text FROM [%s] AS r WHERE r.%s < r.%s - interval '1 second'", nameOf(relation), relation, second, first)}
	}
	future := func(relation, column string) rule {
		return rule{relation: relation, Explanation: source.Explanation{Wrong: "{is|are} dated in the future (" + column + ")", Effect: "Reports count {it|them} only when that time has come.", Fix: "Check the clock and the time zone of the system that writes {it|them}."}, sql: fmt.Sprintf("SELECT %s::text || ' (' || r.%[3]s || ')' FROM [%[2]s] AS r WHERE r.%[3]s > now() + interval '5 minutes'", nameOf(relation), relation, column)}
	}
	list = append(list,
		future("message", "created_at"), future("conversation", "created_at"), future("conversation_event", "at"),
		later("message", "created_at", "sent_at", "{was sent before it was|were sent before they were} created"),
		later("message", "created_at", "delivered_at", "{was delivered before it was|were delivered before they were} created"),
		later("message", "created_at", "read_at", "{was read before it was|were read before they were} created"),
		later("message", "created_at", "failed_at", "failed before {it was|they were} created"),
		later("message", "delivered_at", "read_at", "{was read before it was|were read before they were} delivered"),
		later("message", "sent_at", "delivered_at", "{was delivered before it was|were delivered before they were} sent"),
		later("conversation", "created_at", "first_response_at", "{was answered before it was|were answered before they were} opened"),
		later("csat", "sent_at", "answered_at", "{was answered before it was|were answered before they were} sent"),
		rule{relation: "conversation_event", needs: []string{"conversation_event.seconds"}, Explanation: source.Explanation{Wrong: "{has|have} a negative duration", Effect: "Reports use 0 instead.", Fix: "Check what writes seconds and business_seconds."},
			sql: "SELECT r.conversation_id::text || ' (' || r.name || ')' FROM [conversation_event] AS r WHERE r.seconds < 0 OR r.business_seconds < 0"},
		rule{relation: "message", needs: []string{"message.provider_message_id"}, allowed: true, Explanation: source.Explanation{Wrong: "{has|have} the same provider_message_id as another row of the line", Effect: "Reports may count a message twice.", Fix: "Check if the messages are stored twice."},
			sql: "SELECT r.message_id::text FROM (SELECT r.message_id, count(*) OVER (PARTITION BY r.line_id, r.provider_message_id) AS times FROM [message] AS r WHERE r.provider_message_id <> '') AS r WHERE r.times > 1"},
		rule{relation: "message", needs: []string{"message.status", "message.delivered_at"}, Explanation: source.Explanation{Wrong: "{has|have} a status before delivered, or failed, but a delivery or read time", Effect: "Reports count {it|them} as delivered or read.", Fix: "Update status when delivered_at or read_at is set."},
			sql: "SELECT r.message_id::text FROM [message] AS r WHERE lower(r.status) IN ('queued', 'pending', 'accepted', 'sent', 'failed') AND (r.delivered_at IS NOT NULL OR r.read_at IS NOT NULL)"},
		rule{relation: "message", allowed: true, Explanation: source.Explanation{Wrong: "{has|have} no contact", Effect: "Reports count {it|them} as {a message|messages}, but not in sessions and users.", Fix: "Set contact_id if the contact is known."}, sql: "SELECT r.message_id::text FROM [message] AS r WHERE r.contact_id IS NULL"},
		rule{relation: "message", needs: []string{"conversation", "message.conversation_id", "message.account_id", "conversation.account_id"}, Explanation: source.Explanation{Wrong: "{belongs to another account than its conversation|belong to other accounts than their conversations}", Effect: "Reports of one account may miss {it|them}.", Fix: "Correct account_id."},
			sql: "SELECT r.message_id::text FROM [message] AS r JOIN [conversation] AS o ON o.conversation_id = r.conversation_id WHERE o.account_id <> r.account_id"},
		rule{relation: "csat", needs: []string{"csat.sent_at"}, allowed: true, Explanation: source.Explanation{Wrong: "{is an answer to a survey|are answers to surveys} without a sending time", Effect: "Reports count the {answer|answers}, but no survey as sent.", Fix: "Set sent_at if it is known."},
			sql: fmt.Sprintf("SELECT %s FROM [csat] AS r WHERE r.sent_at IS NULL AND (r.rating IS NOT NULL OR r.answered_at IS NOT NULL)", nameOf("csat"))},
		rule{relation: "csat", Explanation: source.Explanation{Wrong: "{has|have} a rating that is not between 1 and 5", Effect: "CSAT metrics leave {it|them} out.", Fix: "Convert ratings to the scale from 1 to 5."}, sql: fmt.Sprintf("SELECT %s || ' (' || r.rating || ')' FROM [csat] AS r WHERE r.rating NOT BETWEEN 1 AND 5", nameOf("csat"))},
	)
	list = append(list, costRules()...)
	slices.SortStableFunc(list, func(a, b rule) int { return cmp.Compare(place(a.relation), place(b.relation)) })
	return list
}

// dangling explains a column that refers to a row that does not exist.
func dangling(column, to string, allowed bool) source.Explanation {
	article := "a "
	if to == "agent" {
		article = "an "
	}
	e := source.Explanation{
		Wrong:  "{refers|refer} to " + article + to + " that does not exist (" + column + ")",
		Effect: "Reports show the id, without the data of the " + to + ".",
		Fix:    "Add the missing rows to " + to + ", or correct " + column + ".",
	}
	if allowed {
		e.Fix = "If the " + to + " was deleted, there is nothing to do."
	}
	return e
}

// place is that of the relation in the contract.
func place(relation string) int {
	return slices.IndexFunc(source.Contract, func(r source.Relation) bool { return r.Name == relation })
}
