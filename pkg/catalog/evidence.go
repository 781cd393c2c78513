package catalog

import (
	"slices"
	"strings"
)

// Columns that record delivery, reading, failure and its reason: at least one of each
// list is required.
var (
	tellsDelivery = []string{"message.status", "message.delivered_at", "message.read_at"}
	tellsReading  = []string{"message.status", "message.read_at"}
	tellsFailure  = []string{"message.status", "message.failed_at"}
	tellsReason   = []string{"message.error_code", "message.error_text"}
	// tellsAnswers is what shows which messages of a conversation a human wrote.
	tellsAnswers = "message.conversation_id message.author_kind"
	// tellsWaiting is what shows which conversations wait for an agent.
	tellsWaiting = []string{
		"conversation.status conversation.first_response_at", "conversation.status conversation_event.first_response", "conversation.status " + tellsAnswers,
	}
)

// evidence lists the source columns that metrics and details columns require. The
// entries of a list are alternatives; a space-separated entry requires all its
// columns. Without a complete alternative, the metric or column is not recorded.
// Event names are listed like columns: a source reports which events it lacks.
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
	"failure_reasons":              tellsReason,
	"conversations_open":           {"conversation.status"},
	"open_now":                     {"conversation.status"},
	"conversations_unattended":     tellsWaiting,
	"unattended_now":               tellsWaiting,
	"conversation_messages":        {"message.conversation_id"},
	"conversations_active":         {"message.conversation_id"},
	"resolutions":                  {"conversation_event.resolved"},
	"bot_resolutions":              {"conversation_event.bot_resolved"},
	"reopenings":                   {"conversation_event.reopened"},
	"resolution_time":              {"conversation_event.resolved"},
	"reply_time":                   {"conversation_event.reply", tellsAnswers},
	"first_response_time":          {"conversation_event.first_response", "conversation.first_response_at", tellsAnswers},
	"first_response_time_business": {"conversation_event.first_response conversation_event.business_seconds"},
	"csat_surveys":                 {"csat.sent_at"},
	"csat_surveys_answered":        {"csat.sent_at"},
	"csat_responses":               {"csat.answered_at", "csat.sent_at"},
	"csat_average":                 {"csat.answered_at", "csat.sent_at"},
	"csat_positive":                {"csat.answered_at", "csat.sent_at"},

	"delivered_at":      {"message.delivered_at"},
	"read_at":           {"message.read_at"},
	"failure_text":      {"message.error_text"},
	"body":              {"message.body"},
	"button_payload":    {"message.button_payload"},
	"answered_campaign": {"message.campaign_id"},
	"answered_agent":    {"message.agent_id"},
	"message_count":     {"message.conversation_id"},
	"resolved_at":       {"conversation_event.resolved"},
	"csat_rating":       {"csat.rating"},
	"csat_comment":      {"csat.comment"},
}

// messageCuts lists the source columns that the dimensions of messages, sessions and
// initiations require.
var messageCuts = map[string][]string{
	"account":           {"message.account_id"},
	"subaccount":        {"message.subaccount"},
	"channel":           {"line.channel"},
	"team":              {"message.conversation_id conversation.team_id", "line.team_id"},
	"agent":             {"message.agent_id"},
	"contact_tag":       {"tag.contact"},
	"conversation_tag":  {"message.conversation_id tag.conversation"},
	"country":           {"contact.country"},
	"phone":             {"contact.phone"},
	"business_hours":    {"working_hours.line_id", "working_hours.team_id message.conversation_id conversation.team_id", "working_hours.team_id line.team_id"},
	"conversation_id":   {"message.conversation_id"},
	"template":          {"message.template_name"},
	"template_category": {"message.template_category"},
	"language":          {"message.template_language"},
	"campaign":          {"message.campaign_id"},
	"send":              {"message.campaign_id", "message.template_name"},
	"correlation_id":    {"message.correlation_id"},
	"status":            append([]string{"message.failed_at"}, tellsDelivery...),
	"failure_reason":    tellsReason,
	"failure_code":      tellsReason,
	"author_kind":       {"message.author_kind"},
	"content_type":      {"message.content_type"},
}

// conversationCuts lists the source columns that the dimensions of conversations and
// their events require.
var conversationCuts = map[string][]string{
	"account":             {"conversation.account_id"},
	"channel":             {"conversation.line_id line.channel"},
	"line":                {"conversation.line_id"},
	"team":                {"conversation.team_id", "conversation.line_id line.team_id"},
	"agent":               {"conversation.agent_id", "message.conversation_id message.agent_id"},
	"contact":             {"conversation.contact_id"},
	"contact_tag":         {"conversation.contact_id tag.contact"},
	"conversation_tag":    {"tag.conversation"},
	"country":             {"conversation.contact_id contact.country"},
	"phone":               {"conversation.contact_id contact.phone"},
	"business_hours":      {"conversation.line_id working_hours.line_id", "conversation.team_id working_hours.team_id", "conversation.line_id line.team_id working_hours.team_id"},
	"source":              {"conversation.source", tellsAnswers},
	"conversation_status": {"conversation.status"},
	"unattended":          tellsWaiting,
	"priority":            {"conversation.priority"},
}

