package dashboard

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/frame"
)

// override sets properties of the fields that it matches.
type override struct {
	Matcher    matcher    `json:"matcher"`
	Properties []property `json:"properties"`
}

type matcher struct {
	ID      string          `json:"id"`
	Options json.RawMessage `json:"options"`
}

type property struct {
	ID    string          `json:"id"`
	Value json.RawMessage `json:"value"`
}

// look is how a panel shows a field.
type look struct {
	title, unit, color, noValue string
	byThreshold                 bool
	thresholds                  []step
	min, max                    *float64
	hidden, summed, dashed      bool
	// nullText replaces missing values.
	nullText *string
	// drawn are the options of charts over time.
	drawn drawn
}

type drawn struct {
	style, stacking, thresholds, scale string
	fillOpacity                        float64
	spanNulls                          bool
}

// A step is a colour from a value on.
type step struct {
	Value *float64 `json:"value"`
	Color string   `json:"color"`
}

// set sets a property by its name in Grafana. Others than those that files show are
// ignored.
func (l *look) set(id string, value json.RawMessage) {
	read := func(to any) { _ = json.Unmarshal(value, to) } // properties of another type have no effect in Grafana either
	switch id {
	case "displayName":
		read(&l.title)
	case "unit":
		read(&l.unit)
	case "noValue":
		read(&l.noValue)
	case "min":
		read(&l.min)
	case "max":
		read(&l.max)
	case "color":
		var color struct{ Mode, FixedColor string }
		read(&color)
		if color.Mode == "fixed" && color.FixedColor != "transparent" {
			l.color = color.FixedColor
		}
		l.byThreshold = color.Mode == "thresholds"
	case "thresholds":
		var thresholds struct{ Steps []step }
		read(&thresholds)
		l.thresholds = thresholds.Steps
	case "mappings":
		var mappings []struct {
			Options struct {
				Match  string
				Result struct{ Text string }
			}
		}
		read(&mappings)
		for _, m := range mappings {
			if m.Options.Match == "null" {
				l.nullText = &m.Options.Result.Text
			}
		}
	case "custom.hideFrom.viz":
		read(&l.hidden)
	case "custom.hideFrom":
		var from struct{ Viz, Tooltip bool }
		read(&from)
		l.hidden = from.Viz
	case "custom.footer.reducers":
		var reducers []string
		read(&reducers)
		l.summed = len(reducers) == 1 && reducers[0] == "sum"
	case "custom.lineStyle":
		var style struct{ Fill string }
		read(&style)
		l.dashed = style.Fill == "dash"
	case "custom.drawStyle":
		read(&l.drawn.style)
	case "custom.stacking":
		var stacking struct{ Mode string }
		read(&stacking)
		l.drawn.stacking = stacking.Mode
	case "custom.thresholdsStyle":
		var style struct{ Mode string }
		read(&style)
		l.drawn.thresholds = style.Mode
	case "custom.scaleDistribution":
		var scale struct{ Type string }
		read(&scale)
		l.drawn.scale = scale.Type
	case "custom.fillOpacity":
		read(&l.drawn.fillOpacity)
	case "custom.spanNulls":
		l.drawn.spanNulls = string(value) != "false" && string(value) != "null"
	}
}

// defaults returns how a panel shows every field.
func (p *panel) defaults() look {
	var l look
	for id, value := range p.FieldConfig.Defaults {
		if id != "custom" {
			l.set(id, value)
			continue
		}
		var custom map[string]json.RawMessage
		_ = json.Unmarshal(value, &custom)
		for id, value := range custom {
			l.set("custom."+id, value)
		}
	}
	return l
}

// A field is a column of a panel's result, with how the panel shows it.
type field struct {
	look
	name   string
	of     *data.Field
	result *engine.Result
	values []any
	// texts are the display texts of values, colors their colours.
	texts, colors map[string]string
}

