package frame

import (
	"math"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// hasChange reports whether a percentage can lead from the first of two points to
// the second.
func hasChange(field *data.Field) bool {
	before, _ := field.NullableFloatAt(0)
	now, _ := field.NullableFloatAt(1)
	return before != nil && *before != 0 && now != nil
}

// withoutChange returns the field with NaN as its first point. Grafana computes the
// change of a card from the two points: it shows nothing for NaN, but an infinite
// change from 0, and a change of 0 % where a point is missing.
func withoutChange(field *data.Field) *data.Field {
	nan := math.NaN()
	now, _ := field.NullableFloatAt(1)
	changed := data.NewField(field.Name, field.Labels, []*float64{&nan, now})
	changed.Config = field.Config
	return changed
}
