// Package billing computes what WhatsApp charges for messages: by a rate card, dated
// billing rules and the market of the contact. It does no I/O.
package billing

import (
	"strings"
	"sync"
	"time"
)

// Tables are what charges are computed from. Texts that are null in the database are
// empty here.
type Tables struct {
	Rates []Rate
	// Rules replace the shipped billing rules if at least one of them is usable.
	Rules []Rule
	// Markets have priority over the shipped calling codes.
	Markets []Market
	// Lines has one entry per line id that messages have, also for ids without a row in
	// the relation line: free units are counted per line.
	Lines    []Line
	Contacts []Contact
}

// Rate is a row of the relation rate_card. A nil ValidFrom means always. A row
// that is valid from infinity never applies: leave it out.
type Rate struct {
	Market, Category string
	ValidFrom        *time.Time
	USD              *float64
}

// Rule is a row of the relation billing_rule. ValidFrom is as in Rate.
type Rule struct {
	ValidFrom *time.Time
	// Unit is conversation or message.
	Unit, Category string
	// InWindow is nil if the rule applies inside and outside the service window.
	InWindow, Billable *bool
	// RateCategory is the category whose rate applies, or empty for Category.
	RateCategory string
	// FreeUnits is the allowance per line and calendar month in UTC, or nil for none.
	FreeUnits *int
}

// Market is a row of the relation market. ValidFrom is as in Rate.
type Market struct {
	Prefix, Market string
	ValidFrom      *time.Time
}

// Line is a line with its id, its channel, the provider that connects it to WhatsApp and its
// phone number.
type Line struct{ ID, Channel, Provider, Number string }

// Contact is a contact with the phone number and the country as stored.
type Contact struct{ Phone, Country string }

// Message is a delivered outbound message. Messages with a price of their own belong to
// the input too: they take their place in conversations and use up free units. Their
// price replaces the charge.
type Message struct {
	// Pair numbers the pairs of account, line and contact. It is negative for messages
	// without a contact.
	Pair int32
	// Line and Contact are indexes into Tables.Lines and Tables.Contacts, negative for
	// none.
	Line, Contact int32
	// At is the time in microseconds since 1970, UTC.
	At int64
	// InWindow: the service window is open.
	InWindow bool
	// Free: the message belongs to a session that a free entry point opened.
	Free     bool
	Template bool
	// Category is the category of the template as stored.
	Category string
	Said     Said
	// Sequence and ID order messages of the same time. Only Units use them.
	Sequence int64
	ID       string
}

// Said is what the provider says of the charge for a message.
type Said struct {
	// Charged is nil if the provider says nothing.
	Charged *bool
	// Unit is conversation, message or empty.
	Unit string
	// Category is as stored.
	Category string
}

var yes, no = true, false

// Say returns what the provider says by the columns of the message.
func Say(billable *bool, pricingType, pricingModel, pricingCategory string) Said {
	said := Said{Category: pricingCategory}
	kind := strings.Trim(pricingType, " ")
	switch {
	case billable != nil && !*billable, len(kind) >= len("free") && strings.EqualFold(kind[:len("free")], "free"):
		said.Charged = &no
	case billable != nil, strings.EqualFold(kind, "regular"):
		said.Charged = &yes
	}
	switch model := strings.Trim(pricingModel, " "); {
	case strings.EqualFold(model, "CBP"):
		said.Unit = conversation
	case strings.EqualFold(model, "PMP"):
		said.Unit = message
	}
	return said
}

// Charge is what a message costs. A message that is not billed has the zero charge with
// a Gap of -1.
type Charge struct {
	// USD is the charge if Known.
	USD   float64
	Known bool
	// Unknown: the message is billed, and the charge can't be computed. Gap says why.
	Unknown bool
	// Gap is an argument for Biller.Gap, or -1.
	Gap int32
}

// Gap is a reason why a charge is unknown.
type Gap struct {
	// Kind is channel, provider, category, contact, national, prefix or rate.
	Kind string
	// Of is, for prefix, the digits that the number begins with; for rate, the market:
	// a country code, or "=" and a name from the relation market.
	Of string
	// Category is the category without a rate.
	Category string
}

// The reasons that every Biller has, by their numbers.
const (
	channelGap int32 = iota
	providerGap
	categoryGap
	contactGap
	nationalGap
)

var gapKinds = []string{"channel", "provider", "category", "contact", "national"}

// Biller computes charges. It is safe for concurrent use.
type Biller struct {
	// Units decide which units are free if the messages are only some of all; else nil.
	Units    *Units
	lines    []line
	lineIDs  []string
	contacts []Contact
	// homes are the countries of lines whose national numbers may look like
	// international ones.
	homes    []int32
	rules    rulebook
	rates    rateCard
	markets  ownMarkets
	mu       sync.Mutex
	gaps     []Gap
	gapIndex map[Gap]int32
}

// New prepares the tables. Unusable rows of rates, rules and markets are left out.
func New(t Tables) *Biller {
	b := &Biller{contacts: t.Contacts, gapIndex: map[Gap]int32{}}
	b.rules = newRulebook(t.Rules)
	b.rates = newRateCard(t.Rates)
	b.markets = newOwnMarkets(t.Markets)
	b.addLines(t.Lines)
	for _, l := range t.Lines {
		b.lineIDs = append(b.lineIDs, l.ID)
	}
	for _, kind := range gapKinds {
		b.gap(Gap{Kind: kind})
	}
	return b
}

// Gap returns a reason by its number.
func (b *Biller) Gap(i int32) Gap {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gaps[i]
}

// gap returns the number of a reason.
func (b *Biller) gap(g Gap) int32 {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, ok := b.gapIndex[g]
	if !ok {
		i = int32(len(b.gaps))
		b.gaps, b.gapIndex[g] = append(b.gaps, g), i
	}
	return i
}

// Charges returns the charge of each message. See Start.
func (b *Biller) Charges(messages []Message, since time.Time) []Charge {
	charges := make([]Charge, len(messages))
	run := b.Start(since)
	for i := range messages {
		charges[i] = run.Charge(&messages[i])
	}
	return charges
}
