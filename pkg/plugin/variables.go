package plugin

import (
	"net/url"
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/dashboard"
	"github.com/parley-reports/parley/pkg/query"
)

// variableFilters returns the filters of a dashboard's variables from the parameters of an
// address. The parameter variables lists their names, which are dimensions, each with its
// operator if that is not in: "line,phone:contains". Their values are in parameters such
// as var-line. Variables on "All" and those without a value are no filters. The error is a
// *query.Error.
func variableFilters(params url.Values) ([]query.Filter, error) {
	var filters []query.Filter
	for _, variable := range strings.FieldsFunc(params.Get("variables"), func(c rune) bool { return c == ',' }) {
		name, operator, hasOperator := strings.Cut(variable, ":")
		if !hasOperator {
			operator = "in"
		}
		values := slices.DeleteFunc(slices.Clone(params["var-"+name]), func(v string) bool { return strings.TrimSpace(v) == "" })
		if len(values) > 0 && !slices.Contains(values, dashboard.AllValues) {
			filters = append(filters, query.Filter{Dimension: name, Operator: operator, Values: values})
		}
	}
	more, err := adHocFilters(params)
	return append(filters, more...), err
}

// adHocFilters returns the ad hoc filters of a dashboard's address. The error is a
// *query.Error.
func adHocFilters(params url.Values) ([]query.Filter, error) {
	var filters []query.Filter
	for _, text := range params["var-filters"] {
		f, err := adHocFilter(text)
		if err != nil {
			return nil, err
		}
		if f.Dimension != "" {
			filters = append(filters, f)
		}
	}
	return filters, nil
}

// adHocEscapes are the characters that Grafana escapes in a part of an ad hoc filter.
var adHocEscapes = strings.NewReplacer("__gfp__", "|", "__gfc__", ",", "__gfh__", "#")

// adHocFilter reads a filter as Grafana writes it in an address: the key, the operator and
// the values, each with a text for people after a comma.
func adHocFilter(text string) (query.Filter, error) {
	parts := strings.Split(text, "|")
	if len(parts) < 3 {
		return query.Filter{}, nil
	}
	for i, part := range parts {
		id, _, _ := strings.Cut(part, ",")
		parts[i] = adHocEscapes.Replace(id)
	}
	return dashboard.AdHocFilter(parts[0], parts[1], parts[2:])
}
