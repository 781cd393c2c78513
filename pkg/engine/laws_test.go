package engine_test

import (
	"fmt"
	"maps"
	"math"
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
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
)

// Laws that hold for all numbers, over random ugly data. That the
// numbers are right as well is the business of the comparison with the
// independent calculation.

// counts lists the additive metrics of each fact, apart from those that only
// the cut by stage has.
func counts() map[catalog.Fact][]string {
	byFact := map[catalog.Fact][]string{}
	for _, m := range catalog.Metrics {
		if m.Additive && !m.Internal && !strings.HasPrefix(m.ID, "stage_") {
			byFact[m.Fact] = append(byFact[m.Fact], m.ID)
		}
	}
	return byFact
}

// sums adds up each metric over the rows of a result.
func sums(r *engine.Result) map[string]float64 {
	return sumsBy(r, func([]any) string { return "" })
}

// sumsBy adds up each metric over the rows of each key.
func sumsBy(r *engine.Result, key func(row []any) string) map[string]float64 {
	byID := map[string]float64{}
	for _, row := range r.Rows {
		for i, c := range r.Columns {
			if n, ok := agree.Number(row[i]); ok && c.Role == measure.Metric {
				byID[c.ID+key(row)] += n
			}
		}
	}
	return byID
}

// differ lists the metrics that two sums do not share.
func differ(got, want map[string]float64) string {
	var ids []string
	all := maps.Clone(want)
	maps.Copy(all, got)
	for id := range all {
		if math.Abs(got[id]-want[id]) > 1e-6 {
			ids = append(ids, fmt.Sprintf("%s is %v, want %v", id, got[id], want[id]))
		}
	}
	slices.Sort(ids)
	return strings.Join(ids, "; ")
}

// wantSome fails where a metric has counted nothing: a law over nothing holds.
func wantSome(t *testing.T, seen map[string]float64) {
	t.Helper()
	for _, ids := range counts() {
		for _, id := range ids {
			if seen[id] == 0 {
				t.Errorf("the data have no %s to add up", id)
			}
		}
	}
}

// lawZones are those around whose clock changes the random data gather.
var lawZones = []string{"America/Santiago", "America/Havana", "Australia/Lord_Howe", "Asia/Kolkata"}

// shortDays are how many days before and after a moment the short units cover.
var shortDays = map[calendar.Unit]time.Duration{calendar.FiveMinutes: 1, calendar.FifteenMinutes: 3, calendar.ThirtyMinutes: 7, calendar.Hour: 15}

// TestLawBucketsSumToTheCard: law 1, the first half. In every zone and unit the
// buckets of a chart add up to the card.
func TestLawBucketsSumToTheCard(t *testing.T) {
	t.Parallel()
	seen := map[string]float64{}
	for seed := int64(1); seed <= 2; seed++ {
		data := small(seed)
		e, whole := load(t, data), span(data)
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		all := counts()
		for _, fact := range slices.Sorted(maps.Keys(all)) { // in order, for the same ranges in every run
			metrics := all[fact]
			for _, zone := range lawZones {
				unit := calendar.Units[r.IntN(len(calendar.Units))]
				asked := whole
				if days := shortDays[unit]; days > 0 { // around a message, which is often near a clock change
					at := someTime(r, data)
					asked = calendar.Range{From: at.Add(-days * 24 * time.Hour), To: at.Add(days*24*time.Hour + 17*time.Minute)}
				}
				card := sums(run(t, e, query.Query{Metrics: metrics, Timezone: zone}, asked))
				chart := run(t, e, query.Query{Metrics: metrics, Timezone: zone, Bucket: string(unit)}, asked)
				if text := differ(sums(chart), card); text != "" {
					t.Errorf("seed %d, %s by %s in %s: the buckets add up to something else: %s", seed, fact, unit, zone, text)
				}
				for id, n := range card {
					seen[id] += n
				}
			}
		}
	}
	wantSome(t, seen)
}

