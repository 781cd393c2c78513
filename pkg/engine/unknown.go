package engine

import (
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
)

// unknownMetrics are the metrics of the query that the database cannot know: it
// would count 0 where nobody has looked.
func unknownMetrics(in measure.Question) []string {
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
func unknownNotice(in measure.Question) []string {
	knows, unknown, texts := in.Source.Knows, unknownMetrics(in), catalog.In(in.Query.Language)
	var untold, wanting []string
	for _, id := range in.Query.Metrics {
		if title := texts.Metric(id).Title; !catalog.Known(id, knows) {
			untold = append(untold, title)
		} else if slices.Contains(unknown, id) {
			wanting = append(wanting, title)
		}
	}
	for _, id := range in.Query.Columns {
		if !catalog.Known(id, knows) {
			untold = append(untold, texts.Column(id).Title)
		}
	}
	var parts []string
	if len(untold) > 0 {
		parts = append(parts, strings.Join(untold, ", "))
	}
	listed := in.Query.DetailsFact()
	facts := []catalog.Fact{listed}
	for _, id := range in.Query.Metrics {
		m, _ := catalog.LookupMetric(id)
		facts = append(facts, m.Fact)
	}
	for i, f := range facts {
		var cuts []string
		for _, id := range slices.Concat(in.Query.GroupBy, filtered(in.Query), in.Query.Columns) {
			title := texts.Dimension(id).Title
			if d, _ := catalog.LookupDimension(id); d.Has(f) && !catalog.Tells(f, id, knows) && !slices.Contains(cuts, title) {
				cuts = append(cuts, title)
			}
		}
		if len(cuts) > 0 && !slices.Contains(facts[:i], f) {
			parts = append(parts, strings.Join(cuts, ", ")+" ("+texts.Fact(f).Title+")")
		}
	}
	if len(parts) == 0 {
		return nil
	}
	notice := texts.Notice("untold", strings.Join(parts, "; "))
	if len(wanting) > 0 {
		notice += " " + texts.Notice("wanting", strings.Join(wanting, ", "))
	}
	if listed != "" && slices.ContainsFunc(filtered(in.Query), func(id string) bool { return !catalog.Tells(listed, id, knows) }) {
		notice += " " + texts.Notice("no_row")
	}
	return []string{notice}
}

// blank takes the values of unknown metrics away.
func (r *Result) blank() {
	for i, c := range r.Columns {
		if c.Role != measure.Metric || !slices.Contains(r.Unknown, c.Metric.ID) {
			continue
		}
		for _, row := range r.Rows {
			row[i] = nil
		}
	}
}
