package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/agree"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
)

// TestCompareIsTwoQuestions: what a comparison shows of each period is what a
// question about that period alone answers, whatever is asked and however the
// rows are ordered.
func TestCompareIsTwoQuestions(t *testing.T) {
	t.Parallel()
	data := small(12)
	e := load(t, data)
	facts := reference.Prepare(data, reference.Defaults())
	r := rand.New(rand.NewPCG(12, 1))
	compared := 0
	for range 30 {
		question := facts.RandomQuestion(r)
		q := question.Query
		by := append(slices.Clone(q.Metrics), q.GroupBy...)
		q.OrderBy = []query.Order{{By: by[r.IntN(len(by))], Desc: r.IntN(2) == 0}}
		ask := func(compare string, asked calendar.Range) (*engine.Result, bool) {
			q.Compare = compare
			result, err := e.Run(context.Background(), engine.Request{Query: q, Range: asked, Now: question.Now})
			if err != nil && !errors.As(err, new(*query.Error)) { // more than an answer may hold
				t.Fatalf("%v\nfor %+v", err, q)
			}
			return result, err == nil
		}
		both, ok := ask([]string{"previous_period", "previous_year"}[r.IntN(2)], calendar.Range{From: question.From, To: question.To})
		if !ok {
			continue
		}
		now, ok := ask("none", both.Range)
		before, okBefore := ask("none", both.Before)
		if !ok || !okBefore {
			continue
		}
		if difference := sideBySide(both, now, before); difference != "" {
			t.Errorf("%s\nfor %+v\nfrom %s to %s", difference, q, question.From, question.To)
		}
		compared += len(both.Rows)
	}
	if compared < 1000 {
		t.Errorf("only %d rows were compared", compared)
	}
}

// sideBySide tells where a comparison is not its two periods side by side.
func sideBySide(both, now, before *engine.Result) string {
	rowsOfNow, rowsBefore := byPlace(now), byPlace(before)
	rows := byPlace(both)
	if len(rows) != len(both.Rows) {
		return fmt.Sprintf("%d rows have %d keys", len(both.Rows), len(rows))
	}
	last, lastBefore := places(rows), places(rowsBefore)
	for key, row := range rows {
		at := -1 // the column of the questions alone
		for i, c := range both.Columns {
			period := rowsOfNow[key]
			if c.Previous {
				period = rowsBefore[key]
			} else {
				at++
			}
			switch {
			case c.Role != measure.Metric:
			case c.Previous && c.Metric.Fact == catalog.ConversationNow:
				if row[i] != nil {
					return fmt.Sprintf("%s of %v is %v, of a state before", c.ID, key, row[i])
				}
			case period != nil && !agree.Same(row[i], period[at]):
				return fmt.Sprintf("%s of %v is %v, and alone %v", c.ID, key, row[i], period[at])
			case period == nil && row[i] != nil && row[i] != int64(0) && row[i] != float64(0):
				return fmt.Sprintf("%s of %v is %v, of what was not", c.ID, key, row[i])
			case period == nil && c.Previous && key.place > lastBefore && len(rowsBefore) > 0 && row[i] != nil:
				return fmt.Sprintf("%s of %v is %v, of a bucket that was not", c.ID, key, row[i])
			}
		}
	}
	for key := range rowsOfNow {
		if rows[key] == nil {
			return fmt.Sprintf("%v is missing", key)
		}
	}
	for key := range rowsBefore {
		if rows[key] == nil && key.place <= last {
			return fmt.Sprintf("%v of the other period is missing", key)
		}
	}
	return ""
}

// A placed group: its keys, and the place of its bucket among all.
type placed struct {
	group string
	place int
}

// byPlace are the rows by group and bucket.
func byPlace(r *engine.Result) map[placed][]any {
	rows := map[placed][]any{}
	order := map[time.Time]int{}
	if timeAt := slices.IndexFunc(r.Columns, func(c engine.Column) bool { return c.Role == measure.Time }); timeAt >= 0 {
		var times []time.Time
		for _, row := range r.Rows {
			times = append(times, row[timeAt].(time.Time))
		}
		slices.SortFunc(times, time.Time.Compare)
		for i, at := range slices.Compact(times) {
			order[at] = i + 1
		}
	}
	for _, row := range r.Rows {
		var key placed
		for i, c := range r.Columns {
			switch c.Role {
			case measure.Key:
				key.group += fmt.Sprintf(" %T%v", row[i], row[i])
			case measure.Time:
				key.place = order[row[i].(time.Time)]
			}
		}
		rows[key] = row
	}
	return rows
}

// places is how many buckets the rows have.
func places(rows map[placed][]any) int {
	last := 0
	for key := range rows {
		last = max(last, key.place)
	}
	return last
}
