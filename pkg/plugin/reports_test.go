package plugin_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/plugintest"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// answered fails where a response has no single frame.
func answered(t *testing.T, ref string, r backend.DataResponse) *data.Frame {
	t.Helper()
	if r.Error != nil || len(r.Frames) != 1 {
		t.Fatalf("%s: %d frames, error %v", ref, len(r.Frames), r.Error)
	}
	return r.Frames[0]
}

// shape is what a report's frame has to be.
type shape struct {
	frameType data.FrameType
	show      data.VisType
	// fields by their names; of series the time and the metrics.
	fields []string
}

// eventFields are those of which Grafana makes annotations.
var eventFields = []string{"time", "timeEnd", "title", "text", "tags", "id"}

var shapes = map[string]shape{
	"channels": {data.FrameTypeNumericLong, data.VisTypeTable, []string{"channel", "line_name", "line", "sessions_by_business", "sessions_by_contact", "sessions_free_entry_point",
		"messages_sent", "messages_received", "cost_usd", "cost_unknown"}},
	"sessions_over_time": {data.FrameTypeTimeSeriesWide, "", []string{"time", "sessions"}},
	"messages_over_time": {data.FrameTypeTimeSeriesWide, "", []string{"time", "messages_sent", "messages_received", "sent_received_ratio"}},
	"initiations": {data.FrameTypeNumericLong, data.VisTypeTable, []string{"initiations", "initiation_users", "notifications", "notification_users", "answered", "unanswered", "answer_rate",
		"answered_users", "unanswered_users", "notifications_failed", "notifications_pending", "notified", "notified_delivered", "notified_read", "new_users", "returning_users"}},
	"sends": {"", data.VisTypeTable, []string{"send_name", "send", "first_sent_at", "notification_users", "notifications", "notified", "notified_delivered", "notified_read", "answered",
		"notifications_failed", "failure_reasons"}},
	"initiations_daily": {data.FrameTypeTimeSeriesWide, "", []string{"time", "notifications"}},
	"funnel": {data.FrameTypeNumericLong, data.VisTypeTable, []string{"notified", "notified_delivered", "notified_read", "answered",
		"notified_delivery_rate", "notified_read_rate", "read_answer_rate", "answer_rate"}},
	"campaign_sends":   {"", "", eventFields},
	"failure_bursts":   {"", "", eventFields},
	"template_changes": {"", "", eventFields},
	"failures":         {data.FrameTypeNumericLong, data.VisTypeTable, []string{"failure_reason", "failure_code", "line_name", "line", "template", "notifications_failed", "notifications_failed_share"}},
}

var units = map[catalog.Unit]string{catalog.Count: "locale", catalog.Ratio: "percentunit", catalog.Number: "none", catalog.Seconds: "s", catalog.USD: "currencyUSD"}

// TestReportsInEachLanguage wants the frames of every report to say in the
// query's language what they hold, and the same figures in each.
func TestReportsInEachLanguage(t *testing.T) {
	client := start(t)
	in, _ := demo(t)
	queries := map[string]string{}
	for _, language := range catalog.Languages {
		for _, p := range query.Presets {
			queries[p.ID+" "+language] = fmt.Sprintf(`{"report": %q, "language": %q}`, p.ID, language)
		}
	}
	responses := ask(t, client, in, nil, queries)
	for _, p := range query.Presets {
		english := answered(t, p.ID, responses[p.ID+" en"])
		for _, language := range catalog.Languages {
			ref := p.ID + " " + language
			frame := answered(t, ref, responses[ref])
			texts := catalog.In(language)
			if want, ok := shapes[p.ID]; ok {
				checkShape(t, ref, frame, want)
			}
			for _, field := range frame.Fields {
				m, isMetric := catalog.LookupMetric(field.Name)
				if !isMetric || len(field.Labels) > 0 || p.Fact != "" {
					continue
				}
				if title := texts.Metric(m.ID).Title; field.Config.DisplayNameFromDS != title {
					t.Errorf("%s: %s is shown as %q, want %q", ref, m.ID, field.Config.DisplayNameFromDS, title)
				}
				unit := units[m.Unit]
				if m.Unit == catalog.Seconds && language != "en" {
					unit = "dtdhms"
				}
				if field.Config.Unit != unit {
					t.Errorf("%s: the unit of %s is %q, want %q", ref, m.ID, field.Config.Unit, unit)
				}
			}
			if a, b := figures(t, english), figures(t, frame); a != b {
				t.Errorf("%s: other figures than in English\n%.2000s\n%.2000s", ref, b, a)
			}
		}
	}

	// Some of the words themselves, that a slip in the lookup cannot hide.
	word := func(ref string, field int, want string) {
		t.Helper()
		if got := responses[ref].Frames[0].Fields[field].Config.DisplayNameFromDS; got != want {
			t.Errorf("%s: field %d is shown as %q, want %q", ref, field, got, want)
		}
	}
	word("sessions_over_time es", 1, "Iniciada por la empresa")
	word("sessions_over_time pt-BR", 1, "Iniciada pela empresa")
	word("sessions_over_time en", 1, "Business-initiated")
	word("initiations_daily es", 1, "Fallido")
	word("funnel es", 0, "Notificaciones enviadas")
	word("funnel pt-BR", 0, "Notificações enviadas")
}

