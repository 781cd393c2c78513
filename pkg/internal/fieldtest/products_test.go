package fieldtest_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/parley-reports/parley/pkg/internal/fieldtest"
)

// reports are the reports that read the attributes of messages.
var reports = []string{
	"channels", "sessions_over_time", "messages_over_time", "initiations", "sends", "funnel", "failures", "notification_details",
	"message_details_sent", "message_details_received", "cost", "campaign_sends", "overview", "agents", "conversation_details", "template_changes", "message_log",
}

// unreadable are values of content_attributes, as JSON literals of SQL, that Chatwoot
// or somebody behind its API wrote, and that PostgreSQL can't read as objects.
var unreadable = map[string]string{
	"NUL":                      `'{"raw":"a\u0000b","in_reply_to":7}'`,
	"NUL in a text":            `'"{\"raw\":\"a\\u0000b\",\"in_reply_to\":7}"'`,
	"half a pair":              `'{"raw":"\ud83d","referral":null,"in_reply_to":7}'`,
	"half a pair in a text":    `'"{\"raw\":\"\\ude00 x\",\"in_reply_to\":7}"'`,
	"an escaped backslash":     `'{"raw":"a\\u0000","in_reply_to":7}'`,
	"a pair":                   `'{"raw":"\ud83d\ude00","in_reply_to":7}'`,
	"a Ruby hash":              `'"{\"in_reply_to\"=>7, :external_error=>nil}"'`,
	"an unfinished text":       `'"{\"in_reply_to\":7,\"external_error\":\"cut"'`,
	"a list":                   `'[{"in_reply_to":7},"referral"]'`,
	"a list in a text":         `'"[\"in_reply_to\"]"'`,
	"a text":                   `'"in_reply_to referral is_reaction external_error"'`,
	"an empty text":            `'""'`,
	"a number":                 `'7'`,
	"true":                     `'true'`,
	"null":                     `'null'`,
	"no value":                 `NULL`,
	"the text null":            `'"null"'`,
	"a text in a text":         `to_json('"{\"in_reply_to\":7}"'::text)`,
	"an object for a value":    `'{"in_reply_to":{"a":[1]},"referral":"x","external_error":{"code":1},"external_echo":[true],"is_reaction":{}}'`,
	"an infinite number":       `'{"in_reply_to":1e999,"automation_rule_id":1e999}'`,
	"a key twice":              `'{"in_reply_to":7,"in_reply_to":8}'`,
	"spaces before":            `E' \n {"in_reply_to":7}'`,
	"deep":                     `(repeat('{"referral":', 500) || '1' || repeat('}', 500))::json`,
	"a long e-mail":            `json_build_object('in_reply_to', 7, 'email', json_build_object('in_reply_to', 'x', 'html', repeat('<p>referral</p>', 2000)))`,
	"an answer of a web page":  `'{"submitted_values":{"csat_survey_response":{"feedback_message":"ok\u0000","rating":9}}}'`,
	"an attribute as its name": `'{"\u0000":1,"":2,"in_reply_to":7}'`,
}

// TestUnreadableAttributes: whatever the attributes of messages hold, every report
// answers, and every message counts.
func TestUnreadableAttributes(t *testing.T) {
	kinds := []string{"0, 'Contact', 1, 0, 0", "1, 'User', 1, 3, 0", "1, NULL, NULL, 1, 0", "3, NULL, NULL, 0, 9", "0, 'Contact', 1, 0, 8", "0, 'Contact', 1, 0, 99"}
	values := slices.Sorted(maps.Values(unreadable))
	var rows strings.Builder
	for i, value := range values {
		for n, kind := range kinds {
			fmt.Fprintf(&rows, "INSERT INTO messages (id, content_attributes, message_type, sender_type, sender_id, status, content_type) VALUES (%d, %s, %s);\n", i*len(kinds)+n+1, value, kind)
		}
	}
	c := fieldtest.Case{Kind: "chatwoot", Rows: rows.String()}
	e, _, _ := fieldtest.Open(t, c)
	c.Query = `{"metrics": ["messages_received", "messages_outbound", "messages_failed"]}`
	result, err := fieldtest.Answer(t, e, c)
	if err != nil {
		t.Fatal(err)
	}
	row := fieldtest.Rows(result)[0]
	if n := float64(len(values)); row["messages_received"] != 3*n || row["messages_outbound"] != 3*n || row["messages_failed"] != n {
		t.Errorf("%v, want 3, 3 and 1 for each of %v", row, n)
	}
	for _, report := range reports {
		c.Query = fmt.Sprintf(`{"report": %q}`, report)
		if _, err := fieldtest.Answer(t, e, c); err != nil {
			t.Errorf("%s: %v", report, err)
		}
	}
}
