package measure

import (
	"cmp"
	"slices"
	"time"

	"github.com/parley-reports/parley/pkg/compile"
)

// mostGaps is how many reasons for unknown costs an answer has.
const mostGaps = 3

// gaps are the reasons why costs are unknown.
type gaps map[gapKey]*compile.Gap

type gapKey struct{ kind, of, category string }

// addGaps adds the reasons why the costs of the rows are unknown.
func (t *tally) addGaps(found gaps) {
	for _, i := range t.kept {
		at := t.set.Cost(t.message[i]).Gap
		if at < 0 {
			continue
		}
		gap := t.set.Gap(at)
		key := gapKey{gap.Kind, gap.Of, gap.Category}
		if found[key] == nil {
			found[key] = &compile.Gap{Kind: gap.Kind, Of: gap.Of, Category: gap.Category}
		}
		g := found[key]
		g.Messages++
		if gap.Kind == "price" {
			continue
		}
		day := time.UnixMicro(t.at[i]).UTC().Format(time.DateOnly)
		if g.First == "" || day < g.First {
			g.First = day
		}
		g.Last = max(g.Last, day)
	}
}

// most are the most frequent reasons.
func (found gaps) most() []compile.Gap {
	var list []compile.Gap
	for _, g := range found {
		g.Groups = int64(len(found))
		list = append(list, *g)
	}
	slices.SortFunc(list, func(a, b compile.Gap) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Of, b.Of), cmp.Compare(a.Category, b.Category))
	})
	return list[:min(len(list), mostGaps)]
}
