package reference

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

func TestRandomIsRepeatable(t *testing.T) {
	options := RandomOptions{Messages: 300, Sequence: true}
	a, b := Random(7, options), Random(7, options)
	if !reflect.DeepEqual(a, b) {
		t.Error("one seed made two data sets")
	}
	if reflect.DeepEqual(a, Random(8, options)) {
		t.Error("two seeds made one data set")
	}
	old := Random(1, RandomOptions{Messages: 50, Start: instant("2018-10-01"), End: instant("2019-03-01")}) // when São Paulo still changed its clocks
	if at := old.Messages[0].CreatedAt; at.Year() < 2018 || at.Year() > 2019 {
		t.Errorf("a message of %s", at)
	}
	for _, m := range a.Messages {
		if m.Sequence != nil {
			return
		}
	}
	t.Error("no message has a sequence")
}

// Random data holds everything that a rule speaks of.
func TestRandomIsUgly(t *testing.T) {
	seen := map[string]int{}
	ids := map[string]bool{}
	for seed := range int64(6) {
		d := Random(seed, RandomOptions{Sequence: seed%2 == 0})
		if len(d.Messages) != 2000 {
			t.Fatalf("%d messages", len(d.Messages))
		}
		f := Prepare(d, Defaults())
		clear(ids)
		for i, m := range f.messages {
			if ids[m.MessageID] {
				t.Fatalf("the id %s stands twice", m.MessageID)
			}
			ids[m.MessageID] = true
			seen["stage "+m.stage]++
			seen[fmt.Sprint("in window ", m.inWindow)]++
			if i > 0 && m.CreatedAt.Equal(f.messages[i-1].CreatedAt) {
				seen["tie"]++
			}
			if m.costUSD > 0 && m.PriceUSD == nil {
				seen["cost"]++
			}
			if m.costUnknown {
				seen["cost unknown"]++
			}
			if m.template() && m.session != nil && m.session.opener != m {
				seen["template inside a session"]++
			}
		}
		for _, s := range f.sessions {
			seen["session "+s.initiator]++
			seen["origin "+s.origin]++
			if s.end.Sub(s.opener.CreatedAt) > 24*time.Hour {
				seen["long session"]++
			}
			if s.opener.outbound() && s.initiator == "contact" {
				seen["carried on"]++
			}
		}
		for _, m := range f.messages {
			if m.ContactID != nil && m.session == nil && m.inWindow {
				seen["uncovered failure in window"]++
			}
		}
		for _, i := range f.initiations {
			seen["last status "+i.status]++
			seen["reason "+i.opener.reason]++
		}
		for fact, rows := range f.rows {
			seen["fact "+string(fact)] += len(rows)
		}
		seen["derived replies"] += len(f.derivedReplies)
		for _, c := range f.conversations {
			if c.unattended() {
				seen["unattended"]++
			}
			if c.open() && !c.unattended() {
				seen["attended"]++
			}
			if c.firstResponse() != nil {
				seen["first response"]++
			}
		}
	}
	for _, what := range []string{
		"stage ", "stage pending", "stage failed", "stage sent", "stage delivered", "stage read", "in window true", "tie", "cost", "cost unknown", "template inside a session",
		"session business", "session contact", "session free_entry_point", "long session", "carried on", "uncovered failure in window",
		"origin campaign", "origin template", "origin flow", "origin inbox", "origin other", "origin inbound", "origin referred_webchat", "origin referred_campaign", "origin api",
		"last status ", "last status failed", "last status pending", "last status sent", "last status delivered", "last status read", "last status replied",
		"reason unknown", "reason wrong_destination", "reason template_parameters", "reason window_closed", "reason account_problem", "reason recipient_choice", "reason server", "derived replies", "unattended", "attended", "first response",
		"fact csat_answer", "fact csat_survey", "fact conversation_event", "fact conversation_active",
	} {
		if seen[what] < 5 {
			t.Errorf("%s: %d", what, seen[what])
		}
	}
	t.Log(seen)
}

