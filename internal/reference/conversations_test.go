package reference

import (
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/pkg/query"
)

func conversationAt(id, at string, changes ...func(*contract.Conversation)) contract.Conversation {
	c := contract.Conversation{ConversationID: id, CreatedAt: instant(at), AccountID: new("a"), LineID: new("wa"), ContactID: new("ana"), Status: new("open")}
	for _, change := range changes {
		change(&c)
	}
	return c
}

func eventAt(conversation, name, at string, changes ...func(*contract.ConversationEvent)) contract.ConversationEvent {
	e := contract.ConversationEvent{ConversationID: &conversation, Name: name, At: instant(at)}
	for _, change := range changes {
		change(&e)
	}
	return e
}

func lasting(seconds float64) func(*contract.ConversationEvent) {
	return func(e *contract.ConversationEvent) { e.Seconds = &seconds }
}

func TestConversations(t *testing.T) {
	assigned := func(c *contract.Conversation) { c.AgentID = new("zoe") }
	closed := func(c *contract.Conversation) { c.Status = new("resolved") }
	d := messages(
		in("a1", "2025-03-10 10:00", thread("a")), out("a2", "2025-03-10 10:01", thread("a"), by("bot")), out("a3", "2025-03-10 10:02", thread("a"), agent("bob")),
		out("b1", "2025-03-10 10:00", thread("b"), agent("bob")), in("b2", "2025-03-12 10:00", thread("b")), out("b3", "2025-03-12 10:05", thread("b"), agent("kim"), failing), in("b4", "2025-03-12 10:06", thread("b")),
		out("c1", "2025-03-11 10:00", thread("c"), by("system")), out("d1", "2025-03-11 10:00", thread("d")), in("x1", "2025-03-11 10:00", thread("ghost")),
	)
	d.Conversations = []contract.Conversation{
		conversationAt("a", "2025-03-10 09:59"), conversationAt("b", "2025-03-10 10:00", assigned), conversationAt("c", "2025-03-11 10:00", closed),
		conversationAt("d", "2025-03-11 10:00"), conversationAt("e", "2025-03-11 10:00", func(c *contract.Conversation) { c.Source = new("ads") }),
		conversationAt("f", "2025-03-11 10:00", func(c *contract.Conversation) {
			c.FirstResponseAt = new(instant("2025-03-11 10:01"))
			c.Source = new("")
		}),
	}
	q := query.Query{Metrics: []string{"conversations", "conversations_open", "conversations_unattended", "messages_per_conversation", "first_response_time_avg"}, GroupBy: []string{"conversation_id", "source", "agent"}}
	expect(t, cells(table(t, d, q), "conversation_id", "source", "agent", "conversations", "conversations_open", "conversations_unattended", "messages_per_conversation", "first_response_time_avg"),
		"a inbound bob 1 1 0 3 180", "b inbox zoe 1 1 0 3 0", "c flow - 1 0 0 1 -", "d other - 1 1 1 1 -", "e ads - 1 1 1 0 -", "f other - 1 1 0 0 60")
	expect(t, cells(table(t, d, query.Query{Metrics: []string{"open_now", "unattended_now"}}), "open_now", "unattended_now"), "5 2")
	without := Defaults()
	without.NoWaitingSince = true
	rows, err := Compute(d, without, query.Query{Metrics: []string{"unattended_now"}}, instant("2025-03-10"), instant("2025-03-14"), now)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, cells(rows, "unattended_now"), "3") // the messages show that b waits

	q = query.Query{Metrics: []string{"conversations_active", "conversations"}, Bucket: "day"}
	rows, err = Prepare(d, Defaults()).Compute(q, instant("2025-03-10"), instant("2025-03-14"), now)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, cells(rows, "time", "conversations_active", "conversations"), "03-10T00:00 2 2", "03-11T00:00 4 4", "03-12T00:00 1 0", "03-13T00:00 0 0")
	if got := ask(t, d, "conversations_active"); got["conversations_active"] != 6.0 {
		t.Errorf("active: %v", got)
	}
}

