package measure

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/query"
)

// question is a question over one set of facts.
type view struct {
	Question
	set           *facts.Set
	from, to, now int64
	buckets       []calendar.Bucket
	// since are the first instants of the buckets.
	since []int64
}

// Answer is the answer to a question for metrics. Rows hold the index of the bucket from
// 1, keys, names and values, as the columns say.
type Answer struct {
	Columns []Column
	Buckets []calendar.Bucket
	Rows    [][]any
	// Gaps are why costs are unknown.
	Gaps []Gap
}

// Aggregate answers a question for metrics from facts that cover it. All rows come, in
// the order that the query asks for. The error is a *query.Error.
func Aggregate(in Question, set *facts.Set) (*Answer, error) {
	a, err := NewAggregation(in, false)
	if err != nil {
		return nil, err
	}
	a.Add(set)
	return a.Answer(), nil
}

func newView(in Question, set *facts.Set) *view {
	q := &view{Question: in, set: set, from: in.Range.From.UnixMicro(), to: in.Range.To.UnixMicro(), now: in.Now.UnixMicro()}
	// A range begins and ends at instants; what happens in the microsecond of its
	// beginning is in it only from there on.
	if in.Range.From.Nanosecond()%1000 != 0 {
		q.from++
	}
	if in.Range.To.Nanosecond()%1000 != 0 {
		q.to++
	}
	return q
}

// cutTime finds the buckets of the query.
func (q *view) cutTime() error {
	unit := calendar.Unit("")
	if q.Query.Bucket != "none" {
		unit = calendar.Unit(q.Query.Bucket)
	}
	for _, id := range q.Query.GroupBy {
		if d, _ := catalog.LookupDimension(id); d.Kind == catalog.KindTime {
			unit = calendar.Unit(id)
		}
	}
	if unit == "" {
		return nil
	}
	buckets, err := q.Buckets, error(nil)
	if buckets == nil {
		buckets, err = calendar.Buckets(q.Range, unit, q.Location)
	}
	if err != nil {
		return &query.Error{Message: err.Error()}
	}
	q.buckets = buckets
	for _, b := range buckets {
		q.since = append(q.since, b.Since.UnixMicro())
	}
	return nil
}

// bucket is the index of the bucket of an instant, from 1.
func (q *view) bucket(at int64) uint32 {
	i, found := slices.BinarySearch(q.since, at)
	if found {
		i++
	}
	return uint32(i)
}

// bucketCode reads the buckets of rows; 0 where there are none.
func (r *rows) bucketCode() reader {
	if len(r.buckets) == 0 {
		return each(func(int32) uint32 { return 0 })
	}
	// Buckets are about equally long, so that the place of an instant can be guessed.
	first, count := r.since[0], len(r.since)
	width := max(1, float64(r.since[count-1]-first)/float64(max(1, count-1)))
	find := func(at int64) uint32 {
		n := min(max(0, int(float64(at-first)/width)), count-1)
		for n+1 < count && r.since[n+1] <= at {
			n++
		}
		for n >= 0 && r.since[n] > at {
			n--
		}
		return uint32(n + 1)
	}
	return reader{
		one: func(i int32) uint32 { return find(r.at[i]) },
		many: func(rows []int32, to []uint32) {
			for n, i := range rows {
				to[n] = find(r.at[i])
			}
		},
	}
}

// local returns the local time of instants in the report's time zone.
func (q *view) local() func(at int64) time.Time {
	return func(at int64) time.Time { return time.UnixMicro(at).In(q.Location) }
}

// groups are the dimensions that cut, time and the stages of a funnel apart.
func (q *view) groups() []catalog.Dimension {
	var list []catalog.Dimension
	for _, id := range q.Query.GroupBy {
		if d, _ := catalog.LookupDimension(id); d.Kind != catalog.KindTime && !d.Funnel {
			list = append(list, d)
		}
	}
	return list
}

func asksCosts(q query.Query) bool {
	return slices.ContainsFunc(q.Metrics, func(id string) bool {
		m, _ := catalog.LookupMetric(id)
		return m.Unknown != "" || m.CountsUnknown()
	})
}

// columns are those of the answer, time first.
func (q *view) columns(groups []catalog.Dimension) []Column {
	var list []Column
	if q.Query.Bucket != "none" {
		list = append(list, Column{ID: "time", Role: Time})
	}
	for _, id := range q.Query.GroupBy {
		if d, _ := catalog.LookupDimension(id); d.Kind == catalog.KindTime {
			list = append([]Column{{ID: id, Role: Time, Dimension: d}}, list...)
		}
	}
	for _, id := range q.Query.GroupBy {
		d, _ := catalog.LookupDimension(id)
		if d.Kind == catalog.KindTime {
			continue
		}
		list = append(list, Column{ID: id, Role: Key, Dimension: d})
		if d.Kind == catalog.KindEntity {
			list = append(list, Column{ID: id + "_name", Role: Name, Dimension: d})
		}
	}
	for _, id := range q.Query.Metrics {
		m, _ := catalog.LookupMetric(id)
		list = append(list, Column{ID: id, Role: Metric, Metric: m, Unit: m.Unit})
	}
	return list
}

