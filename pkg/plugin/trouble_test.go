package plugin_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/embeddedpg"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/plugintest"
	"github.com/parley-reports/parley/pkg/catalog"
)

// source describes a data source over the schema, with some settings changed.
func source(t *testing.T, settings map[string]any, secrets map[string]string, changes map[string]any) backend.PluginContext {
	t.Helper()
	changed := maps.Clone(settings)
	maps.Copy(changed, changes)
	in, err := plugintest.Context(changed, secrets)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// slow makes a schema whose agents take a minute to list.
func slow(t *testing.T) (schema string) {
	t.Helper()
	_, schema = pgtest.Schema(t)
	conn := pgtest.Connect(t)
	if err := contract.Create(t.Context(), conn, schema); err != nil {
		t.Fatal(err)
	}
	err := contract.Load(t.Context(), conn, schema, contract.Data{Messages: []contract.Message{{MessageID: "m", Direction: "outbound", CreatedAt: end.Add(-time.Hour), AgentID: new("a")}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), fmt.Sprintf("DROP TABLE %[1]s.agent; CREATE VIEW %[1]s.agent AS SELECT 'a'::text AS agent_id, pg_sleep(60)::text AS name", schema)); err != nil {
		t.Fatal(err)
	}
	return schema
}

const (
	slowQuery  = `{"metrics": ["messages"], "groupBy": ["agent"]}`
	quickQuery = `{"metrics": ["messages"]}`
)

func TestTimeoutEndsTheQueryAlone(t *testing.T) {
	client := start(t)
	settings, secrets := reader(t, slow(t))
	in := source(t, settings, secrets, map[string]any{"timeoutSeconds": 1})
	responses := ask(t, client, in, nil, map[string]string{"slow": slowQuery, "quick": quickQuery})
	r := responses["slow"]
	if r.Error == nil || !strings.Contains(r.Error.Error(), "took longer than the query timeout") || r.Status != backend.StatusTimeout || r.ErrorSource != backend.ErrorSourceDownstream {
		t.Errorf("slow: status %d of %s: %v", r.Status, r.ErrorSource, r.Error)
	}
	answered(t, "quick", responses["quick"])
}

// TestPanelThatNobodyWaitsFor leaves the dashboard while a panel loads.
func TestPanelThatNobodyWaitsFor(t *testing.T) {
	client := start(t)
	schema := slow(t)
	settings, secrets := reader(t, schema)
	in := source(t, settings, secrets, map[string]any{"maxConnections": 1})
	conn := pgtest.Connect(t)
	pids := func(state string) (pids []int) {
		t.Helper()
		rows, err := conn.Query(t.Context(), "SELECT pid FROM pg_stat_activity WHERE usename = $1 AND state = $2", settings["user"], state)
		if err != nil {
			t.Fatal(err)
		}
		if pids, err = pgx.CollectRows(rows, pgx.RowTo[int]); err != nil {
			t.Fatal(err)
		}
		return pids
	}
	ctx, leave := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := client.QueryData(ctx, &backend.QueryDataRequest{PluginContext: in, Queries: []backend.DataQuery{
			{RefID: "A", JSON: []byte(slowQuery), TimeRange: backend.TimeRange{From: end.AddDate(0, 0, -7), To: end}},
		}})
		done <- err
	}()
	var before []int // seen while it runs: between two statements nothing is active
	within(t, 10*time.Second, "the query runs", func() bool {
		before = pids("active")
		return len(before) == 1
	})
	leave()
	within(t, time.Second, "the query is gone", func() bool { return len(pids("active")) == 0 })
	if err := <-done; err == nil {
		t.Error("the call has no error although it was cancelled")
	}
	answered(t, "quick", ask(t, client, in, nil, map[string]string{"quick": quickQuery})["quick"])
	if after := pids("idle"); !slices.Equal(before, after) {
		t.Errorf("connection %v became %v", before, after)
	}
}

// TestManyPanels asks more at once than there may be connections.
func TestManyPanels(t *testing.T) {
	client := start(t)
	settings, secrets := reader(t, demoData(t, 2000))
	in := source(t, settings, secrets, map[string]any{"maxConnections": 2})
	queries := map[string]string{}
	for i := range 14 { // more than plans are made for anew by default
		queries[fmt.Sprint(i)] = `{"report": "channels"}`
	}
	for ref, r := range ask(t, client, in, nil, queries) {
		answered(t, ref, r)
	}
	var n int
	if err := pgtest.Connect(t).QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE usename = $1", settings["user"]).Scan(&n); err != nil || n > 2 {
		t.Errorf("%d connections, %v", n, err)
	}
}

