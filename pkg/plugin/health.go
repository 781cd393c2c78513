package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/source"
)

// examination is what the health check found, for programs to read.
type examination struct {
	Kind      string           `json:"kind"`
	Version   string           `json:"version,omitempty"`
	Relations []source.Finding `json:"relations"`
	// Unavailable and Unknown are metrics: of the former a relation is missing, of
	// the latter columns.
	Unavailable []string `json:"unavailable,omitempty"`
	Unknown     []string `json:"unknown,omitempty"`
	// Advice are statements that would make the reports faster.
	Advice []string `json:"advice,omitempty"`
}

func examined(s *source.Source) *examination {
	e := &examination{Kind: s.Kind, Version: s.Version, Relations: s.Findings, Advice: s.Advice}
	e.Unavailable, e.Unknown = catalog.Limits(s.Has, s.Knows)
	return e
}

// CheckHealth connects, examines the database and says what was found, what is
// wrong and how to mend it.
func (d *DataSource) CheckHealth(ctx context.Context, _ *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	if d.wrong != nil {
		return health(backend.HealthStatusError, d.wrong.Error(), nil), nil
	}
	s, err := d.engine.Examine(ctx)
	if err != nil {
		_, message := explain(err)
		return health(backend.HealthStatusError, message, nil), nil
	}
	found := examined(s)
	if fatal := s.Fatal(); len(fatal) > 0 {
		return health(backend.HealthStatusError, "Connected, but "+(&engine.SchemaError{Findings: fatal, Remedy: s.Remedy}).Error()+".", found), nil
	}
	overview, err := d.engine.Overview(ctx, s)
	if err != nil {
		_, message := explain(err)
		return health(backend.HealthStatusError, message, found), nil
	}
	return health(backend.HealthStatusOk, found.message(overview), found), nil
}

// message says what was found in a few sentences.
func (e *examination) message(o engine.Overview) string {
	read := e.Kind
	if e.Version != "" {
		read += " (" + e.Version + ")"
	}
	message := fmt.Sprintf("Connected to PostgreSQL %s, reading %s. ", o.Version, read)
	if o.Newest.IsZero() {
		message += "There are no messages yet: the reports will be empty until the first one."
	} else {
		message += fmt.Sprintf("The newest message is of %s.", o.Newest.UTC().Format("2006-01-02 15:04 UTC"))
	}
	var problems []string
	for _, f := range e.Relations {
		if f.Problem != "" {
			problems = append(problems, f.Problem)
		}
	}
	for _, part := range []struct {
		begins string
		list   []string
		mark   string
	}{
		{"Not everything is there: ", problems, "; "},
		{"Unavailable: ", e.Unavailable, ", "},
		{"Unknown: ", e.Unknown, ", "},
		{"Faster with: ", e.Advice, "; "},
	} {
		if len(part.list) > 0 {
			message += " " + part.begins + strings.Join(part.list, part.mark) + "."
		}
	}
	return message
}

func health(status backend.HealthStatus, message string, found *examination) *backend.CheckHealthResult {
	result := &backend.CheckHealthResult{Status: status, Message: message}
	if found != nil {
		result.JSONDetails, _ = json.Marshal(found) // plain structs always marshal
	}
	return result
}
