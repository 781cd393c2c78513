package fieldtest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/parley-reports/parley/internal/fieldtest"
)

// failures asks for the failures line by line: each of the cases has one of its own, so
// that one database serves for all.
const (
	failures = `{"metrics":["messages_failed"],"groupBy":["failure_reason","failure_code","line"]}`
	object   = "Unsupported post request. Object with ID '106000000000001' does not exist, cannot be loaded due to missing permissions, or does not support this operation"
)

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// failed is the answer for one failed message of the line.
func failed(line, reason, code string) string {
	row := map[string]any{"line_name": line, "failure_reason": reason, "failure_code": nil, "messages_failed": 1}
	if code != "" {
		row["failure_code"] = code
	}
	text, _ := json.Marshal(row) // texts and numbers always marshal
	return string(text)
}

// A failure is what a product says of a failed message: its channel, as Chatwoot calls
// it, the code where it keeps one apart, and the text.
type failure struct{ name, channel, text, reason, code string }

var fromTheField = []failure{
	{"3 outside the window", "FacebookPage", "10 - (#10) This message is sent outside of allowed window.", "window_closed", "10"},
	{"4 user cannot be found", "Instagram", "100 - The requested user cannot be found.", "number_unreachable", "100"},
	{"4 no matching user", "Instagram", "100 - (#100) No matching user found", "number_unreachable", "100"},
	{"4 method", "Instagram", "100 - Unsupported request - method type: post", "account_problem", "100"},
	{"O1 100", "Whatsapp", "(#100) " + object, "account_problem", "100"},
	{"O1 131009", "Whatsapp", "131009: Parameter value is not valid. Please refer to the documentation", "template_parameters", "131009"},
	{"O1 messenger", "FacebookPage", "100 - " + object, "account_problem", "100"},
	{"O2 token", "Whatsapp", "Error validating access token: Session has expired on Tuesday, 10-Nov-26 04:00:00 PST. The current time is Tuesday, 10-Nov-26 04:00:01 PST.", "account_problem", ""},
	{"O2 object", "Whatsapp", object, "account_problem", ""},
	{"11 21211", "TwilioSms", "[HTTP 400] 21211 : Unable to create record\nThe 'To' number whatsapp:+55000 is not a valid phone number.", "wrong_destination", "21211"},
	{"11 63016", "TwilioSms", "[HTTP 400] 63016 : Failed to send freeform message because you are outside the allowed window.", "window_closed", "63016"},
	{"12 63049", "TwilioSms", "63049 - Meta chose not to deliver this WhatsApp marketing message", "recipient_choice", "63049"},
	{"14 restricted", "Whatsapp", "Your account has been restricted (463)", "account_problem", "463"},
	{"14 429", "Whatsapp", "WhatsApp error 429", "limit_reached", "429"},
	// Found in public issue trackers.
	{"gateway in Portuguese", "Api", "2 UNKNOWN: o servidor retornou o erro 463", "account_problem", "463"},
	{"negative code", "FacebookPage", "(#-1) Erro interno inesperado", "server", "-1"},
	{"blocked page", "FacebookPage", "(#2022) You have been temporarily blocked from performing this action", "account_problem", "2022"},
	{"body of a response", "Whatsapp", "HTTP request returned status code 400:\n{\"error\":{\"message\":\"(#134100) Only marketing messages supported\",\"type\":\"OAuthException\",\"code\":134100}}", "template_state", "134100"},
	{"not on WhatsApp", "Api", `{"status":400,"error":"Bad Request","response":{"message":[{"jid":"5511900000001@s.whatsapp.net","exists":false,"number":"5511900000001"}]}}`, "number_unreachable", ""},
	{"connection closed", "Api", `{"status":400,"error":"Bad Request","response":{"message":["Error: Connection Closed"]}}`, "server", ""},
	{"Python", "Whatsapp", "{'error': {'message': 'Recipient phone number not in allowed list', 'code': 131030}}", "wrong_destination", "131030"},
	{"link to the documentation", "TwilioSms", "Account exceeded the 9 daily messages limit\nMore information: https://www.twilio.com/docs/errors/63038", "limit_reached", "63038"},
	{"any language", "TwilioSms", "Код ошибки: 63016", "window_closed", "63016"},
	{"Telegram, blocked", "Telegram", "403, Forbidden: bot was blocked by the user", "recipient_choice", "403"},
	{"Telegram, no chat", "Telegram", "400, Bad Request: chat not found", "number_unreachable", "400"},
	{"Telegram, no template", "Telegram", "132000: anything", "unknown", "132000"},
	{"nothing", "Whatsapp", "24 hours later", "unknown", ""},
}

