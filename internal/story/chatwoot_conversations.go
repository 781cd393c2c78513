package story

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-reports/parley/internal/contract"
)

// openConversations puts every other message into a conversation.
func (c *chatwoot) openConversations() {
	for _, a := range c.data.Accounts {
		c.accounts.of(a.AccountID)
	}
	opened := map[string]bool{}
	for i := range c.data.Messages {
		m := &c.data.Messages[i]
		if text(m.ConversationID) != "" {
			continue
		}
		if once := text(m.CampaignID) + "\n" + text(m.ContactID); isRecipient(*m) && !c.reached[once] {
			c.reached[once] = true
			c.recipients.of(m.MessageID)
			continue
		}
		id := "pair\n" + text(m.AccountID) + "\n" + text(m.LineID) + "\n" + text(m.ContactID)
		m.ConversationID = &id
		if !opened[id] && c.threads[id] == nil {
			opened[id] = true
			c.data.Conversations = append(c.data.Conversations, contract.Conversation{
				ConversationID: id, AccountID: m.AccountID, LineID: m.LineID, ContactID: m.ContactID, Status: new("open"), CreatedAt: m.CreatedAt,
			})
		}
	}
	for i := range c.data.Conversations {
		c.threads[c.data.Conversations[i].ConversationID] = &c.data.Conversations[i]
	}
}

// askForRatings finds the message of every survey, or adds one.
func (c *chatwoot) askForRatings() {
	type moment struct {
		conversation string
		at           int64
	}
	free := map[moment][]string{}
	for _, m := range c.data.Messages {
		if m.Direction == "outbound" && text(m.AuthorKind) == "system" && text(m.TemplateName) == "" && text(m.CampaignID) == "" {
			at := moment{text(m.ConversationID), m.CreatedAt.UnixMicro()}
			free[at] = append(free[at], m.MessageID)
		}
	}
	for _, s := range c.data.CSAT {
		c.asked++
		thread := c.threads[text(s.ConversationID)]
		if thread == nil || s.SentAt == nil && s.AnsweredAt == nil {
			continue
		}
		if text(s.ContactID) == "" {
			s.ContactID = thread.ContactID
		}
		if text(s.ContactID) == "" && s.Rating != nil {
			continue // an answer is somebody's
		}
		if s.SentAt == nil && s.Rating != nil {
			c.orphans = append(c.orphans, s)
			continue
		}
		if s.SentAt == nil {
			s.SentAt = s.AnsweredAt
		}
		at := moment{thread.ConversationID, s.SentAt.UnixMicro()}
		if len(free[at]) == 0 {
			id := fmt.Sprintf("survey\n%d", c.asked)
			c.data.Messages = append(c.data.Messages, contract.Message{
				MessageID: id, AccountID: thread.AccountID, ConversationID: &thread.ConversationID, LineID: thread.LineID, ContactID: thread.ContactID,
				Direction: "outbound", AuthorKind: new("system"), CreatedAt: *s.SentAt, Status: new("sent"),
			})
			free[at] = []string{id}
		}
		c.surveys[free[at][0]] = s
		free[at] = free[at][1:]
	}
}

var (
	conversationStatuses = []string{"open", "resolved", "pending", "snoozed"}
	priorities           = []string{"low", "medium", "high", "urgent"}
)

func (c *chatwoot) writeConversations() {
	for _, v := range c.data.Conversations {
		account, toldAccount := c.accountOf(v.AccountID)
		c.displays[account]++
		inbox, toldLine := c.lineOf(v.LineID)
		contact, toldContact := c.contacts.ref(v.ContactID)
		agent, toldAgent := c.agents.ref(v.AgentID)
		team, toldTeam := c.teams.ref(v.TeamID)
		status := max(0, slices.Index(conversationStatuses, text(v.Status)))
		var priority *int
		if at := slices.Index(priorities, text(v.Priority)); at >= 0 {
			priority = &at
		}
		told := contract.Conversation{
			ConversationID: *c.conversations.told(v.ConversationID), AccountID: toldAccount, DisplayID: new(strconv.Itoa(c.displays[account])), ContactID: toldContact, LineID: toldLine, AgentID: toldAgent, TeamID: toldTeam,
			Status: &conversationStatuses[status], CreatedAt: v.CreatedAt, FirstResponseAt: v.FirstResponseAt, WaitingSince: v.WaitingSince, UpdatedAt: v.UpdatedAt,
		}
		if priority != nil {
			told.Priority = &priorities[*priority]
		}
		if told.UpdatedAt == nil {
			told.UpdatedAt = &v.CreatedAt
		}
		c.conversation.add(c.conversations.of(v.ConversationID), account, inbox, status, agent, contact, c.displays[account], team, priority, v.FirstResponseAt, v.WaitingSince, v.CreatedAt, *told.UpdatedAt, 0)
		c.told.Conversations = append(c.told.Conversations, told)
	}
}

// lineOf is the inbox of a row. There is always one, even if nothing describes
// it.
func (c *chatwoot) lineOf(id *string) (int, *string) {
	return c.lines.of(text(id)), c.lines.told(text(id))
}

