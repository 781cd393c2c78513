// Package catalog is the semantic layer, stored as data: facts, metrics, dimensions and
// their texts in every language. Package measure computes them; the editor and the
// documentation show them. No code here computes a number.
package catalog

import (
	"slices"
	"strings"
)

// A Fact is what a metric counts, together with the event time it is counted at.
type Fact string

// The facts and their event times.
const (
	Message            Fact = "message"             // created_at
	Session            Fact = "session"             // started_at
	Initiation         Fact = "initiation"          // created_at of the opener
	Conversation       Fact = "conversation"        // created_at
	ConversationActive Fact = "conversation_active" // time of a message, or created_at
	ConversationNow    Fact = "conversation_now"    // this moment, whatever the range
	Event              Fact = "conversation_event"  // at
	CSATAnswer         Fact = "csat_answer"         // answered_at, else sent_at
	CSATSurvey         Fact = "csat_survey"         // sent_at
)

// IsConversation reports whether a details report of the fact lists conversations.
func (f Fact) IsConversation() bool { return f == ConversationActive || f == ConversationNow }

// A Unit is the unit of a value. It decides how the value is formatted.
type Unit string

// The units of metrics.
const (
	Count   Unit = "count"
	Ratio   Unit = "ratio" // a share: 1 is 100%
	Number  Unit = "number"
	Seconds Unit = "seconds"
	USD     Unit = "usd"
	Text    Unit = "text"
	Instant Unit = "time"
)

// An Aggregate says how the rows of a fact become a value.
type Aggregate string

// The aggregates.
const (
	Rows     Aggregate = "rows"     // the number of rows
	Users    Aggregate = "users"    // the number of distinct users
	Distinct Aggregate = "distinct" // the number of distinct values of a column
	Sum      Aggregate = "sum"      // the sum of a column
	Average  Aggregate = "average"  // the mean of a column
	Median   Aggregate = "median"   // the 50th percentile, interpolated
	P90      Aggregate = "p90"      // the 90th percentile, interpolated
	Earliest Aggregate = "earliest" // the first event time
	Latest   Aggregate = "latest"   // the last event time
	Shared   Aggregate = "shared"   // the value that all rows share which have one
	Tally    Aggregate = "tally"    // each value of a column with its number of rows
)

// A Condition keeps the rows in which a column has one of the values.
type Condition struct {
	Column string
	Values []string
}

// A Metric is one number: either an aggregate over the rows of its fact, or a formula
// over aggregates of the same fact: (sum of Plus - sum of Minus) / sum of Over.
type Metric struct {
	ID   string
	Fact Fact
	Unit Unit
	// Aggregate is computed over the rows that fulfil all conditions of Where; Column is
	// what it reads, where it reads one.
	Aggregate Aggregate
	Column    string
	Where     []Condition
	// Additive is true if the values of disjoint ranges or rows add up.
	Additive bool
	Plus     []string
	Minus    []string
	Over     []string
	// Stage is what the metric shows of each stage of the funnel; empty for all others.
	Stage StageValue
	// Unknown is the id of the metric that counts the rows that are missing from a sum
	// because their value is unknown.
	Unknown string
	// ShareOf is the id of another metric. The value is that metric's share of
	// its total over all rows of the same bucket.
	ShareOf string
	// Needs lists the relations that the metric requires.
	Needs []string
	// Internal metrics are parts of formulas. The editor does not offer them.
	Internal bool
}

// A StageValue is a value of a stage of the funnel.
type StageValue string

// The values of stages.
const (
	Reached         StageValue = "reached"
	ShareOfPrevious StageValue = "share of the stage before"
	ShareOfFirst    StageValue = "share of the first stage"
)

// CountsUnknown reports whether the metric counts the rows that are missing from a sum.
func (m Metric) CountsUnknown() bool {
	return m.ID != "" && slices.ContainsFunc(Metrics, func(sum Metric) bool { return sum.Unknown == m.ID })
}

// Derived reports whether the metric is a formula over other metrics.
func (m Metric) Derived() bool { return len(m.Plus) > 0 || m.ShareOf != "" }

// Numeric reports whether the metric is a number that can be plotted and compared
// with a threshold.
func (m Metric) Numeric() bool { return m.Unit != Text && m.Unit != Instant }

// A Kind is the kind of values that a dimension has.
type Kind string

// The kinds of dimensions.
const (
	KindText   Kind = "text"   // free text: its value is its name
	KindEntity Kind = "entity" // an id with a name in a relation of the contract
	KindEnum   Kind = "enum"   // a fixed set of values with texts in the catalogue
	KindNumber Kind = "number" // a small integer
	KindTime   Kind = "time"   // the start of a calendar bucket
)