// newField returns a field of a result. What the panel sets for all fields is weaker than
// what comes with the data, except for a unit of fields without one.
func (p *panel) newField(of *data.Field) *field {
	f := &field{look: p.defaults(), name: of.Name, of: of, texts: map[string]string{}, colors: map[string]string{}}
	for i := range of.Len() {
		value, ok := of.ConcreteAt(i)
		if !ok {
			value = nil
		}
		f.values = append(f.values, value)
	}
	config := of.Config
	if config == nil {
		return f
	}
	if config.DisplayNameFromDS != "" {
		f.title = config.DisplayNameFromDS
	}
	if config.Unit != "" {
		f.unit = config.Unit
	}
	if config.NoValue != "" {
		f.noValue = config.NoValue
	}
	if color, _ := config.Color["fixedColor"].(string); color != "" {
		f.color, f.byThreshold = color, false
	}
	if hide, _ := config.Custom["hideFrom"].(map[string]any); hide != nil {
		f.hidden, _ = hide["viz"].(bool)
	}
	for _, mapping := range config.Mappings {
		switch m := mapping.(type) {
		case data.ValueMapper:
			for value, result := range m {
				f.texts[value], f.colors[value] = result.Text, result.Color
			}
		case data.SpecialValueMapper:
			if m.Match == data.SpecialValueNull {
				f.nullText = &m.Result.Text
			}
		}
	}
	return f
}

// computed returns a field that a transformation adds.
func (p *panel) computed(name string, values []any) *field {
	f := &field{look: p.defaults(), name: name, values: values, of: data.NewField(name, nil, []*float64{})}
	f.title = name
	return f
}

func (f *field) isNumber() bool { return f.of.Type().Numeric() }

func (f *field) isTime() bool { return f.of.Type().Time() }

// isCalled reports whether Grafana finds the field by this name: its own or the one that
// people see.
func (f *field) isCalled(name string) bool { return f.name == name || f.title == name }

// matches reports whether a matcher of an override or a transformation finds the field.
func (f *field) matches(m matcher) bool {
	var option string
	if json.Unmarshal(m.Options, &option) != nil {
		return false
	}
	switch m.ID {
	case "byName":
		return f.isCalled(option)
	case "byType":
		return option == "number" && f.isNumber()
	case "byRegexp":
		pattern, err := regexp.Compile(strings.Trim(option, "/"))
		return err == nil && (pattern.MatchString(f.title) || f.title == "" && pattern.MatchString(f.name))
	}
	return false
}

// dress applies the overrides of the panel.
func (p *panel) dress(fields []*field) {
	for _, f := range fields {
		called := *f // matchers find it by its name before overrides
		for _, o := range p.FieldConfig.Overrides {
			if !called.matches(o.Matcher) {
				continue
			}
			for _, property := range o.Properties {
				f.set(property.ID, property.Value)
			}
		}
	}
}

// kind returns what the values of the field are.
func (f *field) kind() frame.Kind { return frame.KindOf(f.of.Type(), f.unit) }

// shown returns a value as files contain it: texts as people see them, numbers and times as
// they are.
func (f *field) shown(value any) any {
	switch v := value.(type) {
	case nil:
		if f.nullText != nil && f.kind() == frame.Text && *f.nullText != "" {
			return *f.nullText
		}
		return nil
	case string:
		if text, ok := f.texts[v]; ok && text != "" {
			return text
		}
	case bool:
		return f.texts[fmt.Sprint(v)]
	case int64:
		if text := f.texts[fmt.Sprint(v)]; text != "" {
			return text
		}
	}
	return value
}

// colorOf returns the colour of a value, or "".
func (f *field) colorOf(value any) string {
	if f.byThreshold {
		number, ok := frame.Float(value)
		color := ""
		for _, s := range f.thresholds {
			if ok && (s.Value == nil || number >= *s.Value) {
				color = s.Color
			}
		}
		return paint(color)
	}
	if text, ok := value.(string); ok && f.colors[text] != "" {
		return f.colors[text]
	}
	return paint(f.color)
}

// colorNames are the colours of Grafana that dashboards name.
var colorNames = map[string]string{"green": "#2E8B3D", "orange": "#DA6E1B", "red": "#D60024", "purple": "#8F3BB8"}

// paint returns a colour as #RRGGBB, or "" for that of the text.
func paint(color string) string {
	if strings.HasPrefix(color, "#") {
		return color
	}
	return colorNames[color]
}
