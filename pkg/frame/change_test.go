package frame_test

import (
	"math"
	"testing"

	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/frame"
	"github.com/parley-reports/parley/pkg/query"
)

func TestCardsShowNoChangeThatCannotBeComputed(t *testing.T) {
	for name, test := range map[string]struct {
		now, before any
		hidden      bool
	}{
		"a change":         {int64(80), int64(100), false},
		"down to nothing":  {int64(0), int64(100), false},
		"nothing before":   {int64(80), int64(0), true},
		"unknown before":   {int64(80), nil, true},
		"unknown now":      {nil, int64(100), true},
		"unknown, nothing": {nil, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			result := &engine.Result{
				Query:   query.Query{Metrics: []string{"notified"}, Bucket: "none", Format: "timeseries", Compare: "previous_period"},
				Before:  before,
				Columns: columns(metric("notified"), previous("notified")),
				Rows:    [][]any{{test.now, test.before}},
			}
			field := frame.Frames(result)[0].Fields[1]
			first, _ := field.NullableFloatAt(0)
			if hidden := first != nil && math.IsInf(*first, 1); hidden != test.hidden {
				t.Errorf("the first point is %v", first)
			}
			last, _ := field.NullableFloatAt(1)
			if now, ok := test.now.(int64); ok != (last != nil) || ok && *last != float64(now) {
				t.Errorf("the last point is %v, want %v", last, test.now)
			}
		})
	}
}
