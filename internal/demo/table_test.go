package demo

import (
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

func TestRenderTable(t *testing.T) {
	sent := data.NewField("messages_sent", nil, []int64{12345, 7})
	sent.Config = &data.FieldConfig{DisplayNameFromDS: "Messages sent"}
	rate := data.NewField("failed_rate", nil, []*float64{ptr(0.1234), nil})
	rate.Config = &data.FieldConfig{Unit: "percentunit"}
	id := data.NewField("line", nil, []string{"1", "2"})
	id.Config = &data.FieldConfig{Custom: map[string]any{"hideFrom": map[string]any{"viz": true}}}
	channel := data.NewField("channel", nil, []string{"whatsapp", "webchat"})
	channel.Config = &data.FieldConfig{Mappings: data.ValueMappings{data.ValueMapper{"whatsapp": {Text: "WhatsApp"}}}}

	lines, hasData := render(data.Frames{data.NewFrame("", channel, id, sent, rate)}, time.UTC)
	want := []string{
		"channel   Messages sent  failed_rate",
		"WhatsApp         12,345       12.3 %",
		"webchat               7            –",
	}
	if got := strings.Join(lines, "\n"); !hasData || got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestRenderSaysWhatIsLeftOut(t *testing.T) {
	long := make([]string, 20)
	for i := range long {
		long[i] = strings.Repeat("x", 50)
	}
	frame := data.NewFrame("")
	for _, name := range []string{"a", "b", "c", "d"} {
		frame.Fields = append(frame.Fields, data.NewField(name, nil, long))
	}
	lines, _ := render(data.Frames{frame}, time.UTC)
	if want := "… 12 more rows; more columns: c, d"; lines[len(lines)-1] != want {
		t.Errorf("last line = %q, want %q", lines[len(lines)-1], want)
	}
	if len(lines) != 1+maxRows+1 {
		t.Errorf("%d lines", len(lines))
	}
}

func TestRenderSeries(t *testing.T) {
	start := time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)
	frame := data.NewFrame("",
		data.NewField("time", nil, []time.Time{start, start.AddDate(0, 0, 1), start.AddDate(0, 0, 2)}),
		data.NewField("sessions", data.Labels{"line": "Ventas"}, []*float64{ptr(0), nil, ptr(14)}),
	)
	frame.Meta = &data.FrameMeta{Type: data.FrameTypeTimeSeriesWide, Notices: []data.Notice{{Text: "limited"}}}
	lines, _ := render(data.Frames{frame}, time.UTC)
	want := []string{
		"2025-03-01 00:00 to 2025-03-03 00:00       lowest  highest  last",
		"sessions line=Ventas                  ▁ █       0       14    14",
		"note: limited",
	}
	if got := strings.Join(lines, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestRenderCards(t *testing.T) {
	start := time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)
	frame := data.NewFrame("",
		data.NewField("time", nil, []time.Time{start, start.AddDate(0, 0, 7)}),
		data.NewField("messages_sent", nil, []int64{3343, 14791}),
		data.NewField("csat", nil, []*float64{ptr(4.5), nil}),
	)
	lines, _ := render(data.Frames{frame}, time.UTC)
	want := []string{
		"messages_sent  14,791  before 3,343",
		"csat                –  before 4.50",
	}
	if got := strings.Join(lines, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestRenderNothing(t *testing.T) {
	if _, hasData := render(data.Frames{data.NewFrame("", data.NewField("x", nil, []string{}))}, time.UTC); hasData {
		t.Error("an empty frame has data")
	}
}

func TestFormat(t *testing.T) {
	for _, test := range []struct {
		unit  string
		value float64
		want  string
	}{
		{"", 1234567, "1,234,567"}, {"short", 0.5, "0.50"}, {"", -1000, "-1,000"}, {"currencyUSD", 1234.5, "$1,234.50"},
		{"s", 90061, "25h1m1s"}, {"percentunit", 1, "100.0 %"},
	} {
		field := data.NewField("x", nil, []float64{})
		field.Config = &data.FieldConfig{Unit: test.unit}
		if got := format(field, test.value); got != test.want {
			t.Errorf("format(%s, %v) = %q, want %q", test.unit, test.value, got, test.want)
		}
	}
}

func ptr(value float64) *float64 { return &value }
