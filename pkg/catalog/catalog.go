// Package catalog is the semantic layer, stored as data: facts, metrics,
// dimensions and their texts in every language. The compiler turns the entries
// into SQL; the editor and the documentation show them. No code here computes a
// number.
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

// A Metric is one number: either a base aggregate, which the compiler has SQL
// for, or a formula over base aggregates of the same fact:
// (sum of Plus - sum of Minus) / sum of Over.
type Metric struct {
	ID   string
	Fact Fact
	Unit Unit
	// Additive is true if the values of disjoint ranges or rows add up.
	Additive bool
	Plus     []string
	Minus    []string
	Over     []string
	// ShareOf is the id of another metric. The value is that metric's share of
	// its total over all rows of the same bucket.
	ShareOf string
	// Needs lists the relations that the metric requires.
	Needs []string
	// Internal metrics are parts of formulas. The editor does not offer them.
	Internal bool
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
	{ID: "priority", Kind: KindText, Facts: conversationFacts, Needs: []string{"conversation"}},
	{ID: "rating", Kind: KindNumber, Facts: []Fact{CSATAnswer, CSATSurvey}},
	{ID: "stage", Kind: KindEnum, Facts: []Fact{Initiation}, Values: []string{"sent", "delivered", "read", "replied"}, Multi: true},
	{ID: "send", Kind: KindEntity, Facts: []Fact{Initiation}, Relation: "campaign"},
	{ID: "hour", Kind: KindTime, Facts: timedFacts},
	{ID: "day", Kind: KindTime, Facts: timedFacts},
	{ID: "week", Kind: KindTime, Facts: timedFacts},
	{ID: "month", Kind: KindTime, Facts: timedFacts},
	{ID: "weekday", Kind: KindNumber, Facts: timedFacts},
	{ID: "hour_of_day", Kind: KindNumber, Facts: timedFacts},
}

func count(f Fact, id string) Metric { return Metric{ID: id, Fact: f, Unit: Count, Additive: true} }

func distinct(f Fact, id string) Metric { return Metric{ID: id, Fact: f, Unit: Count} }

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
func durations(f Fact, id string, relations ...string) []Metric {
	var ms []Metric
	for _, s := range []string{"_avg", "_p50", "_p90"} {
		ms = append(ms, Metric{ID: id + s, Fact: f, Unit: Seconds, Needs: relations})
	}
	return ms
}