// rowsOfLine makes the row of a group, or one for each stage.
func (q *view) rowsOfLine(l *line, columns []Column, whole wholes) [][]any {
	stages := []int{-1}
	if slices.ContainsFunc(columns, func(c Column) bool { return c.Dimension.Funnel }) {
		stages = []int{0, 1, 2, 3}
	}
	var list [][]any
	for _, stage := range stages {
		row := make([]any, 0, len(columns))
		key := 0
		for _, c := range columns {
			switch {
			case c.Role == Time:
				row = append(row, int64(l.bucket))
			case c.Dimension.Funnel:
				row = append(row, c.Dimension.Values[stage])
			case c.Role == Key:
				row = append(row, l.keys[key])
				key++
			case c.Role == Name:
				row = append(row, l.names[key-1])
			default:
				row = append(row, l.value(c.Metric, stage, whole))
			}
		}
		list = append(list, row)
	}
	return list
}

// value is a metric of a group; stage is that of a funnel's row.
func (l *line) value(m catalog.Metric, stage int, whole wholes) any {
	switch {
	case m.Stage == catalog.Reached:
		return int64(l.number(catalog.Funnel[stage]))
	case m.Stage == catalog.ShareOfPrevious:
		return ratio(l.number(catalog.Funnel[stage]), l.number(catalog.Funnel[max(0, stage-1)]))
	case m.Stage == catalog.ShareOfFirst:
		return ratio(l.number(catalog.Funnel[stage]), l.number(catalog.Funnel[0]))
	case m.ShareOf != "":
		total, _ := whole[m.ShareOf][l.bucket].value(m).(int64)
		return ratio(l.number(m.ShareOf), float64(total))
	case !m.Derived():
		return l.base(m)
	}
	value := l.sum(m.Plus) - l.sum(m.Minus)
	if len(m.Over) > 0 {
		return ratio(value, l.sum(m.Over))
	}
	return int64(value)
}

// base is an aggregate of a group: counts and sums of nothing are 0, everything else is
// null.
func (l *line) base(m catalog.Metric) any {
	v := l.totals[m.ID]
	switch {
	case v != nil:
		return v
	case m.Unit == catalog.Count:
		return int64(0)
	case m.Additive:
		return float64(0)
	}
	return nil
}

func (l *line) number(id string) float64 {
	switch v := l.totals[id].(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	}
	return 0
}

func (l *line) sum(ids []string) float64 {
	total := 0.0
	for _, id := range ids {
		if m, _ := catalog.LookupMetric(id); m.Derived() {
			total += l.sum(m.Plus)
		} else {
			total += l.number(id)
		}
	}
	return total
}

func ratio(part, of float64) any {
	if of == 0 {
		return nil
	}
	return part / of
}

// sort puts the rows in the order of the query; else by time, then the first metric from
// large to small, then the keys: always a total order, so that equal queries give equal
// answers. Keys that are numbers, such as weekdays, come in their own order.
func (q *view) sort(a *Answer) {
	type key struct {
		at   int
		desc bool
	}
	var keys []key
	for _, o := range q.Query.OrderBy {
		if at := slices.IndexFunc(a.Columns, func(c Column) bool { return c.ID == o.By }); at >= 0 {
			keys = append(keys, key{at, o.Desc})
		}
	}
	numeric, measured := true, -1
	var times, dimensions, stages []key
	for i, c := range a.Columns {
		switch {
		case c.Role == Time:
			times = append(times, key{i, false})
		case c.Dimension.Funnel:
			stages = append(stages, key{i, false})
		case c.Role == Key:
			numeric = numeric && c.Dimension.Kind == catalog.KindNumber
			dimensions = append(dimensions, key{i, false})
		case c.Role == Metric && measured < 0 && c.Metric.Stage == "":
			measured = i
		}
	}
	keys = append(keys, times...)
	if len(q.Query.OrderBy) == 0 && measured >= 0 && !numeric {
		keys = append(keys, key{measured, true})
	}
	keys = append(keys, dimensions...)
	place := func(v any, c Column) any {
		if c.Dimension.Funnel {
			return int64(slices.Index(c.Dimension.Values, v.(string)))
		}
		return v
	}
	keys = append(keys, stages...)
	slices.SortStableFunc(a.Rows, func(x, y []any) int {
		for _, k := range keys {
			if c := Compare(place(x[k.at], a.Columns[k.at]), place(y[k.at], a.Columns[k.at]), k.desc); c != 0 {
				return c
			}
		}
		return 0
	})
}

// Compare compares two values of one column: texts by bytes. No value comes last in both
// directions.
func Compare(a, b any, desc bool) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	result := 0
	switch a := a.(type) {
	case int64:
		result = cmp.Compare(a, b.(int64))
	case float64:
		result = cmp.Compare(a, b.(float64))
	case time.Time:
		result = a.Compare(b.(time.Time))
	case string:
		result = cmp.Compare(a, b.(string))
	}
	if desc {
		return -result
	}
	return result
}

// percentile interpolates linearly between the sorted values.
func percentile(values []float64, p float64) float64 {
	at := p * float64(len(values)-1)
	below := math.Floor(at)
	low := values[int(below)]
	high := values[min(int(below)+1, len(values)-1)]
	return low + (at-below)*(high-low)
}
