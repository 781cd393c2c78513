package query

import "github.com/parley-reports/parley/pkg/catalog"

// A Preset is a report: an id and the query that it stands for. Title and description
// are in the catalogue's texts.
type Preset struct {
	ID string
	// Fact is the fact of a details or events report.
	Fact  catalog.Fact
	Query Query
	// Fixed are the dimensions that an events report filters by itself. Queries cannot
	// filter by them, which would change the definition of the event.
	Fixed []string
}

// IsDetails reports whether the report lists single rows.
func (p Preset) IsDetails() bool { return p.Fact != "" && !p.IsEvents() }

// IsEvents reports whether the report lists events for annotations.
func (p Preset) IsEvents() bool { return p.Query.Format == "annotations" }

// Presets lists all reports in the order of the editor.
var Presets = []Preset{
	{ID: "channels", Query: Query{
		Metrics: []string{"sessions_by_business", "sessions_by_contact", "sessions_free_entry_point", "messages_sent", "messages_received", "cost_usd", "cost_unknown"},
		GroupBy: []string{"channel", "line"},
		OrderBy: []Order{{By: "channel"}, {By: "messages_sent", Desc: true}},
	}},
	{ID: "sessions_over_time", Query: Query{
		Metrics: []string{"sessions"}, GroupBy: []string{"initiator"}, Bucket: "auto", Format: "timeseries",
	}},
	{ID: "messages_over_time", Query: Query{
		Metrics: []string{"messages_sent", "messages_received", "sent_received_ratio"}, GroupBy: []string{"channel"}, Bucket: "auto", Format: "timeseries",
	}},
	{ID: "initiations", Query: Query{
		Metrics: []string{"initiations", "initiation_users", "notifications", "notification_users", "answered", "unanswered", "answer_rate", "answered_users", "unanswered_users",
			"notifications_failed", "notifications_pending", "notified", "notified_delivered", "notified_read", "new_users", "returning_users"},
	}},
	{ID: "sends", Query: Query{
		Metrics: []string{"first_sent_at", "notification_users", "notifications", "notified", "notified_delivered", "notified_read", "answered", "notifications_failed", "failure_reasons"},
		GroupBy: []string{"send"},
		Filters: []Filter{{Dimension: "send", Operator: "notIn", Values: []string{catalog.None}}},
		OrderBy: []Order{{By: "first_sent_at", Desc: true}, {By: "send"}},
		Limit:   100,
	}},
	{ID: "initiations_daily", Query: Query{
		Metrics: []string{"notifications"}, GroupBy: []string{"status"}, Bucket: "day", Format: "timeseries",
		Filters: []Filter{{Dimension: "status", Operator: "notIn", Values: []string{catalog.None}}}, // starts by a contact have none
	}},
	{ID: "funnel", Query: Query{
		Metrics: []string{"notified", "notified_delivered", "notified_read", "answered", "notified_delivery_rate", "notified_read_rate", "read_answer_rate", "answer_rate"},
	}},
	{ID: "failures", Query: Query{
		Metrics: []string{"notifications_failed", "notifications_failed_share"},
		GroupBy: []string{"failure_reason", "failure_code", "line", "template"},
		Filters: []Filter{{Dimension: "status", Operator: "in", Values: []string{"failed"}}},
		OrderBy: []Order{{By: "notifications_failed", Desc: true}},
	}},
	{ID: "notification_details", Fact: catalog.Initiation, Query: Query{
		Format:  "details",
		Columns: []string{"created_at", "contact", "status", "replied", "origin", "template", "failure_text", "link", "failure_reason", "session_started_at", "channel", "user_type", "delivered_at", "read_at", "replied_at"},
		Limit:   100,
	}},
	{ID: "overview", Query: Query{
		Metrics: []string{"conversations", "messages", "csat_score", "csat_average", "csat_responses", "first_response_time_p50", "failed_rate"},
		Compare: "previous_period",
	}},
	{ID: "agents", Query: Query{
		Metrics: []string{"conversations", "messages", "conversations_open", "conversations_unattended", "resolutions", "first_response_time_p50", "first_response_time_p90", "resolution_time_p50", "csat_average", "csat_score", "csat_responses"},
		GroupBy: []string{"agent"},
	}},
	{ID: "tags", Query: Query{
		Metrics: []string{"conversations", "conversations_share", "messages", "first_response_time_p50", "resolution_time_p50", "csat_average", "csat_score", "csat_responses"},
		GroupBy: []string{"conversation_tag"},
	}},
	{ID: "conversation_details", Fact: catalog.ConversationActive, Query: Query{
		Format: "details",
		Columns: []string{"conversation_id", "created_at", "contact", "channel", "line", "source", "agent", "team", "conversation_tag", "contact_tag", "conversation_status", "message_count",
			"first_response_time", "resolution_time", "csat_rating", "link"},
		Limit: 100,
	}},
	{ID: "open_conversations", Fact: catalog.ConversationNow, Query: Query{
		Format:  "details",
		Filters: []Filter{{Dimension: "conversation_status", Operator: "in", Values: []string{"open"}}},
		Columns: []string{"conversation_id", "created_at", "unattended", "contact", "channel", "line", "source", "agent", "team", "conversation_tag", "priority", "message_count", "first_response_time", "link"},
		Limit:   100,
	}},
	{ID: "message_details_sent", Fact: catalog.Message, Query: Query{
		Format:  "details",
		Filters: []Filter{{Dimension: "direction", Operator: "in", Values: []string{"outbound"}}},
		Columns: []string{"created_at", "status", "failure_reason", "failure_text", "phone", "line", "campaign", "agent", "content_type", "body", "in_window", "session_id", "initiator", "session_ends_at"},
		Limit:   100,
	}},
	{ID: "message_details_received", Fact: catalog.Message, Query: Query{
		Format:  "details",
		Filters: []Filter{{Dimension: "direction", Operator: "in", Values: []string{"inbound"}}},
		Columns: []string{"created_at", "phone", "line", "answered_campaign", "answered_agent", "content_type", "body", "button_payload"},
		Limit:   100,
	}},
	{ID: "message_log", Fact: catalog.Message, Query: Query{
		Format:  "logs",
		Columns: []string{"status", "direction", "channel", "line", "contact", "author_kind", "agent", "content_type", "template", "campaign", "failure_reason", "failure_code"},
	}},
	{ID: "traffic", Query: Query{
		Metrics: []string{"messages"}, GroupBy: []string{"weekday", "hour_of_day"}, Format: "heatmap",
	}},
	{ID: "cost", Query: Query{
		Metrics: []string{"cost_usd", "cost_unknown"}, GroupBy: []string{"channel", "line", "template_category", "country"}, Bucket: "auto", Format: "table",
	}},
	{ID: "campaign_sends", Fact: catalog.Initiation, Query: Query{Format: "annotations", Limit: maxEvents}},
	{ID: "failure_bursts", Fact: catalog.Message, Query: Query{Format: "annotations", Limit: maxEvents}, Fixed: []string{"status", "failure_reason", "failure_code", "direction"}},
	{ID: "template_changes", Fact: catalog.Message, Query: Query{Format: "annotations", Limit: maxEvents}, Fixed: []string{"direction"}},
}

// maxEvents is the default limit of events.
const maxEvents = 500

// LookupPreset returns the preset with the given id.
func LookupPreset(id string) (Preset, bool) {
	for _, p := range Presets {
		if p.ID == id {
			return p, true
		}
	}
	return Preset{}, false
}

// PresetIDs returns the ids of all reports.
func PresetIDs() []string {
	var ids []string
	for _, p := range Presets {
		ids = append(ids, p.ID)
	}
	return ids
}
