package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/compile"
	"github.com/parley-reports/parley/pkg/source"
)

const (
	// leftOutFor is how long a count of rows that are left out serves the panels of a
	// range, leftOutWithin how long counting may take: an answer does not wait longer.
	leftOutFor    = 5 * time.Minute
	leftOutWithin = 3 * time.Second
	leftOutRanges = 64
)

// leftOut is the number of rows of a relation that a column makes unusable, or that
// lose the column's value.
type leftOut struct {
	relation, column string
	rows             int64
	examples         []string
}

// leftOutCounts are the counts of ranges, by the statement's arguments.
type leftOutCounts struct {
	mu     sync.Mutex
	counts map[string]leftOutCount
}

type leftOutCount struct {
	found []leftOut
	at    time.Time
}

// leftOutNotices says which rows of the query's relations are left out of its answer.
// Panels of about the same range share a count; where counting fails or takes too long
// there is no notice.
func (e *Engine) leftOutNotices(ctx context.Context, in compile.Input) []string {
	r := calendar.Range{From: in.Range.From.Truncate(time.Hour), To: in.Range.To.Add(time.Hour - time.Nanosecond).Truncate(time.Hour)}
	relations := leftOutRelations(in)
	if len(relations) == 0 {
		return nil
	}
	key := fmt.Sprint(relations, r.From.Unix(), r.To.Unix())
	e.leftOut.mu.Lock()
	count, counted := e.leftOut.counts[key]
	e.leftOut.mu.Unlock()
	if !counted || time.Since(count.at) > leftOutFor {
		count = leftOutCount{e.countLeftOut(ctx, in.Source, relations, r), time.Now()}
		if ctx.Err() != nil {
			return nil
		}
		e.leftOut.mu.Lock()
		if e.leftOut.counts == nil || len(e.leftOut.counts) >= leftOutRanges {
			e.leftOut.counts = map[string]leftOutCount{}
		}
		e.leftOut.counts[key] = count
		e.leftOut.mu.Unlock()
	}
	texts := catalog.In(in.Query.Language)
	var notices []string
	for _, l := range count.found {
		notices = append(notices, texts.Notice("left_out_"+l.reason(), texts.Count(l.rows), l.relation, l.column, strings.Join(l.examples, ", ")))
	}
	return notices
}

// reason is the notice that says what is wrong.
func (l leftOut) reason() string {
	relation, _ := source.LookupRelation(l.relation)
	at := slices.IndexFunc(relation.Columns, func(c source.Column) bool { return c.Name == l.column })
	switch {
	case l.column == source.Key(l.relation):
		return "id"
	case l.column == source.EventTime(l.relation):
		return "time"
	case l.column == "direction":
		return "direction"
	case at >= 0 && relation.Columns[at].Required:
		return "row"
	}
	return "value"
}

// leftOutRelations are the relations of the query of which rows may be left out.
func leftOutRelations(in compile.Input) (relations []string) {
	facts := []catalog.Fact{in.Query.DetailsFact()}
	for _, id := range in.Query.Metrics {
		m, _ := catalog.LookupMetric(id)
		facts = append(facts, m.Fact)
	}
	wanted := []string{"message"}
	if slices.ContainsFunc(facts, func(f catalog.Fact) bool {
		return !slices.Contains([]catalog.Fact{"", catalog.Message, catalog.Session, catalog.Initiation}, f)
	}) {
		wanted = append(wanted, "conversation", "conversation_event", "csat")
	}
	if slices.Contains(in.Query.Metrics, "cost_usd") {
		wanted = append(wanted, "rate_card", "billing_rule")
	}
	return slices.DeleteFunc(wanted, func(relation string) bool { return in.Source.LeftOut[relation] == "" })
}

func (e *Engine) countLeftOut(ctx context.Context, s *source.Source, relations []string, r calendar.Range) []leftOut {
	ctx, cancel := context.WithTimeout(ctx, leftOutWithin)
	defer cancel()
	st := compile.LeftOut(s, relations, r)
	var found []leftOut
	err := e.db.Query(ctx, st.SQL, st.Args, func(values []any) error {
		var l leftOut
		l.relation, _ = values[0].(string)
		l.column, _ = values[1].(string)
		l.rows, _ = values[2].(int64)
		for _, id := range values[3:] {
			if text, ok := id.(string); ok && !source.IsBlank(text) && !slices.Contains(l.examples, text) {
				l.examples = append(l.examples, text)
			}
		}
		if len(l.examples) == 0 {
			l.examples = []string{"-"}
		}
		found = append(found, l)
		return nil
	})
	if err != nil {
		return nil
	}
	return found
}
