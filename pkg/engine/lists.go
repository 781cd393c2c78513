package engine

import (
	"context"
	"errors"
	"time"

	"github.com/parley-reports/parley/pkg/compile"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/measure"
)

// details lists rows. It finds them in memory, and reads their texts from the database.
func (e *Engine) details(ctx context.Context, in compile.Input, l limit) (*Result, error) {
	if err := compile.CheckRelations(in); err != nil {
		return nil, err
	}
	set, err := e.facts(ctx, in.Source, measure.ListNeeds(in))
	if errors.Is(err, facts.ErrTooLarge) {
		return e.detailsBySQL(ctx, in, l)
	}
	if err != nil {
		return nil, err
	}
	list, err := measure.NewList(in, set, e.sharedPages(ctx, set))
	if err != nil {
		return nil, err
	}
	result := &Result{Query: in.Query, Location: in.Location, Range: in.Range, Total: list.Total, Notices: append(unknownNotice(in), outdated(in, set)...)}
	result.SQL = (&compile.Statement{SQL: set.SQL, Args: set.Args}).Text()
	for _, c := range list.Columns {
		result.Columns = append(result.Columns, Column{Column: c})
	}
	page := answer{total: list.Total}
	if list.More {
		page.cut = byRows
	}
	room := e.room(ctx)
	err = list.Rows(func(values []any) error {
		if err := room.check(); err != nil {
			page.cut = byBytes
			return err
		}
		for i, c := range result.Columns {
			values[i] = normal(values[i])
			if c.ID == "link" {
				values[i] = link(in.ChatURL, values[i])
			}
			room.add(values[i])
		}
		result.Rows = append(result.Rows, values)
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	e.tellCut(result, page, l)
	if page.cut != whole && len(result.Rows) > 0 {
		result.Next = list.Cursor(len(result.Rows) - 1).Format()
	}
	return result, nil
}

// detailsBySQL lists rows by the database, where there is no room for facts.
func (e *Engine) detailsBySQL(ctx context.Context, in compile.Input, l limit) (*Result, error) {
	st, err := compile.Details(in)
	if err != nil {
		return nil, err
	}
	result := &Result{Query: in.Query, Location: in.Location, Range: in.Range, SQL: st.Text(), Notices: unknownNotice(in)}
	for _, c := range st.Columns {
		if c.Role != compile.Position {
			result.Columns = append(result.Columns, Column{Column: c})
		}
	}
	page, err := e.read(ctx, st)
	if err != nil {
		return nil, err
	}
	rows := page.rows
	if result.Total, err = e.total(ctx, in, st, rows); err != nil {
		return nil, err
	}
	width := len(result.Columns)
	for _, row := range rows {
		for i, c := range result.Columns {
			if c.ID == "link" {
				row[i] = link(in.ChatURL, row[i])
			}
		}
		result.Rows = append(result.Rows, row[:width])
	}
	page.total = result.Total
	e.tellCut(result, page, l)
	if page.cut != whole && len(rows) > 0 {
		last := rows[len(rows)-1][width:]
		cursor := compile.Cursor{At: last[1].(time.Time), ID: last[2].(string)}
		if sort, ok := last[0].(string); ok {
			cursor.Sort = &sort
		}
		result.Next = cursor.Format()
	}
	return result, nil
}

// total is the number of rows that a details query has altogether: the first page
// brings it along, a later one asks for it.
func (e *Engine) total(ctx context.Context, in compile.Input, st *compile.Statement, rows [][]any) (total int64, err error) {
	if in.Query.After == "" {
		if len(rows) > 0 {
			total = rows[0][len(st.Columns)-1].(int64)
		}
		return total, nil
	}
	count, err := compile.Count(in)
	if err != nil {
		return 0, err
	}
	err = e.db.Query(ctx, count.SQL, count.Args, func(values []any) error {
		total = values[0].(int64)
		return nil
	})
	return total, err
}
