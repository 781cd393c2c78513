package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

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
	// Message and VerboseMessage are what Grafana shows below the health check's
	// own sentence: the second opens on demand.
	Message        string `json:"message,omitempty"`
	VerboseMessage string `json:"verboseMessage,omitempty"`
}

func examined(s *source.Source) *examination {
	e := &examination{Kind: s.Kind, Version: s.Version, Relations: s.Findings, Advice: s.Advice}
	e.Unavailable, e.Unknown = catalog.Limits(s.Has, s.Knows)
	e.describe()
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
	return message
}

// describe puts into words for people what is missing and what would help.
func (e *examination) describe() {
	var partial, problems []string
	for _, f := range e.Relations {
		if f.Problem != "" {
			partial = append(partial, f.Relation)
			problems = append(problems, f.Problem)
		}
	}
	var lines []string
	for _, part := range []struct {
		begins string
		list   []string
	}{
		{"Missing or incomplete", problems},
		{"Metrics that are therefore unavailable", titles(e.Unavailable)},
		{"Metrics that are unknown here", titles(e.Unknown)},
		{"What would make the reports faster", e.Advice},
	} {
		if len(part.list) > 0 {
			lines = append(lines, part.begins+":")
			for _, item := range part.list {
				lines = append(lines, "– "+item)
			}
		}
	}
	if len(lines) == 0 {
		return
	}
	e.VerboseMessage = strings.Join(lines, "\n")
	switch {
	case len(partial) > 0:
		e.Message = "Missing or incomplete: " + strings.Join(partial, ", ") + ". The details say what that means for the reports."
	case len(e.Unavailable)+len(e.Unknown) > 0:
		e.Message = "Not every metric can be known here. The details list those that can't."
	default:
		e.Message = "The reports can be faster. The details say how."
	}
}

func titles(metrics []string) []string {
	var list []string
	for _, id := range metrics {
		list = append(list, catalog.In("en").Metric(id).Title)
	}
	return list
}

// sentence makes a whole sentence of an error's words.
func sentence(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	words = string(unicode.ToUpper(first)) + words[size:]
	if !strings.HasSuffix(words, ".") {
		words += "."
	}
	return words
}

func health(status backend.HealthStatus, message string, found *examination) *backend.CheckHealthResult {
	result := &backend.CheckHealthResult{Status: status, Message: sentence(message)}
	if found != nil {
		result.JSONDetails, _ = json.Marshal(found) // plain structs always marshal
	}
	return result
}
