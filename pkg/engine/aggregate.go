package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/query"
)

// aggregate answers a query for metrics.
func (e *Engine) aggregate(ctx context.Context, in measure.Question, l limit) (*Result, error) {
	notices := unknownNotice(in)
	// No sum without the number of rows that are missing from it.
	uncounted := uncountedOf(in.Query.Metrics)
	if uncounted != "" {
		in.Query.Metrics = append(slices.Clone(in.Query.Metrics), uncounted)
	}
	if err := in.CheckRelations(); err != nil {
		return nil, err
	}
	needs, ins := measure.Needs(in), []measure.Question{in}
	if in.Query.Compare != "none" {
		other := in
		other.Range = before(in)
		// The first of one period need not be the first of the other.
		other.Query.Limit = e.settings.MaxRows
		needs.Since, ins = other.Range.From, append(ins, other)
	}
	found, err := e.measure(ctx, needs, ins...)
	if err != nil {
		return nil, err
	}
	st := found.answers[0]
	now, err := e.limited(ctx, in, st)
	if err != nil {
		return nil, err
	}
	result := &Result{Query: in.Query, Location: in.Location, Range: in.Range, SQL: postgres.Text(found.sql, found.args), Unknown: unknownMetrics(in), Notices: append(notices, found.notices...)}
	for _, c := range st.Columns {
		result.Columns = append(result.Columns, Column{Column: c})
	}
	if result.Rows, err = fill(st, in.Query.Limit, now); err != nil {
		return nil, err
	}
	if len(ins) > 1 {
		if err = e.compare(ctx, ins[1], st, found.answers[1], result, &now); err != nil {
			return nil, err
		}
	}
	e.tellCut(result, now, l)
	result.blank()
	if !in.Source.Has("rate_card") {
		result.blankCosts()
	}
	if len(st.Buckets) > 0 {
		result.sort(in.Query.OrderBy)
	}
	for i, b := range result.Columns {
		if b.Role == measure.Time {
			for _, row := range result.Rows {
				row[i] = st.Buckets[row[i].(int64)-1].Start
			}
		}
	}
	result.Notices = append(result.Notices, costNotice(result, st.Gaps, in.Source.Has("rate_card"))...)
	if uncounted != "" {
		result.withoutMetric(uncounted)
	}
	return result, nil
}

// sort brings the rows into the order that the query asks for. Cutting by time has
// put them into the order of time.
func (r *Result) sort(orders []query.Order) {
	for _, o := range slices.Backward(orders) {
		at := slices.IndexFunc(r.Columns, func(c Column) bool { return c.ID == o.By })
		slices.SortStableFunc(r.Rows, func(a, b []any) int {
			return measure.Compare(a[at], b[at], o.Desc)
		})
	}
}

// blankCosts takes away sums of 0 from which something is missing: without rates
// they say nothing of what was paid. Where no cost is left that is more than 0, the
// metric is unknown.
func (r *Result) blankCosts() {
	blanked, told := "", false
	for at, c := range r.Columns {
		if c.Metric.Unknown == "" {
			continue
		}
		missing := slices.IndexFunc(r.Columns, func(other Column) bool { return other.Metric.ID == c.Metric.Unknown && other.Previous == c.Previous })
		for _, row := range r.Rows {
			usd, _ := row[at].(float64)
			told = told || usd > 0
			if n, _ := row[missing].(int64); n > 0 && usd == 0 {
				row[at], blanked = nil, c.Metric.ID
			}
		}
	}
	if blanked != "" && !told {
		r.Unknown = append(r.Unknown, blanked)
	}
}

// uncountedOf returns the metric that counts what is missing from a sum, if the metrics
// have the sum without it.
func uncountedOf(metrics []string) string {
	for _, id := range metrics {
		if m, _ := catalog.LookupMetric(id); m.Unknown != "" && !slices.Contains(metrics, m.Unknown) {
			return m.Unknown
		}
	}
	return ""
}

// withoutMetric takes a metric out of the result.
func (r *Result) withoutMetric(id string) {
	dropped := func(i int) bool { return r.Columns[i].Metric.ID == id }
	for n, row := range r.Rows {
		kept := make([]any, 0, len(row))
		for i, v := range row {
			if !dropped(i) {
				kept = append(kept, v)
			}
		}
		r.Rows[n] = kept
	}
	r.Columns = slices.DeleteFunc(slices.Clone(r.Columns), func(c Column) bool { return c.Metric.ID == id })
	r.Query.Metrics = slices.DeleteFunc(slices.Clone(r.Query.Metrics), func(m string) bool { return m == id })
}

