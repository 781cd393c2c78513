package measure

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

// A predicate decides about rows.
type predicate func(i int32) bool

// filters returns the conditions of the query's filters on the rows, one row at a time.
func (r *rows) filters() []predicate {
	var list []predicate
	for _, c := range r.conditions() {
		list = append(list, c.holds)
	}
	return list
}

// conditions are those of the query's filters on the rows. What the source does not record
// chooses no row: whether it would is not known.
func (r *rows) conditions() []*condition {
	var list []*condition
	for _, f := range r.Query.Filters {
		list = append(list, r.filter(f))
	}
	return list
}

func (r *rows) filter(f query.Filter) *condition {
	d, _ := catalog.LookupDimension(f.Dimension)
	switch {
	case !catalog.Records(r.fact, d.ID, r.Source.Records):
		return &condition{test: func(int32) bool { return false }}
	case d.Kind == catalog.KindTime:
		return &condition{test: r.periodFilter(calendar.Unit(d.ID), f)}
	}
	c := r.dimension(d.ID)
	pass := byCode(c, valueTest(d, c, f))
	if !d.Multi {
		return pass
	}
	// Tags: one that is listed is enough, and a negation wants none of them.
	negated := f.Operator == "notIn" || f.Operator == "notMatches"
	return &condition{test: func(i int32) bool {
		values := c.values(i)
		if len(values) == 0 {
			return pass.passes(0)
		}
		if negated {
			return !slices.ContainsFunc(values, func(code uint32) bool { return !pass.passes(code) })
		}
		return slices.ContainsFunc(values, pass.passes)
	}}
}

// valueTest is the condition of a filter on the values of a column. "(none)" is a value
// like any other: a negation keeps it unless it is listed.
func valueTest(d catalog.Dimension, c *column, f query.Filter) func(code uint32) bool {
	f = folded(d, f)
	none := slices.Contains(f.Values, catalog.None)
	values := slices.DeleteFunc(slices.Clone(f.Values), func(v string) bool { return v == catalog.None })
	listed := f.Operator == "in" || f.Operator == "notIn"
	read := c.text
	if d.ID == "phone" && f.Operator != "matches" && f.Operator != "notMatches" {
		// Any notation finds a phone: only the digits count. A text without any is no
		// phone's.
		read = func(code uint32) string { return onlyDigits(c.text(code)) }
		for i, v := range values {
			values[i] = onlyDigits(v)
		}
		values = slices.DeleteFunc(values, func(v string) bool { return v == "" })
	}
	hit := textTest(f.Operator, values)
	test := func(code uint32) bool { return hit(read(code)) }
	switch {
	case c.number != nil:
		numbers := map[int64]bool{}
		for _, v := range values {
			if n, err := strconv.ParseInt(v, 10, 64); err == nil {
				numbers[n] = true
			}
		}
		test = func(code uint32) bool { return numbers[c.number(code)] }
	case c.name != nil && !listed:
		// Patterns look at the name of an entity as well.
		test = func(code uint32) bool { return hit(c.text(code)) || c.name(code) != "" && hit(c.name(code)) }
	}
	negated := f.Operator == "notIn" || f.Operator == "notMatches"
	return func(code uint32) bool {
		switch {
		case code == 0:
			return none != negated
		case len(values) == 0:
			return negated
		}
		return test(code) != negated
	}
}

// EntityTest returns the condition of filters on an entity, which looks at its id and name.
func EntityTest(src *source.Source, d catalog.Dimension, filters []query.Filter) func(id, name string) bool {
	var id, name string
	c := &column{text: func(uint32) string { return id }}
	if src.Has(d.Relation) {
		c.name = func(uint32) string { return name }
	}
	var tests []func(code uint32) bool
	for _, f := range filters {
		tests = append(tests, valueTest(d, c, f))
	}
	return func(entity, called string) bool {
		id, name = entity, called
		return !slices.ContainsFunc(tests, func(test func(uint32) bool) bool { return !test(1) })
	}
}

// textTest compares texts with the values of an operator, or of its negation.
func textTest(operator string, values []string) func(text string) bool {
	switch operator {
	case "matches", "notMatches":
		var patterns []*regexp.Regexp
		for _, v := range values {
			patterns = append(patterns, regexp.MustCompile(v)) // checked by the query
		}
		return func(text string) bool {
			return slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(text) })
		}
	case "contains":
		small := make([]string, len(values))
		for i, v := range values {
			small[i] = strings.ToLower(v)
		}
		return func(text string) bool {
			text = strings.ToLower(text)
			return slices.ContainsFunc(small, func(v string) bool { return strings.Contains(text, v) })
		}
	}
	return func(text string) bool { return slices.Contains(values, text) }
}

// periodFilter keeps the calendar periods that hold the values.
func (r *rows) periodFilter(unit calendar.Unit, f query.Filter) predicate {
	// Every row has a time.
	values := slices.DeleteFunc(slices.Clone(f.Values), func(v string) bool { return v == catalog.None })
	var bounds []int64
	for _, t := range periods(unit, values, r.Location) {
		bounds = append(bounds, t.UnixMicro())
	}
	negated := f.Operator == "notIn"
	return func(i int32) bool {
		passed, found := slices.BinarySearch(bounds, r.at[i])
		if found {
			passed++
		}
		return (passed%2 == 1) != negated
	}
}
