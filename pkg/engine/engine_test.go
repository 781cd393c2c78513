package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
)

// instant reads a time in UTC.
func instant(s string) time.Time {
	for _, layout := range []string{"2006-01-02 15:04:05.999999", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	panic("no time: " + s)
}

func between(from, to string) calendar.Range {
	return calendar.Range{From: instant(from), To: instant(to)}
}

// ask parses and runs a query.
func ask(t testing.TB, e *engine.Engine, r calendar.Range, text string) (*engine.Result, error) {
	t.Helper()
	q, err := query.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e.Run(context.Background(), engine.Request{Query: q, Range: r, Now: r.To})
}

func answer(t testing.TB, e *engine.Engine, r calendar.Range, text string) *engine.Result {
	t.Helper()
	result, err := ask(t, e, r, text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return result
}

// lines writes a result as text, a line to each row.
func lines(r *engine.Result) []string {
	var rows []string
	for _, row := range r.Rows {
		var fields []string
		for _, v := range row {
			switch v := v.(type) {
			case time.Time:
				fields = append(fields, v.Format("01-02 15:04"))
			case float64:
				fields = append(fields, fmt.Sprintf("%.2f", v))
			case nil:
				fields = append(fields, "-")
			default:
				fields = append(fields, fmt.Sprint(v))
			}
		}
		rows = append(rows, strings.Join(fields, " | "))
	}
	return rows
}

func wantLines(t testing.TB, r *engine.Result, want ...string) {
	t.Helper()
	if got := strings.Join(lines(r), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// refused runs a query that has to fail with the sentence.
func refused(t testing.TB, e *engine.Engine, r calendar.Range, text, sentence string) {
	t.Helper()
	_, err := ask(t, e, r, text)
	if !errors.As(err, new(*query.Error)) || !strings.Contains(err.Error(), sentence) {
		t.Errorf("%s: got %v, want %q", text, err, sentence)
	}
}

// talks are messages of two lines, written as "line direction time status".
func talks(rows ...string) contract.Data {
	data := contract.Data{
		Lines: []contract.Line{{LineID: "1", Name: new("Ventas"), Channel: new("whatsapp")}, {LineID: "2", Name: new("Ventas"), Channel: new("webchat")}},
	}
	for i, row := range rows {
		f := strings.Fields(row)
		m := contract.Message{MessageID: fmt.Sprintf("m%03d", i), LineID: new(f[0]), ContactID: new(fmt.Sprintf("c%03d", i)), Direction: map[string]string{"in": "inbound", "out": "outbound"}[f[1]], CreatedAt: instant(f[2] + " " + f[3])}
		if len(f) > 4 {
			m.Status = &f[4]
			m.TemplateName = new("hola")
		}
		data.Messages = append(data.Messages, m)
	}
	return data
}

// TestGaps: every group has every bucket, with 0 for counts and sums and nothing
// for ratios and durations.
func TestGaps(t *testing.T) {
	t.Parallel()
	e := load(t, talks(
		"1 out 2026-03-02 10:00 sent", "1 out 2026-03-02 11:00 failed", "1 in 2026-03-02 12:00",
		"2 in 2026-03-04 10:00", "2 in 2026-03-04 11:00",
	))
	r := between("2026-03-02 09:00", "2026-03-05")
	wantLines(t, answer(t, e, r, `{"metrics": ["messages_sent", "messages_received", "failed_rate", "active_contacts", "cost_usd"], "groupBy": ["line"], "bucket": "day"}`),
		"03-02 00:00 | 1 | Ventas | 1 | 1 | 0.50 | 1 | 0.00",
		"03-02 00:00 | 2 | Ventas | 0 | 0 | - | 0 | 0.00",
		"03-03 00:00 | 1 | Ventas | 0 | 0 | - | 0 | 0.00",
		"03-03 00:00 | 2 | Ventas | 0 | 0 | - | 0 | 0.00",
		"03-04 00:00 | 2 | Ventas | 0 | 2 | - | 2 | 0.00",
		"03-04 00:00 | 1 | Ventas | 0 | 0 | - | 0 | 0.00",
	)
	// A cut by a calendar dimension is the same under its own name.
	result := answer(t, e, r, `{"metrics": ["messages_received"], "groupBy": ["day"]}`)
	wantLines(t, result, "03-02 00:00 | 1", "03-03 00:00 | 0", "03-04 00:00 | 2")
	if result.Columns[0].ID != "day" || result.Columns[0].Role != measure.Time {
		t.Errorf("the first column is %+v", result.Columns[0])
	}
	// Without groups there is the whole, without rows there are no groups.
	empty := between("2027-03-02", "2027-03-04")
	wantLines(t, answer(t, e, empty, `{"metrics": ["messages_sent", "delivery_rate"], "bucket": "day"}`), "03-02 00:00 | 0 | -", "03-03 00:00 | 0 | -")
	wantLines(t, answer(t, e, empty, `{"metrics": ["messages_sent"], "groupBy": ["line"], "bucket": "day"}`))
	wantLines(t, answer(t, e, empty, `{"metrics": ["messages_sent", "delivery_rate"]}`), "0 | -")
	// The stages of nothing.
	wantLines(t, answer(t, e, empty, `{"metrics": ["stage_reached", "stage_share_of_sent"], "groupBy": ["stage"], "bucket": "month"}`),
		"03-01 00:00 | sent | 0 | -", "03-01 00:00 | delivered | 0 | -", "03-01 00:00 | read | 0 | -", "03-01 00:00 | replied | 0 | -")
	// A share is 0 where its bucket has a whole.
	wantLines(t, answer(t, e, between("2026-03-02", "2026-03-04"), `{"metrics": ["notifications", "notifications_share"], "groupBy": ["status"], "bucket": "day"}`),
		"03-02 00:00 | failed | 1 | 0.50", "03-02 00:00 | sent | 1 | 0.50",
		"03-03 00:00 | failed | 0 | -", "03-03 00:00 | sent | 0 | -")
	// An hour that comes twice, by the clock of the report.
	havana := answer(t, load(t, talks("1 in 2025-11-02 04:10", "1 in 2025-11-02 05:10", "1 in 2025-11-02 05:20")), between("2025-11-02 04:00", "2025-11-02 07:00"),
		`{"metrics": ["messages_received"], "bucket": "hour", "timezone": "America/Havana"}`)
	wantLines(t, havana, "11-02 00:00 | 1", "11-02 00:00 | 2", "11-02 01:00 | 0")
}

// TestPeriodsAsFilters: a period that an answer shows, taken as a filter, finds
// what the answer counted, wherever the clock changes.
func TestPeriodsAsFilters(t *testing.T) {
	t.Parallel()
	for zone, around := range map[string][]string{
		"Australia/Lord_Howe": {"2025-04-05 15:00", "2025-10-04 15:30"},
		"America/Santiago":    {"2025-04-06 03:00", "2025-09-07 04:00"},
		"America/Havana":      {"2025-03-09 05:00", "2025-11-02 05:00"},
	} {
		var rows []string
		for _, change := range around {
			for minute := -150; minute < 150; minute += 10 {
				rows = append(rows, instant(change).Add(time.Duration(minute)*time.Minute).Format("1 in 2006-01-02 15:04"))
			}
		}
		e := load(t, talks(rows...))
		r := between("2025-01-01", "2026-01-01")
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, unit := range calendar.Units {
			r := r
			_, cuts := catalog.LookupDimension(string(unit))
			if !cuts { // a year has too many parts of an hour
				change := instant(around[0])
				r = calendar.Range{From: change.Add(-48 * time.Hour), To: change.Add(48 * time.Hour)}
			}
			for _, row := range answer(t, e, r, fmt.Sprintf(`{"metrics": ["messages"], "bucket": %q, "timezone": %q}`, unit, zone)).Rows {
				if row[1] == int64(0) {
					continue
				}
				within, filter := r, fmt.Sprintf(`{"metrics": ["messages"], "timezone": %q, "filters": [{"dimension": %q, "operator": "in", "values": [%q]}]}`, zone, unit, row[0].(time.Time).Format(time.RFC3339))
				if !cuts {
					within, filter = calendar.Range{From: row[0].(time.Time), To: calendar.Next(row[0].(time.Time), unit, loc)}, `{"metrics": ["messages"]}`
				}
				if got := answer(t, e, within, filter); got.Rows[0][0] != row[1] {
					t.Errorf("%s %s %s: the filter finds %v, the answer has %v", zone, unit, row[0], got.Rows[0][0], row[1])
				}
			}
		}
	}
}

// TestCompare sets two periods side by side.
func TestCompare(t *testing.T) {
	t.Parallel()
	e := load(t, talks(
		"1 out 2026-03-01 10:00 sent", "1 out 2026-03-02 10:00 sent", "1 out 2026-03-31 10:00 delivered",
		"1 out 2026-02-01 10:00 sent", "1 out 2026-02-28 10:00 failed", "2 out 2026-02-03 10:00 sent",
		"1 out 2026-04-30 10:00 sent",
	))
	march, february := between("2026-03-01", "2026-04-01"), between("2026-02-01", "2026-03-01")

	result := answer(t, e, march, `{"metrics": ["messages_sent", "failed_rate"], "groupBy": ["line"], "compare": "previous_period"}`)
	wantLines(t, result, "1 | Ventas | 3 | 1 | 0.00 | 0.50", "2 | Ventas | 0 | 1 | - | 0.00")
	if !result.Before.From.Equal(february.From) || !result.Before.To.Equal(february.To) {
		t.Errorf("compared with %s to %s", result.Before.From, result.Before.To)
	}
	var columns []string
	for _, c := range result.Columns {
		columns = append(columns, fmt.Sprintf("%s %t", c.ID, c.Previous))
	}
	if got := strings.Join(columns, ", "); got != "line false, line_name false, messages_sent false, messages_sent_previous true, failed_rate false, failed_rate_previous true" {
		t.Errorf("columns %s", got)
	}
	wantLines(t, answer(t, e, march, `{"metrics": ["messages_sent"], "compare": "previous_period"}`), "3 | 2")
	wantLines(t, answer(t, e, february, `{"metrics": ["messages_sent"], "groupBy": ["line"], "compare": "previous_year"}`), "1 | Ventas | 1 | 0", "2 | Ventas | 1 | 0")

	// 31 days beside 28: the days that February lacks have nothing beside them.
	days := lines(answer(t, e, march, `{"metrics": ["messages_sent"], "bucket": "day", "compare": "previous_period"}`))
	if len(days) != 31 || days[0] != "03-01 00:00 | 1 | 1" || days[2] != "03-03 00:00 | 0 | 1" || days[27] != "03-28 00:00 | 0 | 0" || days[28] != "03-29 00:00 | 0 | -" || days[30] != "03-31 00:00 | 1 | -" {
		t.Errorf("March beside February:\n%s", strings.Join(days, "\n"))
	}
	// 30 beside 31: what happened on the 31st has no place.
	days = lines(answer(t, e, between("2026-04-01", "2026-05-01"), `{"metrics": ["messages_sent"], "bucket": "day", "compare": "previous_period"}`))
	if len(days) != 30 || days[0] != "04-01 00:00 | 0 | 1" || days[1] != "04-02 00:00 | 0 | 1" || days[29] != "04-30 00:00 | 1 | 0" {
		t.Errorf("April beside March:\n%s", strings.Join(days, "\n"))
	}
	// Both periods' groups, in the order of time.
	days = lines(answer(t, e, march, `{"metrics": ["messages_sent"], "groupBy": ["line"], "bucket": "day", "compare": "previous_period"}`))
	if len(days) != 28*2+3 || days[0] != "03-01 00:00 | 1 | Ventas | 1 | 1" || days[1] != "03-01 00:00 | 2 | Ventas | 0 | 0" || days[5] != "03-03 00:00 | 2 | Ventas | 0 | 1" || days[58] != "03-31 00:00 | 1 | Ventas | 1 | -" {
		t.Errorf("by line:\n%s", strings.Join(days, "\n"))
	}
	// A share of a group that a period lacks is 0 where the period has a whole.
	wantLines(t, answer(t, e, march, `{"metrics": ["notifications_share"], "groupBy": ["status"], "compare": "previous_period", "orderBy": [{"by": "status"}]}`),
		"delivered | 0.33 | 0.00", "failed | 0.00 | 0.33", "sent | 0.67 | 0.67")
	wantLines(t, answer(t, e, between("2026-05-01", "2026-06-01"), `{"metrics": ["notifications_share"], "groupBy": ["status"], "compare": "previous_period"}`), "sent | - | 1.00")
}

// TestCompareLimited: the first rows of one period are compared with all rows of
// the other, whatever their place there.
func TestCompareLimited(t *testing.T) {
	t.Parallel()
	var rows []string
	for i := range 6 { // team i wrote i+1 messages in March, 6-i in February
		for j := range i + 1 {
			rows = append(rows, fmt.Sprintf("%d in 2026-03-02 1%d:00", i, j))
		}
		for j := range 6 - i {
			rows = append(rows, fmt.Sprintf("%d in 2026-02-02 1%d:00", i, j))
		}
	}
	rows = append(rows, "9 in 2026-02-02 10:00")
	e := load(t, talks(rows...))
	march := between("2026-03-01", "2026-04-01")
	result := answer(t, e, march, `{"metrics": ["messages_received"], "groupBy": ["line"], "compare": "previous_period", "limit": 2}`)
	wantLines(t, result, "5 | 5 | 6 | 1", "4 | 4 | 5 | 2")
	says(t, result, true, "Showing 2 of 6 rows: the limit of the query is 2. Raise it, or add filters.")
	// A group of the other period alone comes where there is room for it.
	if result = answer(t, e, march, `{"metrics": ["messages_received"], "groupBy": ["line"], "compare": "previous_period", "limit": 7}`); len(result.Rows) != 7 || lines(result)[6] != "9 | 9 | 0 | 1" || len(result.Notices) != 0 {
		t.Errorf("room for all: %v, %q", lines(result), result.Notices)
	}
	if result = answer(t, e, march, `{"metrics": ["messages_received"], "groupBy": ["line"], "compare": "previous_period", "limit": 6}`); len(result.Rows) != 6 {
		t.Errorf("no room for the last: %v", lines(result))
	}
	says(t, result, true, "Showing 6 of 7 rows: the limit of the query is 6. Raise it, or add filters.")
}

// says wants one notice about an answer that is cut, by the way or as a warning; none
// where the sentence is empty.
func says(t testing.TB, r *engine.Result, byTheWay bool, sentence string) {
	t.Helper()
	var infos, notices []string
	switch {
	case sentence == "":
	case byTheWay:
		infos = []string{sentence}
	default:
		notices = []string{sentence}
	}
	if !slices.Equal(r.Infos, infos) || !slices.Equal(r.Notices, notices) {
		t.Errorf("infos %q, notices %q, want %q", r.Infos, r.Notices, sentence)
	}
}

// TestLimits: an answer that is cut off below what its query asks for says so, and a series is never cut off.
func TestLimits(t *testing.T) {
	t.Parallel()
	var rows []string
	for i := range 50 {
		rows = append(rows, fmt.Sprintf("%d in 2026-03-%02d 10:00", i%10, 1+i%25))
	}
	schema := store(t, talks(rows...))
	e := open(t, schema, engine.Settings{})
	march := between("2026-03-01", "2026-04-01")

	result := answer(t, e, march, `{"metrics": ["messages_received"], "groupBy": ["contact"], "limit": 7}`)
	if len(result.Rows) != 7 {
		t.Errorf("%d rows", len(result.Rows))
	}
	says(t, result, true, "Showing 7 of 50 rows: the limit of the query is 7. Raise it, or add filters.")
	if result = answer(t, e, march, `{"metrics": ["messages_received"], "groupBy": ["contact"], "limit": 50}`); len(result.Rows) != 50 {
		t.Errorf("all rows: %d", len(result.Rows))
	}
	says(t, result, true, "")
	refused(t, e, march, `{"metrics": ["messages_received"], "groupBy": ["line"], "bucket": "day", "limit": 20}`, "the result has more than 20 rows: choose a longer interval, a shorter time range, fewer groups or more filters")
	// 10 rows with something in them, and 300 with nothing.
	refused(t, e, march, `{"metrics": ["messages_received"], "groupBy": ["line"], "bucket": "day", "limit": 309}`, "more than 309 rows")
	if result = answer(t, e, march, `{"metrics": ["messages_received"], "groupBy": ["line"], "bucket": "day", "limit": 310}`); len(result.Rows) != 310 {
		t.Errorf("%d rows, want 310", len(result.Rows))
	}
	refused(t, e, between("2000-01-01", "2026-04-01"), `{"metrics": ["messages_received"], "groupBy": ["contact"], "bucket": "day"}`, "more than 100000 rows")
	refused(t, e, between("2000-01-01", "2026-04-01"), `{"metrics": ["messages_received"], "bucket": "hour"}`, "more than 11000 intervals")

	// The data source's own limit is the least of them.
	small := open(t, schema, engine.Settings{MaxRows: 5})
	if result = answer(t, small, march, `{"metrics": ["messages_received"], "groupBy": ["contact"], "limit": 7}`); len(result.Rows) != 5 {
		t.Errorf("%d rows", len(result.Rows))
	}
	says(t, result, false, "Showing 5 of 50 rows: the row limit of the data source is 5. Add filters or choose a shorter range, or raise it in the settings.")
	if result = answer(t, small, march, `{"metrics": ["messages_received"], "groupBy": ["contact"], "language": "es"}`); len(result.Rows) != 5 {
		t.Errorf("without a limit: %d rows", len(result.Rows))
	}
	says(t, result, false, "Se muestran 5 de 50 filas: el límite de filas de la fuente de datos es 5. Agregue filtros o elija un período más corto, o auméntelo en la configuración.")
	says(t, answer(t, small, march, `{"metrics": ["messages_received"], "groupBy": ["contact"], "limit": 3}`), true, "Showing 3 of 50 rows: the limit of the query is 3. Raise it, or add filters.")
	refused(t, small, march, `{"metrics": ["messages_received"], "bucket": "day"}`, "more than 5 rows")

	// So do bytes: a few rows of a few fields each.
	light := open(t, schema, engine.Settings{MaxBytes: 500})
	result = answer(t, light, march, `{"metrics": ["messages_received"], "groupBy": ["contact"]}`)
	if n := len(result.Rows); n == 0 || n > 20 {
		t.Errorf("%d rows", n)
	}
	says(t, result, false, fmt.Sprintf("Showing %d of 50 rows: the result reached 0 MB. Remove columns with long texts, add filters or choose a shorter range.", len(result.Rows)))
	result = answer(t, light, march, `{"report": "message_details_received"}`)
	says(t, result, false, fmt.Sprintf("Showing %d of 50 rows: the result reached 0 MB. Remove columns with long texts, add filters or choose a shorter range.", len(result.Rows)))
	result = answer(t, e, march, `{"report": "message_details_received", "limit": 20, "language": "pt-BR"}`)
	says(t, result, true, "Mostrando 20 de 50 linhas: o limite da consulta é 20. Aumente-o ou adicione filtros.")
	result = answer(t, e, march, `{"report": "message_log", "limit": 20}`)
	says(t, result, true, "Showing 20 of 50 rows: scroll for older ones.")
	result = answer(t, light, march, `{"report": "message_log"}`)
	says(t, result, false, fmt.Sprintf("Showing %d of 50 rows: the result reached 0 MB. Remove columns with long texts, add filters or choose a shorter range.", len(result.Rows)))
	refused(t, light, march, `{"metrics": ["messages_received"], "groupBy": ["contact"], "bucket": "day"}`, "choose a longer interval")
	compared := answer(t, light, march, `{"metrics": ["messages_received"], "compare": "previous_period"}`)
	wantLines(t, compared, "50 | 0")
}

func TestRanges(t *testing.T) {
	t.Parallel()
	e := load(t, talks("1 in 2026-03-02 10:00"))
	refused(t, e, between("2026-03-02", "2026-03-01"), `{"metrics": ["messages"]}`, "the time range ends before it starts (2026-03-02T00:00:00Z to 2026-03-01T00:00:00Z)")
	refused(t, e, between("2026-03-02", "2026-03-02"), `{"metrics": ["messages"]}`, "the time range is empty: it starts and ends at 2026-03-02T00:00:00Z")
	refused(t, e, between("2026-03-02", "2026-03-01"), `{"report": "notification_details"}`, "the time range ends before it starts")
	// Half open.
	wantLines(t, answer(t, e, between("2026-03-02 10:00", "2026-03-02 10:00:00.000001"), `{"metrics": ["messages"]}`), "1")
	wantLines(t, answer(t, e, between("2026-03-02 09:00", "2026-03-02 10:00"), `{"metrics": ["messages"]}`), "0")
}

// TestOrder runs the orders by every column of an answer.
func TestOrder(t *testing.T) {
	t.Parallel()
	e := load(t, talks("1 in 2026-03-02 10:00", "2 in 2026-03-02 10:00", "2 in 2026-03-03 10:00", "3 in 2026-03-03 10:00"))
	r := between("2026-03-01", "2026-04-01")
	for _, by := range []string{"time", "line", "line_name", "channel", "messages", "delivery_rate", "cost_usd"} {
		for _, desc := range []bool{false, true} {
			answer(t, e, r, fmt.Sprintf(`{"metrics": ["messages", "delivery_rate", "cost_usd"], "groupBy": ["line", "channel"], "bucket": "week", "orderBy": [{"by": %q, "desc": %t}]}`, by, desc))
		}
	}
	wantLines(t, answer(t, e, r, `{"metrics": ["messages"], "groupBy": ["line"], "orderBy": [{"by": "messages"}, {"by": "line", "desc": true}]}`),
		"3 | 3 | 1", "1 | Ventas | 1", "2 | Ventas | 2")
	answer(t, e, r, `{"metrics": ["stage_reached"], "groupBy": ["stage", "day"], "orderBy": [{"by": "day", "desc": true}, {"by": "stage"}]}`)
	// Over time too, with what has no value last in both directions.
	days := between("2026-03-01", "2026-03-04")
	wantLines(t, answer(t, e, days, `{"metrics": ["messages"], "bucket": "day", "orderBy": [{"by": "time", "desc": true}]}`),
		"03-03 00:00 | 2", "03-02 00:00 | 2", "03-01 00:00 | 0")
	for _, desc := range []bool{false, true} {
		wantLines(t, answer(t, e, days, fmt.Sprintf(`{"metrics": ["sent_received_ratio"], "bucket": "day", "orderBy": [{"by": "sent_received_ratio", "desc": %t}]}`, desc)),
			"03-02 00:00 | 0.00", "03-03 00:00 | 0.00", "03-01 00:00 | -")
	}
	wantLines(t, answer(t, e, days, `{"metrics": ["messages"], "groupBy": ["line"], "bucket": "day", "compare": "previous_period", "orderBy": [{"by": "messages", "desc": true}, {"by": "line", "desc": true}, {"by": "time"}], "filters": [{"dimension": "line", "operator": "notIn", "values": ["1"]}]}`),
		"03-03 00:00 | 3 | 3 | 1 | 0", "03-02 00:00 | 2 | Ventas | 1 | 0", "03-03 00:00 | 2 | Ventas | 1 | 0",
		"03-01 00:00 | 3 | 3 | 0 | 0", "03-02 00:00 | 3 | 3 | 0 | 0", "03-01 00:00 | 2 | Ventas | 0 | 0")
}

// TestText: the statement that people are shown runs by hand. It gives the answer where the
// database finds it, else what the answer is measured from.
func TestText(t *testing.T) {
	t.Parallel()
	e := load(t, talks("1 in 2026-03-02 10:00", "1 out 2026-03-02 11:00 sent"))
	conn := pgtest.Connect(t)
	ask := func(question string) {
		t.Helper()
		r := answer(t, e, between("2026-03-01", "2026-03-08"), question)
		var rows int
		if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM (\n"+r.SQL+"\n) AS shown", pgx.QueryExecModeSimpleProtocol).Scan(&rows); err != nil {
			t.Errorf("%s: %v\n%s", question, err, r.SQL)
		}
		if r.Query.Report == "template_changes" && rows != len(r.Rows) {
			t.Errorf("%s: %d rows by hand, %d in the answer", question, rows, len(r.Rows))
		}
	}
	for _, p := range query.Presets {
		ask(fmt.Sprintf(`{"report": %q}`, p.ID))
	}
	for _, value := range []string{`O'Brien`, `"a"`, `{b,c}`, `\\`, `back\\'slash`, "NULL", "$1::text"} {
		ask(fmt.Sprintf(`{"metrics": ["messages"], "filters": [{"dimension": "line", "operator": "notIn", "values": [%s]}]}`, strconv.Quote(value)))
	}
}

// TestLinks: the source's own address, else the template where all that it needs
// is known.
func TestLinks(t *testing.T) {
	t.Parallel()
	data := talks("1 out 2026-03-02 10:00 sent", "1 out 2026-03-02 10:01 sent", "1 out 2026-03-02 10:02 sent", "1 out 2026-03-02 10:03 sent")
	for i, id := range []string{"7", "a/b ?&=+{contact_id}", "own"} {
		data.Messages[i].ConversationID = &id
		data.Conversations = append(data.Conversations, contract.Conversation{ConversationID: id, CreatedAt: data.Messages[i].CreatedAt})
	}
	data.Conversations[0].DisplayID = new("70")
	data.Conversations[2].URL = new("https://desk.example/own")
	data.Conversations[1].URL = new("part?")
	data.Messages[0].AccountID = new("acme")
	schema := store(t, data)
	const ask = `{"report": "notification_details", "columns": ["link"], "orderBy": [{"by": "created_at"}]}`
	for template, want := range map[string][]string{
		"":                         {"-", "-", "https://desk.example/own", "-"},
		"https://chat.example/app": {"https://chat.example/app", "https://chat.example/app", "https://desk.example/own", "https://chat.example/app"},
		"https://chat.example/{conversation_id}?c={conversation_id}&p={contact_id}": {
			"https://chat.example/7?c=7&p=c000",
			"https://chat.example/a%2Fb%20%3F%26%3D%2B%7Bcontact_id%7D?c=a%2Fb%20%3F%26%3D%2B%7Bcontact_id%7D&p=c001",
			"https://desk.example/own", "-",
		},
		"https://chat.example/accounts/{account_id}/{display_id}": {"https://chat.example/accounts/acme/70", "-", "https://desk.example/own", "-"},
		"https://chat.example/tickets/{url}":                      {"-", "https://chat.example/tickets/part%3F", "https://desk.example/own", "-"},
		"https://chat.example/{line_id}/{unknown}":                {"-", "-", "https://desk.example/own", "-"},
	} {
		wantLines(t, answer(t, open(t, schema, engine.Settings{ChatURL: template}), between("2026-03-01", "2026-04-01"), ask), want...)
	}
}
