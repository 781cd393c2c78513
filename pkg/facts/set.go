// Package facts holds what happened in memory: messages, the sessions that they make,
// conversations, events and ratings, as columns. A Set is read from the relations of a
// source in one transaction and never changes.
//
// Ids and texts are codes of dictionaries, words of a fixed list small numbers, instants
// microseconds since 1970 in UTC. 0 is no value, Never is no instant.
package facts

import (
	"math"
	"time"
	"unsafe"

	"github.com/parley-reports/parley/pkg/billing"
)

// Never is the instant of what did not happen, and the duration that is not known.
const Never = math.MinInt64

// A Stage is how far the delivery of an outbound message got.
type Stage uint8

// The stages. Inbound messages have none.
const (
	NoStage Stage = iota
	Sent
	Pending
	Failed
	Delivered
	Read
	// Replied is only a last status of initiations.
	Replied
)

// Stages are the names of the stages by their numbers.
var Stages = []string{"", "sent", "pending", "failed", "delivered", "read", "replied"}

// A Flag is something that a message is or has.
type Flag uint8

// The flags of messages.
const (
	Outbound   Flag = 1 << iota
	IsTemplate      // a template
	IsCampaign      // part of a mass send
	IsReferral      // came by an ad or a page
	HasButton       // a click on a button
	IsCall          // no message, but it opens the service window
	InWindow        // outbound: the contact wrote in the last 24 hours
	IsFree          // part of the session of a free entry point
)

// Messages are the messages and calls, those of one contact one after the other, in it
// those of one account and of one line, and these in their order.
type Messages struct {
	At                                         []int64
	Contact, Conversation, Correlation, shapes []uint32
	// Shapes are what messages have in common. Of a million messages there are a few
	// thousand.
	Shapes []Shape
	Stage  []Stage
	Flags  []Flag
	// Opener is the index of the session that covers the message, or -1.
	Opener []int32
	// sequence breaks ties of At; nil where no message has one.
	sequence []int64
	ids      ids
	// known are the indexes of the shapes, while messages are added.
	known map[Shape]uint32
}

// A Shape is what several messages have in common, as codes.
type Shape struct {
	Account, Line, Agent, Campaign, Subaccount, ContentType, Template, Language, Category, Origin, Author uint32
	// Failure is an index of Set.Failures; 0 is none.
	Failure uint32
	// price is an index of the set's prices.
	price uint32
}

// Of returns the shape of a message.
func (m *Messages) Of(i int32) *Shape { return &m.Shapes[m.shapes[i]] }

// ShapeCodes are the indexes of the shapes of the messages.
func (m *Messages) ShapeCodes() []uint32 { return m.shapes }

// addShape adds the shape of the next message.
func (m *Messages) addShape(shape Shape) {
	if n := len(m.shapes); n > 0 && m.Shapes[m.shapes[n-1]] == shape {
		m.shapes = append(m.shapes, m.shapes[n-1])
		return
	}
	m.shapes = append(m.shapes, m.placeOf(shape))
}

// placeOf returns the index of a shape, which it adds if it is new.
func (m *Messages) placeOf(shape Shape) uint32 {
	if m.known == nil {
		m.known = map[Shape]uint32{}
		for i, known := range m.Shapes {
			m.known[known] = uint32(i)
		}
	}
	i, ok := m.known[shape]
	if !ok {
		i = uint32(len(m.Shapes))
		m.Shapes = append(m.Shapes, shape)
		m.known[shape] = i
	}
	return i
}

// Len is the number of messages and calls.
func (m *Messages) Len() int { return len(m.At) }

// ID returns the id of a message.
func (m *Messages) ID(i int32) string { return string(m.ids.at(i)) }

// CompareIDs compares the ids of two messages by their bytes.
func (m *Messages) CompareIDs(i, j int32) int { return m.ids.compareTexts(i, j) }

// LastOutbound returns the last outbound message before another in its session, or -1.
func (s *Set) LastOutbound(i int32) int32 {
	opener := s.Messages.Opener[i]
	if opener < 0 {
		return -1
	}
	for j := i - 1; j >= s.Openers.Message[opener]; j-- {
		if s.Messages.Flags[j]&(Outbound|IsCall) == Outbound {
			return j
		}
	}
	return -1
}

// Is reports whether the message has the flag.
func (m *Messages) Is(i int32, f Flag) bool { return m.Flags[i]&f != 0 }

// An Initiator is who began a session.
type Initiator uint8

