package dashboard_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/demodata"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/sourcetest"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/dashboard"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/frame"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

var end = time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)

// open returns an engine over demo data that ends at end.
func open(t *testing.T) *engine.Engine {
	t.Helper()
	_, schema := pgtest.Schema(t)
	if _, err := demodata.Generate(t.Context(), pgtest.Connect(t), schema, demodata.Options{Messages: 5000, Days: 20, Seed: 1, End: end, Force: true}, nil); err != nil {
		t.Fatal(err)
	}
	return sourcetest.Open(t, "views", "", source.Settings{Schema: schema})
}

// shipped is a panel of a dashboard's file, read without the package's own types.
type shipped struct {
	ID              int              `json:"id"`
	Type            string           `json:"type"`
	TimeFrom        string           `json:"timeFrom"`
	MaxDataPoints   int              `json:"maxDataPoints"`
	Targets         []map[string]any `json:"targets"`
	Transformations []struct{ ID string }
}

func panels(t *testing.T, name, language string) map[int]shipped {
	t.Helper()
	text, err := os.ReadFile("../../dashboards/" + language + "/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var d struct{ Panels []shipped }
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	found := map[int]shipped{}
	for _, p := range d.Panels {
		if len(p.Targets) > 0 {
			found[p.ID] = p
		}
	}
	return found
}

// chosen replaces the variables of the panel's query, as Grafana does in the browser.
func (p shipped) chosen(t *testing.T, variables map[string][]string, more []query.Filter) query.Query {
	t.Helper()
	target := p.Targets[0]
	var filters []any
	for _, f := range target["filters"].([]any) {
		values := f.(map[string]any)["values"].([]any)
		name, isVariable := strings.CutPrefix(values[0].(string), "$")
		if isVariable && variables[name] == nil {
			continue
		}
		if isVariable {
			f.(map[string]any)["values"] = variables[name]
		}
		filters = append(filters, f)
	}
	target["filters"] = filters
	text, _ := json.Marshal(target)
	q, err := query.ParseLenient(text)
	if err != nil {
		t.Fatal(err)
	}
	q.Filters = append(q.Filters, more...)
	q.Timezone = "America/Sao_Paulo"
	return q
}

// numbers returns the numbers of a list of values, without those that are missing.
func numbers(values []any) []float64 {
	var found []float64
	for _, v := range values {
		switch v := v.(type) {
		case int64:
			found = append(found, float64(v))
		case float64:
			found = append(found, v)
		}
	}
	return found
}

// column returns the values of a column of a result.
func column(r *engine.Result, at int) []any {
	var values []any
	for _, row := range r.Rows {
		values = append(values, row[at])
	}
	return values
}

// metrics returns the columns of a result that are metrics of the time range itself.
func metrics(r *engine.Result) []int {
	var found []int
	for i, c := range r.Columns {
		if c.Role == measure.Metric && !c.Previous && c.Metric.Numeric() {
			found = append(found, i)
		}
	}
	return found
}

func sortedNonZero(values []float64) []float64 {
	values = slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return v == 0 })
	slices.Sort(values)
	return values
}

// TestNumbers: every panel of every dashboard has the numbers of its query.
func TestNumbers(t *testing.T) {
	t.Parallel()
	e := open(t)
	odd := query.Filter{Dimension: "contact_tag", Operator: "notIn", Values: []string{`a|b,c"d'e=ñ 😀`}}
	for _, c := range []struct {
		from, to  string
		span      calendar.Range
		variables map[string][]string
		filters   []query.Filter
	}{
		{from: "now-7d", to: "now", span: calendar.Range{From: end.AddDate(0, 0, -7), To: end}},
		{
			from: "2026-11-10T03:00:00Z", to: "2026-11-12T03:00:00Z", span: calendar.Range{From: end.AddDate(0, 0, -10).Add(-12 * time.Hour), To: end.AddDate(0, 0, -8).Add(-12 * time.Hour)},
			variables: map[string][]string{"channel": {"whatsapp", "webchat"}, "line": {"$__all"}}, filters: []query.Filter{odd},
		},
	} {
		for _, name := range dashboard.Names() {
			d, err := dashboard.Shipped(name, "")
			if err != nil {
				t.Fatal(err)
			}
			report, err := d.Run(t.Context(), e, dashboard.Request{From: c.from, To: c.to, Now: end, Timezone: "America/Sao_Paulo", Variables: c.variables, Filters: c.filters, ListRows: 7})
			if err != nil {
				t.Fatal(err)
			}
			files := panels(t, name, "en")
			if len(report.Panels) != len(files) {
				t.Errorf("%s: %d panels, want %d", name, len(report.Panels), len(files))
			}
			for _, p := range report.Panels {
				file := files[p.ID]
				span := c.span
				if last, err := time.ParseDuration(file.TimeFrom); err == nil && c.from == "now-7d" {
					span.From = end.Add(-last)
				}
				chosen := map[string][]string{"channel": c.variables["channel"]}
				q := file.chosen(t, chosen, c.filters)
				if file.Type == "table" {
					q.Limit = query.MaxLimit // files have all rows
				}
				want, err := e.Run(t.Context(), engine.Request{Query: q, Range: span, Now: end, MaxPoints: file.MaxDataPoints, Partial: true})
				if err != nil {
					t.Fatal(err)
				}
				if p.Problem != "" || !p.Range.From.Equal(span.From) || !p.Range.To.Equal(span.To) {
					t.Errorf("%s, %s: range %v, want %v: %s", name, p.Title, p.Range, span, p.Problem)
				}
				compare(t, name, p, file, want)
			}
		}
	}
}

