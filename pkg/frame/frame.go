// Package frame converts results of the engine to Grafana data frames. Field names
// are catalogue ids. Titles, value names, units and colours are in the field
// configuration.
package frame

import (
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

// Frames returns the result in the format of its query.
func Frames(r *engine.Result) data.Frames {
	b := builder{r, catalog.In(r.Query.Language)}
	if r.Query.Format == "logs_volume" {
		return b.logVolume()
	}
	var frame *data.Frame
	switch {
	case r.Query.Format == "timeseries":
		frame = b.series()
	case r.Query.Format == "heatmap":
		frame = b.heatmap()
	case r.Query.Format == "details":
		frame = b.table()
		frame.Meta.Custom = map[string]any{"total": r.Total, "next": r.Next}
	case r.Query.Format == "logs":
		frame = b.logs()
	case r.Query.Format == "annotations":
		frame = b.events()
	default:
		frame = b.table()
		b.setTableType(frame)
	}
	frame.Meta.ExecutedQueryString = r.SQL
	for _, notice := range r.Notices {
		frame.AppendNotices(data.Notice{Severity: data.NoticeSeverityWarning, Text: notice})
	}
	// Panels show warnings in their corner and hide the rest. A list that is cut must say
	// so there; whoever asks for the top rows of a table expects others.
	severity := data.NoticeSeverityInfo
	if b.isDetails() {
		severity = data.NoticeSeverityWarning
	}
	for _, info := range r.Infos {
		frame.AppendNotices(data.Notice{Severity: severity, Text: info})
	}
	return data.Frames{frame}
}

// Numeric returns the result for alert rules: one number per group, with the group as
// labels. Groups without a number are left out. A result with time intervals stays a
// time series.
func Numeric(r *engine.Result) data.Frames {
	if slices.ContainsFunc(r.Columns, func(c engine.Column) bool { return c.Role == measure.Time }) {
		return Frames(r)
	}
	b := builder{r, catalog.In(r.Query.Language)}
	frame := data.NewFrame("")
	for _, row := range r.Rows {
		for i, c := range r.Columns {
			if c.Role == measure.Metric && !c.Previous && row[i] != nil {
				frame.Fields = append(frame.Fields, b.seriesField(c, b.labels(row), []any{row[i]}))
			}
		}
	}
	if len(frame.Fields) == 0 {
		return data.Frames{}
	}
	b.tellApart(frame.Fields)
	frame.SetMeta(&data.FrameMeta{Type: data.FrameTypeNumericWide, TypeVersion: data.FrameTypeVersion{0, 1}, ExecutedQueryString: r.SQL})
	return data.Frames{frame}
}

type builder struct {
	*engine.Result
	texts catalog.Texts
}

// table returns one frame with a field per column. If no metric is recorded, the frame
// is empty: a panel would show totals of 0 otherwise. If only some metrics are
// recorded, the fields of the others are not numeric.
func (b builder) table() *data.Frame {
	frame := data.NewFrame("")
	frame.SetMeta(&data.FrameMeta{PreferredVisualization: data.VisTypeTable})
	if b.allUnknown() && !b.isOne() {
		return frame
	}
	for _, i := range b.namesFirst() {
		c := b.Columns[i]
		if b.isUnknown(c) && b.isGrouped() {
			c.Unit = catalog.Text
		}
		values := b.values(i)
		field := newField(c, values)
		field.Config = b.config(b.Columns[i])
		frame.Fields = append(frame.Fields, field)
		if c.Previous {
			frame.Fields = append(frame.Fields, b.changes(b.Columns[i], values)...)
		}
	}
	return frame
}

// inWords returns the display text of ids and codes in the query's language, and all
// other values unchanged.
func (b builder) inWords(column string, value any) any {
	text, ok := value.(string)
	if !ok {
		return value
	}
	switch column {
	case "failure_reasons":
		return b.reasons(text)
	case "failure_meaning":
		text = b.texts.Meaning(text)
	case "failure_advice":
		text = b.texts.Advice(text)
	}
	if text == "" {
		return nil
	}
	return text
}

// values returns the values of a table column. Missing values are "(none)", so that
// links, filters and joins work with them.
func (b builder) values(column int) []any {
	c := b.Columns[column]
	values := make([]any, len(b.Rows))
	for r, row := range b.Rows {
		values[r] = b.inWords(c.ID, row[column])
		if row[column] == nil && b.tellsNone(c) {
			values[r] = catalog.None
		}
	}
	if c.Role == measure.Name && !b.isDetails() {
		b.tellNamesApart(column, values)
	}
	return values
}

func (b builder) isDetails() bool { return b.Query.Format == "details" }

// tellsNone reports whether a column contains "(none)" for missing values. Details
// show empty cells instead.
func (b builder) tellsNone(c engine.Column) bool {
	switch c.Role {
	case measure.Key:
		return !b.isDetails() && c.Dimension.Kind != catalog.KindNumber
	case measure.Name:
		return !b.isDetails()
	}
	return false
}

// tellNamesApart adds the id to names that are not unique.
func (b builder) tellNamesApart(column int, values []any) {
	key := slices.IndexFunc(b.Columns, func(c engine.Column) bool { return c.ID+"_name" == b.Columns[column].ID })
	ids := map[any]map[any]bool{}
	for r, row := range b.Rows {
		if ids[values[r]] == nil {
			ids[values[r]] = map[any]bool{}
		}
		ids[values[r]][row[key]] = true
	}
	for r, row := range b.Rows {
		if row[key] != nil && len(ids[values[r]]) > 1 {
			values[r] = fmt.Sprintf("%v (%v)", values[r], row[key])
		}
	}
}

// reasons translates "media: 2, server: 1" into the query's language.
func (b builder) reasons(text string) string {
	parts := strings.Split(text, ", ")
	for i, part := range parts {
		reason, count, _ := strings.Cut(part, ":")
		parts[i] = b.texts.Value("failure_reason", reason) + ":" + count
	}
	return strings.Join(parts, ", ")
}

// namesFirst returns the column order with each entity's name before its id. Ids are
// hidden; links and filters use them.
func (b builder) namesFirst() []int {
	var order []int
	for i, c := range b.Columns {
		switch {
		case c.Role == measure.Name:
			order = slices.Insert(order, len(order)-1, i)
		default:
			order = append(order, i)
		}
	}
	return order
}

// setTableType sets the frame type of tables that alerting and expressions can read.
func (b builder) setTableType(frame *data.Frame) {
	numbers := 0
	timed, grouped := false, false
	if b.allUnknown() && !b.isOne() {
		return
	}
	for _, c := range b.Columns {
		switch {
		case c.Role == measure.Time:
			timed = true
		case c.Role == measure.Metric && !c.Metric.Numeric(),
			c.Role == measure.Key && c.Dimension.Kind == catalog.KindNumber:
			return
		case c.Role == measure.Metric && !b.isUnknown(c):
			numbers++
		case c.Role == measure.Key:
			grouped = true
		}
	}
	if numbers == 0 {
		return
	}
	frame.Meta.TypeVersion = data.FrameTypeVersion{0, 1}
	switch {
	case timed && grouped:
		frame.Meta.Type = data.FrameTypeTimeSeriesLong
	case timed:
		frame.Meta.Type = data.FrameTypeTimeSeriesWide
	default:
		frame.Meta.Type = data.FrameTypeNumericLong
	}
}

// allUnknown reports whether the database records none of the metrics.
func (b builder) allUnknown() bool {
	return len(b.Query.Metrics) > 0 && !slices.ContainsFunc(b.Query.Metrics, func(id string) bool { return !slices.Contains(b.Unknown, id) })
}

// isUnknown reports whether a column is a metric that the database does not record.
func (b builder) isUnknown(c engine.Column) bool {
	return c.Role == measure.Metric && slices.Contains(b.Unknown, c.Metric.ID)
}

// isGrouped reports whether the result is grouped by anything but time.
func (b builder) isGrouped() bool {
	return slices.ContainsFunc(b.Columns, func(c engine.Column) bool { return c.Role == measure.Key })
}

// isOne reports whether the result is one row: no groups and no intervals.
func (b builder) isOne() bool {
	return !slices.ContainsFunc(b.Columns, func(c engine.Column) bool { return c.Role != measure.Metric })
}

// config returns the field configuration of a column.
func (b builder) config(c engine.Column) *data.FieldConfig {
	config := &data.FieldConfig{DisplayNameFromDS: b.title(c)}
	switch c.Role {
	case measure.Metric:
		config.Description = b.texts.Metric(c.Metric.ID).Description
		b.setUnit(config, c.Unit)
		if color := catalog.MetricColor(c.Metric.ID); color != "" && !c.Previous {
			config.Color = fixed(color)
		}
		if b.isOne() && b.isUnknown(c) {
			config.NoValue, config.Color = b.texts.Notice("not_recorded"), fixed(catalog.Color(c.Metric.ID, catalog.None))
		}
	case measure.Key:
		config.Mappings = b.mappings(c.Dimension)
		if b.Query.Format == "details" && strings.HasPrefix(c.ID, "failure_") {
			config.Mappings = config.Mappings[1:] // what did not fail has no reason, not an unknown one
		}
		if _, named := b.nameOf(c); named {
			// A table that finds fields by what is shown must not take the id for the name.
			config.DisplayNameFromDS += " (ID)"
			config.Mappings = nil // links want the id as it is
			config.Custom = map[string]any{"hideFrom": map[string]any{"viz": true, "tooltip": true, "legend": true}}
		}
	case measure.Name:
		config.Mappings = b.nameMappings(c)
	case measure.Detail:
		b.setUnit(config, c.Unit)
		if c.Unit == catalog.Seconds {
			config.Unit = "dthms" // one unit for all rows, also in a downloaded CSV file
		}
		switch c.ID {
		case "link":
			config.Links = []data.DataLink{{Title: b.texts.Link(), TargetBlank: true, URL: "${__value.raw}"}}
		case "replied":
			config.Mappings = data.ValueMappings{data.ValueMapper{
				"true":  {Text: b.texts.YesNo(true), Index: 0},
				"false": {Text: b.texts.YesNo(false), Index: 1},
			}}
		}
	}
	return config
}

func (b builder) setUnit(config *data.FieldConfig, unit catalog.Unit) {
	decimals := func(n uint16) { config.Decimals = &n }
	switch unit {
	case catalog.Count:
		config.Unit = "locale"
		decimals(0)
	case catalog.Ratio:
		config.Unit = "percentunit"
		decimals(1)
	case catalog.Number:
		config.Unit = "none"
		decimals(2)
	case catalog.Seconds:
		config.Unit = b.texts.DurationUnit()
	case catalog.USD:
		config.Unit = "currencyUSD"
		decimals(2)
	}
}

// title returns the display name of a column.
func (b builder) title(c engine.Column) string {
	switch {
	case c.Role == measure.Metric && c.Previous:
		return b.texts.Previous(b.Query.Compare, b.texts.Metric(c.Metric.ID).Title)
	case c.Role == measure.Metric:
		return b.texts.Metric(c.ID).Title
	case c.Detail != "":
		return b.texts.Column(c.Detail).Title
	case c.Role == measure.Key, c.Role == measure.Name:
		return b.texts.Dimension(c.Dimension.ID).Title
	case c.Role == measure.Time && c.Dimension.ID != "":
		return b.texts.Dimension(c.Dimension.ID).Title
	case c.Role == measure.Time:
		return b.texts.Bucket(b.Query.Bucket)
	case c.Role == measure.Detail:
		return b.texts.Column(c.ID).Title
	}
	return ""
}

// nameOf returns the index of the column with the name of an entity's id.
func (b builder) nameOf(c engine.Column) (int, bool) {
	i := slices.IndexFunc(b.Columns, func(n engine.Column) bool { return n.Role == measure.Name && n.ID == c.ID+"_name" })
	return i, i >= 0
}

// mappings returns the value mappings (text and colour) of a dimension.
func (b builder) mappings(d catalog.Dimension) data.ValueMappings {
	mapper := data.ValueMapper{}
	values := d.Values
	if len(values) == 0 { // any may occur, and some have a text
		values = slices.Sorted(maps.Keys(b.texts.Values(d.ID)))
	}
	if d.Kind != catalog.KindNumber && !b.isDetails() {
		mapper[catalog.None] = data.ValueMappingResult{Text: b.texts.NoneOf(d.ID), Index: len(values)}
	}
	if d.ID == "country" {
		values = b.distinct(d.ID)
	}
	for i, v := range values {
		mapper[v] = data.ValueMappingResult{Text: b.texts.Value(d.ID, v), Color: catalog.Color(d.ID, v), Index: i}
	}
	var mappings data.ValueMappings
	// Whatever happened has an hour; a bar chart has null where it leaves out a label.
	if d.ID != "hour_of_day" && d.ID != "weekday" {
		mappings = append(mappings, b.none(d.ID))
	}
	if len(mapper) > 0 {
		mappings = append(mappings, mapper)
	}
	return mappings
}

// none returns the mapping that shows a missing value of a dimension.
func (b builder) none(dimension string) data.SpecialValueMapper {
	return data.SpecialValueMapper{Match: data.SpecialValueNull, Result: data.ValueMappingResult{Text: b.texts.NoneOf(dimension)}}
}

// newField returns a field of the type that fits the column's unit.
func newField(c engine.Column, values []any) *data.Field {
	switch {
	case c.Role == measure.Time:
		return typed[time.Time](c.ID, values, false)
	case c.Unit == catalog.Instant:
		return typed[time.Time](c.ID, values, true)
	case c.Unit == catalog.Count, c.Dimension.Kind == catalog.KindNumber, c.ID == "csat_rating":
		return typed[int64](c.ID, values, true)
	case c.ID == "replied":
		return typed[bool](c.ID, values, true)
	case c.Unit != "" && c.Unit != catalog.Text:
		return typed[float64](c.ID, values, true)
	}
	return typed[string](c.ID, values, true)
}

func typed[T any](name string, values []any, nullable bool) *data.Field {
	if !nullable {
		list := make([]T, len(values))
		for i, v := range values {
			list[i], _ = v.(T)
		}
		return data.NewField(name, nil, list)
	}
	list := make([]*T, len(values))
	for i, v := range values {
		if value, ok := v.(T); ok {
			list[i] = &value
		}
	}
	return data.NewField(name, nil, list)
}

// Title returns the display name of a column of the result.
func Title(r *engine.Result, c engine.Column) string {
	return builder{r, catalog.In(r.Query.Language)}.title(c)
}

// InWords returns the display text of a value of a metric that is a code, in the result's
// language, and all other values unchanged.
func InWords(r *engine.Result, c engine.Column, value any) any {
	return builder{r, catalog.In(r.Query.Language)}.inWords(c.ID, value)
}

// TellNamesApart adds the ids to names in the rows that are not unique, as tables do.
func TellNamesApart(r *engine.Result) {
	b := builder{r, catalog.In(r.Query.Language)}
	for i, c := range r.Columns {
		if c.Role != measure.Name || b.isDetails() {
			continue
		}
		names := make([]any, len(r.Rows))
		for n, row := range r.Rows {
			names[n] = row[i]
		}
		b.tellNamesApart(i, names)
		for n, row := range r.Rows {
			row[i] = names[n]
		}
	}
}
