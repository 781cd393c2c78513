package check

import (
	"context"

	"github.com/parley-reports/parley/pkg/hours"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/source"
)

// wrongHours say what rows of working_hours do, by the column that is wrong.
var wrongHours = []struct{ column, breaks string }{
	{"zone", "are in a time zone that nobody knows (the business hours of their line or team are unknown; use an IANA name such as America/Sao_Paulo)"},
	{"weekday", "have a weekday that is not 0 to 6 (they are left out; 0 is Sunday)"},
	{"opens", "have no opens, or one that is no time of day (they are left out)"},
	{"closes", "have no closes, or one that is no time of day (they are left out)"},
	{"line_id", "name neither a line nor a team (they are nobody's)"},
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
		problem := Problem{Relation: "working_hours", Breaks: wrong.breaks}
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
