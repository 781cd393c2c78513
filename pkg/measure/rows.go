package measure

import (
	"math"
	"slices"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
)

// rows are the rows of a fact in the range: indexes of what they are made of. Those of
// one user follow each other.
type rows struct {
	*view
	fact catalog.Fact
	at   []int64
	// message is the message of each row, opener what it opened or is covered by (-1:
	// nothing); of facts about messages. Where all messages are rows, whether they are in
	// the range or not, message is nil: each is the row of its own index.
	message, opener []int32
	// conversation, contact and named (the agent of an event or rating) are codes; of
	// facts about conversations. place is the index of the event or rating.
	conversation, contact, named []uint32
	place                        []int32
	// isAll: the rows are allMessages.
	isAll bool
}

func (r *rows) len() int { return len(r.at) }

// messageOf is the message of a row.
func (r *rows) messageOf(i int32) int32 {
	if r.message == nil {
		return i
	}
	return r.message[i]
}

// allMessages are the messages as they are in memory, as rows. Only passing knows which of
// them are in the range: that is faster than to copy these.
func (q *view) allMessages() *rows {
	m := &q.set.Messages
	return &rows{view: q, fact: catalog.Message, at: m.At, opener: m.Opener, isAll: true}
}

func (q *view) within(at int64) bool { return at >= q.from && at < q.to }

// rowsOf finds the rows of a fact. replies says whether those count that the messages
// show.
func (q *view) rowsOf(f catalog.Fact, replies bool) *rows {
	r := &rows{view: q, fact: f}
	s := q.set
	switch f {
	case catalog.Message:
		m := &s.Messages
		count := 0
		for _, at := range m.At {
			if q.within(at) {
				count++
			}
		}
		r.makeRoom(count)
		for i, at := range m.At {
			if q.within(at) && m.Flags[i]&facts.IsCall == 0 {
				r.at, r.message, r.opener = append(r.at, at), append(r.message, int32(i)), append(r.opener, m.Opener[i])
			}
		}
	case catalog.Session, catalog.Initiation:
		o := &s.Openers
		wanted := o.Session
		if f == catalog.Initiation {
			wanted = o.Initiation
		}
		count := 0
		for i, message := range o.Message {
			if wanted[i] && q.within(s.Messages.At[message]) {
				count++
			}
		}
		r.makeRoom(count)
		for i, message := range o.Message {
			if at := s.Messages.At[message]; wanted[i] && q.within(at) {
				r.at, r.message, r.opener = append(r.at, at), append(r.message, message), append(r.opener, int32(i))
			}
		}
	case catalog.Conversation, catalog.ConversationNow:
		for code, described := range s.Rows.Described {
			at := s.Rows.CreatedAt[code]
			if f == catalog.ConversationNow {
				at = q.now
			} else if !q.within(at) {
				continue
			}
			if described {
				r.addConversation(uint32(code), at, 0, s.Rows.Contact[code], -1)
			}
		}
	case catalog.ConversationActive:
		for code, described := range s.Rows.Described {
			if described && q.within(s.Rows.CreatedAt[code]) {
				r.addConversation(uint32(code), s.Rows.CreatedAt[code], 0, s.Rows.Contact[code], -1)
			}
		}
		m := &s.Messages
		r.expect(m.At)
		for i, at := range m.At {
			if code := m.Conversation[i]; q.within(at) && m.Flags[i]&facts.IsCall == 0 && s.IsDescribed(code) {
				r.addConversation(code, at, 0, s.Rows.Contact[code], -1)
			}
		}
	case catalog.Event:
		r.addEvents(&s.Events)
		if replies {
			r.addEvents(&s.Replies)
		}
	case catalog.CSATAnswer, catalog.CSATSurvey:
		c := &s.Ratings
		for i, conversation := range c.Conversation {
			at := c.SentAt[i]
			if f == catalog.CSATAnswer {
				if c.AnsweredAt[i] != facts.Never {
					at = c.AnsweredAt[i]
				}
				if c.Rating[i] == 0 {
					continue
				}
			}
			contact := c.Contact[i]
			if contact == 0 && s.IsDescribed(conversation) {
				contact = s.Rows.Contact[conversation]
			}
			if at != facts.Never && q.within(at) {
				r.addConversation(conversation, at, c.Agent[i], contact, int32(i))
			}
		}
	}
	return r
}

// makeRoom makes room for so many rows of a fact about messages.
func (r *rows) makeRoom(count int) {
	r.at, r.message, r.opener = make([]int64, 0, count), make([]int32, 0, count), make([]int32, 0, count)
}

// expect makes room for as many more rows of a fact about conversations as there are
// instants in the range.
func (r *rows) expect(instants []int64) {
	count := 0
	for _, at := range instants {
		if r.within(at) {
			count++
		}
	}
	r.at, r.conversation, r.named = slices.Grow(r.at, count), slices.Grow(r.conversation, count), slices.Grow(r.named, count)
	r.contact, r.place = slices.Grow(r.contact, count), slices.Grow(r.place, count)
}

