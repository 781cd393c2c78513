package facts

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/failure"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/whatsapp"
)

// builder reads a set.
type builder struct {
	tx     pgx.Tx
	source *source.Source
	set    *Set
	// base is a set that this one goes on from, or nil.
	base *Set
	// since is the beginning of the first range, start that of the messages read for all
	// contacts, in microseconds.
	since, start int64
	// starts are those of contacts whose messages were read from further back.
	starts map[uint32]int64
	// isHeld reports whether a message is held already; nil if none are.
	isHeld func(contact uint32, at int64) bool

	templates   []bool // by category: it is one of templates
	failures    map[failureKey]uint32
	prices      map[price]uint32
	maxMessages int
	replies     bool // the source records replies
	// business is the time in business hours of each event.
	business []float64
}

// ErrTooLarge says that there are more messages than there is room for.
var ErrTooLarge = errors.New("more messages than there is room for in memory")

// Build reads the facts that the needs name, in the transaction. What the base holds is
// not read again; it may be nil. The error is the database's own, or ErrTooLarge where
// there are more than maxMessages messages.
func Build(ctx context.Context, tx pgx.Tx, src *source.Source, needs Needs, maxMessages int, base *Set) (*Set, error) {
	began := time.Now()
	b := &builder{tx: tx, source: src, base: base, maxMessages: maxMessages, failures: map[failureKey]uint32{}, prices: map[price]uint32{}}
	if base == nil {
		b.set = newSet(needs)
		b.set.starts, b.set.prices, b.set.Failures = map[uint32]int64{}, []price{{}}, []Failure{{}}
		b.set.start, b.set.AsOf = needs.Start(), began
	} else {
		b.set = base.goOn(needs.And(base.Needs))
	}
	for i, p := range b.set.prices {
		b.prices[p] = uint32(i)
	}
	has := b.extend()
	needs = b.set.Needs
	messages := needs.ReadsMessages() && has&(NeedMessages|NeedThreads) == 0
	threads := needs.Has(NeedThreads) && !(has.has(NeedThreads) && has&(NeedOldAgents|NeedOldSources) == needs.Parts&(NeedOldAgents|NeedOldSources))
	for _, step := range []struct {
		wanted bool
		read   func(context.Context) error
	}{
		{has&hasLines == 0, b.readLines},
		{true, func(ctx context.Context) error { return b.readNames(ctx, has) }},
		{needs.Has(NeedConversations) && !has.has(NeedConversations), b.readConversations},
		{messages, b.readMessages},
		{needs.Has(NeedUserTypes) && !has.has(NeedUserTypes), b.readAcquainted},
		{needs.Has(NeedConversations) && !has.has(NeedConversations) || threads, b.readEvents},
		{needs.Has(NeedRatings) && !has.has(NeedRatings), b.readRatings},
		{threads, b.readThreads},
		{needs.Parts&(NeedContacts|NeedCosts) != 0 && (has&(NeedContacts|NeedCosts) == 0 || src.Phone != ""), b.readContacts},
		{needs.Has(NeedTags) && !has.has(NeedTags), b.readTags},
		{needs.Has(NeedCosts) && !has.has(NeedCosts), b.readCosts},
	} {
		if !step.wanted {
			continue
		}
		if err := step.read(ctx); err != nil {
			return nil, err
		}
	}
	b.set.Took += time.Since(began)
	return b.set, nil
}

// hasLines stands for the lines, which every set has.
const hasLines Parts = 1 << 31

// extend decides from when on messages are read, and returns the parts of the base that
// stay. Where the messages begin earlier than those of the base, these stay, and what
// follows from them is found again.
func (b *builder) extend() (has Parts) {
	s := b.set
	b.since, b.start, b.starts = s.Needs.Since.UnixMicro(), s.start, s.starts
	if b.base == nil {
		return 0
	}
	has = b.base.Needs.Parts | hasLines
	if start := s.Needs.Start(); start < s.start {
		b.start, s.start = start, start
		has &^= hasLines | NeedMessages | NeedThreads | NeedUserTypes | NeedCosts | NeedAccountNames
	}
	if s.Needs.Since.Before(b.base.Needs.Since) {
		has &^= NeedConversations | NeedThreads | NeedRatings | NeedCosts
	}
	return has
}