// advertise adds talks that began with an advertisement: the longest sessions
// that there are. It returns moments inside them.
func advertise(data *contract.Data, at time.Time) []time.Time {
	var inside []time.Time
	data.Lines = append(data.Lines, contract.Line{LineID: "ads", Channel: new("whatsapp")})
	for i, reply := range []time.Duration{time.Hour, 12 * time.Hour, 24*time.Hour - time.Microsecond} {
		opener := at.Add(time.Duration(i) * 31 * 24 * time.Hour)
		for j, after := range []time.Duration{0, reply, 30 * time.Hour, 60 * time.Hour, reply + 72*time.Hour - time.Microsecond, reply + 72*time.Hour} {
			m := contract.Message{MessageID: fmt.Sprintf("ad %d %d", i, j), LineID: new("ads"), ContactID: new(fmt.Sprint("ad ", i)), CreatedAt: opener.Add(after), Direction: "outbound", AuthorKind: new("agent"), Status: new("delivered")}
			if j%2 == 0 {
				m.Direction, m.AuthorKind, m.Status, m.IsReferral = "inbound", nil, nil, new(j == 0)
			}
			data.Messages = append(data.Messages, m)
			inside = append(inside, m.CreatedAt, m.CreatedAt.Add(-time.Hour))
		}
	}
	return inside
}

// TestLawAdjacentRangesAddUp: law 1, the second half. Wherever a range is cut in
// two, the parts add up to it, and so do those of each group that hangs on what
// lies outside the range.
func TestLawAdjacentRangesAddUp(t *testing.T) {
	t.Parallel()
	for seed := int64(3); seed <= 4; seed++ {
		data := small(seed)
		advertised := advertise(&data, instant("2025-08-31 20:00"))
		e, whole := load(t, data), span(data)
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		santiago, err := time.LoadLocation("America/Santiago")
		if err != nil {
			t.Fatal(err)
		}
		at := func() time.Time { return someTime(r, data) }
		type question struct{ metrics, groups []string }
		var questions []question
		all := counts()
		for _, fact := range slices.Sorted(maps.Keys(all)) {
			questions = append(questions, question{all[fact], map[catalog.Fact][]string{
				catalog.Session:    {"session_id", "initiator", "user_type"},
				catalog.Initiation: {"session_id", "status", "user_type"},
			}[fact]})
		}
		// Cost looks back to the beginning of the month: it is asked above, with
		// the other metrics of messages, and not here.
		questions = append(questions, question{[]string{"messages_outbound", "messages_received"}, []string{"session_id", "user_type", "in_window"}})
		for _, q := range questions {
			ask := func(from, to time.Time) map[string]float64 {
				if !from.Before(to) {
					return map[string]float64{}
				}
				result := run(t, e, query.Query{Metrics: q.metrics, GroupBy: q.groups, Limit: query.MaxLimit}, calendar.Range{From: from, To: to})
				return sumsBy(result, func(row []any) string { return fmt.Sprint(" of ", row[:len(q.groups)]) })
			}
			cuts := []time.Time{at(), at().Add(time.Microsecond), at().Add(24 * time.Hour), calendar.Start(at(), calendar.Day, santiago), calendar.Start(at(), calendar.Month, time.UTC)}
			if q.groups != nil {
				cuts = append(cuts, advertised...)
			}
			for i, cut := range cuts {
				from, to := whole.From, whole.To
				if i >= 5 {
					from, to = cut.Add(-5*24*time.Hour), cut.Add(5*24*time.Hour)
				} else if r.IntN(2) == 0 { // a range whose ends lie inside sessions, too
					ends := []time.Time{at(), at(), cut}
					slices.SortFunc(ends, time.Time.Compare)
					from, cut, to = ends[0], ends[1], ends[2]
				}
				if !from.Before(to) {
					continue
				}
				both, a, b := ask(from, to), ask(from, cut), ask(cut, to)
				for id, n := range b {
					a[id] += n
				}
				if text := differ(a, both); text != "" {
					t.Errorf("seed %d, %v by %v from %s to %s, cut at %s: %s", seed, q.metrics, q.groups, from, to, cut, text)
				}
			}
		}
	}
}

