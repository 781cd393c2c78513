package engine

import (
	"context"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/measure"
)

// logRange holds the millisecond in which the range ends as well: Grafana asks for
// older lines up to the millisecond of the oldest one that it has, and leaves out
// those that it has already.
func logRange(r calendar.Range) calendar.Range {
	return calendar.Range{From: r.From, To: r.To.Add(time.Millisecond)}
}

// log lists the lines of a log. Its query keeps the columns that were asked for,
// the answer has those besides of which lines are made.
func (e *Engine) log(ctx context.Context, in measure.Question, l limit) (*Result, error) {
	asked := in
	in.Query.Columns = in.Query.LogColumns()
	in.Range = logRange(in.Range)
	result, err := e.details(ctx, in, l)
	if err != nil {
		return nil, err
	}
	result.Query, result.Range = asked.Query, asked.Range
	return result, nil
}

// maxBars is how many bars the volume of a log may have.
const maxBars = 200

// logVolume counts the lines of a log in equal steps, by status where that is told.
func (e *Engine) logVolume(ctx context.Context, in measure.Question) (*Result, error) {
	log := in.Query
	in.Query.Metrics = []string{"messages_outbound", "messages_received"}
	if log.DetailsFact() == catalog.Initiation {
		in.Query.Metrics = []string{"initiations"}
	}
	if catalog.Records(log.DetailsFact(), "status", in.Source.Records) {
		in.Query.GroupBy = []string{"status"}
	}
	in.Query.Bucket, in.Query.Limit = "hour", e.settings.MaxRows
	in.Range = logRange(in.Range)
	in.Buckets = calendar.Steps(in.Range, maxBars, in.Location)
	result, err := e.aggregate(ctx, in, limit{})
	if err != nil {
		return nil, err
	}
	result.Query = log
	return result, nil
}
