package measure

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/compile"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/query"
)

// Sends answers the report of sends that are events, the latest first. The error is a
// *query.Error.
func Sends(in compile.Input, set *facts.Set) (*Answer, error) {
	in.Query = compile.Sends(in.Query)
	a, err := Aggregate(in, set)
	if err != nil {
		return nil, err
	}
	campaign := slices.IndexFunc(a.Columns, func(c compile.Column) bool { return c.ID == "campaign" })
	sent := slices.IndexFunc(a.Columns, func(c compile.Column) bool { return c.ID == "notifications" })
	a.Rows = slices.DeleteFunc(a.Rows, func(row []any) bool {
		return row[campaign] == nil && row[sent].(int64) < compile.MassSend
	})
	return a, nil
}

// hours cuts the range of a question into hours and makes it whole hours.
func (q *question) hours() error {
	buckets, err := calendar.Buckets(q.Range, calendar.Hour, q.Location)
	if err != nil {
		return &query.Error{Message: err.Error()}
	}
	in := q.Input
	in.Range = compile.WholeHours(buckets, q.Location)
	*q = *newQuestion(in, q.set)
	q.buckets = buckets
	for _, b := range buckets {
		q.since = append(q.since, b.Since.UnixMicro())
	}
	return nil
}

// BurstNeeds returns what facts the report of bursts reads. The error is a *query.Error.
func BurstNeeds(in compile.Input) (facts.Needs, error) {
	q := newQuestion(in, nil)
	if err := q.hours(); err != nil {
		return facts.Needs{}, err
	}
	in.Range, in.Query.Metrics, in.Query.GroupBy = q.Range, []string{"messages_outbound"}, []string{"line", "failure_reason"}
	return Needs(in), nil
}

// burst sums up an hour, or several that follow each other, in which a line failed.
type burst struct {
	line, first, last uint32
	tried, failed     int64
	started, ended    int64
	reasons           map[uint32]int64
}

// Bursts answers the report of bursts, the latest first: the runs of hours in which a
// line failed. Hours are looked at whole, also those that the range begins or ends in: an
// hour is part of a burst or not, whatever the range. The error is a *query.Error.
func Bursts(in compile.Input, set *facts.Set) (*Answer, error) {
	q := newQuestion(in, set)
	if err := q.hours(); err != nil {
		return nil, err
	}
	var list []burst
	for _, b := range q.badHours() {
		if n := len(list) - 1; n >= 0 && list[n].line == b.line && list[n].last+1 == b.first {
			list[n].join(b)
			continue
		}
		list = append(list, b)
	}
	slices.SortFunc(list, func(a, b burst) int {
		return cmp.Or(cmp.Compare(b.started, a.started), q.compareLines(b.line, a.line))
	})
	a := &Answer{Columns: compile.BurstColumns()}
	for _, b := range list {
		line := q.set.Lines.Text(b.line)
		row := []any{time.UnixMicro(b.started).UTC(), time.UnixMicro(b.ended).UTC(), nil, nil, b.failed, b.tried, set.Reasons.Text(b.reason(set))}
		if b.line != 0 {
			row[2], row[3] = line, cmp.Or(q.set.LineRow(b.line).Name, line)
		}
		a.Rows = append(a.Rows, row)
	}
	return a, nil
}

// badHours are the hours of lines in which much failed, by line and time.
func (q *question) badHours() []burst {
	r := q.rowsOf(catalog.Message, false)
	filters := r.filters()
	m := &q.set.Messages
	type key struct{ line, hour uint32 }
	hours := map[key]*burst{}
	for i := range int32(r.len()) {
		message := r.message[i]
		stage := m.Stage[message]
		if !m.Is(message, facts.Outbound) || stage == facts.Pending || slices.ContainsFunc(filters, func(pass predicate) bool { return !pass(i) }) {
			continue
		}
		k := key{m.Of(message).Line, q.bucket(r.at[i])}
		b := hours[k]
		if b == nil {
			b = &burst{line: k.line, first: k.hour, last: k.hour, started: math.MaxInt64, ended: facts.Never, reasons: map[uint32]int64{}}
			hours[k] = b
		}
		b.tried++
		if stage == facts.Failed {
			b.failed++
			b.started, b.ended = min(b.started, r.at[i]), max(b.ended, r.at[i])
			b.reasons[q.set.Failures[m.Of(message).Failure].Reason]++
		}
	}
	var bad []burst
	for _, b := range hours {
		if b.failed >= compile.BurstFailures && 100*b.failed >= compile.BurstPercent*b.tried {
			bad = append(bad, *b)
		}
	}
	slices.SortFunc(bad, func(a, b burst) int { return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.first, b.first)) })
	return bad
}

func (b *burst) join(next burst) {
	b.last = next.last
	b.tried, b.failed = b.tried+next.tried, b.failed+next.failed
	b.started, b.ended = min(b.started, next.started), max(b.ended, next.ended)
	for reason, n := range next.reasons {
		b.reasons[reason] += n
	}
}

// reason is the most frequent reason; of several the first by its bytes.
func (b *burst) reason(s *facts.Set) uint32 {
	best := uint32(0)
	for reason, n := range b.reasons {
		switch most := b.reasons[best]; {
		case reason == 0:
		case best == 0 || n > most || n == most && s.Reasons.Text(reason) < s.Reasons.Text(best):
			best = reason
		}
	}
	return best
}

// compareLines compares the ids of lines: numbers as numbers, texts by their bytes. A
// line that is not known comes last.
func (q *question) compareLines(a, b uint32) int {
	x, y := q.set.Lines.Text(a), q.set.Lines.Text(b)
	if a == 0 || b == 0 {
		return cmp.Compare(b, a)
	}
	if q.Source.Numbers["line"] {
		n, _ := strconv.ParseInt(x, 10, 64)
		m, _ := strconv.ParseInt(y, 10, 64)
		return cmp.Compare(n, m)
	}
	return cmp.Compare(x, y)
}
