package compile

import (
	"fmt"
	"maps"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
)

// Conditions over the columns of fact rows, named once.
const (
	sent      = "f.outbound AND f.stage IN ('sent', 'delivered', 'read')"
	delivered = "f.outbound AND f.stage IN ('delivered', 'read')"
	notified  = "f.outbound AND f.status NOT IN ('failed', 'pending')"
	answered  = "f.outbound AND f.status = 'replied'"
)

// aggregates is the SQL of every base metric over the rows f of its fact.
var aggregates = map[string]string{
	"messages_outbound":       countIf("f.outbound"),
	"messages_sent":           countIf(sent),
	"messages_received":       countIf("NOT f.outbound"),
	"messages_delivered":      countIf(delivered),
	"messages_read":           countIf("f.outbound AND f.stage = 'read'"),
	"messages_failed":         countIf("f.outbound AND f.stage = 'failed'"),
	"messages_pending":        countIf("f.outbound AND f.stage = 'pending'"),
	"failure_meaning":         single("f.meaning"), // put into words by the frame
	"failure_advice":          single("f.failure_reason"),
	"messages_sent_in_window": countIf(sent + " AND f.in_window = 'open'"),
	"templates_sent":          countIf(sent + " AND f.is_template"),
	"button_clicks":           countIf("NOT f.outbound AND f.has_button"),
	"active_contacts":         usersIf("NOT f.outbound"),
	"active_agents":           "count(DISTINCT f.writer)",
	"cost_usd":                "sum(f.cost)::float8",
	"cost_unknown":            countIf("f.cost_unknown"),

	"sessions":                  "count(*)",
	"sessions_by_business":      countIf("f.initiator = 'business'"),
	"sessions_by_contact":       countIf("f.initiator = 'contact'"),
	"sessions_free_entry_point": countIf("f.initiator = 'free_entry_point'"),
	"session_users":             usersIf("true"),
	"session_users_new":         usersIf("f.user_type = 'new'"),
	"session_messages":          "sum(f.messages)::bigint",

	"initiations":           "count(*)",
	"initiation_users":      usersIf("true"),
	"notifications":         countIf("f.outbound"),
	"notification_users":    usersIf("f.outbound"),
	"notifications_failed":  countIf("f.outbound AND f.status = 'failed'"),
	"notifications_pending": countIf("f.outbound AND f.status = 'pending'"),
	"notified":              countIf(notified),
	"notified_delivered":    countIf("f.outbound AND f.status IN ('delivered', 'read', 'replied')"),
	"notified_read":         countIf("f.outbound AND f.status IN ('read', 'replied')"),
	"answered":              countIf(answered),
	"notified_users":        usersIf(notified),
	"answered_users":        usersIf(answered),
	"new_users":             usersIf(notified + " AND f.user_type = 'new'"),
	"first_sent_at":         "min(f.created_at) FILTER (WHERE f.outbound)",
	"last_sent_at":          "max(f.created_at) FILTER (WHERE f.outbound)",
	"failure_reasons":       failureReasons(),

	"conversations":            "count(*)",
	"conversations_open":       countIf("f.is_open"),
	"conversations_unattended": countIf("f.is_unattended"),
	"conversation_messages":    "sum(f.messages)::bigint",
	"conversations_active":     "count(DISTINCT f.conversation_id)",
	"open_now":                 "count(DISTINCT f.conversation_id) FILTER (WHERE f.is_open)",
	"unattended_now":           "count(DISTINCT f.conversation_id) FILTER (WHERE f.is_unattended)",

	"resolutions":     countIf("f.name = 'resolved'"),
	"bot_resolutions": countIf("f.name = 'bot_resolved'"),
	"reopenings":      countIf("f.name = 'reopened'"),

	"csat_responses":        "count(*)",
	"csat_average":          "avg(f.rating)::float8",
	"csat_positive":         countIf("f.rating >= 4"),
	"csat_surveys":          "count(*)",
	"csat_surveys_answered": countIf("f.is_answered"),
}

func init() {
	for _, d := range []struct{ id, seconds, condition string }{
		{"time_to_reply", "extract(epoch FROM f.replied_at - f.created_at)::float8", answered},
		{"first_response_time", "f.response_seconds", "true"},
		{"first_response_time_business", "f.response_business_seconds", "true"},
		{"resolution_time", "f.resolution_seconds", "f.name = 'resolved'"},
		{"reply_time", "f.seconds", "f.name = 'reply'"},
	} {
		maps.Copy(aggregates, durations(d.id, d.seconds, d.condition))
	}
}

func countIf(condition string) string { return "count(*) FILTER (WHERE " + condition + ")" }

// usersIf counts distinct users: one contact of one account.
func usersIf(condition string) string {
	return "count(DISTINCT f.user_key) FILTER (WHERE " + condition + ")"
}

// single is the value that all rows share which have one, else null.
func single(column string) string {
	return fmt.Sprintf("CASE WHEN min(%[1]s) = max(%[1]s) THEN min(%[1]s) END", column)
}

// durations are the three statistics of one duration in seconds. Percentiles
// interpolate linearly; null inputs are left out.
func durations(id, seconds, condition string) map[string]string {
	return map[string]string{
		id + "_avg": fmt.Sprintf("avg(%s) FILTER (WHERE %s)", seconds, condition),
		id + "_p50": fmt.Sprintf("percentile_cont(0.5) WITHIN GROUP (ORDER BY %s) FILTER (WHERE %s)", seconds, condition),
		id + "_p90": fmt.Sprintf("percentile_cont(0.9) WITHIN GROUP (ORDER BY %s) FILTER (WHERE %s)", seconds, condition),
	}
}

// failureReasons lists each reason with its count: "media: 2, server: 1".
func failureReasons() string {
	d, _ := catalog.LookupDimension("failure_reason")
	var parts []string
	for _, reason := range d.Values {
		condition := fmt.Sprintf("f.failure_reason = '%s'", reason)
		parts = append(parts, fmt.Sprintf("CASE WHEN %[1]s > 0 THEN '%[2]s: ' || %[1]s END", countIf(condition), reason))
	}
	return "nullif(concat_ws(', ', " + strings.Join(parts, ", ") + "), '')"
}
