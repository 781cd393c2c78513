// Package measure answers questions from facts in memory: metrics by groups and intervals,
// lists and events.
package measure

import (
	"slices"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
)

// dimensionNeeds are the parts that dimensions read, whatever the fact.
var dimensionNeeds = map[string]facts.Parts{
	"user_type": facts.NeedUserTypes,
	"contact":   facts.NeedContacts, "country": facts.NeedContacts, "phone": facts.NeedContacts,
	"contact_tag": facts.NeedTags, "conversation_tag": facts.NeedTags,
	"team":            facts.NeedConversations | facts.NeedTeamNames,
	"business_hours":  facts.NeedConversations,
	"conversation_id": facts.NeedConversations,
	"account":         facts.NeedAccountNames, "agent": facts.NeedAgentNames, "campaign": facts.NeedCampaignNames, "send": facts.NeedCampaignNames,
}

// Needs returns what facts a question reads.
func Needs(in Question) facts.Needs {
	return needs(in, func(catalog.Fact) bool { return true })
}

// NeedsOf returns what of the facts a question reads that are measured by such shares.
func NeedsOf(in Question, by facts.ShareBy) facts.Needs {
	return needs(in, func(f catalog.Fact) bool { return SharedBy(f) == by })
}

// Shares returns the shares by which the facts of a question are measured.
func Shares(in Question) []facts.ShareBy {
	var list []facts.ShareBy
	order, _ := catalog.Aggregates(in.Query.Metrics)
	for _, f := range order {
		if by := SharedBy(f); !slices.Contains(list, by) {
			list = append(list, by)
		}
	}
	return list
}

// SharedBy is what a fact needs whole: the messages of contacts make sessions and users,
// everything else is about conversations.
func SharedBy(f catalog.Fact) facts.ShareBy {
	if isConversational(f) {
		return facts.WholeConversations
	}
	return facts.WholeContacts
}

func needs(in Question, measured func(catalog.Fact) bool) facts.Needs {
	n := facts.Needs{Since: in.Range.From}
	dimensions := slices.Clone(in.Query.GroupBy)
	for _, f := range in.Query.Filters {
		dimensions = append(dimensions, f.Dimension)
	}
	for _, id := range dimensions {
		n.Parts |= dimensionNeeds[id]
	}
	order, byFact := catalog.Aggregates(in.Query.Metrics)
	timeless := true
	for _, f := range order {
		if measured(f) {
			timeless = timeless && f == catalog.ConversationNow
			n.Parts |= factNeeds(f, byFact[f], dimensions)
		}
	}
	if timeless {
		n.Since = in.Now
	}
	return n
}

// ListNeeds returns what facts a details query reads.
func ListNeeds(in Question) facts.Needs {
	n := facts.Needs{Since: in.Range.From}
	columns := slices.Clone(in.Query.Columns)
	for _, f := range in.Query.Filters {
		columns = append(columns, f.Dimension)
	}
	for _, o := range in.Query.OrderBy {
		columns = append(columns, o.By)
	}
	for _, id := range columns {
		n.Parts |= dimensionNeeds[id] | columnNeeds[id]
	}
	fact := in.Query.DetailsFact()
	n.Parts |= factNeeds(fact, nil, columns)
	if fact == catalog.ConversationNow {
		n.Since = in.Now
	}
	return n
}

// columnNeeds are the parts that columns of lists read.
var columnNeeds = map[string]facts.Parts{
	"message_count": facts.NeedThreads, "first_response_time": facts.NeedThreads, "resolved_at": facts.NeedThreads, "resolution_time": facts.NeedThreads,
	"answered_agent": facts.NeedAgentNames, "answered_campaign": facts.NeedCampaignNames,
	"link": facts.NeedConversations,
}

// factNeeds are the parts that the metrics of a fact read, and its rows.
func factNeeds(f catalog.Fact, metrics []catalog.Metric, dimensions []string) (parts facts.Parts) {
	conversational := isConversational(f)
	switch {
	case !conversational:
		parts = facts.NeedMessages
	case f == catalog.ConversationActive:
		parts = facts.NeedMessages | facts.NeedConversations
	case f == catalog.CSATAnswer || f == catalog.CSATSurvey:
		parts = facts.NeedConversations | facts.NeedRatings
	case f == catalog.Event:
		parts = facts.NeedConversations | facts.NeedEvents
	default:
		parts = facts.NeedConversations
	}
	for _, m := range metrics {
		looksAt := func(column string) bool {
			return slices.ContainsFunc(m.Where, func(c catalog.Condition) bool { return c.Column == column })
		}
		switch {
		case looksAt("user_type"):
			parts |= facts.NeedUserTypes
		case m.Column == "cost" || looksAt("cost_unknown"):
			parts |= facts.NeedCosts
		case conversational && (m.Column == "messages" || m.Unit == catalog.Seconds || looksAt("is_unattended")):
			parts |= facts.NeedThreads
		}
	}
	for _, id := range dimensions {
		switch {
		case conversational && id == "unattended":
			parts |= facts.NeedThreads
		case !conversational || id != "agent" && id != "source":
		case f != catalog.ConversationNow:
			parts |= facts.NeedThreads
		case id == "agent":
			parts |= facts.NeedThreads | facts.NeedOldAgents
		default:
			parts |= facts.NeedThreads | facts.NeedOldSources
		}
	}
	return parts
}

// isConversational reports whether the rows of a fact are conversations or what happened
// to them.
func isConversational(f catalog.Fact) bool {
	return f != catalog.Message && f != catalog.Session && f != catalog.Initiation
}
