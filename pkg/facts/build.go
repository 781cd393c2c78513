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
	share  Share
	// refreshes: the base is brought up to date. Messages before recent are taken from it.
	refreshes bool
	recent    int64
	// isHeld reports whether a message is held already; nil if none are.
	isHeld func(contact uint32, at int64) bool

	templates []bool // by category: it is one of templates
	failures  map[failureKey]uint32
	places    map[Failure]uint32 // in Set.Failures
	prices    map[price]uint32
	maxMemory int  // in bytes
	replies   bool // the source records replies
}

// ErrTooLarge says that there are more messages than there is room for.
var ErrTooLarge = errors.New("more messages than there is room for in memory")

// leastBytes is the least that a message takes in memory, laterBytes about what sessions,
// conversations and costs take for each.
const (
	leastBytes = 50
	laterBytes = 30
)

// maxRows is how many rows are read at most.
func (b *builder) maxRows() int { return b.maxMemory / leastBytes }

// isTooLarge reports whether the messages read so far have no room.
func (b *builder) isTooLarge() bool {
	messages := b.set.Messages.Len()
	return messages > b.maxRows() || b.set.Messages.ids.isTooLong() || b.set.size()+laterBytes*messages > max(b.maxMemory, leastSize)
}

// leastSize is what a set without messages takes.
const leastSize = 64 << 10

// Build reads the facts that the needs name, in the transaction. What the base holds is
// not read again; it may be nil. The error is the database's own, or ErrTooLarge where
// they take more than maxMemory bytes.
func Build(ctx context.Context, tx pgx.Tx, src *source.Source, needs Needs, maxMemory int, base *Set) (*Set, error) {
	return build(ctx, &builder{tx: tx, source: src, base: base, maxMemory: maxMemory}, needs)
}

// Refresh brings the base up to date and adds what the needs name. Messages of the last
// days before the base was read are read again, those that changed since if the source
// can find them, and all other parts.
func Refresh(ctx context.Context, tx pgx.Tx, src *source.Source, needs Needs, maxMemory int, base *Set) (*Set, error) {
	return build(ctx, &builder{tx: tx, source: src, base: base, maxMemory: maxMemory, refreshes: true}, needs)
}

func build(ctx context.Context, b *builder, needs Needs) (*Set, error) {
	began := time.Now()
	b.failures, b.prices = map[failureKey]uint32{}, map[price]uint32{}
	if b.base == nil {
		b.set = newSet(needs)
		b.set.starts, b.set.prices, b.set.Failures = map[uint32]int64{}, []price{{}}, []Failure{{}}
		b.set.start, b.set.AsOf, b.set.Read = needs.Start(), began, began
	} else {
		b.set = b.base.goOn(needs.And(b.base.Needs))
		b.set.Outdated = nil
	}
	if b.base == nil || b.refreshes {
		if err := b.readClock(ctx); err != nil {
			return nil, err
		}
	}
	for i, p := range b.set.prices {
		b.prices[p] = uint32(i)
	}
	has := b.extend()
	needs = b.set.Needs
	messages := needs.ReadsMessages() && has&(NeedMessages|NeedThreads) == 0
	threads := needs.Has(NeedThreads) && !(has.has(NeedThreads) && has&(NeedOldAgents|NeedOldSources) == needs.Parts&(NeedOldAgents|NeedOldSources))
	// Conversations of a share by contact are those that its messages name.
	named := b.share.isPart() && b.share.By == WholeContacts
	conversations := needs.Has(NeedConversations) && !has.has(NeedConversations)
	for _, step := range []struct {
		wanted bool
		read   func(context.Context) error
	}{
		{has&hasLines == 0, b.readLines},
		{true, func(ctx context.Context) error { return b.readNames(ctx, has) }},
		{conversations && !named, b.readConversations},
		{messages, b.readMessages},
		{conversations && named, b.readConversations},
		{needs.Has(NeedUserTypes) && !has.has(NeedUserTypes), b.readAcquainted},
		{(needs.Has(NeedEvents) && !has.has(NeedEvents) || threads) && !named, func(ctx context.Context) error { return b.readEvents(ctx, has) }},
		{needs.Has(NeedRatings) && !has.has(NeedRatings), b.readRatings},
		{threads, b.readThreads},
		{needs.Parts&(NeedContacts|NeedCosts) != 0 && (has&(NeedContacts|NeedCosts) == 0 || b.source.Phone != ""), b.readContacts},
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
	if b.base == nil || b.refreshes {
		b.set.Took = time.Since(began)
	}
	return b.set, nil
}

// readClock notes when the facts are read, by the clock of the database.
func (b *builder) readClock(ctx context.Context) error {
	var now time.Time
	if err := b.tx.QueryRow(ctx, "SELECT now()").Scan(&now); err != nil {
		return err
	}
	if b.refreshes {
		b.set.AsOf, b.set.Pages = time.Now(), &Pages{}
		// A clock may have been set back.
		b.recent = slices.MinFunc([]time.Time{now, b.base.ReadAt}, time.Time.Compare).Add(-recently).UnixMicro()
	}
	b.set.ReadAt = now
	return nil
}

// hasLines stands for the lines, which every set has.
const hasLines Parts = 1 << 31

// extend decides from when on messages are read, and returns the parts of the base that
// stay. Where the messages begin earlier than those of the base, these stay, and what
// follows from them is found again.
func (b *builder) extend() (has Parts) {
	s := b.set
	b.since, b.start, b.starts = s.Needs.Since.UnixMicro(), s.start, s.starts
	if b.base == nil || b.refreshes {
		s.start = min(s.start, s.Needs.Start())
		b.start, s.ContactRows = s.start, nil
		return 0
	}
	has = b.base.Needs.Parts | hasLines
	if has.has(NeedThreads) {
		has |= NeedEvents // they were read for the threads
	}
	if start := s.Needs.Start(); start < s.start {
		b.start, s.start = start, start
		has &^= hasLines | NeedMessages | NeedThreads | NeedUserTypes | NeedCosts | NeedAccountNames
	}
	if s.Needs.Since.Before(b.base.Needs.Since) {
		has &^= NeedConversations | NeedEvents | NeedThreads | NeedRatings | NeedCosts
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
	s := &Set{Needs: needs, Pages: &Pages{}}
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

// recently is how long before facts were read messages may be that are read again with a
// refresh: nearly all statuses arrive within that time. Whatever is read as changed since
// may have been written by changesFor before.
const (
	recently   = 48 * time.Hour
	changesFor = time.Hour
)

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
	verdict := failure.Judge(name, code, text)
	f := Failure{Reason: s.Reasons.code([]byte(verdict.Reason)), Code: code1(verdict.Code), Meaning: code1(verdict.Meaning)}
	if b.places == nil {
		b.places = map[Failure]uint32{}
		for i, known := range s.Failures {
			b.places[known] = uint32(i)
		}
	}
	i, ok := b.places[f]
	if !ok {
		i = uint32(len(s.Failures))
		s.Failures, b.places[f] = append(s.Failures, f), i
	}
	b.failures[key] = i
	return i
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
