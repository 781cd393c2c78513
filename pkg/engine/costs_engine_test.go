package engine_test

import (
	"strings"
	"testing"

	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/query"
)

// TestCostNoticeOnlyWithCosts: groups with numbers, such as hours, are no costs.
func TestCostNoticeOnlyWithCosts(t *testing.T) {
	t.Parallel()
	data := reference.Random(8, reference.RandomOptions{Messages: 300})
	e := load(t, data)
	for _, c := range []struct {
		metric, group string
		want          bool
	}{{"messages", "hour_of_day", false}, {"messages", "weekday", false}, {"cost_usd", "hour_of_day", true}} {
		r := run(t, e, query.Query{Metrics: []string{c.metric}, GroupBy: []string{c.group}}, span(data))
		if got := strings.Contains(strings.Join(r.Notices, " "), "cost of"); got != c.want {
			t.Errorf("%s by %s: %q", c.metric, c.group, r.Notices)
		}
	}
}
