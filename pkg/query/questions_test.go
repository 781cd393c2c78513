package query_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/parley-reports/parley/internal/golden"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// A question is a query with what it means once all defaults are filled in.
type question struct {
	Query    written     `json:"query"`
	Resolved query.Query `json:"resolved"`
}

// written is a query that says of an empty list that it is one.
type written struct {
	query.Query
	GroupBy *[]string `json:"groupBy,omitempty"`
}

func write(q query.Query) written {
	if q.GroupBy == nil {
		return written{Query: q}
	}
	return written{q, &q.GroupBy}
}

// TestQuestions writes queries with their meaning for the editor, which fills in defaults
// by itself and is tested by the same file: what a query leaves out must mean the same
// to both.
func TestQuestions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var questions []question
	for _, id := range append(query.PresetIDs(), "") {
		kept := 0
		for n := 0; n < 400 && kept < 12; n++ {
			q := query.Query{Report: id}
			if n > 0 {
				q = edited(r, id)
			}
			resolved, err := q.Resolve()
			if err != nil {
				continue
			}
			questions = append(questions, question{write(q), resolved})
			kept++
		}
		if kept == 0 {
			t.Errorf("no question of %q", id)
		}
	}
	type dimension struct {
		ID   string       `json:"id"`
		Kind catalog.Kind `json:"kind"`
	}
	type report struct {
		ID       string      `json:"id"`
		Query    query.Query `json:"query"`
		Sortable []string    `json:"sortable,omitempty"`
	}
	file := struct {
		Dimensions []dimension `json:"dimensions"`
		Reports    []report    `json:"reports"`
		Questions  []question  `json:"questions"`
	}{Questions: questions}
	for _, d := range catalog.Dimensions {
		file.Dimensions = append(file.Dimensions, dimension{d.ID, d.Kind})
	}
	for _, p := range query.Presets {
		entry := report{ID: p.ID, Query: p.Query}
		if p.IsDetails() {
			entry.Sortable = catalog.SortableIDs(p.Fact)
		}
		file.Reports = append(file.Reports, entry)
	}
	text, err := json.MarshalIndent(file, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "../../../src/test/questions.json", string(text)+"\n")
}

// edited is a random query of a report, as the editor may leave it.
func edited(r *rand.Rand, report string) query.Query {
	preset, _ := query.LookupPreset(report)
	q := query.Query{Report: report}
	maybe := func(change func()) {
		if r.IntN(3) == 0 {
			change()
		}
	}
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	some := func(list []string) []string {
		var picked []string
		for range 1 + r.IntN(2) {
			if v := pick(list); !slices.Contains(picked, v) {
				picked = append(picked, v)
			}
		}
		return picked
	}
	if preset.IsDetails() {
		maybe(func() { q.Columns = some(catalog.ColumnIDs(preset.Fact)) })
		maybe(func() { q.OrderBy = []query.Order{{By: pick(catalog.SortableIDs(preset.Fact)), Desc: r.IntN(2) == 0}} })
	} else if !preset.IsEvents() {
		metrics := catalog.MetricIDs()
		if preset.Query.Metrics != nil {
			metrics = preset.Query.Metrics
		}
		m, _ := catalog.LookupMetric(pick(metrics))
		if report == "" || r.IntN(3) == 0 {
			q.Metrics = []string{m.ID}
		}
		maybe(func() { q.GroupBy = some(query.CutsOf(m)) })
		maybe(func() { q.GroupBy = []string{} })
		maybe(func() { q.Bucket = pick(query.Buckets) })
		maybe(func() { q.Compare = pick(query.Compares) })
		maybe(func() { q.Format = pick([]string{"table", "timeseries", "heatmap"}) })
		maybe(func() { q.OrderBy = []query.Order{{By: m.ID, Desc: true}} })
	}
	maybe(func() {
		q.Filters = []query.Filter{{Dimension: "line", Operator: "in", Values: []string{"1"}}}
	})
	maybe(func() { q.Limit = 1 + r.IntN(50) })
	return q
}
