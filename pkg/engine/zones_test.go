package engine_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/embeddedpg"
	"github.com/parley-reports/parley/internal/fieldtest"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/kinds"
)

// oldZones makes a server's zone files those of an old system without legacy names:
// Paraguay still goes back to -04, as Bolivia is all year.
func oldZones(native string) error {
	dir := filepath.Join(native, "share", "postgresql", "timezone")
	for _, name := range []string{"America/Buenos_Aires", "Asia/Calcutta", "US/Eastern", "Europe/Kiev"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	asuncion := filepath.Join(dir, "America", "Asuncion")
	old, err := os.ReadFile(filepath.Join(dir, "America", "La_Paz"))
	if err != nil {
		return err
	}
	return errors.Join(os.Remove(asuncion), os.WriteFile(asuncion, old, 0o644))
}

// TestOldZonesOfTheServer: the numbers are those of Go's zones.
func TestOldZonesOfTheServer(t *testing.T) {
	address := pgtest.Server(t, embeddedpg.Options{Prepare: oldZones})
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if _, err := conn.Exec(t.Context(), "SELECT now() AT TIME ZONE 'Asia/Calcutta'"); err == nil {
		t.Fatal("this server knows legacy names")
	}
	if err := contract.CreateTables(t.Context(), conn, "parley"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `SET search_path TO parley;
		INSERT INTO line (line_id, channel) VALUES ('L', 'whatsapp');
		INSERT INTO contact (contact_id) VALUES ('c');
		INSERT INTO working_hours (line_id, time_zone, weekday, opens, closes) VALUES ('L', 'Asia/Calcutta', 6, '08:00', '09:00');
		INSERT INTO message (message_id, contact_id, line_id, direction, created_at, template_name, template_category) VALUES
		  ('m1', 'c', 'L', 'inbound', '2026-07-11 03:10Z', NULL, NULL), ('m2', 'c', 'L', 'outbound', '2026-07-12 20:00Z', 'promo', 'marketing')`); err != nil {
		t.Fatal(err)
	}
	settings, err := postgres.SettingsFromURL(address)
	if err != nil {
		t.Fatal(err)
	}
	settings.MaxConnections, settings.Timeout = 2, time.Minute
	db, err := postgres.Open(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	kind, err := kinds.Lookup("views")
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(db, kind.Detect(source.Settings{}), engine.Settings{})
	july := calendar.Range{From: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)}
	for text, want := range map[string]map[string]any{
		`{"metrics": ["messages_received"], "groupBy": ["weekday", "hour_of_day"], "timezone": "America/Asuncion", "filters": [{"dimension": "direction", "operator": "in", "values": ["inbound"]}]}`: {"weekday": 6.0, "hour_of_day": 0.0},
		`{"metrics": ["messages_received"], "groupBy": ["weekday", "hour_of_day"], "timezone": "America/Buenos_Aires", "filters": [{"dimension": "hour_of_day", "operator": "in", "values": ["0"]}]}`: {"weekday": 6.0, "hour_of_day": 0.0},
		`{"metrics": ["messages_received"], "groupBy": ["business_hours"], "filters": [{"dimension": "business_hours", "operator": "in", "values": ["inside"]}]}`:                                     {"business_hours": "inside", "messages_received": 1.0},
		`{"report": "sends", "timezone": "Asia/Calcutta"}`: {"send": "promo 2026-07-13"},
	} {
		q, err := query.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		result, err := e.Run(t.Context(), engine.Request{Query: q, Range: july, Now: july.To})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		rows := fieldtest.Rows(result)
		if len(rows) != 1 {
			t.Errorf("%s: %v", text, rows)
			continue
		}
		for id, value := range want {
			if rows[0][id] != value {
				t.Errorf("%s: %s is %v, want %v", strings.TrimSpace(text), id, rows[0][id], value)
			}
		}
	}
}