// A Dimension groups and filters metrics.
type Dimension struct {
	ID    string
	Kind  Kind
	Facts []Fact
	// Relation and its Name column give an entity's name.
	Relation string
	// Values are the values of an enum, in display order.
	Values []string
	// Multi is true if one fact row can have several values (tags, stages).
	Multi bool
	// Funnel is true for the stages of the funnel. They only group, and only the metrics
	// of stages.
	Funnel bool
	// Needs lists the relations that the dimension requires.
	Needs []string
}

// Has reports whether the dimension can group or filter the fact.
func (d Dimension) Has(f Fact) bool { return slices.Contains(d.Facts, f) }

// None is the value for "no value" in filters and results.
const None = "(none)"

var (
	conversationFacts = []Fact{Conversation, ConversationActive, ConversationNow, Event, CSATAnswer, CSATSurvey}
	messageFacts      = []Fact{Message, Session, Initiation}
	allFacts          = append(append([]Fact{}, messageFacts...), conversationFacts...)
	timedFacts        = slices.DeleteFunc(slices.Clone(allFacts), func(f Fact) bool { return f == ConversationNow })
)

// Dimensions lists all dimensions in the order of the editor.
var Dimensions = []Dimension{
	{ID: "account", Kind: KindEntity, Facts: allFacts, Relation: "account"},
	{ID: "subaccount", Kind: KindText, Facts: messageFacts},
	{ID: "channel", Kind: KindEnum, Facts: allFacts, Values: []string{"whatsapp", "instagram", "messenger", "telegram", "sms", "webchat", "email", "voice", "other"}},
	{ID: "line", Kind: KindEntity, Facts: allFacts, Relation: "line"},
	{ID: "team", Kind: KindEntity, Facts: allFacts, Relation: "team"},
	{ID: "agent", Kind: KindEntity, Facts: allFacts, Relation: "agent"},
	{ID: "contact", Kind: KindEntity, Facts: allFacts, Relation: "contact"},
	{ID: "contact_tag", Kind: KindText, Facts: allFacts, Multi: true, Needs: []string{"tag"}},
	{ID: "conversation_tag", Kind: KindText, Facts: allFacts, Multi: true, Needs: []string{"tag"}},
	{ID: "country", Kind: KindText, Facts: allFacts},
	{ID: "phone", Kind: KindText, Facts: allFacts},
	{ID: "business_hours", Kind: KindEnum, Facts: allFacts, Values: []string{"inside", "outside"}, Needs: []string{"working_hours"}},
	{ID: "conversation_id", Kind: KindEntity, Facts: allFacts, Relation: "conversation"},
	{ID: "template", Kind: KindText, Facts: messageFacts},
	{ID: "template_category", Kind: KindEnum, Facts: messageFacts, Values: []string{"marketing", "marketing_lite", "utility", "authentication", "authentication_international", "service"}},
	{ID: "language", Kind: KindText, Facts: messageFacts},
	{ID: "campaign", Kind: KindEntity, Facts: messageFacts, Relation: "campaign"},
	{ID: "correlation_id", Kind: KindText, Facts: messageFacts},
	{ID: "session_id", Kind: KindText, Facts: messageFacts},
	{ID: "initiator", Kind: KindEnum, Facts: messageFacts, Values: []string{"business", "contact", "free_entry_point"}},
	{ID: "origin", Kind: KindEnum, Facts: messageFacts, Values: []string{"campaign", "template", "flow", "inbox", "inbound", "referred_campaign", "referred_webchat", "other"}},
	{ID: "user_type", Kind: KindEnum, Facts: messageFacts, Values: []string{"new", "returning"}},
	{ID: "status", Kind: KindEnum, Facts: []Fact{Message, Initiation}, Values: []string{"failed", "pending", "sent", "delivered", "read", "replied"}},
	{ID: "failure_reason", Kind: KindEnum, Facts: []Fact{Message, Initiation}, Values: []string{"template_parameters", "limit_reached", "number_unreachable", "wrong_destination", "window_closed", "recipient_choice", "template_state", "account_problem", "media", "server", "unknown"}},
	{ID: "failure_code", Kind: KindText, Facts: []Fact{Message, Initiation}},
	{ID: "direction", Kind: KindEnum, Facts: []Fact{Message}, Values: []string{"inbound", "outbound"}},
	{ID: "author_kind", Kind: KindEnum, Facts: []Fact{Message}, Values: []string{"contact", "agent", "bot", "campaign", "system"}},
	{ID: "content_type", Kind: KindText, Facts: []Fact{Message}},
	{ID: "in_window", Kind: KindEnum, Facts: []Fact{Message}, Values: []string{"open", "closed"}},
	{ID: "source", Kind: KindEnum, Facts: conversationFacts, Values: []string{"inbox", "flow", "inbound", "other"}, Needs: []string{"conversation"}},
	{ID: "conversation_status", Kind: KindEnum, Facts: conversationFacts, Values: []string{"open", "pending", "snoozed", "resolved"}, Needs: []string{"conversation"}},
	{ID: "unattended", Kind: KindEnum, Facts: conversationFacts, Values: []string{"yes", "no"}, Needs: []string{"conversation"}},
	{ID: "opened_in_period", Kind: KindEnum, Facts: conversationFacts, Values: []string{"yes", "no"}, Needs: []string{"conversation"}},
	{ID: "priority", Kind: KindText, Facts: conversationFacts, Needs: []string{"conversation"}},
	{ID: "rating", Kind: KindNumber, Facts: []Fact{CSATAnswer, CSATSurvey}},
	{ID: "stage", Kind: KindEnum, Facts: []Fact{Initiation}, Values: []string{"sent", "delivered", "read", "replied"}, Multi: true, Funnel: true},
	{ID: "send", Kind: KindEntity, Facts: []Fact{Message, Initiation}, Relation: "campaign"},
	{ID: "hour", Kind: KindTime, Facts: timedFacts},
	{ID: "day", Kind: KindTime, Facts: timedFacts},
	{ID: "week", Kind: KindTime, Facts: timedFacts},
	{ID: "month", Kind: KindTime, Facts: timedFacts},
	{ID: "weekday", Kind: KindNumber, Facts: timedFacts},
	{ID: "hour_of_day", Kind: KindNumber, Facts: timedFacts},
}

