package plugin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/demodata"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/plugintest"
	"github.com/parley-reports/parley/pkg/query"
)

// end is when the demo data of the tests ends.
var end = time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC)

// executable is the plugin, built once.
var executable string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		built, remove, err := plugintest.BuildTemporary(context.Background(), filepath.Join("..", ".."))
		if err != nil {
			panic(err)
		}
		defer remove()
		executable = built
		return m.Run()
	}())
}

// start runs the plugin's executable as Grafana does.
func start(t *testing.T) *plugintest.Client {
	t.Helper()
	client, err := plugintest.Start(executable, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Stop)
	return client
}

// reader makes a login that can only read the schema, and returns the settings
// of a data source that uses it.
func reader(t *testing.T, schema string) (settings map[string]any, secrets map[string]string) {
	t.Helper()
	conn := pgtest.Connect(t)
	role := schema + "_reader"
	for _, sql := range []string{
		"CREATE ROLE " + role + " LOGIN PASSWORD 'read only'",
		"GRANT USAGE ON SCHEMA " + schema + " TO " + role,
		"GRANT SELECT ON ALL TABLES IN SCHEMA " + schema + " TO " + role,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), pgtest.URL(t))
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close(context.Background())
		for _, sql := range []string{"DROP OWNED BY " + role, "DROP ROLE " + role} {
			if _, err := conn.Exec(context.Background(), sql); err != nil {
				t.Error(err)
			}
		}
	})
	address, err := url.Parse(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	config := conn.Config()
	return map[string]any{
		"host": address.Hostname(), "port": config.Port, "database": config.Database, "user": role, "tlsMode": "disable",
		"schema": schema, "timezone": "America/Sao_Paulo", "chatUrl": "https://chat.example/{account_id}/{display_id}",
	}, map[string]string{"password": "read only"}
}

// demoData fills a schema with about so many messages.
func demoData(t *testing.T, messages int) (schema string) {
	t.Helper()
	_, schema = pgtest.Schema(t)
	conn := pgtest.Connect(t)
	if _, err := demodata.Generate(t.Context(), conn, schema, demodata.Options{Messages: messages, Days: 20, Seed: 1, End: end, Force: true}, nil); err != nil {
		t.Fatal(err)
	}
	return schema
}

// demo fills a schema with demo data and returns a data source over it.
func demo(t *testing.T) (in backend.PluginContext, schema string) {
	t.Helper()
	schema = demoData(t, 8000)
	settings, secrets := reader(t, schema)
	in, err := plugintest.Context(settings, secrets)
	if err != nil {
		t.Fatal(err)
	}
	return in, schema
}