func TestReasonsOfChatwoot(t *testing.T) {
	c := fieldtest.Case{Name: "all", Kind: "chatwoot", Query: failures, Rows: "INSERT INTO channel_twilio_sms (id, phone_number, medium) VALUES (1, 'whatsapp:+14150000000', 1);"}
	for i, f := range fromTheField {
		c.Rows += fmt.Sprintf(`INSERT INTO inboxes (id, name, channel_type, channel_id) VALUES (%[1]d, %[2]s, 'Channel::%[3]s', 1);
			INSERT INTO messages (id, inbox_id, conversation_id, message_type, sender_type, sender_id, status, content, content_attributes)
			VALUES (%[1]d, %[1]d, 1, 1, 'User', 7, 3, 'hi', json_build_object('external_error', %[4]s));`, i+2, literal(f.name), f.channel, literal(f.text))
		c.Want = append(c.Want, failed(f.name, f.reason, f.code))
	}
	fieldtest.Run(t, c)
}

// contractChannels are Chatwoot's channels in the contract's words.
var contractChannels = map[string]string{"FacebookPage": "messenger", "Instagram": "instagram", "Whatsapp": "whatsapp", "TwilioSms": "whatsapp", "Telegram": "telegram", "Api": "other"}

func TestReasonsOfViews(t *testing.T) {
	c := fieldtest.Case{Name: "all", Kind: "views", Query: failures}
	add := func(name, channel, code, text, reason, shown string) {
		c.Rows += fmt.Sprintf(`INSERT INTO line (line_id, name, channel) VALUES (%[1]s, %[1]s, '%[2]s');
			INSERT INTO message (message_id, account_id, contact_id, line_id, direction, created_at, status, error_code, error_text)
			VALUES (%[1]s, '1', 'c1', %[1]s, 'outbound', '2026-11-10 12:00Z', 'failed', nullif(%[3]s, ''), %[4]s);`, literal(name), channel, literal(code), literal(text))
		c.Want = append(c.Want, failed(name, reason, shown))
	}
	for _, f := range fromTheField {
		add(f.name, contractChannels[f.channel], "", f.text, f.reason, f.code)
	}
	own := func(name, code, text, reason, shown string) { add(name, "whatsapp", code, text, reason, shown) }
	own("the source's own code", "131047", "Re-engagement message", "window_closed", "131047")
	own("a code with blanks", " 131047 ", "", "window_closed", "131047")
	own("a code in parentheses", "(#131047)", "", "window_closed", "131047")
	own("a number of a spreadsheet", "131047.0", "", "window_closed", "131047")
	own("a blank code", "  ", "131026: Message undeliverable", "number_unreachable", "131026")
	own("a status beside a code", "400", "(#131026) Message undeliverable", "number_unreachable", "400")
	own("a word as the code", "ERR_BAD_REQUEST", "Request failed with status code 429", "limit_reached", "ERR_BAD_REQUEST")
	fieldtest.Run(t, c)
}