// compare compares a panel with the result of its query.
func compare(t *testing.T, name string, p *dashboard.Panel, file shipped, want *engine.Result) {
	t.Helper()
	var got, expected []float64
	switch p.View {
	case dashboard.Cards:
		if len(file.Transformations) > 1 { // the card counts rows
			return
		}
		for _, card := range p.Cards {
			got = append(got, numbers([]any{card.Value})...)
		}
		for i, c := range want.Columns {
			if c.Role == measure.Metric && (!c.Previous || want.Query.Format == "table") {
				expected = append(expected, numbers(column(want, i))...)
			}
			if c.Previous && want.Query.Format == "timeseries" {
				at := slices.Index(want.Query.Metrics, c.Metric.ID)
				if before := p.Cards[at].Before; !reflect.DeepEqual(before, column(want, i)[0]) {
					t.Errorf("%s, %s: %v before, want %v", name, p.Title, before, column(want, i)[0])
				}
			}
		}
	case dashboard.Lines, dashboard.Bars, dashboard.Heat, dashboard.Hours:
		for _, row := range p.Rows {
			got = append(got, numbers(row[1:])...)
		}
		for _, at := range metrics(want) {
			expected = append(expected, numbers(column(want, at))...)
		}
		got, expected = sortedNonZero(got), sortedNonZero(expected)
	case dashboard.Ring:
		for _, row := range p.Rows {
			got = append(got, numbers(row[1:2])...)
		}
		for _, at := range metrics(want) {
			expected = append(expected, numbers(column(want, at))...)
		}
		if len(file.Transformations) > 0 { // recipients and notified users become those not reached
			expected = append(expected[:2], expected[2]-expected[3])
		}
		got, expected = sortedNonZero(got), sortedNonZero(expected)
	default:
		if p.IsList {
			list(t, name, p, want)
			return
		}
		if len(file.Transformations) == 4 { // a matrix
			for _, row := range p.Rows {
				cells := numbers(row[1 : len(row)-1])
				got = append(got, cells...)
				sum := 0.0
				for _, cell := range cells {
					sum += cell
				}
				if total := numbers(row[len(row)-1:]); len(total) != 1 || total[0] != sum {
					t.Errorf("%s, %s: total %v, want %v", name, p.Title, total, sum)
				}
			}
			expected = numbers(column(want, metrics(want)[0]))
			got, expected = sortedNonZero(got), sortedNonZero(expected)
			break
		}
		if len(p.Rows) != len(want.Rows) {
			t.Errorf("%s, %s: %d rows, want %d", name, p.Title, len(p.Rows), len(want.Rows))
		}
		at := metrics(want)
		for i, c := range p.Columns {
			if slices.Contains([]frame.Kind{frame.Text, frame.Instant, frame.Day}, c.Kind) {
				continue
			}
			for _, row := range p.Rows {
				got = append(got, numbers(row[i:i+1])...)
			}
			if len(at) == 0 {
				t.Errorf("%s, %s: the column %s is not in the result", name, p.Title, c.Title)
				return
			}
			for len(at) > 1 && want.Columns[at[0]].Metric.ID == "first_sent_at" {
				at = at[1:]
			}
			expected = append(expected, numbers(column(want, at[0]))...)
			at = at[1:]
		}
	}
	if !slices.Equal(got, expected) {
		t.Errorf("%s, %s (%s): %v, want %v", name, p.Title, p.View, got, expected)
	}
	if len(expected) == 0 && p.View != dashboard.Cards && len(want.Rows) > 0 {
		t.Errorf("%s, %s: no numbers were compared", name, p.Title)
	}
}

