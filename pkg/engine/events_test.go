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
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
)

var eventReports = []string{"campaign_sends", "failure_bursts", "template_changes"}

// TestEventsAgainstReference asks for events of random data, over random ranges
// and with random filters, and wants those of the independent calculation.
func TestEventsAgainstReference(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 2, 14, 22, 0, 0, 0, time.UTC) // clocks change in Santiago in April
	for seed := 1; seed <= seeds(t); seed++ {
		for name, shape := range map[string]reference.RandomOptions{
			"long":  {Messages: 1200, Sequence: seed%2 == 0},
			"dense": {Messages: 6000, Start: start, End: start.Add(5 * time.Hour)},
		} {
			t.Run(fmt.Sprintf("%s %d", name, seed), func(t *testing.T) {
				t.Parallel()
				data := reference.Random(int64(seed), shape)
				r := rand.New(rand.NewPCG(uint64(seed), 17))
				data.Messages = append(data.Messages, echoes(r, data.Messages)...)
				e := load(t, data)
				facts := reference.Prepare(data, reference.Defaults())
				found := 0
				for range 40 {
					found += checkEvents(t, e, facts, randomEvents(r, facts, data))
				}
				if found == 0 {
					t.Error("no question found any event")
				}
			})
		}
	}
}

// echoes are templates sent anew about as long after as they are remembered.
func echoes(r *rand.Rand, messages []contract.Message) []contract.Message {
	var again []contract.Message
	for _, m := range messages {
		if m.TemplateName == nil || r.IntN(10) > 0 {
			continue
		}
		m.MessageID += " again"
		m.CreatedAt = m.CreatedAt.Add(90*24*time.Hour + time.Duration(r.IntN(3)-1)*time.Microsecond)
		again = append(again, m)
	}
	return again
}

func randomEvents(r *rand.Rand, facts *reference.Facts, data contract.Data) reference.Question {
	report := eventReports[r.IntN(len(eventReports))]
	preset, _ := query.LookupPreset(report)
	end := func() time.Time {
		near := []time.Duration{0, time.Microsecond, -time.Microsecond, 20 * time.Minute, 30 * 24 * time.Hour}
		return someTime(r, data).Add(near[r.IntN(len(near))])
	}
	question := reference.Question{From: end(), To: end()}
	if question.To.Before(question.From) {
		question.From, question.To = question.To, question.From
	}
	question.To = question.To.Add(time.Microsecond)
	zone := reference.Zones[r.IntN(len(reference.Zones))]
	question.Query = query.Query{Report: report, Timezone: zone, Limit: query.MaxLimit}
	if r.IntN(2) == 0 {
		dimensions := preset.EventFilters()
		question.Query.Filters = []query.Filter{facts.RandomFilter(r, preset.Fact, dimensions[r.IntN(len(dimensions))], zone)}
	}
	return question
}

// checkEvents compares one answer with the reference and returns how many events
// both have.
func checkEvents(t *testing.T, e *engine.Engine, facts *reference.Facts, question reference.Question) int {
	t.Helper()
	about := fmt.Sprintf("%+v\nfrom %s to %s", question.Query, question.From.Format(time.RFC3339Nano), question.To.Format(time.RFC3339Nano))
	looked := question.From
	if longest := question.To.AddDate(0, 0, -450); question.Query.Report == "failure_bursts" && looked.Before(longest) {
		looked = longest
	}
	want, err := facts.Events(question.Query, looked, question.To)
	if err != nil {
		t.Fatalf("reference: %v\nfor %s", err, about)
	}
	result, err := e.Run(t.Context(), engine.Request{Query: question.Query, Range: calendar.Range{From: question.From, To: question.To}, Now: question.To})
	if err != nil {
		t.Fatalf("%v\nfor %s", err, about)
	}
	if got, wanted := eventLines(agree.RowsOf(result)), eventLines(want); !slices.Equal(got, wanted) {
		t.Fatalf("got\n%s\nwant\n%s\nfor %s", strings.Join(got, "\n"), strings.Join(wanted, "\n"), about)
	}
	if !slices.IsSortedFunc(result.Rows, func(a, b []any) int { return timeOf(result, a).Compare(timeOf(result, b)) }) {
		t.Errorf("the events are not in the order of time\nfor %s", about)
	}
	return len(want)
}

