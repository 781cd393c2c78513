package engine

import (
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/whatsapp"
)

// costNotice warns where messages of unknown cost are missing from the sum, and says
// what is missing: the most frequent reasons. rated: there is a rate card.
func costNotice(r *Result, gaps []measure.Gap, rated bool) []string {
	at := slices.IndexFunc(r.Columns, func(c Column) bool { return c.Metric.CountsUnknown() && !c.Previous })
	if at < 0 {
		return nil
	}
	var n int64
	for _, row := range r.Rows {
		missing, _ := row[at].(int64) // nil where the cost is unknown altogether
		n += missing
	}
	if n == 0 {
		return nil
	}
	texts := catalog.In(r.Query.Language)
	var reasons []string
	unrated := false // no rate card: it is missing for all markets and categories
	for _, gap := range gaps {
		if gap.Kind == "rate" && !rated {
			if unrated {
				continue
			}
			unrated = true
		}
		reasons = append(reasons, gapText(texts, gap, rated))
	}
	if len(gaps) > 0 && gaps[0].Groups > int64(len(gaps)) && !unrated {
		reasons = append(reasons, texts.Notice("gap_more", texts.Count(gaps[0].Groups-int64(len(gaps)))))
	}
	notice := texts.Notice("cost", texts.Count(n))
	if n == 1 {
		notice = texts.Notice("cost_of_one")
	}
	if len(reasons) > 0 {
		notice += " " + texts.Notice("cost_missing", strings.Join(reasons, "; "))
	}
	return []string{notice}
}

// gapText says in a few words what is missing for the cost of messages.
func gapText(texts catalog.Texts, gap measure.Gap, rated bool) string {
	messages := texts.Notice("gap_messages", texts.Count(gap.Messages))
	if gap.Messages == 1 {
		messages = texts.Notice("gap_message")
	}
	switch {
	case gap.Kind == "rate" && !rated:
		return texts.Notice("gap_no_rates")
	case gap.Kind == "rate" && gap.First == gap.Last:
		return texts.Notice("gap_rate", marketName(gap.Of), gap.Category, gap.First)
	case gap.Kind == "rate":
		return texts.Notice("gap_rates", marketName(gap.Of), gap.Category, gap.First, gap.Last)
	case gap.Kind == "prefix":
		return texts.Notice("gap_prefix", gap.Of)
	}
	return texts.Notice("gap_"+gap.Kind, messages)
}

// marketName is the market of a country, with the country where that is another, or
// the name that the relation market has.
func marketName(key string) string {
	if name, own := strings.CutPrefix(key, "="); own {
		return shortened(name)
	}
	countries := whatsapp.Countries()
	at := slices.IndexFunc(countries, func(c whatsapp.Country) bool { return c.Code == key })
	switch {
	case at < 0:
		return key
	case countries[at].Market == countries[at].Names[0]:
		return countries[at].Market
	}
	return countries[at].Market + " (" + countries[at].Names[0] + ")"
}

// shortened keeps a name of somebody's own short.
func shortened(name string) string {
	if letters := []rune(name); len(letters) > 40 {
		return string(letters[:40]) + "…"
	}
	return name
}
