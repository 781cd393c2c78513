package fieldtest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/parley-reports/parley/internal/fieldtest"
)

// one is a received message at 12:00 UTC on Tuesday, 2026-11-10, of each kind.
var oneMessage = map[string]string{
	"views":     `INSERT INTO message (message_id, account_id, contact_id, line_id, direction, created_at) VALUES ('m1', '1', 'c1', 'L', 'inbound', '2026-11-10 12:00Z');`,
	"chatwoot":  `INSERT INTO messages (id, message_type, sender_type, sender_id, content) VALUES (1, 0, 'Contact', 1, 'hi');`,
	"evolution": `INSERT INTO "Message" (id, key, "messageType", message, source, "messageTimestamp", "instanceId") VALUES ('m1', '{"id": "A1", "fromMe": false, "remoteJid": "5511900000001@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1');`,
	"ticketz":   `INSERT INTO "Messages" (id, body, "fromMe", "ticketId", "contactId") VALUES ('A1', 'hi', false, 1, 1);`,
	"webhook": `INSERT INTO whatsapp_webhook (received_at, payload) VALUES ('2026-11-10 12:00:05Z', '{"object": "whatsapp_business_account", "entry": [{"id": "W1", "changes": [{"field": "messages", "value": {
	  "metadata": {"phone_number_id": "P1", "display_phone_number": "551140000000"}, "contacts": [{"wa_id": "5511900000002"}],
	  "messages": [{"from": "5511900000002", "id": "wamid.1", "timestamp": "1794312000", "type": "text", "text": {"body": "hi"}}]}}]}]}');`,
}

// Legacy names, and names in another case, mean what the modern ones do.
func TestHourAndWeekdayInAnyZone(t *testing.T) {
	for kind, rows := range oneMessage {
		var cases []fieldtest.Case
		for _, z := range []struct {
			zone          string
			weekday, hour int
		}{
			{"America/Buenos_Aires", 2, 9}, {"Asia/Calcutta", 2, 17}, {"US/Eastern", 2, 7}, {"Europe/Kiev", 2, 14}, {"America/Godthab", 2, 10}, {"Asia/Rangoon", 2, 18},
			{"america/sao_paulo", 2, 9}, {"Pacific/Kiritimati", 3, 2}, {"+05:45", 2, 17}, {"utc", 2, 12},
		} {
			cases = append(cases, fieldtest.Case{Name: z.zone, Quiet: true,
				Query: fmt.Sprintf(`{"metrics": ["messages_received"], "groupBy": ["weekday", "hour_of_day"], "timezone": %q}`, z.zone),
				Want:  []string{fmt.Sprintf(`{"weekday": %d, "hour_of_day": %d, "messages_received": 1}`, z.weekday, z.hour)}})
		}
		t.Run(kind, func(t *testing.T) { fieldtest.RunOver(t, fieldtest.Case{Kind: kind, Rows: rows}, cases...) })
	}
}

