package failure_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/failure"
)

// A sample is a failure as products store it, with its right code and reason.
type sample struct{ channel, own, text, code, reason string }

const object = "Unsupported post request. Object with ID '106000000000001' does not exist, cannot be loaded due to missing permissions, or does not support this operation"

var samples = []sample{
	// Meta, WhatsApp.
	{"whatsapp", "", "(#131047) Re-engagement message", "131047", "window_closed"},
	{"whatsapp", "", "131047: Re-engagement message", "131047", "window_closed"},
	{"whatsapp", "", "131047", "131047", "window_closed"},
	{"whatsapp", "", "131047 Re-engagement message", "131047", "window_closed"},
	{"whatsapp", "", "[131047] Re-engagement message", "131047", "window_closed"},
	{"whatsapp", "131047", "", "131047", "window_closed"},
	{"whatsapp", " 131047 ", "", "131047", "window_closed"},
	{"whatsapp", "131047.0", "", "131047", "window_closed"},
	{"whatsapp", "(#131047)", "", "131047", "window_closed"},
	{"whatsapp", "Error 131047", "", "131047", "window_closed"},
	{"WhatsApp ", "", "Error code: 131026", "131026", "number_unreachable"},
	{"whatsapp", "", "code: 131026", "131026", "number_unreachable"},
	{"whatsapp", "", `{"error":{"message":"(#131047) Re-engagement message","type":"OAuthException","code":131047,"error_subcode":2494073,"fbtrace_id":"A1b2"}}`, "131047", "window_closed"},
	{"whatsapp", "", `{"error":{"code":131026,"error_subcode":33}}`, "131026", "number_unreachable"},
	{"whatsapp", "", `{'error': {'message': 'Recipient phone number not in allowed list', 'type': 'OAuthException', 'code': 131030}}`, "131030", "wrong_destination"},
	{"whatsapp", "", `{"code"=>132001, "title"=>"Template does not exist"}`, "132001", "template_state"},
	{"whatsapp", "", "\"{\\\"error\\\":{\\\"code\\\":131042}}\"", "131042", "account_problem"},
	{"whatsapp", "", "HTTP request returned status code 400:\n{\"error\":{\"message\":\"(#134100) Only marketing messages supported\",\"type\":\"OAuthException\",\"code\":134100}}", "134100", "template_state"},
	{"whatsapp", "", "Meta returned 131049 for this message", "131049", "recipient_choice"},
	{"whatsapp", "", "(#100) " + object, "100", "account_problem"},
	{"whatsapp", "", object, "", "account_problem"},
	{"whatsapp", "", "131009: Parameter value is not valid. Please refer to the documentation", "131009", "template_parameters"},
	{"whatsapp", "", "(#131009) Parameter value is not valid: the recipient is not a valid number", "131009", "wrong_destination"},
	{"whatsapp", "", "(#100) Invalid parameter", "100", "template_parameters"},
	{"whatsapp", "", "(#100) The parameter to is required.", "100", "wrong_destination"},
	{"whatsapp", "", "(#100) Param ['to'] must be a string", "100", "wrong_destination"},
	{"whatsapp", "", "(#100) Invalid parameter due to missing components", "100", "template_parameters"},
	{"whatsapp", "", "(#100) This does not belong to the template", "100", "template_parameters"},
	{"whatsapp", "100", "Recipient phone number is not valid", "100", "wrong_destination"},
	{"whatsapp", "", "Error validating access token: Session has expired on Tuesday, 10-Nov-26 04:00:00 PST. The current time is Tuesday, 10-Nov-26 04:00:01 PST.", "", "account_problem"},
	{"whatsapp", "", "Invalid OAuth access token - Cannot parse access token", "", "account_problem"},
	{"whatsapp", "", "Authentication Error", "", "account_problem"},
	{"whatsapp", "131005", "Access denied", "131005", "account_problem"},
	{"whatsapp", "", "(#200) You do not have the necessary permissions required to send messages on behalf of this WhatsApp Business Account", "200", "account_problem"},
	{"whatsapp", "", "(#-1) Erro interno inesperado", "-1", "server"},
	{"whatsapp", "", "(#80007) Rate limit issues", "80007", "limit_reached"},
	{"whatsapp", "", "131053: Media upload error", "131053", "media"},
	{"whatsapp", "ERR_BAD_REQUEST", "(#131026) Message undeliverable", "ERR_BAD_REQUEST", "number_unreachable"},
	{"whatsapp", "400", "(#131026) Message undeliverable", "400", "number_unreachable"},
	{"whatsapp", "99999", "", "99999", "unknown"},
	{"whatsapp", "", "", "", "unknown"},
	{"", "", "132000: Number of parameters does not match the expected number of params", "132000", "template_parameters"},
	{"other", "", "132000: Number of parameters does not match the expected number of params", "132000", "template_parameters"},
	// Phones by Baileys, gateways.
	{"whatsapp", "", "Your account has been restricted (463)", "463", "account_problem"},
	{"whatsapp", "", "WhatsApp error 429", "429", "limit_reached"},
	{"whatsapp", "", "2 UNKNOWN: o servidor retornou o erro 463", "463", "account_problem"},
	{"whatsapp", "", "server returned error 463", "463", "account_problem"},
	{"whatsapp", "", "Request failed with status code 500", "", "server"},
	{"whatsapp", "", "Request failed with status code 429", "", "limit_reached"},
	{"whatsapp", "", `400 - {"status":400,"error":"Bad Request","response":{"message":["Error: Connection Closed"]}}`, "400", "server"},
	{"whatsapp", "", `{"status":400,"error":"Bad Request","response":{"message":[{"jid":"5511900000001@s.whatsapp.net","exists":false,"number":"5511900000001"}]}}`, "", "number_unreachable"},
	{"whatsapp", "ZAPITU-0", "Connection Closed", "ZAPITU-0", "server"},
	{"whatsapp", "", "O número 5511900000001 não está no WhatsApp", "", "number_unreachable"},
	{"whatsapp", "", "Instance not connected", "", "account_problem"},
	// Messenger and Instagram.
	{"messenger", "", "10 - (#10) This message is sent outside of allowed window.", "10", "window_closed"},
	{"instagram", "", "(#10) This message is sent outside of allowed window. Learn more about the new policy here", "10", "window_closed"},
	{"messenger", "10", "This message is sent outside of allowed window.", "10", "window_closed"},
	{"messenger", "", "(#10) Application does not have permission for this action", "10", "account_problem"},
	{"messenger", "", "10 - Permission denied", "10", "account_problem"},
	{"messenger", "", `{"error":{"code":10,"error_subcode":2018278}}`, "10", "window_closed"},
	{"instagram", "", "100 - The requested user cannot be found.", "100", "number_unreachable"},
	{"instagram", "", "100 - (#100) No matching user found", "100", "number_unreachable"},
	{"instagram", "", "100 - Unsupported request - method type: post", "100", "account_problem"},
	{"messenger", "", "100 - " + object, "100", "account_problem"},
	{"messenger", "", "100 - (#100) Must send either message or state", "100", "unknown"},
	{"messenger", "", "551 - (#551) This person isn't available right now.", "551", "recipient_choice"},
	{"messenger", "", "(#551) This person isn’t available at the moment.", "551", "recipient_choice"},
	{"messenger", "", "(#613) Calls to this api have exceeded the rate limit.", "613", "limit_reached"},
	{"messenger", "", "(#2022) You have been temporarily blocked from performing this action.", "2022", "account_problem"},
	{"messenger", "", "132000: anything", "132000", "unknown"},
	{"messenger", "", "2 - (#2) Service temporarily unavailable", "2", "server"},
	{"instagram", "", "(#1) An unknown error has occurred.", "1", "server"},
	{"instagram", "", "(#190) Error validating access token: The session has been invalidated because the user changed their password", "190", "account_problem"},
	// Twilio.
	{"whatsapp", "", "[HTTP 400] 21211 : Unable to create record\nThe 'To' number whatsapp:+55000 is not a valid phone number.", "21211", "wrong_destination"},
	{"whatsapp", "", "[HTTP 400] 63016 : Failed to send freeform message because you are outside the allowed window.", "63016", "window_closed"},
	{"whatsapp", "", "63049 - Meta chose not to deliver this WhatsApp marketing message", "63049", "recipient_choice"},
	{"sms", "", "Error code: 30003", "30003", "number_unreachable"},
	{"sms", "", "Código de error: 30007", "30007", "account_problem"},
	{"sms", "", "Código do erro: 30005", "30005", "number_unreachable"},
	{"sms", "", "Код ошибки: 30006", "30006", "number_unreachable"},
	{"whatsapp", "", "エラーコード: 63016", "63016", "window_closed"},
	{"whatsapp", "", "錯誤代碼：63016", "63016", "window_closed"},
	{"whatsapp", "", "ERROR_131026", "131026", "number_unreachable"},
	{"whatsapp", "", "(#33) Parameter value is not valid", "33", "account_problem"},
	{"whatsapp", "", "Invalid parameter", "", "template_parameters"},
	{"sms", "", "The message From/To pair violates a blacklist rule.", "", "recipient_choice"},
	{"sms", "", "Permission to send an SMS has not been enabled for the region", "", "account_problem"},
	{"sms", "21610", "Attempt to send to unsubscribed recipient", "21610", "recipient_choice"},
	{"sms", "", "Attempt to send to unsubscribed recipient", "", "recipient_choice"},
	{"sms", "", "[HTTP 400] 21408 : Permission to send an SMS has not been enabled for the region indicated by the 'To' number", "21408", "account_problem"},
	{"sms", "", "[HTTP 429] 63038 : Account AC0 exceeded the 9 daily messages limit\nMore information: https://www.twilio.com/docs/errors/63038", "63038", "limit_reached"},
	{"sms", "", "Account exceeded the 9 daily messages limit. More information: https://www.twilio.com/docs/errors/63038", "63038", "limit_reached"},
	{"sms", "", `{"code": 21614, "message": "'To' number is not a valid mobile number", "more_info": "https://www.twilio.com/docs/errors/21614", "status": 400}`, "21614", "wrong_destination"},
	{"whatsapp", "63051", "", "63051", "account_problem"},
	{"sms", "30008", "", "30008", "server"},
	// Telegram.
	{"telegram", "", "403, Forbidden: bot was blocked by the user", "403", "recipient_choice"},
	{"telegram", "", "Forbidden: bot was blocked by the user", "", "recipient_choice"},
	{"telegram", "", `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`, "400", "number_unreachable"},
	{"telegram", "403", "Forbidden: user is deactivated", "403", "number_unreachable"},
	{"telegram", "", "429: Too Many Requests: retry after 35", "429", "limit_reached"},
	{"telegram", "", "401, Unauthorized", "401", "account_problem"},
	{"telegram", "", "400, Bad Request: wrong type of the web page content", "400", "media"},
	{"telegram", "", "400, Bad Request: message text is empty", "400", "unknown"},
	{"telegram", "", "Template is paused", "", "unknown"},
	// E-mail.
	{"email", "", "550 5.1.1 <a@example.com>: Recipient address rejected: User unknown", "5.1.1", "number_unreachable"},
	{"email", "5.1.1", "Recipient address rejected: user unknown", "5.1.1", "number_unreachable"},
	{"email", "", "535 Authentication failed", "", "account_problem"},
	{"email", "", "Net::OpenTimeout", "", "server"},
	// Numbers that are no codes.
	{"whatsapp", "", "24 hours have passed", "", "unknown"},
	{"whatsapp", "", "24-hour window is closed", "", "window_closed"},
	{"whatsapp", "", "Error: 3 of 5 parts were sent", "", "unknown"},
	{"sms", "", "The number (415) 555-0100 is odd", "", "unknown"},
	{"whatsapp", "", "Не доставлено за 10 минут", "", "unknown"},
	{"whatsapp", "", "failed at 2026-11-10 10:30", "", "unknown"},
	{"whatsapp", "", "to", "", "unknown"},
	{"whatsapp", "", "tomorrow", "", "unknown"},
	{"whatsapp", "", "Request timed out", "", "server"},
	{"whatsapp", "", "TIMEOUT OF 30000 MS", "", "server"},
}

