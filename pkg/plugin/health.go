package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/parley-reports/parley/pkg/source"
)

// CheckHealth connects, examines the database and says what was found, what is
// wrong and how to mend it.
func (d *DataSource) CheckHealth(ctx context.Context, _ *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	if d.wrong != nil {
		return unwell(d.wrong.Error(), nil), nil
	}
	found, err := d.engine.Examine(ctx)
	if err != nil {
		_, message := explain(err)
		return unwell(message, nil), nil
	}
	if fatal := found.Fatal(); len(fatal) > 0 {
		var problems []string
		for _, f := range fatal {
			problems = append(problems, f.Problem)
		}
		return unwell("Connected, but "+strings.Join(problems, "; ")+". Check the schema in the settings, or make the views.", found.Findings), nil
	}
	overview, err := d.engine.Overview(ctx, found)
	if err != nil {
		_, message := explain(err)
		return unwell(message, found.Findings), nil
	}
	var partial []string
	for _, f := range found.Findings {
		if f.Problem != "" {
			partial = append(partial, f.Problem)
		}
	}
	message := fmt.Sprintf("Connected to PostgreSQL %s. ", overview.Version)
	if overview.Newest.IsZero() {
		message += "There are no messages yet: the reports will be empty until the first one."
	} else {
		message += fmt.Sprintf("The newest message is of %s.", overview.Newest.UTC().Format("2006-01-02 15:04 UTC"))
	}
	if len(partial) > 0 {
		message += " Not everything is there: " + strings.Join(partial, "; ") + "."
	}
	return &backend.CheckHealthResult{Status: backend.HealthStatusOk, Message: message, JSONDetails: details(found.Findings)}, nil
}

func unwell(message string, findings []source.Finding) *backend.CheckHealthResult {
	return &backend.CheckHealthResult{Status: backend.HealthStatusError, Message: message, JSONDetails: details(findings)}
}

func details(findings []source.Finding) []byte {
	if findings == nil {
		return nil
	}
	b, _ := json.Marshal(map[string]any{"relations": findings}) // plain structs always marshal
	return b
}
