package measure

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/query"
)

const (
	// massSend is from how many notifications on a template is marked for a day:
	// reminders that trickle out are no event.
	massSend = 50
	// A burst has enough failures not to be chance, and a share of them well above the
	// few percent of numbers that no list is without.
	burstFailures = 10
	burstPercent  = 10
)

// SendsQuery returns the query of the sends that are shown as events.
func SendsQuery(q query.Query) query.Query {
	q.Metrics = []string{"first_sent_at", "last_sent_at", "notified", "notified_delivered", "notified_read", "answered", "notifications_failed", "notifications"}
	q.GroupBy = []string{"send", "campaign"}
	q.OrderBy = []query.Order{{By: "first_sent_at", Desc: true}}
	q.Filters = slices.Concat(q.Filters, []query.Filter{
		{Dimension: "send", Operator: "notIn", Values: []string{catalog.None}},
		{Dimension: "initiator", Operator: "in", Values: []string{"business"}},
	})
	return q
}

// KeepSends keeps the sends of an answer to SendsQuery that are events: all campaigns, and
// each template on the days with at least massSend notifications.
func KeepSends(a *Answer) {
	campaign := slices.IndexFunc(a.Columns, func(c Column) bool { return c.ID == "campaign" })
	sent := slices.IndexFunc(a.Columns, func(c Column) bool { return c.ID == "notifications" })
	a.Rows = slices.DeleteFunc(a.Rows, func(row []any) bool {
		return row[campaign] == nil && row[sent].(int64) < massSend
	})
}

// Bursts answer the report of bursts: the runs of hours in which a line failed. Facts can
// be added in parts. Hours are looked at whole, also those that the range begins or ends
// in: an hour is part of a burst or not, whatever the range.
type Bursts struct {
	*view
	hours map[lineHour]*burst
	names map[string]string
}

type lineHour struct {
	line string
	hour uint32
}

// A burst sums up an hour, or several that follow each other, in which a line failed.
type burst struct {
	line           string
	first, last    uint32
	tried, failed  int64
	started, ended int64
	reasons        map[string]int64
}

// NewBursts prepares the answer. The error is a *query.Error.
func NewBursts(in Question) (*Bursts, error) {
	buckets, err := calendar.Buckets(in.Range, calendar.Hour, in.Location)
	if err != nil {
		return nil, &query.Error{Message: err.Error()}
	}
	in.Range = calendar.Range{From: buckets[0].Since, To: calendar.Next(buckets[len(buckets)-1].Since, calendar.Hour, in.Location)}
	b := &Bursts{view: newView(in, nil), hours: map[lineHour]*burst{}, names: map[string]string{}}
	b.buckets = buckets
	for _, bucket := range buckets {
		b.since = append(b.since, bucket.Since.UnixMicro())
	}
	return b, nil
}

// Needs returns what facts are read.
func (b *Bursts) Needs() facts.Needs {
	in := b.Question
	in.Query.Metrics, in.Query.GroupBy = []string{"messages_outbound"}, []string{"line", "failure_reason"}
	return Needs(in)
}

// Add adds the messages of the facts.
func (b *Bursts) Add(set *facts.Set) {
	q := *b.view
	q.set = set
	r := q.rowsOf(catalog.Message, false)
	filters := r.filters()
	m := &set.Messages
	for i := range int32(r.len()) {
		message := r.message[i]
		stage := m.Stage[message]
		if !m.Is(message, facts.Outbound) || stage == facts.Pending || slices.ContainsFunc(filters, func(pass predicate) bool { return !pass(i) }) {
			continue
		}
		line := m.Of(message).Line
		k := lineHour{set.Lines.Text(line), q.bucket(r.at[i])}
		hour := b.hours[k]
		if hour == nil {
			hour = &burst{line: k.line, first: k.hour, last: k.hour, started: math.MaxInt64, ended: facts.Never, reasons: map[string]int64{}}
			b.hours[k] = hour
			b.names[k.line] = cmp.Or(set.LineRow(line).Name, k.line)
		}
		hour.tried++
		if stage == facts.Failed {
			hour.failed++
			hour.started, hour.ended = min(hour.started, r.at[i]), max(hour.ended, r.at[i])
			hour.reasons[set.Reasons.Text(set.Failures[m.Of(message).Failure].Reason)]++
		}
	}
}

// Answer returns the bursts, the latest first.
func (b *Bursts) Answer() *Answer {
	var list []burst
	for _, hour := range b.bad() {
		if n := len(list) - 1; n >= 0 && list[n].line == hour.line && list[n].last+1 == hour.first {
			list[n].join(hour)
			continue
		}
		list = append(list, hour)
	}
	slices.SortFunc(list, func(x, y burst) int {
		return cmp.Or(cmp.Compare(y.started, x.started), b.compareIDs("line", y.line, x.line))
	})
	line, _ := catalog.LookupDimension("line")
	reason, _ := catalog.LookupDimension("failure_reason")
	a := &Answer{Columns: []Column{
		{ID: "started_at", Role: Detail, Unit: catalog.Instant}, {ID: "ended_at", Role: Detail, Unit: catalog.Instant},
		{ID: "line", Role: Key, Dimension: line}, {ID: "line_name", Role: Name, Dimension: line},
		{ID: "failed", Role: Detail, Unit: catalog.Count}, {ID: "tried", Role: Detail, Unit: catalog.Count},
		{ID: "failure_reason", Role: Key, Dimension: reason},
	}}
	for _, burst := range list {
		row := []any{time.UnixMicro(burst.started).UTC(), time.UnixMicro(burst.ended).UTC(), nil, nil, burst.failed, burst.tried, burst.reason()}
		if burst.line != "" {
			row[2], row[3] = burst.line, b.names[burst.line]
		}
		a.Rows = append(a.Rows, row)
	}
	return a
}

// bad are the hours of lines in which much failed, by line and time.
func (b *Bursts) bad() []burst {
	var bad []burst
	for _, hour := range b.hours {
		if hour.failed >= burstFailures && 100*hour.failed >= burstPercent*hour.tried {
			bad = append(bad, *hour)
		}
	}
	slices.SortFunc(bad, func(x, y burst) int { return cmp.Or(cmp.Compare(x.line, y.line), cmp.Compare(x.first, y.first)) })
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
func (b *burst) reason() string {
	best := ""
	for reason, n := range b.reasons {
		switch most := b.reasons[best]; {
		case reason == "":
		case best == "" || n > most || n == most && reason < best:
			best = reason
		}
	}
	return best
}

// compareIDs compares ids of an entity: numbers as numbers, texts by their bytes. No id
// comes last.
func (q *view) compareIDs(entity, x, y string) int {
	if x == "" || y == "" {
		return cmp.Compare(y, x)
	}
	if q.Source.Numbers[entity] {
		n, _ := strconv.ParseInt(x, 10, 64) // the server wrote it
		m, _ := strconv.ParseInt(y, 10, 64)
		return cmp.Compare(n, m)
	}
	return cmp.Compare(x, y)
}
