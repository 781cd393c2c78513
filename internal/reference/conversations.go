package reference

import (
	"slices"
	"time"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/pkg/catalog"
)

// A conversation is a row of the relation with its messages, in order. Ids that
// only messages name are no conversations.
type conversation struct {
	contract.Conversation
	messages []*message
	events   []*event
	answers  []*answer
	agent    *string
	source   string
	// keepsWaiting: waiting_since says whether the contact waits, and messages don't.
	keepsWaiting bool
}

// An event is a row of the relation; seconds is the duration that it tells.
type event struct {
	contract.ConversationEvent
	seconds *float64
}

// describeConversations derives the agent and the source of the conversations.
// The agent is the assignee, else the last agent who wrote: the author of the
// last outbound message of an agent that names one.
func (f *Facts) describeConversations(conversations []contract.Conversation) {
	f.conversations = map[string]*conversation{}
	for _, row := range conversations {
		clean(&row)
		if !possible(row.CreatedAt) || row.ConversationID == "" {
			continue
		}
		c := &conversation{Conversation: row, messages: f.messagesOf[row.ConversationID], agent: row.AgentID, keepsWaiting: !f.options.NoWaitingSince}
		if c.agent == nil {
			for _, m := range slices.Backward(c.messages) {
				if m.answers() && m.AgentID != nil {
					c.agent = m.AgentID
					break
				}
			}
		}
		c.source = c.sourceOf()
		f.conversations[row.ConversationID] = c
	}
}

// sourceOf is the source's own value, else by the first message. An outbound
// one of an author that nothing names is other.
func (c *conversation) sourceOf() string {
	switch {
	case c.Source != nil:
		return *c.Source
	case len(c.messages) == 0:
		return "other"
	case c.messages[0].inbound():
		return "inbound"
	case c.messages[0].by("agent"):
		return "inbox"
	case c.messages[0].by("bot", "campaign", "system"):
		return "flow"
	}
	return "other"
}

func (c *conversation) open() bool { return c.Status != nil && *c.Status == "open" }

// unattended: open, and either nothing shows that a human has answered (neither
// first_response_at, nor a message by an agent that did not fail, nor an event
// first_response or reply) or the contact waits (waiting_since is set; where the source
// doesn't keep it, they wrote after the last such message and no such event came then).
func (c *conversation) unattended() bool {
	answered := c.FirstResponseAt != nil
	var waitsFrom *time.Time
	for _, m := range c.messages {
		if m.answers() {
			answered, waitsFrom = true, nil
		} else if m.inbound() {
			waitsFrom = &m.CreatedAt
		}
	}
	for _, e := range c.events {
		if e.Name == "first_response" || e.Name == "reply" {
			answered = true
			if waitsFrom != nil && !e.At.Before(*waitsFrom) {
				waitsFrom = nil
			}
		}
	}
	waits := waitsFrom != nil
	if c.keepsWaiting {
		waits = c.WaitingSince != nil
	}
	return c.open() && (!answered || waits)
}

// exchanged counts the messages sent and received.
func exchanged(messages []*message) float64 {
	n := 0.0
	for _, m := range messages {
		if m.sent() || m.inbound() {
			n++
		}
	}
	return n
}

// firstResponse is, in seconds, the first event first_response that tells a
// duration (of several at one instant the shortest); else first_response_at −
// created_at; else the first message by an agent − created_at, or − the last
// bot_handoff strictly before that message. No span is less than 0.
func (c *conversation) firstResponse() *float64 {
	if seconds := c.firstEvent(func(e *event) *float64 { return e.Seconds }); seconds != nil {
		return told(seconds)
	}
	if c.FirstResponseAt != nil {
		return span(c.CreatedAt, *c.FirstResponseAt)
	}
	for _, m := range c.messages {
		if m.answers() {
			since := c.CreatedAt
			if handoff := lastBefore(c.events, "bot_handoff", m.CreatedAt); handoff != nil {
				since = handoff.At
			}
			return span(since, m.CreatedAt)
		}
	}
	return nil
}

// firstResponseBusiness is what the first event that tells business seconds
// tells.
func (c *conversation) firstResponseBusiness() *float64 {
	return told(c.firstEvent(func(e *event) *float64 { return e.BusinessSeconds }))
}

func (c *conversation) firstEvent(seconds func(*event) *float64) *float64 {
	var first *event
	for _, e := range c.events {
		if e.Name != "first_response" || seconds(e) == nil {
			continue
		}
		if first == nil || e.At.Before(first.At) || e.At.Equal(first.At) && *seconds(e) < *seconds(first) {
			first = e
		}
	}
	if first == nil {
		return nil
	}
	return seconds(first)
}

func lastBefore(events []*event, name string, t time.Time) *event {
	var last *event
	for _, e := range events {
		if e.Name == name && e.At.Before(t) && (last == nil || e.At.After(last.At)) {
			last = e
		}
	}
	return last
}

// threadRow is a fact row that takes its dimensions from a conversation.
func (f *Facts) threadRow(fact catalog.Fact, at time.Time, id *string) *row {
	r := &row{fact: fact, at: at, conversation: id}
	if id == nil {
		return r
	}
	c := f.conversations[*id]
	if c == nil {
		return r
	}
	r.thread = c
	r.account, r.line, r.agent, r.contact = c.AccountID, c.LineID, c.agent, c.ContactID
	r.team = f.teamOf(c, c.LineID)
	return r
}

