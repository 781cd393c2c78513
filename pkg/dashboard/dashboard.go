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
	Name  string `json:"name"`
	Label string `json:"label"`
	Type  string `json:"type"`
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
	Targets         []json.RawMessage `json:"targets"`
	Transformations []transformation  `json:"transformations"`
	// Panels are those of a row that is collapsed.
	Panels []*panel `json:"panels"`
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
	d.Language = language(d.Panels)
	return d, nil
}

// language returns the language of the first query.
func language(panels []*panel) string {
	for _, p := range panels {
		for _, target := range p.Targets {
			var q struct{ Language string }
			if json.Unmarshal(target, &q) == nil && q.Language != "" {
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
