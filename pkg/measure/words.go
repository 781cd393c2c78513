package measure

import (
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

// wordColumns are the columns of words that dimensions show.
var wordColumns = map[string]string{
	"direction": "message.direction", "author_kind": "message.author_kind", "status": "message.status", "template_category": "message.template_category",
	"channel": "line.channel", "conversation_status": "conversation.status", "priority": "conversation.priority", "country": "contact.country",
}

// folded returns a filter whose values are written as the values of the dimension are:
// words in one case, without blanks at their ends. Patterns on words mind no case.
func folded(d catalog.Dimension, f query.Filter) query.Filter {
	column := wordColumns[d.ID]
	if column == "" {
		return f
	}
	var word source.Word
	for _, w := range source.Words {
		if w.Relation+"."+w.Column == column {
			word = w
		}
	}
	values := slices.Clone(f.Values)
	for i, v := range values {
		switch {
		case v == catalog.None:
		case f.Operator == "matches" || f.Operator == "notMatches":
			values[i] = "(?i)" + v
		default:
			values[i] = word.Fold(v)
		}
	}
	f.Values = values
	return f
}

// onlyDigits returns the digits of a phone number, by which phones are compared.
func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// periods are the first instants and the ends of the calendar periods that hold the
// values, in the order of time; periods that follow each other are one.
func periods(unit calendar.Unit, values []string, loc *time.Location) []time.Time {
	var spans []calendar.Range
	for _, v := range values {
		t, _ := query.ParseInstant(v, loc) // checked by the query
		// At a change of offset a period's first instant may come after the start
		// that it is shown with: the bucket around the value knows, or the next.
		around, _ := calendar.Buckets(calendar.Range{From: t, To: t.Add(time.Nanosecond)}, unit, loc)
		from, to := around[0].Since, calendar.Next(t, unit, loc)
		if calendar.Start(to, unit, loc).Equal(t) {
			from, to = to, calendar.Next(to, unit, loc)
		}
		spans = append(spans, calendar.Range{From: from, To: to})
	}
	slices.SortFunc(spans, func(x, y calendar.Range) int { return x.From.Compare(y.From) })
	var bounds []time.Time
	for _, span := range spans {
		if last := len(bounds) - 1; last > 0 && !span.From.After(bounds[last]) {
			if span.To.After(bounds[last]) {
				bounds[last] = span.To
			}
			continue
		}
		bounds = append(bounds, span.From, span.To)
	}
	return bounds
}
