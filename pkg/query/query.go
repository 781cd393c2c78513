// Package query is the question that a panel asks: its JSON form, the presets
// that fill it, and the checks that turn a bad question into a sentence that
// says what to do. It knows the catalogue and no database.
package query

// Query is one question. Report fills whatever the rest leaves out.
type Query struct {
	Version  int      `json:"version,omitempty"`
	Report   string   `json:"report,omitempty"`
	Metrics  []string `json:"metrics,omitempty"`
	GroupBy  []string `json:"groupBy,omitempty"`
	Bucket   string   `json:"bucket,omitempty"`
	Filters  []Filter `json:"filters,omitempty"`
	Compare  string   `json:"compare,omitempty"`
	Timezone string   `json:"timezone,omitempty"`
	Language string   `json:"language,omitempty"`
	Format   string   `json:"format,omitempty"`
	Columns  []string `json:"columns,omitempty"`
	OrderBy  []Order  `json:"orderBy,omitempty"`
	Limit    int      `json:"limit,omitempty"`
	After    string   `json:"after,omitempty"`
}

// Filter keeps the rows whose dimension satisfies the operator for the values:
// any of them for in, matches and contains; none of them for notIn and
// notMatches. The value "(none)" stands for no value.
type Filter struct {
	Dimension string   `json:"dimension"`
	Operator  string   `json:"operator"`
	Values    []string `json:"values"`
}

// Order sorts the rows by one column of the result.
type Order struct {
	By   string `json:"by"`
	Desc bool   `json:"desc,omitempty"`
}
