package dashboard

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
)

// values returns the values of a filter with those of its variables, or nil if they are no
// filter.
func (r runner) values(values []string) []string {
	var chosen []string
	for _, value := range values {
		match := reference.FindStringSubmatch(value)
		name := ""
		if match != nil {
			name = match[1] + match[2]
		}
		v, isVariable := r.variable(name)
		switch {
		case !isVariable:
			chosen = append(chosen, value)
		case slices.Contains(r.current(v), AllValues):
			return nil
		default:
			chosen = append(chosen, r.chosen(v)...)
		}
	}
	return chosen
}

func (d *Definition) variable(name string) (variable, bool) {
	for _, v := range d.Templating.List {
		if v.Name == name && v.isFilter() {
			return v, true
		}
	}
	return variable{}, false
}

// current returns the values of a variable: the chosen ones or the default.
func (r runner) current(v variable) []string {
	if values, isChosen := r.Variables[v.Name]; isChosen {
		return values
	}
	return v.defaults()
}

// chosen returns the values of a variable, or nil if it is no filter.
func (r runner) chosen(v variable) []string {
	values := r.current(v)
	if slices.Contains(values, AllValues) {
		return nil
	}
	var chosen []string
	for _, value := range values {
		if v.Type == "textbox" {
			value = strings.TrimSpace(value) // pasted text often has spaces around it
		}
		if strings.TrimSpace(value) != "" {
			chosen = append(chosen, value)
		}
	}
	return chosen
}

// defaultFilters returns the filters that an ad hoc variable of the dashboard has when it
// opens. They apply if the request has no filters.
func (r runner) defaultFilters() ([]query.Filter, error) {
	var filters []query.Filter
	for _, v := range r.Templating.List {
		for _, f := range v.Filters {
			if r.Filters != nil {
				continue
			}
			values := f.Values
			if len(values) == 0 {
				values = []string{f.Value}
			}
			filter, err := AdHocFilter(f.Key, f.Operator, values)
			if err != nil {
				return nil, err
			}
			filters = append(filters, filter)
		}
	}
	return filters, nil
}

// AdHocFilter returns a filter of an ad hoc variable. Its key is a dimension or the column
// with the names of one. The error is a *query.Error.
func AdHocFilter(key, operator string, values []string) (query.Filter, error) {
	f := query.Filter{Dimension: key, Operator: adHocOperators[operator], Values: values}
	if f.Operator == "" {
		return query.Filter{}, &query.Error{Message: fmt.Sprintf("Parley does not support the operator %s of the filter on %s", query.Quote(operator), query.Quote(key))}
	}
	if _, ok := catalog.LookupDimension(key); !ok {
		if d, ok := catalog.LookupDimension(strings.TrimSuffix(key, "_name")); ok {
			f.Dimension = d.ID
		}
	}
	return f, nil
}

// conditions returns the account and the filters in words.
func (r runner) conditions(ctx context.Context) []Condition {
	var filters []query.Filter
	labels := map[string]string{}
	panels, _ := r.ordered()
	for _, v := range r.Templating.List {
		values := r.chosen(v)
		if !v.isFilter() || values == nil {
			continue
		}
		if f, isUsed := usedBy(panels, v.Name); isUsed {
			f.Values, labels[f.Dimension] = values, v.Label
			filters = append(filters, f)
		}
	}
	more, _ := r.defaultFilters() // the panels have its error
	filters = slices.Concat(filters, more, r.Filters)
	conditions := Conditions(ctx, r.engine, r.Language, filters)
	for i, f := range filters {
		if label := labels[f.Dimension]; label != "" {
			conditions[i].Name = label
		}
	}
	if slices.ContainsFunc(filters, func(f query.Filter) bool { return f.Dimension == "account" }) {
		return conditions
	}
	// A data source with one account, as most have.
	if accounts, err := r.engine.Values(ctx, engine.ValuesRequest{Dimension: "account", Language: r.Language, Limit: 2}); err == nil && len(accounts) == 1 {
		account := Condition{Name: catalog.In(r.Language).Dimension("account").Title, Text: accounts[0].Text}
		conditions = append([]Condition{account}, conditions...)
	}
	return conditions
}

// usedBy returns the first filter of a panel by a variable.
func usedBy(panels []*panel, name string) (query.Filter, bool) {
	for _, p := range panels {
		for _, t := range p.ours() {
			q, err := query.ParseLenient(t.RawMessage)
			if err != nil {
				continue
			}
			for _, f := range q.Filters {
				if slices.ContainsFunc(f.Values, func(value string) bool { return value == "$"+name || value == "${"+name+"}" }) {
					return f, true
				}
			}
		}
	}
	return query.Filter{}, false
}

// Conditions returns filters in words, with the names of entities.
func Conditions(ctx context.Context, e *engine.Engine, language string, filters []query.Filter) []Condition {
	texts := catalog.In(language)
	conditions := make([]Condition, 0, len(filters))
	for _, f := range filters {
		names := namesOf(ctx, e, language, f)
		var values []string
		for _, v := range f.Values {
			text, ok := names[v]
			if !ok {
				text = texts.Value(f.Dimension, v)
			}
			values = append(values, text)
		}
		conditions = append(conditions, Condition{texts.Dimension(f.Dimension).Title, texts.Notice("file_"+f.Operator, strings.Join(values, ", "))})
	}
	return conditions
}

// namesOf returns the names of the entities that a filter lists by their ids. Without a name,
// an entity is shown by its id.
func namesOf(ctx context.Context, e *engine.Engine, language string, f query.Filter) map[string]string {
	d, _ := catalog.LookupDimension(f.Dimension)
	if d.Kind != catalog.KindEntity || f.Operator != "in" && f.Operator != "notIn" {
		return nil
	}
	ids := slices.DeleteFunc(slices.Clone(f.Values), func(v string) bool { return v == catalog.None })
	if len(ids) == 0 {
		return nil
	}
	named := query.Filter{Dimension: f.Dimension, Operator: "in", Values: ids}
	found, err := e.Values(ctx, engine.ValuesRequest{Dimension: f.Dimension, Filters: []query.Filter{named}, Language: language, Limit: len(ids)})
	if err != nil {
		return nil
	}
	names := map[string]string{}
	for _, v := range found {
		names[v.Value] = v.Text
	}
	return names
}
