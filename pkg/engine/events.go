package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/postgres"
)

// burstDays is how long a range can be that is looked at hour by hour.
const burstDays = 450

// events lists the events of a report in the order of time. Where there are more
// than the limit the latest are kept.
func (e *Engine) events(ctx context.Context, in measure.Question, l limit) (*Result, error) {
	texts := catalog.In(in.Query.Language)
	result := &Result{Query: in.Query, Location: in.Location, Range: in.Range, Notices: unknownNotice(in)}
	if first := in.Range.To.AddDate(0, 0, -burstDays); in.Query.Report == "failure_bursts" && in.Range.From.Before(first) {
		in.Range.From = first
		result.Notices = append(result.Notices, texts.Notice("bursts", texts.Count(burstDays)))
	}
	measured, err := e.findEvents(ctx, in)
	if err != nil {
		return nil, err
	}
	answer := measured.answers[0]
	found, err := e.limited(ctx, in, answer)
	if err != nil {
		return nil, err
	}
	result.SQL, result.Notices = postgres.Text(measured.sql, measured.args), append(result.Notices, measured.notices...)
	for _, c := range answer.Columns {
		result.Columns = append(result.Columns, Column{Column: c})
	}
	slices.Reverse(found.rows)
	result.Rows = found.rows
	e.tellCut(result, found, l)
	return result, nil
}

// findEvents finds the events, the latest first.
func (e *Engine) findEvents(ctx context.Context, in measure.Question) (measured, error) {
	if err := in.CheckRelations(); err != nil {
		return measured{}, err
	}
	switch in.Query.Report {
	case "campaign_sends":
		in.Query = measure.SendsQuery(in.Query)
		found, err := e.measure(ctx, measure.Needs(in), in)
		if err == nil {
			measure.KeepSends(found.answers[0])
		}
		return found, err
	case "failure_bursts":
		bursts, err := measure.NewBursts(in)
		if err != nil {
			return measured{}, err
		}
		return e.collect(ctx, in, bursts.Needs(), func() collector {
			bursts, _ := measure.NewBursts(in) // as above
			return bursts
		})
	}
	return e.templateChanges(ctx, in)
}

// templateChanges finds changes of templates. They look much further back than any other
// report, and need only messages with a template: these are read for themselves.
func (e *Engine) templateChanges(ctx context.Context, in measure.Question) (measured, error) {
	changes := measure.NewChanges(in)
	needs, templatesOnly := changes.Needs()
	if templatesOnly {
		var set *facts.Set
		err := e.db.Read(ctx, func(ctx context.Context, tx pgx.Tx) (err error) {
			set, err = facts.BuildShare(ctx, tx, in.Source, needs, e.settings.MaxMemory, facts.Share{TemplatesOnly: true})
			return err
		})
		if err == nil {
			changes.Add(set)
			return measured{answers: []*measure.Answer{changes.Answer()}, sql: set.SQL, args: set.Args}, nil
		}
		if !errors.Is(err, facts.ErrTooLarge) {
			return measured{}, err
		}
	}
	return e.collect(ctx, in, needs, func() collector { return measure.NewChanges(in) })
}

// A collector finds the events in facts, which may come in shares.
type collector interface {
	Add(set *facts.Set)
	Answer() *measure.Answer
}

func (e *Engine) collect(ctx context.Context, in measure.Question, needs facts.Needs, begin func() collector) (measured, error) {
	c := begin()
	set, err := e.facts(ctx, in.Source, needs)
	if err == nil {
		c.Add(set)
		return measured{answers: []*measure.Answer{c.Answer()}, sql: set.SQL, args: set.Args, notices: outdated(in, set)}, nil
	}
	if !errors.Is(err, facts.ErrTooLarge) {
		return measured{}, err
	}
	read, err := e.inShares(ctx, in.Source, facts.WholeContacts, needs, func() measurer {
		c = begin()
		return func(set *facts.Set) error {
			c.Add(set)
			return nil
		}
	})
	if err != nil {
		return measured{}, err
	}
	return measured{answers: []*measure.Answer{c.Answer()}, sql: read.sql, args: read.args, notices: read.notice(in)}, nil
}