// TestLawCostsAddUp: law 1 for what a range costs, which hangs on what was sent
// before it: the charge of 24 hours that another message bears, and the free
// units that are used up since the beginning of the month.
func TestLawCostsAddUp(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 12))
	begin, change, end := instant("2026-08-20"), instant("2026-10-01"), instant("2026-11-10")
	data := contract.Data{
		Lines:    []contract.Line{{LineID: "1", Channel: new("whatsapp")}, {LineID: "2", Channel: new("whatsapp")}, {LineID: "3", Channel: new("sms")}},
		Contacts: []contract.Contact{{ContactID: "a", Phone: new("+55 11 9")}, {ContactID: "b", Phone: new("5521987654321")}, {ContactID: "c", Phone: new("5215512345678")}, {ContactID: "d"}},
	}
	for i, category := range []string{"marketing", "utility", "service"} {
		for _, market := range []string{"Brazil", "Mexico"} {
			data.Rates = append(data.Rates, contract.Rate{Market: market, Category: category, ValidFrom: instant("2026-01-01"), USD: 1 + float64(i*i)/8})
		}
		data.BillingRules = append(data.BillingRules,
			contract.BillingRule{ValidFrom: instant("2026-01-01"), Unit: "conversation", Category: category, Billable: true, RateCategory: category, FreeUnits: new(int32(2))},
			contract.BillingRule{ValidFrom: change, Unit: "message", Category: category, Billable: true, RateCategory: category, FreeUnits: new(int32(4))})
	}
	for i := range 500 {
		m := contract.Message{
			MessageID: fmt.Sprint(i), CreatedAt: begin.Add(time.Duration(r.Int64N(int64(end.Sub(begin))))).Truncate(time.Hour),
			LineID: new([]string{"1", "1", "2", "3"}[r.IntN(4)]), ContactID: new([]string{"a", "b", "c", "d"}[r.IntN(4)]), Direction: []string{"inbound", "outbound", "outbound"}[r.IntN(3)],
		}
		if m.Direction == "outbound" {
			m.Status = new([]string{"delivered", "read", "sent", "failed"}[r.IntN(4)])
			if category := []string{"", "marketing", "utility", "odd"}[r.IntN(4)]; category != "" {
				m.TemplateName, m.TemplateCategory = new("x"), &category
			}
		}
		data.Messages = append(data.Messages, m)
	}
	e := load(t, data)
	ask := func(from, to time.Time) map[string]float64 {
		result := run(t, e, query.Query{Metrics: []string{"cost_usd", "cost_unknown"}, GroupBy: []string{"line", "template_category"}}, calendar.Range{From: from, To: to})
		return sumsBy(result, func(row []any) string { return fmt.Sprint(" of ", row[0], row[2]) })
	}
	whole := ask(begin, end)
	for _, cut := range []time.Time{change, instant("2026-09-01"), instant("2026-10-17"), instant("2026-11-01"), data.Messages[0].CreatedAt, data.Messages[1].CreatedAt, data.Messages[2].CreatedAt} {
		parts := ask(begin, cut)
		for id, n := range ask(cut, end) {
			parts[id] += n
		}
		if text := differ(parts, whole); text != "" {
			t.Errorf("cut at %s: %s", cut, text)
		}
	}
	days := run(t, e, query.Query{Metrics: []string{"cost_usd", "cost_unknown"}, Bucket: "day", Timezone: "America/Sao_Paulo"}, calendar.Range{From: begin, To: end})
	all := run(t, e, query.Query{Metrics: []string{"cost_usd", "cost_unknown"}}, calendar.Range{From: begin, To: end})
	if text := differ(sums(days), sums(all)); text != "" {
		t.Errorf("by day: %s", text)
	}
	if card := sums(all); card["cost_usd"] < 20 || card["cost_unknown"] < 20 {
		t.Errorf("the data cost next to nothing: %v", card)
	}
}