// Metrics lists all metrics in the order of the editor.
var Metrics = slices.Concat(
	[]Metric{
		count(Message, "messages_outbound"),
		count(Message, "messages_sent"),
		count(Message, "messages_received"),
		sum(Message, "messages", "messages_sent", "messages_received"),
		count(Message, "messages_delivered"),
		count(Message, "messages_read"),
		count(Message, "messages_failed"),
		count(Message, "messages_pending"),
		{ID: "failure_meaning", Fact: Message, Unit: Text},
		{ID: "failure_advice", Fact: Message, Unit: Text},
		ratio(Message, "failed_rate", Ratio, "messages_failed", "messages_failed", "messages_sent"),
		ratio(Message, "delivery_rate", Ratio, "messages_delivered", "messages_failed", "messages_sent"),
		ratio(Message, "read_rate", Ratio, "messages_read", "messages_delivered"),
		ratio(Message, "sent_received_ratio", Number, "messages_sent", "messages_received"),
		internal(count(Message, "messages_sent_in_window")),
		ratio(Message, "sent_in_window_share", Ratio, "messages_sent_in_window", "messages_sent"),
		count(Message, "templates_sent"),
		count(Message, "button_clicks"),
		distinct(Message, "active_contacts"),
		distinct(Message, "active_agents"),
		{ID: "cost_usd", Fact: Message, Unit: USD, Additive: true},
		count(Message, "cost_unknown"),

		count(Session, "sessions"),
		count(Session, "sessions_by_business"),
		count(Session, "sessions_by_contact"),
		count(Session, "sessions_free_entry_point"),
		distinct(Session, "session_users"),
		distinct(Session, "session_users_new"),
		{ID: "session_users_returning", Fact: Session, Unit: Count, Plus: []string{"session_users"}, Minus: []string{"session_users_new"}},
		internal(count(Session, "session_messages")),
		ratio(Session, "messages_per_session", Number, "session_messages", "sessions"),

		count(Initiation, "initiations"),
		distinct(Initiation, "initiation_users"),
		count(Initiation, "notifications"),
		distinct(Initiation, "notification_users"),
		share(Initiation, "notifications_share", "notifications"),
		count(Initiation, "notifications_failed"),
		share(Initiation, "notifications_failed_share", "notifications_failed"),
		count(Initiation, "notifications_pending"),
		ratio(Initiation, "notification_failed_rate", Ratio, "notifications_failed", "notifications_failed", "notified"),
		count(Initiation, "notified"),
		count(Initiation, "notified_delivered"),
		count(Initiation, "notified_read"),
		count(Initiation, "answered"),
		ratio(Initiation, "notified_delivery_rate", Ratio, "notified_delivered", "notified"),
		ratio(Initiation, "notified_read_rate", Ratio, "notified_read", "notified_delivered"),
		ratio(Initiation, "read_answer_rate", Ratio, "answered", "notified_read"),
		{ID: "unanswered", Fact: Initiation, Unit: Count, Additive: true, Plus: []string{"notified"}, Minus: []string{"answered"}},
		ratio(Initiation, "answer_rate", Ratio, "answered", "notified"),
		distinct(Initiation, "notified_users"),
		distinct(Initiation, "answered_users"),
		{ID: "unanswered_users", Fact: Initiation, Unit: Count, Plus: []string{"notified_users"}, Minus: []string{"answered_users"}},
		distinct(Initiation, "new_users"),
		{ID: "returning_users", Fact: Initiation, Unit: Count, Plus: []string{"notified_users"}, Minus: []string{"new_users"}},
		count(Initiation, "stage_reached"),
		{ID: "stage_share_of_previous", Fact: Initiation, Unit: Ratio},
		{ID: "stage_share_of_sent", Fact: Initiation, Unit: Ratio},
		{ID: "first_sent_at", Fact: Initiation, Unit: Instant},
		{ID: "last_sent_at", Fact: Initiation, Unit: Instant},
		{ID: "failure_reasons", Fact: Initiation, Unit: Text},
	},
	durations(Initiation, "time_to_reply"),
	[]Metric{
		needs(count(Conversation, "conversations"), "conversation"),
		needs(share(Conversation, "conversations_share", "conversations"), "conversation"),
		needs(count(Conversation, "conversations_open"), "conversation"),
		needs(count(Conversation, "conversations_unattended"), "conversation"),
		internal(needs(count(Conversation, "conversation_messages"), "conversation")),
		needs(ratio(Conversation, "messages_per_conversation", Number, "conversation_messages", "conversations"), "conversation"),
	},
	durations(Conversation, "first_response_time", "conversation"),
	durations(Conversation, "first_response_time_business", "conversation", "conversation_event"),
	[]Metric{
		needs(distinct(ConversationActive, "conversations_active"), "conversation"),
		needs(distinct(ConversationNow, "open_now"), "conversation"),
		needs(distinct(ConversationNow, "unattended_now"), "conversation"),
		needs(count(Event, "resolutions"), "conversation_event"),
		needs(count(Event, "bot_resolutions"), "conversation_event"),
		needs(count(Event, "reopenings"), "conversation_event"),
	},
	durations(Event, "resolution_time", "conversation_event"),
	durations(Event, "reply_time", "conversation"),
	[]Metric{
		needs(count(CSATAnswer, "csat_responses"), "csat"),
		needs(Metric{ID: "csat_average", Fact: CSATAnswer, Unit: Number}, "csat"),
		internal(needs(count(CSATAnswer, "csat_positive"), "csat")),
		needs(ratio(CSATAnswer, "csat_score", Ratio, "csat_positive", "csat_responses"), "csat"),
		needs(count(CSATSurvey, "csat_surveys"), "csat"),
		internal(needs(count(CSATSurvey, "csat_surveys_answered"), "csat")),
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