// fill adds the buckets in which nothing happened: for every group that the
// answer has, or for the whole where it has no groups. It fails where the rows
// were cut off, or would be: a series with an end missing is no series.
func fill(st *measure.Answer, limit int, a answer) ([][]any, error) {
	rows := a.rows
	if len(st.Buckets) == 0 {
		return rows, nil
	}
	if a.cut != whole {
		return nil, tooManyRows(len(rows))
	}
	timeAt := columnOf(st.Columns, measure.Time)
	seen := map[string]map[int64]bool{}
	var groups [][]any
	for _, row := range rows {
		key := groupKey(st.Columns, row)
		if seen[key] == nil {
			seen[key] = map[int64]bool{}
			groups = append(groups, row)
		}
		seen[key][toInt(row[timeAt])] = true
		row[timeAt] = toInt(row[timeAt])
	}
	if len(groups) == 0 {
		groups = ungrouped(st.Columns)
	}
	if len(groups)*len(st.Buckets) > limit {
		return nil, tooManyRows(limit)
	}
	// In the order of time, new rows after those of the answer.
	byBucket := make([][][]any, len(st.Buckets))
	for _, row := range rows {
		i := row[timeAt].(int64) - 1
		byBucket[i] = append(byBucket[i], row)
	}
	var filled [][]any
	for i := range st.Buckets {
		filled = append(filled, byBucket[i]...)
		for _, g := range groups {
			if !seen[groupKey(st.Columns, g)][int64(i+1)] {
				row := emptyLike(st.Columns, g)
				row[timeAt] = int64(i + 1)
				emptyShares(st.Columns, row, byBucket[i])
				filled = append(filled, row)
			}
		}
	}
	return filled, nil
}

func tooManyRows(limit int) error {
	return &query.Error{Message: fmt.Sprintf("the result has more than %d rows: choose a longer interval, a shorter time range, fewer groups or more filters", limit)}
}

// ungrouped are the groups that an answer has although it has no rows: the
// whole, or the stages of the whole.
func ungrouped(columns []measure.Column) [][]any {
	whole := make([]any, len(columns))
	groups := [][]any{whole}
	for i, c := range columns {
		switch {
		case c.Dimension.Funnel:
			groups = nil
			for _, stage := range c.Dimension.Values {
				row := slices.Clone(whole)
				row[i] = stage
				groups = append(groups, row)
			}
		case c.Role == measure.Key:
			return nil
		}
	}
	return groups
}

func columnOf(columns []measure.Column, role measure.Role) int {
	for i, c := range columns {
		if c.Role == role {
			return i
		}
	}
	return -1
}

func toInt(v any) int64 {
	if n, ok := v.(int64); ok {
		return n
	}
	return 0
}

// groupKey identifies the group of a row, time apart.
func groupKey(columns []measure.Column, row []any) string {
	var b strings.Builder
	for i, c := range columns {
		if c.Role == measure.Key {
			fmt.Fprintf(&b, "%T%v\x1f", row[i], row[i])
		}
	}
	return b.String()
}

// emptyLike is a row of the same group in which nothing happened.
func emptyLike(columns []measure.Column, row []any) []any {
	empty := make([]any, len(columns))
	for i, c := range columns {
		switch {
		case c.Role == measure.Key || c.Role == measure.Name:
			empty[i] = row[i]
		case c.Role == measure.Metric:
			empty[i] = zero(c.Metric)
		}
	}
	return empty
}

// emptyShares sets the shares of a row to 0 where its bucket has a whole, which
// shows in the other rows of the bucket.
func emptyShares(columns []measure.Column, row []any, bucket [][]any) {
	for i, c := range columns {
		if c.Metric.ShareOf != "" && slices.ContainsFunc(bucket, func(other []any) bool { return other[i] != nil }) {
			row[i] = float64(0)
		}
	}
}

// zero is the value of a metric where nothing happened.
func zero(m catalog.Metric) any {
	switch {
	case m.Unit == catalog.Count:
		return int64(0)
	case m.Additive:
		return float64(0)
	}
	return nil
}
