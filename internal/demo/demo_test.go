package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/dashboards"
	"github.com/parley-reports/parley/internal/demodata"
	"github.com/parley-reports/parley/internal/embeddedpg"
	"github.com/parley-reports/parley/internal/plugintest"
	"github.com/parley-reports/parley/internal/story"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/kinds"
)

// TestEveryPanelHasData drives the real plugin, over gRPC, through every panel of
// every dashboard on the demo data, with a login that may only read. In the tables
// of a product some panels have nothing to show, and say so; none fails.
func TestEveryPanelHasData(t *testing.T) {
	ctx := t.Context()
	address := databaseURL(t)
	shown, err := dashboards.In(filepath.Join("..", ".."), "en")
	if err != nil {
		t.Fatal(err)
	}
	executable, err := plugintest.Build(ctx, filepath.Join("..", ".."), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	client, err := plugintest.Start(executable, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Stop()
	zone, err := time.LoadLocation(timezone)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range kinds.IDs() {
		t.Run(kind, func(t *testing.T) {
			conn, schema := freshSchema(t)
			if kind == "views" {
				_, err = demodata.Generate(ctx, conn, schema, demodata.Options{Seed: 1}, nil)
			} else {
				_, err = story.Generate(ctx, conn, kind, schema, demodata.Options{Seed: 1, Messages: 8000})
			}
			if err != nil {
				t.Fatal(err)
			}
			readOnly, err := reader(ctx, conn, address, schema, schema, rand.Text())
			if err != nil {
				t.Fatal(err)
			}
			s, err := settingsOf(ctx, readOnly, schema, timezone)
			if err != nil {
				t.Fatal(err)
			}
			s.Kind, s.ChatURL = kind, madeUpChats[kind]
			in, err := plugintest.Context(s.jsonData(), s.secrets())
			if err != nil {
				t.Fatal(err)
			}
			var printed bytes.Buffer
			total, err := answer(ctx, &printed, client, in, shown, zone)
			t.Log(printed.String())
			if err != nil {
				t.Fatal(err)
			}
			if total.failed > 0 || total.answered == 0 || kind == "views" && total.empty+total.unavailable > 0 {
				t.Errorf("%d panels with data, %d without, %d unavailable, %d with an error", total.answered, total.empty, total.unavailable, total.failed)
			}
		})
	}
}

func TestDashboardsInALanguage(t *testing.T) {
	root := filepath.Join("..", "..")
	for _, language := range []string{"es", "pt-BR"} {
		if shown, err := dashboards.In(root, language); err != nil || !strings.HasPrefix(shown[0].UID, "parley-"+language[:2]) {
			t.Errorf("dashboards in %s: %v", language, err)
		}
	}
	if _, err := dashboards.In(root, "pt"); err == nil || !strings.Contains(err.Error(), "en, es, pt-BR") {
		t.Errorf("error = %v, want one that names the languages", err)
	}
}

func databaseURL(t *testing.T) string {
	t.Helper()
	address := embeddedpg.FromEnvironment()
	if address == "" {
		t.Fatalf("%s is not set: run `go tool mage test`", embeddedpg.Variable)
	}
	return address
}

// freshSchema returns a connection to the test server and a name for a schema,
// and for a role, which are dropped when the test ends.
func freshSchema(t *testing.T) (conn *pgx.Conn, schema string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), databaseURL(t))
	if err != nil {
		t.Fatal(err)
	}
	schema = "demo_" + strings.ToLower(rand.Text())
	t.Cleanup(func() {
		ctx := context.Background()
		for _, statement := range []string{"DROP SCHEMA IF EXISTS " + schema + " CASCADE", "DROP ROLE IF EXISTS " + schema} {
			if _, err := conn.Exec(ctx, statement); err != nil {
				t.Error(err)
			}
		}
		_ = conn.Close(ctx)
	})
	return conn, schema
}

func TestSettingsOfAWrongAddress(t *testing.T) {
	for _, address := range []string{"nonsense://", "postgres://nobody:x@127.0.0.1:1/none?connect_timeout=2"} {
		if _, err := settingsOf(t.Context(), address, "parley", "UTC"); err == nil {
			t.Errorf("no error for %s", address)
		}
	}
}

func TestSettingsReachThePluginAndGrafanaAlike(t *testing.T) {
	address := databaseURL(t)
	s, err := settingsOf(t.Context(), address, "chat", "America/Bogota")
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := parsed.User.Password()
	if s.Host != parsed.Hostname() || s.secrets()["password"] != password || s.jsonData()["schema"] != "chat" {
		t.Errorf("settings = %+v", s.jsonData())
	}
	s.Kind, s.ChatURL, s.Account = "webhook", "https://chat.example/{display_id}", "business"
	s.Webhook = source.Webhook{Table: "hooks", ReceivedAt: "at", Payload: "body"}
	jsonData, secrets, err := plugintest.Provisioned(filepath.Join("..", ".."), s.environment())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range s.jsonData() {
		if got := jsonData[name]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %v in Grafana, want %v", name, got, want)
		}
		delete(jsonData, name)
	}
	for name, rest := range jsonData {
		if rest != "" {
			t.Errorf("%s is %v in Grafana only", name, rest)
		}
	}
	if secrets["password"] != password {
		t.Error("Grafana gets another password")
	}
}

func TestSettingsOfADatabaseOfOnesOwn(t *testing.T) {
	s, _, err := database(t.Context(), Options{
		URL: databaseURL(t), Kind: "webhook", Schema: "bot", Account: "business", Timezone: "UTC", Webhook: source.Webhook{Table: "hooks", ReceivedAt: "at", Payload: "body"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := s.jsonData()
	for name, want := range map[string]any{
		"kind": "webhook", "schema": "bot", "account": "business", "table": "hooks", "receivedAtColumn": "at", "payloadColumn": "body", "chatUrl": "",
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
}
