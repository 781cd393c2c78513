package reference

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/internal/contract"
)

// A talk is between whom a scene plays, and perhaps in which conversation.
type talk struct {
	account, line, contact *string
	thread                 *string
}

func (g *generator) talk() talk {
	t := talk{account: maybe(g, 0.1, pick(g, accountIDs)), line: maybe(g, 0.08, pick(g, g.lines)), contact: maybe(g, 0.05, pick(g, g.contacts))}
	if g.chance(0.5) && t.contact != nil { // few pairs hold much of the traffic
		t.account, t.line, t.contact = &accountIDs[g.IntN(2)], &lineIDs[g.IntN(4)], &g.contacts[g.IntN(4)]
	}
	return t
}

// scene plays one story and adds its messages.
func (g *generator) scene() {
	t, at := g.talk(), g.moment()
	if g.chance(0.6) {
		t.thread = g.thread(t, at)
	}
	switch g.IntN(7) {
	case 0: // a mass send to many at one instant, with answers
		campaign, template, line := maybe(g, 0.3, pick(g, campaignIDs)), g.template(), t.line
		for range 2 + g.IntN(10) {
			t = g.talk()
			t.line = line
			m := g.outbound(t, at)
			m.CampaignID, m.AuthorKind = campaign, new("campaign")
			m.TemplateName, m.TemplateLanguage, m.TemplateCategory = template.TemplateName, template.TemplateLanguage, template.TemplateCategory
			if g.chance(0.4) {
				g.inbound(t, at.Add(pick(g, gaps)))
			}
		}
	case 1: // every day for weeks, no silence of 24 hours
		for range 5 + g.IntN(20) {
			g.either(t, at)
			at = at.Add(20*time.Hour + time.Duration(g.IntN(4*3600*1e6))*time.Microsecond)
		}
	case 2: // an ad, a reply around the end of the first day, and the end of the third
		m := g.inbound(t, at)
		m.IsReferral = new(true)
		at = at.Add(pick(g, gaps[3:12]))
		g.outbound(t, at)
		for range g.IntN(4) {
			g.either(t, at.Add(pick(g, gaps[4:17])))
		}
	case 3: // failed attempts, then one that goes through, and its reply
		for range 1 + g.IntN(3) {
			m := g.outbound(t, at)
			m.Status, m.DeliveredAt, m.ReadAt = new("failed"), nil, nil
			at = at.Add(pick(g, gaps[:8]))
		}
		g.outbound(t, at)
		g.inbound(t, at.Add(pick(g, gaps[:12])))
	case 4: // all at once
		for range 2 + g.IntN(5) {
			g.either(t, at)
		}
	default:
		for range 1 + g.IntN(12) {
			g.either(t, at)
			at = at.Add(pick(g, gaps))
			if g.chance(0.5) {
				at = at.Add(-at.Sub(at.Truncate(24*time.Hour)) % pick(g, []time.Duration{1, time.Hour, time.Second}))
			}
		}
	}
}

func (g *generator) either(t talk, at time.Time) {
	if g.chance(0.5) {
		g.inbound(t, at)
	} else {
		g.outbound(t, at)
	}
}

func (g *generator) message(t talk, at time.Time) *contract.Message {
	m := &contract.Message{
		MessageID: g.id(), CreatedAt: at.UTC().Truncate(time.Microsecond),
		AccountID: t.account, LineID: t.line, ContactID: t.contact, ConversationID: t.thread,
		Subaccount:    maybe(g, 0.5, pick(g, []string{"norte", "Norte", "sur", ""})),
		ContentType:   maybe(g, 0.2, pick(g, contentTypes)),
		CorrelationID: maybe(g, 0.8, pick(g, []string{"k1", "k2", ""})),
		Body:          maybe(g, 0.3, "hola"),
	}
	if g.chance(0.03) {
		m.Origin = new(pick(g, []string{"inbox", "flow", "api", ""}))
	}
	if g.chance(0.02) {
		m.ConversationID = new(pick(g, []string{"ghost", "GHOST"}))
	}
	g.messages = append(g.messages, m)
	return m
}