// is is the condition that a column has one of the values.
func is(column string, values ...string) Condition { return Condition{column, values} }

// Conditions that several metrics share.
var (
	inbound   = is("direction", "inbound")
	outbound  = is("direction", "outbound")
	sent      = is("stage", "sent", "delivered", "read")
	delivered = is("stage", "delivered", "read")
	notified  = is("status", "sent", "delivered", "read", "replied")
	answered  = is("status", "replied")
	isNew     = is("user_type", "new")
)

func count(f Fact, id string, where ...Condition) Metric {
	return Metric{ID: id, Fact: f, Unit: Count, Additive: true, Aggregate: Rows, Where: where}
}

func users(f Fact, id string, where ...Condition) Metric {
	return Metric{ID: id, Fact: f, Unit: Count, Aggregate: Users, Where: where}
}

func distinct(f Fact, id, column string, where ...Condition) Metric {
	return Metric{ID: id, Fact: f, Unit: Count, Aggregate: Distinct, Column: column, Where: where}
}

// total is the sum of a column of whole numbers.
func total(f Fact, id, column string) Metric {
	return Metric{ID: id, Fact: f, Unit: Count, Additive: true, Aggregate: Sum, Column: column}
}

func sum(f Fact, id string, plus ...string) Metric {
	return Metric{ID: id, Fact: f, Unit: Count, Additive: true, Plus: plus}
}

func ratio(f Fact, id string, unit Unit, plus string, over ...string) Metric {
	return Metric{ID: id, Fact: f, Unit: unit, Plus: []string{plus}, Over: over}
}

func share(f Fact, id, of string) Metric { return Metric{ID: id, Fact: f, Unit: Ratio, ShareOf: of} }

func internal(m Metric) Metric { m.Internal = true; return m }

func needs(m Metric, relations ...string) Metric { m.Needs = relations; return m }

// durations returns the average, median and 90th percentile of a duration, in seconds.
func durations(f Fact, id string, relations []string, where ...Condition) []Metric {
	var ms []Metric
	for _, s := range []struct {
		end       string
		aggregate Aggregate
	}{{"_avg", Average}, {"_p50", Median}, {"_p90", P90}} {
		ms = append(ms, Metric{ID: id + s.end, Fact: f, Unit: Seconds, Needs: relations, Aggregate: s.aggregate, Column: id, Where: where})
	}
	return ms
}

