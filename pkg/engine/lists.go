package engine

import (
	"context"
	"errors"

	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/query"
)

// details lists rows. It finds them in memory, and reads their texts from the database.
func (e *Engine) details(ctx context.Context, in measure.Question, l limit) (*Result, error) {
	if err := in.CheckRelations(); err != nil {
		return nil, err
	}
	result := &Result{Query: in.Query, Location: in.Location, Range: in.Range, Notices: unknownNotice(in)}
	p, err := e.findPage(ctx, in, result)
	if err != nil {
		return nil, err
	}
	result.Total, result.Rows = p.total, p.rows
	for _, c := range p.columns {
		result.Columns = append(result.Columns, Column{Column: c})
	}
	e.tellCut(result, answer{total: p.total, cut: p.cut}, l)
	if p.cut != whole && len(p.rows) > 0 {
		result.Next = p.places[len(p.rows)-1].Cursor().Format()
	}
	return result, nil
}

// findPage finds the page of a list in memory, or in shares if the messages do not fit
// there. It adds to the result what is said about that.
func (e *Engine) findPage(ctx context.Context, in measure.Question, result *Result) (*page, error) {
	needs := measure.ListNeeds(in)
	set, err := e.facts(ctx, in.Source, needs)
	if err == nil {
		result.SQL, result.Notices = postgres.Text(set.SQL, set.Args), append(result.Notices, outdated(in, set)...)
		return e.listPage(ctx, in, set, e.room(ctx))
	}
	if !errors.Is(err, facts.ErrTooLarge) {
		return nil, err
	}
	var all *page
	read, err := e.inShares(ctx, in.Source, measure.SharedBy(in.Query.DetailsFact()), needs, func() measurer {
		all = nil
		return func(set *facts.Set) error {
			// The memory of the request is counted at the end: who waits for it would
			// keep all others of the pass waiting.
			p, err := e.listPage(ctx, in, set, &room{max: e.settings.MaxBytes})
			if err != nil {
				return err
			}
			all = all.join(p, in.Query)
			return all.fit(&room{max: e.settings.MaxBytes})
		}
	})
	if err != nil {
		return nil, err
	}
	result.SQL, result.Notices = postgres.Text(read.sql, read.args), append(result.Notices, read.notice(in)...)
	return all, all.fit(e.room(ctx))
}

// A page is some rows of a list, in order.
type page struct {
	columns []measure.Column
	rows    [][]any
	places  []measure.Place
	// total is the number of rows of the list, cut why these are not all.
	total int64
	cut   cut
}

// listPage finds a page in facts and reads its texts, as many rows as there is room for.
func (e *Engine) listPage(ctx context.Context, in measure.Question, set *facts.Set, room *room) (*page, error) {
	list, err := measure.NewList(in, set, e.sharedPages(ctx, set))
	if err != nil {
		return nil, err
	}
	p := &page{columns: list.Columns, total: list.Total}
	if list.More {
		p.cut = byRows
	}
	err = list.Rows(func(values []any) error {
		if err := room.check(); err != nil {
			p.cut = byBytes
			return err
		}
		for _, v := range finish(in, list.Columns, values) {
			room.add(v)
		}
		p.rows, p.places = append(p.rows, values), append(p.places, list.Place(len(p.rows)))
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	return p, nil
}

// finish makes the values of a row those that people get.
func finish(in measure.Question, columns []measure.Column, values []any) []any {
	for i, c := range columns {
		values[i] = normal(values[i])
		if c.ID == "link" {
			values[i] = link(in.ChatURL, values[i])
		}
	}
	return values
}

// join returns the page of the rows of both.
func (p *page) join(other *page, q query.Query) *page {
	if p == nil {
		return other
	}
	desc := len(q.OrderBy) == 0 || q.OrderBy[0].Desc
	both := &page{columns: p.columns, total: p.total + other.total, cut: p.cut}
	if both.cut == whole {
		both.cut = other.cut
	}
	a, b := 0, 0
	for len(both.rows) < q.Limit && (a < len(p.rows) || b < len(other.rows)) {
		// Which row follows the last one of a page that was cut is not known.
		if a == len(p.rows) && p.cut != whole {
			both.cut = p.cut
			return both
		}
		if b == len(other.rows) && other.cut != whole {
			both.cut = other.cut
			return both
		}
		first, at := p, &a
		if a == len(p.rows) || b < len(other.rows) && other.places[b].Compare(p.places[a], desc) < 0 {
			first, at = other, &b
		}
		both.rows, both.places = append(both.rows, first.rows[*at]), append(both.places, first.places[*at])
		*at++
	}
	if a < len(p.rows) || b < len(other.rows) {
		both.cut = byRows
	}
	return both
}

// fit keeps the first rows of the page, as many as there is room for.
func (p *page) fit(room *room) error {
	n, err := room.fitting(p.rows)
	if err == nil && n < len(p.rows) {
		p.rows, p.places, p.cut = p.rows[:n], p.places[:n], byBytes
	}
	return err
}
