package query_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// compiled is the schema as somebody else's tool reads it: from its JSON.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(query.Schema())
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("parley-query.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("parley-query.json")
	if err != nil {
		t.Fatalf("the schema is no JSON Schema: %v", err)
	}
	return schema
}

func validate(t *testing.T, schema *jsonschema.Schema, text string) error {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return schema.Validate(document)
}

func parse(text string) error {
	q, err := query.Parse([]byte(text))
	if err == nil {
		_, err = q.Resolve()
	}
	return err
}

func TestPresetsFitTheSchema(t *testing.T) {
	schema := compiled(t)
	for _, p := range query.Presets {
		expanded, err := query.Query{Report: p.ID}.Resolve()
		if err != nil {
			t.Errorf("%s: %v", p.ID, err)
			continue
		}
		// By name, as the catalogue shows it to the editor, and written out.
		for _, q := range []query.Query{{Report: p.ID}, p.Query, expanded} {
			text, err := json.Marshal(q)
			if err != nil {
				t.Fatal(err)
			}
			if err := validate(t, schema, string(text)); err != nil {
				t.Errorf("%s: %s\n%v", p.ID, text, err)
			}
		}
	}
}

// TestExpandedPresetIsItsReport wants a report written out to be the report, so
// that an editor may write it out without changing the answer.
func TestExpandedPresetIsItsReport(t *testing.T) {
	for _, p := range query.Presets {
		if p.Fact != "" {
			continue // what a report lists stands in its name only
		}
		byName, err := query.Query{Report: p.ID}.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(p.Query)
		q, err := query.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		expanded, err := q.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		byName.Report = ""
		if a, b := fmt.Sprintf("%+v", byName), fmt.Sprintf("%+v", expanded); a != b {
			t.Errorf("%s:\n by name  %s\n expanded %s", p.ID, a, b)
		}
	}
}

func TestSchemaKnowsGrafanasKeys(t *testing.T) {
	const sent = `{"refId": "A", "datasource": {"type": "parley-conversations-datasource", "uid": "x"}, "datasourceId": 3, "queryType": "",
		"hide": false, "key": "Q-1", "intervalMs": 60000, "maxDataPoints": 900, "queryCachingTTL": 0, "timeRange": {"from": "now-6h", "to": "now"},
		"resultAssertions": {}, "report": "channels"}`
	if err := validate(t, compiled(t), sent); err != nil {
		t.Error(err)
	}
	if err := parse(sent); err != nil {
		t.Error(err)
	}
}

// TestRefused holds the schema against the reader: what the one refuses by its
// form alone, the other refuses as well.
func TestRefused(t *testing.T) {
	// The sentence names what is wrong and, where there is one, the nearest word.
	cases := []struct{ name, query, sentence string }{
		{"not JSON", `{"report": `, "not a JSON object"},
		{"a list", `[]`, "not a JSON object"},
		{"null", `null`, "not a JSON object"},
		{"a text", `"channels"`, "not a JSON object"},
		{"nothing", ``, "not a JSON object"},
		{"two documents", `{} {}`, "not a JSON object"},
		{"unknown key", `{"metric": ["sessions"]}`, `unknown key "metric" in the query; did you mean "metrics"?`},
		{"SQL", `{"rawSql": "SELECT 1"}`, `unknown key "rawSql"`},
		{"unknown version", `{"version": 2, "report": "channels"}`, "version 2"},
		{"version of another type", `{"version": "1", "report": "channels"}`, `"version" is a text, but must be an integer`},
		{"unknown report", `{"report": "chanels"}`, `did you mean "channels"?`},
		{"unknown metric", `{"metrics": ["mesages_sent"]}`, `did you mean "messages_sent"?`},
		{"part of a metric", `{"metrics": ["cost"]}`, `unknown metric "cost"; did you mean cost_usd, cost_unknown?`},
		{"internal metric", `{"metrics": ["session_messages"]}`, `unknown metric "session_messages"`},
		{"metrics no list", `{"metrics": "sessions"}`, `"metrics" is a text, but must be a list`},
		{"metric no text", `{"metrics": [1]}`, "is a number, but must be a text"},
		{"metric twice", `{"metrics": ["sessions", "sessions"]}`, "listed twice"},
		{"unknown dimension", `{"metrics": ["sessions"], "groupBy": ["chanel"]}`, `did you mean "channel"?`},
		{"group twice", `{"metrics": ["sessions"], "groupBy": ["channel", "channel"]}`, "listed twice"},
		{"unknown bucket", `{"metrics": ["sessions"], "bucket": "days"}`, `did you mean "day"?`},
		{"unknown comparison", `{"metrics": ["sessions"], "compare": "previous"}`, "unknown comparison"},
		{"unknown format", `{"metrics": ["sessions"], "format": "time_series"}`, `did you mean "timeseries"?`},
		{"filters no list", `{"metrics": ["sessions"], "filters": {}}`, `"filters" is an object, but must be a list`},
		{"filter without dimension", `{"metrics": ["sessions"], "filters": [{"operator": "in", "values": ["1"]}]}`, "unknown dimension"},
		{"filter without operator", `{"metrics": ["sessions"], "filters": [{"dimension": "team", "values": ["1"]}]}`, "unknown operator"},
		{"filter without values", `{"metrics": ["sessions"], "filters": [{"dimension": "team", "operator": "in"}]}`, "has no values"},
		{"filter with no values", `{"metrics": ["sessions"], "filters": [{"dimension": "team", "operator": "in", "values": []}]}`, "has no values"},
		{"filter on a number", `{"metrics": ["sessions"], "filters": [{"dimension": "team", "operator": "in", "values": [7]}]}`, "is a number, but must be a text"},
		{"unknown operator", `{"metrics": ["sessions"], "filters": [{"dimension": "team", "operator": "=", "values": ["7"]}]}`, `unknown operator "="`},
		{"unknown key of a filter", `{"metrics": ["sessions"], "filters": [{"dimension": "team", "op": "in", "operator": "in", "values": ["7"]}]}`, `unknown key "op" in a filter`},
		{"unknown key of an order", `{"metrics": ["sessions"], "orderBy": [{"by": "sessions", "direction": "desc"}]}`, "direction"},
		{"order by nothing", `{"metrics": ["sessions"], "orderBy": [{"desc": true}]}`, "cannot order by"},
		{"negative limit", `{"metrics": ["sessions"], "limit": -1}`, "out of range"},
		{"huge limit", `{"metrics": ["sessions"], "limit": 1000000}`, "out of range"},
		{"broken limit", `{"metrics": ["sessions"], "limit": 1.5}`, "is a number 1.5, but must be an integer"},
		{"unknown column", `{"report": "notification_details", "columns": ["phon"]}`, `did you mean "phone"?`},
		{"column twice", `{"report": "notification_details", "columns": ["phone", "phone"]}`, "listed twice"},
	}
	schema := compiled(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := parse(c.query); err == nil || !strings.Contains(err.Error(), c.sentence) {
				t.Errorf("read: %v; want %q", err, c.sentence)
			}
			if err := validate(t, schema, c.query); err == nil {
				t.Error("the schema lets it pass")
			}
		})
	}
}

