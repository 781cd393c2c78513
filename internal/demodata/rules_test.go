package demodata

import (
	"slices"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/contract"
	reasons "github.com/parley-reports/parley/pkg/failure"
	facts "github.com/parley-reports/parley/pkg/whatsapp"
)

// situations are options that differ in all that could break the rules.
var situations = map[string]Options{
	"default":             {End: friday},
	"another seed":        {Seed: 99, End: friday},
	"at night":            {Messages: 8000, Days: 30, End: time.Date(2026, 7, 15, 6, 10, 0, 0, time.UTC)},
	"Sunday":              {Messages: 8000, Days: 30, End: time.Date(2026, 7, 19, 13, 0, 0, 0, time.UTC)},
	"Monday, just begun":  {Messages: 8000, Days: 30, End: time.Date(2026, 7, 20, 3, 20, 0, 0, time.UTC)},
	"across clock change": {Messages: 8000, Days: 20, End: time.Date(2026, 9, 10, 15, 0, 0, 0, time.UTC)},
	"few":                 {Messages: 300, Days: 3, End: friday},
	"one day":             {Messages: 3000, Days: 1, End: friday},
	"a year":              {Messages: 20_000, Days: 365, End: friday},
	"crowded":             {Messages: 150_000, Days: 5, End: friday},
}

func TestRowsKeepTheRules(t *testing.T) {
	for name, opts := range situations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts, err := opts.complete()
			if err != nil {
				t.Fatal(err)
			}
			data := collect(opts)
			if n, want := len(data.Messages), opts.Messages; opts.Messages >= 8000 && (n < want*93/100 || n > want*107/100) {
				t.Errorf("%d messages, want about %d", n, want)
			}
			c := newChecker(t, opts, data)
			c.references()
			c.messages()
			c.conversations()
			c.ratings()
			if len(data.Rates) != len(facts.SampleRates()) || len(data.BillingRules) > 0 {
				t.Error("want the sample rates, and the platform's own rules of billing")
			}
		})
	}
}

// A checker holds the data by id and complains at most a few times.
type checker struct {
	t            *testing.T
	opts         Options
	data         contract.Data
	start        time.Time
	channels     map[string]string
	agents       map[string]bool
	messagesByID map[string]*contract.Message
	talks        map[string]*contract.Conversation
	contacts     map[string]*contract.Contact
	complaints   int
}

func newChecker(t *testing.T, opts Options, data contract.Data) *checker {
	c := &checker{
		t: t, opts: opts, data: data, start: opts.End.AddDate(0, 0, -opts.Days),
		channels:     map[string]string{},
		agents:       map[string]bool{formerAgent.id: true},
		messagesByID: map[string]*contract.Message{},
		talks:        map[string]*contract.Conversation{},
		contacts:     map[string]*contract.Contact{},
	}
	for _, l := range data.Lines {
		c.channels[l.LineID] = *l.Channel
	}
	for _, a := range data.Agents {
		c.agents[a.AgentID] = true
	}
	for i := range data.Messages {
		c.messagesByID[data.Messages[i].MessageID] = &data.Messages[i]
	}
	for i := range data.Conversations {
		c.talks[data.Conversations[i].ConversationID] = &data.Conversations[i]
	}
	for i := range data.Contacts {
		c.contacts[data.Contacts[i].ContactID] = &data.Contacts[i]
	}
	return c
}

func (c *checker) want(ok bool, format string, args ...any) {
	c.t.Helper()
	if !ok {
		if c.complaints++; c.complaints > 10 {
			c.t.FailNow()
		}
		c.t.Errorf(format, args...)
	}
}

func (c *checker) inPeriod(at time.Time) bool { return !at.Before(c.start) && at.Before(c.opts.End) }

