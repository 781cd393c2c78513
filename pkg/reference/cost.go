package reference

import (
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/contract"
)

// price sets the cost of every message (§7).
//
// The provider's charge counts on any message that holds one.
// Otherwise delivered messages on WhatsApp lines outside free-entry-point
// sessions are billed by the rules; those that hold a charge take part in
// conversations and free units all the same. A template whose category is none
// of the four cannot be priced: it counts as unknown and takes part in nothing.
// A category without a rule is not billed. Units of rules that bill nothing use
// up no allowance. A message without a contact belongs to no pair, so under the
// rules of conversations it is a conversation of its own.
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
		if m.PriceUSD != nil {
			m.costUSD = *m.PriceUSD
		}
		if !m.outbound() {
			continue
		}
		if f.channel(m.LineID) != "whatsapp" || !m.delivered() || m.session != nil && m.session.initiator == "free_entry_point" {
			continue
		}
		category := "service"
		if m.template() {
			category = ""
			if m.TemplateCategory != nil {
				category = strings.ToLower(*m.TemplateCategory)
			}
		}
		if !slices.Contains([]string{"marketing", "utility", "authentication", "service"}, category) {
			m.costUnknown = m.PriceUSD == nil
			continue
		}
		at := f.billingRule(category, m)
		if at < 0 {
			continue
		}
		rule := f.options.BillingRules[at]

		if rule.Unit == "conversation" && m.ContactID != nil {
			w := window{m.pair(), category}
			if end, ok := windowEnds[w]; ok && m.CreatedAt.Before(end) {
				continue
			}
			windowEnds[w] = m.CreatedAt.Add(24 * time.Hour)
		}
		if !rule.Billable {
			continue
		}
		if rule.FreeUnits != nil {
			a := allowance{at, *m.LineID, m.CreatedAt.UTC().Format("2006-01")}
			used[a]++
			if used[a] <= *rule.FreeUnits {
				continue
			}
		}
		if m.PriceUSD != nil {
			continue
		}
		usd, known := f.rate(m, rule.RateCategory)
		m.costUSD, m.costUnknown = usd, !known
	}
}

// dateOf writes the date of a row of rates or rules as its first instant.
func dateOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// billingRule finds the rule for a message: of those that fit its category and
// window the latest that is valid, and of one day the one that names the window.
// It returns its index, or -1.
func (f *Facts) billingRule(category string, m *message) int {
	best := -1
	for i, rule := range f.options.BillingRules {
		if rule.Category != category || dateOf(rule.ValidFrom).After(m.CreatedAt) {
			continue
		}
		if rule.InWindow != nil && *rule.InWindow != m.inWindow {
			continue
		}
		if best >= 0 {
			chosen := f.options.BillingRules[best]
			later := rule.ValidFrom.Compare(chosen.ValidFrom)
			if later < 0 || later == 0 && (rule.InWindow == nil || chosen.InWindow != nil) {
				continue
			}
		}
		best = i
	}
	return best
}

// rate finds the USD of a category in the market of the message's contact.
func (f *Facts) rate(m *message, category string) (float64, bool) {
	if m.ContactID == nil || f.contacts[*m.ContactID].Phone == nil {
		return 0, false
	}
	phone := digits(*f.contacts[*m.ContactID].Phone)
	longest, market := 0, ""
	for prefix, name := range f.options.Markets {
		if strings.HasPrefix(phone, prefix) && len(prefix) > longest {
			longest, market = len(prefix), name
		}
	}
	if longest == 0 {
		return 0, false
	}
	var best *contract.Rate
	for i, r := range f.options.Rates {
		if r.Market == market && r.Category == category && !dateOf(r.ValidFrom).After(m.CreatedAt) && (best == nil || r.ValidFrom.After(best.ValidFrom)) {
			best = &f.options.Rates[i]
		}
	}
	if best == nil {
		return 0, false
	}
	return best.USD, true
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}