func (c *chatwoot) writeRatings() {
	for _, m := range c.data.Messages {
		s, asks := c.surveys[m.MessageID]
		if !asks {
			continue
		}
		thread := c.threads[*s.ConversationID]
		told := contract.CSAT{ConversationID: c.conversations.told(thread.ConversationID), SentAt: &m.CreatedAt}
		_, told.ContactID = c.contacts.ref(thread.ContactID)
		if s.Rating != nil {
			account, _ := c.accountOf(thread.AccountID)
			contact, toldContact := c.contacts.ref(s.ContactID)
			agent, toldAgent := c.agents.ref(s.AgentID)
			answered := m.CreatedAt
			if s.AnsweredAt != nil && s.AnsweredAt.After(answered) {
				answered = *s.AnsweredAt
			}
			told.ContactID, told.AgentID, told.Rating, told.Comment, told.AnsweredAt = toldContact, toldAgent, s.Rating, optional(text(s.Comment)), &answered
			c.response.add(account, c.conversations.of(thread.ConversationID), c.messages.of(m.MessageID), *s.Rating, told.Comment, *contact, agent, answered, answered)
		}
		c.told.CSAT = append(c.told.CSAT, told)
	}
}

var eventNames = map[string]string{
	"resolved": "conversation_resolved", "reopened": "conversation_opened", "first_response": "first_response", "reply": "reply_time",
	"bot_handoff": "conversation_bot_handoff", "bot_resolved": "conversation_bot_resolved",
}

// past is what happened to a conversation before.
type past struct {
	resolved, reopened *time.Time // the last resolution, the first reopening
	opened             bool       // since the last resolution
}

// writeEvents writes the events in the order in which they were recorded. Chatwoot
// measures a resolution from the beginning of the conversation, and an opening from
// the last resolution: the first opening after one is a reopening, any other is the
// first of a conversation that a bot had, or the end of a pause.
func (c *chatwoot) writeEvents() {
	events := slices.Clone(c.data.Events)
	slices.SortStableFunc(events, func(a, b contract.ConversationEvent) int { return a.At.Compare(b.At) })
	var pauses [][]any // openings at the end of one
	for _, e := range events {
		id := text(e.ConversationID)
		thread := c.threads[id]
		if c.pasts[id] == nil {
			c.pasts[id] = &past{}
		}
		before := c.pasts[id]
		account, inbox := 1, (*int)(nil)
		keeps := false
		begin := e.At.Add(-time.Hour)
		if thread != nil {
			account, _ = c.accountOf(thread.AccountID)
			n, _ := c.lineOf(thread.LineID)
			inbox, keeps, begin = &n, c.keeps[text(thread.LineID)], thread.CreatedAt
		}
		conversation, toldConversation := c.conversations.ref(e.ConversationID)
		agent, toldAgent := c.agents.ref(e.AgentID)
		name := eventNames[e.Name]
		told := contract.ConversationEvent{ConversationID: toldConversation, Name: e.Name, At: e.At, Seconds: e.Seconds, AgentID: toldAgent}
		value, start, known := e.Seconds, begin, name != ""
		switch e.Name {
		case "resolved":
			if before.reopened != nil && before.reopened.Before(e.At) {
				told.Seconds = nil
				if thread != nil {
					value = new(e.At.Sub(begin).Seconds())
				}
			}
			before.resolved, before.opened = &e.At, false
		case "reopened":
			value, known = new(0.0), false
			if id != "" && before.resolved != nil {
				start, value = *before.resolved, new(float64(e.At.Unix()-before.resolved.Unix()))
				known = *value > 0 && !before.opened
			}
			if told.Seconds = value; known {
				before.opened = true
				if before.reopened == nil {
					before.reopened = &e.At
				}
				on := e.At.Add(time.Minute)
				pauses = append(pauses, []any{name, *value + 60, 0.0, account, inbox, nil, conversation, start, on, on, on})
			}
		}
		business := 0.0
		if e.BusinessSeconds != nil && keeps {
			business = *e.BusinessSeconds
		}
		if keeps {
			told.BusinessSeconds = &business
		}
		c.event.add(optional(name), value, business, account, inbox, agent, conversation, start, e.At, e.At, e.At)
		if known {
			c.told.Events = append(c.told.Events, told)
		}
	}
	c.event.rows = append(c.event.rows, pauses...)
	for i, v := range c.data.Conversations { // of a bot's conversations the first opening is recorded as well
		if i += c.passed; i%3 == 0 {
			account, _ := c.accountOf(v.AccountID)
			at := v.CreatedAt.Add(time.Duration(i%5) * time.Minute)
			c.event.add("conversation_opened", 0.0, 0.0, account, nil, nil, c.conversations.of(v.ConversationID), v.CreatedAt, at, at, at)
		}
	}
}

func (c *chatwoot) writeTags() {
	names, seen := c.tagNames, c.tagged
	for _, t := range c.data.Tags {
		kinds := map[string]numbering{"contact": c.contacts, "conversation": c.conversations}
		owners := kinds[t.Kind]
		key := t.Kind + "\n" + t.OwnerID + "\n" + t.Name
		if owners == nil || t.Name == "" || seen[key] {
			continue
		}
		seen[key] = true
		if names[t.Name] == 0 {
			c.tag.add(names.of(t.Name), t.Name)
			c.label.add(t.Name, 1, epoch, epoch)
		}
		c.tagging.add(names.of(t.Name), strings.ToUpper(t.Kind[:1])+t.Kind[1:], owners.of(t.OwnerID), "labels", epoch)
		// Another context is no label.
		c.tagging.add(names.of(t.Name), "Conversation", owners.of(t.OwnerID), "skills", epoch)
		c.told.Tags = append(c.told.Tags, contract.Tag{Kind: t.Kind, OwnerID: *owners.told(t.OwnerID), Name: t.Name})
	}
}