func TestFirstResponse(t *testing.T) {
	start := "2025-03-10 10:00"
	answer := func(at string) contract.Message { return out("m"+at, at, thread("a"), agent("bob")) }
	for name, test := range map[string]struct {
		conversation contract.Conversation
		messages     []contract.Message
		events       []contract.ConversationEvent
		want         any
		business     any
	}{
		"nothing is known":           {conversation: conversationAt("a", start)},
		"the first agent's message":  {conversationAt("a", start), []contract.Message{answer("2025-03-10 10:02"), answer("2025-03-10 10:01")}, nil, 60.0, nil},
		"from the bot's handoff":     {conversationAt("a", start), []contract.Message{answer("2025-03-10 10:10")}, []contract.ConversationEvent{eventAt("a", "bot_handoff", "2025-03-10 10:02"), eventAt("a", "bot_handoff", "2025-03-10 10:08"), eventAt("a", "bot_handoff", "2025-03-10 10:10")}, 120.0, nil},
		"the column before messages": {conversationAt("a", start, func(c *contract.Conversation) { c.FirstResponseAt = new(instant("2025-03-10 10:05")) }), []contract.Message{answer("2025-03-10 10:01")}, nil, 300.0, nil},
		"the event before all": {
			conversationAt("a", start, func(c *contract.Conversation) { c.FirstResponseAt = new(instant("2025-03-10 10:05")) }), nil,
			[]contract.ConversationEvent{eventAt("a", "first_response", "2025-03-10 12:00", lasting(7)), eventAt("a", "first_response", "2025-03-10 11:00", lasting(5)),
				eventAt("a", "first_response", "2025-03-10 10:30", func(e *contract.ConversationEvent) { e.BusinessSeconds = new(3.0) })}, 5.0, 3.0,
		},
	} {
		d := messages(test.messages...)
		d.Conversations, d.Events = []contract.Conversation{test.conversation}, test.events
		got := ask(t, d, "first_response_time_p50", "first_response_time_business_avg")
		if got["first_response_time_p50"] != test.want || got["first_response_time_business_avg"] != test.business {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestEvents(t *testing.T) {
	d := contract.Data{
		Lines:         testLines,
		Conversations: []contract.Conversation{conversationAt("a", "2025-03-10 10:00", func(c *contract.Conversation) { c.AgentID = new("zoe") })},
		Events: []contract.ConversationEvent{
			eventAt("a", "resolved", "2025-03-10 10:10"),
			eventAt("a", "reopened", "2025-03-10 11:00"),
			eventAt("a", "resolved", "2025-03-10 11:05", func(e *contract.ConversationEvent) { e.AgentID = new("kim") }),
			eventAt("a", "resolved", "2025-03-10 12:00", lasting(30)),
			eventAt("a", "bot_resolved", "2025-03-10 12:00"),
			eventAt("ghost", "resolved", "2025-03-10 12:00"),
			{Name: "resolved", At: instant("2025-03-10 12:00")},
		},
	}
	q := query.Query{Metrics: []string{"resolutions", "bot_resolutions", "reopenings", "resolution_time_avg"}, GroupBy: []string{"agent", "conversation_id", "line"}}
	expect(t, cells(table(t, d, q), "agent", "conversation_id", "line", "resolutions", "bot_resolutions", "reopenings", "resolution_time_avg"),
		"- - - 1 0 0 -", "- ghost - 1 0 0 -", "kim a wa 1 0 0 300", "zoe a wa 2 1 1 315")
}

func TestReplyTime(t *testing.T) {
	d := messages(
		out("a", "2025-03-10 10:00", thread("a"), agent("bob")), // nobody waits
		in("b", "2025-03-10 10:01", thread("a")), in("c", "2025-03-10 10:02", thread("a")), out("d", "2025-03-10 10:03", thread("a"), by("bot")),
		out("e", "2025-03-10 10:05", thread("a"), agent("bob")), out("f", "2025-03-10 10:06", thread("a"), agent("bob")),
		in("g", "2025-03-10 11:00", thread("a")), out("h", "2025-03-11 11:00", thread("a"), agent("kim")),
		in("i", "2025-03-10 11:00"), out("j", "2025-03-10 11:01", agent("kim")), // in no conversation
	)
	d.Conversations = []contract.Conversation{conversationAt("a", "2025-03-10 10:00")}
	q := query.Query{Metrics: []string{"reply_time_avg"}, GroupBy: []string{"day", "agent"}}
	expect(t, cells(table(t, d, q), "day", "agent", "reply_time_avg"), "03-10T00:00 bob 240", "03-11T00:00 kim 86400")
	d.Events = []contract.ConversationEvent{eventAt("a", "reply", "2025-03-12 10:00", lasting(9)), eventAt("a", "reply", "2025-03-12 10:00")}
	expect(t, cells(table(t, d, q), "day", "agent", "reply_time_avg"), "03-12T00:00 kim 9")
}

// TestWaits derives replies where the conversation is opened, closed and opened again.
func TestWaits(t *testing.T) {
	first := out("a", "2025-03-10 10:00", thread("a"), agent("bob"))
	reply := out("z", "2025-03-10 18:00", thread("a"), agent("bob"))
	asks := func(at string) contract.Message { return in("m"+at, at, thread("a")) }
	for name, test := range map[string]struct {
		messages []contract.Message
		events   []contract.ConversationEvent
		want     any
	}{
		"the first answer is no reply":      {[]contract.Message{asks("2025-03-10 09:00"), first}, nil, nil},
		"nor is it counted with the others": {[]contract.Message{asks("2025-03-10 09:00"), first, asks("2025-03-10 17:59"), reply}, nil, 60.0},
		"from the first that is unanswered": {[]contract.Message{first, asks("2025-03-10 17:00"), asks("2025-03-10 17:30"), reply}, nil, 3600.0},
		"a bot does not answer":             {[]contract.Message{first, asks("2025-03-10 17:00"), out("b", "2025-03-10 17:30", thread("a"), by("bot")), reply}, nil, 3600.0},
		"a resolution ends it":              {[]contract.Message{first, asks("2025-03-10 10:05"), reply}, []contract.ConversationEvent{eventAt("a", "resolved", "2025-03-10 10:10")}, nil},
		"thanks before a resolution":        {[]contract.Message{first, asks("2025-03-10 10:05"), asks("2025-03-10 17:59"), reply}, []contract.ConversationEvent{eventAt("a", "resolved", "2025-03-10 10:10")}, 60.0},
		"thanks at a resolution":            {[]contract.Message{first, asks("2025-03-10 10:10"), reply}, []contract.ConversationEvent{eventAt("a", "resolved", "2025-03-10 10:10")}, nil},
		"a rating after a resolution": {[]contract.Message{first, asks("2025-03-10 10:15"), asks("2025-03-10 17:00"), reply},
			[]contract.ConversationEvent{eventAt("a", "reopened", "2025-03-10 17:00"), eventAt("a", "resolved", "2025-03-10 10:10")}, 3600.0},
		"reopened by nobody who asks": {[]contract.Message{first, reply}, []contract.ConversationEvent{eventAt("a", "reopened", "2025-03-10 17:00")}, nil},
		"reopened by the answer":      {[]contract.Message{first, asks("2025-03-10 17:00"), reply}, []contract.ConversationEvent{eventAt("a", "reopened", "2025-03-10 18:00")}, 3600.0},
		"events of another":           {[]contract.Message{first, asks("2025-03-10 17:00"), reply}, []contract.ConversationEvent{eventAt("b", "resolved", "2025-03-10 17:30"), eventAt("b", "reopened", "2025-03-10 17:30")}, 3600.0},
	} {
		d := messages(test.messages...)
		d.Conversations, d.Events = []contract.Conversation{conversationAt("a", "2025-03-10 09:00")}, test.events
		if got := ask(t, d, "reply_time_avg")["reply_time_avg"]; got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestCSAT(t *testing.T) {
	survey := func(rating int32, sent, answered string) contract.CSAT {
		c := contract.CSAT{ConversationID: new("a")}
		if rating > 0 {
			c.Rating = &rating
		}
		for text, at := range map[string]**time.Time{sent: &c.SentAt, answered: &c.AnsweredAt} {
			if text != "" {
				*at = new(instant(text))
			}
		}
		return c
	}
	d := contract.Data{
		Conversations: []contract.Conversation{conversationAt("a", "2025-03-10")},
		CSAT: []contract.CSAT{
			survey(5, "2025-03-10", "2025-04-10"), survey(4, "2025-03-10", ""), survey(1, "", "2025-03-20"),
			survey(0, "2025-03-10", ""), survey(0, "2025-03-10", "2025-03-11"), survey(3, "", ""),
		},
	}
	got := table(t, d, query.Query{Metrics: []string{"csat_responses", "csat_average", "csat_score", "csat_surveys", "csat_response_rate"}, GroupBy: []string{"month"}})
	expect(t, cells(got, "month", "csat_responses", "csat_average", "csat_score", "csat_surveys", "csat_response_rate"),
		"03-01T00:00 2 2.5 0.5 4 0.75", "04-01T00:00 1 5 1 0 -")
}
