package plugin

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/resource/httpadapter"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
)

// resources returns the handler of the editors' requests. Everybody who can query the
// data source can call it, so the limits of queries apply.
func (d *DataSource) resources() backend.CallResourceHandler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /catalog", d.serveCatalog)
	mux.HandleFunc("GET /schema", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, query.Schema()) })
	mux.HandleFunc("POST /values", d.serveValues)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, fmt.Sprintf("unknown request: %s %s", query.Clip(r.Method, 20), query.Clip(r.URL.Path, 60)))
	})
	return httpadapter.New(mux)
}

func reply(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"message":"the answer cannot be written as JSON"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // nobody is left to tell
}

func refuse(w http.ResponseWriter, status int, message string) {
	reply(w, status, map[string]string{"message": message})
}

type (
	catalogAnswer struct {
		Metrics    []metricAnswer    `json:"metrics"`
		Dimensions []dimensionAnswer `json:"dimensions"`
		Reports    []reportAnswer    `json:"reports"`
		Facts      []textAnswer      `json:"facts"`
	}
	textAnswer struct {
		ID          string `json:"id"`
		Title       string `json:"title"`
		Description string `json:"description,omitempty"`
		// Summary is a description that fits a list of choices.
		Summary string `json:"summary,omitempty"`
	}
	metricAnswer struct {
		textAnswer
		Unit       catalog.Unit `json:"unit"`
		Fact       catalog.Fact `json:"fact"`
		Dimensions []string     `json:"dimensions"`
	}
	dimensionAnswer struct {
		textAnswer
		Kind      catalog.Kind   `json:"kind"`
		Multi     bool           `json:"multi"`
		Operators []string       `json:"operators"`
		None      string         `json:"none"`
		Values    []engine.Value `json:"values,omitempty"`
	}
	reportAnswer struct {
		textAnswer
		Fact    catalog.Fact `json:"fact,omitempty"`
		Columns []textAnswer `json:"columns,omitempty"`
		// Sortable are the columns that can order a details report.
		Sortable []string `json:"sortable,omitempty"`
		// Filters are the dimensions that can filter a report of events.
		Filters []string    `json:"filters,omitempty"`
		Query   query.Query `json:"query"`
	}
)

func described(id string, w catalog.Words) textAnswer {
	return textAnswer{ID: id, Title: w.Title, Description: w.Description, Summary: w.Summary()}
}

// serveCatalog returns the catalogue in the language of the request.
func (d *DataSource) serveCatalog(w http.ResponseWriter, r *http.Request) {
	texts := catalog.In(r.URL.Query().Get("language"))
	answer := catalogAnswer{}
	for _, m := range catalog.Metrics {
		if m.Internal {
			continue
		}
		t := texts.Metric(m.ID)
		answer.Metrics = append(answer.Metrics, metricAnswer{described(m.ID, t), m.Unit, m.Fact, query.CutsOf(m)})
	}
	for _, dim := range catalog.Dimensions {
		t := texts.Dimension(dim.ID)
		entry := dimensionAnswer{textAnswer: described(dim.ID, t), Kind: dim.Kind, Multi: dim.Multi, Operators: append([]string{}, query.OperatorsOf(dim)...), None: texts.NoneOf(dim.ID)}
		for _, v := range engine.FixedValues(dim) {
			entry.Values = append(entry.Values, engine.Value{Value: v, Text: texts.Value(dim.ID, v)})
		}
		answer.Dimensions = append(answer.Dimensions, entry)
	}
	for _, p := range query.Presets {
		t := texts.Report(p.ID)
		entry := reportAnswer{textAnswer: described(p.ID, t), Query: p.Query}
		switch {
		case p.IsEvents():
			entry.Filters = p.EventFilters()
		case p.IsDetails():
			entry.Fact = p.Fact
			entry.Sortable = catalog.SortableIDs(p.Fact)
			for _, id := range catalog.ColumnIDs(p.Fact) {
				entry.Columns = append(entry.Columns, textAnswer{ID: id, Title: texts.Column(id).Title})
			}
		}
		answer.Reports = append(answer.Reports, entry)
	}
	for _, f := range catalog.Facts {
		answer.Facts = append(answer.Facts, textAnswer{ID: string(f), Title: texts.Fact(f).Title})
	}
	reply(w, http.StatusOK, answer)
}

// serveValues returns values of a dimension from the database.
func (d *DataSource) serveValues(w http.ResponseWriter, r *http.Request) {
	if d.wrong != nil {
		refuse(w, http.StatusBadRequest, d.wrong.Error())
		return
	}
	var request engine.ValuesRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&request); err != nil {
		refuse(w, http.StatusBadRequest, "the request is not the JSON of a search for values: "+query.Clip(err.Error(), 120))
		return
	}
	values, err := d.engine.ListValues(r.Context(), request)
	if err != nil {
		status, message := explain(err)
		refuse(w, int(status), message)
		return
	}
	reply(w, http.StatusOK, values)
}
