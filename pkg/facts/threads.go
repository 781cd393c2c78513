package facts

import (
	"bytes"
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/source"
)

// phoneOf is the SQL of the phone of a contact of that id.
func phoneOf(s *source.Source, id string) string { return strings.ReplaceAll(s.Phone, "$id", id) }

// readThreads reads the messages from before the start of the conversations that a
// question may look at, and walks through all of each.
func (b *builder) readThreads(ctx context.Context) error {
	s := b.set
	// The earlier messages take no part in sessions: they are a set of their own. Those of
	// the base are not read again where its messages begin at the same time.
	recent := s.Messages
	s.Messages, s.earlierOf = Messages{ids: ids{numeric: recent.ids.numeric}}, map[uint32]bool{}
	if b.base != nil && b.base.start == b.start && b.base.earlierOf != nil {
		s.Messages, s.earlierOf = b.base.earlier, maps.Clone(b.base.earlierOf)
		s.Messages.clip()
	}
	err := b.readEarlier(ctx, b.touchedBy(&recent))
	before := s.Messages
	s.Messages, s.earlier = recent, before
	if err != nil {
		return err
	}
	further := map[uint32]bool{}
	for contact := range b.starts {
		further[contact] = true
	}
	s.Rows.room(uint32(s.Conversations.Len() - 1))
	s.Rows.Threads = make([]Thread, s.Conversations.Len())
	s.Replies = Events{}

	// Messages by conversation, those before first; of contacts that were read further
	// back they would come twice.
	seen := map[string]bool{}
	if len(further) > 0 {
		for i := range recent.Len() {
			if further[recent.Contact[i]] && recent.At[i] < b.start {
				seen[recent.ID(int32(i))] = true
			}
		}
	}
	turns := make([][]turnOf, s.Conversations.Len())
	for _, m := range []*Messages{&before, &recent} {
		for i := range m.Len() {
			conversation := m.Conversation[i]
			if conversation == 0 || m.Flags[i]&IsCall != 0 || m == &before && seen[m.ID(int32(i))] {
				continue
			}
			turns[conversation] = append(turns[conversation], turnOf{m, int32(i)})
		}
	}
	for code := range s.Rows.Threads {
		t := &s.Rows.Threads[code]
		*t = noThread
		slices.SortFunc(turns[code], turnOf.compare)
		s.walkThread(t, turns[code])
	}
	b.walkEvents()
	if !b.replies {
		b.findReplies(turns)
	}
	return nil
}

// threadColumns are the columns that tell who wrote when in which conversation.
var threadColumns = []string{
	"message_id", "conversation_id", "agent_id", "author_kind", "content_type", "direction", "status", "read_at", "delivered_at", "failed_at",
	"created_at", "sequence", "is_call",
}

