package catalog

// The palette: one colour per meaning on every dashboard. Each colour has a contrast
// of at least 3:1 on the light and the dark theme. Colours in the same chart differ
// for colour-blind readers too. Tests measure both.
const (
	red    = "#D60024" // failed
	grey   = "#67686A" // pending, unanswered, other: nothing has happened or is known
	blue   = "#4565AC" // sent; begun or written by the contact
	cyan   = "#0AA2BE" // delivered
	green  = "#699957" // read
	purple = "#BE61FC" // replied; free entry point
	orange = "#DA6E1B" // begun or written by the business
	gold   = "#A8871F" // new users
	slate  = "#5B6FA8" // returning users
	mauve  = "#B084B2" // begun by a flow
	indigo = "#7B79D6" // conversations, whoever began them
	rose   = "#C2658E" // satisfaction
)

var valueColors = map[string]map[string]string{
	"status":              {"failed": red, "pending": grey, "sent": blue, "delivered": cyan, "read": green, "replied": purple},
	"stage":               {"sent": blue, "delivered": cyan, "read": green, "replied": purple},
	"initiator":           {"business": orange, "contact": blue, "free_entry_point": purple},
	"direction":           {"inbound": blue, "outbound": orange},
	"source":              {"inbox": orange, "flow": mauve, "inbound": blue, "other": grey},
	"user_type":           {"new": gold, "returning": slate},
	"conversation_status": {"open": orange, "pending": grey, "snoozed": mauve, "resolved": green},
	"unattended":          {"yes": orange, "no": grey},
	// With this many values, few palettes are safe for colour-blind readers.
	"failure_reason": {
		"template_parameters": "#BA8C4F", "limit_reached": "#D97E02", "number_unreachable": "#664AED", "wrong_destination": "#AE78FF", "window_closed": "#22809D", "recipient_choice": "#FF47C1",
		"template_state": "#B44000", "account_problem": "#983BBC", "media": "#7E9C7F", "server": "#98543D", "unknown": grey,
	},
}

var metricColors = map[string]string{
	"conversations":        indigo,
	"conversations_share":  indigo,
	"conversations_active": indigo,
	"csat_score":           rose,
	"csat_average":         rose,
	"messages_received":    blue,
	"active_contacts":      blue,
	"messages_outbound":    orange,
	"messages_sent":        orange,
	"templates_sent":       orange,
	"messages_delivered":   cyan,
	"messages_read":        green,
	"messages_failed":      red,
	"messages_pending":     grey,
	"failed_rate":          red,
	"delivery_rate":        cyan,
	"read_rate":            green,
	"sessions_by_business": orange, "sessions_by_contact": blue, "sessions_free_entry_point": purple,
	"session_users_new":        gold,
	"session_users_returning":  slate,
	"notifications_failed":     red,
	"notification_failed_rate": red,
	"notifications_pending":    grey,
	"notified":                 blue,
	"notified_users":           blue,
	"notified_delivered":       cyan,
	"notified_delivery_rate":   cyan,
	"notified_read":            green,
	"notified_read_rate":       green,
	"answered":                 purple,
	"answered_users":           purple,
	"answer_rate":              purple,
	"read_answer_rate":         purple,
	"unanswered":               grey,
	"unanswered_users":         grey,
	"new_users":                gold,
	"returning_users":          slate,
}

// Color returns the colour of a dimension's value in Grafana's notation, or "" if
// the value has no fixed colour.
func Color(dimension, value string) string {
	if value == None {
		return grey
	}
	return valueColors[dimension][value]
}

// MetricColor returns the colour of a metric in Grafana's notation, or "" if the
// metric has no fixed colour.
func MetricColor(id string) string { return metricColors[id] }

// LogLevel returns Grafana's log level for a message with the given status.
func LogLevel(status string) string {
	switch status {
	case "failed":
		return "error"
	case "pending":
		return "warning"
	}
	return "info"
}
