package ticketz_test

import (
	"testing"

	"github.com/parley-reports/parley/pkg/internal/sourcetest"
)

const kind = "ticketz"

func TestReadsWhatWasTold(t *testing.T) { sourcetest.Reads(t, kind, 60) }

func TestAccounts(t *testing.T) { sourcetest.Accounts(t, kind) }

func TestAgreesWithTheContract(t *testing.T) {
	different := map[string]string{}
	for reason, metrics := range map[string][]string{
		"of what a campaign sends only the sending is known, and other channels do not report": {
			"messages_outbound", "messages_sent", "messages", "messages_delivered", "messages_read", "messages_failed", "messages_pending", "failed_rate", "delivery_rate", "read_rate", "sent_in_window_share",
			"sessions", "sessions_by_business", "sessions_by_contact", "session_users", "session_users_new", "session_users_returning", "messages_per_session",
			"initiations", "initiation_users", "notifications", "notification_users", "notifications_share", "notifications_failed", "notifications_failed_share", "notifications_pending", "notification_failed_rate",
			"notified", "notified_users", "notified_delivered", "notified_read", "notified_delivery_rate", "notified_read_rate", "read_answer_rate",
			"answered", "answered_users", "unanswered", "unanswered_users", "answer_rate", "new_users", "returning_users", "time_to_reply_avg", "time_to_reply_p50", "time_to_reply_p90",
		},
		"nothing that is sent is a template, and so nothing is billed":              {"cost_unknown"},
		"the messages tell, not an event":                                           {"first_response_time_avg", "first_response_time_p50", "first_response_time_p90", "reply_time_avg", "reply_time_p50", "reply_time_p90"},
		"counted from the seconds of the ticket and of its closing, each cut short": {"resolution_time_avg", "resolution_time_p50", "resolution_time_p90"},
	} {
		for _, id := range metrics {
			different[id] = reason
		}
	}
	sourcetest.Agrees(t, kind, nil, []string{
		"templates_sent", "button_clicks", "active_agents", "sessions_free_entry_point",
		"first_response_time_business_avg", "first_response_time_business_p50", "first_response_time_business_p90", "bot_resolutions",
	}, different)
}
