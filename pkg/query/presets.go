package query

// A Preset is a report: the query that answers it. Its title and description
// are texts of the catalogue.
type Preset struct {
	ID string
	// Fact is what a details report lists: message, initiation, conversation.
	Fact  string
	Query Query
}

// Presets in the order in which the editor offers them.
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
		Filters: []Filter{{Dimension: "send", Operator: "notIn", Values: []string{"(none)"}}},
		OrderBy: []Order{{By: "first_sent_at", Desc: true}, {By: "send"}},
		Limit:   100,
	}},
	{ID: "initiations_daily", Query: Query{
		Metrics: []string{"notifications"}, GroupBy: []string{"status"}, Bucket: "day", Format: "timeseries",
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
	{ID: "notification_details", Fact: "initiation", Query: Query{
		Format:  "details",
		Columns: []string{"created_at", "contact", "phone", "status", "replied", "origin", "template", "failure_text", "link"},
		Limit:   100,
	}},
}

// LookupPreset returns the preset of that id.
func LookupPreset(id string) (Preset, bool) {
	for _, p := range Presets {
		if p.ID == id {
			return p, true
		}
	}
	return Preset{}, false
}

// PresetIDs lists the reports.
func PresetIDs() []string {
	var ids []string
	for _, p := range Presets {
		ids = append(ids, p.ID)
	}
	return ids
}
