package measure

import (
	"cmp"
	"slices"
	"time"
)

// mostGaps is how many reasons for unknown costs an answer has.
const mostGaps = 3

// Gap is one reason why costs are unknown, with the messages that it concerns.
type Gap struct {
	// Kind is channel, provider, category, price, contact, national, prefix or rate.
	Kind string
	// Of is the digits that numbers begin with, or the market: a country's code, or "="
	// and the name that the relation market has.
	Of       string
	Category string
	// First and Last are the days of the messages, in UTC.
	First string
	Last  string
	// Messages are those of this reason, Groups all the reasons there are.
	Messages int64
	Groups   int64
}

// gaps are the reasons why costs are unknown.
type gaps map[gapKey]*Gap

type gapKey struct{ kind, of, category string }

// unknownRows are rows whose cost is unknown for one reason: how many they are, and the
// first and the last of their instants.
type unknownRows struct {
	count       int64
	first, last int64
}

// noteUnknown notes the rows whose cost is unknown.
func (t *tally) noteUnknown(rows []int32) {
	codes := t.set.CostCodes()
	for _, i := range rows {
		code := codes[i]
		if t.set.Costs[code].Gap < 0 {
			continue
		}
		at := t.at[i]
		u := &t.unknown[code]
		if u.count == 0 {
			u.first, u.last = at, at
		}
		u.count++
		u.first, u.last = min(u.first, at), max(u.last, at)
	}
}

// addGaps adds the reasons why the costs of the rows are unknown.
func (t *tally) addGaps(found gaps) {
	for code, u := range t.unknown {
		if u.count == 0 {
			continue
		}
		gap := t.set.Gap(t.set.Costs[code].Gap)
		key := gapKey{gap.Kind, gap.Of, gap.Category}
		if found[key] == nil {
			found[key] = &Gap{Kind: gap.Kind, Of: gap.Of, Category: gap.Category}
		}
		g := found[key]
		g.Messages += u.count
		if gap.Kind == "price" {
			continue
		}
		day := func(at int64) string { return time.UnixMicro(at).UTC().Format(time.DateOnly) }
		if first := day(u.first); g.First == "" || first < g.First {
			g.First = first
		}
		g.Last = max(g.Last, day(u.last))
	}
}

// most are the most frequent reasons.
func (found gaps) most() []Gap {
	var list []Gap
	for _, g := range found {
		g.Groups = int64(len(found))
		list = append(list, *g)
	}
	slices.SortFunc(list, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Of, b.Of), cmp.Compare(a.Category, b.Category))
	})
	return list[:min(len(list), mostGaps)]
}
