package engine

import (
	"context"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/compile"
	"github.com/parley-reports/parley/pkg/hours"
)

// hours reads the working hours where the query needs them. They are few, and people
// change them: they are read for each query.
func (e *Engine) hours(ctx context.Context, in compile.Input) (*hours.Schedule, error) {
	if !compile.NeedsHours(in.Query) {
		return nil, nil
	}
	rows, err := hours.Read(ctx, e.db, in.Source)
	if err != nil {
		return nil, err
	}
	return hours.New(rows), nil
}

// namedOwners is how many lines and teams a notice names.
const namedOwners = 3

// hoursNotices say whose working hours are left out: those in a zone that nobody
// knows, and single rows that cannot be read.
func hoursNotices(in compile.Input) []string {
	if in.Hours == nil {
		return nil
	}
	texts := catalog.In(in.Query.Language)
	var sentences []string
	for _, p := range in.Hours.Problems {
		owner := texts.Notice("hours_line", p.Line)
		if p.Line == "" {
			owner = texts.Notice("hours_team", p.Team)
		}
		if p.Zone != "" {
			sentences = append(sentences, texts.Notice("hours_zone", owner, p.Zone))
		} else {
			sentences = append(sentences, texts.Notice("hours_row", owner, p.Reason))
		}
	}
	if more := len(sentences) - namedOwners; more > 0 {
		sentences = append(sentences[:namedOwners], texts.Notice("hours_more", texts.Count(int64(more))))
	}
	if len(sentences) == 0 {
		return nil
	}
	return []string{strings.Join(sentences, " ")}
}
