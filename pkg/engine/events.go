package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/compile"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/measure"
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
	st, found, err := e.findEvents(ctx, in)
	if err != nil {
		return nil, err
	}
	result.SQL = st.Text()
	for _, c := range st.Columns {
		result.Columns = append(result.Columns, Column{Column: c})
	}
	slices.Reverse(found.rows)
	result.Rows = found.rows
	e.tellCut(result, found, l)
	return result, nil
}

// findEvents finds the events in facts. Changes of templates look further back than facts
// go, and at days only: those the database finds, and the others where there is no room
// for facts.
func (e *Engine) findEvents(ctx context.Context, in compile.Input) (*compile.Statement, answer, error) {
	if err := compile.CheckRelations(in); err != nil {
		return nil, answer{}, err
	}
	var needs facts.Needs
	var find func(compile.Input, *facts.Set) (*measure.Answer, error)
	var err error
	switch in.Query.Report {
	case "campaign_sends":
		sends := in
		sends.Query = compile.Sends(in.Query)
		needs, find = measure.Needs(sends), measure.Sends
	case "failure_bursts":
		find = measure.Bursts
		if needs, err = measure.BurstNeeds(in); err != nil {
			return nil, answer{}, err
		}
	}
	if find != nil {
		set, err := e.facts(ctx, in.Source, needs)
		if err == nil {
			return e.limited(ctx, in, set, find)
		}
		if !errors.Is(err, facts.ErrTooLarge) {
			return nil, answer{}, err
		}
	}
	st, err := compile.Events(in)
	if err != nil {
		return nil, answer{}, err
	}
	found, err := e.read(ctx, st)
	return st, found, err
}
