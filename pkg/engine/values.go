package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

// ValuesRequest asks for values of a dimension, for editors and variables.
type ValuesRequest struct {
	Dimension string `json:"dimension"`
	// Search keeps the values that contain it, in id or name.
	Search string `json:"search"`
	// Filters on other dimensions narrow the values to what occurs with them.
	Filters  []query.Filter `json:"filters"`
	Language string         `json:"language"`
	Limit    int            `json:"limit"`
	// From and To bound the time in which the values occur; the last 90 days
	// where they are left out.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Value is one value with the text that people see.
type Value struct {
	Value string `json:"value"`
	Text  string `json:"text"`
}

// ValueList are values of a dimension. Total is how many there are, and Notice says so
// where some are missing.
type ValueList struct {
	Values []Value `json:"values"`
	Total  int64   `json:"total"`
	Notice string  `json:"notice,omitempty"`
}

const (
	defaultValues = 200
	maxValues     = 5000
	// maxSearch is the largest length of a text to search for, in bytes.
	maxSearch = 1000
)

// FixedValues are the values of a dimension that the catalogue knows, or nil.
func FixedValues(d catalog.Dimension) []string {
	switch d.ID {
	case "weekday":
		return []string{"1", "2", "3", "4", "5", "6", "0"}
	case "hour_of_day":
		var hours []string
		for h := range 24 {
			hours = append(hours, fmt.Sprint(h))
		}
		return hours
	case "rating":
		return []string{"1", "2", "3", "4", "5"}
	}
	return d.Values
}

// Values lists values of a dimension: those of the catalogue, all entities of a
// relation, or what occurs in the time and with the filters, the most frequent
// first. There are none where the database lacks what the dimension hangs on. The
// error is as Run's.
func (e *Engine) Values(ctx context.Context, r ValuesRequest) ([]Value, error) {
	list, err := e.ListValues(ctx, r)
	return list.Values, err
}

// ListValues is Values with what is missing from them.
func (e *Engine) ListValues(ctx context.Context, r ValuesRequest) (ValueList, error) {
	list, err := e.sharedValues(ctx, r)
	if texts := catalog.In(r.Language); err == nil && list.Total > int64(len(list.Values)) {
		list.Notice = texts.Notice("shown_values", texts.Count(int64(len(list.Values))), texts.Count(list.Total))
	}
	return list, err
}

func (e *Engine) listValues(ctx context.Context, r ValuesRequest) (ValueList, error) {
	d, ok := catalog.LookupDimension(r.Dimension)
	if !ok {
		return ValueList{}, &query.Error{Message: fmt.Sprintf("unknown dimension %s%s", query.Quote(r.Dimension), query.Suggest(r.Dimension, catalog.DimensionIDs("")))}
	}
	if d.Kind == catalog.KindTime {
		return ValueList{}, &query.Error{Message: d.ID + " has no list of values: use the dashboard's time range"}
	}
	if len(r.Search) > maxSearch {
		return ValueList{}, &query.Error{Message: fmt.Sprintf("the search text is longer than %d bytes: enter the beginning of the value", maxSearch)}
	}
	if r.Limit <= 0 {
		r.Limit = defaultValues
	}
	r.Limit = min(r.Limit, maxValues)
	texts := catalog.In(r.Language)
	if fixed := FixedValues(d); fixed != nil && d.ID != "channel" {
		var values []Value
		for _, v := range fixed {
			values = append(values, Value{v, texts.Value(d.ID, v)})
		}
		return matching(values, r.Search, r.Limit), nil
	}
	src, err := e.Source(ctx)
	if err != nil {
		return ValueList{}, err
	}
	if fatal := src.Fatal(); len(fatal) > 0 {
		return ValueList{}, &SchemaError{fatal, src.Remedy}
	}
	others := slices.ContainsFunc(r.Filters, func(f query.Filter) bool { return f.Dimension != d.ID })
	if d.Kind == catalog.KindEntity && !others && d.ID != "send" && src.Has(d.Relation) {
		if _, err := (query.Query{Metrics: []string{"messages"}, Filters: r.Filters}).Resolve(); err != nil {
			return ValueList{}, err
		}
		return e.readEntities(ctx, src, d, r.Search, r.Filters, r.Limit, func(id string) string { return texts.Unnamed(d.ID, id) })
	}
	known := query.Filter{Dimension: d.ID, Operator: "notIn", Values: []string{catalog.None}}
	q := query.Query{Metrics: []string{"messages_outbound"}, GroupBy: []string{d.ID}, Filters: append(slices.Clone(r.Filters), known), Limit: r.Limit}
	// By the first fact that has the dimension, or rather by one that tells it.
	var counted []catalog.Metric
	for _, id := range []string{"messages", "notifications", "conversations", "csat_responses"} {
		if m, _ := catalog.LookupMetric(id); d.Has(m.Fact) {
			counted = append(counted, m)
		}
	}
	if len(counted) > 0 {
		q.Metrics = []string{counted[max(0, slices.IndexFunc(counted, func(m catalog.Metric) bool {
			return !slices.ContainsFunc(m.Needs, func(relation string) bool { return !src.Has(relation) }) && catalog.Records(m.Fact, d.ID, src.Records) && has(m.Fact, r.Filters)
		}))].ID}
	}
	// Few values with texts of their own are searched by these.
	worded := d.Kind == catalog.KindEnum || d.ID == "country"
	if r.Search != "" && !worded {
		q.Filters = append(q.Filters, query.Filter{Dimension: d.ID, Operator: "contains", Values: []string{r.Search}})
	}
	if q, err = q.Resolve(); err != nil {
		return ValueList{}, err
	}
	if len(missingOf(measure.Question{Query: q, Source: src}).relations) > 0 {
		return ValueList{Values: []Value{}}, nil
	}
	if r.To.IsZero() {
		r.To = time.Now()
	}
	if r.From.IsZero() {
		r.From = r.To.AddDate(0, 0, -90)
	}
	if !r.From.Before(r.To) {
		return ValueList{}, reversed(calendar.Range{From: r.From, To: r.To})
	}
	in := measure.Question{Query: q, Source: src, Range: calendar.Range{From: r.From, To: r.To}, Location: e.settings.Location, Now: r.To}
	if in.Hours, err = e.hours(ctx, in); err != nil {
		return ValueList{}, err
	}
	measured, err := e.measure(ctx, measure.Needs(in), in)
	if err != nil {
		return ValueList{}, err
	}
	found, err := e.limited(ctx, in, measured.answers[0])
	if err != nil {
		return ValueList{}, err
	}
	values := listed(found, func(v string) string {
		if d.Kind == catalog.KindEntity {
			return texts.Unnamed(d.ID, v)
		}
		return texts.Value(d.ID, v)
	})
	if worded {
		values = matching(values.Values, r.Search, r.Limit)
	}
	return values, nil
}

// has tells whether the fact can be filtered so.
func has(f catalog.Fact, filters []query.Filter) bool {
	return !slices.ContainsFunc(filters, func(filter query.Filter) bool {
		d, _ := catalog.LookupDimension(filter.Dimension)
		return !d.Has(f)
	})
}

// readEntities reads the entities of a dimension with the text in their id or name that
// pass the filters, which are on the dimension itself. unnamed is the text of one without
// a name; nil is its id.
func (e *Engine) readEntities(ctx context.Context, src *source.Source, d catalog.Dimension, text string, filters []query.Filter, limit int, unnamed func(string) string) (ValueList, error) {
	most := limit
	if len(filters) > 0 {
		most = 0
	}
	sql, args := facts.EntitiesSQL(src, d.Relation, text, most)
	passes := measure.EntityTest(src, d, filters)
	var found answer
	err := e.db.Query(ctx, sql, args, func(values []any) error {
		id, _ := values[0].(string)
		name, _ := values[1].(string)
		if !passes(id, name) {
			return nil
		}
		if found.total++; len(found.rows) < limit {
			found.rows = append(found.rows, values)
		}
		if most > 0 {
			found.total, _ = values[2].(int64)
		}
		return nil
	})
	return listed(found, unnamed), err
}

// listed are the values in the first column and their names, if any, in the second.
func listed(found answer, text func(string) string) ValueList {
	values := []Value{}
	for _, row := range found.rows {
		if row[0] == nil {
			found.total--
			continue
		}
		v := Value{Value: fmt.Sprint(row[0]), Text: fmt.Sprint(row[0])}
		if name, ok := row[1].(string); ok && name != "" && name != v.Value {
			v.Text = name
		} else if text != nil {
			v.Text = text(v.Value)
		}
		values = append(values, v)
	}
	return ValueList{Values: values, Total: found.total}
}

func matching(values []Value, search string, limit int) ValueList {
	found := ValueList{Values: []Value{}}
	for _, v := range values {
		text := strings.ToLower(v.Value + "\n" + v.Text)
		if !strings.Contains(text, strings.ToLower(search)) {
			continue
		}
		if found.Total++; len(found.Values) < limit {
			found.Values = append(found.Values, v)
		}
	}
	return found
}