func TestZonesOfQueries(t *testing.T) {
	rows := oneMessage["views"] + strings.NewReplacer("'m1'", "'m2'", "2026-11-10 12:00Z", "2026-07-11 03:10Z").Replace(oneMessage["views"]) + `
		INSERT INTO message (message_id, account_id, contact_id, line_id, direction, created_at, template_name, template_category, status)
		VALUES ('m3', '1', 'c1', 'L', 'outbound', '2026-11-20 20:00Z', 'promo', 'marketing', 'sent');`
	ask := func(zone string) string {
		return fmt.Sprintf(`{"metrics": ["messages_received"], "groupBy": ["hour_of_day"], "timezone": %q}`, zone)
	}
	cases := []fieldtest.Case{
		{Name: "Paraguay stays at -03: hour", From: "2026-07-01T00:00:00Z", To: "2026-08-01T00:00:00Z", Query: ask("America/Asuncion"), Want: []string{`{"hour_of_day": 0}`}},
		{Name: "Paraguay stays at -03: weekday", From: "2026-07-01T00:00:00Z", To: "2026-08-01T00:00:00Z",
			Query: `{"metrics": ["messages_received"], "groupBy": ["weekday"], "timezone": "America/Asuncion"}`, Want: []string{`{"weekday": 6}`}},
		{Name: "traffic", To: "2026-11-15T00:00:00Z", Query: `{"report": "traffic", "timezone": "America/Buenos_Aires"}`, Want: []string{`{"weekday": 2, "hour_of_day": 9}`}},
		{Name: "sends", Query: `{"report": "sends", "timezone": "Asia/Calcutta"}`, Want: []string{`{"send": "promo 2026-11-21"}`}},
		{Name: "a send is chosen by its local day", Query: `{"metrics": ["notified"], "timezone": "Asia/Calcutta", "filters": [{"dimension": "send", "operator": "in", "values": ["promo 2026-11-21"]}]}`, Want: []string{`{"notified": 1}`}},
		{Name: "campaign_sends", Query: `{"report": "campaign_sends", "timezone": "Asia/Calcutta"}`, Want: []string{}},
		{Name: "a year of two offsets", From: "2026-01-01T00:00:00Z", To: "2027-01-01T00:00:00Z", Query: ask("US/Eastern"), Want: []string{`{"hour_of_day": 7}`, `{"hour_of_day": 15}`, `{"hour_of_day": 23}`}},
		{Name: "a range without end", From: "0001-01-01T00:00:00Z", To: "9999-01-01T00:00:00Z", Now: "2026-12-01T00:00:00Z", Query: ask("US/Eastern"), Want: []string{`{"hour_of_day": 7}`, `{"hour_of_day": 15}`, `{"hour_of_day": 23}`}},
		{Name: "a mistyped zone", Query: ask("America/Sao_Paolo"), Error: `unknown time zone "America/Sao_Paolo": use an IANA name`},
	}
	// What browsers, the image renderer and public dashboards send where nobody chose a
	// zone: the data source's counts.
	for _, zone := range []string{"", "Etc/Unknown", "undefined", "null", "Local", "browser", "$__timezone", "${__timezone}"} {
		cases = append(cases, fieldtest.Case{Name: "nobody chose " + zone, Query: ask(zone), Want: []string{`{"hour_of_day": 9}`, `{"hour_of_day": 17, "messages_received": 0}`}})
	}
	fieldtest.RunOver(t, fieldtest.Case{Kind: "views", Timezone: "America/Sao_Paulo", Rows: rows}, cases...)
}

const byHours = `{"metrics": ["messages_received"], "groupBy": ["line", "business_hours"]}`

// hoursOf are working hours of a line, Monday to Friday, 9 to 18.
func hoursOf(line, zone string) string {
	return fmt.Sprintf(`INSERT INTO working_hours (line_id, time_zone, weekday, opens, closes) SELECT '%s', %s, d, '09:00', '18:00' FROM generate_series(1, 5) AS d;`, line, zone)
}

func TestZonesOfWorkingHours(t *testing.T) {
	var rows strings.Builder
	var want []string
	for zone, state := range map[string]string{ // at 12:00 UTC
		"NULL": "inside", "''": "inside", "'  '": "inside", "'America/Sao_Paulo'": "inside", "'america/sao_paulo'": "inside", "'America/Los_Angeles'": "outside",
		"'US/Pacific'": "outside", "'Brasilia'": "inside", "'Pacific Time (US & Canada)'": "outside", "'E. South America Standard Time'": "inside",
		"'Pacific Standard Time'": "outside", "'<+09>-9'": "outside", "'-03:00'": "inside", "'UTC+9'": "outside", "'BRT'": "inside", "'Asia/Rangoon'": "outside",
	} {
		line := "line of " + strings.Trim(zone, "'")
		fmt.Fprintf(&rows, "INSERT INTO line (line_id, channel) VALUES ('%s', 'whatsapp'); %s", line, hoursOf(line, zone))
		rows.WriteString(strings.NewReplacer("'m1'", "'"+line+"'", "'L'", "'"+line+"'").Replace(oneMessage["views"]))
		want = append(want, fmt.Sprintf(`{"line": %q, "business_hours": %q, "messages_received": 1}`, line, state))
	}
	fieldtest.Run(t, fieldtest.Case{Name: "zones", Kind: "views", Rows: rows.String(), Query: byHours, Quiet: true, Want: want})
}

