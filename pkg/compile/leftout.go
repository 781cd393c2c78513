package compile

import (
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/source"
)

// LeftOut compiles the count of rows that reports leave out, or of which they leave out a
// value, of relations that have such: relation, column, number, and the first and the
// last id.
func LeftOut(src *source.Source, relations []string, r calendar.Range) *Statement {
	c := &compiler{Input: Input{Source: src, Range: r}}
	var span source.Span
	if slices.ContainsFunc(relations, func(relation string) bool { return strings.Contains(src.LeftOut[relation], "$since") }) {
		span = c.span(r.From, r.To)
	}
	var parts []string
	for _, relation := range relations {
		parts = append(parts, src.Bound(src.LeftOut[relation], span, c.textArg))
	}
	sql := `SELECT l.relation, l.column_name, count(*), min(l.id COLLATE "C"), max(l.id COLLATE "C")
FROM (
` + indent(strings.Join(parts, "\nUNION ALL\n")) + `
) AS l
GROUP BY l.relation, l.column_name
ORDER BY l.relation, l.column_name`
	return &Statement{SQL: sql, Args: c.args}
}
