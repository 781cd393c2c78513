package catalog

import (
	"slices"
)

// Funnel lists the metrics of the funnel's stages, in order.
var Funnel = []string{"notified", "notified_delivered", "notified_read", "answered"}

// Aggregates returns the aggregates that the metrics are computed from, by fact. Facts
// and aggregates are in the order of the catalogue.
func Aggregates(metrics []string) (facts []Fact, byFact map[Fact][]Metric) {
	wanted := map[string]bool{}
	var want func(id string)
	want = func(id string) {
		m, _ := LookupMetric(id)
		var parts []string
		switch {
		case m.Stage != "":
			parts = Funnel
		case m.ShareOf != "":
			parts = []string{m.ShareOf}
		case m.Derived():
			parts = slices.Concat(m.Plus, m.Minus, m.Over)
		default:
			wanted[id] = true
		}
		for _, part := range parts {
			want(part)
		}
	}
	for _, id := range metrics {
		want(id)
	}
	byFact = map[Fact][]Metric{}
	for _, m := range Metrics {
		if wanted[m.ID] {
			if byFact[m.Fact] == nil {
				facts = append(facts, m.Fact)
			}
			byFact[m.Fact] = append(byFact[m.Fact], m)
		}
	}
	return facts, byFact
}
