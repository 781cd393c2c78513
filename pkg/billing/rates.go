package billing

import (
	"cmp"
	"slices"

	"github.com/parley-reports/parley/pkg/whatsapp"
)

// mostUSD is above the highest price that a rate can be.
const mostUSD = 1_000_000

// rateCard holds the rates of each market and category, in the order of their dates.
type rateCard map[rateKey][]rate

type rateKey struct{ market, category string }

type rate struct {
	from int32
	usd  float64
}

func newRateCard(rows []Rate) rateCard {
	card := rateCard{}
	for _, row := range rows {
		key := rateKey{whatsapp.FoldName(row.Market), whatsapp.FoldCategory(row.Category)}
		if row.USD != nil && *row.USD >= 0 && *row.USD < mostUSD {
			card[key] = append(card[key], rate{dayOf(row.ValidFrom), *row.USD})
		}
	}
	for _, rates := range card {
		// Of the rates of one day the highest applies, so it comes last.
		slices.SortFunc(rates, func(a, b rate) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.usd, b.usd)) })
	}
	return card
}

// at returns the rate on a day: of the first market name that has one, there of the
// first category.
func (c rateCard) at(markets, categories []string, day int32) (usd float64, found bool) {
	for _, market := range markets {
		for _, category := range categories {
			for _, rate := range slices.Backward(c[rateKey{market, category}]) {
				if rate.from <= day {
					return rate.usd, true
				}
			}
		}
	}
	return 0, false
}
