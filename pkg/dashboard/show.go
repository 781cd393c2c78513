package dashboard

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/frame"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
)

// show converts results to what the panel shows. The first one has its time intervals,
// language and time zone.
func (p *panel) show(results []*engine.Result, shown *Panel) error {
	result := results[0]
	fields, err := p.joined(results)
	if err != nil {
		return err
	}
	if fields, err = p.transform(fields); err != nil {
		return err
	}
	isFunnel := p.Type == "barchart" && len(fields) > 3 && fields[0].name == "stage"
	if !isFunnel { // whose overrides only place its labels
		p.dress(fields)
	}
	if p.Options.ReduceOptions.Values {
		fields = spread(fields)
	}
	isHorizontal := p.Type == "barchart" && p.Options.Orientation == "horizontal" || p.Options.ShowHeader != nil && !*p.Options.ShowHeader
	switch {
	case p.Type == "stat" || p.Type == "gauge" || p.Type == "bargauge":
		shown.View = Cards
		shown.Cards, err = p.cards(fields, result.Location)
	case p.Type == "timeseries":
		p.overTime(result, fields, shown)
	case p.Type == "piechart":
		err = p.ring(result, fields, shown)
	case p.Type == "heatmap" && result.Query.Format == "heatmap":
		shown.View, shown.Colors = Heat, []string{paint(p.Options.Color.Fill)}
		if len(fields) > 1 {
			fields[0].unit = "locale"  // hours are whole numbers
			slices.Reverse(fields[1:]) // the last one is drawn at the top
		}
		tabulate(result, fields, shown)
	case isFunnel:
		shown.View = Funnel
		tabulate(result, fields[:4], shown)
		for _, stage := range fields[0].values {
			shown.Colors = append(shown.Colors, fields[0].colorOf(stage))
		}
	case isHorizontal && isRanking(fields):
		shown.View = Ranking
		tabulate(result, fields, shown)
	case p.Type == "barchart" && !isHorizontal:
		shown.View = Hours
		tabulate(result, fields, shown)
	default:
		shown.View = Table
		tabulate(result, fields, shown)
	}
	return err
}

// spread makes a field of each row, with the texts of the row as its name.
func spread(fields []*field) []*field {
	var rows []*field
	for _, f := range visible(fields) {
		if !f.isNumber() {
			continue
		}
		for i, value := range f.values {
			row := *f
			var names []string
			for _, other := range visible(fields) {
				if !other.isNumber() && !other.isTime() {
					names = append(names, fmt.Sprint(other.shown(other.values[i])))
					row.color = cmp.Or(other.colorOf(other.values[i]), row.color)
				}
			}
			if len(names) > 0 {
				row.title = strings.Join(names, " · ")
			}
			row.values, row.result = []any{value}, nil
			rows = append(rows, &row)
		}
	}
	return rows
}

// reduced returns the one value of a field that a panel shows.
func (p *panel) reduced(f *field) (any, error) {
	calc := "lastNotNull"
	if len(p.Options.ReduceOptions.Calcs) > 0 {
		calc = p.Options.ReduceOptions.Calcs[0]
	}
	var known []any
	sum := 0.0
	for _, value := range f.values {
		if v, ok := frame.Float(value); ok {
			known, sum = append(known, value), sum+v
		}
	}
	switch {
	case calc == "count":
		return int64(len(f.values)), nil
	case len(f.values) == 0 || len(known) == 0:
		return nil, nil
	}
	order := func(a, b any) int { return measure.Compare(a, b, false) }
	switch calc {
	case "last":
		return f.values[len(f.values)-1], nil
	case "lastNotNull":
		return known[len(known)-1], nil
	case "first":
		return f.values[0], nil
	case "firstNotNull":
		return known[0], nil
	case "sum":
		return sum, nil
	case "mean":
		return sum / float64(len(known)), nil
	case "min":
		return slices.MinFunc(known, order), nil
	case "max":
		return slices.MaxFunc(known, order), nil
	}
	return nil, &query.Error{Message: fmt.Sprintf("a file cannot have a panel with the calculation %s", query.Quote(calc))}
}

// joined returns the fields of all results, those of charts side by side.
func (p *panel) joined(results []*engine.Result) ([]*field, error) {
	var fields []*field
	for i, result := range results {
		for at, of := range frame.Frames(result)[0].Fields {
			f := p.newField(of)
			f.result = result
			isTime := at == 0 && of.Type().Time()
			switch {
			case i > 0 && isTime && len(fields) > 0:
				continue // that of the first one
			case i > 0 && p.Type != "stat" && p.Type != "timeseries" && p.Type != "piechart":
				return nil, &query.Error{Message: "a file cannot have a panel of this type with several queries"}
			case i > 0 && p.Type == "timeseries" && len(fields) > 0 && of.Len() != len(fields[0].values):
				return nil, &query.Error{Message: "a file cannot have a chart whose queries have different intervals"}
			}
			fields = append(fields, f)
		}
	}
	return fields, nil
}

// isRanking reports whether a table has a name and one number.
func isRanking(fields []*field) bool {
	seen := visible(fields)
	return len(seen) == 2 && !seen[0].isNumber() && seen[1].isNumber()
}

func visible(fields []*field) []*field {
	return slices.DeleteFunc(slices.Clone(fields), func(f *field) bool { return f.hidden })
}

