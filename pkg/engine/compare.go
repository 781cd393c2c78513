package engine

import (
	"context"
	"fmt"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/compile"
)

// compare adds to each metric its value in the other period. Buckets pair by
// their place, groups by their keys. A group that only one period has is empty
// in the other; a bucket that the other period lacks has no value there.
func (e *Engine) compare(ctx context.Context, in compile.Input, st *compile.Statement, result *Result) error {
	if in.Query.Compare == "previous_year" {
		in.Range = calendar.PreviousYear(in.Range, in.Location)
	} else {
		in.Range = calendar.Previous(in.Range, in.Location)
	}
	result.Before = in.Range
	other, err := compile.Aggregate(in)
	if err != nil {
		return err
	}
	before, cut, err := e.read(ctx, other)
	if err != nil {
		return err
	}
	if cut {
		result.Notices = append(result.Notices, fmt.Sprintf("Only the first %d rows of the other period are compared.", len(before)))
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
	for _, row := range fill(other, before) {
		unpaired[key(row)] = row
		order = append(order, key(row))
	}
	beside := func(row, previous []any) []any {
		var both []any
		for i, c := range st.Columns {
			both = append(both, row[i])
			switch {
			case c.Role != compile.Metric:
			case previous != nil:
				both = append(both, previous[i])
			case place(row) > int64(len(other.Buckets)):
				both = append(both, nil)
			default:
				both = append(both, zero(c.Metric))
			}
		}
		return both
	}
	rows := make([][]any, 0, len(result.Rows))
	for _, row := range result.Rows {
		rows = append(rows, beside(row, unpaired[key(row)]))
		delete(unpaired, key(row))
	}
	for _, k := range order {
		if row := unpaired[k]; row != nil && place(row) <= int64(len(st.Buckets)) {
			now := emptyLike(st.Columns, row)
			if timeAt >= 0 {
				now[timeAt] = row[timeAt]
			}
			rows = append(rows, beside(now, row))
		}
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
