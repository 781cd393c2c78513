package engine

import (
	"context"
	"errors"

	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/measure"
)

// A measured is what was found for a question, and how.
type measured struct {
	// answers are those of the inputs.
	answers []*measure.Answer
	sql     string
	args    []any
	notices []string
}

// measure answers questions over the same facts: from memory, or in shares if these do not
// fit in memory.
func (e *Engine) measure(ctx context.Context, needs facts.Needs, ins ...measure.Question) (measured, error) {
	set, err := e.facts(ctx, ins[0].Source, needs)
	if errors.Is(err, facts.ErrTooLarge) {
		return e.measureInShares(ctx, needs, ins)
	}
	if err != nil {
		return measured{}, err
	}
	found := measured{sql: set.SQL, args: set.Args, notices: outdated(ins[0], set)}
	for _, in := range ins {
		answer, err := measure.Aggregate(in, set)
		if err != nil {
			return measured{}, err
		}
		found.answers = append(found.answers, answer)
	}
	return found, nil
}

func (e *Engine) measureInShares(ctx context.Context, needs facts.Needs, ins []measure.Question) (measured, error) {
	var found measured
	var aggregations []*measure.Aggregation
	for _, in := range ins {
		a, err := measure.NewAggregation(in, true)
		if err != nil {
			return measured{}, err
		}
		aggregations = append(aggregations, a)
	}
	for _, by := range measure.Shares(ins[0]) {
		var parts []*measure.Aggregation
		needs := facts.Needs{Since: needs.Since, Parts: measure.NeedsOf(ins[0], by).Parts}
		read, err := e.inShares(ctx, ins[0].Source, by, needs, func() measurer {
			parts = nil
			for _, in := range ins {
				a, _ := measure.NewAggregation(in, true) // as above
				parts = append(parts, a)
			}
			return func(set *facts.Set) error {
				for _, a := range parts {
					a.AddOf(set, by)
				}
				return nil
			}
		})
		if err != nil {
			return measured{}, err
		}
		for i, a := range aggregations {
			a.Join(parts[i])
		}
		found.sql, found.args, found.notices = read.sql, read.args, read.notice(ins[0])
	}
	for _, a := range aggregations {
		found.answers = append(found.answers, a.Answer())
	}
	return found, nil
}

// limited keeps as many rows of an answer as the limits allow.
func (e *Engine) limited(ctx context.Context, in measure.Question, found *measure.Answer) (answer, error) {
	var a answer
	if len(found.Buckets) == 0 && (len(in.Query.GroupBy) > 0 || len(in.Query.Metrics) == 0) {
		a.total = int64(len(found.Rows))
	}
	a.rows = found.Rows[:min(len(found.Rows), in.Query.Limit+1)]
	n, err := e.room(ctx).fitting(a.rows)
	switch {
	case err != nil:
		return answer{}, err
	case n < len(a.rows):
		a.rows, a.cut = a.rows[:n], byBytes
	case n > in.Query.Limit:
		a.rows, a.cut = a.rows[:in.Query.Limit], byRows
	}
	return a, nil
}
