// Package dashboard runs a whole dashboard outside Grafana: it reads the dashboard's JSON,
// runs the queries of its panels with a time range and filters, and returns what the
// panels show as cards and tables with real numbers, in the order of the screen. Files and
// mails are written from that.
package dashboard

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/parley-reports/parley/dashboards"
	"github.com/parley-reports/parley/pkg/query"
)

// PluginID is the type of Parley's data source in the JSON of dashboards.
const PluginID = "parley-conversations-datasource"

// A Definition is a dashboard as Grafana stores it.
type Definition struct {
	UID         string `json:"uid"`
	Title       string `json:"title"`
	Description string `json:"description"`
	// Time is the default time range, such as now-7d to now.
	Time struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"time"`
	Templating struct {
		List []variable `json:"list"`
	} `json:"templating"`
	Panels []*panel `json:"panels"`
	// Language is the language of the panels: en, es or pt-BR.
	Language string `json:"-"`
}

type variable struct {
	Name    string `json:"name"`
	Label   string `json:"label"`
	Type    string `json:"type"`
	Current struct {
		// Value is a text or a list of texts.
		Value json.RawMessage `json:"value"`
	} `json:"current"`
	// Filters are the defaults of an ad hoc variable.
	Filters []struct {
		Key      string   `json:"key"`
		Operator string   `json:"operator"`
		Value    string   `json:"value"`
		Values   []string `json:"values"`
	} `json:"filters"`
}

// defaults returns the values that the variable has when the dashboard opens.
func (v variable) defaults() []string {
	var values []string
	if json.Unmarshal(v.Current.Value, &values) == nil {
		return values
	}
	var value string
	if json.Unmarshal(v.Current.Value, &value) == nil {
		return []string{value}
	}
	return nil
}

// panel is a panel in Grafana's format.
type panel struct {
	ID            int     `json:"id"`
	Type          string  `json:"type"`
	Title         string  `json:"title"`
	Position      Box     `json:"gridPos"`
	TimeFrom      string  `json:"timeFrom"`
	MaxDataPoints int     `json:"maxDataPoints"`
	Options       options `json:"options"`
	FieldConfig   struct {
		Defaults  map[string]json.RawMessage `json:"defaults"`
		Overrides []override                 `json:"overrides"`
	} `json:"fieldConfig"`
	Datasource      datasource       `json:"datasource"`
	Targets         []target         `json:"targets"`
	Transformations []transformation `json:"transformations"`
	// Panels are those of a row that is collapsed.
	Panels []*panel `json:"panels"`
}

// target is a query of a panel.
type target struct {
	json.RawMessage
	datasource datasource
	hide       bool
}

func (t *target) UnmarshalJSON(text []byte) error {
	var known struct {
		Datasource datasource `json:"datasource"`
		Hide       bool       `json:"hide"`
	}
	if err := json.Unmarshal(text, &known); err != nil {
		return err
	}
	t.RawMessage, t.datasource, t.hide = slices.Clone(text), known.Datasource, known.Hide
	return nil
}

// datasource is the type of a data source, or "" if the JSON has only its name.
type datasource string

func (d *datasource) UnmarshalJSON(text []byte) error {
	var reference struct{ Type string }
	if json.Unmarshal(text, &reference) == nil { // old dashboards have a name instead
		*d = datasource(reference.Type)
	}
	return nil
}

// ours returns the panel's queries of Parley that are not hidden.
func (p *panel) ours() []target {
	var ours []target
	for _, t := range p.Targets {
		if of := cmp.Or(t.datasource, p.Datasource); (of == PluginID || of == "") && !t.hide {
			ours = append(ours, t)
		}
	}
	// Others of such a table only add a trend line.
	if p.has("timeSeriesTable") && len(ours) > 1 {
		return ours[:1]
	}
	return ours
}

func (p *panel) has(transformation string) bool {
	for _, t := range p.Transformations {
		if t.ID == transformation {
			return true
		}
	}
	return false
}

// options are the options of panels that change what a file shows.
type options struct {
	ShowHeader             *bool  `json:"showHeader"`
	Orientation            string `json:"orientation"`
	PercentChangeColorMode string `json:"percentChangeColorMode"`
	Color                  struct {
		Fill string `json:"fill"`
	} `json:"color"`
	ReduceOptions struct {
		Calcs  []string `json:"calcs"`
		Fields string   `json:"fields"`
		Values bool     `json:"values"`
	} `json:"reduceOptions"`
}

// Box is a position in Grafana's grid, which has 24 columns.
type Box struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"w"`
	Height int `json:"h"`
}