func TestOneUnknownZoneLeavesTheOthers(t *testing.T) {
	second := `
		UPDATE inboxes SET working_hours_enabled = true, timezone = 'America/Sao_Paulo';
		INSERT INTO inboxes (id, name, channel_type, working_hours_enabled, timezone) VALUES (2, 'Second', 'Channel::Whatsapp', true, 'Etc/Unknown');
		INSERT INTO contacts (id, name, phone_number) VALUES (2, 'Bo', '+380670000001');
		INSERT INTO conversations (id, display_id, contact_id, inbox_id) VALUES (2, 2, 2, 2);
		INSERT INTO working_hours (inbox_id, day_of_week, open_hour, open_minutes, close_hour, close_minutes) SELECT i, d, 9, 0, 18, 0 FROM generate_series(1, 2) AS i, generate_series(1, 5) AS d;
		INSERT INTO messages (id, message_type, sender_type, sender_id, content) VALUES (1, 0, 'Contact', 1, 'hi');
		INSERT INTO messages (id, inbox_id, conversation_id, message_type, sender_type, sender_id, content) VALUES (2, 2, 2, 0, 'Contact', 2, 'hi');`
	const notice = `The business hours of line 2 are ignored: unknown time zone Etc/Unknown\.`
	const outside = `{"metrics": ["messages_received"], "filters": [{"dimension": "business_hours", "operator": "in", "values": ["outside"]}]}`
	queue := func(id int, zone string) string {
		return fmt.Sprintf(`INSERT INTO "Queues" (id, name, color, "companyId", schedules) VALUES (%[1]d, 'q%[1]d', '#%[1]d', 1, '{"timezone": %[2]q, "weeklyRules": [{"days": ["mon", "tue"], "hours": [{"from": "09:00", "to": "18:00"}]}]}');`, id, zone)
	}
	queues := queue(1, "America/Sao_Paulo") + queue(2, "America/Sao_Paolo") + oneMessage["ticketz"] + `
		UPDATE "Tickets" SET "queueId" = 1;
		INSERT INTO "Tickets" (id, "contactId", "whatsappId", "queueId") VALUES (2, 1, 1, 2);
		INSERT INTO "Messages" (id, body, "fromMe", "ticketId", "contactId") VALUES ('A2', 'hi', false, 2, 1);`
	views := oneMessage["views"] + strings.NewReplacer("'m1'", "'m2'", "'L'", "'K'").Replace(oneMessage["views"]) + `
		INSERT INTO line (line_id, name, channel, team_id) VALUES ('K', 'Second', 'whatsapp', 't');` + hoursOf("L", "'Mars/Base'") + `
		INSERT INTO working_hours (team_id, time_zone, weekday, opens, closes) VALUES ('t', 'Asia/Calcutta', 2, '09:00', '18:00');`
	fieldtest.RunOver(t, fieldtest.Case{Kind: "chatwoot", Rows: second},
		fieldtest.Case{Name: "its filter", Query: outside, Notice: notice, Want: []string{`{"messages_received": 0}`}},
		fieldtest.Case{Name: "in Spanish", Query: strings.Replace(byHours, "{", `{"language": "es", `, 1), Notice: `la línea 2: zona horaria desconocida Etc/Unknown`},
		fieldtest.Case{Name: "what is not asked is not told", Query: `{"metrics": ["messages_received"]}`, Quiet: true})
	fieldtest.Run(t,
		fieldtest.Case{Name: "an inbox", Kind: "chatwoot", Rows: second, Query: byHours, Notice: notice, Check: `^working_hours: 5 rows have an unknown time zone, for example line 2 \(Etc/Unknown\)`,
			Want: []string{`{"line": "1", "business_hours": "inside", "messages_received": 1}`, `{"line": "2", "business_hours": null, "messages_received": 1}`}},
		fieldtest.Case{Name: "a queue", Kind: "ticketz", Rows: queues, Query: `{"metrics": ["messages_received"], "groupBy": ["team", "business_hours"]}`, Notice: `team 2 are ignored: unknown time zone America/Sao_Paolo`,
			Check: `(for example|:) team 2 \(America/Sao_Paolo\)`,
			Want:  []string{`{"team": "1", "business_hours": "inside", "messages_received": 1}`, `{"team": "2", "business_hours": null, "messages_received": 1}`}},
		fieldtest.Case{Name: "a line beside a team", Kind: "views", Rows: views, Query: byHours, Notice: `line L are ignored: unknown time zone Mars/Base`,
			Want: []string{`{"line": "K", "business_hours": "inside", "messages_received": 1}`, `{"line": "L", "business_hours": null, "messages_received": 1}`}},
		// The team's hours don't stand for a line's that are unknown.
		fieldtest.Case{Name: "a line of a team", Kind: "views", Rows: hoursOf("L", "'Mars/Base'") + oneMessage["views"] + `
			UPDATE line SET team_id = 't';
			INSERT INTO working_hours (team_id, weekday, opens, closes) VALUES ('t', 2, '09:00', '18:00');`, Query: byHours, Want: []string{`{"line": "L", "business_hours": null}`}},
	)
}

