package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
)

// battery are questions that between them look at everything.
func battery() []query.Query {
	var questions []query.Query
	byFact := map[catalog.Fact][]string{}
	for _, m := range catalog.Metrics {
		if !m.Internal && !strings.HasPrefix(m.ID, "stage_") {
			byFact[m.Fact] = append(byFact[m.Fact], m.ID)
		}
	}
	cuts := map[catalog.Fact][]string{
		catalog.Message:            {"initiator", "user_type", "in_window", "status", "session_id"},
		catalog.Session:            {"session_id", "origin", "user_type"},
		catalog.Initiation:         {"status", "user_type", "failure_reason", "send"},
		catalog.Conversation:       {"conversation_id", "source", "agent"},
		catalog.ConversationActive: {"agent", "source"},
		catalog.ConversationNow:    {"agent", "team"},
		catalog.Event:              {"agent", "conversation_id"},
		catalog.CSATAnswer:         {"rating", "agent"},
		catalog.CSATSurvey:         {"rating", "agent"},
	}
	for fact, metrics := range byFact {
		for _, cut := range cuts[fact] {
			questions = append(questions, query.Query{Metrics: metrics, GroupBy: []string{cut}, Limit: query.MaxLimit})
		}
	}
	for report := range listed {
		preset, _ := query.LookupPreset(report)
		questions = append(questions, query.Query{Report: report, Format: "details", Columns: catalog.ColumnIDs(preset.Fact), Limit: query.MaxLimit})
	}
	return questions
}

// answers are the answers of an engine to the battery, as text.
func answers(t *testing.T, e *engine.Engine, r calendar.Range) []string {
	t.Helper()
	var all []string
	for _, q := range battery() {
		rows := lines(run(t, e, q, r))
		slices.Sort(rows)
		all = append(all, fmt.Sprintf("%s%v by %v\n%s", q.Report, q.Metrics, q.GroupBy, strings.Join(rows, "\n")))
	}
	slices.Sort(all)
	return all
}

func wantSameAnswers(t *testing.T, got, want []string) {
	t.Helper()
	for i := range want {
		if got[i] == want[i] {
			continue
		}
		g, w := strings.Split(got[i], "\n"), strings.Split(want[i], "\n")
		var missing, extra []string
		for _, row := range w {
			if !slices.Contains(g, row) {
				missing = append(missing, row)
			}
		}
		for _, row := range g {
			if !slices.Contains(w, row) {
				extra = append(extra, row)
			}
		}
		t.Errorf("%s:\n missing %q\n instead %q", w[0], missing, extra)
	}
}

// TestLawOrderOfArrival: law 7. Neither the order in which the rows arrived nor
// when their statuses came changes the answer.
func TestLawOrderOfArrival(t *testing.T) {
	t.Parallel()
	for seed := int64(9); seed <= 10; seed++ {
		data := small(seed)
		r := span(data)
		want := answers(t, load(t, data), r)

		// Every message as it was when it was written, in an order of chance, and
		// in two batches with questions between them.
		chance := rand.New(rand.NewPCG(uint64(seed), 9))
		early := data
		early.Messages = slices.Clone(data.Messages)
		chance.Shuffle(len(early.Messages), func(i, j int) {
			early.Messages[i], early.Messages[j] = early.Messages[j], early.Messages[i]
		})
		for i := range early.Messages {
			if m := &early.Messages[i]; m.Direction == "outbound" {
				m.Status, m.SentAt, m.DeliveredAt, m.ReadAt, m.FailedAt, m.ErrorCode, m.ErrorText = new("accepted"), nil, nil, nil, nil, nil, nil
			}
		}
		shuffle(chance, &early.Conversations)
		shuffle(chance, &early.Events)
		shuffle(chance, &early.CSAT)
		shuffle(chance, &early.Tags)
		shuffle(chance, &early.WorkingHours)
		shuffle(chance, &early.Rates)
		shuffle(chance, &early.BillingRules)
		half := len(early.Messages) / 2
		late := contract.Data{Messages: early.Messages[half:]}
		early.Messages = early.Messages[:half]

		schema := store(t, early)
		e, conn := open(t, schema, engine.Settings{}), pgtest.Connect(t)
		run(t, e, query.Query{Report: "initiations"}, r)
		ctx := context.Background()
		if err := contract.Load(ctx, conn, schema, late); err != nil {
			t.Fatal(err)
		}
		run(t, e, query.Query{Report: "initiations"}, r)
		// The statuses come later, the last message's first.
		byTime := slices.Clone(data.Messages)
		slices.SortFunc(byTime, func(a, b contract.Message) int { return b.CreatedAt.Compare(a.CreatedAt) })
		for _, m := range byTime {
			if _, err := conn.Exec(ctx, "UPDATE "+schema+".message SET status = $2, sent_at = $3, delivered_at = $4, read_at = $5, failed_at = $6, error_code = $7, error_text = $8 WHERE message_id = $1",
				m.MessageID, m.Status, m.SentAt, m.DeliveredAt, m.ReadAt, m.FailedAt, m.ErrorCode, m.ErrorText); err != nil {
				t.Fatal(err)
			}
		}
		wantSameAnswers(t, answers(t, e, r), want)
	}
}