// Parse reads a dashboard in Grafana's format. The error is a *query.Error.
func Parse(text []byte) (*Definition, error) {
	d := &Definition{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, &query.Error{Message: fmt.Sprintf("the dashboard cannot be read: %v", err)}
	}
	panels, _ := d.ordered()
	if !slices.ContainsFunc(panels, func(p *panel) bool { return len(p.ours()) > 0 }) {
		return nil, &query.Error{Message: "the dashboard has no panels of Parley. Export it from Grafana as a classic dashboard"}
	}
	d.Language = language(panels)
	return d, nil
}

// language returns the language of the first query.
func language(panels []*panel) string {
	for _, p := range panels {
		for _, target := range p.ours() {
			var q struct{ Language string }
			if json.Unmarshal(target.RawMessage, &q) == nil && q.Language != "" {
				return q.Language
			}
		}
	}
	return query.Languages[0]
}

// Names returns the names of the shipped dashboards, such as channels, without their versions
// for public sharing.
func Names() []string {
	files, _ := dashboards.Files.ReadDir(query.Languages[0]) // embedded
	var names []string
	for _, f := range files {
		if name := strings.TrimSuffix(f.Name(), ".json"); !strings.HasSuffix(name, "-public") {
			names = append(names, name)
		}
	}
	return names
}

// Shipped returns a shipped dashboard by its name, such as channels, or by its uid, such as
// parley-en-channels, in a language: en, es, pt-BR or a variant such as es-AR. The error is
// a *query.Error.
func Shipped(name, language string) (*Definition, error) {
	if parts := strings.SplitN(name, "-", 3); len(parts) == 3 && parts[0] == "parley" {
		language, name = cmp.Or(language, parts[1]), parts[2]
	}
	language = spelled(language)
	if !slices.Contains(Names(), name) {
		return nil, &query.Error{Message: fmt.Sprintf("unknown dashboard %s%s", query.Quote(name), query.Suggest(name, Names()))}
	}
	text, err := dashboards.Files.ReadFile(path.Join(language, name+".json"))
	if err != nil {
		return nil, &query.Error{Message: fmt.Sprintf("the dashboard %s does not exist in the language %s", name, language)}
	}
	return Parse(text)
}

// spelled returns the language of dashboards that a language is nearest to.
func spelled(language string) string {
	short := strings.ToLower(language[:min(2, len(language))])
	for _, known := range query.Languages {
		if short != "" && strings.HasPrefix(known, short) {
			return known
		}
	}
	return query.Languages[0]
}

// ordered returns the panels in the order of the screen, each with the title of the row
// that it is in.
func (d *Definition) ordered() (panels []*panel, sections []string) {
	all := slices.Clone(d.Panels)
	slices.SortStableFunc(all, func(a, b *panel) int {
		return cmp.Or(cmp.Compare(a.Position.Y, b.Position.Y), cmp.Compare(a.Position.X, b.Position.X))
	})
	section := ""
	for _, p := range all {
		if p.Type != "row" {
			panels, sections = append(panels, p), append(sections, section)
			continue
		}
		section = p.Title
		for _, inside := range p.Panels {
			panels, sections = append(panels, inside), append(sections, section)
		}
	}
	return panels, sections
}

// VariableNames returns the names of the variables that filter panels. Each is a dimension.
func (d *Definition) VariableNames() []string {
	var names []string
	for _, v := range d.Templating.List {
		if v.isFilter() {
			names = append(names, v.Name)
		}
	}
	return names
}

func (v variable) isFilter() bool { return v.Type != "datasource" && v.Type != "adhoc" }