// list compares all rows of a list with those of pages.
func list(t *testing.T, name string, p *dashboard.Panel, want *engine.Result) {
	t.Helper()
	if p.Total != want.Total || len(p.Rows) != min(7, int(want.Total)) {
		t.Errorf("%s, %s: %d of %d rows, want %d", name, p.Title, len(p.Rows), p.Total, want.Total)
	}
	created := slices.IndexFunc(want.Columns, func(c engine.Column) bool { return c.ID == "created_at" })
	n := 0
	if err := p.EachRow(t.Context(), func(row []any) error {
		if at := row[0].(time.Time); n >= len(want.Rows) || !at.Equal(want.Rows[n][created].(time.Time)) {
			return fmt.Errorf("row %d is of %s", n, at)
		}
		if n < len(p.Rows) && fmt.Sprint(row) != fmt.Sprint(p.Rows[n]) {
			return fmt.Errorf("row %d is %v, was %v", n, row, p.Rows[n])
		}
		n++
		return nil
	}); err != nil || n != len(want.Rows) {
		t.Errorf("%s, %s: %d rows, want %d: %v", name, p.Title, n, len(want.Rows), err)
	}
}

// own is a dashboard that somebody made in Grafana.
const own = `{
  "uid": "mine", "title": "Mine", "time": {"from": "now-7d", "to": "now"},
  "templating": {"list": [
    {"name": "channel", "type": "query", "label": "Where", "current": {"text": ["WhatsApp"], "value": ["whatsapp"]}},
    {"name": "line", "type": "query", "current": {"value": "$__all"}},
    {"name": "filters", "type": "adhoc", "filters": [{"key": "direction", "operator": "!=", "value": "inbound"}]}
  ]},
  "panels": [
    {"id": 1, "type": "row", "collapsed": true, "title": "Folded", "gridPos": {"y": 0, "w": 24, "h": 1}, "panels": [
      {"id": 2, "type": "stat", "title": "Sum", "gridPos": {"y": 1, "w": 6, "h": 4}, "datasource": {"type": "` + dashboard.PluginID + `", "uid": "p"},
       "options": {"reduceOptions": {"calcs": ["sum"]}},
       "targets": [{"refId": "A", "metrics": ["messages_outbound"], "format": "timeseries", "bucket": "day", "filters": [{"dimension": "channel", "operator": "in", "values": ["${channel}", "sms"]}, {"dimension": "line", "operator": "in", "values": ["$line"]}]}]}]},
    {"id": 3, "type": "timeseries", "title": "Two queries", "gridPos": {"y": 5, "w": 12, "h": 8}, "datasource": "Parley",
     "targets": [
       {"refId": "A", "datasource": {"type": "` + dashboard.PluginID + `"}, "metrics": ["messages_sent"], "format": "timeseries", "bucket": "day"},
       {"refId": "B", "datasource": {"type": "` + dashboard.PluginID + `"}, "metrics": ["messages_failed"], "format": "timeseries", "bucket": "day"},
       {"refId": "C", "datasource": {"type": "` + dashboard.PluginID + `"}, "metrics": ["messages_pending"], "format": "timeseries", "bucket": "day", "hide": true},
       {"refId": "D", "datasource": {"type": "__expr__"}, "type": "math"}]},
    {"id": 4, "type": "timeseries", "title": "Others", "datasource": {"type": "postgres"}, "gridPos": {"y": 13}, "targets": [{"refId": "A", "rawSql": "SELECT 1"}]},
    {"id": 5, "type": "piechart", "title": "Rows", "gridPos": {"y": 21}, "datasource": {"type": "` + dashboard.PluginID + `"}, "options": {"reduceOptions": {"values": true, "calcs": []}},
     "targets": [{"refId": "A", "metrics": ["messages_outbound"], "groupBy": ["channel"]}]},
    {"id": 7, "type": "table", "title": "Organized", "gridPos": {"y": 28}, "transformations": [{"id": "organize", "options": {"excludeByName": {"Messages received": true}, "renameByName": {"channel": "Via"}, "indexByName": {"Messages sent": 0, "channel": 1}}}],
     "targets": [{"refId": "A", "datasource": {"type": "` + dashboard.PluginID + `"}, "metrics": ["messages_received", "messages_sent"], "groupBy": ["channel"]}]},
    {"id": 6, "type": "table", "title": "Unknown", "gridPos": {"y": 29}, "transformations": [{"id": "limit", "options": {}}],
     "targets": [{"refId": "A", "datasource": {"type": "` + dashboard.PluginID + `"}, "metrics": ["messages_sent"], "groupBy": ["channel"]}]}
  ]
}`
