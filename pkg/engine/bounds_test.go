package engine_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// TestManyFilterValues gives every dimension as many values as a filter takes: they
// travel as one argument, whatever the kind.
func TestManyFilterValues(t *testing.T) {
	at := time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)
	e := load(t, contract.Data{Messages: []contract.Message{{MessageID: "m", ContactID: new("c"), LineID: new("7"), Direction: "outbound", CreatedAt: at}}})
	r := calendar.Range{From: at.AddDate(0, 0, -10), To: at.AddDate(0, 0, 10)}
	for _, d := range catalog.Dimensions {
		if !d.Has(catalog.Message) || len(d.Values) > 0 || d.ID == "stage" {
			continue
		}
		var values []string
		for i := range query.MaxValues {
			switch d.Kind {
			case catalog.KindTime:
				values = append(values, calendar.Start(at.Add(time.Duration(i-5000)*time.Hour), calendar.Unit(d.ID), time.UTC).Format(time.RFC3339))
			default:
				values = append(values, fmt.Sprint(i))
			}
		}
		list, _ := json.Marshal(values)
		for operator, want := range map[string]string{"in": "1", "notIn": "0"} {
			if d.Kind != catalog.KindTime && d.ID != "line" && d.ID != "hour_of_day" && d.ID != "weekday" {
				want = map[string]string{"in": "0", "notIn": "1"}[operator]
			}
			result, err := ask(t, e, r, fmt.Sprintf(`{"metrics": ["messages"], "filters": [{"dimension": %q, "operator": %q, "values": %s}]}`, d.ID, operator, list))
			if err != nil {
				t.Errorf("%s: %.300v", d.ID, err)
				continue
			}
			if got := fmt.Sprint(result.Rows[0][0]); got != want {
				t.Errorf("%s %s: %s, want %s", d.ID, operator, got, want)
			}
		}
	}
}

// TestPeriodsOfAFilter filters by days that follow each other and days that do not.
func TestPeriodsOfAFilter(t *testing.T) {
	var data contract.Data
	for day := range 10 {
		data.Messages = append(data.Messages, contract.Message{MessageID: fmt.Sprint(day), Direction: "outbound", CreatedAt: time.Date(2026, 11, 1+day, 12, 0, 0, 0, time.UTC)})
	}
	e := load(t, data)
	for days, want := range map[string]string{
		`"2026-11-02"`: "1", `"2026-11-02", "2026-11-03"`: "2", `"2026-11-05", "2026-11-03", "2026-11-02", "2026-11-05"`: "3", `"2027-01-01", "2026-01-01"`: "0", `"(none)"`: "0",
	} {
		wantLines(t, answer(t, e, between("2026-11-01", "2026-11-11"), `{"metrics": ["messages"], "filters": [{"dimension": "day", "operator": "in", "values": [`+days+`]}]}`), want)
	}
	wantLines(t, answer(t, e, between("2026-11-01", "2026-11-11"), `{"metrics": ["messages"], "filters": [{"dimension": "day", "operator": "notIn", "values": ["2026-11-02", "2026-11-09"]}]}`), "8")
}
