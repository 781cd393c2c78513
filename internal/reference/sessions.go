package reference

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/source"
)

// A message is a row of the relation with what is derived from it and its
// place among the others.
type message struct {
	contract.Message
	stage    string   // empty for inbound
	reason   string   // of a failure
	code     *string  // of a failure
	meaning  *string  // the code, if it explains the reason
	inWindow bool     // outbound only
	isNew    bool     // nothing but failures stands before it between contact and account
	session  *session // that covers it

	costUSD     float64
	costUnknown bool
}

func (m *message) inbound() bool  { return m.Direction == "inbound" }
func (m *message) outbound() bool { return m.Direction == "outbound" }

// sent: stage sent or more.
func (m *message) sent() bool      { return m.outbound() && m.stage != "failed" && m.stage != "pending" }
func (m *message) delivered() bool { return m.stage == "delivered" || m.stage == "read" }
func (m *message) failed() bool    { return m.outbound() && m.stage == "failed" }

// template: by its name, or by a category that only templates have.
func (m *message) template() bool {
	return m.TemplateName != nil || m.TemplateCategory != nil && slices.Contains([]string{"marketing", "marketing_lite", "utility", "authentication", "authentication_international", "transactional", "otp"}, foldCategory(*m.TemplateCategory))
}

func (m *message) campaign() bool { return m.CampaignID != nil || m.by("campaign") }
func (m *message) referral() bool { return m.IsReferral != nil && *m.IsReferral }

func (m *message) by(authors ...string) bool {
	return m.AuthorKind != nil && slices.Contains(authors, *m.AuthorKind)
}

// byAgent: a human's answer, whatever became of it.
func (m *message) byAgent() bool { return m.outbound() && m.by("agent") }

// A session is a fixed window of exchange. Its id is its opener's.
type session struct {
	opener    *message
	end       time.Time
	initiator string
	origin    string
	messages  []*message // covered, the opener first
}

// An initiation is a notification, or an inbound opener with a referral.
type initiation struct {
	opener       *message
	notification bool
	initiator    string
	origin       string
	session      *session // nil where the opener failed
	reply        *message
	status       string // last status of a notification
}

// Notifications whose last status is neither failed nor pending.
func (i *initiation) notified() bool {
	return i.notification && i.status != "failed" && i.status != "pending"
}

// reached tells whether a notification stands in a stage of the funnel.
func (i *initiation) reached(stage string) bool {
	if !i.notified() {
		return false
	}
	funnel := []string{"sent", "delivered", "read", "replied"}
	return slices.Index(funnel, i.status) >= slices.Index(funnel, stage)
}

// user is a contact of an account.
type user struct{ account, contact string }

// pair is what a session belongs to.
type pair struct{ account, line, contact string }

// key tells null from every text.
func key(id *string) string {
	if id == nil {
		return ""
	}
	return "=" + *id
}

func (m *message) user() user { return user{key(m.AccountID), key(m.ContactID)} }
func (m *message) pair() pair { return pair{key(m.AccountID), key(m.LineID), key(m.ContactID)} }

// orderMessages puts the messages in the order of §3: created_at, then the
// source's sequence (those without one last), then inbound before outbound,
// then message id in byte order.
func (f *Facts) orderMessages(messages []contract.Message) {
	f.messagesOf = map[string][]*message{}
	for _, m := range messages {
		clean(&m)
		if !possible(m.CreatedAt) || m.Direction != "inbound" && m.Direction != "outbound" || m.MessageID == "" {
			continue
		}
		if kind := kindOf(m); kind == "nothing" {
			continue
		} else if kind == "call" {
			if m.Direction == "inbound" {
				f.calls = append(f.calls, &message{Message: m})
			}
			continue
		}
		derived := &message{Message: m, stage: stageOf(m)}
		if derived.failed() {
			f.explain(derived)
		}
		f.messages = append(f.messages, derived)
	}
	slices.SortFunc(f.messages, compareMessages)
	for _, m := range f.messages {
		if m.ConversationID != nil {
			f.messagesOf[*m.ConversationID] = append(f.messagesOf[*m.ConversationID], m)
		}
	}
}

// kindOf tells whether a row is a message (""), a call, or nothing that counts. It
// shares the list of content types with the sources.
func kindOf(m contract.Message) string {
	if m.ContentType == nil {
		return ""
	}
	switch kind := strings.ToLower(strings.Trim(*m.ContentType, " ")); {
	case slices.Contains(source.CallTypes(), kind):
		return "call"
	case slices.Contains(source.NoMessageTypes(), kind):
		return "nothing"
	}
	return ""
}

func compareMessages(a, b *message) int {
	if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
		return c
	}
	switch {
	case a.Sequence != nil && b.Sequence != nil && *a.Sequence != *b.Sequence:
		return cmp.Compare(*a.Sequence, *b.Sequence)
	case a.Sequence != nil && b.Sequence == nil:
		return -1
	case a.Sequence == nil && b.Sequence != nil:
		return 1
	}
	if a.inbound() != b.inbound() {
		if a.inbound() {
			return -1
		}
		return 1
	}
	return strings.Compare(a.MessageID, b.MessageID)
}

// answers: an agent wrote it and it did not fail.
func (m *message) answers() bool { return m.byAgent() && !m.failed() }