// references: ids are unique, and every id that is mentioned is described.
func (c *checker) references() {
	c.want(len(c.messagesByID) == len(c.data.Messages), "message ids repeat")
	c.want(len(c.talks) == len(c.data.Conversations), "conversation ids repeat")
	c.want(len(c.contacts) == len(c.data.Contacts), "contact ids repeat")
	phones := map[string]string{}
	for id, p := range c.contacts {
		c.want(p.CreatedAt.Before(c.opts.End), "contact %s is created at %s", id, p.CreatedAt)
		if p.Phone != nil {
			other, taken := phones[*p.Phone]
			c.want(!taken, "contacts %s and %s share the phone %s", id, other, *p.Phone)
			phones[*p.Phone] = id
		}
	}
	campaigns := map[string]bool{}
	for _, k := range c.data.Campaigns {
		campaigns[k.CampaignID] = true
	}
	teams := map[string]bool{}
	for _, t := range c.data.Teams {
		teams[t.TeamID] = true
	}
	for _, a := range c.data.AgentTeams {
		c.want(c.agents[a.AgentID] && teams[a.TeamID], "team %+v", a)
	}
	for i := range c.data.Messages {
		m := &c.data.Messages[i]
		c.want(c.channels[*m.LineID] != "", "message %s: line %s", m.MessageID, *m.LineID)
		c.want(m.AgentID == nil || c.agents[*m.AgentID], "message %s: agent", m.MessageID)
		c.want(m.CampaignID == nil || campaigns[*m.CampaignID], "message %s: campaign", m.MessageID)
		if m.ContactID == nil {
			c.want(c.channels[*m.LineID] == sms, "message %s has no contact", m.MessageID)
		} else if p := c.contacts[*m.ContactID]; p == nil {
			c.want(false, "message %s: contact %s", m.MessageID, *m.ContactID)
		} else {
			c.want(*p.AccountID == *m.AccountID, "message %s: account of its contact", m.MessageID)
			c.want(p.CreatedAt.Before(m.CreatedAt), "message %s comes before its contact", m.MessageID)
		}
		if m.InReplyTo != nil {
			to := c.messagesByID[*m.InReplyTo]
			c.want(to != nil && to.CreatedAt.Before(m.CreatedAt) && *to.ContactID == *m.ContactID && *to.LineID == *m.LineID, "message %s: in reply to %s", m.MessageID, *m.InReplyTo)
		}
	}
	for _, v := range c.data.Conversations {
		c.want(c.channels[*v.LineID] != "" && c.contacts[*v.ContactID] != nil, "conversation %s: line or contact", v.ConversationID)
		c.want(v.AgentID == nil || c.agents[*v.AgentID], "conversation %s: agent", v.ConversationID)
		c.want(v.TeamID == nil || teams[*v.TeamID], "conversation %s: team", v.ConversationID)
		c.want(v.URL == nil, "conversation %s: url", v.ConversationID)
	}
	seen := map[contract.Tag]bool{}
	for _, t := range c.data.Tags {
		c.want(!seen[t], "tag %+v repeats", t)
		seen[t] = true
		c.want(t.Kind == "contact" && c.contacts[t.OwnerID] != nil || t.Kind == "conversation" && c.talks[t.OwnerID] != nil, "tag %+v", t)
	}
}

// messages: states agree with the times, in order and not in the future.
func (c *checker) messages() {
	var last *contract.Message
	for i := range c.data.Messages {
		m := &c.data.Messages[i]
		if last != nil {
			c.want(!m.CreatedAt.Before(last.CreatedAt) && *m.Sequence > *last.Sequence, "message %s is out of order", m.MessageID)
		}
		last = m
		c.want(c.inPeriod(m.CreatedAt), "message %s is created at %s", m.MessageID, m.CreatedAt)
		c.want(m.PriceUSD == nil, "message %s has a price", m.MessageID)
		before, latest := m.CreatedAt, m.CreatedAt
		for _, at := range []*time.Time{m.SentAt, m.DeliveredAt, m.ReadAt, m.FailedAt} {
			if at != nil {
				c.want(!at.Before(before), "message %s: its states are out of order", m.MessageID)
				c.want(at.Before(c.opts.End), "message %s: a state lies in the future", m.MessageID)
				before, latest = *at, *at
			}
		}
		c.want(m.UpdatedAt != nil && m.UpdatedAt.Equal(latest), "message %s: updated at %v, want %v", m.MessageID, m.UpdatedAt, latest)
		if m.ConversationID != nil {
			v := c.talks[*m.ConversationID]
			c.want(v != nil && *v.ContactID == *m.ContactID && *v.LineID == *m.LineID && !m.CreatedAt.Before(v.CreatedAt),
				"message %s does not fit its conversation %s", m.MessageID, *m.ConversationID)
		}
		c.want((m.TemplateName != nil) == (*m.ContentType == "template") && (m.TemplateName != nil) == (m.TemplateCategory != nil), "message %s: template", m.MessageID)
		if m.Direction == inbound {
			c.want(m.Status == nil && m.SentAt == nil && *m.AuthorKind == "contact" && m.AgentID == nil, "inbound message %s", m.MessageID)
			continue
		}
		c.want(*m.AuthorKind != "contact" && (*m.AuthorKind == "agent") == (m.AgentID != nil), "outbound message %s: author", m.MessageID)
		c.want((*m.AuthorKind == "campaign") == (m.CampaignID != nil), "outbound message %s: campaign", m.MessageID)
		state := ""
		if m.Status != nil {
			state = *m.Status
		}
		c.want((state == "failed") == (m.FailedAt != nil) && (state == "failed") == (m.ErrorText != nil), "message %s: %s", m.MessageID, state)
		c.want(state != "failed" || m.DeliveredAt == nil && m.ReadAt == nil, "message %s failed and was delivered", m.MessageID)
		c.want((state == "read" || state == "played") == (m.ReadAt != nil), "message %s: %s", m.MessageID, state)
		c.want(state != "delivered" || m.DeliveredAt != nil, "message %s: %s", m.MessageID, state)
		switch channel := c.channels[*m.LineID]; {
		case m.ErrorCode != nil && channel == whatsapp:
			c.want(reasons.Known(channel, *m.ErrorCode), "message %s: no reason for code %s", m.MessageID, *m.ErrorCode)
		case channel == email && m.FailedAt == nil && m.ReadAt == nil:
			c.want(state == "" || state == "pending", "message %s: an e-mail has the state %s", m.MessageID, state)
		}
	}
}

