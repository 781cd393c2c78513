package catalog

import "slices"

// What tells about delivery: one of these columns at least.
var (
	tellsDelivery = []string{"message.status", "message.delivered_at", "message.read_at"}
	tellsReading  = []string{"message.status", "message.read_at"}
	tellsFailure  = []string{"message.status", "message.failed_at"}
	tellsAgents   = []string{"message.author_kind"}
)

// evidence lists, for what hangs on columns that a database need not know, those
// columns, any of which is enough. Without them a metric is unknown, a dimension
// has no values, and a column of details is empty. Of events the name stands for
// the column: a source says which of them it does not record.
var evidence = map[string][]string{
	"messages_delivered": tellsDelivery, "messages_read": tellsReading,
	"messages_failed": tellsFailure, "messages_pending": {"message.status.pending"},
	"templates_sent": {"message.template_name", "message.template_category"}, "button_clicks": {"message.button_payload"},
	"active_agents":             {"message.agent_id"},
	"cost_usd":                  append([]string{"message.price_usd"}, tellsDelivery...),
	"cost_unknown":              tellsDelivery,
	"sessions_free_entry_point": {"message.is_referral"},
	"notifications_failed":      tellsFailure, "notifications_pending": {"message.status.pending"},
	"notified_delivered": tellsDelivery, "notified_read": tellsReading,
	"stage_reached": tellsReading, "stage_share_of_previous": tellsReading, "stage_share_of_sent": tellsReading,
	"failure_reasons":              {"message.error_code"},
	"conversations_open":           {"conversation.status"},
	"conversations_unattended":     {"conversation.status"},
	"open_now":                     {"conversation.status"},
	"unattended_now":               {"conversation.status"},
	"resolutions":                  {"conversation_event.resolved"},
	"bot_resolutions":              {"conversation_event.bot_resolved"},
	"reopenings":                   {"conversation_event.reopened"},
	"resolution_time":              {"conversation_event.resolved"},
	"reply_time":                   append([]string{"conversation_event.reply"}, tellsAgents...),
	"first_response_time":          append([]string{"conversation_event.first_response", "conversation.first_response_at"}, tellsAgents...),
	"first_response_time_business": {"conversation_event.business_seconds"},

	"account":             {"message.account_id", "conversation.account_id"},
	"subaccount":          {"message.subaccount"},
	"channel":             {"line.channel"},
	"team":                {"conversation.team_id", "line.team_id"},
	"agent":               {"message.agent_id", "conversation.agent_id", "conversation_event.agent_id", "csat.agent_id"},
	"contact_tag":         {"tag.contact"},
	"conversation_tag":    {"tag.conversation"},
	"country":             {"contact.country"},
	"phone":               {"contact.phone"},
	"conversation_id":     {"message.conversation_id"},
	"template":            {"message.template_name"},
	"template_category":   {"message.template_category"},
	"language":            {"message.template_language"},
	"campaign":            {"message.campaign_id"},
	"correlation_id":      {"message.correlation_id"},
	"status":              append([]string{"message.failed_at"}, tellsDelivery...),
	"failure_reason":      {"message.error_code"},
	"failure_code":        {"message.error_code"},
	"author_kind":         tellsAgents,
	"content_type":        {"message.content_type"},
	"conversation_status": {"conversation.status"},
	"priority":            {"conversation.priority"},

	"delivered_at":   {"message.delivered_at"},
	"read_at":        {"message.read_at"},
	"failure_text":   {"message.error_text"},
	"body":           {"message.body"},
	"button_payload": {"message.button_payload"},
	"csat_comment":   {"csat.comment"},
}

// Limits lists the metrics that cannot be had where just those relations exist
// and those columns are known: what is unavailable, and what is unknown.
func Limits(has, knows func(string) bool) (unavailable, unknown []string) {
	for _, id := range MetricIDs() {
		m, _ := LookupMetric(id)
		switch {
		case slices.ContainsFunc(m.Needs, func(relation string) bool { return !has(relation) }):
			unavailable = append(unavailable, id)
		case !Known(id, knows):
			unknown = append(unknown, id)
		}
	}
	return unavailable, unknown
}

// Known tells whether a metric, a dimension or a column of details can be known
// where just those columns are known of which knows is true. A formula is known
// where all its parts are.
func Known(id string, knows func(column string) bool) bool {
	m, ok := LookupMetric(id)
	if ok {
		for _, part := range slices.Concat(m.Plus, m.Minus, m.Over) {
			if !Known(part, knows) {
				return false
			}
		}
		if m.ShareOf != "" && !Known(m.ShareOf, knows) {
			return false
		}
	}
	columns := evidence[id]
	if columns == nil && m.Unit == Seconds {
		columns = evidence[id[:len(id)-len("_avg")]]
	}
	return len(columns) == 0 || slices.ContainsFunc(columns, knows)
}
