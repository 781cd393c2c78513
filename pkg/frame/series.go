package frame

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/measure"
)

// series returns one frame with a time field and a field per group and metric. Without
// intervals it has one point, or two with a comparison: the other period and this one.
func (b builder) series() *data.Frame {
	if b.allUnknown() {
		return b.noSeries()
	}
	times, timeAt := b.times()
	place := map[time.Time]int{}
	for i, t := range times {
		place[t] = i
	}
	// An interval longer than the time range starts before it, where a graph would show
	// nothing.
	if timeAt >= 0 && len(times) == 1 && times[0].Before(b.Range.From) {
		times = []time.Time{b.Range.From}
	}
	type group struct {
		labels data.Labels
		row    []any
		values map[string][]any
	}
	var groups []*group
	byKey := map[string]*group{}
	for _, row := range b.Rows {
		labels := b.labels(row)
		g := byKey[labels.String()]
		if g == nil {
			g = &group{labels, row, map[string][]any{}}
			byKey[labels.String()] = g
			groups = append(groups, g)
		}
		at := len(times) - 1
		if timeAt >= 0 {
			at = place[row[timeAt].(time.Time)]
		}
		for i, c := range b.Columns {
			if c.Role != measure.Metric {
				continue
			}
			id, to := c.ID, at
			if c.Previous && timeAt < 0 {
				id, to = c.Metric.ID, 0 // the point before
			}
			if g.values[id] == nil {
				g.values[id] = make([]any, len(times))
			}
			g.values[id][to] = row[i]
		}
	}
	frame := data.NewFrame("")
	if len(groups) > 0 { // a time without values is nothing that a panel can draw
		frame.Fields = append(frame.Fields, data.NewField("time", nil, times))
	}
	if len(b.Query.OrderBy) == 0 {
		b.sortGroups(len(groups), func(i int) []any { return groups[i].row }, func(order []int) {
			sorted := make([]*group, len(groups))
			for to, from := range order {
				sorted[to] = groups[from]
			}
			groups = sorted
		})
	}
	for _, c := range b.Columns {
		if c.Role != measure.Metric || c.Previous && timeAt < 0 {
			continue
		}
		for _, g := range groups {
			field := b.seriesField(c, g.labels, g.values[c.ID])
			if timeAt < 0 && len(times) == 2 && !hasChange(field) {
				field = withoutChange(field)
			}
			frame.Fields = append(frame.Fields, field)
		}
	}
	b.tellApart(frame.Fields[min(1, len(frame.Fields)):])
	// Without a preferred visualisation, which Explore takes as a graph and a table.
	frame.SetMeta(&data.FrameMeta{Type: data.FrameTypeTimeSeriesWide, TypeVersion: data.FrameTypeVersion{0, 1}})
	return frame
}

// noSeries returns the frame of a time series if no metric is recorded. There is
// nothing to draw; a single number has no points and shows "Not recorded".
func (b builder) noSeries() *data.Frame {
	frame := data.NewFrame("")
	if b.isOne() {
		frame.Fields = append(frame.Fields, data.NewField("time", nil, []time.Time{}))
		for _, c := range b.Columns {
			if !c.Previous {
				frame.Fields = append(frame.Fields, b.seriesField(c, nil, nil))
			}
		}
	}
	frame.SetMeta(&data.FrameMeta{Type: data.FrameTypeTimeSeriesWide, TypeVersion: data.FrameTypeVersion{0, 1}})
	return frame
}