func (p Parts) has(parts Parts) bool { return p&parts == parts }

// dicts are the dictionaries of a set.
func (s *Set) dicts() []**Dict {
	return []**Dict{
		&s.Accounts, &s.Contacts, &s.Lines, &s.Conversations, &s.Agents, &s.Teams, &s.Campaigns, &s.Channels, &s.Subaccounts, &s.ContentTypes, &s.Templates,
		&s.Languages, &s.Categories, &s.Correlations, &s.Origins, &s.Authors, &s.Statuses, &s.Priorities, &s.Sources, &s.Phones, &s.Countries, &s.Reasons,
		&s.Codes, &s.Tags, &s.EventNames,
	}
}

// goOn returns a set with what this one holds, which stays as it is.
func (s *Set) goOn(needs Needs) *Set {
	next := *s
	next.Needs = needs
	for _, d := range next.dicts() {
		*d = (*d).goOn()
	}
	next.starts = maps.Clone(s.starts)
	next.Openers.UserType = slices.Clone(s.Openers.UserType)
	next.Failures, next.prices = slices.Clip(s.Failures), slices.Clip(s.prices)
	return &next
}

func newSet(needs Needs) *Set {
	s := &Set{Needs: needs}
	for _, d := range s.dicts() {
		*d = newDict()
	}
	for _, word := range []string{"campaign", "agent", "bot", "system"} {
		s.Authors.code([]byte(word))
	}
	for _, word := range []string{"campaign", "template", "flow", "inbox", "other", "inbound", "referred_webchat", "referred_campaign"} {
		s.Origins.code([]byte(word))
	}
	for _, word := range []string{"inbound", "inbox", "flow", "other"} {
		s.Sources.code([]byte(word))
	}
	for _, word := range []string{"whatsapp", "webchat"} {
		s.Channels.code([]byte(word))
	}
	s.Statuses.code([]byte("open"))
	for _, word := range []string{"resolved", "bot_resolved", "reopened", "first_response", "reply", "bot_handoff"} {
		s.EventNames.code([]byte(word))
	}
	return s
}

// Codes of words that every set has.
const (
	byCampaign, byAgent, byBot, bySystem = 1, 2, 3, 4

	onWhatsApp, onWebchat = 1, 2

	originCampaign, originTemplate, originFlow, originInbox, originOther, originInbound, originReferredWebchat, originReferredCampaign = 1, 2, 3, 4, 5, 6, 7, 8

	sourceInbound, sourceInbox, sourceFlow, sourceOther = 1, 2, 3, 4

	isOpen = 1

	eventResolved, eventBotResolved, eventReopened, eventFirstResponse, eventReply, eventHandoff = 1, 2, 3, 4, 5, 6
)

// monthOf is the beginning of the month of an instant, in UTC.
func monthOf(micros int64) int64 {
	y, m, _ := time.UnixMicro(micros).UTC().Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
}

// The longest a session can be is longest: under 24 hours to the first reply to who came
// by a free entry point, then 72 hours. lookBack is how much earlier than that the
// reading begins; pairs that were never silent for that long are read from lookFurther
// earlier still, and at last from their beginning.
const (
	window      = 24 * time.Hour
	longest     = 96 * time.Hour
	lookBack    = 2 * longest
	lookFurther = 6 * longest
)

// isTemplate reports whether messages of a category are templates even without a name.
func (b *builder) isTemplate(category uint32) bool {
	for int(category) >= len(b.templates) {
		text := b.set.Categories.Text(uint32(len(b.templates)))
		b.templates = append(b.templates, slices.Contains(whatsapp.TemplateCategories(), foldCategory(text)))
	}
	return b.templates[category]
}