func shuffle[T any](r *rand.Rand, items *[]T) {
	*items = slices.Clone(*items)
	r.Shuffle(len(*items), func(i, j int) { (*items)[i], (*items)[j] = (*items)[j], (*items)[i] })
}

// TestLawShiftByAWeek: data that is moved by a week gives the same results a week later,
// unless a clock changes. Prices and monthly allowances have dates of their own, so they
// are left out.
func TestLawShiftByAWeek(t *testing.T) {
	t.Parallel()
	const week = 7 * 24 * time.Hour
	data := reference.Random(11, reference.RandomOptions{Messages: 400, Sequence: true, Start: instant("2026-05-20"), End: instant("2026-07-20")})
	later := shifted(data, week)
	e, moved := load(t, data), load(t, later)
	r := between("2026-05-04", "2026-08-03")
	asked := 0
	byFact := map[catalog.Fact][]string{}
	for _, m := range catalog.Metrics {
		if !m.Internal && !strings.HasPrefix(m.ID, "stage_") && !strings.HasPrefix(m.ID, "cost_") && m.Fact != catalog.ConversationNow {
			byFact[m.Fact] = append(byFact[m.Fact], m.ID)
		}
	}
	for fact, metrics := range byFact {
		for i, cut := range []string{"", "weekday", "hour_of_day", "business_hours", "channel", "agent"} {
			q := query.Query{Metrics: metrics, Bucket: "day", Timezone: append([]string{"America/Sao_Paulo"}, lawZones...)[i%5]}
			if cut != "" {
				q.GroupBy = []string{cut}
			}
			loc, err := time.LoadLocation(q.Timezone)
			if err != nil {
				t.Fatal(err)
			}
			days := calendar.Range{From: calendar.Start(r.From.Add(12*time.Hour), calendar.Day, loc), To: calendar.Start(r.To.Add(12*time.Hour), calendar.Day, loc)}
			before := run(t, e, q, days)
			after := run(t, moved, q, calendar.Range{From: days.From.Add(week), To: days.To.Add(week)})
			asked += len(before.Rows)
			for _, row := range before.Rows {
				for i, v := range row {
					if at, ok := v.(time.Time); ok {
						row[i] = at.Add(week)
					}
				}
			}
			want, got := lines(before), lines(after)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(want, got) {
				for i := range min(len(want), len(got)) {
					if want[i] != got[i] {
						t.Errorf("%s by %s in %s: %d rows, want %d; the first that differs is\n%s\nwant\n%s", fact, cut, q.Timezone, len(got), len(want), got[i], want[i])
						break
					}
				}
			}
		}
	}
	if asked < 1000 {
		t.Errorf("only %d rows were compared", asked)
	}
}

// shifted moves every instant of the data.
func shifted(data contract.Data, by time.Duration) contract.Data {
	move := func(t *time.Time) *time.Time {
		if t == nil {
			return nil
		}
		return new(t.Add(by))
	}
	data.Messages, data.Conversations, data.Events, data.CSAT = slices.Clone(data.Messages), slices.Clone(data.Conversations), slices.Clone(data.Events), slices.Clone(data.CSAT)
	for i := range data.Messages {
		m := &data.Messages[i]
		m.CreatedAt = m.CreatedAt.Add(by)
		m.SentAt, m.DeliveredAt, m.ReadAt, m.FailedAt, m.UpdatedAt = move(m.SentAt), move(m.DeliveredAt), move(m.ReadAt), move(m.FailedAt), move(m.UpdatedAt)
	}
	for i := range data.Conversations {
		c := &data.Conversations[i]
		c.CreatedAt = c.CreatedAt.Add(by)
		c.FirstResponseAt, c.WaitingSince, c.UpdatedAt = move(c.FirstResponseAt), move(c.WaitingSince), move(c.UpdatedAt)
	}
	for i := range data.Events {
		data.Events[i].At = data.Events[i].At.Add(by)
	}
	for i := range data.CSAT {
		data.CSAT[i].SentAt, data.CSAT[i].AnsweredAt = move(data.CSAT[i].SentAt), move(data.CSAT[i].AnsweredAt)
	}
	return data
}
