package check

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/source"
)

// leftOut finds the rows that reports leave out, and those of which they leave out a
// value.
func leftOut(ctx context.Context, db *postgres.DB, s *source.Source, since time.Time, progress func(relation string)) ([]Problem, error) {
	var found []Problem
	for _, r := range source.Contract {
		sql := s.LeftOut[r.Name]
		if sql == "" {
			continue
		}
		if progress != nil {
			progress(r.Name)
		}
		var args []any
		bind := func(v any, typ string) string {
			args = append(args, v)
			return fmt.Sprintf("$%d::%s", len(args), typ)
		}
		var span source.Span
		if !since.IsZero() && strings.Contains(sql, "$since") {
			span.Since = bind(since, "timestamptz")
		}
		sql = s.Bound(sql, span, func(text string) string { return bind(text, "text") })
		sql = fmt.Sprintf("SELECT l.column_name, count(*), (array_agg(DISTINCT coalesce(l.id, '(none)')))[1:%d] FROM (\n%s\n) AS l GROUP BY l.column_name ORDER BY l.column_name", examples, sql)
		err := db.Query(ctx, sql, args, func(values []any) error {
			problem := Problem{Relation: r.Name}
			column, _ := values[0].(string)
			problem.Explanation = leftOutFor(r, column)
			problem.Rows, _ = values[1].(int64)
			list, _ := values[2].([]any)
			for _, id := range list {
				problem.Examples = append(problem.Examples, fmt.Sprint(id))
			}
			found = append(found, problem)
			return nil
		})
		if err != nil {
			return found, err
		}
	}
	return found, nil
}

// leftOutFor explains why rows are left out because of a column.
func leftOutFor(r source.Relation, column string) source.Explanation {
	required := slices.ContainsFunc(r.Columns, func(c source.Column) bool { return c.Name == column && c.Required })
	const effect, correct = "Reports leave {it|them} out.", "Correct the value or the type of the column."
	switch {
	case column == source.Key(r.Name):
		return source.Explanation{Wrong: "{has|have} an empty " + column, Effect: effect, Fix: "Give every row an id."}
	case column == source.EventTime(r.Name):
		return source.Explanation{Wrong: "{has|have} no valid date in " + column, Effect: effect, Fix: "Set " + column + " to the date and time."}
	case column == "direction":
		return source.Explanation{Wrong: "{has|have} a direction other than inbound or outbound", Effect: effect, Fix: "Set direction to inbound or outbound."}
	case required:
		return source.Explanation{Wrong: "{has|have} a value in " + column + " that Parley cannot read", Effect: effect, Fix: correct}
	}
	return source.Explanation{Wrong: "{has|have} a value in " + column + " that Parley cannot read", Effect: "Reports show {it|them} without this value.", Fix: correct}
}