func TestReasonsOfWebhooks(t *testing.T) {
	c := fieldtest.Case{Name: "all", Kind: "webhook", Query: failures}
	for i, f := range []failure{
		{"12 131005", "", `{"code":131005,"title":"Access denied"}`, "account_problem", "131005"},
		{"a code as text", "", `{"code":"131047","title":"Re-engagement message"}`, "window_closed", "131047"},
		{"a text alone", "", `{"title":"(#131026) Message undeliverable"}`, "number_unreachable", "131026"},
		{"100 of a lost line", "", `{"code":100,"title":"Invalid parameter","error_data":{"details":"Object with ID 1 does not exist"}}`, "account_problem", "100"},
	} {
		number := fmt.Sprintf("+5511400000%02d", i)
		c.Rows += fmt.Sprintf(`INSERT INTO whatsapp_webhook (received_at, payload) VALUES ('2026-11-10 12:00Z', '{"object":"whatsapp_business_account","entry":[{"id":"W1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"P%[1]d","display_phone_number":"%[2]s"},"statuses":[{"id":"wamid.%[1]d","status":"failed","timestamp":"%[3]d","recipient_id":"5511900000001","errors":[%[4]s]}]}}]}]}');`,
			i, number, fieldtest.T, f.text)
		c.Want = append(c.Want, failed(number, f.reason, f.code))
	}
	fieldtest.Run(t, c)
}

func TestReasonsOfTicketz(t *testing.T) {
	c := fieldtest.Case{Name: "all", Kind: "ticketz", Query: failures}
	for i, f := range []failure{
		{"a restricted phone", "", `{"code":"ZAPITU-0","message":"Your account has been restricted (463)"}`, "account_problem", "ZAPITU-0"},
		{"a text alone", "", `{"message":"WhatsApp error 429"}`, "limit_reached", "429"},
	} {
		c.Rows += fmt.Sprintf(`INSERT INTO "Whatsapps" (id, name) VALUES (%[1]d, '%[2]s'); INSERT INTO "Tickets" (id, "contactId", "whatsappId") VALUES (%[1]d, 1, %[1]d);
			INSERT INTO "Messages" (id, body, "fromMe", ack, "ticketId", "contactId", "createdAt", error) VALUES ('K%[1]d', 'hi', true, -1, %[1]d, 1, '2026-11-10 12:00', '%[3]s');`, i+2, f.name, f.text)
		c.Want = append(c.Want, failed(f.name, f.reason, f.code))
	}
	fieldtest.Run(t, c)
}

// TestAdviceFollowsReason: what is said of a code that has several meanings fits the
// one that the text tells.
func TestAdviceFollowsReason(t *testing.T) {
	row := func(id int, text string) string {
		return fmt.Sprintf(`INSERT INTO message (message_id, account_id, contact_id, line_id, direction, created_at, status, error_text) VALUES ('m%d', '1', 'c1', 'L', 'outbound', '2026-11-10 12:00Z', 'failed', %s);`, id, literal(text))
	}
	fieldtest.Run(t, fieldtest.Case{
		Name: "code 10", Kind: "views",
		Query: `{"metrics":["failure_meaning","failure_advice"],"groupBy":["failure_reason","failure_code"]}`,
		Rows:  "UPDATE line SET channel = 'messenger';" + row(1, "(#10) This message is sent outside of allowed window.") + row(2, "(#10) Application does not have permission for this action"),
		Want: []string{
			`{"failure_reason":"window_closed","failure_code":"10","failure_meaning":null,"failure_advice":"window_closed"}`,
			`{"failure_reason":"account_problem","failure_code":"10","failure_meaning":"10","failure_advice":"account_problem"}`,
		},
	})
}

// TestCheckFindsUnknownFailures: codes are shown, texts never.
func TestCheckFindsUnknownFailures(t *testing.T) {
	row := func(id, code, text string) string {
		return fmt.Sprintf(`INSERT INTO message (message_id, account_id, contact_id, line_id, direction, created_at, status, error_code, error_text)
			VALUES ('%s', '1', 'c1', 'L', 'outbound', '2026-11-10 12:00Z', 'failed', nullif(%s, ''), nullif(%s, ''));`, id, literal(code), literal(text))
	}
	rows := row("m1", "131999", "") + row("m2", "", "131999: Something new") + row("m3", "", "Ana has left") + row("m4", "", "") + row("m5", "131047", "")
	for _, want := range []string{`^message: 2 rows failed with a code .*, for example 131999 \(2\)[.] `, `^message: 1 row failed with a text .*: m3[.] `, `^message: 1 row failed without a code or a text: m4[.] `} {
		fieldtest.Run(t, fieldtest.Case{Name: want, Kind: "views", Rows: rows, Check: want})
	}
}
