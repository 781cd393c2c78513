package engine

import (
	"strings"
	"testing"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/measure"
)

// TestNoRateCardOnce: a missing rate card is one reason, whatever markets it is missing for.
func TestNoRateCardOnce(t *testing.T) {
	cost, _ := catalog.LookupMetric("cost_unknown")
	r := &Result{Columns: []Column{{Column: measure.Column{Metric: cost}}}, Rows: [][]any{{int64(7)}}}
	gaps := []measure.Gap{
		{Kind: "rate", Of: "AR", Category: "utility", Messages: 4, Groups: 9},
		{Kind: "category", Messages: 2, Groups: 9},
		{Kind: "rate", Of: "BR", Category: "utility", Messages: 1, Groups: 9},
	}
	got := strings.Join(costNotice(r, gaps, false), "")
	if strings.Count(got, "no rate card") != 1 || !strings.Contains(got, "unknown category") || strings.Contains(got, "more") {
		t.Error(got)
	}
	if got := strings.Join(costNotice(r, gaps, true), ""); !strings.Contains(got, "Argentina") || !strings.Contains(got, "6 more") {
		t.Error(got)
	}
}