// timeOf is the first instant of an event's row.
func timeOf(r *engine.Result, row []any) time.Time {
	for i, c := range r.Columns {
		if slices.Contains([]string{"first_sent_at", "started_at", "first_at"}, c.ID) {
			return row[i].(time.Time)
		}
	}
	panic("an event without a time")
}

// eventLines writes events without what they lack, sorted.
func eventLines(rows []map[string]any) []string {
	var lines []string
	for _, row := range rows {
		var fields []string
		for id, v := range row {
			if v == nil {
				continue
			}
			if n, ok := agree.Number(v); ok {
				v = n
			}
			fields = append(fields, id+"="+agree.KeyText(v))
		}
		slices.Sort(fields)
		lines = append(lines, strings.Join(fields, " "))
	}
	slices.Sort(lines)
	return lines
}

// TestFailureBursts: what is a burst, where it ends, and that hours are looked at
// whole wherever the range cuts them.
func TestFailureBursts(t *testing.T) {
	t.Parallel()
	var rows []string
	send := func(line, at, status string, n int) {
		for range n {
			rows = append(rows, fmt.Sprintf("%s out 2026-03-02 %s %s", line, at, status))
		}
	}
	send("1", "08:30", "failed", 9) // one too few
	send("1", "09:10", "failed", 10)
	send("1", "09:20", "sent", 90) // a tenth exactly
	send("1", "10:05", "failed", 6)
	send("1", "10:50", "failed", 6)
	send("1", "10:55", "pending", 50)
	send("1", "11:00", "failed", 10)
	send("1", "11:30", "sent", 91) // a little under a tenth
	send("1", "12:00", "failed", 20)
	send("2", "09:59", "failed", 10)
	e := load(t, talks(rows...))

	day := between("2026-03-02", "2026-03-03")
	wantLines(t, answer(t, e, day, `{"report": "failure_bursts"}`),
		"03-02 09:10 | 03-02 10:50 | 1 | Ventas | 22 | 112 | unknown",
		"03-02 09:59 | 03-02 09:59 | 2 | Ventas | 10 | 10 | unknown",
		"03-02 12:00 | 03-02 12:00 | 1 | Ventas | 20 | 20 | unknown")
	wantLines(t, answer(t, e, between("2026-03-02 09:15", "2026-03-02 10:06"), `{"report": "failure_bursts", "filters": [{"dimension": "line", "operator": "in", "values": ["1"]}]}`),
		"03-02 09:10 | 03-02 10:50 | 1 | Ventas | 22 | 112 | unknown")
	// In a zone of half hours the hours are others.
	wantLines(t, answer(t, e, day, `{"report": "failure_bursts", "timezone": "Asia/Kolkata", "filters": [{"dimension": "line", "operator": "in", "values": ["1"]}]}`),
		"03-02 08:30 | 03-02 09:10 | 1 | Ventas | 19 | 109 | unknown",
		"03-02 10:50 | 03-02 12:00 | 1 | Ventas | 36 | 127 | unknown")

	latest := answer(t, e, day, `{"report": "failure_bursts", "limit": 1}`)
	wantLines(t, latest, "03-02 12:00 | 03-02 12:00 | 1 | Ventas | 20 | 20 | unknown")
	if len(latest.Infos) != 1 || !strings.Contains(latest.Infos[0], "Showing the latest 1 of 3 events: the limit of the query is 1.") {
		t.Errorf("notices: %v", latest.AllNotices())
	}
	wantLines(t, answer(t, e, between("2020-01-01", "2020-01-02"), `{"report": "failure_bursts"}`))

	years := answer(t, e, between("2024-01-01", "2026-03-03"), `{"report": "failure_bursts"}`)
	if len(years.Rows) != 3 || len(years.Notices) != 1 || !strings.Contains(years.Notices[0], "the last 450 days") {
		t.Errorf("%d rows, notices: %v", len(years.Rows), years.Notices)
	}
}