// Metrics lists all metrics in the order of the editor.
var Metrics = slices.Concat(
	[]Metric{
		count(Message, "messages_outbound", outbound),
		count(Message, "messages_sent", sent),
		count(Message, "messages_received", inbound),
		sum(Message, "messages", "messages_sent", "messages_received"),
		count(Message, "messages_delivered", delivered),
		count(Message, "messages_read", is("stage", "read")),
		count(Message, "messages_failed", is("stage", "failed")),
		count(Message, "messages_pending", is("stage", "pending")),
		{ID: "failure_meaning", Fact: Message, Unit: Text, Aggregate: Shared, Column: "failure_meaning"},
		{ID: "failure_advice", Fact: Message, Unit: Text, Aggregate: Shared, Column: "failure_reason"},
		ratio(Message, "failed_rate", Ratio, "messages_failed", "messages_failed", "messages_sent"),
		ratio(Message, "delivery_rate", Ratio, "messages_delivered", "messages_failed", "messages_sent"),
		ratio(Message, "read_rate", Ratio, "messages_read", "messages_delivered"),
		ratio(Message, "sent_received_ratio", Number, "messages_sent", "messages_received"),
		internal(count(Message, "messages_sent_in_window", sent, is("in_window", "open"))),
		ratio(Message, "sent_in_window_share", Ratio, "messages_sent_in_window", "messages_sent"),
		count(Message, "templates_sent", sent, is("is_template", "true")),
		count(Message, "button_clicks", inbound, is("has_button", "true")),
		users(Message, "active_contacts", inbound),
		distinct(Message, "active_agents", "agent", outbound, is("author_kind", "agent")),
		{ID: "cost_usd", Fact: Message, Unit: USD, Additive: true, Aggregate: Sum, Column: "cost", Unknown: "cost_unknown"},
		count(Message, "cost_unknown", is("cost_unknown", "true")),

		count(Session, "sessions"),
		count(Session, "sessions_by_business", is("initiator", "business")),
		count(Session, "sessions_by_contact", is("initiator", "contact")),
		count(Session, "sessions_free_entry_point", is("initiator", "free_entry_point")),
		users(Session, "session_users"),
		users(Session, "session_users_new", isNew),
		{ID: "session_users_returning", Fact: Session, Unit: Count, Plus: []string{"session_users"}, Minus: []string{"session_users_new"}},
		internal(total(Session, "session_messages", "messages")),
		ratio(Session, "messages_per_session", Number, "session_messages", "sessions"),

		count(Initiation, "initiations"),
		users(Initiation, "initiation_users"),
		count(Initiation, "notifications", outbound),
		users(Initiation, "notification_users", outbound),
		share(Initiation, "notifications_share", "notifications"),
		count(Initiation, "notifications_failed", is("status", "failed")),
		share(Initiation, "notifications_failed_share", "notifications_failed"),
		count(Initiation, "notifications_pending", is("status", "pending")),
		ratio(Initiation, "notification_failed_rate", Ratio, "notifications_failed", "notifications_failed", "notified"),
		count(Initiation, "notified", notified),
		count(Initiation, "notified_delivered", is("status", "delivered", "read", "replied")),
		count(Initiation, "notified_read", is("status", "read", "replied")),
		count(Initiation, "answered", answered),
		ratio(Initiation, "notified_delivery_rate", Ratio, "notified_delivered", "notified"),
		ratio(Initiation, "notified_read_rate", Ratio, "notified_read", "notified_delivered"),
		ratio(Initiation, "read_answer_rate", Ratio, "answered", "notified_read"),
		{ID: "unanswered", Fact: Initiation, Unit: Count, Additive: true, Plus: []string{"notified"}, Minus: []string{"answered"}},
		ratio(Initiation, "answer_rate", Ratio, "answered", "notified"),
		users(Initiation, "notified_users", notified),
		users(Initiation, "answered_users", answered),
		{ID: "unanswered_users", Fact: Initiation, Unit: Count, Plus: []string{"notified_users"}, Minus: []string{"answered_users"}},
		users(Initiation, "new_users", notified, isNew),
		{ID: "returning_users", Fact: Initiation, Unit: Count, Plus: []string{"notified_users"}, Minus: []string{"new_users"}},
		{ID: "stage_reached", Fact: Initiation, Unit: Count, Additive: true, Stage: Reached},
		{ID: "stage_share_of_previous", Fact: Initiation, Unit: Ratio, Stage: ShareOfPrevious},
		{ID: "stage_share_of_sent", Fact: Initiation, Unit: Ratio, Stage: ShareOfFirst},
		{ID: "first_sent_at", Fact: Initiation, Unit: Instant, Aggregate: Earliest, Where: []Condition{outbound}},
		{ID: "last_sent_at", Fact: Initiation, Unit: Instant, Aggregate: Latest, Where: []Condition{outbound}},
		{ID: "failure_reasons", Fact: Initiation, Unit: Text, Aggregate: Tally, Column: "failure_reason"},
	},
	durations(Initiation, "time_to_reply", nil, answered),
	[]Metric{
		needs(count(Conversation, "conversations"), "conversation"),
		needs(share(Conversation, "conversations_share", "conversations"), "conversation"),
		needs(count(Conversation, "conversations_open", is("is_open", "true")), "conversation"),
		needs(count(Conversation, "conversations_unattended", is("is_unattended", "true")), "conversation"),
		internal(needs(total(Conversation, "conversation_messages", "messages"), "conversation")),
		needs(ratio(Conversation, "messages_per_conversation", Number, "conversation_messages", "conversations"), "conversation"),
	},
	durations(Conversation, "first_response_time", []string{"conversation"}),
	durations(Conversation, "first_response_time_business", []string{"conversation", "conversation_event"}),
	[]Metric{
		needs(distinct(ConversationActive, "conversations_active", "conversation_id"), "conversation"),
		needs(distinct(ConversationNow, "open_now", "conversation_id", is("is_open", "true")), "conversation"),
		needs(distinct(ConversationNow, "unattended_now", "conversation_id", is("is_unattended", "true")), "conversation"),
		needs(count(Event, "resolutions", is("event", "resolved")), "conversation_event"),
		needs(count(Event, "bot_resolutions", is("event", "bot_resolved")), "conversation_event"),
		needs(count(Event, "reopenings", is("event", "reopened")), "conversation_event"),
	},
	durations(Event, "resolution_time", []string{"conversation_event"}, is("event", "resolved")),
	durations(Event, "reply_time", []string{"conversation"}, is("event", "reply")),
	[]Metric{
		needs(count(CSATAnswer, "csat_responses"), "csat"),
		needs(Metric{ID: "csat_average", Fact: CSATAnswer, Unit: Number, Aggregate: Average, Column: "rating"}, "csat"),
		internal(needs(count(CSATAnswer, "csat_positive", is("rating", "4", "5")), "csat")),
		needs(ratio(CSATAnswer, "csat_score", Ratio, "csat_positive", "csat_responses"), "csat"),
		needs(count(CSATSurvey, "csat_surveys"), "csat"),
		internal(needs(count(CSATSurvey, "csat_surveys_answered", is("is_answered", "true")), "csat")),
		needs(ratio(CSATSurvey, "csat_response_rate", Ratio, "csat_surveys_answered", "csat_surveys"), "csat"),
	},
)

