package plugintest

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

func TestHarness(t *testing.T) {
	t.Setenv(playPlugin, "yes")
	client, err := Start(os.Args[0], t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Stop()
	in, err := Context(map[string]any{"host": "db"}, map[string]string{"password": "secret"})
	if err != nil {
		t.Fatal(err)
	}

	t.Run("health", func(t *testing.T) {
		health, err := client.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: in})
		if err != nil {
			t.Fatal(err)
		}
		if want := `{"host":"db"} secret`; health.Message != want {
			t.Errorf("message = %q, want %q", health.Message, want)
		}
	})

	t.Run("data", func(t *testing.T) {
		response, err := client.QueryData(t.Context(), &backend.QueryDataRequest{
			PluginContext: in,
			Queries: []backend.DataQuery{
				{RefID: "A", JSON: []byte(`{"report":"channels"}`)},
				{RefID: "B", JSON: []byte(`{"fail":true}`)},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		a := response.Responses["A"]
		if a.Error != nil || len(a.Frames) != 1 || a.Frames[0].Fields[0].At(0) != `{"report":"channels"}` {
			t.Errorf("A = %+v", a)
		}
		b := response.Responses["B"]
		if b.Error == nil || b.Error.Error() != "as you wish" || b.ErrorSource != backend.ErrorSourceDownstream {
			t.Errorf("B = %+v", b)
		}
	})

	t.Run("resource", func(t *testing.T) {
		for want, body := range map[string]any{
			"GET values?limit=1 ":                         nil,
			`POST values?limit=1 {"dimension":"channel"}`: map[string]string{"dimension": "channel"},
		} {
			response, err := client.Resource(t.Context(), in, "values?limit=1", body)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(response.Body); response.Status != 200 || got != want {
				t.Errorf("status %d, body %q, want 200 and %q", response.Status, got, want)
			}
		}
	})

	t.Run("a sender's error ends the call", func(t *testing.T) {
		enough := errors.New("enough")
		err := client.CallResource(t.Context(), &backend.CallResourceRequest{PluginContext: in, Path: "x", URL: "x", Method: "GET"},
			backend.CallResourceResponseSenderFunc(func(*backend.CallResourceResponse) error { return enough }))
		if !errors.Is(err, enough) {
			t.Errorf("error = %v, want %v", err, enough)
		}
	})

	client.Stop()
	if !client.Exited() {
		t.Error("the plugin runs on after Stop")
	}
}

func TestNotAPlugin(t *testing.T) {
	if _, err := Start(filepath.Join(t.TempDir(), "missing"), nil); err == nil {
		t.Error("no error for a file that is not there")
	}
	if _, err := Start("/bin/true", nil); err == nil {
		t.Error("no error for a program that is no plugin")
	}
}
