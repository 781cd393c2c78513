package plugin_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
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