// TestLawValuesSumToTheWhole: law 2. The rows of a single-valued dimension, with
// the one of no value, add up to the number without it, and a filter on no value
// with its opposite do too.
func TestLawValuesSumToTheWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]float64{}
	data := small(5)
	e, all := load(t, data), span(data)
	quarter := between("2025-09-01", "2025-12-01") // an answer cannot hold the hours of them all
	nobody := []string{catalog.None}
	for fact, metrics := range counts() {
		wholes := map[calendar.Range]map[string]float64{}
		for _, r := range []calendar.Range{all, quarter} {
			wholes[r] = sums(run(t, e, query.Query{Metrics: metrics}, r))
		}
		for id, n := range wholes[all] {
			seen[id] += n
		}
		for _, d := range catalog.Dimensions {
			if !d.Has(fact) || d.Multi {
				continue
			}
			r := all
			if d.ID == "hour" {
				r = quarter
			}
			whole := wholes[r]
			cut := run(t, e, query.Query{Metrics: metrics, GroupBy: []string{d.ID}, Limit: query.MaxLimit, Timezone: "America/Havana"}, r)
			if text := differ(sums(cut), whole); text != "" {
				t.Errorf("%s by %s: %s", fact, d.ID, text)
			}
			if slices.ContainsFunc(cut.Notices, func(notice string) bool {
				return !strings.HasPrefix(notice, "The cost of") && !strings.Contains(notice, " ignored: ")
			}) {
				t.Errorf("%s by %s: %q", fact, d.ID, cut.Notices)
			}
			without := sums(run(t, e, query.Query{Metrics: metrics, Filters: []query.Filter{{Dimension: d.ID, Operator: "in", Values: nobody}}}, r))
			with := sums(run(t, e, query.Query{Metrics: metrics, Filters: []query.Filter{{Dimension: d.ID, Operator: "notIn", Values: nobody}}}, r))
			for id, n := range with {
				without[id] += n
			}
			if text := differ(without, whole); text != "" {
				t.Errorf("%s with and without %s: %s", fact, d.ID, text)
			}
		}
	}
	wantSome(t, seen)
}

// TestLawRowsAreCounted: law 3. A report of details has as many rows, page by
// page, as its metric counts, whatever the filters.
func TestLawRowsAreCounted(t *testing.T) {
	t.Parallel()
	data := small(6)
	e, whole := load(t, data), span(data)
	facts := reference.Prepare(data, reference.Defaults())
	r := rand.New(rand.NewPCG(6, 1))
	for report, l := range listed {
		m, _ := catalog.LookupMetric(l.metrics[0])
		preset, _ := query.LookupPreset(report)
		cuts := slices.DeleteFunc(query.CutsOf(m), func(id string) bool { return id == "stage" })
		for i := range 12 {
			asked := whole
			var filters []query.Filter
			if i > 0 {
				filters = append(filters, facts.RandomFilter(r, m.Fact, cuts[r.IntN(len(cuts))], ""))
				asked.From = someTime(r, data)
			}
			want := int64(0)
			for _, metric := range l.metrics {
				want += total(t, e, metric, slices.Concat(preset.Query.Filters, filters), asked)
			}
			rows := map[any]bool{}
			q := query.Query{Report: report, Format: "details", Columns: []string{l.id}, Filters: filters, Limit: int(want/3) + 1}
			for n := 0; ; n++ {
				page := run(t, e, q, asked)
				for _, row := range page.Rows {
					rows[row[0]] = true
				}
				if page.Total != want {
					t.Errorf("%s with %v: page %d is of %d rows, %s is %d", report, filters, n, page.Total, l.metrics, want)
				}
				if q.After = page.Next; q.After == "" || n > 5 {
					break
				}
			}
			if int64(len(rows)) != want {
				t.Errorf("%s with %v: %d rows, %s is %d", report, filters, len(rows), l.metrics, want)
			}
		}
	}
}