func TestRandomQuestions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	f := Prepare(Random(3, RandomOptions{Messages: 800}), Defaults())
	used := map[string]bool{}
	filled := 0
	for range 2000 {
		question := f.RandomQuestion(r)
		resolved, err := question.Query.Resolve()
		if err != nil {
			t.Fatalf("%+v: %v", question.Query, err)
		}
		if !reflect.DeepEqual(resolved, question.Query) {
			t.Fatalf("%+v is not filled", question.Query)
		}
		rows, err := f.Compute(question.Query, question.From, question.To, question.Now)
		if err != nil {
			t.Fatalf("%+v: %v", question.Query, err)
		}
		if len(rows) > 20000 {
			t.Errorf("%d rows of %+v", len(rows), question)
		}
		if len(rows) > 0 {
			filled++
		}
		q := question.Query
		used["bucket "+q.Bucket] = true
		for _, id := range slices.Concat(q.Metrics, q.GroupBy) {
			used[id] = true
		}
		for _, filter := range q.Filters {
			used["filter "+filter.Dimension], used[filter.Operator] = true, true
		}
	}
	if filled < 1000 {
		t.Errorf("only %d questions had an answer", filled)
	}
	want := slices.Concat(catalog.MetricIDs(), catalog.DimensionIDs(""), query.Operators, []string{"bucket none", "bucket hour", "bucket day", "bucket week", "bucket month"})
	for _, id := range catalog.DimensionIDs("") {
		if id != "stage" {
			want = append(want, "filter "+id)
		}
	}
	for _, id := range want {
		if !used[id] {
			t.Errorf("never asked: %s", id)
		}
	}
}

// near compares numbers that were added up in another order.
func near(a, b any) bool {
	x, ok := a.(float64)
	y, ok2 := b.(float64)
	return ok && ok2 && math.Abs(x-y) < 1e-6 || !ok && reflect.DeepEqual(a, b)
}

func sumOf(rows []map[string]any, id string) float64 {
	total := 0.0
	for _, row := range rows {
		total += row[id].(float64)
	}
	return total
}