// TestRowLimit cuts answers off, and says so.
func TestRowLimit(t *testing.T) {
	client := start(t)
	settings, secrets := reader(t, demoData(t, 2000))
	in := source(t, settings, secrets, map[string]any{"rowLimit": 3})
	responses := ask(t, client, in, nil, map[string]string{
		"cut": `{"metrics": ["messages"], "groupBy": ["contact"], "limit": 1000}`, "whole": `{"metrics": ["messages"]}`,
		"series": `{"metrics": ["messages"], "bucket": "hour", "format": "timeseries"}`,
	})
	cut := answered(t, "cut", responses["cut"])
	if n, _ := cut.RowLen(); n != 3 || len(cut.Meta.Notices) != 1 || !strings.Contains(cut.Meta.Notices[0].Text, "rows: the row limit of the data source is 3.") {
		t.Errorf("%d rows, notices %v", n, cut.Meta.Notices)
	}
	if whole := answered(t, "whole", responses["whole"]); len(whole.Meta.Notices) > 0 {
		t.Errorf("notices of a whole answer: %v", whole.Meta.Notices)
	}
	// A series that is cut off is no series.
	if err := responses["series"].Error; err == nil || !strings.Contains(err.Error(), "choose a longer interval") {
		t.Errorf("series: %v", err)
	}
}

// TestServerThatDoesNotAnswer keeps each panel for no longer than it takes to
// find out, however many there are.
func TestServerThatDoesNotAnswer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { // takes in everything and says nothing, for two seconds
				_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
				_, _ = io.Copy(io.Discard, conn)
				_ = conn.Close()
			}()
		}
	}()
	client := start(t)
	in := source(t, map[string]any{"host": "127.0.0.1", "port": listener.Addr().(*net.TCPAddr).Port, "database": "x", "user": "x", "tlsMode": "disable"}, nil, nil)
	queries := map[string]string{}
	for i := range 8 {
		queries[fmt.Sprint(i)] = quickQuery
	}
	begin := time.Now()
	for ref, r := range ask(t, client, in, nil, queries) {
		if r.Error == nil || r.Status != backend.StatusBadGateway || r.ErrorSource != backend.ErrorSourceDownstream || !strings.Contains(r.Error.Error(), "check the host and port") {
			t.Errorf("%s: status %d of %s: %v", ref, r.Status, r.ErrorSource, r.Error)
		}
	}
	if took := time.Since(begin); took > 6*time.Second {
		t.Errorf("eight panels took %s where one takes two seconds", took)
	}
}