// The initiators.
const (
	NoInitiator Initiator = iota
	ByBusiness
	ByContact
	ByFreeEntryPoint
)

// Initiators are the names of the initiators by their numbers.
var Initiators = []string{"", "business", "contact", "free_entry_point"}

// A UserType says whether somebody wrote before.
type UserType uint8

// The user types.
const (
	NoUserType UserType = iota
	New
	Returning
)

// UserTypes are the names of the user types by their numbers.
var UserTypes = []string{"", "new", "returning"}

// Openers are the messages that opened a session, or failed to, in the order of the
// messages.
type Openers struct {
	// Message is the opener, Ends the end of its session.
	Message []int32
	Ends    []int64
	// Session reports whether it opened one, Initiation whether it is part of the report
	// of initiations.
	Session, Initiation []bool
	Initiator           []Initiator
	Origin              []uint32
	UserType            []UserType
	// RepliedAt is when the contact first wrote in the session after the opener.
	RepliedAt []int64
	// Messages is the number of messages in the session.
	Messages []int32
	// Status is the last status of an initiation.
	Status []Stage
}

// Len is the number of openers.
func (o *Openers) Len() int { return len(o.Message) }

// A Failure is why a message failed. Code is the provider's code, Meaning the code whose
// meaning fits the reason.
type Failure struct{ Reason, Code, Meaning uint32 }

// A Line is a line of the source. Codes are those of the set's dictionaries.
type Line struct {
	Channel, Team    uint32
	Name             string
	Number, Provider string
	Described        bool
}

// A Contact is a contact of the source.
type Contact struct {
	Name           string
	Phone, Country uint32
}

// Conversations are the conversations of the source, and those that only messages,
// events or ratings name. The index of one is its code.
type Conversations struct {
	// Described reports whether the relation has a row of it.
	Described                                []bool
	Account, Contact, Line, Team, Assignee   []uint32
	Source, Status, Priority                 []uint32
	Display                                  []string
	CreatedAt, FirstResponseAt, WaitingSince []int64
	Threads                                  []Thread
}

// A Thread sums up the messages and events of a conversation.
type Thread struct {
	// Messages are those sent and received.
	Messages int32
	// FirstAgentAt is when an agent first wrote, LastAgent who did last.
	FirstAgentAt, LastInboundAt int64
	LastAgent                   uint32
	// ContactWaits: of the contact and the agents the contact wrote last.
	ContactWaits bool
	// Source is how its first message came about.
	Source uint32
	// AnsweredAt is the last event of an answer.
	AnsweredAt int64
	// ResponseSeconds and BusinessSeconds are those of the first such event that has
	// them.
	ResponseSeconds, BusinessSeconds float64
	Handoffs, Reopenings             []int64
}

// Events are what happened to conversations.
type Events struct {
	Conversation, Agent, Name []uint32
	At                        []int64
	Seconds                   []float64
	// business is the time of each in business hours.
	business []float64
}

// Ratings are surveys of satisfaction and their answers.
type Ratings struct {
	Conversation, Contact, Agent []uint32
	// Rating is 1 to 5; 0 is none.
	Rating             []uint8
	Answered           []bool
	SentAt, AnsweredAt []int64
}

// Parts are parts of the facts.
type Parts uint32

// The parts that a question may need.
const (
	// NeedMessages: the messages of the range, with their windows and sessions.
	NeedMessages Parts = 1 << iota
	// NeedUserTypes: whether users of sessions are new.
	NeedUserTypes
	// NeedCosts: what messages cost.
	NeedCosts
	// NeedContacts: names, phones and countries of contacts.
	NeedContacts
	NeedConversations
	// NeedThreads: a summary of the messages and events of each conversation.
	NeedThreads
	// NeedOldAgents, NeedOldSources: the agents and sources of all conversations, however
	// old, where only their messages tell them.
	NeedOldAgents
	NeedOldSources
	NeedRatings
	NeedTags
	NeedAccountNames
	NeedAgentNames
	NeedTeamNames
	NeedCampaignNames
	// NeedEvents: what happened to conversations.
	NeedEvents
)

// Needs are what a question reads of facts.
type Needs struct {
	// Since is the beginning of the first range.
	Since time.Time
	Parts Parts
}

// Has reports whether all the parts are needed.
func (n Needs) Has(parts Parts) bool { return n.Parts&parts == parts }

