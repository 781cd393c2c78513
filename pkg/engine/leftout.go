package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/source"
)

const (
	// leftOutFor is how long a count of rows that are left out serves the panels of a
	// range, leftOutWithin how long counting may take: an answer does not wait longer.
	leftOutFor    = 5 * time.Minute
	leftOutWithin = 3 * time.Second
	leftOutRanges = 256
)

// leftOut is the number of rows of a relation that a column makes unusable, or that
// lose the column's value.
type leftOut struct {
	relation, column string
	rows             int64
	examples         []string
}

// leftOutCounts are the counts of relations and ranges.
type leftOutCounts struct {
	counting singleflight.Group

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
func (e *Engine) leftOutNotices(ctx context.Context, in measure.Question) []string {
	r := calendar.Range{From: in.Range.From.Truncate(time.Hour), To: in.Range.To.Add(time.Hour - time.Nanosecond).Truncate(time.Hour)}
	ctx, cancel := context.WithTimeout(ctx, leftOutWithin)
	defer cancel()
	texts := catalog.In(in.Query.Language)
	var notices []string
	for _, relation := range leftOutRelations(in) {
		for _, l := range e.leftOutOf(ctx, in.Source, relation, r) {
			notices = append(notices, texts.Notice("left_out_"+l.reason(), texts.Count(l.rows), l.relation, l.column, strings.Join(l.examples, ", ")))
		}
	}
	return notices
}

// leftOutOf counts the rows of a relation that are left out. All who ask for the same
// count share one, but for those who want everything read anew.
func (e *Engine) leftOutOf(ctx context.Context, s *source.Source, relation string, r calendar.Range) []leftOut {
	if isFresh(ctx) {
		return e.countLeftOut(ctx, s, relation, r)
	}
	key := fmt.Sprint(relation, r.From.Unix(), r.To.Unix())
	known := func() (leftOutCount, bool) {
		e.leftOut.mu.Lock()
		defer e.leftOut.mu.Unlock()
		count, ok := e.leftOut.counts[key]
		return count, ok && time.Since(count.at) <= leftOutFor
	}
	if count, ok := known(); ok {
		return count.found
	}
	counting := e.leftOut.counting.DoChan(key, func() (any, error) {
		if count, ok := known(); ok {
			return count.found, nil
		}
		// Whoever asked first may leave, and the others still wait.
		count := leftOutCount{e.countLeftOut(context.WithoutCancel(ctx), s, relation, r), time.Now()}
		e.leftOut.mu.Lock()
		defer e.leftOut.mu.Unlock()
		if e.leftOut.counts == nil || len(e.leftOut.counts) >= leftOutRanges {
			e.leftOut.counts = map[string]leftOutCount{}
		}
		e.leftOut.counts[key] = count
		return count.found, nil
	})
	select {
	case <-ctx.Done():
		return nil
	case count := <-counting:
		found, _ := count.Val.([]leftOut)
		return found
	}
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
func leftOutRelations(in measure.Question) (relations []string) {
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
	if slices.ContainsFunc(in.Query.Metrics, func(id string) bool { m, _ := catalog.LookupMetric(id); return m.Unknown != "" }) {
		wanted = append(wanted, "rate_card", "billing_rule")
	}
	slices.Sort(wanted)
	return slices.DeleteFunc(wanted, func(relation string) bool { return in.Source.LeftOut[relation] == "" })
}

func (e *Engine) countLeftOut(ctx context.Context, s *source.Source, relation string, r calendar.Range) []leftOut {
	ctx, cancel := context.WithTimeout(ctx, leftOutWithin)
	defer cancel()
	sql, args := facts.LeftOutSQL(s, []string{relation}, r.From, r.To)
	var found []leftOut
	err := e.db.Query(ctx, sql, args, func(values []any) error {
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
