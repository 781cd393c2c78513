package report

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/dashboard"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/export"
	"github.com/parley-reports/parley/pkg/frame"
	"github.com/parley-reports/parley/pkg/measure"
)

// A card is a number of the period as people read it.
type card struct {
	Title, Value string
	// Change is the change from the period before, and the value before.
	Change string
	// Color is that of the change: good news, bad news or neither.
	Color string
}

// Colors of a change on a white background, by dashboard.Card.Good.
var changeColors = map[int]string{1: "#15803d", 0: "#6b7280", -1: "#b91c1c"}

// summary is what a mail tells in its text.
type summary struct {
	cards []card
	// compared is the period before, if any card is compared with it.
	compared string
	filters  []dashboard.Condition
	notices  []string
}

// newCard returns the card of a value, and of the one before if that is known.
func newCard(texts catalog.Texts, title string, kind frame.Kind, value, before any) card {
	c := card{Title: title, Value: words(texts, kind, value), Color: changeColors[0]}
	if before == nil {
		return c
	}
	was := words(texts, kind, before)
	n, isNumber := frame.Float(value)
	b, _ := frame.Float(before)
	switch {
	case !isNumber || b == 0 && n != 0:
		c.Change = texts.Notice("mail_before", was)
	case n == b:
		c.Change = texts.Notice("mail_same")
	case n > b:
		c.Change = texts.Notice("mail_change", "▲ "+texts.Share((n-b)/math.Abs(b)), was)
	default:
		c.Change = texts.Notice("mail_change", "▼ "+texts.Share((b-n)/math.Abs(b)), was)
	}
	return c
}

// summarize answers the cards of a report.
func summarize(ctx context.Context, e *engine.Engine, r *report, span calendar.Range) (summary, error) {
	var s summary
	if r.cards == nil {
		return s, nil
	}
	result, err := e.Run(ctx, engine.Request{Query: *r.cards, Range: span, Partial: true})
	if err != nil {
		return s, err
	}
	texts := catalog.In(r.language)
	s.notices, s.filters = result.AllNotices(), dashboard.Conditions(ctx, e, result.Query.Language, result.Query.Filters)
	for i, c := range result.Columns {
		if c.Role != measure.Metric || c.Previous {
			continue
		}
		var now, before any
		if len(result.Rows) > 0 {
			now = frame.InWords(result, c, result.Rows[0][i])
			if next := i + 1; next < len(result.Columns) && result.Columns[next].Previous {
				before = result.Rows[0][next]
			}
		}
		if before != nil {
			s.compared = dates(texts, result.Before, r.loc)
		}
		if at, isTime := now.(time.Time); isTime {
			now = at.In(r.loc)
		}
		one := newCard(texts, frame.Title(result, c), frame.Kinds[c.Unit], now, before)
		if now == nil && (len(result.Rows) == 0 || slices.Contains(result.Unknown, c.Metric.ID)) {
			one.Value = texts.Notice("not_recorded")
		}
		s.cards = append(s.cards, one)
	}
	return s, nil
}

// summarizeBoard returns the cards of a dashboard.
func summarizeBoard(board *dashboard.Report) summary {
	s := summary{notices: board.Notices, filters: board.Conditions}
	texts := catalog.In(board.Language)
	for _, p := range board.Panels {
		for _, c := range p.Cards {
			title := p.Title
			if c.Name != "" {
				title += ": " + c.Name
			}
			if !p.Range.From.Equal(board.Range.From) { // its own last hours
				title += " (" + dates(texts, p.Range, board.Location) + ")"
			}
			one := newCard(texts, title, c.Kind, c.Value, c.Before)
			one.Color = changeColors[c.Good]
			if c.Value == nil && c.Text != "" {
				one.Value = c.Text
			}
			if c.Before != nil {
				s.compared = dates(texts, calendar.Previous(board.Range, board.Location), board.Location)
			}
			s.cards = append(s.cards, one)
		}
	}
	return s
}

// noValue stands for a value that does not exist, such as the rate of nothing.
const noValue = "–"

// words is a value as people read it.
func words(texts catalog.Texts, kind frame.Kind, value any) string {
	if value == nil {
		return noValue
	}
	return export.Words(texts, kind, value)
}

// dates are the first and the last day of a range: 16 Nov 2026 – 22 Nov 2026.
func dates(texts catalog.Texts, r calendar.Range, loc *time.Location) string {
	months := strings.Fields(texts.Notice("mail_months"))
	day := func(t time.Time) string {
		y, m, d := t.In(loc).Date()
		return strconv.Itoa(d) + " " + months[m-1] + " " + strconv.Itoa(y)
	}
	from, last := day(r.From), day(r.To.Add(-time.Nanosecond))
	if from == last {
		return from
	}
	return from + " – " + last
}