// Start is when the messages begin that facts with these needs read for all contacts, in
// microseconds.
func (n Needs) Start() int64 {
	start := n.Since.UnixMicro()
	if n.Has(NeedCosts) {
		start = monthOf(start)
	}
	return start - (longest + lookBack).Microseconds()
}

// ReadsMessages reports whether messages are needed.
func (n Needs) ReadsMessages() bool { return n.Parts&(NeedMessages|NeedThreads) != 0 }

// Covers reports whether facts with these needs answer a question with those.
func (n Needs) Covers(other Needs) bool { return !other.Since.Before(n.Since) && n.Has(other.Parts) }

// And returns the needs of both.
func (n Needs) And(other Needs) Needs {
	if other.Since.Before(n.Since) {
		n.Since = other.Since
	}
	n.Parts |= other.Parts
	return n
}

// Set is what happened. It is read-only and safe for concurrent use.
type Set struct {
	Needs Needs
	// AsOf is when it was read, or brought up to date. Parts that were added later may be
	// newer. Read is when all of its messages were read.
	AsOf, Read time.Time
	// ReadAt is AsOf by the clock of the database.
	ReadAt time.Time
	// Took is how long that took, without parts that were added later.
	Took time.Duration
	// Outdated is why it could not be brought up to date; nil if nothing failed.
	Outdated error
	// SQL is the statement that read the messages, or the first statement, with its
	// arguments.
	SQL  string
	Args []any

	Accounts, Contacts, Lines, Conversations, Agents, Teams, Campaigns    *Dict
	Channels, Subaccounts, ContentTypes, Templates, Languages, Categories *Dict
	Correlations, Origins, Authors, Statuses, Priorities, Sources         *Dict
	Phones, Countries, Reasons, Codes, Tags, EventNames                   *Dict

	// Pages are what lists have read.
	Pages *Pages

	// Names by code; "" where there is none.
	AccountNames, AgentNames, TeamNames, CampaignNames []string

	LineRows    []Line
	ContactRows []Contact
	// ContactTags and ConversationTags are the tags of each by code.
	ContactTags, ConversationTags [][]uint32

	Failures []Failure
	Messages Messages
	Openers  Openers
	Rows     Conversations
	Events   Events
	// recentEvents is how many of them are those since the range began.
	recentEvents int
	// Replies are the answers that the messages show where the source records none.
	Replies Events
	Ratings Ratings

	// Costs are what messages cost, costs those of each; where that is needed.
	Costs  []Cost
	costs  []uint32
	biller *billing.Biller
	// start is when the messages begin, starts when those of contacts do that were read
	// from further back.
	start  int64
	starts map[uint32]int64
	prices []price
	// acquainted are users of sessions with what was found out about them: whether they
	// wrote, or were written to, before the messages begin.
	acquainted map[user]bool
	// earlier are messages from before the start, of conversations in earlierOf.
	earlier   Messages
	earlierOf map[uint32]bool
}

// A Cost is what a message costs. Where that is not known, Gap is an argument of Set.Gap,
// else -1.
type Cost struct {
	USD float64
	Gap int32
}

// Size is about what the set takes in memory, in bytes.
func (s *Set) Size() int { return s.size() + s.Pages.size() }

// size is Size without the pages.
func (s *Set) size() int {
	m, o, r := &s.Messages, &s.Openers, &s.Rows
	// Of each message an instant, four codes, a stage, its flags and its opener.
	size := m.Len()*(8+4*4+1+1+4) + len(m.Shapes)*int(unsafe.Sizeof(Shape{})) + 8*len(m.sequence) + m.ids.size()
	size += o.Len()*(4+8+1+1+1+4+1+8+4+1) + 4*len(s.costs) + 16*len(s.Costs)
	size += len(r.CreatedAt)*(1+8*4+16+3*8) + len(r.Threads)*int(unsafe.Sizeof(Thread{}))
	size += len(s.Events.At) * (3*4 + 8 + 8 + 8)
	e := &s.earlier
	size += e.Len()*(2*4+8+8+1+1) + e.ids.size()
	size += 16*len(s.acquainted) + 12*len(s.earlierOf) + 24*len(s.starts)
	size += len(s.Ratings.Rating) * (3*4 + 1 + 1 + 8 + 8)
	size += len(s.Failures)*int(unsafe.Sizeof(Failure{})) + len(s.prices)*int(unsafe.Sizeof(price{})) + 2*len(m.known)*int(unsafe.Sizeof(Shape{}))
	for _, d := range s.dicts() {
		size += (*d).size()
	}
	return size
}
