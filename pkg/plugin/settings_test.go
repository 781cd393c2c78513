package plugin

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/parley-reports/parley/internal/plugintest"
)

// TestProvisionedSettings reads the file that provisions the data source: a variable
// that is not set is a setting that is left out, and every setting has its variable.
func TestProvisionedSettings(t *testing.T) {
	needed := []string{"PARLEY_HOST=db.example", "PARLEY_DATABASE=chat", "PARLEY_USER=reader"}
	least := settings{Host: "db.example", Port: 5432, Database: "chat", User: "reader", TLSMode: "require", TimeoutSeconds: 60, MaxConnections: 10, RefreshSeconds: 30, MemoryMB: 1024}
	for name, c := range map[string]struct {
		environment []string
		want        settings
	}{
		"least": {needed, least},
		"all": {
			append(needed, "PARLEY_PORT=6432", "PARLEY_KIND=webhook", "PARLEY_TLS_MODE=disable", "PARLEY_SCHEMA=bot", "PARLEY_ACCOUNT=102290129340398", "PARLEY_TABLE=hooks",
				"PARLEY_RECEIVED_AT_COLUMN=at", "PARLEY_PAYLOAD_COLUMN=body", "PARLEY_TIMEZONE=America/Bogota", "PARLEY_CHAT_URL=https://chat.example/{contact_id}",
				"PARLEY_ROW_LIMIT=500", "PARLEY_TIMEOUT_SECONDS=20", "PARLEY_MAX_CONNECTIONS=3", "PARLEY_EXEC_MODE=exec",
				"PARLEY_REFRESH_SECONDS=60", "PARLEY_MEMORY_MB=256"),
			settings{Host: "db.example", Port: 6432, Database: "chat", User: "reader", Kind: "webhook", TLSMode: "disable", Schema: "bot", Account: "102290129340398", Table: "hooks",
				ReceivedAt: "at", Payload: "body", Timezone: "America/Bogota", ChatURL: "https://chat.example/{contact_id}",
				RowLimit: 500, TimeoutSeconds: 20, MaxConnections: 3, ExecMode: "exec", RefreshSeconds: 60, MemoryMB: 256},
		},
	} {
		t.Run(name, func(t *testing.T) {
			jsonData, _, err := plugintest.Provisioned(filepath.Join("..", ".."), c.environment)
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(jsonData)
			if err != nil {
				t.Fatal(err)
			}
			got, err := parseSettings(backend.DataSourceInstanceSettings{JSONData: text})
			if err != nil || got != c.want {
				t.Errorf("%v\n%+v, want\n%+v", err, got, c.want)
			}
			for field := range reflect.TypeFor[settings]().Fields() {
				if _, stands := jsonData[field.Tag.Get("json")]; !stands {
					t.Errorf("the file lacks %s", field.Tag.Get("json"))
				}
			}
			if count := reflect.TypeFor[settings]().NumField(); len(jsonData) != count {
				t.Errorf("the file has %d settings, want %d", len(jsonData), count)
			}
		})
	}
	for _, wrong := range []string{`{"port": "many"}`, `{"rowLimit": true}`} {
		if _, err := parseSettings(backend.DataSourceInstanceSettings{JSONData: []byte(wrong)}); err == nil {
			t.Errorf("%s: no error", wrong)
		}
	}
}

// TestLimitsOfSettings wants a sentence that names the setting.
func TestLimitsOfSettings(t *testing.T) {
	for changed, want := range map[string]string{
		`"timeoutSeconds": 1000000000000`: "query timeout", `"timeoutSeconds": 1e30`: "query timeout", `"timeoutSeconds": 3601`: "choose 1 to 3600",
		`"maxConnections": 5000000000`: "max connections", `"rowLimit": 100001`: "row limit", `"timeoutSeconds": 3600, "maxConnections": 500, "rowLimit": 100000`: "",
	} {
		_, err := parseSettings(backend.DataSourceInstanceSettings{JSONData: []byte(`{"kind": "views", "host": "h", "database": "d", "user": "u", ` + changed + `}`)})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", changed, err, want)
		}
	}
}

// TestWrongSettings: each is a sentence that says what to do.
func TestWrongSettings(t *testing.T) {
	parse := func(set func(map[string]string)) (settings, error) {
		values := map[string]string{"host": "db.example", "database": "chat", "user": "reader"}
		set(values)
		text, err := json.Marshal(values)
		if err != nil {
			t.Fatal(err)
		}
		return parseSettings(backend.DataSourceInstanceSettings{JSONData: text})
	}
	for host, want := range map[string]string{
		"": "no host is set", " ": "no host is set",
		"127.0.0.1:5432": "write the host without port or scheme", "db:5432": "write the host without port or scheme", "[::1]:5432": "write the host without port or scheme",
		"http://db.example": "write the host without port or scheme", "postgres://reader@db/chat": "write the host without port or scheme", "db/chat": "write the host without port or scheme",
	} {
		if _, err := parse(func(v map[string]string) { v["host"] = host }); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the host %q: %v, want %q", host, err, want)
		}
	}
	for host, want := range map[string]string{" db.example ": "db.example", "127.0.0.1": "127.0.0.1", "[::1]": "::1", "fe80::1": "fe80::1", "/var/run/postgresql": "/var/run/postgresql"} {
		if got, err := parse(func(v map[string]string) { v["host"] = host }); err != nil || got.Host != want {
			t.Errorf("the host %q is %q: %v", host, got.Host, err)
		}
	}
}
