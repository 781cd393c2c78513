package frame

import (
	"math"
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/measure"
)

// changes returns the fields that follow the previous value of a metric in a table:
// the change in the metric's unit, and in percent of the previous value. Both are empty
// where one of the values is missing, and the percentage also where the previous value
// is 0. A metric without previous values has no such fields.
func (b builder) changes(previous engine.Column, before []any) []*data.Field {
	m := previous.Metric
	if !m.Numeric() || m.Fact == catalog.ConversationNow || b.isUnknown(previous) {
		return nil
	}
	at := slices.IndexFunc(b.Columns, func(c engine.Column) bool {
		return c.Role == measure.Metric && !c.Previous && c.Metric.ID == m.ID
	})
	if at < 0 {
		return nil
	}
	difference, percent := make([]any, len(before)), make([]any, len(before))
	for i, now := range b.values(at) {
		difference[i], percent[i] = change(now, before[i])
	}
	absolute, relative := previous, previous
	absolute.ID, relative.ID = m.ID+"_change", m.ID+"_change_percent"
	relative.Unit = catalog.Ratio
	title := b.texts.Metric(m.ID).Title
	fields := []*data.Field{newField(absolute, difference), newField(relative, percent)}
	for i, kind := range []string{"absolute", "percent"} {
		fields[i].Config = &data.FieldConfig{DisplayNameFromDS: b.texts.Change(kind, title)}
	}
	b.setUnit(fields[0].Config, previous.Unit)
	b.setUnit(fields[1].Config, catalog.Ratio)
	return fields
}

// change returns the difference of two values of one metric and its share of the
// previous one.
func change(now, before any) (difference, share any) {
	ratio := func(d, of float64) any {
		if of == 0 {
			return nil
		}
		return d / math.Abs(of)
	}
	switch now := now.(type) {
	case int64:
		if before, ok := before.(int64); ok {
			return now - before, ratio(float64(now-before), float64(before))
		}
	case float64:
		if before, ok := before.(float64); ok {
			return now - before, ratio(now-before, before)
		}
	}
	return nil, nil
}

// hasChange reports whether a percentage can lead from the first of two points to
// the second.
func hasChange(field *data.Field) bool {
	before, _ := field.NullableFloatAt(0)
	now, _ := field.NullableFloatAt(1)
	return before != nil && *before != 0 && now != nil
}

// withoutChange returns the field with infinity as its first point. Grafana computes
// the change of a card from the two points. From infinity it is not a number, and
// hidden; from 0 it would be infinite, and 0 % where a point is missing.
func withoutChange(field *data.Field) *data.Field {
	before := math.Inf(1)
	now, _ := field.NullableFloatAt(1)
	changed := data.NewField(field.Name, field.Labels, []*float64{&before, now})
	changed.Config = field.Config
	return changed
}
