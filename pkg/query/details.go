package query

import (
	"cmp"
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
)

// DetailsFact returns the fact of a details or events query, or "" for all others.
func (q Query) DetailsFact() catalog.Fact {
	p, _ := LookupPreset(q.Report)
	return p.Fact
}

// logColumns are the columns that log lines and their context require.
var logColumns = []string{"created_at", "message_id", "status", "direction", "body", "content_type", "template", "failure_text", "link", "conversation_id", "contact", "line"}

// LogColumns returns the columns of a logs query: the query's own, which become
// labels, and those that log lines require.
func (q Query) LogColumns() []string {
	known := catalog.ColumnIDs(q.DetailsFact())
	columns := slices.Clone(q.Columns)
	for _, id := range logColumns {
		if slices.Contains(known, id) && !slices.Contains(columns, id) {
			columns = append(columns, id)
		}
	}
	return columns
}

func checkDetails(q Query) error {
	fact := q.DetailsFact()
	if fact == "" {
		var reports []string
		for _, p := range Presets {
			if p.IsDetails() {
				reports = append(reports, p.ID)
			}
		}
		return errorf("format %s needs a report of details: set report to one of %s", q.Format, strings.Join(reports, ", "))
	}
	if len(q.Metrics) > 0 || len(q.GroupBy) > 0 || q.Bucket != "none" || q.Compare != "none" {
		return errorf("a details report lists single rows: remove metrics, groupBy, bucket and compare, or choose format table")
	}
	if q.Format != "details" && fact.IsConversation() {
		return errorf("conversations have no text to show as a log: set report to message_log, or format to details")
	}
	if q.Format == "logs_volume" && (len(q.Columns) > 0 || len(q.OrderBy) > 0 || q.After != "") {
		return errorf("format logs_volume counts the lines of a log: remove columns, orderBy and after, or choose format logs")
	}
	columns := catalog.ColumnIDs(fact)
	for _, id := range q.Columns {
		if !slices.Contains(columns, id) {
			return errorf("unknown column %s in the details of %s%s", Quote(id), fact, Suggest(id, columns))
		}
	}
	for _, f := range q.Filters {
		if d, _ := catalog.LookupDimension(f.Dimension); !d.Has(fact) || d.Funnel {
			others := catalog.GroupableBy(fact, false)
			return errorf("the details of %s cannot be filtered by %s: choose one of %s", fact, f.Dimension, strings.Join(others, ", "))
		}
	}
	if len(q.OrderBy) > 1 {
		return errorf("a details report is ordered by one column: keep one entry in orderBy")
	}
	for _, o := range q.OrderBy {
		if sortable := catalog.SortableIDs(fact); !slices.Contains(sortable, o.By) {
			return errorf("the details of %s cannot be ordered by %s: choose one of %s", fact, Quote(o.By), strings.Join(sortable, ", "))
		}
	}
	return nil
}

// IsList reports whether the query lists rows: a details report, or a log.
func (q Query) IsList() bool {
	preset, _ := LookupPreset(q.Report)
	format := cmp.Or(q.Format, preset.Query.Format)
	return format == "details" || format == "logs"
}