// tabulate makes columns and rows of the fields that people see.
func tabulate(result *engine.Result, fields []*field, shown *Panel) {
	fields = visible(fields)
	rows := 0
	for i, f := range fields {
		c := Column{Title: f.title, Kind: f.kind(), Color: paint(f.color), Dashed: f.dashed, Summed: f.summed, IsLink: f.name == "link"}
		if c.Title == "" {
			c.Title = f.name
		}
		if f.isNumber() && len(f.texts) > 0 {
			c.Kind = frame.Text // numbers that have names
		}
		if i == 0 && f.isTime() && !shown.IsList && calendar.Unit(result.Query.Bucket).IsDays() {
			c.Kind = frame.Day
		}
		shown.Columns = append(shown.Columns, c)
		rows = len(f.values)
	}
	shown.Rows = make([][]any, rows)
	for i := range rows {
		for n, f := range fields {
			shown.Rows[i] = append(shown.Rows[i], fitting(f.shown(f.values[i]), shown.Columns[n].Kind, result.Location))
		}
	}
}

// fitting returns a value as the type that columns of the kind have.
func fitting(value any, kind frame.Kind, loc *time.Location) any {
	switch v := value.(type) {
	case time.Time:
		return v.In(loc)
	case float64:
		if kind == frame.Count {
			return int64(v)
		}
	case int64:
		if kind != frame.Count && kind != frame.Text {
			return float64(v)
		}
		if kind == frame.Text {
			return fmt.Sprint(v)
		}
	}
	return value
}

// overTime makes a chart over time.
func (p *panel) overTime(result *engine.Result, fields []*field, shown *Panel) {
	all := p.defaults()
	shown.View = Lines
	if all.drawn.style == "bars" {
		shown.View = Bars
	}
	tabulate(result, fields, shown)
	if len(shown.Columns) > 0 {
		shown.Columns[0].Title = catalog.In(result.Query.Language).Bucket(result.Query.Bucket)
	}
	shown.Scale = Scale{
		Min: all.min, Max: all.max, Log: all.drawn.scale == "symlog" || all.drawn.scale == "log", Filled: all.drawn.fillOpacity > 0 && shown.View == Lines,
		Joined: all.drawn.spanNulls, Step: calendar.Unit(result.Query.Bucket),
	}
	if len(shown.Columns) > 1 {
		shown.Scale.Kind = shown.Columns[1].Kind
	}
	if all.drawn.thresholds != "" && all.drawn.thresholds != "off" {
		for _, s := range all.thresholds {
			if s.Value != nil {
				shown.Scale.Limits = append(shown.Scale.Limits, Limit{*s.Value, paint(s.Color)})
			}
		}
	}
}

// ring makes the slices of a pie chart.
func (p *panel) ring(result *engine.Result, fields []*field, shown *Panel) error {
	shown.View = Ring
	texts := catalog.In(result.Query.Language)
	kind := frame.Count
	total := 0.0
	for _, f := range visible(fields) {
		if !f.isNumber() || len(f.values) == 0 {
			continue
		}
		value, err := p.reduced(f)
		if err != nil {
			return err
		}
		kind = f.kind()
		number, _ := frame.Float(value)
		total += number
		shown.Rows = append(shown.Rows, []any{f.title, fitting(value, kind, result.Location), nil})
		shown.Colors = append(shown.Colors, paint(f.color))
	}
	for _, row := range shown.Rows {
		if value, ok := frame.Float(row[1]); ok && total > 0 {
			row[2] = value / total
		}
	}
	title := texts.Notice("file_value")
	if len(result.Query.Metrics) == 1 {
		title = texts.Metric(result.Query.Metrics[0]).Title
	}
	shown.Columns = []Column{{Title: texts.Notice("file_name")}, {Title: title, Kind: kind}, {Title: texts.Notice("file_share"), Kind: frame.Share}}
	return nil
}

// cards makes the numbers of a panel with cards.
func (p *panel) cards(fields []*field, loc *time.Location) ([]Card, error) {
	var numbers []*field
	pattern := strings.Trim(p.Options.ReduceOptions.Fields, "/")
	for _, f := range fields {
		switch {
		case pattern != "":
			m := matcher{ID: "byRegexp"}
			m.Options, _ = json.Marshal(pattern)
			if f.matches(m) {
				numbers = append(numbers, f)
			}
		case f.isNumber():
			numbers = append(numbers, f)
		}
	}
	var cards []Card
	for _, f := range numbers {
		c := Card{Kind: f.kind(), Text: f.noValue}
		if len(numbers) > 1 {
			c.Name = f.title
		}
		if slices.Equal(p.Options.ReduceOptions.Calcs, []string{"count"}) {
			c.Kind = frame.Count
		}
		value, err := p.reduced(f)
		if err != nil {
			return nil, err
		}
		c.Value = fitting(value, c.Kind, loc)
		if before, ok := previous(f.result, f.name); ok {
			c.Before, c.IsCompared = fitting(before, c.Kind, loc), true
			c.Change, c.Good = change(c.Value, c.Before, p.Options.PercentChangeColorMode)
		}
		c.Color = f.colorOf(c.Value)
		cards = append(cards, c)
	}
	return cards, nil
}

// previous returns the value of a metric in the period before, if the result has that beside
// it and shows it as a change.
func previous(result *engine.Result, metric string) (any, bool) {
	if result == nil || result.Query.Format != "timeseries" || len(result.Rows) != 1 {
		return nil, false
	}
	for i, c := range result.Columns {
		if c.Previous && c.Metric.ID == metric {
			return result.Rows[0][i], true
		}
	}
	return nil, false
}

// change returns the share by which a value changed, and whether that is good news. Mode is
// Grafana's name for the colours of a change.
func change(now, before any, mode string) (*float64, int) {
	n, ok := frame.Float(now)
	b, known := frame.Float(before)
	if !ok || !known || b == 0 {
		return nil, 0
	}
	share := (n - b) / b
	good := 0
	switch {
	case mode == "same_as_value" || share == 0:
	case share > 0 == (mode == "inverted"):
		good = -1
	default:
		good = 1
	}
	return &share, good
}