// TestSchemaThatChanges takes a column away from under a data source.
func TestSchemaThatChanges(t *testing.T) {
	client := start(t)
	_, schema := pgtest.Schema(t)
	conn := pgtest.Connect(t)
	if err := contract.Create(t.Context(), conn, schema); err != nil {
		t.Fatal(err)
	}
	settings, secrets := reader(t, schema)
	in := source(t, settings, secrets, nil)
	// Not from what is kept in memory.
	query := func() backend.DataResponse {
		return ask(t, client, in, map[string]string{"X-Cache-Skip": "true"}, map[string]string{"A": quickQuery})["A"]
	}
	change := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), fmt.Sprintf(sql, schema)); err != nil {
			t.Fatal(err)
		}
	}
	answered(t, "before", query())
	change("ALTER TABLE %s.message DROP COLUMN delivered_at") // one that may be absent
	answered(t, "after", query())
	change("ALTER TABLE %s.message DROP COLUMN direction")
	if r := query(); r.Error == nil || r.Status != backend.StatusBadRequest || !strings.Contains(r.Error.Error(), "message has no column direction") {
		t.Errorf("status %d: %v", r.Status, r.Error)
	}
	change("ALTER TABLE %s.message ADD COLUMN direction text")
	answered(t, "mended", query())
	change("REVOKE SELECT ON %s.message FROM " + settings["user"].(string))
	if r := query(); r.Error == nil || !strings.Contains(r.Error.Error(), "grant USAGE") {
		t.Errorf("without the right: %v", r.Error)
	}
}

// TestWithoutConversations: a panel of what the database does not keep is empty and
// says why, a rule over it fails.
func TestWithoutConversations(t *testing.T) {
	client := start(t)
	schema := demoData(t, 2000)
	if _, err := pgtest.Connect(t).Exec(t.Context(), "DROP TABLE "+schema+".csat"); err != nil {
		t.Fatal(err)
	}
	settings, secrets := reader(t, schema)
	in := source(t, settings, secrets, nil)
	const csat = `{"metrics": ["csat_score"], "language": "pt-BR"}`
	panels := ask(t, client, in, nil, map[string]string{"csat": csat, "agents": `{"report": "agents"}`, "messages": quickQuery})
	answered(t, "agents", panels["agents"])
	answered(t, "messages", panels["messages"])
	empty := panels["csat"]
	if empty.Error != nil || len(empty.Frames) != 1 {
		t.Fatalf("%d frames, %v", len(empty.Frames), empty.Error)
	}
	frame := empty.Frames[0]
	if _, known := frame.Fields[0].ConcreteAt(0); known || frame.Fields[0].Config.NoValue != "Sem registro" {
		t.Errorf("%v, %+v", frame.Fields[0], frame.Fields[0].Config)
	}
	if len(frame.Meta.Notices) != 1 || !strings.HasPrefix(frame.Meta.Notices[0].Text, "Não disponível: avaliações de CSAT (") {
		t.Errorf("%+v", frame.Meta.Notices)
	}
	rule := ask(t, client, in, map[string]string{"FromAlert": "true"}, map[string]string{"csat": csat})["csat"]
	if rule.Error == nil || rule.Status != backend.StatusNotImplemented || !strings.Contains(rule.Error.Error(), "csat_score is unavailable") {
		t.Errorf("status %d: %v", rule.Status, rule.Error)
	}
}

