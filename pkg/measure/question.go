package measure

import (
	"fmt"
	"slices"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/hours"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

// A Question is a resolved query with what surrounds it.
type Question struct {
	// Query must come out of query.Query.Resolve.
	Query  query.Query
	Source *source.Source
	// Range is the half-open range of event times.
	Range calendar.Range
	// Location cuts the calendar buckets.
	Location *time.Location
	// Buckets cut the range where they are set, instead of the calendar.
	Buckets []calendar.Bucket
	// Now is the moment of the states that hang on no range.
	Now time.Time
	// ChatURL is the template of the link column, or empty.
	ChatURL string
	// Hours are the working hours of the source if the query needs them: see NeedsHours.
	Hours *hours.Schedule
}

// A Role says what a column of the answer is.
type Role string

// The roles of columns.
const (
	Time   Role = "time"   // the index of a bucket, from 1
	Key    Role = "key"    // the value of a dimension
	Name   Role = "name"   // the name of an entity
	Metric Role = "metric" // a number
	Detail Role = "detail" // a field of a details report
)

// Column is one column of the answer.
type Column struct {
	ID   string
	Role Role
	// Dimension is set for keys and names, Unit for metrics and details.
	Dimension catalog.Dimension
	Metric    catalog.Metric
	Unit      catalog.Unit
	// Detail names the details column that a key or name stands for, where it
	// isn't the dimension itself.
	Detail string
}

// CheckRelations returns an error if a metric or dimension of the query needs a relation
// that the source does not have. The error is a *query.Error.
func (q Question) CheckRelations() error {
	check := func(what string, needs []string) error {
		for _, relation := range needs {
			if !q.Source.Has(relation) {
				return &query.Error{Unavailable: true, Message: fmt.Sprintf("%s is unavailable: this database has no relation %s (%s)", what, relation, q.Source.Missing(relation))}
			}
		}
		return nil
	}
	for _, id := range q.Query.Metrics {
		if m, _ := catalog.LookupMetric(id); check(id, m.Needs) != nil {
			return check(id, m.Needs)
		}
	}
	dimensions := slices.Clone(q.Query.GroupBy)
	for _, f := range q.Query.Filters {
		dimensions = append(dimensions, f.Dimension)
	}
	for _, id := range dimensions {
		if d, _ := catalog.LookupDimension(id); check(id, d.Needs) != nil {
			return check(id, d.Needs)
		}
	}
	return nil
}

// NeedsHours reports whether a query needs the working hours of the source.
func NeedsHours(q query.Query) bool {
	const hours = "business_hours"
	return slices.Contains(q.GroupBy, hours) || slices.Contains(q.Columns, hours) ||
		slices.ContainsFunc(q.Filters, func(f query.Filter) bool { return f.Dimension == hours }) ||
		slices.ContainsFunc(q.OrderBy, func(o query.Order) bool { return o.By == hours })
}