func checkShape(t *testing.T, ref string, frame *data.Frame, want shape) {
	t.Helper()
	if frame.Meta.Type != want.frameType || frame.Meta.PreferredVisualization != want.show {
		t.Errorf("%s: type %q shown as %q, want %q and %q", ref, frame.Meta.Type, frame.Meta.PreferredVisualization, want.frameType, want.show)
	}
	if want.frameType != "" && frame.Meta.TypeVersion != (data.FrameTypeVersion{0, 1}) {
		t.Errorf("%s: version %v of the type", ref, frame.Meta.TypeVersion)
	}
	var names []string
	for _, field := range frame.Fields {
		if len(names) == 0 || names[len(names)-1] != field.Name {
			names = append(names, field.Name)
		}
		if want.frameType == data.FrameTypeTimeSeriesWide && field.Name != "time" && len(field.Labels) == 0 {
			t.Errorf("%s: %s has no labels", ref, field.Name)
		}
	}
	if a, b := strings.Join(names, " "), strings.Join(want.fields, " "); a != b {
		t.Errorf("%s: fields %s\nwant %s", ref, a, b)
	}
}

// figures are the values of a frame that no language touches.
func figures(t *testing.T, frame *data.Frame) string {
	t.Helper()
	bare := data.NewFrame("")
	worded := []string{"failure_reasons", "title", "text", "tags"}
	if frame.Meta.Type == data.FrameTypeLogLines {
		worded = append(worded, "body", "labels")
	}
	for _, field := range frame.Fields {
		if slices.Contains(worded, field.Name) {
			continue
		}
		copied := data.NewFieldFromFieldType(field.Type(), field.Len())
		copied.Name, copied.Labels = field.Name, field.Labels
		for i := range field.Len() {
			copied.Set(i, field.At(i))
		}
		bare.Fields = append(bare.Fields, copied)
	}
	text, err := data.FrameToJSON(bare, data.IncludeAll)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReportsAreTheDatabase counts in the tables what the reports show.
func TestReportsAreTheDatabase(t *testing.T) {
	client := start(t)
	in, schema := demo(t)
	responses := ask(t, client, in, nil, map[string]string{
		"table":  `{"report": "channels", "limit": 100000}`,
		"series": `{"report": "messages_over_time", "bucket": "hour"}`,
		"daily":  `{"report": "initiations_daily"}`,
		"card":   `{"metrics": ["notifications", "messages_sent", "messages_received"]}`,
	})
	var sent, received int64
	err := pgtest.Connect(t).QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE direction = 'outbound' AND NOT (coalesce(status, '') IN ('failed', 'queued', 'pending', 'accepted') AND delivered_at IS NULL AND read_at IS NULL)),
		count(*) FILTER (WHERE direction = 'inbound') FROM `+schema+`.message WHERE created_at >= $1 AND created_at < $2`, end.AddDate(0, 0, -7), end).Scan(&sent, &received)
	if err != nil {
		t.Fatal(err)
	}
	if sent == 0 || received == 0 {
		t.Fatal("there are no messages")
	}
	total := func(ref, metric string) (sum int64) {
		t.Helper()
		for _, field := range answered(t, ref, responses[ref]).Fields {
			if field.Name != metric {
				continue
			}
			for i := range field.Len() {
				if v, ok := field.ConcreteAt(i); ok {
					sum += v.(int64)
				}
			}
		}
		return sum
	}
	for _, ref := range []string{"table", "series", "card"} {
		if s, r := total(ref, "messages_sent"), total(ref, "messages_received"); s != sent || r != received {
			t.Errorf("%s: %d sent and %d received, the table holds %d and %d", ref, s, r, sent, received)
		}
	}
	if a, b := total("daily", "notifications"), total("card", "notifications"); a != b || a == 0 {
		t.Errorf("%d notifications by day, %d altogether", a, b)
	}
}

// TestExecutionModes wants the same frames whichever way statements travel.
func TestExecutionModes(t *testing.T) {
	client := start(t)
	settings, secrets := reader(t, demoData(t, 2000))
	queries := map[string]string{
		"values": `{"metrics": ["messages"], "groupBy": ["line"], "filters": [{"dimension": "template", "operator": "notIn", "values": ["it's \\ \"quoted\"", "ñandú", "(none)"]}]}`,
		"zone":   `{"metrics": ["messages"], "groupBy": ["hour_of_day"], "timezone": "Asia/Kolkata"}`,
		"number": `{"metrics": ["messages"], "groupBy": ["weekday"], "filters": [{"dimension": "weekday", "operator": "in", "values": ["1", "2"]}]}`,
		"day":    `{"metrics": ["messages"], "filters": [{"dimension": "day", "operator": "notIn", "values": ["2026-11-18"]}]}`,
	}
	for _, p := range query.Presets {
		queries[p.ID] = fmt.Sprintf(`{"report": %q}`, p.ID)
	}
	want := map[string]string{}
	for _, mode := range []string{"cache_statement", "exec", "simple_protocol"} {
		settings["execMode"] = mode
		in, err := plugintest.Context(settings, secrets)
		if err != nil {
			t.Fatal(err)
		}
		for ref, r := range ask(t, client, in, nil, queries) {
			got := figures(t, answered(t, mode+" "+ref, r))
			if want[ref] == "" {
				want[ref] = got
			} else if got != want[ref] {
				t.Errorf("%s, %s:\n%s\nwant\n%s", mode, ref, got, want[ref])
			}
		}
	}
}

// TestNoQueryMakesItPanic bends every report in every way.
func TestNoQueryMakesItPanic(t *testing.T) {
	client, err := plugintest.Start(executable, nil) // it logs each refusal
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Stop)
	settings, secrets := reader(t, demoData(t, 2000))
	in := source(t, settings, secrets, nil)
	var bends []string
	for _, f := range query.Formats {
		bends = append(bends, fmt.Sprintf(`"format": %q`, f))
	}
	for _, b := range query.Buckets {
		bends = append(bends, fmt.Sprintf(`"bucket": %q, "groupBy": []`, b), fmt.Sprintf(`"bucket": %q, "format": "timeseries"`, b))
	}
	bends = append(bends, `"groupBy": []`, `"groupBy": ["weekday"]`, `"groupBy": ["hour_of_day", "weekday"], "format": "heatmap"`, `"groupBy": ["weekday"], "format": "heatmap"`,
		`"groupBy": ["month"], "format": "timeseries"`, `"groupBy": ["send"], "format": "timeseries"`, `"limit": 1`, `"limit": 1, "bucket": "day", "compare": "previous_year"`,
		`"compare": "previous_period", "format": "timeseries"`, `"compare": "previous_year"`, `"orderBy": []`, `"columns": []`, `"columns": ["created_at"]`, `"metrics": []`,
		`"filters": [{"dimension": "line", "operator": "in", "values": ["(none)"]}]`, `"filters": [{"dimension": "contact", "operator": "in", "values": ["nobody"]}]`)
	queries, marks := map[string]string{}, 0
	for i, p := range query.Presets {
		for j, bend := range bends {
			if (i+j)%4 > 0 {
				continue // for the sake of time
			}
			text := fmt.Sprintf(`{"report": %q, %s}`, p.ID, bend)
			queries[text] = text
			if p.IsEvents() {
				marks++ // which can be bent in no way
			}
		}
	}
	answers := 0
	for ref, r := range ask(t, client, in, nil, queries) {
		switch {
		case r.Error == nil:
			answers++
			checkType(t, ref, r.Frames)
		case r.Status != backend.StatusBadRequest || r.ErrorSource != backend.ErrorSourceDownstream:
			t.Errorf("%s: status %d of %s: %v", ref, r.Status, r.ErrorSource, r.Error)
		}
	}
	if answers < (len(queries)-marks)/2 {
		t.Errorf("%d of %d bent reports answer", answers, len(queries))
	}
}

// checkType reads the frames as Grafana does by their type.
func checkType(t *testing.T, ref string, frames data.Frames) {
	t.Helper()
	for _, frame := range frames {
		if _, err := frame.RowLen(); err != nil {
			t.Errorf("%s: %v", ref, err)
			continue
		}
		if _, err := json.Marshal(frame); err != nil {
			t.Errorf("%s: %v", ref, err)
		}
		if frame.Rows() == 0 {
			continue
		}
		switch frame.Meta.Type {
		case data.FrameTypeTimeSeriesWide:
			schema := frame.TimeSeriesSchema()
			if schema.Type != data.TimeSeriesTypeWide && len(frame.Fields) > 1 {
				t.Errorf("%s is no wide series: %v", ref, schema.Type)
			}
			if len(schema.FactorIndices) > 0 {
				t.Errorf("%s has texts in a wide series", ref)
			}
		case data.FrameTypeTimeSeriesLong:
			if _, err := data.LongToWide(frame, nil); err != nil {
				t.Errorf("%s is no long series: %v", ref, err)
			}
		}
	}
}