// TestTemplateChanges: what is new, what is known, and for how long.
func TestTemplateChanges(t *testing.T) {
	t.Parallel()
	data := contract.Data{Accounts: []contract.Account{{AccountID: "a", Name: new("Acme")}}}
	send := func(account, template, language, category, at string) {
		m := contract.Message{MessageID: fmt.Sprintf("m%03d", len(data.Messages)), LineID: new("1"), Direction: "outbound", CreatedAt: instant(at), TemplateName: &template}
		for _, f := range []struct {
			to   **string
			text string
		}{{&m.AccountID, account}, {&m.TemplateLanguage, language}, {&m.TemplateCategory, category}} {
			if f.text != "-" {
				*f.to = &f.text
			}
		}
		data.Messages = append(data.Messages, m)
	}
	send("a", "old", "es", "utility", "2026-01-01 10:00")
	send("a", "old", "es", "utility", "2026-04-01 10:00") // 90 days later, remembered
	send("a", "forgotten", "es", "utility", "2026-01-01 10:00")
	send("a", "forgotten", "es", "utility", "2026-04-01 10:00:00.000001") // and a moment too late
	send("a", "offer", "es", "utility", "2026-03-01 10:00")
	send("a", "offer", "es", "service", "2026-03-01 11:00")
	send("a", "offer", "es", "marketing", "2026-04-02 10:00")
	send("a", "offer", "pt_BR", "authentication", "2026-04-03 10:00") // language tells more than category
	send("a", "offer", "pt_BR", "authentication", "2026-04-03 11:00")
	send("a", "offer", "-", "marketing", "2026-04-04 10:00") // what is unknown is no change
	send("a", "offer", "es", "-", "2026-04-04 10:00")
	send("-", "offer", "es", "utility", "2026-04-05 10:00") // another account's
	send("a", "twin", "es", "utility", "2026-04-06 10:00")
	send("a", "twin", "en", "utility", "2026-04-06 10:00") // at one instant neither was first
	send("a", "twin", "en", "utility", "2026-04-06 10:00")
	send("a", "", "en", "utility", "2026-04-07 10:00") // no template
	e := load(t, data)

	april := between("2026-04-01", "2026-05-01")
	wantLines(t, answer(t, e, april, `{"report": "template_changes"}`),
		"04-01 10:00 | a | Acme | forgotten | es | utility | template | -",
		"04-02 10:00 | a | Acme | offer | es | marketing | category | [service utility]",
		"04-03 10:00 | a | Acme | offer | pt_BR | authentication | language | -",
		"04-05 10:00 | - | - | offer | es | utility | template | -",
		"04-06 10:00 | a | Acme | twin | en | utility | template | -",
		"04-06 10:00 | a | Acme | twin | es | utility | template | -")
	// Whatever the range, the same events: ranges add up.
	wantLines(t, answer(t, e, between("2026-04-02 10:00", "2026-04-03 10:00"), `{"report": "template_changes"}`),
		"04-02 10:00 | a | Acme | offer | es | marketing | category | [service utility]")
	wantLines(t, answer(t, e, between("2025-12-01", "2026-04-02"), `{"report": "template_changes", "filters": [{"dimension": "template", "operator": "in", "values": ["forgotten", "old"]}]}`),
		"01-01 10:00 | a | Acme | forgotten | es | utility | template | -",
		"01-01 10:00 | a | Acme | old | es | utility | template | -",
		"04-01 10:00 | a | Acme | forgotten | es | utility | template | -")
	// A filter on what changes chooses changes, and what is remembered stays.
	wantLines(t, answer(t, e, april, `{"report": "template_changes", "filters": [{"dimension": "template_category", "operator": "in", "values": ["marketing"]}]}`),
		"04-02 10:00 | a | Acme | offer | es | marketing | category | [service utility]")
	wantLines(t, answer(t, e, april, `{"report": "template_changes", "filters": [{"dimension": "language", "operator": "matches", "values": ["^pt"]}]}`),
		"04-03 10:00 | a | Acme | offer | pt_BR | authentication | language | -")
}

