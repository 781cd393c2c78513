package engine

import (
	"context"
	"errors"
	"math"

	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/query"
)

// Stream answers a request row by row: it calls begin with the result, which has no rows,
// and then row with each of them. A details query has no limit but its own. The error is
// as Run's, or that of begin or row, which end it.
func (e *Engine) Stream(ctx context.Context, r Request, begin func(*Result) error, row func(values []any) error) error {
	if !r.Query.IsList() {
		return e.streamWhole(ctx, r, begin, row)
	}
	ctx = context.WithValue(ctx, memoryKey{}, r.Memory)
	in, _, notices, err := e.bind(ctx, r)
	if err != nil {
		return err
	}
	if missing := missingOf(in); r.Partial && len(missing.relations) > 0 {
		return e.streamWhole(ctx, r, begin, row) // few rows, or none
	}
	if err := in.CheckRelations(); err != nil {
		return err
	}
	if r.Query.Limit == 0 {
		in.Query.Limit = math.MaxInt32
	}
	set, err := e.facts(ctx, in.Source, measure.ListNeeds(in))
	if errors.Is(err, facts.ErrTooLarge) {
		return e.streamPages(ctx, r, begin, row)
	}
	if err != nil {
		return err
	}
	list, err := measure.NewList(in, set, func(sql string, args []any, row func(values []any) error) error {
		return e.db.Query(ctx, sql, args, row)
	})
	if err != nil {
		return err
	}
	result := &Result{Query: in.Query, Location: in.Location, Range: in.Range, SQL: postgres.Text(set.SQL, set.Args), Total: list.Total, Notices: notices}
	for _, c := range list.Columns {
		result.Columns = append(result.Columns, Column{Column: c})
	}
	result.Notices = append(append(append(result.Notices, unknownNotice(in)...), outdated(in, set)...), hoursNotices(in)...)
	result.Notices = append(result.Notices, e.leftOutNotices(ctx, in)...)
	if err := begin(result); err != nil {
		return err
	}
	return list.Rows(func(values []any) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return row(finish(in, list.Columns, values))
	})
}

// streamWhole answers a query whose answer comes as a whole.
func (e *Engine) streamWhole(ctx context.Context, r Request, begin func(*Result) error, row func(values []any) error) error {
	result, err := e.Run(ctx, r)
	if err != nil {
		return err
	}
	rows := result.Rows
	result.Rows = nil
	if err := begin(result); err != nil {
		return err
	}
	for _, values := range rows {
		if err := row(values); err != nil {
			return err
		}
	}
	return nil
}

// streamPages reads a list page by page if the messages do not fit in memory.
func (e *Engine) streamPages(ctx context.Context, r Request, begin func(*Result) error, row func(values []any) error) error {
	left := r.Query.Limit
	if left == 0 {
		left = math.MaxInt
	}
	for first := true; ; first = false {
		r.Query.Limit = min(left, query.MaxLimit)
		page, err := e.Run(ctx, r)
		if err != nil {
			return err
		}
		rows := page.Rows
		page.Rows = nil
		if first {
			if err := begin(page); err != nil {
				return err
			}
		}
		for _, values := range rows {
			if err := row(values); err != nil {
				return err
			}
		}
		left -= len(rows)
		if r.Query.After = page.Next; page.Next == "" || left == 0 {
			return nil
		}
	}
}
