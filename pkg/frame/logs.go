package frame

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/measure"
)

// logs returns one frame of log lines. The query's columns are labels, and the message
// status gives the level. Hidden fields are used to find the context of a line.
func (b builder) logs() *data.Frame {
	n := len(b.Rows)
	times, bodies, levels, ids, labels := make([]time.Time, n), make([]string, n), make([]string, n), make([]string, n), make([]json.RawMessage, n)
	links := make([]*string, n)
	around := map[string][]*string{"conversation_id": make([]*string, n), "contact": make([]*string, n), "line": make([]*string, n)}
	bodyAt := slices.IndexFunc(b.Columns, func(c engine.Column) bool { return c.ID == "body" })
	for i, row := range b.Rows {
		at := cells{}
		for j, c := range b.Columns {
			at[c.ID] = row[j]
		}
		times[i], ids[i], levels[i] = at.time("created_at"), at.text("message_id"), catalog.LogLevel(at.text("status"))
		bodies[i] = b.logLine(at)
		if bodyAt >= 0 {
			row[bodyAt] = nil // the line has the text: one copy is enough
		}
		labels[i], _ = json.Marshal(b.logLabels(row)) // a map of texts always marshals
		if link := at.text("link"); link != "" {
			links[i] = &link
		}
		for id, values := range around {
			if v := at.text(id); v != "" {
				values[i] = &v
			}
		}
	}
	frame := data.NewFrame("", data.NewField("timestamp", nil, times), data.NewField("body", nil, bodies),
		data.NewField("severity", nil, levels), data.NewField("id", nil, ids), data.NewField("labels", nil, labels))
	if slices.ContainsFunc(links, func(link *string) bool { return link != nil }) {
		link := data.NewField("link", nil, links)
		link.Config = &data.FieldConfig{Links: []data.DataLink{{Title: b.texts.Link(), TargetBlank: true, URL: "${__value.raw}"}}}
		frame.Fields = append(frame.Fields, link)
	}
	for _, id := range []string{"conversation_id", "contact", "line"} {
		field := data.NewField(id, nil, around[id])
		field.Config = &data.FieldConfig{Custom: map[string]any{"hidden": true}}
		frame.Fields = append(frame.Fields, field)
	}
	frame.SetMeta(&data.FrameMeta{Type: data.FrameTypeLogLines, TypeVersion: data.FrameTypeVersion{0, 0}, PreferredVisualization: data.VisTypeLogs,
		Custom: map[string]any{"limit": b.Query.Limit}})
	return frame
}

// logLine returns an arrow for the direction and the text of the message, or its
// template or content type if it has no text.
func (b builder) logLine(at cells) string {
	line := at.text("body")
	if line == "" {
		kind := at.text("template")
		if kind == "" {
			kind = b.texts.Value("content_type", at.text("content_type"))
		}
		line = b.texts.None()
		if kind != "" {
			line = "[" + kind + "]"
		}
	}
	switch at.text("direction") {
	case "inbound":
		line = "← " + line
	case "outbound":
		line = "→ " + line
	}
	if failure := at.text("failure_text"); failure != "" {
		line += " — " + failure
	}
	return line
}

// logLabels returns the query's columns that have a value.
func (b builder) logLabels(row []any) map[string]string {
	labels := map[string]string{}
	for i, c := range b.Columns {
		asked := slices.Contains(b.Query.Columns, strings.TrimSuffix(c.ID, "_name"))
		if !asked || row[i] == nil || slices.Contains([]string{"created_at", "body", "message_id", "failure_text", "link"}, c.ID) {
			continue
		}
		if t, ok := row[i].(time.Time); ok {
			labels[c.ID] = t.In(b.Location).Format(time.RFC3339)
		} else {
			labels[c.ID] = fmt.Sprint(row[i])
		}
	}
	return labels
}

// logVolume returns the log histogram: a frame per level with the number of lines in
// each step.
func (b builder) logVolume() data.Frames {
	times, timeAt := b.times()
	place := map[time.Time]int{}
	for i, t := range times {
		place[t] = i
	}
	statusAt := slices.IndexFunc(b.Columns, func(c engine.Column) bool { return c.ID == "status" })
	counts := map[string][]int64{}
	for _, row := range b.Rows {
		status := ""
		if statusAt >= 0 {
			status, _ = row[statusAt].(string)
		}
		level := catalog.LogLevel(status)
		if counts[level] == nil {
			counts[level] = make([]int64, len(times))
		}
		for i, c := range b.Columns {
			if n, ok := row[i].(int64); ok && c.Role == measure.Metric {
				counts[level][place[row[timeAt].(time.Time)]] += n
			}
		}
	}
	frames := data.Frames{}
	for _, level := range []string{"error", "warning", "info"} {
		if counts[level] == nil {
			continue
		}
		frame := data.NewFrame(level, data.NewField("time", nil, times), data.NewField("value", data.Labels{"level": level}, counts[level]))
		frame.SetMeta(&data.FrameMeta{Type: data.FrameTypeTimeSeriesMulti, TypeVersion: data.FrameTypeVersion{0, 1}, PreferredVisualization: data.VisTypeGraph, ExecutedQueryString: b.SQL})
		frames = append(frames, frame)
	}
	return frames
}