var (
	metricByID    = index(Metrics, func(m Metric) string { return m.ID })
	dimensionByID = index(Dimensions, func(d Dimension) string { return d.ID })
)

func index[T any](items []T, id func(T) string) map[string]T {
	byID := make(map[string]T, len(items))
	for _, item := range items {
		byID[id(item)] = item
	}
	return byID
}

// LookupMetric returns the metric with the given id.
func LookupMetric(id string) (Metric, bool) { m, ok := metricByID[id]; return m, ok }

// LookupDimension returns the dimension with the given id.
func LookupDimension(id string) (Dimension, bool) { d, ok := dimensionByID[id]; return d, ok }

// MetricIDs returns the ids of all metrics that a query can use.
func MetricIDs() []string {
	var ids []string
	for _, m := range Metrics {
		if !m.Internal {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// GroupableBy returns the dimensions of a fact that its metrics can be grouped by: those
// of the funnel also by its stages.
func GroupableBy(f Fact, ofFunnel bool) []string {
	return slices.DeleteFunc(DimensionIDs(f), func(id string) bool {
		d, _ := LookupDimension(id)
		return d.Funnel && !ofFunnel
	})
}

// DimensionIDs returns the ids of the dimensions that apply to the fact, or of all
// dimensions if the fact is empty.
func DimensionIDs(f Fact) []string {
	var ids []string
	for _, d := range Dimensions {
		if f == "" || d.Has(f) {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// Nearest returns the candidate with the smallest edit distance to the word, or ""
// if none is close enough to be a typo.
func Nearest(word string, candidates []string) string {
	best, bestDistance := "", max(2, len(word)/3)+1
	for _, c := range candidates {
		if len(word)-len(c) >= bestDistance {
			continue // a long word is compared with none
		}
		if d := editDistance(strings.ToLower(word), c); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost = 1 + min(diagonal, row[j], row[j-1])
			}
			diagonal, row[j] = row[j], cost
		}
	}
	return row[len(b)]
}

// Facts lists all facts in the order of the editor.
var Facts = []Fact{Message, Session, Initiation, Conversation, ConversationActive, ConversationNow, Event, CSATAnswer, CSATSurvey}