func TestSamples(t *testing.T) {
	for _, s := range samples {
		if code := failure.Code(s.own, s.text); code != s.code {
			t.Errorf("%q %q: code %q, want %q", s.own, s.text, code, s.code)
		}
		for range 2 { // the second is remembered
			if v := failure.Judge(s.channel, s.own, s.text); v != (failure.Verdict{Reason: s.reason, Code: s.code, Meaning: failure.Meaning(s.channel, s.own, s.text)}) {
				t.Errorf("%s %q %q: judged %v", s.channel, s.own, s.text, v)
			}
		}
		if reason := failure.Reason(s.channel, s.own, s.text); reason != s.reason {
			t.Errorf("%s %q %q: reason %s, want %s", s.channel, s.own, s.text, reason, s.reason)
		}
	}
}

// TestPostgreSQL: both dialects read the rules alike, also in capitals, with more
// around it and where a text is long.
func TestPostgreSQL(t *testing.T) {
	var all []sample
	for _, s := range samples {
		for _, text := range []string{s.text, strings.ToUpper(s.text), "  \n" + s.text, s.text + " [try 2]", "Ünïcode İ " + s.text, strings.Repeat("x ", 230) + s.text} {
			for _, channel := range []string{s.channel, "messenger", "email"} {
				all = append(all, sample{channel: channel, own: s.own, text: text})
			}
		}
		all = append(all, sample{channel: s.channel, own: s.text, text: s.own})
	}
	var args []any
	bind := func(value any, typ string) string {
		args = append(args, value)
		return fmt.Sprintf("$%d::%s", len(args), typ)
	}
	var channels, owns, texts []string
	for _, s := range all {
		channels, owns, texts = append(channels, s.channel), append(owns, s.own), append(texts, s.text)
	}
	sql := failure.SQL{Bind: bind, Channel: "r.channel", Own: "r.own", Text: "r.text"}
	statement := fmt.Sprintf("SELECT coalesce(%s, ''), %s, coalesce(%s, '') FROM unnest(%s, %s, %s) WITH ORDINALITY AS r(channel, own, text, n) ORDER BY r.n",
		sql.Code(), sql.Reason(), sql.Meaning(), bind(channels, "text[]"), bind(owns, "text[]"), bind(texts, "text[]"))
	begin := time.Now()
	rows, err := pgtest.Connect(t).Query(t.Context(), statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var code, reason, meaning string
		if err := rows.Scan(&code, &reason, &meaning); err != nil {
			t.Fatal(err)
		}
		s := all[n]
		if want := failure.Code(s.own, s.text); code != want {
			t.Errorf("%q %q: code %q, in Go %q", s.own, s.text, code, want)
		}
		if want := failure.Reason(s.channel, s.own, s.text); reason != want {
			t.Errorf("%s %q %q: reason %s, in Go %s", s.channel, s.own, s.text, reason, want)
		}
		want := ""
		if code != "" && failure.Known(s.channel, code) && failure.Reason(s.channel, code, "") == reason {
			want = code
		}
		if meaning != want {
			t.Errorf("%s %q %q: meaning of %q, want %q", s.channel, s.own, s.text, meaning, want)
		}
	}
	if rows.Err() != nil || n != len(all) {
		t.Fatal(n, rows.Err())
	}
	t.Logf("%d failures in %s", n, time.Since(begin))
}

