package facts

import (
	"context"
	"time"

	"github.com/parley-reports/parley/pkg/billing"
	"github.com/parley-reports/parley/pkg/source"
)

// A price is what the provider says that a message costs.
type price struct {
	// stated: there is a price. It is bad where it is none of the prices there can be.
	stated, bad bool
	usd         float64
	// charged is 0 where nothing is said, 1 no, 2 yes.
	charged        int8
	unit, category string
}

// dearest is the most that a message can cost, in US dollars.
const dearest = 1000000

// price returns the index of the provider's word on a message: its price, and whether,
// for what unit and in which category there is a charge.
func (r *messageReader) price(c []cell) uint32 {
	var p price
	if usd := c[atPrice].float(); source.IsPrice(usd) {
		p.stated, p.usd = true, usd
		if p.usd < 0 || p.usd >= dearest {
			p.bad, p.usd = true, 0
		}
	}
	charged := c[atBillable]
	kind, model, category := r.texts[0].of(c[atPricingType]), r.texts[1].of(c[atPricingModel]), r.texts[2].of(c[atPricingCategory])
	switch {
	case !charged.isNull() || kind != "" || model != "" || category != "":
		var billable *bool
		if !charged.isNull() {
			billable = new(charged.bool())
		}
		said := billing.Say(billable, kind, model, category)
		p.unit, p.category = said.Unit, said.Category
		if said.Charged != nil {
			p.charged = 1
			if *said.Charged {
				p.charged = 2
			}
		}
	case !p.stated:
		return 0
	}
	i, ok := r.prices[p]
	if !ok {
		i = uint32(len(r.set.prices))
		r.set.prices, r.prices[p] = append(r.set.prices, p), i
	}
	return i
}

func (p price) said() billing.Said {
	said := billing.Said{Unit: p.unit, Category: p.category}
	if p.charged > 0 {
		said.Charged = new(p.charged == 2)
	}
	return said
}

// readCosts reads the rates and rules, and computes what each message costs.
func (b *builder) readCosts(ctx context.Context) error {
	s := b.set
	var tables billing.Tables
	day := func(c cell) *time.Time {
		if c.isNull() {
			return nil
		}
		t, _ := time.Parse(time.DateOnly, c.string()) // the server wrote it
		return &t
	}
	// Dates are read as texts, so that infinities and years before Christ are none.
	const from = "CASE WHEN r.valid_from > '-infinity' AND r.valid_from < 'infinity' THEN to_char(r.valid_from, 'YYYY-MM-DD') END"
	const forever = "(r.valid_from < 'infinity') IS NOT FALSE"
	err := b.relation(ctx, "rate_card", source.Span{}, &statement{source: b.source}, "r.market, r.category, "+from+", r.usd::float8", forever, func(c []cell) error {
		rate := billing.Rate{Market: c[0].string(), Category: c[1].string(), ValidFrom: day(c[2])}
		if !c[3].isNull() {
			rate.USD = new(c[3].float())
		}
		tables.Rates = append(tables.Rates, rate)
		return nil
	})
	if err != nil {
		return err
	}
	err = b.relation(ctx, "billing_rule", source.Span{}, &statement{source: b.source}, from+", r.unit, r.category, r.in_window, r.billable, r.rate_category, r.free_units", forever, func(c []cell) error {
		rule := billing.Rule{ValidFrom: day(c[0]), Unit: c[1].string(), Category: c[2].string(), RateCategory: c[5].string()}
		if !c[3].isNull() {
			rule.InWindow = new(c[3].bool())
		}
		if !c[4].isNull() {
			rule.Billable = new(c[4].bool())
		}
		if !c[6].isNull() {
			rule.FreeUnits = new(int(c[6].int()))
		}
		tables.Rules = append(tables.Rules, rule)
		return nil
	})
	if err != nil {
		return err
	}
	err = b.relation(ctx, "market", source.Span{}, &statement{source: b.source}, "r.prefix, r.market, "+from, forever, func(c []cell) error {
		tables.Markets = append(tables.Markets, billing.Market{Prefix: c[0].string(), Market: c[1].string(), ValidFrom: day(c[2])})
		return nil
	})
	if err != nil {
		return err
	}
	for code := range s.Lines.Len() {
		row := s.LineRow(uint32(code))
		tables.Lines = append(tables.Lines, billing.Line{ID: s.Lines.Text(uint32(code)), Channel: s.Channels.Text(row.Channel), Provider: row.Provider, Number: row.Number})
	}
	for code := range s.Contacts.Len() {
		row := s.ContactRow(uint32(code))
		tables.Contacts = append(tables.Contacts, billing.Contact{Phone: s.Phones.Text(row.Phone), Country: s.Countries.Text(row.Country)})
	}
	biller := billing.New(tables)
	biller.Units = b.share.Units
	b.charge(biller)
	return nil
}