// TestLawStatusesAndFunnel: law 4. The last statuses add up to the notifications,
// in every bucket and group, and the funnel never grows.
func TestLawStatusesAndFunnel(t *testing.T) {
	t.Parallel()
	data := small(7)
	e, r := load(t, data), span(data)
	d, _ := catalog.LookupDimension("status")
	for _, q := range []query.Query{{}, {GroupBy: []string{"line"}}, {GroupBy: []string{"template", "user_type"}}, {Bucket: "week"}, {GroupBy: []string{"origin"}, Bucket: "month", Timezone: "America/Santiago"}} {
		q.Limit = query.MaxLimit
		q.Metrics = []string{"notifications", "notifications_failed", "notifications_pending", "notified", "notified_delivered", "notified_read", "answered", "unanswered"}
		whole := run(t, e, q, r)
		byStatus := q
		byStatus.Metrics, byStatus.GroupBy = []string{"notifications"}, append([]string{"status"}, q.GroupBy...)
		statuses := map[string]map[string]int64{}
		for _, row := range agree.RowsOf(run(t, e, byStatus, r)) {
			status := agree.KeyText(row["status"])
			delete(row, "status")
			key := keyOf(row)
			if statuses[key] == nil {
				statuses[key] = map[string]int64{}
			}
			statuses[key][status] += row["notifications"].(int64)
			if n := row["notifications"].(int64); n > 0 && !slices.Contains(d.Values, status) {
				t.Errorf("%d notifications have the last status %s", n, status)
			}
		}
		for _, row := range agree.RowsOf(whole) {
			n := func(id string) int64 { return row[id].(int64) }
			of := statuses[keyOf(row)]
			var sum int64
			for _, each := range of {
				sum += each
			}
			if sum != n("notifications") || of["failed"] != n("notifications_failed") || of["pending"] != n("notifications_pending") || of["replied"] != n("answered") {
				t.Errorf("%s: statuses %v, metrics %v", keyOf(row), of, row)
			}
			if n("notified") != sum-of["failed"]-of["pending"] || n("notified_read") != of["read"]+of["replied"] || n("notified_delivered") != of["delivered"]+of["read"]+of["replied"] || n("unanswered") != n("notified")-n("answered") {
				t.Errorf("%s: statuses %v, funnel %v", keyOf(row), of, row)
			}
			if n("notified") < n("notified_delivered") || n("notified_delivered") < n("notified_read") || n("notified_read") < n("answered") {
				t.Errorf("%s: the funnel grows: %v", keyOf(row), row)
			}
		}
		// The stages are the funnel turned on its side.
		staged := q
		staged.Metrics, staged.GroupBy = []string{"stage_reached", "stage_share_of_previous", "stage_share_of_sent"}, append(slices.Clone(q.GroupBy), "stage")
		stages := map[string]map[string]int64{}
		for _, row := range agree.RowsOf(run(t, e, staged, r)) {
			stage := row["stage"].(string)
			delete(row, "stage")
			if stages[keyOf(row)] == nil {
				stages[keyOf(row)] = map[string]int64{}
			}
			stages[keyOf(row)][stage] = row["stage_reached"].(int64)
			for _, id := range []string{"stage_share_of_previous", "stage_share_of_sent"} {
				if share, ok := row[id].(float64); ok && (share < 0 || share > 1) {
					t.Errorf("%s of %s is %v", id, stage, share)
				}
			}
		}
		for _, row := range agree.RowsOf(whole) {
			of := stages[keyOf(row)]
			if of["sent"] != row["notified"] || of["delivered"] != row["notified_delivered"] || of["read"] != row["notified_read"] || of["replied"] != row["answered"] {
				t.Errorf("%s: stages %v, funnel %v", keyOf(row), of, row)
			}
		}
	}
}