// TestValues asks for values as editors and variables do.
func TestValues(t *testing.T) {
	client := start(t)
	in, schema := demo(t)
	type answer struct {
		Values  []struct{ Value, Text string }
		Message string
	}
	values := func(body string) (a answer, status int) {
		t.Helper()
		response, err := client.Resource(t.Context(), in, "values", json.RawMessage(body))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(response.Body, &a); err != nil {
			t.Fatalf("%s: %v: %s", body, err, response.Body)
		}
		return a, response.Status
	}
	const to = `"to": "2026-11-20T18:30:00Z"`

	t.Run("every dimension", func(t *testing.T) {
		for _, d := range catalog.Dimensions {
			for _, search := range []string{"", "a", "(", "[", "100%", `\`, "'", "(none)"} {
				body, _ := json.Marshal(map[string]any{"dimension": d.ID, "search": search, "to": end, "limit": 5})
				a, status := values(string(body))
				switch {
				case d.Kind == catalog.KindTime:
					if status != http.StatusBadRequest || !strings.Contains(a.Message, "time range") {
						t.Errorf("%s: %d %s", d.ID, status, a.Message)
					}
				case status != http.StatusOK || len(a.Values) > 5:
					t.Errorf("%s, %q: status %d, %d values, %s", d.ID, search, status, len(a.Values), a.Message)
				}
			}
		}
	})

	t.Run("by their names", func(t *testing.T) {
		for body, want := range map[string]string{
			`{"dimension": "channel", "search": "correo", "language": "es", ` + to + `}`: "email Correo electrónico",
			`{"dimension": "channel", "search": "WHATS", ` + to + `}`:                    "whatsapp WhatsApp",
			`{"dimension": "status", "search": "leíd", "language": "es"}`:                "read Leído",
			`{"dimension": "weekday", "search": "lun", "language": "es"}`:                "1 Lunes",
		} {
			a, _ := values(body)
			var got []string
			for _, v := range a.Values {
				got = append(got, v.Value+" "+v.Text)
			}
			if strings.Join(got, ", ") != want {
				t.Errorf("%s: %v %s, want %s", body, got, a.Message, want)
			}
		}
	})

	t.Run("every value has its text", func(t *testing.T) {
		a, _ := values(`{"dimension": "agent"}`)
		var agents int
		if err := pgtest.Connect(t).QueryRow(t.Context(), "SELECT count(*) FROM "+schema+".agent").Scan(&agents); err != nil {
			t.Fatal(err)
		}
		if len(a.Values) != agents {
			t.Errorf("%d agents, the table holds %d", len(a.Values), agents)
		}
		for _, v := range a.Values {
			if v.Value == "" || v.Text == "" || v.Value == v.Text {
				t.Errorf("%+v", v)
			}
		}
	})

	t.Run("narrowed by the others", func(t *testing.T) {
		all, _ := values(`{"dimension": "template", ` + to + `}`)
		some, _ := values(`{"dimension": "template", "filters": [{"dimension": "line", "operator": "in", "values": ["105200000022"]}], ` + to + `}`)
		if len(some.Values) == 0 || len(some.Values) >= len(all.Values) {
			t.Errorf("%d of %d templates on one line", len(some.Values), len(all.Values))
		}
		none, status := values(`{"dimension": "template", "filters": [{"dimension": "line", "operator": "in", "values": ["no such line"]}], ` + to + `}`)
		if status != http.StatusOK || none.Values == nil || len(none.Values) > 0 {
			t.Errorf("%d %+v, want an empty list", status, none)
		}
	})

	t.Run("limits", func(t *testing.T) {
		for limit, most := range map[int]int{0: 200, -1: 200, 1: 1, 7: 7, 1_000_000: 5000} {
			a, _ := values(fmt.Sprintf(`{"dimension": "contact", "limit": %d}`, limit))
			if len(a.Values) == 0 || len(a.Values) > most {
				t.Errorf("limit %d: %d values", limit, len(a.Values))
			}
		}
	})

	t.Run("wrong requests", func(t *testing.T) {
		for body, want := range map[string]string{
			`{"dimension": "lien"}`:          `did you mean "line"?`,
			`{"dimension": "xyzzyplughfoo"}`: `unknown dimension "xyzzyplughfoo"; choose one of account`,
			`{"dimension": ""}`:              "choose one of account",
			`[]`:                             "not the JSON of a search for values",
			`{"dimension": "line", "from": "yesterday"}`:                                                                           "not the JSON of a search for values",
			`{"dimension": "template", "filters": [{"dimension": "line", "operator": "is", "values": ["1"]}]}`:                     `unknown operator "is"`,
			`{"dimension": "template", "filters": [{"dimension": "line", "operator": "matches", "values": ["("]}], ` + to + `}`:    "is not a regular expression",
			`{"dimension": "template", "filters": [{"dimension": "line", "operator": "in", "values": ["$line"]}]}`:                 "a variable without a value",
			`{"dimension": "line", "filters": [{"dimension": "line", "operator": "matches", "values": ["("]}]}`:                    "is not a regular expression",
			`{"dimension": "template", "filters": [{"dimension": "rating", "operator": "in", "values": ["5"]}], ` + to + `}`:       "rating",
			`{"dimension": "template", "from": "2026-11-20T18:30:00Z", "to": "2026-11-01T00:00:00Z"}`:                              "ends before it starts",
			`{"dimension": "template", "filters": [{"dimension": "day", "operator": "in", "values": ["02/11/2026"]}], ` + to + `}`: "enter a date",
		} {
			a, status := values(body)
			if status != http.StatusBadRequest || !strings.Contains(a.Message, want) || strings.Contains(a.Message, `""`) && !strings.Contains(body, `""`) {
				t.Errorf("%s: %d %s, want %s", body, status, a.Message, want)
			}
		}
	})

	t.Run("methods and paths", func(t *testing.T) {
		for path, body := range map[string]any{"values": nil, "catalog": map[string]any{}, "nothing": nil, "": nil, "catalog/x": nil} {
			response, err := client.Resource(t.Context(), in, path, body)
			if err != nil {
				t.Fatal(err)
			}
			var a answer
			if err := json.Unmarshal(response.Body, &a); response.Status != http.StatusNotFound || err != nil || a.Message == "" {
				t.Errorf("%q: status %d: %s", path, response.Status, response.Body)
			}
		}
	})
}

// TestCatalog reads the catalogue as the editor does.
func TestCatalog(t *testing.T) {
	client := start(t)
	// It serves also where there is no database, for the editor's sake.
	in := source(t, map[string]any{}, nil, nil)
	type entry struct{ ID, Title, Description, Summary string }
	type answer struct {
		Metrics    []struct{ entry }
		Dimensions []struct {
			entry
			Operators []string
			Values    []struct{ Value, Text string }
		}
		Reports []struct{ entry }
		Facts   []struct{ entry }
	}
	titles := map[string]map[string]string{}
	for _, language := range []string{"", "en", "en-US", "es", "es-ES", "es-MX", "pt-BR", "pt", "de"} {
		response, err := client.Resource(t.Context(), in, "catalog?language="+language, nil)
		if err != nil {
			t.Fatal(err)
		}
		var a answer
		if err := json.Unmarshal(response.Body, &a); err != nil || response.Status != http.StatusOK {
			t.Fatalf("%d %v", response.Status, err)
		}
		titles[language] = map[string]string{}
		for _, m := range a.Metrics {
			titles[language]["metric "+m.ID] = m.Title
			if m.Title == "" || m.Title == m.ID || m.Description == "" || m.Summary == "" {
				t.Errorf("%s: metric %s has no text: %q, %q", language, m.ID, m.Title, m.Description)
			}
		}
		for _, d := range a.Dimensions {
			titles[language]["dimension "+d.ID] = d.Title
			if d.Title == "" || d.Title == d.ID || d.Description == "" || d.Summary == "" || d.Operators == nil {
				t.Errorf("%s: dimension %s has no text or operators: %+v", language, d.ID, d)
			}
			for _, v := range d.Values {
				if v.Text == "" {
					t.Errorf("%s: %s %s has no text", language, d.ID, v.Value)
				}
			}
		}
		for _, r := range a.Reports {
			if r.Title == "" || r.Title == r.ID || r.Description == "" || r.Summary == "" {
				t.Errorf("%s: report %s has no text", language, r.ID)
			}
		}
	}
	for language, same := range map[string]string{"": "en", "en-US": "en", "es-ES": "es", "es-MX": "es", "pt": "pt-BR", "de": "en"} {
		if !maps.Equal(titles[language], titles[same]) {
			t.Errorf("%q is not %q", language, same)
		}
	}
	if titles["es"]["metric messages_sent"] == titles["en"]["metric messages_sent"] || titles["es"]["metric messages_sent"] == titles["pt-BR"]["metric messages_sent"] {
		t.Error("the languages have the same titles")
	}
}

// TestZones reads the data source's time zone.
func TestZones(t *testing.T) {
	client := start(t)
	settings, secrets := reader(t, demoData(t, 2000))
	const hours = `{"metrics": ["messages"], "groupBy": ["hour_of_day"]}`
	for zone, want := range map[string]string{"": "", "UTC": "", "utc": "", "America/Sao_Paulo": "", "Local": "unknown time zone", "browser": "unknown time zone", "Brasilia": "unknown time zone"} {
		r := ask(t, client, source(t, settings, secrets, map[string]any{"timezone": zone}), nil, map[string]string{"A": hours})["A"]
		if want == "" {
			answered(t, "zone "+zone, r)
		} else if r.Error == nil || !strings.Contains(r.Error.Error(), want) {
			t.Errorf("zone %q: %v, want %q", zone, r.Error, want)
		}
	}
	in := source(t, settings, secrets, nil)
	responses := ask(t, client, in, nil, map[string]string{
		"utc": `{"metrics": ["messages"], "groupBy": ["hour_of_day"], "timezone": "utc"}`, "UTC": `{"metrics": ["messages"], "groupBy": ["hour_of_day"], "timezone": "UTC"}`,
	})
	if a, b := figures(t, answered(t, "utc", responses["utc"])), figures(t, answered(t, "UTC", responses["UTC"])); a != b {
		t.Errorf("utc is not UTC:\n%s\n%s", a, b)
	}
}

// TestLogin tries wrong logins on a server that asks for passwords.
func TestLogin(t *testing.T) {
	address, err := url.Parse(pgtest.Server(t, embeddedpg.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), address.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), "CREATE ROLE reader LOGIN PASSWORD 'right'"); err != nil {
		t.Fatal(err)
	}
	client := start(t)
	settings := map[string]any{"host": address.Hostname(), "port": conn.Config().Port, "database": "postgres", "user": "reader", "tlsMode": "disable"}
	for _, c := range []struct {
		password string
		changes  map[string]any
		status   backend.Status
		sentence string
	}{
		{"wrong", nil, backend.StatusUnauthorized, "check user and password"},
		{"", nil, backend.StatusUnauthorized, "check user and password"},
		{"right", map[string]any{"user": "nobody"}, backend.StatusUnauthorized, "check user and password"},
		{"right", map[string]any{"database": "nothing"}, backend.StatusUnauthorized, "the database does not exist"},
		{"right", map[string]any{"tlsMode": "require"}, backend.StatusBadGateway, "does not support TLS"},
		{"right", map[string]any{"tlsMode": ""}, backend.StatusBadGateway, "does not support TLS"}, // TLS unless somebody says otherwise
		{"right", map[string]any{"host": "database.invalid"}, backend.StatusBadGateway, "was not found"},
		{"right", nil, backend.StatusBadRequest, "the schema parley does not exist"},
	} {
		in := source(t, settings, map[string]string{"password": c.password}, c.changes)
		for ref, r := range ask(t, client, in, nil, map[string]string{"A": quickQuery, "B": `{"report": "funnel"}`}) {
			if r.Error == nil || r.Status != c.status || r.ErrorSource != backend.ErrorSourceDownstream || !strings.Contains(r.Error.Error(), c.sentence) {
				t.Errorf("%s, %+v: status %d of %s: %v", ref, c, r.Status, r.ErrorSource, r.Error)
			}
		}
		health, err := client.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: in})
		if err != nil || health.Status != backend.HealthStatusError || !strings.Contains(strings.ToLower(health.Message), strings.ToLower(c.sentence)) {
			t.Errorf("health, %+v: %v %+v", c, err, health)
		}
	}
}

func within(t *testing.T, limit time.Duration, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", limit, what)
		}
	}
}