// conversations: the events tell the story that the row ends with.
func (c *checker) conversations() {
	events := map[string][]contract.ConversationEvent{}
	for _, e := range c.data.Events {
		v := c.talks[*e.ConversationID]
		c.want(v != nil && !e.At.Before(v.CreatedAt) && c.inPeriod(e.At), "event %+v", e)
		c.want(e.Seconds == nil || *e.Seconds >= 0, "event of %s takes %v s", *e.ConversationID, e.Seconds)
		c.want(e.BusinessSeconds == nil || *e.BusinessSeconds >= 0 && *e.BusinessSeconds <= *e.Seconds+0.001, "event of %s: business time", *e.ConversationID)
		c.want((e.Seconds == nil) == (e.Name == "reopened"), "event %s of %s has a time", e.Name, *e.ConversationID)
		events[*e.ConversationID] = append(events[*e.ConversationID], e)
	}
	firstByPerson := map[string]time.Time{}
	for _, m := range c.data.Messages {
		if m.ConversationID != nil && *m.AuthorKind == "agent" && m.FailedAt == nil {
			if _, ok := firstByPerson[*m.ConversationID]; !ok {
				firstByPerson[*m.ConversationID] = m.CreatedAt
			}
		}
	}
	for id, v := range c.talks {
		c.want(c.inPeriod(v.CreatedAt) && v.UpdatedAt.Before(c.opts.End) && !v.UpdatedAt.Before(v.CreatedAt), "conversation %s: times", id)
		story := events[id]
		slices.SortStableFunc(story, func(a, b contract.ConversationEvent) int { return a.At.Compare(b.At) })
		closed, responses := false, 0
		for _, e := range story {
			switch e.Name {
			case "resolved":
				c.want(!closed, "conversation %s is resolved twice", id)
				closed = true
			case "reopened":
				c.want(closed, "conversation %s is reopened while open", id)
				closed = false
			case "first_response":
				responses++
				c.want(v.FirstResponseAt != nil && v.FirstResponseAt.Equal(e.At), "conversation %s: first response", id)
			case "reply", "bot_handoff", "bot_resolved":
			default:
				c.want(false, "event %s", e.Name)
			}
		}
		c.want(responses <= 1, "conversation %s has %d first responses", id, responses)
		c.want(closed == (*v.Status == "resolved"), "conversation %s is %s, its events say otherwise", id, *v.Status)
		c.want(v.WaitingSince == nil || !closed && !v.WaitingSince.Before(v.CreatedAt), "conversation %s waits since %v", id, v.WaitingSince)
		if v.FirstResponseAt != nil {
			c.want(v.FirstResponseAt.Equal(firstByPerson[id]), "conversation %s: first response at %v, first message by a person at %v", id, v.FirstResponseAt, firstByPerson[id])
		}
	}
}

func (c *checker) ratings() {
	for _, r := range c.data.CSAT {
		v := c.talks[*r.ConversationID]
		c.want(v != nil && *v.ContactID == *r.ContactID && c.inPeriod(*r.SentAt), "rating %+v", r)
		c.want((r.Rating == nil) == (r.AnsweredAt == nil), "rating of %s", *r.ConversationID)
		if r.Rating != nil {
			c.want(*r.Rating >= 1 && *r.Rating <= 5 && !r.AnsweredAt.Before(*r.SentAt) && c.inPeriod(*r.AnsweredAt), "rating of %s", *r.ConversationID)
		} else {
			c.want(r.Comment == nil, "comment without a rating on %s", *r.ConversationID)
		}
	}
}
