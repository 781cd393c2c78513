package engine

import (
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/compile"
	"github.com/parley-reports/parley/pkg/query"
)

// unknownMetrics are the metrics of the query that the database cannot know: it
// would count 0 where nobody has looked.
func unknownMetrics(in compile.Input) []string {
	return catalog.Unknown(in.Query.Metrics, in.Query.GroupBy, filtered(in.Query), in.Source.Knows)
}

// filtered are the dimensions that the query filters by.
func filtered(q query.Query) []string {
	var ids []string
	for _, f := range q.Filters {
		ids = append(ids, f.Dimension)
	}
	return ids
}

// unknownNotice tells what of the query the database cannot know: metrics and
// columns, dimensions of each fact by itself, and what is unknown for want of these.
func unknownNotice(in compile.Input, unknown []string) []string {
	knows := in.Source.Knows
	var untold, wanting []string
	add := func(id string) {
		if !slices.Contains(untold, id) {
			untold = append(untold, id)
		}
	}
	facts := []catalog.Fact{in.Query.DetailsFact()}
	for _, id := range in.Query.Metrics {
		m, _ := catalog.LookupMetric(id)
		facts = append(facts, m.Fact)
		if !catalog.Known(id, knows) {
			add(id)
		} else if slices.Contains(unknown, id) {
			wanting = append(wanting, id)
		}
	}
	for _, f := range facts {
		for _, id := range slices.Concat(in.Query.GroupBy, filtered(in.Query), in.Query.Columns) {
			if d, _ := catalog.LookupDimension(id); d.Has(f) && !catalog.Tells(f, id, knows) {
				add(id + " of " + strings.ToLower(catalog.In("en").Fact(f).Title))
			}
		}
	}
	for _, id := range in.Query.Columns {
		if !catalog.Known(id, knows) {
			add(id)
		}
	}
	if len(untold) == 0 {
		return nil
	}
	notice := "This database does not tell: " + strings.Join(untold, ", ") + "."
	if len(wanting) > 0 {
		notice += " Unknown without that: " + strings.Join(wanting, ", ") + "."
	}
	if f := facts[0]; slices.ContainsFunc(filtered(in.Query), func(id string) bool { return !catalog.Tells(f, id, knows) }) {
		notice += " No row can be chosen by it."
	}
	return []string{notice}
}

// blank takes the values of unknown metrics away.
func (r *Result) blank() {
	for i, c := range r.Columns {
		if c.Role != compile.Metric || !slices.Contains(r.Unknown, c.Metric.ID) {
			continue
		}
		for _, row := range r.Rows {
			row[i] = nil
		}
	}
}
