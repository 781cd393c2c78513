package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/source"
)

// examination is the machine-readable result of a health check.
type examination struct {
	Kind      string           `json:"kind"`
	Version   string           `json:"version,omitempty"`
	Relations []source.Finding `json:"relations"`
	// Unavailable metrics miss a relation, Unknown metrics miss columns.
	Unavailable []string `json:"unavailable,omitempty"`
	Unknown     []string `json:"unknown,omitempty"`
	// Memory is what is in memory now.
	Memory *held `json:"memory,omitempty"`
	// Advice lists SQL statements that would make reports faster.
	Advice []string `json:"advice,omitempty"`
	// Grafana shows Message below the result of the health check, and VerboseMessage
	// when somebody expands it.
	Message        string `json:"message,omitempty"`
	VerboseMessage string `json:"verboseMessage,omitempty"`
}

// held is what the data source holds in memory.
type held struct {
	Messages int       `json:"messages"`
	Bytes    int       `json:"bytes"`
	AsOf     time.Time `json:"asOf"`
}

// examined returns the result for a database that reports can read.
func examined(s *source.Source) *examination {
	e := &examination{Kind: s.Kind, Version: s.Version, Relations: s.Findings, Advice: s.Advice}
	e.Unavailable, e.Unknown = catalog.Limits(s.Has, s.Records)
	e.describe()
	return e
}

// CheckHealth connects, examines the database and reports what it found, what is
// wrong and how to fix it.
func (d *DataSource) CheckHealth(ctx context.Context, _ *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	if d.wrong != nil {
		return health(backend.HealthStatusError, d.wrong.Error(), nil), nil
	}
	s, err := d.engine.Examine(ctx)
	if err != nil {
		_, message := explain(err)
		return health(backend.HealthStatusError, message, nil), nil
	}
	if fatal := s.Fatal(); len(fatal) > 0 {
		// What every report lacks needs no list of metrics.
		wrong := &engine.SchemaError{Findings: fatal, Remedy: s.Remedy}
		return health(backend.HealthStatusError, "Connected, but "+wrong.Error(), &examination{Kind: s.Kind, Version: s.Version, Relations: s.Findings}), nil
	}
	found := examined(s)
	overview, err := d.engine.Overview(ctx, s)
	if err != nil {
		_, message := explain(err)
		return health(backend.HealthStatusError, message, found), nil
	}
	// Reports answer without links; only who sets the template needs to know.
	if err := engine.CheckChatURL(d.settings.ChatURL); err != nil {
		return health(backend.HealthStatusError, "Connected, but check the data source settings: "+err.Error(), nil), nil
	}
	h := d.engine.Held()
	if !h.AsOf.IsZero() {
		found.Memory = &held{Messages: h.Messages, Bytes: h.Bytes, AsOf: h.AsOf}
	}
	return health(backend.HealthStatusOk, found.message(overview)+inMemory(h), found), nil
}

// inMemory says what the data source holds, as a sentence.
func inMemory(h engine.Held) string {
	if h.AsOf.IsZero() {
		return ""
	}
	return fmt.Sprintf(" In memory: %s messages in %s MB, read at %s.", catalog.In("en").Count(int64(h.Messages)), catalog.In("en").Count(int64(h.Bytes>>20)), h.AsOf.UTC().Format("15:04:05 UTC"))
}

// message returns a summary of a few sentences.
func (e *examination) message(o engine.Overview) string {
	read := e.Kind
	if e.Version != "" {
		read += " (" + e.Version + ")"
	}
	message := fmt.Sprintf("Connected to PostgreSQL %s, reading %s. ", o.Version, read)
	if o.Newest.IsZero() {
		message += "There are no messages yet, so reports are empty."
	} else {
		message += fmt.Sprintf("Latest message: %s.", o.Newest.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return message
}

// things are the plural names of relations that a product may not have.
var things = map[string]string{
	"conversation": "conversations", "agent": "agents", "team": "teams", "tag": "tags",
	"campaign": "campaigns", "csat": "CSAT ratings", "working_hours": "business hours",
}

// describe fills the messages with what is missing and what would help.
func (e *examination) describe() {
	var never, partial []string
	var lacking []source.Finding
	costs := true
	for _, f := range e.Relations {
		switch {
		case f.Never && things[f.Relation] != "":
			never = append(never, things[f.Relation])
		case f.Problem != "" && !f.Never:
			lacking = append(lacking, f)
			if f.Relation == "rate_card" {
				costs = false
			} else {
				partial = append(partial, f.Relation)
			}
		}
	}

	var summary, lines []string
	details := func(begins string, list ...string) {
		if len(list) > 0 {
			lines = append(lines, begins+strings.Join(list, ", "))
		}
	}
	items := func(begins string, list []string) {
		if len(list) > 0 {
			lines = append(lines, begins+"\n– "+strings.Join(list, "\n– "))
		}
	}
	if len(never) > 0 {
		summary = append(summary, e.Kind+" does not store "+strings.Join(never, ", ")+".")
		if slices.Contains(never, things["conversation"]) {
			summary = append(summary, "The dashboards Agents, Tags and Conversations stay empty.")
		}
	}
	if !costs {
		summary = append(summary, "Costs are unknown without a rate card.")
	}
	if len(partial) > 0 {
		summary = append(summary, "Missing or incomplete: "+strings.Join(partial, ", ")+".")
	}
	items("Missing or incomplete:", source.Problems(lacking))
	details("Metrics that are not available: ", titles(e.Unavailable)...)
	details("Metrics that this database does not record: ", titles(e.Unknown)...)
	items("Indexes that make reports faster:", e.Advice)
	if len(lines) == 0 {
		return
	}
	if len(summary) == 0 && len(e.Unavailable)+len(e.Unknown) > 0 {
		summary = append(summary, "Some metrics are not available.")
	}
	if len(e.Advice) > 0 {
		summary = append(summary, "Missing indexes slow reports down: see the details.")
	}
	e.Message, e.VerboseMessage = strings.Join(summary, " "), strings.Join(lines, "\n")
}

func titles(metrics []string) []string {
	var list []string
	for _, id := range metrics {
		list = append(list, catalog.In("en").Metric(id).Title)
	}
	return list
}

// sentence turns an error message into a sentence: capital letter, full stop.
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
