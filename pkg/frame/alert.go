package frame

import (
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/parley-reports/parley/pkg/engine"
)

// Watched returns a time series for alert rules: one frame per group, without the
// intervals that have no value. Groups without any value are left out, because Grafana
// would report "no data" for each of them.
func Watched(r *engine.Result) data.Frames {
	wide := Frames(r)[0]
	if len(wide.Fields) == 0 || wide.Fields[0].Type() != data.FieldTypeTime {
		return data.Frames{wide}
	}
	var frames data.Frames
	for _, field := range wide.Fields[1:] {
		var times []time.Time
		var rows []int
		for i := range field.Len() {
			if !field.NilAt(i) {
				at, _ := wide.Fields[0].ConcreteAt(i)
				times, rows = append(times, at.(time.Time)), append(rows, i)
			}
		}
		if len(rows) == 0 {
			continue
		}
		values := data.NewFieldFromFieldType(field.Type(), len(rows))
		values.Name, values.Labels, values.Config = field.Name, field.Labels, field.Config
		for to, from := range rows {
			values.Set(to, field.At(from))
		}
		frame := data.NewFrame("", data.NewField("time", nil, times), values)
		frame.SetMeta(&data.FrameMeta{Type: data.FrameTypeTimeSeriesMulti, TypeVersion: data.FrameTypeVersion{0, 1}, ExecutedQueryString: r.SQL})
		frames = append(frames, frame)
	}
	return frames
}
