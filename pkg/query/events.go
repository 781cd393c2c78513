package query

import (
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
)

// checkEvents returns an error if the query of an events report sets anything but
// filters, limit, time zone and language.
func checkEvents(q Query) error {
	preset, _ := LookupPreset(q.Report)
	if !preset.IsEvents() {
		var reports []string
		for _, p := range Presets {
			if p.IsEvents() {
				reports = append(reports, p.ID)
			}
		}
		return errorf("format annotations needs a report of events: set report to one of %s", strings.Join(reports, ", "))
	}
	if q.Format != "annotations" {
		return errorf("%s lists events to mark on charts: set format to annotations, or leave it out", q.Report)
	}
	if len(q.Metrics) > 0 || len(q.GroupBy) > 0 || q.Bucket != "none" || q.Compare != "none" || len(q.Columns) > 0 || len(q.OrderBy) > 0 || q.After != "" {
		return errorf("%s takes filters and a limit: remove metrics, groupBy, bucket, compare, columns, orderBy and after", q.Report)
	}
	allowed := preset.EventFilters()
	for _, f := range q.Filters {
		if !slices.Contains(allowed, f.Dimension) {
			return errorf("%s cannot be filtered by %s: choose one of %s", q.Report, f.Dimension, strings.Join(allowed, ", "))
		}
	}
	return nil
}

// EventFilters returns the dimensions that an events report can be filtered by.
func (p Preset) EventFilters() []string {
	return slices.DeleteFunc(catalog.GroupableBy(p.Fact, false), func(id string) bool { return slices.Contains(p.Fixed, id) })
}