// The laws of §10 that hold within one calculation.
func TestLaws(t *testing.T) {
	start, end := instant("2025-03-20 05:17"), instant("2026-10-20 11:00")
	middle := instant("2025-09-07 03:59:59.999999")
	for seed := range int64(3) {
		d := Random(seed, RandomOptions{Messages: 700, Sequence: seed == 1})
		f := Prepare(d, Defaults())
		compute := func(f *Facts, q query.Query, from, to time.Time) []map[string]any {
			t.Helper()
			rows, err := f.Compute(q, from, to, now)
			if err != nil {
				t.Fatal(err)
			}
			return rows
		}
		for _, m := range catalog.Metrics {
			if m.Unit != catalog.Count && m.ID != "cost_usd" || m.Fact == catalog.ConversationNow {
				continue
			}
			q := query.Query{Metrics: []string{m.ID}}
			card := compute(f, q, start, end)[0][m.ID].(float64)
			check := func(what string, sum float64) {
				t.Helper()
				if m.Additive && math.Abs(sum-card) > 1e-6 || sum < card-1e-6 && m.ID != "unanswered_users" && m.ID != "returning_users" && m.ID != "session_users_returning" {
					t.Errorf("seed %d: %s %s: %v of %v", seed, m.ID, what, sum, card)
				}
			}
			check("of two ranges", sumOf(compute(f, q, start, middle), m.ID)+sumOf(compute(f, q, middle, end), m.ID))
			for _, bucket := range []string{"hour", "day", "week", "month"} {
				check("by "+bucket, sumOf(compute(f, query.Query{Metrics: q.Metrics, Bucket: bucket, Timezone: Zones[int(seed)+1]}, start, end), m.ID))
			}
			for _, id := range catalog.DimensionIDs(m.Fact) {
				if dimension, _ := catalog.LookupDimension(id); !dimension.Multi {
					check("by "+id, sumOf(compute(f, query.Query{Metrics: q.Metrics, GroupBy: []string{id}, Timezone: Zones[int(seed)+3]}, start, end), m.ID))
				}
			}
		}

		statuses := compute(f, query.Query{Metrics: []string{"notifications", "notified", "notified_delivered", "notified_read", "answered"}, GroupBy: []string{"line"}}, start, end)
		for _, row := range statuses {
			for _, step := range [][2]string{{"notifications", "notified"}, {"notified", "notified_delivered"}, {"notified_delivered", "notified_read"}, {"notified_read", "answered"}} {
				if row[step[0]].(float64) < row[step[1]].(float64) {
					t.Errorf("the funnel grows: %v", row)
				}
			}
		}

		// Neither the order of rows nor their week matters.
		everything := query.Query{Bucket: "day", GroupBy: []string{"account"}}
		for _, m := range catalog.Metrics {
			if d, _ := catalog.LookupDimension("day"); d.Has(m.Fact) && m.ID != "cost_usd" && m.ID != "cost_unknown" && m.ID != "stage_share_of_previous" && m.ID != "stage_share_of_sent" && m.ID != "first_sent_at" && m.ID != "last_sent_at" {
				everything.Metrics = append(everything.Metrics, m.ID)
			}
		}
		from, to := start, start.AddDate(0, 3, 0)
		want := compute(f, everything, from, to)
		same := func(what string, got []map[string]any, shift time.Duration) {
			t.Helper()
			rows := map[string]map[string]any{}
			for _, row := range got {
				rows[fmt.Sprint(row["time"].(time.Time).Add(-shift), row["account"])] = row
			}
			if len(rows) != len(want) {
				t.Fatalf("%s: %d rows of %d", what, len(rows), len(want))
			}
			for _, row := range want {
				other := rows[fmt.Sprint(row["time"], row["account"])]
				for _, id := range everything.Metrics {
					if !near(row[id], other[id]) {
						t.Fatalf("%s: %s: %v is not %v", what, id, other[id], row[id])
					}
				}
			}
		}
		r := rand.New(rand.NewPCG(uint64(seed), 2))
		r.Shuffle(len(d.Messages), reflect.Swapper(d.Messages))
		r.Shuffle(len(d.Events), reflect.Swapper(d.Events))
		r.Shuffle(len(d.Tags), reflect.Swapper(d.Tags))
		same("shuffled", compute(Prepare(d, Defaults()), everything, from, to), 0)
		week := 7 * 24 * time.Hour
		moveBy(&d, week)
		same("a week later", compute(Prepare(d, Defaults()), everything, from.Add(week), to.Add(week)), week)
	}
}

// moveBy moves every timestamp of the data.
func moveBy(d *contract.Data, by time.Duration) {
	v := reflect.ValueOf(d).Elem()
	for i := range v.NumField() {
		for j := range v.Field(i).Len() {
			row := v.Field(i).Index(j)
			for k := range row.NumField() {
				switch t := row.Field(k).Interface().(type) {
				case time.Time:
					row.Field(k).Set(reflect.ValueOf(t.Add(by)))
				case *time.Time:
					if t != nil {
						row.Field(k).Set(reflect.ValueOf(new(t.Add(by))))
					}
				}
			}
		}
	}
}

func TestSpeed(t *testing.T) {
	started := time.Now()
	f := Prepare(Random(1, RandomOptions{Messages: 20000, Sequence: true}), Defaults())
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		question := f.RandomQuestion(r)
		if _, err := f.Compute(question.Query, question.From, question.To, question.Now); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(started); took > 20*time.Second {
		t.Errorf("20,000 messages and 20 questions took %s", took)
	} else {
		t.Log(took)
	}
}