func ask(t *testing.T, client *plugintest.Client, in backend.PluginContext, headers map[string]string, queries map[string]string) backend.Responses {
	t.Helper()
	request := &backend.QueryDataRequest{PluginContext: in, Headers: headers}
	for ref, text := range queries {
		request.Queries = append(request.Queries, backend.DataQuery{RefID: ref, JSON: []byte(text), MaxDataPoints: 500, TimeRange: backend.TimeRange{From: end.AddDate(0, 0, -7), To: end}})
	}
	response, err := client.QueryData(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	return response.Responses
}

func TestEveryReportAnswers(t *testing.T) {
	client := start(t)
	in, _ := demo(t)
	queries := map[string]string{}
	for _, p := range query.Presets {
		queries[p.ID] = fmt.Sprintf(`{"refId": "A", "datasource": {"uid": "x"}, "intervalMs": 1000, "report": %q, "language": "es"}`, p.ID)
	}
	for ref, r := range ask(t, client, in, nil, queries) {
		if r.Error != nil {
			t.Errorf("%s: %v", ref, r.Error)
			continue
		}
		frame := r.Frames[0]
		if rows, _ := frame.RowLen(); rows == 0 && ref != "failure_bursts" { // not in so small a business
			t.Errorf("%s: no rows", ref)
		}
		if frame.Meta == nil || !strings.Contains(frame.Meta.ExecutedQueryString, "SELECT") {
			t.Errorf("%s: no SQL in the frame", ref)
		}
		if p, _ := query.LookupPreset(ref); p.IsEvents() || p.Query.Format == "logs" {
			continue // Grafana knows their fields by their names
		}
		for _, f := range frame.Fields {
			if ref != "message_details_sent" && f.Name != "time" && f.Type() != data.FieldTypeTime && (f.Config == nil || f.Config.DisplayNameFromDS == "") {
				t.Errorf("%s: the field %s has no name for people", ref, f.Name)
			}
		}
	}
}

func TestWrongQueryLeavesItsNeighboursAlone(t *testing.T) {
	client := start(t)
	in, _ := demo(t)
	wrong := map[string][2]string{
		"metric":   {`{"metrics": ["sesions"]}`, `unknown metric "sesions"; did you mean "sessions"?`},
		"cut":      {`{"metrics": ["sessions"], "groupBy": ["direction"]}`, "sessions cannot be grouped by direction: choose one of account"},
		"filter":   {`{"metrics": ["sessions"], "filters": [{"dimension": "line", "operator": "is", "values": ["1"]}]}`, `unknown operator "is"`},
		"variable": {`{"metrics": ["sessions"], "filters": [{"dimension": "line", "operator": "in", "values": ["$line"]}]}`, "a variable without a value"},
		"pattern":  {`{"metrics": ["messages"], "filters": [{"dimension": "template", "operator": "matches", "values": ["("]}]}`, "is not a regular expression"},
		"json":     {`{"metrics": "sessions"}`, `"metrics" is a text, but must be a list`},
	}
	queries := map[string]string{"good": `{"metrics": ["sessions"]}`}
	for ref, w := range wrong {
		queries[ref] = w[0]
	}
	responses := ask(t, client, in, nil, queries)
	if r := responses["good"]; r.Error != nil || len(r.Frames) != 1 {
		t.Errorf("the good query: %v", r.Error)
	}
	for ref, w := range wrong {
		r := responses[ref]
		if r.Error == nil || !strings.Contains(r.Error.Error(), w[1]) {
			t.Errorf("%s: %v, want %q", ref, r.Error, w[1])
			continue
		}
		if r.Status != backend.StatusBadRequest || r.ErrorSource != backend.ErrorSourceDownstream {
			t.Errorf("%s: status %d, source %s", ref, r.Status, r.ErrorSource)
		}
	}

	reversed, err := client.QueryData(t.Context(), &backend.QueryDataRequest{PluginContext: in, Queries: []backend.DataQuery{
		{RefID: "A", JSON: []byte(`{"metrics": ["sessions"]}`), TimeRange: backend.TimeRange{From: end, To: end.AddDate(0, 0, -1)}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if r := reversed.Responses["A"]; r.Error == nil || !strings.Contains(r.Error.Error(), "the time range ends before it starts") {
		t.Errorf("reversed range: %v", r.Error)
	}
}

func TestWrongSettingsAnswerEachQuery(t *testing.T) {
	client := start(t)
	for want, settings := range map[string]map[string]any{
		"no host is set":        {"database": "d", "user": "u"},
		"unknown time zone":     {"host": "h", "database": "d", "user": "u", "timezone": "Mars/Olympus"},
		"unknown TLS mode":      {"host": "h", "database": "d", "user": "u", "tlsMode": "maybe"},
		"unknown execution":     {"host": "h", "database": "d", "user": "u", "tlsMode": "disable", "execMode": "fast"},
		"unknown database type": {"kind": "fax", "host": "h", "database": "d", "user": "u"},
	} {
		in, err := plugintest.Context(settings, nil)
		if err != nil {
			t.Fatal(err)
		}
		for ref, r := range ask(t, client, in, nil, map[string]string{"A": `{}`, "B": `{"report": "channels"}`}) {
			if r.Error == nil || !strings.Contains(r.Error.Error(), want) {
				t.Errorf("%s: %v, want %q", ref, r.Error, want)
			}
		}
		health, err := client.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: in})
		if err != nil || health.Status != backend.HealthStatusError || !strings.Contains(strings.ToLower(health.Message), strings.ToLower(want)) {
			t.Errorf("health: %v %v, want %q", health, err, want)
		}
	}
}

func TestAlertsGetNumbersWithLabels(t *testing.T) {
	client := start(t)
	in, _ := demo(t)
	headers := map[string]string{"FromAlert": "true"}
	r := ask(t, client, in, headers, map[string]string{
		"rate": `{"metrics": ["read_rate"], "groupBy": ["line"]}`, "two": `{"metrics": ["sessions", "messages"]}`,
		"report": `{"report": "funnel"}`, "text": `{"metrics": ["failure_reasons"]}`,
		"nobody": `{"metrics": ["read_rate"], "filters": [{"dimension": "contact", "operator": "in", "values": ["nobody"]}]}`,
		"failed": `{"metrics": ["messages_failed"], "groupBy": ["line"]}`, "received": `{"metrics": ["messages_received"], "groupBy": ["line"]}`,
		"now": `{"metrics": ["unattended_now"], "groupBy": ["team"], "language": "es"}`, "template": `{"metrics": ["messages_sent"], "groupBy": ["template"]}`,
		"compared": `{"metrics": ["messages_sent"], "groupBy": ["line"], "compare": "previous_period"}`, "days": `{"metrics": ["messages_sent"], "groupBy": ["day", "line"]}`,
	})
	frame := r["rate"].Frames[0]
	if frame.Meta.Type != data.FrameTypeNumericWide || len(frame.Fields) < 2 {
		t.Fatalf("type %s with %d fields", frame.Meta.Type, len(frame.Fields))
	}
	for _, f := range frame.Fields {
		if f.Len() != 1 || f.Labels["line"] == "" || f.Labels["line_name"] == "" {
			t.Errorf("%d values, labels %v", f.Len(), f.Labels)
		}
		if _, ok := f.ConcreteAt(0); !ok {
			t.Errorf("%v has no number", f.Labels)
		}
	}
	if err := r["two"].Error; err == nil || !strings.Contains(err.Error(), "one metric per query") {
		t.Errorf("two metrics: %v", err)
	}
	if err := r["report"].Error; err == nil || !strings.Contains(err.Error(), "one metric per query") {
		t.Errorf("a report of several metrics: %v", err)
	}
	if err := r["text"].Error; err == nil || !strings.Contains(err.Error(), "is not a number") {
		t.Errorf("a text: %v", err)
	}
	if n := r["nobody"]; n.Error != nil || len(n.Frames) != 0 {
		t.Errorf("no number: %d frames, %v", len(n.Frames), n.Error)
	}

	groups := func(ref string) []string {
		if r[ref].Error != nil || len(r[ref].Frames) != 1 {
			t.Fatalf("%s: %d frames, %v", ref, len(r[ref].Frames), r[ref].Error)
		}
		var labels []string
		for _, f := range r[ref].Frames[0].Fields {
			labels = append(labels, f.Labels.String())
		}
		slices.Sort(labels)
		return labels
	}
	// Rules compute with two counts of one range: what has none of the one has 0.
	if failed, received := groups("failed"), groups("received"); !slices.Equal(failed, received) {
		t.Errorf("groups %v and %v", failed, received)
	}
	for _, ref := range []string{"now", "template", "compared"} {
		if labels := groups(ref); len(slices.Compact(slices.Clone(labels))) != len(labels) {
			t.Errorf("%s: the same labels twice: %v", ref, labels)
		}
	}
	if !slices.Contains(groups("template"), "template=(none)") {
		t.Errorf("no messages without a template: %v", groups("template"))
	}
	if f := r["days"].Frames[0]; f.Meta.Type != data.FrameTypeTimeSeriesLong {
		t.Errorf("by day: %s", f.Meta.Type)
	}
}

func TestCompareAsTwoPoints(t *testing.T) {
	client := start(t)
	in, _ := demo(t)
	r := ask(t, client, in, nil, map[string]string{
		"series": `{"metrics": ["messages"], "format": "timeseries", "bucket": "none", "compare": "previous_period"}`,
		"table":  `{"metrics": ["messages"], "compare": "previous_period"}`,
	})
	series, table := r["series"].Frames[0], r["table"].Frames[0]
	if n, _ := series.RowLen(); n != 2 || series.Fields[0].Name != "time" {
		t.Fatalf("%d points", n)
	}
	now, before := table.Fields[0].At(0), table.Fields[1].At(0)
	if *series.Fields[1].At(0).(*int64) != *before.(*int64) || *series.Fields[1].At(1).(*int64) != *now.(*int64) || *now.(*int64) == 0 {
		t.Errorf("series and table differ")
	}
}

func TestResources(t *testing.T) {
	client := start(t)
	in, _ := demo(t)
	call := func(path string, body any, into any) int {
		t.Helper()
		response, err := client.Resource(t.Context(), in, path, body)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(response.Body, into); err != nil {
			t.Fatalf("%s: %v: %s", path, err, response.Body)
		}
		return response.Status
	}
	titles := map[string]string{"en": "Messages sent", "es": "Mensajes enviados", "pt-BR": "Mensagens enviadas"}
	for language, want := range titles {
		var c struct{ Metrics []struct{ ID, Title string } }
		call("catalog?language="+language, nil, &c)
		i := slices.IndexFunc(c.Metrics, func(m struct{ ID, Title string }) bool { return m.ID == "messages_sent" })
		if i < 0 || c.Metrics[i].Title != want {
			t.Errorf("%s: %v", language, c.Metrics)
		}
	}
	type answer struct {
		Values  []struct{ Value, Text string }
		Message string
	}
	for _, c := range []struct {
		body string
		want func(answer) bool
	}{
		{`{"dimension": "line", "search": "brasil"}`, func(a answer) bool { return len(a.Values) == 1 && a.Values[0].Text == "WhatsApp Brasil" }},
		{`{"dimension": "initiator", "language": "es"}`, func(a answer) bool { return len(a.Values) == 3 }},
		{`{"dimension": "line", "filters": [{"dimension": "channel", "operator": "in", "values": ["webchat"]}], "to": "2026-11-20T18:30:00Z"}`, func(a answer) bool { return len(a.Values) == 1 && a.Values[0].Value == "web-1" }},
		{`{"dimension": "template", "limit": 2, "to": "2026-11-20T18:30:00Z"}`, func(a answer) bool { return len(a.Values) == 2 }},
		{`{"dimension": "lime"}`, func(a answer) bool { return strings.Contains(a.Message, `did you mean "line"`) }},
	} {
		var a answer
		if call("values", json.RawMessage(c.body), &a); !c.want(a) {
			t.Errorf("%s: %+v", c.body, a)
		}
	}
	var message struct{ Message string }
	if status := call("nothing", nil, &message); status != http.StatusNotFound {
		t.Errorf("an unknown resource has status %d", status)
	}
	var schema map[string]any
	if call("schema", nil, &schema); schema["$schema"] == nil {
		t.Error("the schema is none")
	}
}

// trusting tells whether the server lets in whoever says who they are.
func trusting(t *testing.T, settings map[string]any) bool {
	t.Helper()
	config := pgtest.Connect(t).Config()
	config.User, config.Password = settings["user"].(string), "wrong"
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		return false
	}
	conn.Close(t.Context())
	return true
}

// TestWrongChatURL: a template that makes no links costs the links, and no report.
func TestWrongChatURL(t *testing.T) {
	client := start(t)
	settings, secrets := reader(t, demoData(t, 500))
	for template, want := range map[string]string{
		"javascript:alert(1)": "not an http or https address", "not a url": "not an http or https address", "https://chat.example/{foo}": `unknown placeholder "{foo}"`,
	} {
		settings["chatUrl"] = template
		in, err := plugintest.Context(settings, secrets)
		if err != nil {
			t.Fatal(err)
		}
		for ref, r := range ask(t, client, in, nil, map[string]string{"A": `{"metrics": ["messages"]}`, "B": `{"report": "notification_details"}`}) {
			if r.Error != nil || len(r.Frames) == 0 {
				t.Errorf("%s with %q: %v", ref, template, r.Error)
			}
		}
		health, err := client.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: in})
		if err != nil || health.Status != backend.HealthStatusError || !strings.Contains(health.Message, want) || !strings.Contains(health.Message, "{account_id}") {
			t.Errorf("health with %q: %v %+v, want %q and the placeholders", template, err, health, want)
		}
	}
}

