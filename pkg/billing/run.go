package billing

import "time"

const (
	none               = int32(-1)
	microsecondsPerDay = int64(24 * time.Hour / time.Microsecond)
)

// Run computes the charges of messages one after the other.
type Run struct {
	b     *Biller
	since int64
	// categories are the categories by how they are written.
	categories map[string]int32
	// ends are the ends of the charged windows of 24 hours.
	ends map[conversationKey]int64
	// used are the units of the month, if no Units rank them.
	used       map[allowanceKey]int
	day, month int32
	places     []place
	charges    map[chargeKey]Charge
}

type (
	conversationKey struct{ pair, category int32 }
	allowanceKey    struct {
		rule *rule
		line int32
	}
	chargeKey struct{ market, category, day int32 }
)

// Start begins a run. Its messages come in the order of created_at, sequence, inbound
// before outbound, and id, across all pairs. Free units are counted from since on, the
// start of a month in UTC. Messages before it have no charge: they only hold the windows
// of 24 hours of the pricing by conversation, and are needed back to a silence of 24
// hours of each pair.
func (b *Biller) Start(since time.Time) *Run {
	return &Run{b: b, since: since.UnixMicro(), categories: map[string]int32{}, ends: map[conversationKey]int64{}, used: map[allowanceKey]int{},
		places: make([]place, len(b.contacts)), charges: map[chargeKey]Charge{}}
}

// Charge returns the charge of the next message.
func (r *Run) Charge(m *Message) Charge {
	nothing := Charge{Gap: -1}
	l := r.b.lineOf(m.Line)
	charged := m.Said.Charged
	said := charged != nil
	if l.bill == neverBilled || m.Free && (!said || !*charged) {
		return nothing
	}
	category := r.category(m)
	// A category without any rule is known if the provider charges by it, or if the
	// rules are the user's own, which then don't bill it.
	if category < 0 || !said && !r.b.rules.ownRules && !r.b.rules.categories[category].ruled {
		if m.At < r.since || said && !*charged {
			return nothing
		}
		return unknown(categoryGap)
	}
	day := int32(floorDiv(m.At, microsecondsPerDay))
	rule := r.b.rules.ruleOf(category, m.InWindow, day)
	unit, billable, rated := m.Said.Unit, false, category
	var free *int
	if rule != nil {
		billable, free = rule.billable, rule.free
		if unit == "" {
			unit = rule.unit
		}
		if rule.rated >= 0 {
			rated = rule.rated
		}
	}
	if unit == conversation && m.Pair >= 0 {
		key := conversationKey{m.Pair, category}
		if end, ok := r.ends[key]; ok && m.At < end {
			return nothing
		}
		r.ends[key] = m.At + microsecondsPerDay
	}
	if m.At < r.since || !billable && (!said || !*charged) {
		return nothing
	}
	withinFree := free != nil && r.isFree(rule, m, day, *free)
	if said && !*charged || !said && withinFree {
		return nothing
	}
	switch l.bill {
	case unknownChannel:
		return unknown(channelGap)
	case unknownProvider:
		return unknown(providerGap)
	}
	return r.price(m, l, rated, day)
}

// isFree counts a unit of a rule and reports whether it is one of the free units of the
// line's month.
func (r *Run) isFree(rule *rule, m *Message, day int32, free int) bool {
	if day != r.day {
		year, month, _ := time.Unix(int64(day)*24*60*60, 0).UTC().Date()
		if at := int32(year)*12 + int32(month); at != r.month {
			clear(r.used)
			r.month = at
		}
		r.day = day
	}
	if r.b.Units != nil {
		id := ""
		if m.Line >= 0 {
			id = r.b.lineIDs[m.Line]
		}
		return r.b.Units.isFree(unitKey{rule.number, id, r.month}, turn{m.At, m.Sequence, m.ID}, free)
	}
	key := allowanceKey{rule, max(m.Line, none)}
	r.used[key]++
	return r.used[key] <= free
}

// price returns the charge of a message that is billed in the category of the rate.
func (r *Run) price(m *Message, l line, rated, day int32) Charge {
	market, gap := r.market(m.Contact, l.home, day)
	if market < 0 {
		return unknown(gap)
	}
	key := chargeKey{market, rated, day}
	charge, ok := r.charges[key]
	if !ok {
		if usd, found := r.b.rates.at(r.b.marketNames(market), r.b.rules.categories[rated].serves, day); found {
			charge = Charge{USD: usd, Known: true, Gap: -1}
		} else {
			charge = unknown(r.b.gap(Gap{"rate", r.b.marketKey(market), r.b.rules.categories[rated].name}))
		}
		r.charges[key] = charge
	}
	return charge
}

func unknown(gap int32) Charge { return Charge{Unknown: true, Gap: gap} }

// category returns the category by which a message is billed, or none if it has none
// that is known: the provider's, else the template's, else service.
func (r *Run) category(m *Message) int32 {
	category := r.lookUp(m.Said.Category)
	if category == blank {
		if !m.Template {
			return r.b.rules.service
		}
		category = r.lookUp(m.Category)
	}
	return max(category, none)
}

// blank is a category of spaces only, or an empty one.
const blank = none - 1

// lookUp returns the category as it is written, blank, or none if it is not known.
func (r *Run) lookUp(text string) int32 {
	if text == "" {
		return blank
	}
	category, ok := r.categories[text]
	if !ok {
		category = r.b.rules.lookUp(text)
		r.categories[text] = category
	}
	return category
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
