// Package query defines the query of a panel: its JSON, the reports (presets) that
// fill it in, and its validation, with errors that say what to do. It uses the
// catalogue, but no database.
package query

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
)

// Version is the version of the query JSON that this package reads.
const Version = 1

// Query is one query. Report fills in the fields that are not set.
type Query struct {
	// Version is the version of the JSON. Empty means 1.
	Version int `json:"version,omitempty"`
	// Report is the id of the preset that fills in the fields that are not set.
	Report string `json:"report,omitempty"`
	// Metrics are metric ids.
	Metrics []string `json:"metrics,omitempty"`
	// GroupBy are dimension ids. An empty list means no groups, a missing list the
	// groups of the preset.
	GroupBy []string `json:"groupBy,omitempty"`
	// Bucket cuts by time: none, auto, 5m, 15m, 30m, hour, day, week or month.
	Bucket string `json:"bucket,omitempty"`
	// Filters are combined with AND.
	Filters []Filter `json:"filters,omitempty"`
	// Compare adds the values of another period: none, previous_period or
	// previous_year.
	Compare string `json:"compare,omitempty"`
	// Timezone is an IANA name. Empty means the time zone of the data source. So do the
	// values that browsers and Grafana send if no zone is set: see calendar.Chosen.
	Timezone string `json:"timezone,omitempty"`
	// Language is the language of titles and notices: en, es or pt-BR.
	Language string `json:"language,omitempty"`
	// Format is the format of the result: table, timeseries, heatmap, details, logs,
	// logs_volume or annotations.
	Format string `json:"format,omitempty"`
	// Columns are the columns of a details query.
	Columns []string `json:"columns,omitempty"`
	// OrderBy sorts by columns of the result.
	OrderBy []Order `json:"orderBy,omitempty"`
	// Limit is the row limit. 0 means the default.
	Limit int `json:"limit,omitempty"`
	// After is the cursor of the previous page of a details query.
	After string `json:"after,omitempty"`
}

// Filter is a condition on a dimension. in, matches and contains keep rows that match
// at least one value; notIn and notMatches keep rows that match none. The value
// "(none)" matches rows without a value.
type Filter struct {
	Dimension string   `json:"dimension"`
	Operator  string   `json:"operator"`
	Values    []string `json:"values"`
}

// Order sorts rows by a column of the result.
type Order struct {
	By   string `json:"by"`
	Desc bool   `json:"desc,omitempty"`
}

// Allowed values of the query's fields.
var (
	Buckets   = []string{"none", "auto", "5m", "15m", "30m", "hour", "day", "week", "month"}
	Compares  = []string{"none", "previous_period", "previous_year"}
	Formats   = []string{"table", "timeseries", "heatmap", "details", "logs", "logs_volume", "annotations"}
	Operators = []string{"in", "notIn", "matches", "notMatches", "contains"}
	Languages = []string{"en", "es", "pt-BR"}
)

// Row limits.
const (
	DefaultLimit = 1000
	MaxLimit     = 100000
)

// Error describes what is wrong with a query and how to fix it.
type Error struct {
	Message string
	// Unavailable is true if the query is valid but the database has no such data.
	Unavailable bool
}

func (e *Error) Error() string { return e.Message }

func errorf(format string, args ...any) error { return &Error{Message: fmt.Sprintf(format, args...)} }

// Suggest returns the end of a sentence about an unknown word: the nearest candidate, all
// candidates if there are few, or those that contain the word.
func Suggest(word string, candidates []string) string {
	if near := catalog.Nearest(word, candidates); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	if len(candidates) <= 60 {
		return "; choose one of " + strings.Join(candidates, ", ")
	}
	var longer []string
	for _, c := range candidates {
		if len(word) > 2 && strings.Contains(c, strings.ToLower(word)) {
			longer = append(longer, c)
		}
	}
	if len(longer) == 0 || len(longer) > 10 {
		return ""
	}
	return "; did you mean " + strings.Join(longer, ", ") + "?"
}