// Dimensions that events and ratings have themselves. They take all others from their
// conversation; a rating may have none.
var (
	eventCuts  = map[string][]string{"agent": {"conversation_event.agent_id"}}
	ratingCuts = map[string][]string{
		"agent":            {"csat.agent_id"},
		"contact":          {"csat.contact_id"},
		"contact_tag":      {"csat.contact_id tag.contact"},
		"country":          {"csat.contact_id contact.country"},
		"phone":            {"csat.contact_id contact.phone"},
		"conversation_id":  {"csat.conversation_id"},
		"opened_in_period": {"csat.conversation_id"},
	}
)

// cutEvidence returns the source columns that a dimension of the fact requires, as
// alternatives like evidence. Empty means that none are required.
func cutEvidence(f Fact, dimension string) []string {
	switch f {
	case Message, Session, Initiation:
		return messageCuts[dimension]
	case Event:
		return slices.Concat(eventCuts[dimension], conversationCuts[dimension])
	case CSATAnswer, CSATSurvey:
		alternatives := slices.Clone(ratingCuts[dimension])
		for _, alternative := range conversationCuts[dimension] {
			alternatives = append(alternatives, "csat.conversation_id "+alternative)
		}
		return alternatives
	}
	return conversationCuts[dimension]
}

// Limits returns the ids of the metrics that a source cannot compute: unavailable if a
// relation is missing (has is false), unknown if its columns are not recorded (records
// is false).
func Limits(has, records func(string) bool) (unavailable, unknown []string) {
	for _, id := range MetricIDs() {
		m, _ := LookupMetric(id)
		switch {
		case slices.ContainsFunc(m.Needs, func(relation string) bool { return !has(relation) }):
			unavailable = append(unavailable, id)
		case !Available(id, records):
			unknown = append(unknown, id)
		}
	}
	return unavailable, unknown
}

// Available reports whether the source records what a metric or details column requires.
// records reports whether a source column is recorded. A formula requires all its parts.
func Available(id string, records func(column string) bool) bool {
	m, ok := LookupMetric(id)
	if ok {
		for _, part := range slices.Concat(m.Plus, m.Minus, m.Over) {
			if !Available(part, records) {
				return false
			}
		}
		if m.ShareOf != "" && !Available(m.ShareOf, records) {
			return false
		}
	}
	alternatives := evidence[id]
	if alternatives == nil && m.Unit == Seconds {
		alternatives = evidence[id[:len(id)-len("_avg")]]
	}
	return hasAll(alternatives, records)
}

// Records reports whether the source records a dimension of the fact.
func Records(f Fact, dimension string, records func(column string) bool) bool {
	return hasAll(cutEvidence(f, dimension), records)
}

// hasAll reports whether every column of at least one alternative is recorded, or there
// are no alternatives.
func hasAll(alternatives []string, records func(column string) bool) bool {
	return len(alternatives) == 0 || slices.ContainsFunc(alternatives, func(alternative string) bool {
		return !slices.ContainsFunc(strings.Fields(alternative), func(column string) bool { return !records(column) })
	})
}

// isTime reports whether a dimension depends on the event time only.
func isTime(dimension string) bool {
	d, _ := LookupDimension(dimension)
	return d.Kind == KindTime || dimension == "weekday" || dimension == "hour_of_day"
}

// Unknown returns the metrics that cannot be computed with these groups (cuts) and
// filters, because the source does not record the metric itself or one of the
// dimensions for its fact: a filter on such a dimension cannot be decided, and rows
// grouped by it would suggest that there are no values. A dimension that no fact
// records is ignored if there are other groups.
func Unknown(metrics, cuts, filters []string, records func(column string) bool) []string {
	var facts []Fact
	for _, id := range metrics {
		m, _ := LookupMetric(id)
		facts = append(facts, m.Fact)
	}
	cuts = slices.DeleteFunc(slices.Clone(cuts), func(id string) bool { return isTime(id) })
	doubtful := func(f Fact) bool {
		untold := func(id string) bool { return !Records(f, id, records) }
		lost := slices.DeleteFunc(slices.Clone(cuts), func(id string) bool { return !untold(id) })
		return slices.ContainsFunc(filters, untold) ||
			len(lost) > 0 && len(lost) == len(cuts) ||
			slices.ContainsFunc(lost, func(id string) bool {
				return slices.ContainsFunc(facts, func(other Fact) bool { return Records(other, id, records) })
			})
	}
	var unknown []string
	for i, id := range metrics {
		if !Available(id, records) || doubtful(facts[i]) {
			unknown = append(unknown, id)
		}
	}
	return unknown
}