func (r *rows) addConversation(conversation uint32, at int64, named, contact uint32, place int32) {
	r.at, r.conversation, r.named = append(r.at, at), append(r.conversation, conversation), append(r.named, named)
	r.contact, r.place = append(r.contact, contact), append(r.place, place)
}

// addEvents adds events. Those that messages show come after those that are recorded,
// with places after theirs.
func (r *rows) addEvents(e *facts.Events) {
	first := int32(0)
	if e == &r.set.Replies {
		first = int32(len(r.set.Events.At))
	}
	r.expect(e.At)
	for i, at := range e.At {
		conversation := e.Conversation[i]
		contact := uint32(0)
		if r.set.IsDescribed(conversation) {
			contact = r.set.Rows.Contact[conversation]
		}
		if r.within(at) {
			r.addConversation(conversation, at, e.Agent[i], contact, first+int32(i))
		}
	}
}

// event returns the name and the seconds of the event of a row.
func (r *rows) event(i int32) (name uint32, seconds float64) {
	place := int(r.place[i])
	if recorded := len(r.set.Events.At); place >= recorded {
		return r.set.Replies.Name[place-recorded], r.set.Replies.Seconds[place-recorded]
	}
	return r.set.Events.Name[place], r.set.Events.Seconds[place]
}

// user tells users apart whose rows follow each other; 0 is nobody.
func (r *rows) user(i int32) uint64 {
	m := &r.set.Messages
	message := r.messageOf(i)
	if m.Contact[message] == 0 {
		return 0
	}
	return uint64(m.Contact[message])<<32 | uint64(m.Of(message).Account)
}

// number returns the column of numbers of that name; NaN is no value.
func (r *rows) number(name string) func(i int32) float64 {
	s := r.set
	o := &s.Openers
	switch {
	case name == "cost":
		return func(i int32) float64 { return s.Cost(r.messageOf(i)).USD }
	case name == "messages" && r.fact == catalog.Session:
		return func(i int32) float64 { return float64(o.Messages[r.opener[i]]) }
	case name == "messages":
		return func(i int32) float64 { return float64(s.Thread(r.conversation[i]).Messages) }
	case name == "time_to_reply":
		return func(i int32) float64 { return between(r.at[i], o.RepliedAt[r.opener[i]]) }
	case name == "rating":
		return func(i int32) float64 { return float64(s.Ratings.Rating[r.place[i]]) }
	case name == "first_response_time":
		return func(i int32) float64 { return firstResponse(s, r.conversation[i]) }
	case name == "first_response_time_business":
		return func(i int32) float64 { return s.Thread(r.conversation[i]).BusinessSeconds }
	case name == "reply_time":
		return func(i int32) float64 { _, seconds := r.event(i); return seconds }
	case name == "resolution_time":
		return func(i int32) float64 {
			_, seconds := r.event(i)
			return resolutionTime(s, r.conversation[i], r.at[i], seconds)
		}
	}
	panic("no column of numbers " + name + " of " + string(r.fact))
}

// between is the seconds from one instant to another: 0 where the clocks of two systems
// say that it was less, NaN where one of them is not known.
func between(from, to int64) float64 {
	if from == facts.Never || to == facts.Never {
		return math.NaN()
	}
	return max(0, float64(to-from)/1e6)
}

// latestBefore is the latest of the instants before another.
func latestBefore(instants []int64, at int64) int64 {
	latest := int64(facts.Never)
	for _, instant := range instants {
		if instant < at {
			latest = max(latest, instant)
		}
	}
	return latest
}

// resolutionTime is how long a resolution took: as the source says, else since the last
// reopening before it, else since the conversation was opened.
func resolutionTime(s *facts.Set, conversation uint32, at int64, seconds float64) float64 {
	if !math.IsNaN(seconds) {
		return seconds
	}
	since := latestBefore(s.Thread(conversation).Reopenings, at)
	if since == facts.Never && s.IsDescribed(conversation) {
		since = s.Rows.CreatedAt[conversation]
	}
	return between(since, at)
}

// firstResponse is how long the contact waited for a human: by the source's own event,
// else by its time of the first response, else by the messages.
func firstResponse(s *facts.Set, conversation uint32) float64 {
	t := s.Thread(conversation)
	if !math.IsNaN(t.ResponseSeconds) {
		return t.ResponseSeconds
	}
	created := s.Rows.CreatedAt[conversation]
	if first := s.Rows.FirstResponseAt[conversation]; first != facts.Never {
		return between(created, first)
	}
	from := latestBefore(t.Handoffs, t.FirstAgentAt)
	if from == facts.Never {
		from = created
	}
	return between(from, t.FirstAgentAt)
}
