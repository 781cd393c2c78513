package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/agree"
	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// TestLog: a log has the columns of which its lines are made beside those that
// were asked for, which its query keeps.
func TestLog(t *testing.T) {
	t.Parallel()
	e := load(t, talks("1 out 2026-03-02 10:00 failed", "2 in 2026-03-02 11:00"))
	result := answer(t, e, between("2026-03-02", "2026-03-03"), `{"report": "message_log", "columns": ["channel", "status"]}`)
	if want := []string{"channel", "status"}; !slices.Equal(result.Query.Columns, want) {
		t.Errorf("asked for %v, want %v", result.Query.Columns, want)
	}
	var ids []string
	for _, c := range result.Columns {
		ids = append(ids, c.ID)
	}
	if got, want := strings.Join(ids, " "), "channel status created_at message_id direction body content_type template failure_text link conversation_id conversation_id_name contact contact_name line line_name"; got != want {
		t.Errorf("columns\n%s, want\n%s", got, want)
	}
	if len(result.Rows) != 2 || result.Rows[0][1] != nil || result.Rows[1][1] != "failed" {
		t.Errorf("rows: %v", result.Rows)
	}
	if result.Query.Limit != query.DefaultLimit {
		t.Errorf("a limit of %d", result.Query.Limit)
	}
	refused(t, e, between("2026-03-02", "2026-03-03"), `{"report": "conversation_details", "format": "logs"}`, "conversations have no text to show as a log: set report to message_log")
	refused(t, e, between("2026-03-02", "2026-03-03"), `{"report": "message_log", "format": "logs_volume", "columns": ["phone"]}`, "format logs_volume counts the lines of a log: remove columns")
	refused(t, e, between("2026-03-02", "2026-03-03"), `{"report": "channels", "format": "logs_volume"}`, "needs a report of details")
}

// TestOlderLines reads a log as Grafana does when one scrolls: each time up to the
// millisecond of the oldest line that it has, leaving out by their ids those that
// it has already. Messages of one millisecond, and of one instant, stay together.
func TestOlderLines(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	var data contract.Data
	at := instant("2026-03-02 10:00")
	for i := range 300 {
		data.Messages = append(data.Messages, contract.Message{MessageID: fmt.Sprintf("m%03d", i), LineID: new("1"), Direction: "outbound", CreatedAt: at})
		at = at.Add([]time.Duration{0, 0, time.Microsecond, 300 * time.Microsecond, time.Millisecond, time.Second}[r.IntN(6)])
	}
	e := load(t, data)
	whole := calendar.Range{From: instant("2026-03-02"), To: instant("2026-03-03")}
	lines := map[string]bool{}
	var order []time.Time
	for asked := whole; ; {
		result := answer(t, e, asked, `{"report": "message_log", "limit": 20}`)
		before := len(lines)
		oldest := time.Time{}
		for _, row := range agree.RowsOf(result) {
			oldest = row["created_at"].(time.Time)
			if id := row["message_id"].(string); !lines[id] {
				lines[id] = true
				order = append(order, oldest)
			}
		}
		if len(lines) == before {
			break
		}
		asked.To = oldest.Truncate(time.Millisecond)
	}
	if len(lines) != len(data.Messages) {
		t.Errorf("%d lines of %d messages", len(lines), len(data.Messages))
	}
	if !slices.IsSortedFunc(order, func(a, b time.Time) int { return b.Compare(a) }) {
		t.Error("an older page holds newer lines")
	}
}

// TestLogVolume: the bars of a log add up to its lines, by status, whatever the
// range and the filters.
func TestLogVolume(t *testing.T) {
	t.Parallel()
	data := reference.Random(31, reference.RandomOptions{Messages: 500})
	e := load(t, data)
	facts := reference.Prepare(data, reference.Defaults())
	r := rand.New(rand.NewPCG(31, 5))
	for _, report := range []string{"message_log", "message_details_sent", "notification_details"} {
		fact := query.Query{Report: report}.DetailsFact()
		dimensions := slices.DeleteFunc(catalog.DimensionIDs(fact), func(id string) bool { return id == "stage" })
		for range 15 {
			q := query.Query{Report: report, Columns: []string{"status"}, Format: "logs", Limit: query.MaxLimit, Timezone: "America/Santiago"}
			if r.IntN(2) == 0 {
				q.Filters = []query.Filter{facts.RandomFilter(r, fact, dimensions[r.IntN(len(dimensions))], q.Timezone)}
			}
			from := someTime(r, data)
			asked := calendar.Range{From: from, To: from.Add(time.Duration(1 + r.Int64N(int64(400*24*time.Hour))))}
			lines := map[string]int64{}
			for _, row := range agree.RowsOf(run(t, e, q, asked)) {
				lines[agree.KeyText(row["status"])]++
			}
			q.Columns, q.Format = nil, "logs_volume"
			result := run(t, e, q, asked)
			bars := map[string]int64{}
			starts := map[time.Time]bool{}
			for _, row := range agree.RowsOf(result) {
				starts[row["time"].(time.Time)] = true
				for _, n := range row {
					if n, ok := n.(int64); ok && n > 0 {
						bars[agree.KeyText(row["status"])] += n
					}
				}
			}
			if fmt.Sprint(bars) != fmt.Sprint(lines) {
				t.Errorf("%s %v %v: bars %v, lines %v", report, q.Filters, asked, bars, lines)
			}
			if len(starts) > 200 || len(lines) > 0 && len(starts) < 10 && asked.Duration() > time.Hour {
				t.Errorf("%v: %d bars", asked, len(starts))
			}
		}
	}
}
