package query

import (
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
)

// DetailsFact is the fact whose rows a details query lists, or "" where the
// report lists none.
func (q Query) DetailsFact() catalog.Fact {
	p, _ := LookupPreset(q.Report)
	return p.Fact
}

func checkDetails(q *Query) error {
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
	columns := catalog.ColumnIDs(fact)
	if q.Format == "logs" { // what every line of a log is made of
		for _, id := range []string{"created_at", "message_id", "status", "body", "failure_text"} {
			if slices.Contains(columns, id) && !slices.Contains(q.Columns, id) {
				q.Columns = append(slices.Clone(q.Columns), id)
			}
		}
		if fact == catalog.ConversationActive {
			return errorf("conversations have no text to show as a log: set report to message_details_sent or message_details_received, or format to details")
		}
	}
	for _, id := range q.Columns {
		if !slices.Contains(columns, id) {
			return errorf("unknown column %q in the details of %s%s", id, fact, Suggest(id, columns))
		}
	}
	for _, f := range q.Filters {
		if d, _ := catalog.LookupDimension(f.Dimension); !d.Has(fact) || d.ID == "stage" {
			others := slices.DeleteFunc(catalog.DimensionIDs(fact), func(id string) bool { return id == "stage" })
			return errorf("the details of %s cannot be filtered by %s: choose one of %s", fact, f.Dimension, strings.Join(others, ", "))
		}
	}
	if len(q.OrderBy) > 1 {
		return errorf("a details report is ordered by one column: keep one entry in orderBy")
	}
	for _, o := range q.OrderBy {
		if sortable := catalog.SortableIDs(fact); !slices.Contains(sortable, o.By) {
			return errorf("the details of %s cannot be ordered by %q: choose one of %s", fact, o.By, strings.Join(sortable, ", "))
		}
	}
	return nil
}
