package reference

import (
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/internal/contract"
)

// price sets the cost of every message (§7, §12).
//
// The provider's price counts on any message that holds one; one that is no price
// leaves the cost unknown. Otherwise delivered messages on lines that a bill of
// WhatsApp's may reach are billed: as the provider says of the charge, else, outside
// free-entry-point sessions, by the rules. Messages with a price or a word of the
// provider's take part in conversations and free units all the same. A template whose
// category is none of the known cannot be priced: it counts as unknown and takes part in
// nothing. Units of rules that bill nothing use up no allowance. A message without a
// contact belongs to no pair, so under the rules of conversations it is a conversation
// of its own.
func (f *Facts) price() {
	type window struct {
		pair     pair
		category string
	}
	type allowance struct {
		rule  int
		line  string
		month string
	}
	windowEnds := map[window]time.Time{}
	used := map[allowance]int32{}
	for _, m := range f.messages {
		priced := m.PriceUSD != nil
		if priced && isPrice(*m.PriceUSD) {
			m.costUSD = *m.PriceUSD
		} else if priced {
			m.costUnknown = true
		}
		bill := f.billOf(m.LineID)
		if !m.outbound() || bill == neverBilled || !m.delivered() {
			continue
		}
		said := m.saidCharged()
		if m.session != nil && m.session.initiator == "free_entry_point" && (said == nil || !*said) {
			continue
		}
		category := f.billedCategory(m)
		if !f.hasCategory(category, said != nil) {
			if said == nil || *said {
				m.costUnknown = m.costUnknown || !priced
			}
			continue
		}
		at := f.billingRule(category, m)
		unit, billable, rated := "", false, category
		var free *int32
		if at >= 0 {
			rule := f.options.BillingRules[at]
			unit, billable, free = fold(rule.Unit), rule.Billable, rule.FreeUnits
			if rate := foldCategory(rule.RateCategory); rate != "" && rate != foldCategory(rule.Category) {
				rated = rate
			}
		}
		if model := m.saidUnit(); model != "" {
			unit = model
		}
		if unit == "conversation" && m.ContactID != nil {
			w := window{m.pair(), category}
			if end, ok := windowEnds[w]; ok && m.CreatedAt.Before(end) {
				continue
			}
			windowEnds[w] = m.CreatedAt.Add(24 * time.Hour)
		}
		if !billable && (said == nil || !*said) {
			continue
		}
		a := allowance{at, key(m.LineID), m.CreatedAt.UTC().Format("2006-01")}
		used[a]++
		switch {
		case said != nil && !*said, said == nil && free != nil && used[a] <= *free, priced:
			continue
		}
		usd, known := f.rate(m, rated)
		if bill == unknownBill {
			known = false
		}
		m.costUnknown = !known
		if known {
			m.costUSD = usd
		}
	}
}

// isPrice: a number, not below 0, and not absurd.
func isPrice(usd float64) bool { return usd >= 0 && usd < 1_000_000 }

// Who bills a line.
const (
	neverBilled = iota
	billed
	unknownBill
)

// billOf tells whether a bill of WhatsApp's reaches a line: not on other channels and
// not on those that WhatsApp Web serves; nobody knows where channel or provider are
// none that is known.
func (f *Facts) billOf(id *string) int {
	if id == nil {
		return unknownBill
	}
	line := f.lines[*id]
	provider := ""
	if line.Provider != nil {
		provider = strings.NewReplacer("-", "_", " ", "_", ".", "_").Replace(fold(*line.Provider))
	}
	isBilled, isKnown := f.options.Providers[provider]
	if isKnown && !isBilled {
		return neverBilled
	}
	channel := ""
	if line.Channel != nil {
		channel = fold(*line.Channel)
	}
	switch {
	case channel == "whatsapp" && (isKnown || provider == ""):
		return billed
	case channel == "whatsapp":
		return unknownBill
	case slices.Contains([]string{"instagram", "messenger", "telegram", "sms", "webchat", "email", "voice", "other"}, channel):
		return neverBilled
	}
	return unknownBill
}

// saidCharged is what the provider says of the charge; nil where it says nothing.
func (m *message) saidCharged() *bool {
	kind := ""
	if m.PricingType != nil {
		kind = fold(*m.PricingType)
	}
	switch {
	case strings.HasPrefix(kind, "free"), m.Billable != nil && !*m.Billable:
		return new(false)
	case kind == "regular", m.Billable != nil:
		return new(true)
	}
	return nil
}

