package engine

import (
	"context"
	"slices"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/compile"
)

// burstDays is how long a range can be that is looked at hour by hour.
const burstDays = 450

// events lists the events of a report in the order of time. Where there are more
// than the limit the latest are kept.
func (e *Engine) events(ctx context.Context, in compile.Input, l limit) (*Result, error) {
	texts := catalog.In(in.Query.Language)
	result := &Result{Query: in.Query, Location: in.Location, Range: in.Range, Notices: unknownNotice(in)}
	if first := in.Range.To.AddDate(0, 0, -burstDays); in.Query.Report == "failure_bursts" && in.Range.From.Before(first) {
		in.Range.From = first
		result.Notices = append(result.Notices, texts.Notice("bursts", texts.Count(burstDays)))
	}
	st, err := compile.Events(in)
	if err != nil {
		return nil, err
	}
	result.SQL = st.Text()
	for _, c := range st.Columns {
		result.Columns = append(result.Columns, Column{Column: c})
	}
	found, err := e.read(ctx, st)
	if err != nil {
		return nil, err
	}
	slices.Reverse(found.rows)
	result.Rows = found.rows
	e.tellCut(result, found, l)
	return result, nil
}