// stageOf is the strongest evidence of an outbound message (§4). Statuses are
// compared whatever their case.
func stageOf(m contract.Message) string {
	if m.Direction != "outbound" {
		return ""
	}
	status := ""
	if m.Status != nil {
		status = strings.ToLower(*m.Status)
	}
	switch {
	case status == "read" || status == "played" || m.ReadAt != nil:
		return "read"
	case status == "delivered" || m.DeliveredAt != nil:
		return "delivered"
	case status == "failed" || m.FailedAt != nil:
		return "failed"
	case status == "queued" || status == "pending" || status == "accepted":
		return "pending"
	}
	return "sent"
}

// openSessions walks each pair's messages and opens sessions and initiations
// (§3), then looks for replies (§4).
func (f *Facts) openSessions() {
	known := map[user]bool{}
	lastInbound := map[pair]time.Time{}
	open := map[pair]*session{}
	isCall := map[*message]bool{}
	for _, m := range f.calls {
		isCall[m] = true
	}
	all := slices.Concat(f.messages, f.calls)
	slices.SortFunc(all, compareMessages)
	for _, m := range all {
		if m.ContactID == nil {
			continue
		}
		if isCall[m] { // opens the 24-hour window and nothing else
			lastInbound[m.pair()] = m.CreatedAt
			continue
		}
		m.isNew = !known[m.user()]
		if !m.failed() {
			known[m.user()] = true
		}

		wrote, ok := lastInbound[m.pair()]
		m.inWindow = m.outbound() && ok && m.CreatedAt.Sub(wrote) < 24*time.Hour
		if m.inbound() {
			lastInbound[m.pair()] = m.CreatedAt
		}

		if s := open[m.pair()]; s != nil && m.CreatedAt.Before(s.end) {
			s.cover(m)
			continue
		}
		if s := f.opened(m); s != nil {
			open[m.pair()] = s
		}
	}
	for _, i := range f.initiations {
		if i.notification {
			i.findReply()
		}
	}
}

// cover takes a message into an open session. The first reply of the business
// sets the end of a free entry point's session.
func (s *session) cover(m *message) {
	answered := slices.ContainsFunc(s.messages, (*message).sent)
	if s.initiator == "free_entry_point" && !answered && m.sent() {
		s.end = m.CreatedAt.Add(72 * time.Hour)
	}
	m.session = s
	s.messages = append(s.messages, m)
}

// opened handles a message that no open session covers, and returns the session
// that it opens. A failed one that would only have carried on what the contact
// began is neither session nor notification.
func (f *Facts) opened(m *message) *session {
	initiator, notification := "contact", false
	switch {
	case m.inbound() && m.referral() && f.channel(m.LineID) == "whatsapp":
		initiator = "free_entry_point"
	case m.inbound():
	case m.template() || m.campaign() || !m.inWindow:
		initiator, notification = "business", true
	}
	origin := f.originOf(m)
	var s *session
	if !m.failed() {
		s = &session{opener: m, end: m.CreatedAt.Add(24 * time.Hour), initiator: initiator, origin: origin}
		s.cover(m)
		f.sessions = append(f.sessions, s)
	}
	if notification || m.inbound() && m.referral() {
		f.initiations = append(f.initiations, &initiation{opener: m, notification: notification, initiator: initiator, origin: origin, session: s})
	}
	return s
}

// findReply sets the reply and the last status of a notification. The messages
// that its session covers are exactly those after it and before the end.
func (i *initiation) findReply() {
	i.status = i.opener.stage
	if i.session == nil {
		return
	}
	for _, m := range i.session.messages {
		if m.inbound() {
			i.reply, i.status = m, "replied"
			return
		}
	}
}

func (f *Facts) originOf(m *message) string {
	switch {
	case m.Origin != nil:
		return *m.Origin
	case m.inbound() && m.referral() && f.channel(m.LineID) == "webchat":
		return "referred_webchat"
	case m.inbound() && m.referral():
		return "referred_campaign"
	case m.inbound():
		return "inbound"
	case m.campaign():
		return "campaign"
	case m.template():
		return "template"
	case m.by("bot", "system"):
		return "flow"
	case m.by("agent"):
		return "inbox"
	}
	return "other"
}

func (f *Facts) channel(line *string) string {
	if line == nil || f.lines[*line].Channel == nil {
		return ""
	}
	return *f.lines[*line].Channel
}

// messageRows makes the fact rows of messages, sessions and initiations. A
// session or an initiation takes what it does not decide itself from its
// opener. The agent of a message is the one that the message names.
func (f *Facts) messageRows() {
	of := func(fact catalog.Fact, m *message) *row {
		r := &row{
			fact: fact, at: m.CreatedAt, message: m, session: m.session,
			account: m.AccountID, line: m.LineID, agent: m.AgentID, contact: m.ContactID, conversation: m.ConversationID,
		}
		if m.ConversationID != nil {
			r.thread = f.conversations[*m.ConversationID]
		}
		r.team = f.teamOf(r.thread, m.LineID)
		f.rows[fact] = append(f.rows[fact], r)
		return r
	}
	for _, m := range f.messages {
		of(catalog.Message, m)
	}
	for _, s := range f.sessions {
		of(catalog.Session, s.opener)
	}
	for _, i := range f.initiations {
		of(catalog.Initiation, i.opener).initiation = i
	}
}

// teamOf is the conversation's team, else the line's.
func (f *Facts) teamOf(c *conversation, line *string) *string {
	if c != nil && c.TeamID != nil {
		return c.TeamID
	}
	if line != nil {
		return f.lines[*line].TeamID
	}
	return nil
}
