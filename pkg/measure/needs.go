// Package measure answers questions about metrics from facts in memory.
package measure

import (
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/compile"
	"github.com/parley-reports/parley/pkg/facts"
)

// Needs returns what facts a question reads.
func Needs(in compile.Input) facts.Needs {
	n := facts.Needs{Since: in.Range.From, Names: true}
	dimensions := slices.Clone(in.Query.GroupBy)
	for _, f := range in.Query.Filters {
		dimensions = append(dimensions, f.Dimension)
	}
	order, byFact := base(in.Query.Metrics)
	timeless := true
	for _, f := range order {
		timeless = timeless && f == catalog.ConversationNow
		conversational := isConversational(f)
		switch {
		case !conversational:
			n.Messages = true
		case f == catalog.CSATAnswer || f == catalog.CSATSurvey:
			n.Conversations, n.Ratings = true, true
		default:
			n.Conversations = true
			n.Messages = n.Messages || f == catalog.ConversationActive
		}
		for _, m := range byFact[f] {
			switch {
			case slices.ContainsFunc(m.Where, func(c catalog.Condition) bool { return c.Column == "user_type" }):
				n.UserTypes = true
			case m.Column == "cost" || m.ID == unknownCost:
				n.Costs, n.Contacts = true, true
			case conversational && (m.Column == "messages" || slices.ContainsFunc(m.Where, func(c catalog.Condition) bool { return c.Column == "is_unattended" })):
				n.Threads = true
			case conversational && m.Unit == catalog.Seconds:
				n.Threads = true
			}
		}
		for _, id := range dimensions {
			switch id {
			case "user_type":
				n.UserTypes = true
			case "contact", "country", "phone":
				n.Contacts = true
			case "contact_tag", "conversation_tag":
				n.Tags = true
			case "team", "business_hours", "conversation_id":
				n.Conversations = true
			case "agent", "source":
				n.Threads = n.Threads || conversational
				n.OldAgents = n.OldAgents || f == catalog.ConversationNow && id == "agent"
				n.OldSources = n.OldSources || f == catalog.ConversationNow && id == "source"
			}
		}
	}
	if timeless {
		n.Since = in.Now
	}
	return n
}

const unknownCost = "cost_unknown"

// isConversational reports whether the rows of a fact are conversations or what happened
// to them.
func isConversational(f catalog.Fact) bool {
	return f != catalog.Message && f != catalog.Session && f != catalog.Initiation
}

// base lists the aggregates that the metrics are made of, by fact, in the catalogue's
// order.
func base(ids []string) (order []catalog.Fact, byFact map[catalog.Fact][]catalog.Metric) {
	wanted := map[string]bool{}
	var want func(id string)
	want = func(id string) {
		m, _ := catalog.LookupMetric(id)
		switch {
		case strings.HasPrefix(id, "stage_"):
			for _, part := range funnel {
				want(part)
			}
		case m.ShareOf != "":
			want(m.ShareOf)
		case m.Derived():
			for _, part := range slices.Concat(m.Plus, m.Minus, m.Over) {
				want(part)
			}
		default:
			wanted[id] = true
		}
	}
	for _, id := range ids {
		want(id)
	}
	byFact = map[catalog.Fact][]catalog.Metric{}
	for _, m := range catalog.Metrics {
		if wanted[m.ID] {
			if byFact[m.Fact] == nil {
				order = append(order, m.Fact)
			}
			byFact[m.Fact] = append(byFact[m.Fact], m)
		}
	}
	return order, byFact
}

// funnel are the metrics of the stages of a funnel, in order.
var funnel = []string{"notified", "notified_delivered", "notified_read", "answered"}