func (g *generator) inbound(t talk, at time.Time) *contract.Message {
	m := g.message(t, at)
	m.Direction, m.AuthorKind = "inbound", maybe(g, 0.1, "contact")
	if g.chance(0.15) {
		m.IsReferral = new(g.chance(0.6))
	}
	if g.chance(0.2) {
		m.ButtonPayload = new(pick(g, []string{"yes", "no", ""}))
	}
	if g.chance(0.3) { // what a source may write beside inbound messages
		m.Status = new(pick(g, []string{"sent", "read", "failed", "pending"}))
	}
	if g.chance(0.05) {
		m.PriceUSD = new(0.5)
	}
	return m
}

func (g *generator) template() contract.Message {
	return contract.Message{
		TemplateName:     new(pick(g, []string{"welcome", "Welcome", "otp", "oferta_1", "é", ""})),
		TemplateLanguage: maybe(g, 0.2, pick(g, []string{"es", "pt_BR", "en"})),
		TemplateCategory: maybe(g, 0.1, pick(g, []string{"marketing", "utility", "utility", "authentication", "service", "odd"})),
	}
}

func (g *generator) outbound(t talk, at time.Time) *contract.Message {
	m := g.message(t, at)
	m.Direction = "outbound"
	switch n := g.IntN(20); {
	case n < 8:
		m.AuthorKind, m.AgentID = new("agent"), maybe(g, 0.1, pick(g, agentIDs))
	case n < 12:
		m.AuthorKind, m.AgentID = new("bot"), maybe(g, 0.8, pick(g, agentIDs))
	case n < 15:
		m.AuthorKind = new("campaign")
	case n < 16:
		m.AuthorKind = new("system")
	case n < 18:
		m.AuthorKind, m.AgentID = new("agent"), &agentIDs[0]
	}
	if g.chance(0.35) {
		template := g.template()
		m.TemplateName, m.TemplateLanguage, m.TemplateCategory = template.TemplateName, template.TemplateLanguage, template.TemplateCategory
	}
	if g.chance(0.1) {
		m.CampaignID = new(pick(g, append([]string{""}, campaignIDs...)))
	}
	g.deliver(m)
	return m
}

// deliver gives a status and timestamps that may contradict each other.
func (g *generator) deliver(m *contract.Message) {
	statuses := []string{"queued", "pending", "accepted", "sent", "sent", "delivered", "delivered", "delivered", "read", "played", "failed", "failed", "DELIVERED", "Read", "FAILED", "", "deleted"}
	m.Status = maybe(g, 0.1, pick(g, statuses))
	later := func() *time.Time { return new(m.CreatedAt.Add(pick(g, gaps[:12]) - time.Second)) }
	m.SentAt = maybe(g, 0.5, *later())
	if g.chance(0.25) {
		m.DeliveredAt = later()
	}
	if g.chance(0.12) {
		m.ReadAt = later()
	}
	if g.chance(0.06) {
		m.FailedAt = later()
	}
	isFailed := m.FailedAt != nil || m.Status != nil && strings.EqualFold(*m.Status, "failed")
	if g.chance(0.1) || isFailed && g.chance(0.8) {
		m.ErrorCode = maybe(g, 0.5, pick(g, errorCodes))
		m.ErrorText = maybe(g, 0.2, pick(g, errorTexts))
	}
	if g.chance(0.05) {
		m.PriceUSD = new(float64(g.IntN(1000)) / 10000)
	}
}

// number gives most messages a sequence that roughly follows time.
func (g *generator) number() {
	if !g.options.Sequence {
		return
	}
	sorted := slices.Clone(g.messages)
	g.Shuffle(len(sorted), func(i, j int) { sorted[i], sorted[j] = sorted[j], sorted[i] })
	slices.SortStableFunc(sorted, func(a, b *contract.Message) int { return a.CreatedAt.Compare(b.CreatedAt) })
	for i, m := range sorted {
		switch {
		case g.chance(0.05):
		case g.chance(0.05):
			m.Sequence = new(int64(g.IntN(len(sorted))))
		default:
			m.Sequence = new(int64(i))
		}
	}
}

