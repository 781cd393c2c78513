package report

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
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
}

// summary is what a mail tells in its text.
type summary struct {
	cards []card
	// compared is the period before, if any card is compared with it.
	compared string
	filters  [][2]string
	notices  []string
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
	s.notices, s.filters = result.AllNotices(), export.Filters(ctx, e, result)
	for i, c := range result.Columns {
		if c.Role != measure.Metric || c.Previous {
			continue
		}
		one := card{Title: frame.Title(result, c), Value: texts.Notice("not_recorded")}
		if len(result.Rows) == 0 { // no metric is recorded
			s.cards = append(s.cards, one)
			continue
		}
		row := result.Rows[0]
		if row[i] != nil || !isUnknown(result, c) {
			one.Value = valueText(result, c, row[i])
		}
		if next := i + 1; next < len(row) && result.Columns[next].Previous && row[next] != nil {
			s.compared = dates(texts, result.Before, r.loc)
			one.Change = changeText(result, c, row[i], row[next])
		}
		s.cards = append(s.cards, one)
	}
	return s, nil
}

func isUnknown(r *engine.Result, c engine.Column) bool {
	for _, id := range r.Unknown {
		if id == c.Metric.ID {
			return true
		}
	}
	return false
}

// noValue stands for a value that does not exist, such as the rate of nothing.
const noValue = "–"

// valueText is a value as people read it, in the unit of its column.
func valueText(r *engine.Result, c engine.Column, value any) string {
	texts := catalog.In(r.Query.Language)
	switch v := value.(type) {
	case int64:
		return texts.Count(v)
	case float64:
		switch c.Unit {
		case catalog.Ratio:
			return texts.Share(v)
		case catalog.Seconds:
			return duration(v)
		case catalog.USD:
			return "$" + decimals(texts, v)
		case catalog.Count:
			return texts.Count(int64(v))
		}
		return decimals(texts, v)
	case time.Time:
		return v.In(r.Location).Format("2006-01-02 15:04")
	case string:
		if text, isText := frame.InWords(r, c, v).(string); isText {
			return text
		}
	}
	return noValue
}

// decimals is a number with two digits after the decimal mark.
func decimals(texts catalog.Texts, v float64) string {
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(v, 'f', 2, 64), ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return whole + texts.DecimalMark() + fraction
	}
	sign := ""
	if math.Signbit(v) && n == 0 {
		sign = "-"
	}
	return sign + texts.Count(n) + texts.DecimalMark() + fraction
}

// duration is a number of seconds with its two largest units: 45 s, 6 min 8 s, 3 h 12 min, 2 d 4 h.
func duration(seconds float64) string {
	n := int64(math.Round(seconds))
	two := func(large int64, unit string, small int64, smaller string) string {
		text := strconv.FormatInt(large, 10) + " " + unit
		if small > 0 {
			text += " " + strconv.FormatInt(small, 10) + " " + smaller
		}
		return text
	}
	switch {
	case n < 60:
		return two(n, "s", 0, "")
	case n < 3600:
		return two(n/60, "min", n%60, "s")
	case n < 86400:
		return two(n/3600, "h", n%3600/60, "min")
	}
	return two(n/86400, "d", n%86400/3600, "h")
}

// changeText is the change of a value from the one before, and that one.
func changeText(r *engine.Result, c engine.Column, now, before any) string {
	texts := catalog.In(r.Query.Language)
	was := valueText(r, c, before)
	n, isNumber := number(now)
	b, _ := number(before)
	switch {
	case !isNumber || b == 0 && n != 0:
		return texts.Notice("mail_before", was)
	case n == b:
		return texts.Notice("mail_same")
	}
	arrow := "▲ "
	if n < b {
		arrow = "▼ "
	}
	return texts.Notice("mail_change", arrow+texts.Share(math.Abs(n-b)/math.Abs(b)), was)
}

func number(value any) (float64, bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
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