// Resolve fills in the query from its preset and validates it. The result can be
// answered: it has metrics or is a details query, all groups and filters apply, and
// language and format are valid. Errors are of type *Error.
func (q Query) Resolve() (Query, error) {
	if q.Version != 0 && q.Version != Version {
		return q, errorf("version %d of the query is not known; this Parley reads version %d", q.Version, Version)
	}
	q.Version = Version
	if err := checkBounds(q); err != nil {
		return q, err
	}
	if q.Report != "" {
		preset, ok := LookupPreset(q.Report)
		if !ok {
			return q, errorf("unknown report %s%s", Quote(q.Report), Suggest(q.Report, PresetIDs()))
		}
		q = fill(q, preset.Query)
	}
	if !calendar.Chosen(q.Timezone) {
		q.Timezone = ""
	}
	q = defaults(q)
	q.Filters = canonical(q.Filters)
	for _, check := range []func(Query) error{checkWords, checkValues, checkZone} {
		if err := check(q); err != nil {
			return q, err
		}
	}
	q.Language = language(q.Language)
	if preset, _ := LookupPreset(q.Report); preset.IsEvents() || q.Format == "annotations" {
		return q, checkEvents(q)
	}
	if slices.Contains([]string{"details", "logs", "logs_volume"}, q.Format) {
		return q, checkDetails(q)
	}
	return q, checkAggregate(&q)
}

// fill copies missing fields from the preset. The preset's filters always apply; its
// order applies if the result still has that column.
func fill(q, p Query) Query {
	if q.Metrics == nil {
		q.Metrics = p.Metrics
	}
	if q.GroupBy == nil {
		q.GroupBy = p.GroupBy
	}
	if q.Bucket == "" {
		q.Bucket = p.Bucket
	}
	q.Filters = slices.Concat(p.Filters, q.Filters)
	if q.Compare == "" {
		q.Compare = p.Compare
	}
	if q.Format == "" {
		q.Format = p.Format
	}
	if q.Columns == nil && (q.Format == "details" || q.Format == "logs") {
		q.Columns = p.Columns
	}
	if q.OrderBy == nil {
		for _, o := range p.OrderBy {
			if slices.Contains(resultColumns(q), o.By) {
				q.OrderBy = append(q.OrderBy, o)
			}
		}
	}
	if q.Limit == 0 {
		q.Limit = p.Limit
	}
	return q
}

func defaults(q Query) Query {
	if q.Bucket == "" {
		q.Bucket = "none"
		if q.Format == "timeseries" && timeGroup(q) == "" {
			q.Bucket = "auto"
		}
	}
	if q.Compare == "" {
		q.Compare = "none"
	}
	if q.Format == "" {
		q.Format = "table"
	}
	if q.Limit == 0 {
		q.Limit = DefaultLimit
		if q.Bucket != "none" || timeGroup(q) != "" {
			q.Limit = MaxLimit // a series that is cut off is no series
		}
	}
	return q
}

// resultColumns returns the ids that an aggregate result can be sorted by.
func resultColumns(q Query) []string {
	columns := slices.Clone(q.Metrics)
	if q.Bucket != "" && q.Bucket != "none" {
		columns = append(columns, "time")
	}
	for _, id := range q.GroupBy {
		columns = append(columns, id)
		if d, _ := catalog.LookupDimension(id); d.Kind == catalog.KindEntity {
			columns = append(columns, id+"_name")
		}
	}
	return append(columns, q.Columns...)
}

// timeGroup returns the calendar dimension of the groups, or "".
func timeGroup(q Query) string {
	for _, id := range q.GroupBy {
		if d, ok := catalog.LookupDimension(id); ok && d.Kind == catalog.KindTime {
			return id
		}
	}
	return ""
}

func language(l string) string {
	switch {
	case strings.HasPrefix(strings.ToLower(l), "es"):
		return "es"
	case strings.HasPrefix(strings.ToLower(l), "pt"):
		return "pt-BR"
	}
	return "en"
}