func TestRowsOfWorkingHoursThatCannotBeRead(t *testing.T) {
	loose := `ALTER TABLE working_hours ALTER weekday DROP NOT NULL, ALTER opens DROP NOT NULL, ALTER closes DROP NOT NULL;`
	row := func(values string) string {
		return "INSERT INTO working_hours (line_id, time_zone, weekday, opens, closes) VALUES ('L', 'UTC', " + values + ");"
	}
	good := row("2, '09:00', '18:00'")
	inside, none := []string{`{"business_hours": "inside"}`}, []string{`{"business_hours": null}`}
	fieldtest.Run(t,
		fieldtest.Case{Name: "weekday 7", Kind: "views", Rows: loose + good + row("7, '00:00', '24:00'") + oneMessage["views"], Query: byHours, Want: inside,
			Notice: `A row in the business hours of line L is ignored: weekday is not valid`, Check: `^working_hours: 1 row has a weekday that is not between 0 and 6: line L`},
		fieldtest.Case{Name: "no weekday", Kind: "views", Rows: loose + row("NULL, '00:00', '24:00'") + oneMessage["views"], Query: byHours, Want: none, Notice: `weekday is not valid`},
		fieldtest.Case{Name: "opens null", Kind: "views", Rows: loose + good + row("2, NULL, '24:00'") + oneMessage["views"], Query: byHours, Want: inside, Notice: `opens is not valid`, Check: `no valid time in opens`},
		fieldtest.Case{Name: "closes null", Kind: "views", Rows: loose + good + row("2, '09:00', NULL") + oneMessage["views"], Query: byHours, Want: inside, Notice: `closes is not valid`, Check: `no valid time in closes`},
		fieldtest.Case{Name: "until 24:00", Kind: "views", Rows: row("2, '12:00', '24:00'") + oneMessage["views"], Query: byHours, Want: inside, Quiet: true},
		fieldtest.Case{Name: "a whole day", Kind: "views", Rows: row("1, '12:00', '12:00'") + oneMessage["views"], Query: byHours, Want: []string{`{"business_hours": "outside"}`}},
	)
}

// An inbox that is closed all week has a schedule.
func TestClosedAllWeek(t *testing.T) {
	rows := `
		UPDATE inboxes SET working_hours_enabled = true, timezone = 'UTC';
		INSERT INTO working_hours (inbox_id, day_of_week, open_hour, open_minutes, close_hour, close_minutes, closed_all_day)
		SELECT 1, d, 9, 0, 18, 0, true FROM generate_series(0, 6) AS d;
		INSERT INTO messages (id, message_type, sender_type, sender_id, content) VALUES (1, 0, 'Contact', 1, 'hi')`
	fieldtest.Run(t,
		fieldtest.Case{Name: "group", Kind: "chatwoot", Rows: rows, Query: `{"metrics": ["messages_received"], "groupBy": ["business_hours"]}`, Quiet: true,
			Want: []string{`{"business_hours": "outside", "messages_received": 1}`}},
		fieldtest.Case{Name: "filter", Kind: "chatwoot", Rows: rows, Query: `{"metrics": ["messages_received"], "filters": [{"dimension": "business_hours", "operator": "in", "values": ["outside"]}]}`,
			Want: []string{`{"messages_received": 1}`}},
	)
}
