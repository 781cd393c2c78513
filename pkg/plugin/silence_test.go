package plugin_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/plugintest"
)

// TestSilentNetwork lets the network before one data source fall silent while its
// database is examined. Its queries, value lists and health check end with an error,
// another data source of the process answers meanwhile, and all works again when the
// network does.
func TestSilentNetwork(t *testing.T) {
	client := start(t)
	settings, secrets := reader(t, demoData(t, 2000))
	proxy := pgtest.NewProxy(t)
	hung := source(t, settings, secrets, map[string]any{"host": "127.0.0.1", "port": proxy.Port(), "timeoutSeconds": 2, "maxConnections": 2})
	well := source(t, settings, secrets, map[string]any{"timeoutSeconds": 2})
	answered(t, "well", ask(t, client, well, nil, map[string]string{"A": quickQuery})["A"])

	proxy.Slow(100 * time.Millisecond)
	begin := time.Now()
	done := make(chan map[string]backend.DataResponse)
	go func() { done <- ask(t, client, hung, nil, map[string]string{"A": quickQuery, "B": quickQuery}) }()
	time.Sleep(900 * time.Millisecond)
	proxy.Silence()
	for range 3 {
		fresh := time.Now()
		answered(t, "well", ask(t, client, well, nil, map[string]string{"A": quickQuery})["A"])
		if took := time.Since(fresh); took > 5*time.Second {
			t.Errorf("the other data source waited %s", took)
		}
	}
	for ref, r := range <-done {
		if r.Error == nil {
			t.Errorf("%s has an answer", ref)
		}
	}
	if took := time.Since(begin); took > 20*time.Second {
		t.Errorf("the queries waited %s", took)
	}

	begin = time.Now()
	if health := checkHealth(t, client, hung); health.Status != backend.HealthStatusError {
		t.Errorf("health is %s: %s", health.Status, health.Message)
	}
	if status, message := listValues(t, client, hung); status == http.StatusOK {
		t.Errorf("value list: %s", message)
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("health and a value list waited %s", took)
	}

	proxy.Restore()
	proxy.Slow(0)
	answered(t, "after", ask(t, client, hung, nil, map[string]string{"A": quickQuery})["A"])
	if health := checkHealth(t, client, hung); health.Status != backend.HealthStatusOk {
		t.Errorf("health is %s: %s", health.Status, health.Message)
	}
	if status, message := listValues(t, client, hung); status != http.StatusOK {
		t.Errorf("value list: %s", message)
	}

	// An open connection falls silent after the examination.
	proxy.Silence()
	begin = time.Now()
	if r := ask(t, client, hung, map[string]string{"X-Cache-Skip": "true"}, map[string]string{"A": quickQuery})["A"]; r.Error == nil {
		t.Error("there is an answer")
	}
	if took := time.Since(begin); took > 15*time.Second {
		t.Errorf("it took %s", took)
	}
	proxy.Restore()
	answered(t, "after", ask(t, client, hung, nil, map[string]string{"A": quickQuery})["A"])
}

func checkHealth(t *testing.T, client *plugintest.Client, in backend.PluginContext) *backend.CheckHealthResult {
	t.Helper()
	health, err := client.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: in})
	if err != nil {
		t.Fatal(err)
	}
	return health
}

func listValues(t *testing.T, client *plugintest.Client, in backend.PluginContext) (status int, body string) {
	t.Helper()
	response, err := client.Resource(t.Context(), in, "values", json.RawMessage(`{"dimension": "agent"}`))
	if err != nil {
		t.Fatal(err)
	}
	return response.Status, string(response.Body)
}

// TestHealthRefreshes gives a right back: the health check sees it, and the queries
// with it.
func TestHealthRefreshes(t *testing.T) {
	client := start(t)
	schema := demoData(t, 2000)
	settings, secrets := reader(t, schema)
	conn := pgtest.Connect(t)
	user := settings["user"].(string)
	if _, err := conn.Exec(t.Context(), "REVOKE SELECT ON "+schema+".csat FROM "+user); err != nil {
		t.Fatal(err)
	}
	in := source(t, settings, secrets, nil)
	ask1 := func() backend.DataResponse {
		return ask(t, client, in, map[string]string{"FromAlert": "true"}, map[string]string{"A": `{"metrics": ["csat_surveys"]}`})["A"]
	}
	if r := ask1(); r.Error == nil {
		t.Error("there is an answer without the right")
	}
	if _, err := conn.Exec(t.Context(), "GRANT SELECT ON "+schema+".csat TO "+user); err != nil {
		t.Fatal(err)
	}
	checkHealth(t, client, in)
	if r := ask1(); r.Error != nil {
		t.Error(r.Error)
	}
}
