package compile_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/compile"
	"github.com/parley-reports/parley/pkg/hours"
	"github.com/parley-reports/parley/pkg/query"
)

// everyQuery lists each report, and each metric by each dimension.
func everyQuery() []string {
	var list []string
	for _, p := range query.Presets {
		list = append(list, fmt.Sprintf(`{"report": %q}`, p.ID))
	}
	facts := map[catalog.Fact]bool{}
	for _, m := range catalog.Metrics {
		if facts[m.Fact] || m.Internal {
			continue
		}
		facts[m.Fact] = true
		for _, id := range query.CutsOf(m) {
			list = append(list, fmt.Sprintf(`{"metrics": [%q], "groupBy": [%q]}`, m.ID, id))
			// A value of each kind: those that a dimension does not have are refused.
			for _, value := range []string{"inside", "3", "2026-11-03", "promo 2026-11-03"} {
				list = append(list, fmt.Sprintf(`{"metrics": [%q], "filters": [{"dimension": %q, "operator": "in", "values": [%q]}]}`, m.ID, id, value))
			}
		}
	}
	return list
}

// TestNoZoneReachesTheDatabase: neither a name of a zone nor a function that needs
// one, but for UTC.
func TestNoZoneReachesTheDatabase(t *testing.T) {
	zones := []string{"America/Sao_Paulo", "America/Buenos_Aires", "Asia/Calcutta", "US/Eastern", "America/Asuncion", "Europe/Kiev"}
	line, team, weekday, opens := "1", "7", int64(1), 9*time.Hour
	schedule := hours.New([]hours.Row{
		{Line: &line, Zone: &zones[3], Weekday: &weekday, Opens: &opens, Closes: &opens},
		{Team: &team, Zone: &zones[5], Weekday: &weekday, Opens: &opens, Closes: &opens},
	})
	compiled := 0
	for _, text := range everyQuery() {
		q, err := query.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if q, err = q.Resolve(); err != nil {
			continue // a value that the dimension does not have
		}
		for _, zone := range zones {
			in := input(t, text)
			in.Query.Bucket = map[bool]string{true: q.Bucket, false: "none"}[q.Format != "timeseries"]
			if in.Location, err = calendar.Zone(zone); err != nil {
				t.Fatal(err)
			}
			in.Hours = schedule
			in.Range.From = in.Range.From.AddDate(0, -8, 0) // over changes of offset
			in.Now = in.Range.To
			build := compile.Aggregate
			switch in.Query.Format {
			case "details", "logs":
				build = compile.Details
			case "annotations":
				build = compile.Events
			}
			if in.Query.Bucket == "auto" {
				in.Query.Bucket = "week"
			}
			st, err := build(in)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			compiled++
			checkZones(t, text, st)
		}
	}
	if compiled < 1000 {
		t.Errorf("only %d statements were looked at", compiled)
	}
}

func checkZones(t *testing.T, text string, st *compile.Statement) {
	t.Helper()
	args, err := json.Marshal(st.Args)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{st.SQL, string(args)} {
		for _, name := range []string{"America/", "Asia/", "Europe/", "US/", "Sao_Paulo", "Kiev", "Calcutta"} {
			if strings.Contains(part, name) {
				t.Errorf("%s: %q goes to the database", text, name)
				return
			}
		}
	}
	for _, word := range []string{"AT TIME ZONE", "timezone(", "date_trunc("} {
		rest := st.SQL
		for {
			var found bool
			if _, rest, found = strings.Cut(rest, word); !found {
				break
			}
			if word == "AT TIME ZONE" && !strings.HasPrefix(rest, " 'UTC'") {
				t.Errorf("%s: AT TIME ZONE%.20s", text, rest)
			}
			if word == "timezone(" {
				t.Errorf("%s: %s is called", text, word)
			}
		}
	}
}
