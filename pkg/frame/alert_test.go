package frame_test

import (
	"testing"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/frame"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
)

// TestWatched: a rule sees neither the intervals without a value nor the groups that have
// none at all.
func TestWatched(t *testing.T) {
	line, _ := catalog.LookupDimension("line")
	rate, _ := catalog.LookupMetric("failed_rate")
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	result := complete(&engine.Result{
		Query: query.Query{Format: "timeseries", Metrics: []string{"failed_rate"}, GroupBy: []string{"line"}, Bucket: "day"},
		Columns: []engine.Column{
			{Column: measure.Column{ID: "time", Role: measure.Time}},
			{Column: measure.Column{ID: "line", Role: measure.Key, Dimension: line}},
			{Column: measure.Column{ID: "line_name", Role: measure.Name, Dimension: line}},
			{Column: measure.Column{ID: "failed_rate", Role: measure.Metric, Metric: rate, Unit: rate.Unit}},
		},
		Rows: [][]any{
			{day(1), "a", "A", 0.5}, {day(1), "b", "B", nil}, {day(1), "c", "C", 0.1},
			{day(2), "a", "A", nil}, {day(2), "b", "B", nil}, {day(2), "c", "C", 0.2},
		},
	})
	frames := frame.Watched(result)
	if len(frames) != 2 {
		t.Fatalf("%d frames, want those of A and C", len(frames))
	}
	for i, want := range []struct {
		line string
		last float64
		rows int
	}{{"A", 0.5, 1}, {"C", 0.2, 2}} {
		values := frames[i].Fields[1]
		last, _ := values.ConcreteAt(values.Len() - 1)
		if values.Len() != want.rows || last != want.last || values.Labels["line_name"] != want.line && values.Labels["line"] != want.line && values.Labels["Line"] != want.line {
			t.Errorf("frame %d: %v %v, want %+v", i, values.Labels, last, want)
		}
	}
}