// foldCategory is a category as categories are compared.
func foldCategory(text string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.Trim(text, " \t\r\n")))
}

type failureKey struct {
	channel    uint32
	code, text string
}

// failure returns the index of why a message of a line failed.
func (b *builder) failure(line uint32, code, text string) uint32 {
	s := b.set
	channel := s.LineRow(line).Channel
	key := failureKey{channel, code, text}
	if i, ok := b.failures[key]; ok {
		return i
	}
	name := s.Channels.Text(channel)
	if b.source.Channel != "" {
		name = b.source.Channel
	}
	code1 := func(text string) uint32 {
		if text == "" {
			return 0
		}
		return s.Codes.code([]byte(text))
	}
	f := Failure{
		Reason:  s.Reasons.code([]byte(failure.Reason(name, code, text))),
		Code:    code1(failure.Code(code, text)),
		Meaning: code1(failure.Meaning(name, code, text)),
	}
	i := slices.Index(s.Failures, f)
	if i < 0 {
		i = len(s.Failures)
		s.Failures = append(s.Failures, f)
	}
	b.failures[key] = uint32(i)
	return uint32(i)
}

// readMessages reads the messages since the start, and of the pairs whose sessions hang
// on earlier ones those as well, and finds their sessions. Messages of the base are not
// read again.
func (b *builder) readMessages(ctx context.Context) error {
	m := &b.set.Messages
	*m = Messages{}
	m.ids.numeric = b.source.Numbers["message"]
	st := &statement{source: b.source}
	span := source.Span{Since: st.arg(time.UnixMicro(b.start), "timestamptz")}
	if b.holdsMessages() {
		b.keepMessages()
		span.Until = st.arg(time.UnixMicro(b.base.start), "timestamptz")
	}
	sql := b.messageSQL(st, span)
	if err := b.read(ctx, sql, st.args, b.messages().add); err != nil {
		return err
	}
	b.set.SQL, b.set.Args = sql, st.args
	for contact, start := range b.starts {
		if start >= b.start {
			delete(b.starts, contact)
		}
	}
	until := b.start
	for _, start := range []int64{b.start - lookFurther.Microseconds(), Never} {
		b.order()
		contacts := b.unanchored()
		if len(contacts) == 0 {
			break
		}
		var list []string
		for _, contact := range contacts {
			list = append(list, b.set.Contacts.Text(contact))
		}
		st := &statement{source: b.source}
		span := source.Span{Until: st.arg(time.UnixMicro(until), "timestamptz")}
		if start != Never {
			span.Since = st.arg(time.UnixMicro(start), "timestamptz")
		}
		span.Contacts = "SELECT unnest(" + st.list("contact", list) + ")"
		if err := b.read(ctx, b.messageSQL(st, span, "m.contact_id IN ("+span.Contacts+")"), st.args, b.messages().add); err != nil {
			return err
		}
		for _, contact := range contacts {
			b.starts[contact] = start
		}
		until = start
		if start == Never {
			b.order()
		}
	}
	b.findSessions()
	if !slices.ContainsFunc(m.sequence, func(n int64) bool { return n != lastSequence }) {
		m.sequence = nil
	}
	return nil
}

// holdsMessages reports whether the base has messages.
func (b *builder) holdsMessages() bool { return b.base != nil && b.base.Needs.ReadsMessages() }

// keepMessages takes over the messages of the base, without what was found out by their
// order.
func (b *builder) keepMessages() {
	m := &b.set.Messages
	*m = b.base.Messages
	m.clip()
	for i := range m.Flags {
		m.Flags[i] &^= InWindow | IsFree
	}
	if m.sequence == nil {
		m.sequence = slices.Repeat([]int64{lastSequence}, m.Len())
	}
	m.Opener, b.set.Openers = nil, Openers{}
	start, starts := b.base.start, b.base.starts
	b.isHeld = func(contact uint32, at int64) bool {
		further, ok := starts[contact]
		return at >= start || ok && at >= further
	}
}