var (
	code   = regexp.MustCompile(`^(-?[0-9]{1,7}|[245]\.[0-9]{1,3}\.[0-9]{1,3})$`)
	ascii  = regexp.MustCompile(`^[ -~]+$`)
	perl   = regexp.MustCompile(`\\[a-zA-Z]|\[\[|[*+?}]\?|\(\?[^:]`)
	source = regexp.MustCompile(`^[a-z0-9.-]+\.[a-z]+/[A-Za-z0-9/_.-]+$`)
)

// TestTable: every row is whole, and no row is hidden by an earlier one.
func TestTable(t *testing.T) {
	reasons, _ := catalog.LookupDimension("failure_reason")
	channels, _ := catalog.LookupDimension("channel")
	used := map[string]bool{}
	seen := map[string]bool{}
	last := false // in the last part
	patterned := false
	for _, r := range failure.Rules() {
		name := fmt.Sprintf("%v %s %s", r.Channels, r.Code, r.Pattern)
		used[r.Reason] = true
		if !slices.Contains(reasons.Values, r.Reason) {
			t.Errorf("%s: %q is no reason", name, r.Reason)
		}
		if r.Code == "" && r.Pattern == "" || r.Code != "" && !code.MatchString(r.Code) {
			t.Errorf("%s: neither a code nor a pattern", name)
		}
		if r.Pattern != "" && (!ascii.MatchString(r.Pattern) || perl.MatchString(r.Pattern) || strings.ToLower(r.Pattern) != r.Pattern) {
			t.Errorf("%s: the dialects may not agree", name)
		}
		if _, err := time.Parse(time.DateOnly, r.Date); err != nil || !source.MatchString(r.Source) {
			t.Errorf("%s: no source or date: %s %s", name, r.Source, r.Date)
		}
		for _, c := range r.Channels {
			if !slices.Contains(channels.Values, c) || failure.Family(c) != c {
				t.Errorf("%s: %s is no channel of its own", name, c)
			}
		}
		if strings.HasPrefix(r.Reason, "template_") && !slices.Equal(r.Channels, []string{"whatsapp"}) {
			t.Errorf("%s: only WhatsApp has templates", name)
		}
		patterned, last = patterned || r.Pattern != "", patterned && r.Pattern == ""
		if r.Reason == failure.Unknown && !last {
			t.Errorf("%s: unknown before the last part", name)
		}
		if patterned && !last && r.Pattern == "" {
			t.Errorf("%s stands among the patterns", name)
		}
		for _, c := range append(slices.Clone(r.Channels), "") {
			key := fmt.Sprint(c, " ", r.Code, " ", r.Pattern)
			if seen[key] {
				t.Errorf("%s stands twice", name)
			}
			seen[key] = c != "" || len(r.Channels) == 0
		}
	}
	for _, reason := range reasons.Values {
		if !used[reason] {
			t.Errorf("no rule has the reason %s", reason)
		}
	}
}

// TestChannelsWithoutTemplates never have anything wrong with a template.
func TestChannelsWithoutTemplates(t *testing.T) {
	for _, s := range samples {
		for _, channel := range []string{"messenger", "instagram", "telegram", "sms", "email", "webchat"} {
			if reason := failure.Reason(channel, s.own, s.text); strings.HasPrefix(reason, "template_") {
				t.Errorf("%s %q %q: %s", channel, s.own, s.text, reason)
			}
		}
	}
}