// saidUnit is the unit of the pricing model that the provider names.
func (m *message) saidUnit() string {
	if m.PricingModel != nil {
		switch fold(*m.PricingModel) {
		case "cbp":
			return "conversation"
		case "pmp":
			return "message"
		}
	}
	return ""
}

// billedCategory is the provider's, else the template's, else service.
func (f *Facts) billedCategory(m *message) string {
	switch {
	case m.PricingCategory != nil && foldCategory(*m.PricingCategory) != "":
		return foldCategory(*m.PricingCategory)
	case !m.template():
		return "service"
	case m.TemplateCategory != nil:
		return foldCategory(*m.TemplateCategory)
	}
	return ""
}

// serving lists the category and those that serve where it has nothing of its own.
func (f *Facts) serving(category string) []string {
	list := []string{category}
	for _, c := range f.options.Categories {
		if c.ID == category && c.Fallback != "" {
			list = append(list, f.serving(c.Fallback)...)
		}
	}
	return list
}

// hasCategory: one that the platform has or the rules speak of. Without a word of the
// provider's it needs a rule, unless the rules are somebody's own, who then bills it
// not.
func (f *Facts) hasCategory(category string, said bool) bool {
	known := false
	for _, c := range f.options.Categories {
		known = known || c.ID == category
	}
	for _, r := range f.options.BillingRules {
		known = known || f.ownRules && (foldCategory(r.Category) == category || foldCategory(r.RateCategory) == category)
	}
	return category != "" && known && (said || f.ownRules || f.ruled(category) != "")
}

// ruled is the first of the serving categories that has a rule.
func (f *Facts) ruled(category string) string {
	for _, c := range f.serving(category) {
		for _, r := range f.options.BillingRules {
			if foldCategory(r.Category) == c {
				return c
			}
		}
	}
	return ""
}

// dateOf writes the date of a row of rates or rules as its first instant.
func dateOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// usableRules leaves out the rules that say nothing.
func usableRules(rules []contract.BillingRule) []contract.BillingRule {
	var usable []contract.BillingRule
	for _, r := range rules {
		if (fold(r.Unit) == "conversation" || fold(r.Unit) == "message") && foldCategory(r.Category) != "" {
			usable = append(usable, r)
		}
	}
	return usable
}

// billingRule finds the rule for a message: of those that fit its category and
// window the latest that is valid, of one day the one that names the window, and of
// equal ones the dearest. It returns its index, or -1.
func (f *Facts) billingRule(category string, m *message) int {
	best := -1
	served := f.ruled(category)
	for i, rule := range f.options.BillingRules {
		if served == "" || foldCategory(rule.Category) != served || dateOf(rule.ValidFrom).After(m.CreatedAt) {
			continue
		}
		if rule.InWindow != nil && *rule.InWindow != m.inWindow {
			continue
		}
		if best < 0 || dearer(rule, f.options.BillingRules[best]) {
			best = i
		}
	}
	return best
}

// dearer tells whether a rule goes before another.
func dearer(a, b contract.BillingRule) bool {
	if c := a.ValidFrom.Compare(b.ValidFrom); c != 0 {
		return c > 0
	}
	if (a.InWindow != nil) != (b.InWindow != nil) {
		return a.InWindow != nil
	}
	if a.Billable != b.Billable {
		return a.Billable
	}
	if (a.FreeUnits == nil) != (b.FreeUnits == nil) {
		return a.FreeUnits == nil
	}
	if a.FreeUnits != nil && *a.FreeUnits != *b.FreeUnits {
		return *a.FreeUnits < *b.FreeUnits
	}
	if fold(a.Unit) != fold(b.Unit) {
		return fold(a.Unit) > fold(b.Unit)
	}
	return foldCategory(a.RateCategory) > foldCategory(b.RateCategory)
}

// rate finds the USD of a category in the market of the message's contact: by the
// names of the market in their order, then by the categories that serve.
func (f *Facts) rate(m *message, category string) (float64, bool) {
	for _, name := range f.marketNames(m) {
		for _, serves := range f.serving(category) {
			var best *contract.Rate
			for i, r := range f.options.Rates {
				switch {
				case foldName(r.Market) != name || foldCategory(r.Category) != serves || !isPrice(r.USD) || dateOf(r.ValidFrom).After(m.CreatedAt):
				case best == nil, r.ValidFrom.After(best.ValidFrom), r.ValidFrom.Equal(best.ValidFrom) && r.USD > best.USD:
					best = &f.options.Rates[i]
				}
			}
			if best != nil {
				return best.USD, true
			}
		}
	}
	return 0, false
}