// order puts the messages in order: those of a contact one after the other, in it those
// of an account and of a line, and these as SPEC puts them.
func (b *builder) order() {
	m := &b.set.Messages
	starts := make([]int32, b.set.Contacts.Len()+1)
	for _, contact := range m.Contact {
		starts[contact+1]++
	}
	for i := 1; i < len(starts); i++ {
		starts[i] += starts[i-1]
	}
	next := slices.Clone(starts)
	order := make([]int32, m.Len())
	for i, contact := range m.Contact {
		order[next[contact]] = int32(i)
		next[contact]++
	}
	for contact := range starts[:len(starts)-1] {
		slices.SortFunc(order[starts[contact]:starts[contact+1]], func(i, j int32) int {
			if m.Account[i] != m.Account[j] {
				return int(m.Account[i]) - int(m.Account[j])
			}
			if m.Line[i] != m.Line[j] {
				return int(m.Line[i]) - int(m.Line[j])
			}
			return m.compare(i, j)
		})
	}
	m.sort(order)
}

// compare is the order of two messages in time.
func (m *Messages) compare(i, j int32) int {
	if m.At[i] != m.At[j] {
		return sign(m.At[i] < m.At[j])
	}
	if m.sequence != nil && m.sequence[i] != m.sequence[j] {
		return sign(m.sequence[i] < m.sequence[j])
	}
	if a, b := m.Flags[i]&Outbound, m.Flags[j]&Outbound; a != b {
		return sign(a < b)
	}
	return m.ids.compare(i, j)
}

func sign(less bool) int {
	if less {
		return -1
	}
	return 1
}

// codes are the columns of codes.
func (m *Messages) codes() []*[]uint32 {
	return []*[]uint32{&m.Account, &m.Contact, &m.Line, &m.Conversation, &m.Agent, &m.Campaign, &m.Subaccount, &m.ContentType, &m.Template,
		&m.Language, &m.Category, &m.Correlation, &m.Origin, &m.Author, &m.Failure, &m.price}
}

// room makes room for one more message. Columns grow by doubling, since they are long.
func (m *Messages) room() {
	if m.Len() < cap(m.At) {
		return
	}
	more := max(1024, m.Len())
	for _, column := range m.codes() {
		*column = slices.Grow(*column, more)
	}
	m.At, m.sequence = slices.Grow(m.At, more), slices.Grow(m.sequence, more)
	m.Stage, m.Flags = slices.Grow(m.Stage, more), slices.Grow(m.Flags, more)
}

// clip makes columns that can grow and change apart from those that they come from.
func (m *Messages) clip() {
	for _, column := range m.codes() {
		*column = slices.Clip(*column)
	}
	m.At, m.sequence, m.Stage, m.Flags = slices.Clip(m.At), slices.Clip(m.sequence), slices.Clip(m.Stage), slices.Clone(m.Flags)
	m.ids.numbers, m.ids.text, m.ids.ends = slices.Clip(m.ids.numbers), slices.Clip(m.ids.text), slices.Clip(m.ids.ends)
}

func (m *Messages) sort(order []int32) {
	for _, column := range m.codes() {
		*column = inOrder(*column, order)
	}
	m.At, m.sequence = inOrder(m.At, order), inOrder(m.sequence, order)
	m.Stage, m.Flags = inOrder(m.Stage, order), inOrder(m.Flags, order)
	m.ids = m.ids.inOrder(order)
}

// LineRow returns what is known of a line.
func (s *Set) LineRow(line uint32) Line {
	if int(line) < len(s.LineRows) {
		return s.LineRows[line]
	}
	return Line{}
}

// ContactRow returns what is known of a contact.
func (s *Set) ContactRow(contact uint32) Contact {
	if int(contact) < len(s.ContactRows) {
		return s.ContactRows[contact]
	}
	return Contact{}
}

// IsDescribed reports whether the source has a row of a conversation.
func (s *Set) IsDescribed(conversation uint32) bool {
	return int(conversation) < len(s.Rows.Described) && s.Rows.Described[conversation]
}
