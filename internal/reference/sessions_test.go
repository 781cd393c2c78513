package reference

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/pkg/query"
)

// A change alters a message of a test.
type change func(*contract.Message)

// instant reads a time of a test, in UTC unless it names an offset.
func instant(text string) time.Time {
	for _, layout := range []string{"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t
		}
	}
	panic("no instant: " + text)
}

func messageAt(direction, id, at string, changes []change) contract.Message {
	m := contract.Message{
		MessageID: id, Direction: direction, CreatedAt: instant(at),
		AccountID: new("a"), LineID: new("wa"), ContactID: new("ana"),
	}
	for _, c := range changes {
		c(&m)
	}
	return m
}

func in(id, at string, changes ...change) contract.Message {
	return messageAt("inbound", id, at, changes)
}

func out(id, at string, changes ...change) contract.Message {
	return messageAt("outbound", id, at, changes)
}

func status(s string) change  { return func(m *contract.Message) { m.Status = &s } }
func by(author string) change { return func(m *contract.Message) { m.AuthorKind = &author } }
func agent(id string) change {
	return func(m *contract.Message) { m.AuthorKind = new("agent"); m.AgentID = &id }
}
func line(id string) change    { return func(m *contract.Message) { m.LineID = &id } }
func contact(id string) change { return func(m *contract.Message) { m.ContactID = &id } }
func sequence(n int64) change  { return func(m *contract.Message) { m.Sequence = &n } }
func thread(id string) change  { return func(m *contract.Message) { m.ConversationID = &id } }
func template(name, category string) change {
	return func(m *contract.Message) { m.TemplateName, m.TemplateCategory = &name, &category }
}
func campaign(id string) change     { return func(m *contract.Message) { m.CampaignID = &id } }
func referral(m *contract.Message)  { m.IsReferral = new(true) }
func noContact(m *contract.Message) { m.ContactID = nil }
func noLine(m *contract.Message)    { m.LineID = nil }
func noAccount(m *contract.Message) { m.AccountID = nil }

var (
	failing   = status("failed")
	pending   = status("pending")
	welcome   = template("welcome", "utility")
	testLines = []contract.Line{
		{LineID: "wa", Channel: new("whatsapp"), Name: new("Ventas")}, {LineID: "wa2", Channel: new("whatsapp"), Name: new("Ventas")},
		{LineID: "web", Channel: new("webchat")}, {LineID: "ig", Channel: new("instagram")},
	}
)

func messages(ms ...contract.Message) contract.Data {
	return contract.Data{Messages: ms, Lines: testLines}
}