// heatmap returns one frame with a row per hour of the day and a field per weekday.
// Hours without events are 0, or empty if the metric is not recorded. The panel draws
// the first weekday at the bottom, so Sunday comes first and Monday last.
func (b builder) heatmap() *data.Frame {
	at := func(id string) int {
		return slices.IndexFunc(b.Columns, func(c engine.Column) bool { return c.ID == id })
	}
	weekday, hour, value := at("weekday"), at("hour_of_day"), at(b.Query.Metrics[0])
	metric := b.Columns[value]
	var cells [7][24]any
	if metric.Unit == catalog.Count && !b.allUnknown() {
		for day := range cells {
			for h := range cells[day] {
				cells[day][h] = int64(0)
			}
		}
	}
	for _, row := range b.Rows {
		cells[row[weekday].(int64)][row[hour].(int64)] = row[value]
	}
	hours := make([]float64, 24)
	for h := range hours {
		hours[h] = float64(h)
	}
	x := data.NewField("hour_of_day", nil, hours)
	x.Config = &data.FieldConfig{DisplayNameFromDS: b.texts.Dimension("hour_of_day").Title}
	frame := data.NewFrame("", x)
	for i := range 7 {
		day := (7 - i) % 7
		field := newField(metric, cells[day][:])
		field.Name = fmt.Sprint(day)
		field.Config = &data.FieldConfig{DisplayNameFromDS: b.texts.Value("weekday", field.Name)}
		b.setUnit(field.Config, metric.Unit)
		frame.Fields = append(frame.Fields, field)
	}
	frame.SetMeta(&data.FrameMeta{Type: "heatmap-rows", TypeVersion: data.FrameTypeVersion{0, 1}})
	return frame
}