// TestRefusedByMeaning are queries of a good form that make no sense.
func TestRefusedByMeaning(t *testing.T) {
	filter := func(metric, dimension, operator, value string) string {
		return fmt.Sprintf(`{"metrics": [%q], "filters": [{"dimension": %q, "operator": %q, "values": [%q]}]}`, metric, dimension, operator, value)
	}
	cases := []struct{ name, query, sentence string }{
		{"nothing asked", `{}`, "choose a report or at least one metric"},
		{"impossible cut", `{"metrics": ["sessions"], "groupBy": ["in_window"]}`, "sessions cannot be grouped by in_window: choose one of account"},
		{"impossible filter", filter("csat_score", "template", "in", "x"), "csat_score cannot be filtered by template"},
		{"operator of another kind", filter("messages", "weekday", "matches", "1"), "choose in, notIn"},
		{"contains on an enum", filter("messages", "direction", "contains", "in"), "choose in, notIn, matches, notMatches"},
		{"unknown value", filter("messages", "status", "in", "delivred"), `did you mean "delivered"?`},
		{"no number", filter("messages", "weekday", "in", "monday"), "enter an integer"},
		{"no number that fits", filter("messages", "weekday", "in", "4294967297"), "enter an integer"},
		{"no day", filter("messages", "day", "in", "02/11/2026"), "enter a date"},
		{"empty pattern", filter("messages", "template", "matches", ""), "empty pattern"},
		{"variable", filter("messages", "line", "in", "$line"), "a variable without a value"},
		{"variable in braces", filter("messages", "line", "in", "${line:csv}"), "a variable without a value"},
		{"variable in brackets", filter("messages", "line", "in", "[[line]]"), "a variable without a value"},
		{"variable as a pattern", filter("messages", "line", "matches", "$line"), "a variable without a value"},
		{"unknown zone", `{"metrics": ["sessions"], "timezone": "Brasilia"}`, "IANA name"},
		{"the machine's zone", `{"metrics": ["sessions"], "timezone": "localtime"}`, "IANA name"},
		{"two cuts by time", `{"metrics": ["sessions"], "groupBy": ["day"], "bucket": "hour"}`, "groups by time twice"},
		{"now, by day", `{"metrics": ["open_now"], "bucket": "day"}`, "set bucket to none"},
		{"a text over time", `{"report": "sends", "format": "timeseries"}`, "first_sent_at is not a number and cannot be drawn: choose format table"},
		{"heatmap over time", `{"report": "traffic", "bucket": "day"}`, "bucket to none"},
		{"stage without the cut", `{"metrics": ["stage_reached"]}`, "add stage to groupBy"},
		{"stage with another metric", `{"metrics": ["notified"], "groupBy": ["stage"]}`, "choose stage_reached"},
		{"columns of no details", `{"metrics": ["sessions"], "columns": ["phone"]}`, "set format to details"},
		{"details without a report", `{"format": "details"}`, "set report to one of notification_details"},
		{"details with metrics", `{"report": "notification_details", "metrics": ["sessions"]}`, "remove metrics"},
		{"details by something else", `{"report": "notification_details", "orderBy": [{"by": "contact"}]}`, "cannot be ordered by"},
		{"order by no column", `{"metrics": ["sessions"], "orderBy": [{"by": "channel"}]}`, "not a column of the result"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := parse(c.query); err == nil || !strings.Contains(err.Error(), c.sentence) {
				t.Errorf("%v; want %q", err, c.sentence)
			}
		})
	}
}

// TestEveryCutIsInTheSchema asks for every metric with every cut of its.
func TestEveryCutIsInTheSchema(t *testing.T) {
	schema := compiled(t)
	for _, id := range catalog.MetricIDs() {
		m, _ := catalog.LookupMetric(id)
		for _, cut := range query.CutsOf(m) {
			text := fmt.Sprintf(`{"metrics": [%q], "groupBy": [%q]}`, id, cut)
			if err := validate(t, schema, text); err != nil {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
}
