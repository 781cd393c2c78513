package catalog

import (
	"slices"
)

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

// is is the condition that a column has one of the values.
func is(column string, values ...string) Condition { return Condition{column, values} }

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