// readEarlier adds the messages from before the start of conversations of which they were
// not read yet.
func (b *builder) readEarlier(ctx context.Context, conversations []uint32) error {
	s := b.set
	var missing []string
	for _, code := range conversations {
		if !s.earlierOf[code] {
			s.earlierOf[code] = true
			missing = append(missing, s.Conversations.Text(code))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	earlier := &builder{tx: b.tx, source: b.source, set: s, maxMemory: b.maxMemory, failures: b.failures, prices: b.prices}
	st := &statement{source: b.source}
	span := source.Span{Until: st.arg(time.UnixMicro(b.start), "timestamptz")}
	isMissing := b.among("message", "m.conversation_id", st.list("conversation", missing), &span.Conversations)
	sql := earlier.messageSQL(st, span, threadColumns, isMissing)
	if err := earlier.read(ctx, sql, st.args, earlier.messages().add); err != nil {
		return err
	}
	// Only who wrote when in which conversation is needed.
	m := &s.Messages
	*m = Messages{At: m.At, Conversation: m.Conversation, shapes: m.shapes, Shapes: m.Shapes, Stage: m.Stage, Flags: m.Flags, sequence: m.sequence, ids: m.ids}
	return nil
}

// touchedBy are the conversations touched, where the messages are at hand elsewhere.
func (b *builder) touchedBy(m *Messages) []uint32 {
	saved := b.set.Messages
	b.set.Messages = *m
	list := b.touched()
	b.set.Messages = saved
	return list
}

// turnOf is a message of one of two sets of messages.
type turnOf struct {
	m *Messages
	i int32
}

func (t turnOf) at() int64 { return t.m.At[t.i] }

// compare is the order of messages, which may be of two sets.
func (t turnOf) compare(u turnOf) int {
	if t.m == u.m {
		return t.m.compare(t.i, u.i)
	}
	a, b := t.m, u.m
	switch {
	case a.At[t.i] != b.At[u.i]:
		return sign(a.At[t.i] < b.At[u.i])
	}
	if x, y := a.Flags[t.i]&Outbound, b.Flags[u.i]&Outbound; x != y {
		return sign(x < y)
	}
	return bytes.Compare(a.ids.at(t.i), b.ids.at(u.i))
}

func (t turnOf) outbound() bool { return t.m.Flags[t.i]&Outbound != 0 }

// byAgent reports whether an agent wrote the message and it did not fail.
func (t turnOf) byAgent() bool {
	return t.outbound() && t.m.Of(t.i).Author == byAgent && t.m.Stage[t.i] != Failed
}

func (s *Set) walkThread(t *Thread, messages []turnOf) {
	for n, u := range messages {
		m, i := u.m, u.i
		if n == 0 {
			switch author := m.Of(i).Author; {
			case !u.outbound():
				t.Source = sourceInbound
			case author == byAgent:
				t.Source = sourceInbox
			case author == byBot || author == byCampaign || author == bySystem:
				t.Source = sourceFlow
			default:
				t.Source = sourceOther
			}
		}
		if !u.outbound() || m.Stage[i] == Sent || m.Stage[i] >= Delivered {
			t.Messages++
		}
		switch {
		case !u.outbound():
			t.LastInboundAt, t.ContactWaits = m.At[i], true
		case u.byAgent():
			t.ContactWaits = false
			if t.FirstAgentAt == Never {
				t.FirstAgentAt = m.At[i]
			}
			if agent := m.Of(i).Agent; agent != 0 {
				t.LastAgent = agent
			}
		}
	}
}

// Thread returns the summary of a conversation.
func (s *Set) Thread(conversation uint32) *Thread {
	if int(conversation) < len(s.Rows.Threads) {
		return &s.Rows.Threads[conversation]
	}
	return &noThread
}

var noThread = Thread{FirstAgentAt: Never, LastInboundAt: Never, AnsweredAt: Never, ResponseSeconds: math.NaN(), BusinessSeconds: math.NaN()}

// walkEvents notes in each thread what its events tell.
func (b *builder) walkEvents() {
	s := b.set
	e := &s.Events
	order := make([]int32, len(e.At))
	for i := range order {
		order[i] = int32(i)
	}
	// Of two events of one instant the shorter duration comes first.
	slices.SortStableFunc(order, func(i, j int32) int {
		if e.At[i] != e.At[j] {
			return sign(e.At[i] < e.At[j])
		}
		return 0
	})
	first, firstBusiness := map[uint32]int64{}, map[uint32]int64{}
	shorter := func(at map[uint32]int64, conversation uint32, now int64, known *float64, seconds float64) {
		if math.IsNaN(seconds) {
			return
		}
		if since, ok := at[conversation]; !ok || since == now && seconds < *known {
			at[conversation], *known = now, seconds
		}
	}
	for _, i := range order {
		if e.Conversation[i] == 0 {
			continue
		}
		t := &s.Rows.Threads[e.Conversation[i]]
		switch e.Name[i] {
		case eventFirstResponse:
			shorter(first, e.Conversation[i], e.At[i], &t.ResponseSeconds, e.Seconds[i])
			shorter(firstBusiness, e.Conversation[i], e.At[i], &t.BusinessSeconds, e.business[i])
			t.AnsweredAt = max(t.AnsweredAt, e.At[i])
		case eventReply:
			t.AnsweredAt = max(t.AnsweredAt, e.At[i])
		case eventHandoff:
			t.Handoffs = append(t.Handoffs, e.At[i])
		case eventReopened:
			t.Reopenings = append(t.Reopenings, e.At[i])
		}
	}
}

// findReplies finds the answers that messages show, where the source records none. A
// wait begins with the contact's first message after an agent's, at the earliest with
// the last reopening, and an agent's next message ends it; a resolution ends it without
// an answer. The first answer of a conversation is its first response and no reply.
func (b *builder) findReplies(turns [][]turnOf) {
	s := b.set
	type event struct {
		at       int64
		reopened bool
	}
	events := map[uint32][]event{}
	for i, name := range s.Events.Name {
		if name == eventResolved || name == eventReopened {
			conversation := s.Events.Conversation[i]
			events[conversation] = append(events[conversation], event{s.Events.At[i], name == eventReopened})
		}
	}
	for conversation, messages := range turns {
		happened := events[uint32(conversation)]
		slices.SortStableFunc(happened, func(a, b event) int {
			switch {
			case a.at != b.at:
				return sign(a.at < b.at)
			}
			return 0
		})
		answers, next := 0, 0
		asked, reopened := int64(Never), int64(Never)
		// Events of an instant come after its messages, which have a sequence or a
		// direction.
		pass := func(before int64) {
			for ; next < len(happened) && happened[next].at < before; next++ {
				if happened[next].reopened {
					reopened = happened[next].at
				} else {
					asked, reopened = Never, Never
				}
			}
		}
		for _, u := range messages {
			pass(u.at())
			switch {
			case !u.outbound():
				if asked == Never {
					asked = u.at()
				}
			case u.byAgent():
				if answers++; answers > 1 && asked != Never {
					r := &s.Replies
					r.Conversation, r.Agent, r.Name = append(r.Conversation, uint32(conversation)), append(r.Agent, u.m.Of(u.i).Agent), append(r.Name, eventReply)
					r.At, r.Seconds = append(r.At, u.at()), append(r.Seconds, max(0, float64(u.at()-max(asked, reopened))/1e6))
				}
				asked, reopened = Never, Never
			}
		}
	}
}
