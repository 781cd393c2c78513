// Package dashboards reads the shipped dashboards and makes the requests that Grafana
// sends when one of them opens. The demo and the benchmark ask these.
package dashboards

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// PluginID is the type of our data source in dashboards.
const PluginID = "parley-conversations-datasource"

// all is Grafana's word for every value of a variable.
const all = "$__all"

// Dashboard is what is needed of a dashboard's JSON.
type Dashboard struct {
	// File is the name of its file, without the extension.
	File       string   `json:"-"`
	UID        string   `json:"uid"`
	Title      string   `json:"title"`
	Timezone   string   `json:"timezone"`
	Panels     []*Panel `json:"panels"`
	Templating struct {
		List []variable `json:"list"`
	} `json:"templating"`
	Time struct {
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"time"`
}

// Panel is one panel.
type Panel struct {
	ID         int              `json:"id"`
	Type       string           `json:"type"`
	Title      string           `json:"title"`
	TimeFrom   string           `json:"timeFrom"`
	Datasource datasource       `json:"datasource"`
	Targets    []map[string]any `json:"targets"`
	// Panels are those of a row that is folded.
	Panels []*Panel `json:"panels"`
}

type datasource struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// UnmarshalJSON accepts what old dashboards hold: a name instead of an object.
func (d *datasource) UnmarshalJSON(text []byte) error {
	type plain datasource
	if err := json.Unmarshal(text, (*plain)(d)); err != nil {
		return json.Unmarshal(text, &d.UID)
	}
	return nil
}

type variable struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	Query      any    `json:"query"`
	IncludeAll bool   `json:"includeAll"`
	Current    struct {
		Value any `json:"value"`
	} `json:"current"`
}

// In reads the dashboards of one language. Those of the others ask the
// same questions.
func In(root, language string) ([]Dashboard, error) {
	dir := filepath.Join(root, "dashboards")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the dashboards: %w", err)
	}
	var languages []string
	for _, entry := range entries {
		languages = append(languages, entry.Name())
	}
	if !slices.Contains(languages, language) {
		return nil, fmt.Errorf("there are no dashboards in the language %q: choose one of %s", language, strings.Join(languages, ", "))
	}
	return read(filepath.Join(dir, language))
}

// read reads all dashboards in dir, in the order of their names.
func read(dir string) ([]Dashboard, error) {
	var dashboards []Dashboard
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var d Dashboard
		if err := json.Unmarshal(text, &d); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		d.File = strings.TrimSuffix(filepath.Base(path), ".json")
		dashboards = append(dashboards, d)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(dashboards) == 0 {
		return nil, fmt.Errorf("there are no dashboards in %s: run `go tool mage dashboards`", dir)
	}
	return dashboards, nil
}

// Queried returns the panels that show data, also those in folded rows.
func (d *Dashboard) Queried() []*Panel {
	var panels []*Panel
	for _, p := range d.Panels {
		for _, p := range append([]*Panel{p}, p.Panels...) {
			if len(p.ours()) > 0 {
				panels = append(panels, p)
			}
		}
	}
	return panels
}

// ours returns the panel's queries that go to our data source and are not hidden.
func (p *Panel) ours() []map[string]any {
	var targets []map[string]any
	for _, target := range p.Targets {
		kind := p.Datasource.Type
		if own, ok := target["datasource"].(map[string]any); ok {
			kind, _ = own["type"].(string)
		}
		if hidden, _ := target["hide"].(bool); kind == PluginID && !hidden {
			targets = append(targets, target)
		}
	}
	return targets
}

// Choices are the values that a dashboard's variables have when it opens.
type Choices map[string][]string

// Choices returns them.
func (d *Dashboard) Choices() Choices {
	chosen := Choices{}
	for _, v := range d.Templating.List {
		if v.Type == "datasource" || v.Type == "adhoc" {
			continue
		}
		values := texts(v.Current.Value)
		if len(values) == 0 {
			switch query, _ := v.Query.(string); {
			case v.IncludeAll:
				values = []string{all}
			case v.Type == "custom":
				first, _, _ := strings.Cut(query, ",")
				if _, value, named := strings.Cut(first, " : "); named {
					first = value
				}
				values = []string{strings.TrimSpace(first)}
			case v.Type == "textbox" || v.Type == "constant":
				values = []string{query}
			}
		}
		chosen[v.Name] = values
	}
	return chosen
}

func texts(value any) []string {
	switch value := value.(type) {
	case string:
		if value != "" {
			return []string{value}
		}
	case []any:
		var list []string
		for _, item := range value {
			list = append(list, texts(item)...)
		}
		return list
	}
	return nil
}

// reference is one variable in a text: $name, ${name} or ${name:format}.
var reference = regexp.MustCompile(`\$(?:(\w+)|\{(\w+)(?:[.:][^}]*)?\})`)

// apply puts the choices into a query as the frontend does: a filter by a
// variable that stands for everything goes, a list takes all the values of a
// variable, any other text takes them one after another.
func (c Choices) apply(query map[string]any) map[string]any {
	applied := map[string]any{}
	for key, value := range query {
		switch value := value.(type) {
		case string:
			applied[key] = c.text(value)
		case []any:
			if key == "filters" {
				applied[key] = c.filters(value)
			} else {
				applied[key] = c.list(value)
			}
		case map[string]any:
			applied[key] = c.apply(value)
		default:
			applied[key] = value
		}
	}
	return applied
}

func (c Choices) filters(filters []any) []any {
	kept := []any{}
	for _, item := range filters {
		filter, ok := item.(map[string]any)
		if !ok {
			continue
		}
		given, _ := filter["values"].([]any)
		if slices.ContainsFunc(given, c.isAll) {
			continue
		}
		applied := c.apply(filter)
		if values, _ := applied["values"].([]any); len(values) > 0 || len(given) == 0 {
			kept = append(kept, applied)
		}
	}
	return kept
}

func (c Choices) isAll(value any) bool {
	text, _ := value.(string)
	values, is := c.whole(text)
	return text == all || is && slices.Contains(values, all)
}

func (c Choices) list(items []any) []any {
	applied := []any{}
	for _, item := range items {
		switch item := item.(type) {
		case string:
			values, is := c.whole(item)
			if !is {
				applied = append(applied, c.text(item))
			}
			for _, value := range values {
				if value != "" {
					applied = append(applied, value)
				}
			}
		case map[string]any:
			applied = append(applied, c.apply(item))
		default:
			applied = append(applied, item)
		}
	}
	return applied
}

// whole returns the values of the variable that the text is, if it is one.
func (c Choices) whole(text string) ([]string, bool) {
	match := reference.FindStringSubmatch(text)
	if match == nil || match[0] != text {
		return nil, false
	}
	values, known := c[match[1]+match[2]]
	return values, known
}

func (c Choices) text(text string) string {
	return reference.ReplaceAllStringFunc(text, func(found string) string {
		values, known := c.whole(found)
		if !known {
			return found
		}
		return strings.Join(values, ",")
	})
}
