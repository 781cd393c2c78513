package query

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
)

func checkWords(q Query) error {
	for _, w := range []struct {
		what, word string
		choices    []string
	}{{"bucket", q.Bucket, Buckets}, {"comparison", q.Compare, Compares}, {"format", q.Format, Formats}} {
		if !slices.Contains(w.choices, w.word) {
			return errorf("unknown %s %s%s", w.what, Quote(w.word), Suggest(w.word, w.choices))
		}
	}
	for _, id := range q.Metrics {
		if m, ok := catalog.LookupMetric(id); !ok || m.Internal {
			return errorf("unknown metric %s%s", Quote(id), Suggest(id, catalog.MetricIDs()))
		}
	}
	for _, id := range q.GroupBy {
		if _, ok := catalog.LookupDimension(id); !ok {
			return errorf("unknown dimension %s in groupBy%s", Quote(id), Suggest(id, catalog.DimensionIDs("")))
		}
	}
	for _, f := range q.Filters {
		if _, ok := catalog.LookupDimension(f.Dimension); !ok {
			return errorf("unknown dimension %s in a filter%s", Quote(f.Dimension), Suggest(f.Dimension, catalog.DimensionIDs("")))
		}
		if !slices.Contains(Operators, f.Operator) {
			return errorf("unknown operator %s in the filter on %s%s", Quote(f.Operator), f.Dimension, Suggest(f.Operator, Operators))
		}
	}
	if q.Limit < 0 || q.Limit > MaxLimit {
		return errorf("limit %d is out of range: choose 1 to %d rows", q.Limit, MaxLimit)
	}
	for _, list := range [][]string{q.Metrics, q.GroupBy, q.Columns} {
		if id, twice := repeated(list); twice {
			return errorf("%s is listed twice: remove one", Quote(id))
		}
	}
	return nil
}

// variable matches a dashboard variable that was not replaced.
var variable = regexp.MustCompile(`^(\$\{[A-Za-z_]\w*(\.[^:}]+)?(:[^}]*)?\}|\$[A-Za-z_]\w*|\[\[\w+(:[^\]]*)?\]\])$`)