func TestHealth(t *testing.T) {
	client := start(t)
	_, schema := pgtest.Schema(t)
	conn := pgtest.Connect(t)
	if err := contract.Create(t.Context(), conn, schema); err != nil {
		t.Fatal(err)
	}
	settings, secrets := reader(t, schema)
	check := func(change func(map[string]any, map[string]string), status backend.HealthStatus, want string) {
		t.Helper()
		s, p := map[string]any{}, map[string]string{}
		for k, v := range settings {
			s[k] = v
		}
		for k, v := range secrets {
			p[k] = v
		}
		change(s, p)
		in, err := plugintest.Context(s, p)
		if err != nil {
			t.Fatal(err)
		}
		health, err := client.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: in})
		if err != nil {
			t.Fatal(err)
		}
		if health.Status != status || !strings.Contains(strings.ToLower(health.Message+string(health.JSONDetails)), strings.ToLower(want)) {
			t.Errorf("%s %q %s, want %q", health.Status, health.Message, health.JSONDetails, want)
		}
		if status == backend.HealthStatusError && strings.Contains(string(health.JSONDetails), "Metrics") {
			t.Errorf("%q is followed by a list of metrics: %s", health.Message, health.JSONDetails)
		}
	}
	exec := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	same := func(map[string]any, map[string]string) {}
	check(same, backend.HealthStatusOk, "There are no messages yet")
	check(func(s map[string]any, _ map[string]string) { s["port"] = 1 }, backend.HealthStatusError, "the database cannot be reached")
	if !trusting(t, settings) {
		check(func(_ map[string]any, p map[string]string) { p["password"] = "wrong" }, backend.HealthStatusError, "check user and password")
	}
	check(func(s map[string]any, _ map[string]string) { s["database"] = "nowhere" }, backend.HealthStatusError, "the database does not exist")
	check(func(s map[string]any, _ map[string]string) { s["tlsMode"] = "require" }, backend.HealthStatusError, "does not support TLS")
	check(func(s map[string]any, _ map[string]string) { s["schema"] = "nowhere" }, backend.HealthStatusError, "nowhere")
	check(func(s map[string]any, _ map[string]string) { s["kind"] = "chatwoot" }, backend.HealthStatusError, "the schema "+schema+" has no tables of Chatwoot")
	exec("DROP TABLE " + schema + ".csat")
	check(same, backend.HealthStatusOk, schema+".csat does not exist")
	check(same, backend.HealthStatusOk, "Metrics that are not available: CSAT responses")
	check(same, backend.HealthStatusOk, "Missing or incomplete: csat.")
	exec("ALTER TABLE " + schema + ".message DROP COLUMN direction")
	check(same, backend.HealthStatusError, "message has no column direction")
	exec("REVOKE SELECT ON " + schema + ".line FROM " + schema + "_reader")
	check(same, backend.HealthStatusError, "no read access to "+schema+".line")
}