// TestCampaignSends: campaigns of any size, templates from 50 a day on.
func TestCampaignSends(t *testing.T) {
	t.Parallel()
	data := contract.Data{Campaigns: []contract.Campaign{{CampaignID: "c", Name: new("Promo")}}}
	send := func(n int, campaign, template, at, status string) {
		for range n {
			id := fmt.Sprintf("m%03d", len(data.Messages))
			m := contract.Message{MessageID: id, LineID: new("1"), ContactID: new(id), Direction: "outbound", CreatedAt: instant(at), TemplateName: &template, Status: &status}
			if campaign != "" {
				m.CampaignID = &campaign
			}
			data.Messages = append(data.Messages, m)
		}
	}
	send(1, "c", "offer", "2026-04-01 10:00", "read")
	send(1, "c", "offer", "2026-04-01 12:00", "failed")
	send(49, "", "reminder", "2026-04-02 10:00", "sent")
	send(49, "", "reminder", "2026-04-03 10:00", "sent")
	send(1, "", "reminder", "2026-04-03 23:00", "failed")
	data.Messages = append(data.Messages, contract.Message{MessageID: "ad", LineID: new("1"), ContactID: new("ad"), Direction: "inbound", CreatedAt: instant("2026-04-04 10:00"), CampaignID: new("ad"), IsReferral: new(true)})
	e := load(t, data)
	wantLines(t, answer(t, e, between("2026-04-01", "2026-05-01"), `{"report": "campaign_sends"}`),
		"c | Promo | c | Promo | 04-01 10:00 | 04-01 12:00 | 1 | 1 | 1 | 0 | 1 | 2",
		"reminder 2026-04-03 | reminder 2026-04-03 | - | - | 04-03 10:00 | 04-03 23:00 | 49 | 0 | 0 | 0 | 1 | 50")
}

func TestEventsRefused(t *testing.T) {
	t.Parallel()
	e := load(t, talks())
	r := between("2026-03-01", "2026-03-02")
	for text, sentence := range map[string]string{
		`{"report": "channels", "format": "annotations"}`:                                                                  "format annotations needs a report of events: set report to one of campaign_sends, failure_bursts, template_changes",
		`{"report": "failure_bursts", "format": "table"}`:                                                                  "failure_bursts lists events to mark on charts: set format to annotations",
		`{"report": "failure_bursts", "metrics": ["messages"]}`:                                                            "failure_bursts takes filters and a limit: remove metrics",
		`{"report": "campaign_sends", "compare": "previous_year"}`:                                                         "remove metrics, groupBy, bucket, compare",
		`{"report": "campaign_sends", "orderBy": [{"by": "send"}]}`:                                                        "remove metrics",
		`{"report": "campaign_sends", "filters": [{"dimension": "rating", "operator": "in", "values": ["1"]}]}`:            "campaign_sends cannot be filtered by rating: choose one of account, ",
		`{"report": "failure_bursts", "filters": [{"dimension": "status", "operator": "in", "values": ["failed"]}]}`:       "failure_bursts cannot be filtered by status: choose one of account, ",
		`{"report": "template_changes", "filters": [{"dimension": "direction", "operator": "in", "values": ["inbound"]}]}`: "template_changes cannot be filtered by direction",
	} {
		refused(t, e, r, text, sentence)
	}
}