// story writes sessions and initiations one per line, in order.
func story(f *Facts) string {
	var lines []string
	for _, s := range f.sessions {
		var covered []string
		for _, m := range s.messages {
			covered = append(covered, m.MessageID)
		}
		lines = append(lines, fmt.Sprintf("session %s by %s for %s: %s", s.opener.MessageID, s.initiator, s.end.Sub(s.opener.CreatedAt), strings.Join(covered, " ")))
	}
	for _, i := range f.initiations {
		line := fmt.Sprintf("initiation %s by %s", i.opener.MessageID, i.initiator)
		if i.notification {
			line = fmt.Sprintf("notification %s %s", i.opener.MessageID, i.status)
		}
		if i.reply != nil {
			line += " to " + i.reply.MessageID
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestSessions(t *testing.T) {
	for name, test := range map[string]struct {
		data contract.Data
		want []string
	}{
		"a session is fixed and does not slide": {
			messages(in("a", "2025-03-10 10:00"), in("b", "2025-03-11 09:59:59.999999"), in("c", "2025-03-11 10:00"), in("d", "2025-03-12 09:00")),
			[]string{"session a by contact for 24h0m0s: a b", "session c by contact for 24h0m0s: c d"},
		},
		"an outbound opener is a notification": {
			messages(out("a", "2025-03-10 10:00"), in("b", "2025-03-10 11:00"), in("c", "2025-03-10 12:00")),
			[]string{"session a by business for 24h0m0s: a b c", "notification a replied to b"},
		},
		"a reply at exactly the end is none": {
			messages(out("a", "2025-03-10 10:00", status("delivered")), in("b", "2025-03-11 10:00")),
			[]string{"session a by business for 24h0m0s: a", "session b by contact for 24h0m0s: b", "notification a delivered"},
		},
		"a reply just before the end is one": {
			messages(out("a", "2025-03-10 10:00"), in("b", "2025-03-11 09:59:59.999999")),
			[]string{"session a by business for 24h0m0s: a b", "notification a replied to b"},
		},
		"a free text in window carries on what the contact began": {
			messages(in("a", "2025-03-10 10:00"), in("b", "2025-03-11 09:00"), out("c", "2025-03-11 11:00")),
			[]string{"session a by contact for 24h0m0s: a b", "session c by contact for 24h0m0s: c"},
		},
		"the window is shut after exactly 24 hours": {
			messages(in("a", "2025-03-10 10:00"), out("b", "2025-03-11 10:00")),
			[]string{"session a by contact for 24h0m0s: a", "session b by business for 24h0m0s: b", "notification b sent"},
		},
		"a template or a campaign in window is a notification all the same": {
			messages(in("a", "2025-03-10 10:00"), in("b", "2025-03-11 09:00"), out("c", "2025-03-11 11:00", welcome),
				in("d", "2025-03-12 10:00"), out("e", "2025-03-12 11:00", by("campaign")), in("f", "2025-03-13 10:00"), out("g", "2025-03-13 11:00", campaign("c"))),
			[]string{
				"session a by contact for 24h0m0s: a b", "session c by business for 24h0m0s: c d",
				"session e by business for 24h0m0s: e f", "session g by business for 24h0m0s: g",
				"notification c replied to d", "notification e replied to f", "notification g sent",
			},
		},
		"a failed opener opens nothing": {
			messages(out("a", "2025-03-10 10:00", failing), out("b", "2025-03-10 11:00"), in("c", "2025-03-10 12:00")),
			[]string{"session b by business for 24h0m0s: b c", "notification a failed", "notification b replied to c"},
		},
		"a contact's message after a failed opener opens its own session": {
			messages(out("a", "2025-03-10 10:00", failing), in("b", "2025-03-10 11:00")),
			[]string{"session b by contact for 24h0m0s: b", "notification a failed"},
		},
		"a failed free text in window is no notification": {
			messages(in("a", "2025-03-10 10:00"), in("b", "2025-03-11 09:00"), out("c", "2025-03-11 11:00", failing), out("d", "2025-03-11 12:00", failing, welcome)),
			[]string{"session a by contact for 24h0m0s: a b", "notification d failed"},
		},
		"a pending opener opens, and a reply proves it": {
			messages(out("a", "2025-03-10 10:00", pending), in("b", "2025-03-10 11:00"), out("c", "2025-03-20 10:00", pending)),
			[]string{"session a by business for 24h0m0s: a b", "session c by business for 24h0m0s: c", "notification a replied to b", "notification c pending"},
		},
		"a template inside a session starts nothing": {
			messages(in("a", "2025-03-10 10:00"), out("b", "2025-03-10 11:00", welcome)),
			[]string{"session a by contact for 24h0m0s: a b"},
		},
		"a free entry point lasts 72 hours from the first reply": {
			messages(in("a", "2025-03-10 10:00", referral), out("b", "2025-03-10 12:00"), out("c", "2025-03-11 12:00"), in("d", "2025-03-13 11:59:59.999999"), in("e", "2025-03-13 12:00")),
			[]string{"session a by free_entry_point for 74h0m0s: a b c d", "session e by contact for 24h0m0s: e", "initiation a by free_entry_point"},
		},
		"failed and pending messages are no reply to it": {
			messages(in("a", "2025-03-10 10:00", referral), out("b", "2025-03-10 12:00", failing), out("c", "2025-03-10 13:00", pending), out("d", "2025-03-11 09:00")),
			[]string{"session a by free_entry_point for 95h0m0s: a b c d", "initiation a by free_entry_point"},
		},
		"a reply after exactly 24 hours is too late for it": {
			messages(in("a", "2025-03-10 10:00", referral), out("b", "2025-03-11 10:00")),
			[]string{"session a by free_entry_point for 24h0m0s: a", "session b by business for 24h0m0s: b", "initiation a by free_entry_point", "notification b sent"},
		},
		"a referral elsewhere than on WhatsApp is an initiation by the contact": {
			messages(in("a", "2025-03-10 10:00", referral, line("web")), out("b", "2025-03-10 11:00", line("web"))),
			[]string{"session a by contact for 24h0m0s: a b", "initiation a by contact"},
		},
		"a referral inside a session starts nothing": {
			messages(in("a", "2025-03-10 10:00"), in("b", "2025-03-10 11:00", referral)),
			[]string{"session a by contact for 24h0m0s: a b"},
		},
		"accounts, lines and contacts are apart, and none is one of its own": {
			messages(in("a", "2025-03-10 10:00"), in("b", "2025-03-10 11:00", line("wa2")), in("c", "2025-03-10 12:00", noLine), in("d", "2025-03-10 12:01", noLine),
				in("e", "2025-03-10 13:00", noAccount), in("f", "2025-03-10 14:00", contact("bob")), in("g", "2025-03-10 15:00", noContact), out("h", "2025-03-10 16:00", noContact)),
			[]string{
				"session a by contact for 24h0m0s: a", "session b by contact for 24h0m0s: b", "session c by contact for 24h0m0s: c d",
				"session e by contact for 24h0m0s: e", "session f by contact for 24h0m0s: f",
			},
		},
		"at one instant inbound comes first": {
			messages(out("a", "2025-03-10 10:00"), in("b", "2025-03-10 10:00")),
			[]string{"session b by contact for 24h0m0s: b a"},
		},
		"but the sequence before it, and those without one last": {
			messages(in("c", "2025-03-10 10:00"), in("b", "2025-03-10 10:00", sequence(2)), out("a", "2025-03-10 10:00", sequence(1))),
			[]string{"session a by business for 24h0m0s: a b c", "notification a replied to b"},
		},
		"then ids by their bytes": {
			messages(in("é", "2025-03-10 10:00"), in("a", "2025-03-10 10:00"), in("B", "2025-03-10 10:00"), in("_", "2025-03-10 10:00")),
			[]string{"session B by contact for 24h0m0s: B _ a é"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got, want := story(Prepare(test.data, Defaults())), strings.Join(test.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			slices.Reverse(test.data.Messages)
			if got, want := story(Prepare(test.data, Defaults())), strings.Join(test.want, "\n"); got != want {
				t.Errorf("rows reversed: got\n%s", got)
			}
		})
	}
}

func TestStage(t *testing.T) {
	later := instant("2025-03-10 11:00")
	for _, test := range []struct {
		status                  string
		delivered, read, failed bool
		want                    string
	}{
		{"", false, false, false, "sent"}, {"deleted", false, false, false, "sent"}, {"SENT", false, false, false, "sent"},
		{"played", false, false, false, "read"}, {"READ", false, false, true, "read"}, {"failed", false, true, true, "read"},
		{"delivered", false, false, true, "delivered"}, {"failed", true, false, true, "delivered"}, {"sent", true, false, false, "delivered"},
		{"Failed", false, false, false, "failed"}, {"pending", false, false, true, "failed"}, {"", false, false, true, "failed"},
		{"queued", false, false, false, "pending"}, {"pending", false, false, false, "pending"}, {"Accepted", false, false, false, "pending"},
	} {
		m := out("a", "2025-03-10 10:00", status(test.status))
		if test.delivered {
			m.DeliveredAt = &later
		}
		if test.read {
			m.ReadAt = &later
		}
		if test.failed {
			m.FailedAt = &later
		}
		if got := stageOf(m); got != test.want {
			t.Errorf("%+v: got %s", test, got)
		}
		m.Direction = "inbound"
		if got := stageOf(m); got != "" {
			t.Errorf("inbound: got %s", got)
		}
	}
}

func TestOrigin(t *testing.T) {
	f := Prepare(messages(), Defaults())
	given := func(origin string) change { return func(m *contract.Message) { m.Origin = &origin } }
	for want, ms := range map[string][]contract.Message{
		"campaign":          {out("a", "2025-03-10", campaign("c"), welcome), out("a", "2025-03-10", by("campaign"), welcome)},
		"template":          {out("a", "2025-03-10", welcome, by("bot"))},
		"flow":              {out("a", "2025-03-10", by("bot")), out("a", "2025-03-10", by("system"), given("")), out("a", "2025-03-10", by("bot"), campaign(""))},
		"inbox":             {out("a", "2025-03-10", by("agent")), out("a", "2025-03-10", agent("1"), template("", ""))},
		"other":             {out("a", "2025-03-10")},
		"inbound":           {in("a", "2025-03-10"), in("a", "2025-03-10", campaign("c"))},
		"referred_webchat":  {in("a", "2025-03-10", referral, line("web"))},
		"referred_campaign": {in("a", "2025-03-10", referral), in("a", "2025-03-10", referral, noLine)},
		"api":               {out("a", "2025-03-10", given("api"), welcome), in("a", "2025-03-10", given("api"), referral)},
	} {
		for _, m := range ms {
			clean(&m)
			if got := f.originOf(&message{Message: m, stage: stageOf(m)}); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	}
}

// ask computes one row, and fails where there is not exactly one.
func ask(t *testing.T, d contract.Data, metrics ...string) map[string]any {
	t.Helper()
	rows := table(t, d, query.Query{Metrics: metrics})
	if len(rows) != 1 {
		t.Fatalf("got %d rows", len(rows))
	}
	return rows[0]
}

var from, to, now = instant("2025-01-01"), instant("2027-01-01"), instant("2026-12-01")

func table(t *testing.T, d contract.Data, q query.Query) []map[string]any {
	t.Helper()
	rows, err := Compute(d, Defaults(), q, from, to, now)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// cells writes a table as text: the rows sorted, the columns in the order given.
func cells(rows []map[string]any, columns ...string) string {
	var lines []string
	for _, row := range rows {
		var values []string
		for _, column := range columns {
			switch v := row[column].(type) {
			case nil:
				values = append(values, "-")
			case time.Time:
				values = append(values, v.Format("01-02T15:04"))
			default:
				values = append(values, fmt.Sprint(v))
			}
		}
		lines = append(lines, strings.Join(values, " "))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func expect(t *testing.T, got string, want ...string) {
	t.Helper()
	if want := strings.Join(want, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestNewOrReturning(t *testing.T) {
	d := messages(
		out("a", "2025-03-10 10:00", failing),                          // new: nothing before
		out("b", "2025-03-10 11:00"),                                   // new: only a failure before
		out("c", "2025-03-20 10:00", line("wa2")),                      // returning, though another line
		out("d", "2025-03-20 10:00", noAccount),                        // new: another account
		out("e", "2025-03-20 10:00", contact("bob"), welcome, failing), // new
		in("f", "2025-03-20 11:00", contact("bob")),                    // new
		out("g", "2025-03-25 10:00", contact("bob")),                   // returning
	)
	rows := table(t, d, query.Query{Metrics: []string{"initiations"}, GroupBy: []string{"session_id", "user_type"}})
	expect(t, cells(rows, "session_id", "user_type", "initiations"), "- new 2", "b new 1", "c returning 1", "d new 1", "g returning 1")
	rows = table(t, d, query.Query{Metrics: []string{"sessions", "session_users", "session_users_new", "session_users_returning"}})
	expect(t, cells(rows, "sessions", "session_users", "session_users_new", "session_users_returning"), "5 3 3 0")
	rows = table(t, d, query.Query{Metrics: []string{"notified_users", "new_users", "returning_users"}})
	expect(t, cells(rows, "notified_users", "new_users", "returning_users"), "3 2 1")
	f := Prepare(d, Defaults())
	rows, err := f.Compute(query.Query{Metrics: []string{"session_users", "session_users_new"}}, instant("2025-03-20 10:30"), to, now)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, cells(rows, "session_users", "session_users_new"), "1 1")
}

func TestMessages(t *testing.T) {
	clicked := func(payload string) change { return func(m *contract.Message) { m.ButtonPayload = &payload } }
	d := messages(
		out("a", "2025-03-10 10:00", welcome, status("delivered")),
		in("b", "2025-03-10 11:00", clicked("yes")),
		in("c", "2025-03-10 11:30", clicked(""), noContact),
		out("d", "2025-03-11 10:59:59.999999", status("read")), // in window
		out("e", "2025-03-11 11:00"),                           // no longer
		out("f", "2025-03-11 12:00", failing, welcome, agent("zoe")),
		out("g", "2025-03-11 12:00", pending, template("", "utility"), agent("zoe")),
		out("h", "2025-03-11 12:00", noContact, agent("kim")),
	)
	got := ask(t, d, "messages_outbound", "messages_sent", "messages_received", "messages", "messages_delivered", "messages_read", "messages_failed", "messages_pending",
		"templates_sent", "button_clicks", "active_contacts", "active_agents", "failed_rate", "delivery_rate", "read_rate", "sent_received_ratio", "sent_in_window_share")
	for metric, want := range map[string]float64{
		"messages_outbound": 6, "messages_sent": 4, "messages_received": 2, "messages": 6, "messages_delivered": 2, "messages_read": 1, "messages_failed": 1, "messages_pending": 1,
		"templates_sent": 1, "button_clicks": 1, "active_contacts": 1, "active_agents": 2, "failed_rate": 0.2, "delivery_rate": 0.4, "read_rate": 0.5, "sent_received_ratio": 2, "sent_in_window_share": 0.25,
	} {
		if got[metric] != want {
			t.Errorf("%s: got %v, want %v", metric, got[metric], want)
		}
	}
	expect(t, cells(table(t, d, query.Query{Metrics: []string{"messages_outbound", "messages_received"}, GroupBy: []string{"in_window"}}), "in_window", "messages_outbound", "messages_received"),
		"- 0 2", "closed 5 0", "open 1 0")
	// d covers until 11:00 of the next day: a began the first session, d the
	// second. f and g are inside it, h belongs to nobody.
	expect(t, cells(table(t, d, query.Query{Metrics: []string{"messages_outbound"}, GroupBy: []string{"session_id", "initiator", "origin"}}), "session_id", "initiator", "origin", "messages_outbound"),
		"- - - 1", "a business template 1", "d contact other 4")
	expect(t, cells(table(t, d, query.Query{Metrics: []string{"messages"}, GroupBy: []string{"status"}}), "status", "messages"),
		"- 2", "delivered 1", "failed 0", "pending 0", "read 1", "sent 2")
	expect(t, cells(table(t, d, query.Query{Metrics: []string{"sessions", "messages_per_session"}}), "sessions", "messages_per_session"), "2 2")
}

func TestFunnel(t *testing.T) {
	code := func(code, text string) change {
		return func(m *contract.Message) { m.ErrorCode, m.ErrorText = &code, &text }
	}
	d := messages(
		out("a", "2025-03-10 10:00", welcome, status("delivered")),
		in("a1", "2025-03-10 10:00:10"),
		out("b", "2025-03-12 10:00", welcome, status("read")),
		out("c", "2025-03-10 10:00", welcome, contact("bob"), status("delivered")),
		out("d", "2025-03-10 10:00", campaign("promo"), contact("eve")),
		in("d1", "2025-03-10 10:00:30", contact("eve")),
		out("e", "2025-03-10 10:00", campaign("promo"), contact("fay"), pending),
		out("f", "2025-03-10 10:00", campaign("promo"), contact("gil"), failing, code("131026", "")),
		out("g", "2025-03-10 10:00", campaign("promo"), contact("hal"), failing, code("131009", "The recipient's PHONE NUMBER is not valid")),
		out("h", "2025-03-10 11:00", campaign("promo"), contact("gil"), failing, code("what", "")),
		in("i", "2025-03-10 10:00", contact("ida"), referral),
	)
	got := ask(t, d, "initiations", "initiation_users", "notifications", "notification_users", "notifications_failed", "notifications_pending", "notified", "notified_delivered", "notified_read",
		"answered", "unanswered", "answer_rate", "notified_users", "answered_users", "unanswered_users", "time_to_reply_avg", "time_to_reply_p50", "time_to_reply_p90", "notification_failed_rate")
	for metric, want := range map[string]float64{
		"initiations": 9, "initiation_users": 7, "notifications": 8, "notification_users": 6, "notifications_failed": 3, "notifications_pending": 1,
		"notified": 4, "notified_delivered": 4, "notified_read": 3, "answered": 2, "unanswered": 2, "answer_rate": 0.5,
		"notified_users": 3, "answered_users": 2, "unanswered_users": 1, "time_to_reply_avg": 20, "time_to_reply_p50": 20, "time_to_reply_p90": 28, "notification_failed_rate": 3.0 / 7,
	} {
		if got[metric] != want {
			t.Errorf("%s: got %v, want %v", metric, got[metric], want)
		}
	}
	expect(t, cells(table(t, d, query.Query{Metrics: []string{"initiations", "notifications_share"}, GroupBy: []string{"status"}}), "status", "initiations", "notifications_share"),
		"- 1 0", "delivered 1 0.125", "failed 3 0.375", "pending 1 0.125", "read 1 0.125", "replied 2 0.25")
	expect(t, cells(table(t, d, query.Query{Metrics: []string{"stage_reached", "stage_share_of_previous", "stage_share_of_sent"}, GroupBy: []string{"stage"}}), "stage", "stage_reached", "stage_share_of_previous", "stage_share_of_sent"),
		"delivered 4 1 1", "read 3 0.75 0.75", "replied 2 0.6666666666666666 0.5", "sent 4 1 1")
	expect(t, cells(table(t, d, query.Query{Metrics: []string{"notifications_failed", "notifications_failed_share"}, GroupBy: []string{"failure_reason", "failure_code"}}), "failure_reason", "failure_code", "notifications_failed"),
		"- - 0", "number_unreachable 131026 1", "unknown what 1", "wrong_destination 131009 1")
	expect(t, cells(table(t, d, query.Query{Metrics: []string{"first_sent_at", "last_sent_at", "notifications", "failure_reasons"}, GroupBy: []string{"send"}}), "send", "first_sent_at", "last_sent_at", "notifications", "failure_reasons"),
		"- - - 0 -", "promo 03-10T10:00 03-10T11:00 5 number_unreachable, unknown, wrong_destination", "welcome 2025-03-10 03-10T10:00 03-10T10:00 2 -", "welcome 2025-03-12 03-12T10:00 03-12T10:00 1 -")
}