// conversationRows makes the fact rows of conversations: one when each was
// opened, one for every time at which it was active, and one for its state now.
func (f *Facts) conversationRows() {
	add := func(fact catalog.Fact, at time.Time, c *conversation) {
		f.rows[fact] = append(f.rows[fact], f.threadRow(fact, at, &c.ConversationID))
	}
	for _, c := range f.conversations {
		add(catalog.Conversation, c.CreatedAt, c)
		add(catalog.ConversationNow, c.CreatedAt, c)
		add(catalog.ConversationActive, c.CreatedAt, c)
		for _, m := range c.messages {
			add(catalog.ConversationActive, m.CreatedAt, c)
		}
	}
}

// eventRows makes the fact rows of events, all of them whatever their name.
// Events of an id that nothing describes, or of none, keep only that id and
// their own agent.
//
// A resolution lasts the seconds that its event tells, else since the last
// reopening strictly before it, else since the conversation was created.
// Where the data holds no event named reply, replies are derived: the contact
// waits from their first message after an agent's until the agent's next one. A
// resolution in between ends the wait, and after a reopening it counts from there.
// What comes at the same instant as a message comes after it. The first answer of a
// conversation is none of its replies.
func (f *Facts) eventRows(events []contract.ConversationEvent) {
	byConversation := map[string][]*event{}
	replies := false
	var all []*event
	for _, row := range events {
		clean(&row)
		if !possible(row.At) {
			continue
		}
		e := &event{ConversationEvent: row, seconds: told(row.Seconds)}
		all = append(all, e)
		replies = replies || row.Name == "reply"
		if row.ConversationID != nil {
			byConversation[*row.ConversationID] = append(byConversation[*row.ConversationID], e)
		}
	}
	for id, c := range f.conversations {
		c.events = byConversation[id]
	}
	for _, e := range all {
		if e.Name == "resolved" && e.seconds == nil && e.ConversationID != nil {
			if reopened := lastBefore(byConversation[*e.ConversationID], "reopened", e.At); reopened != nil {
				e.seconds = span(reopened.At, e.At)
			} else if c := f.conversations[*e.ConversationID]; c != nil {
				e.seconds = span(c.CreatedAt, e.At)
			}
		}
		f.rows[catalog.Event] = append(f.rows[catalog.Event], f.eventRow(e))
	}
	if replies {
		return
	}
	for id, messages := range f.messagesOf {
		turns := slices.SortedStableFunc(slices.Values(byConversation[id]), func(a, b *event) int { return a.At.Compare(b.At) })
		var waits *time.Time
		responded := false
		for _, m := range messages {
			for ; len(turns) > 0 && turns[0].At.Before(m.CreatedAt); turns = turns[1:] {
				switch {
				case turns[0].Name == "resolved":
					waits = nil
				case turns[0].Name == "reopened" && waits != nil:
					waits = &turns[0].At
				}
			}
			if m.inbound() && waits == nil {
				waits = &m.CreatedAt
			}
			if !m.answers() {
				continue
			}
			if waits != nil && responded {
				f.derivedReplies = append(f.derivedReplies, f.eventRow(&event{
					ConversationEvent: contract.ConversationEvent{ConversationID: &id, Name: "reply", At: m.CreatedAt, AgentID: m.AgentID},
					seconds:           span(*waits, m.CreatedAt),
				}))
			}
			waits, responded = nil, true
		}
	}
}

func (f *Facts) eventRow(e *event) *row {
	r := f.threadRow(catalog.Event, e.At, e.ConversationID)
	r.event = e
	if e.AgentID != nil {
		r.agent = e.AgentID
	}
	return r
}

// ratingRows makes the fact rows of CSAT. An answer is a row with a rating of 1 to 5; it
// happened at answered_at, else at sent_at. A survey is a row with sent_at; it
// is answered where it has a rating or answered_at. Rows without either time
// are in no range. Contact and agent are the row's own, else the conversation's.
func (f *Facts) ratingRows(csat []contract.CSAT) {
	add := func(fact catalog.Fact, at *time.Time, c contract.CSAT) {
		if at == nil {
			return
		}
		r := f.threadRow(fact, *at, c.ConversationID)
		r.rating = rating(c)
		r.answered = c.Rating != nil || c.AnsweredAt != nil
		if c.ContactID != nil {
			r.contact = c.ContactID
		}
		if c.AgentID != nil {
			r.agent = c.AgentID
		}
		f.rows[fact] = append(f.rows[fact], r)
	}
	for _, c := range csat {
		clean(&c)
		add(catalog.CSATSurvey, c.SentAt, c)
		if rating(c) != nil {
			at := c.AnsweredAt
			if at == nil {
				at = c.SentAt
			}
			add(catalog.CSATAnswer, at, c)
			if c.ConversationID != nil && f.conversations[*c.ConversationID] != nil {
				thread := f.conversations[*c.ConversationID]
				thread.answers = append(thread.answers, &answer{at, int(*c.Rating), c.Comment})
			}
		}
	}
}

// rating is a rating of 1 to 5; any other shows only that there was an answer.
func rating(c contract.CSAT) *int32 {
	if c.Rating != nil && (*c.Rating < 1 || *c.Rating > 5) {
		return nil
	}
	return c.Rating
}