// times returns the times of a series: the interval starts, or the range starts if
// there are no intervals.
func (b builder) times() ([]time.Time, int) {
	timeAt := slices.IndexFunc(b.Columns, func(c engine.Column) bool { return c.Role == measure.Time })
	if timeAt < 0 {
		if b.Before.From.IsZero() {
			return []time.Time{b.Range.From}, timeAt
		}
		return []time.Time{b.Before.From, b.Range.From}, timeAt
	}
	var times []time.Time
	seen := map[time.Time]bool{}
	for _, row := range b.Rows {
		t := row[timeAt].(time.Time)
		if !seen[t] {
			seen[t] = true
			times = append(times, t)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	return times, timeAt
}

// sortGroups sorts groups: enums in catalogue order, others by name, missing values
// last. Stacks then have the same order, and groups the same palette colours, in
// charts side by side.
func (b builder) sortGroups(n int, row func(int) []any, apply func(order []int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	find := func(kinds ...catalog.Kind) int {
		return slices.IndexFunc(b.Columns, func(c engine.Column) bool {
			return c.Role == measure.Key && slices.Contains(kinds, c.Dimension.Kind)
		})
	}
	if at := find(catalog.KindEnum); at >= 0 {
		values := b.Columns[at].Dimension.Values
		rank := func(i int) int {
			s, _ := row(i)[at].(string)
			if place := slices.Index(values, s); place >= 0 {
				return place
			}
			return len(values)
		}
		slices.SortStableFunc(order, func(x, y int) int { return rank(x) - rank(y) })
	} else if key := find(catalog.KindText, catalog.KindEntity); key >= 0 {
		at := key
		if name, named := b.nameOf(b.Columns[key]); named {
			at = name
		}
		slices.SortStableFunc(order, func(x, y int) int {
			first, known := row(x)[at].(string)
			second, knownToo := row(y)[at].(string)
			switch {
			case known && knownToo:
				return cmp.Or(strings.Compare(first, second), strings.Compare(label(row(x)[key], catalog.None), label(row(y)[key], catalog.None)))
			case known:
				return -1
			case knownToo:
				return 1
			}
			return 0
		})
	}
	apply(order)
}

// labels returns the group of a row as labels: ids, and names of entities.
func (b builder) labels(row []any) data.Labels {
	labels := data.Labels{}
	for i, c := range b.Columns {
		switch c.Role {
		case measure.Key:
			labels[c.ID] = label(row[i], catalog.None)
		case measure.Name:
			labels[c.ID] = b.nameLabel(c, row, i) // people read it in an alert
		}
	}
	return labels
}

// distinct returns the texts in a column, each once, sorted.
func (b builder) distinct(column string) []string {
	at := slices.IndexFunc(b.Columns, func(c engine.Column) bool { return c.ID == column })
	found := map[string]bool{}
	for _, row := range b.Rows {
		if text, ok := row[at].(string); ok {
			found[text] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// nameLabel returns the display name of an entity.
func (b builder) nameLabel(c engine.Column, row []any, at int) string {
	name := label(row[at], b.texts.NoneOf(c.Dimension.ID))
	if key := b.keyOf(c); key >= 0 && row[key] != nil && fmt.Sprint(row[key]) == name {
		return b.texts.Unnamed(c.Dimension.ID, name)
	}
	return name
}

// keyOf returns the index of the id column that belongs to a name column, or -1.
func (b builder) keyOf(c engine.Column) int {
	return slices.IndexFunc(b.Columns, func(k engine.Column) bool { return k.ID+"_name" == c.ID })
}

// nameMappings returns the display texts of a name column: for missing entities, and
// for entities without a name, whose name is their id.
func (b builder) nameMappings(c engine.Column) data.ValueMappings {
	none := b.texts.NoneOf(c.Dimension.ID)
	mapper := data.ValueMapper{catalog.None: {Text: none}}
	key := b.keyOf(c)
	at := slices.IndexFunc(b.Columns, func(n engine.Column) bool { return n.ID == c.ID })
	for _, row := range b.Rows {
		if key < 0 || row[at] == nil || row[at] != row[key] {
			continue
		}
		id := fmt.Sprint(row[at])
		if text := b.texts.Unnamed(c.Dimension.ID, id); text != id {
			mapper[id] = data.ValueMappingResult{Text: text}
		}
	}
	if b.isDetails() { // an empty cell says enough of one row
		return data.ValueMappings{mapper}
	}
	return data.ValueMappings{b.none(c.Dimension.ID), mapper}
}

func label(v any, none string) string {
	if v == nil {
		return none
	}
	return fmt.Sprint(v)
}

// seriesField returns the field of one series. Its name is the group, the metric, or
// both if there are several metrics.
func (b builder) seriesField(c engine.Column, labels data.Labels, values []any) *data.Field {
	field := newField(c, values)
	field.Name = c.ID
	if len(labels) > 0 {
		field.Labels = labels
	}
	config := b.config(c)
	if len(labels) > 0 {
		config.Color = nil // the metric's would paint every group alike
	}
	var parts []string
	metrics := len(b.Query.Metrics)
	if metrics > 1 || len(labels) == 0 || c.Previous {
		parts = append(parts, config.DisplayNameFromDS)
	}
	for _, k := range b.Columns {
		if k.Role != measure.Key {
			continue
		}
		name, ok := labels[k.ID+"_name"]
		if !ok {
			name = labels[k.ID]
		}
		switch {
		case labels[k.ID] == catalog.None:
			name = b.texts.NoneOf(k.Dimension.ID)
		case !ok:
			name = b.texts.Value(k.Dimension.ID, name)
		}
		parts = append(parts, name)
		if color := catalog.Color(k.Dimension.ID, labels[k.ID]); color != "" && metrics == 1 {
			config.Color = fixed(color)
		}
	}
	config.DisplayNameFromDS = strings.Join(parts, " · ")
	field.Config = config
	return field
}

// tellApart adds the ids of entities to series names that are not unique.
func (b builder) tellApart(fields []*data.Field) {
	shown := map[string]int{}
	for _, field := range fields {
		shown[field.Config.DisplayNameFromDS]++
	}
	for _, field := range fields {
		if shown[field.Config.DisplayNameFromDS] < 2 {
			continue
		}
		var ids []string
		for _, c := range b.Columns {
			if c.Role == measure.Name {
				ids = append(ids, field.Labels[strings.TrimSuffix(c.ID, "_name")])
			}
		}
		if len(ids) > 0 {
			field.Config.DisplayNameFromDS += " (" + strings.Join(ids, ", ") + ")"
		}
	}
}

func fixed(color string) map[string]any { return map[string]any{"mode": "fixed", "fixedColor": color} }
