package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/compile"
)

// compare adds to each metric its value in the other period. Buckets pair by
// their place, groups by their keys. A group that only one period has is empty
// in the other; a bucket that the other period lacks has no value there. It
// notes in now whether rows are left off: where the limit already did so, groups that
// only the other period has stay away.
func (e *Engine) compare(ctx context.Context, in compile.Input, st *compile.Statement, result *Result, now *answer) error {
	if in.Query.Compare == "previous_year" {
		in.Range = calendar.PreviousYear(in.Range, in.Location)
	} else {
		in.Range = calendar.Previous(in.Range, in.Location)
	}
	result.Before = in.Range
	// The first of one period need not be the first of the other.
	in.Query.Limit = e.settings.MaxRows
	other, err := compile.Aggregate(in)
	if err != nil {
		return err
	}
	earlier, err := e.read(ctx, other)
	if err != nil {
		return err
	}
	before, otherCut := earlier.rows, earlier.cut != whole
	if otherCut {
		texts := catalog.In(in.Query.Language)
		result.Notices = append(result.Notices, texts.Notice("rows_before", texts.Count(int64(len(before)))))
	}
	if before, err = fill(other, earlier); err != nil {
		return err
	}
	timeAt := columnOf(st.Columns, compile.Time)
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
			case c.Role != compile.Metric:
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
	if !cut {
		now.total = int64(len(rows))
	}
	for _, k := range order {
		row := unpaired[k]
		if row == nil || cut || place(row) > int64(len(st.Buckets)) {
			continue
		}
		if now.cut != whole || len(rows) == st.Limit {
			if timeAt >= 0 {
				return tooManyRows(st.Limit)
			}
			now.cut = byRows
			now.total++
			continue
		}
		now.total++
		rows = append(rows, beside(absentNow(row), row))
	}
	if timeAt >= 0 {
		slices.SortStableFunc(rows, func(a, b []any) int { return cmp.Compare(place(a), place(b)) })
	}
	result.Rows = rows
	result.Columns = nil
	for _, c := range st.Columns {
		result.Columns = append(result.Columns, Column{Column: c})
		if c.Role == compile.Metric {
			c.ID += "_previous"
			result.Columns = append(result.Columns, Column{Column: c, Previous: true})
		}
	}
	return nil
}

// absent makes the row of a group that these rows lack, like the other period's
// row of that group.
func absent(columns []compile.Column, rows [][]any, place func([]any) int64) func(like []any) []any {
	byPlace := map[int64][][]any{}
	for _, row := range rows {
		byPlace[place(row)] = append(byPlace[place(row)], row)
	}
	return func(like []any) []any {
		row := emptyLike(columns, like)
		if i := columnOf(columns, compile.Time); i >= 0 {
			row[i] = like[i]
		}
		emptyShares(columns, row, byPlace[place(like)])
		return row
	}
}
