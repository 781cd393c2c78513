package engine

import (
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/compile"
)

// unknownMetrics are the metrics of the query that the database cannot know: it
// would count 0 where nobody has looked.
func unknownMetrics(in compile.Input) []string {
	return slices.DeleteFunc(slices.Clone(in.Query.Metrics), func(id string) bool { return catalog.Known(id, in.Source.Knows) })
}

// unknownNotice tells what of the query the database cannot know.
func unknownNotice(in compile.Input, metrics []string) []string {
	ids := slices.Clone(metrics)
	asked := slices.Concat(in.Query.GroupBy, in.Query.Columns)
	for _, f := range in.Query.Filters {
		asked = append(asked, f.Dimension)
	}
	for _, id := range asked {
		if !catalog.Known(id, in.Source.Knows) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return []string{"This database does not tell: " + strings.Join(ids, ", ") + "."}
}

// blank takes the values of the metrics away.
func (r *Result) blank(metrics []string) {
	for i, c := range r.Columns {
		if c.Role != compile.Metric || !slices.Contains(metrics, c.Metric.ID) {
			continue
		}
		for _, row := range r.Rows {
			row[i] = nil
		}
	}
}