// thread opens a conversation, or finds one that is there.
func (g *generator) thread(t talk, at time.Time) *string {
	if len(g.threads) > 0 && g.chance(0.15) {
		return &pick(g, g.threads).ConversationID
	}
	id := g.id()
	c := &contract.Conversation{
		ConversationID: id, AccountID: t.account, LineID: t.line, ContactID: t.contact, CreatedAt: at.UTC(),
		DisplayID: maybe(g, 0.3, fmt.Sprint(len(g.threads)%50)),
		AgentID:   maybe(g, 0.5, pick(g, agentIDs)),
		TeamID:    maybe(g, 0.6, pick(g, teamIDs)),
		Source:    maybe(g, 0.7, pick(g, []string{"inbox", "flow", "ads", ""})),
		Status:    maybe(g, 0.05, pick(g, []string{"open", "open", "pending", "snoozed", "resolved", "resolved"})),
		Priority:  maybe(g, 0.6, pick(g, []string{"low", "urgent", ""})),
	}
	if g.chance(0.1) {
		c.CreatedAt = c.CreatedAt.Add(pick(g, gaps[:12]))
	}
	if g.chance(0.25) {
		c.FirstResponseAt = new(c.CreatedAt.Add(pick(g, gaps)))
	}
	if g.chance(0.2) {
		c.WaitingSince = new(c.CreatedAt.Add(pick(g, gaps)))
	}
	g.threads = append(g.threads, c)
	return &c.ConversationID
}

// converse adds the tags, events and ratings of conversations.
func (g *generator) converse() {
	replies := g.chance(0.5)
	names := []string{"resolved", "resolved", "resolved", "reopened", "bot_handoff", "bot_handoff", "bot_resolved", "reply", "other"}
	for _, c := range g.threads {
		for range g.IntN(3) {
			g.tag("conversation", c.ConversationID)
		}
		moments := []time.Time{c.CreatedAt}
		for _, m := range g.messages {
			if m.ConversationID == &c.ConversationID {
				moments = append(moments, m.CreatedAt)
			}
		}
		event := func(name string) *contract.ConversationEvent {
			g.data.Events = append(g.data.Events, contract.ConversationEvent{
				ConversationID: &c.ConversationID, Name: name, At: pick(g, moments).Add(pick(g, gaps[:9])),
				Seconds: maybe(g, 0.6, float64(g.IntN(100000))/4), BusinessSeconds: maybe(g, 0.5, float64(g.IntN(10000))),
				AgentID: maybe(g, 0.5, pick(g, agentIDs)),
			})
			return &g.data.Events[len(g.data.Events)-1]
		}
		for range g.IntN(5) {
			if name := pick(g, names); name != "reply" || replies {
				e := event(name)
				if g.chance(0.03) {
					e.ConversationID = new(pick(g, []string{"ghost", "nobody's"}))
				} else if g.chance(0.03) {
					e.ConversationID = nil
				}
			}
		}
		if g.chance(0.3) {
			e := event("first_response")
			if g.chance(0.2) { // a second one, at another instant
				at := e.At.Add(time.Hour)
				event("first_response").At = at
			}
		}
		for range g.IntN(3) * g.IntN(2) {
			g.data.CSAT = append(g.data.CSAT, g.survey(c, pick(g, moments)))
		}
	}
	g.tag("conversation", "ghost")
}

func (g *generator) survey(c *contract.Conversation, at time.Time) contract.CSAT {
	s := contract.CSAT{
		ConversationID: &c.ConversationID, ContactID: maybe(g, 0.5, pick(g, g.contacts)), AgentID: maybe(g, 0.6, pick(g, agentIDs)),
		Rating: maybe(g, 0.3, int32(1+g.IntN(5))), SentAt: maybe(g, 0.1, at), AnsweredAt: maybe(g, 0.5, at.Add(pick(g, gaps[:8]))),
		Comment: maybe(g, 0.7, "ok"),
	}
	if g.chance(0.05) {
		s.ConversationID = maybe(g, 0.5, "ghost")
	}
	return s
}