func checkValues(q Query) error {
	for _, f := range q.Filters {
		d, _ := catalog.LookupDimension(f.Dimension)
		if d.Funnel {
			return errorf("%s cannot be filtered: filter by status", d.ID)
		}
		if !slices.Contains(OperatorsOf(d), f.Operator) {
			return errorf("the filter on %s cannot use %s: choose %s", d.ID, f.Operator, strings.Join(OperatorsOf(d), ", "))
		}
		if len(f.Values) == 0 {
			return errorf("the filter on %s has no values: add one, or remove the filter", d.ID)
		}
		for _, v := range f.Values {
			if variable.MatchString(v) {
				return errorf("the filter on %s holds %s, a variable without a value: variables don't work in alert rules and public dashboards. Use the value itself", d.ID, Clip(v, maxQuoted))
			}
			if err := checkValue(d, f.Operator, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// canonical returns the filters with display texts replaced by values, as people and
// links send them: "Unassigned" by "(none)", the name of a country by its code.
func canonical(filters []Filter) []Filter {
	filters = slices.Clone(filters)
	for i, f := range filters {
		if f.Operator != "in" && f.Operator != "notIn" {
			continue
		}
		values := slices.Clone(f.Values)
		for j, v := range values {
			values[j] = catalog.ValueOf(f.Dimension, v)
		}
		filters[i].Values = values
	}
	return filters
}

// computed are enums that Parley computes. Any other value is a mistake, since a
// database cannot contain it.
var computed = []string{"business_hours", "initiator", "user_type", "status", "failure_reason", "direction", "in_window", "stage"}

func checkValue(d catalog.Dimension, operator, v string) error {
	switch {
	case v == "" && (operator == "matches" || operator == "notMatches"):
		return errorf("the filter on %s has an empty pattern", d.ID)
	case v == "":
		return errorf("the filter on %s has an empty value: remove it, or use %s for missing values", d.ID, catalog.None)
	case v != catalog.None && (operator == "matches" || operator == "notMatches"):
		return checkPattern(d, v)
	case operator != "in" && operator != "notIn":
		return nil
	}
	if slices.Contains(computed, d.ID) {
		v = strings.ToLower(strings.TrimSpace(v)) // as the words are compared
	}
	switch {
	case v == catalog.None:
		return nil
	case slices.Contains(computed, d.ID) && !slices.Contains(d.Values, v):
		return errorf("%s is not a value of %s%s", Quote(v), d.ID, Suggest(v, d.Values))
	case d.Kind == catalog.KindNumber:
		if _, err := strconv.ParseInt(v, 10, 32); err != nil {
			return errorf("%s is not a value of %s: enter an integer", Quote(v), d.ID)
		}
	case d.Kind == catalog.KindTime:
		if _, err := ParseInstant(v, time.UTC); err != nil {
			return errorf("%s is not a value of %s: enter a date (2026-11-02) or a time (2026-11-02T00:00:00-03:00)", Quote(v), d.ID)
		}
	}
	return nil
}

// ParseInstant parses an RFC 3339 time, or a date as the start of that day in loc.
func ParseInstant(s string, loc *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, err
	}
	// By way of noon: there is not always a midnight.
	return calendar.Start(time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, loc), calendar.Day, loc), nil
}

// OperatorsOf returns the operators that a dimension supports.
func OperatorsOf(d catalog.Dimension) []string {
	if d.Funnel { // it only groups: an initiation passes through several
		return []string{}
	}
	switch d.Kind {
	case catalog.KindNumber, catalog.KindTime:
		return []string{"in", "notIn"}
	case catalog.KindText, catalog.KindEntity:
		return Operators
	}
	return []string{"in", "notIn", "matches", "notMatches"}
}

func checkZone(q Query) error {
	if _, err := calendar.Zone(q.Timezone); err != nil {
		return &Error{Message: err.Error()}
	}
	return nil
}

func checkAggregate(q *Query) error {
	if len(q.Metrics) == 0 {
		return errorf("the query has no metrics: choose a report or at least one metric")
	}
	if len(q.Columns) > 0 || q.After != "" {
		return errorf("columns and after are for details only: set format to details, or remove them")
	}
	times := 0
	for _, id := range q.GroupBy {
		if d, _ := catalog.LookupDimension(id); d.Kind == catalog.KindTime {
			times++
		}
	}
	if times > 1 || times == 1 && q.Bucket != "none" {
		return errorf("the query groups by time twice: use bucket, or one of hour, day, week and month in groupBy")
	}
	for _, id := range q.Metrics {
		m, _ := catalog.LookupMetric(id)
		if m.Fact == catalog.ConversationNow && (times > 0 || q.Bucket != "none") {
			return errorf("%s is the current state and cannot be grouped by time: set bucket to none", id)
		}
		if (q.Format == "timeseries" || q.Format == "heatmap") && !m.Numeric() {
			return errorf("%s is not a number and cannot be drawn: choose format table, or another metric", id)
		}
		for _, d := range q.GroupBy {
			if err := CheckCut(m, d, "grouped"); err != nil {
				return err
			}
		}
		for _, f := range q.Filters {
			if err := CheckCut(m, f.Dimension, "filtered"); err != nil {
				return err
			}
		}
	}
	if err := checkStages(*q); err != nil {
		return err
	}
	if q.Format == "heatmap" && (q.Bucket != "none" || len(q.Metrics) != 1 || len(q.GroupBy) != 2 || !slices.Contains(q.GroupBy, "weekday") || !slices.Contains(q.GroupBy, "hour_of_day")) {
		return errorf("a heatmap shows one metric by weekday and hour_of_day: set groupBy to these two and bucket to none, or choose format table")
	}
	columns := resultColumns(*q)
	for _, o := range q.OrderBy {
		if !slices.Contains(columns, o.By) {
			return errorf("cannot order by %s, which is not a column of the result%s", Quote(o.By), Suggest(o.By, columns))
		}
	}
	return nil
}

// CheckCut returns an error if the metric cannot be grouped or filtered by the
// dimension. The error lists the dimensions that apply.
func CheckCut(m catalog.Metric, dimension, verb string) error {
	d, _ := catalog.LookupDimension(dimension)
	if !d.Has(m.Fact) {
		return errorf("%s cannot be %s by %s: choose one of %s", m.ID, verb, dimension, strings.Join(CutsOf(m), ", "))
	}
	return nil
}

// checkStages returns an error unless the funnel's metrics and the dimension stage are
// used together.
func checkStages(q Query) error {
	staged := slices.ContainsFunc(q.GroupBy, func(id string) bool { d, _ := catalog.LookupDimension(id); return d.Funnel })
	for _, id := range q.Metrics {
		switch m, _ := catalog.LookupMetric(id); {
		case staged && m.Stage == "":
			return errorf("%s cannot be grouped by stage: choose stage_reached, stage_share_of_previous or stage_share_of_sent", id)
		case !staged && m.Stage != "":
			return errorf("%s must be grouped by stage: add stage to groupBy", id)
		}
	}
	return nil
}

// CutsOf returns the dimensions that a metric can be grouped and filtered by.
func CutsOf(m catalog.Metric) []string {
	return catalog.GroupableBy(m.Fact, m.Stage != "")
}
