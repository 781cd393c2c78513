package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
)

// compare adds to each metric its value in the other period. Buckets pair by
// their place, groups by their keys. A group that only one period has is empty
// in the other; a bucket that the other period lacks has no value there. It
// notes in now whether rows are left off: where the limit already did so, groups that
// only the other period has stay away.
func (e *Engine) compare(ctx context.Context, in measure.Question, st, other *measure.Answer, result *Result, now *answer) error {
	result.Before = in.Range
	earlier, err := e.limited(ctx, in, other)
	if err != nil {
		return err
	}
	before, otherCut := earlier.rows, earlier.cut != whole
	if otherCut {
		texts := catalog.In(in.Query.Language)
		result.Notices = append(result.Notices, texts.Notice("rows_before", texts.Count(int64(len(before)))))
	}
	if before, err = fill(other, in.Query.Limit, earlier); err != nil {
		return err
	}
	timeAt := columnOf(st.Columns, measure.Time)
	place := func(row []any) int64 {
		if timeAt < 0 {
			return 0
		}
		return row[timeAt].(int64)
	}
	key := func(row []any) string { return fmt.Sprint(groupKey(st.Columns, row), place(row)) }
	unpaired := map[string][]any{}
	var order []string
	for _, row := range before {
		unpaired[key(row)] = row
		order = append(order, key(row))
	}
	absentNow, absentBefore := absent(st.Columns, result.Rows, place), absent(st.Columns, before, place)
	beside := func(row, previous []any) []any {
		if previous == nil && !otherCut && place(row) <= int64(len(other.Buckets)) {
			previous = absentBefore(row)
		}
		var both []any
		for i, c := range st.Columns {
			both = append(both, row[i])
			switch {
			case c.Role != measure.Metric:
			case c.Metric.Fact == catalog.ConversationNow: // a state of now has none before
				both = append(both, nil)
			case previous != nil:
				both = append(both, previous[i])
			default:
				both = append(both, nil)
			}
		}
		return both
	}
	rows := make([][]any, 0, len(result.Rows))
	for _, row := range result.Rows {
		rows = append(rows, beside(row, unpaired[key(row)]))
		delete(unpaired, key(row))
	}
	cut := now.cut != whole
	var added [][]any
	for _, k := range order {
		row := unpaired[k]
		if row == nil || cut || place(row) > int64(len(st.Buckets)) {
			continue
		}
		added = append(added, beside(absentNow(row), row))
	}
	if !cut {
		now.total = int64(len(rows) + len(added))
	}
	result.Columns = nil
	for _, c := range st.Columns {
		result.Columns = append(result.Columns, Column{Column: c})
		if c.Role == measure.Metric {
			c.ID += "_previous"
			result.Columns = append(result.Columns, Column{Column: c, Previous: true})
		}
	}
	if timeAt >= 0 {
		rows = append(rows, added...)
		slices.SortStableFunc(rows, func(a, b []any) int { return cmp.Compare(place(a), place(b)) })
	} else {
		rows = merge(rows, added, result.placed(in.Query.OrderBy))
	}
	if len(added) > 0 && len(rows) > result.Query.Limit {
		if timeAt >= 0 {
			return tooManyRows(result.Query.Limit)
		}
		rows, now.cut = rows[:result.Query.Limit], byRows
	}
	result.Rows = rows
	return nil
}

// before is the range that an answer is compared with.
func before(in measure.Question) calendar.Range {
	if in.Query.Compare == "previous_year" {
		return calendar.PreviousYear(in.Range, in.Location)
	}
	return calendar.Previous(in.Range, in.Location)
}

// placed compares rows by the order of an answer without buckets: by the metrics and keys
// that the query orders by, else by the first metric from large to small, then by the keys.
func (r *Result) placed(orders []query.Order) func(a, b []any) int {
	numeric := true
	for _, c := range r.Columns {
		numeric = numeric && (c.Role != measure.Key || c.Dimension.Kind == catalog.KindNumber)
	}
	if measured := slices.IndexFunc(r.Columns, func(c Column) bool { return c.Role == measure.Metric }); len(orders) == 0 && measured >= 0 && !numeric {
		orders = []query.Order{{By: r.Columns[measured].ID, Desc: true}}
	}
	for _, c := range r.Columns {
		if c.Role == measure.Key {
			orders = append(slices.Clone(orders), query.Order{By: c.ID})
		}
	}
	return func(a, b []any) int {
		for _, o := range orders {
			at := slices.IndexFunc(r.Columns, func(c Column) bool { return c.ID == o.By })
			if at < 0 {
				continue
			}
			if c := measure.Compare(a[at], b[at], o.Desc); c != 0 {
				return c
			}
		}
		return 0
	}
}

// merge puts the added rows into rows that are in order, each before the first that
// comes after it.
func merge(rows, added [][]any, compare func(a, b []any) int) [][]any {
	slices.SortStableFunc(added, compare)
	merged := make([][]any, 0, len(rows)+len(added))
	for _, row := range rows {
		for len(added) > 0 && compare(added[0], row) < 0 {
			merged, added = append(merged, added[0]), added[1:]
		}
		merged = append(merged, row)
	}
	return append(merged, added...)
}

// absent makes the row of a group that these rows lack, like the other period's
// row of that group.
func absent(columns []measure.Column, rows [][]any, place func([]any) int64) func(like []any) []any {
	byPlace := map[int64][][]any{}
	for _, row := range rows {
		byPlace[place(row)] = append(byPlace[place(row)], row)
	}
	return func(like []any) []any {
		row := emptyLike(columns, like)
		if i := columnOf(columns, measure.Time); i >= 0 {
			row[i] = like[i]
		}
		emptyShares(columns, row, byPlace[place(like)])
		return row
	}
}
