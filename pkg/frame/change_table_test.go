package frame

import (
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
)

func TestDifference(t *testing.T) {
	for _, test := range []struct{ now, before, difference, share any }{
		{int64(15), int64(10), int64(5), 0.5},
		{int64(5), int64(10), int64(-5), -0.5},
		{0.25, 0.5, -0.25, -0.5},
		{int64(3), int64(0), int64(3), nil},
		{int64(3), nil, nil, nil},
		{nil, 2.0, nil, nil},
	} {
		if d, s := change(test.now, test.before); d != test.difference || s != test.share {
			t.Errorf("change(%v, %v) = %v, %v; want %v, %v", test.now, test.before, d, s, test.difference, test.share)
		}
	}
}

// TestCutList expects a warning on a list that is cut: panels show no other notices.
func TestCutList(t *testing.T) {
	for format, want := range map[string]data.NoticeSeverity{"details": data.NoticeSeverityWarning, "table": data.NoticeSeverityInfo} {
		result := &engine.Result{Query: query.Query{Format: format}, Infos: []string{"Showing 1 of 2 rows"}}
		notices := Frames(result)[0].Meta.Notices
		if len(notices) != 1 || notices[0].Severity != want {
			t.Errorf("%s: %v", format, notices)
		}
	}
}
