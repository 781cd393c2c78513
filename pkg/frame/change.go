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