// Cost returns what a message costs, where that is needed.
func (s *Set) Cost(message int32) Cost { return s.Costs[s.costs[message]] }

// CostCodes are the indexes in Costs of what the messages cost.
func (s *Set) CostCodes() []uint32 { return s.costs }

// Gap returns why a cost is not known, by Cost.Gap.
func (s *Set) Gap(i int32) billing.Gap {
	if i == 0 {
		return billing.Gap{Kind: "price"}
	}
	return s.biller.Gap(i - 1)
}

// charge computes what the messages cost: the provider's price, else what the tables
// say of those delivered.
func (b *builder) charge(biller *billing.Biller) {
	s := b.set
	m := &s.Messages
	s.costs, s.Costs, s.biller = make([]uint32, m.Len()), []Cost{{Gap: -1}}, biller
	known := map[Cost]uint32{s.Costs[0]: 0}
	set := func(i int32, cost Cost) {
		code, ok := known[cost]
		if !ok {
			code = uint32(len(s.Costs))
			s.Costs, known[cost] = append(s.Costs, cost), code
		}
		s.costs[i] = code
	}
	var delivered []int32
	pair := make([]int32, m.Len())
	for i, end, n := 0, 0, int32(0); i < m.Len(); i = end {
		end = m.pairEnd(i)
		for j := i; j < end; j++ {
			if pair[j] = n; m.Contact[j] == 0 {
				pair[j] = -1
			}
			if p := s.prices[m.Of(int32(j)).price]; p.stated {
				cost := Cost{USD: p.usd, Gap: -1}
				if p.bad {
					cost.Gap = 0
				}
				set(int32(j), cost)
			}
			if m.Stage[j] >= Delivered {
				delivered = append(delivered, int32(j))
			}
		}
		n++
	}
	m.sortByTime(delivered)
	messages := make([]billing.Message, len(delivered))
	index := func(code uint32) int32 {
		if code == 0 {
			return -1
		}
		return int32(code)
	}
	for n, i := range delivered {
		messages[n] = billing.Message{
			Pair: pair[i], Line: index(m.Of(int32(i)).Line), Contact: index(m.Contact[i]), At: m.At[i],
			InWindow: m.Is(i, InWindow), Free: m.Is(i, IsFree), Template: m.Is(i, IsTemplate),
			Category: s.Categories.Text(m.Of(int32(i)).Category), Said: s.prices[m.Of(int32(i)).price].said(),
		}
	}
	if biller.Units != nil {
		for n, i := range delivered {
			messages[n].Sequence, messages[n].ID = m.sequenceOf(i), m.sortable(i)
		}
	}
	for n, charge := range biller.Charges(messages, time.UnixMicro(monthOf(b.since))) {
		i := delivered[n]
		if s.prices[m.Of(int32(i)).price].stated {
			continue
		}
		cost := Cost{USD: charge.USD, Gap: -1}
		if charge.Unknown {
			cost.Gap = charge.Gap + 1
		}
		set(i, cost)
	}
}
