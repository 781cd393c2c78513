package check

import (
	"context"

	"github.com/parley-reports/parley/pkg/hours"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/source"
)

// wrongHours explains the problems of working_hours by the wrong column.
var wrongHours = []struct {
	column string
	source.Explanation
}{
	{"zone", source.Explanation{Wrong: "{has|have} an unknown time zone", Effect: "The business hours of the line or team are unknown.", Fix: "Use an IANA name, for example America/Sao_Paulo."}},
	{"weekday", source.Explanation{Wrong: "{has|have} a weekday that is not between 0 and 6", Effect: "Reports leave {it|them} out.", Fix: "Use 0 for Sunday to 6 for Saturday."}},
	{"opens", source.Explanation{Wrong: "{has|have} no valid time in opens", Effect: "Reports leave {it|them} out.", Fix: "Use a time of day, for example 09:00."}},
	{"closes", source.Explanation{Wrong: "{has|have} no valid time in closes", Effect: "Reports leave {it|them} out.", Fix: "Use a time of day, for example 18:00."}},
	{"line_id", source.Explanation{Wrong: "{has|have} no line and no team", Effect: "Reports don't use {it|them}.", Fix: "Set line_id or team_id."}},
}

// workingHours finds the rows of working_hours that the reports leave out. Zones are
// looked up in the tables that the reports use.
func workingHours(ctx context.Context, db *postgres.DB, s *source.Source) ([]Problem, error) {
	rows, err := hours.Read(ctx, db, s)
	if err != nil {
		return nil, err
	}
	var found []Problem
	for _, wrong := range wrongHours {
		problem := Problem{Relation: "working_hours", Explanation: wrong.Explanation}
		seen := map[string]bool{}
		for _, r := range rows {
			p, bad := r.Problem()
			if !bad || p.Zone != "" && wrong.column != "zone" || p.Zone == "" && p.Reason != wrong.column {
				continue
			}
			problem.Rows++
			example := "(none)"
			if p.Owner != (hours.Owner{}) {
				example = p.Owner.String()
			}
			if p.Zone != "" {
				example += " (" + p.Zone + ")"
			}
			if !seen[example] && len(problem.Examples) < examples {
				seen[example] = true
				problem.Examples = append(problem.Examples, example)
			}
		}
		if problem.Rows > 0 {
			found = append(found, problem)
		}
	}
	return found, nil
}
