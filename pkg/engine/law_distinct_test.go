package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/parley-reports/parley/internal/agree"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// keyOf identifies a row by what is no metric.
func keyOf(row map[string]any) string {
	var key []string
	for id, v := range row {
		if _, metric := catalog.LookupMetric(id); !metric {
			key = append(key, id+"="+agree.KeyText(v))
		}
	}
	slices.Sort(key)
	return strings.Join(key, " ")
}

// TestLawDistinctCounts: law 5. A count of distinct users or conversations is
// exact, at most the sum of its parts and at least the greatest of them.
func TestLawDistinctCounts(t *testing.T) {
	t.Parallel()
	data := small(8)
	e, r := load(t, data), span(data)
	distinct := map[catalog.Fact][]string{}
	for _, m := range catalog.Metrics {
		if m.Unit == catalog.Count && !m.Additive && !m.Internal && m.Fact != catalog.ConversationNow {
			distinct[m.Fact] = append(distinct[m.Fact], m.ID)
		}
	}
	// Those that are a difference of two counts may be less than a part of
	// theirs: who answered once is no longer one of the unanswered.
	differences := []string{"session_users_returning", "unanswered_users", "returning_users"}
	for fact, metrics := range distinct {
		whole := sums(run(t, e, query.Query{Metrics: metrics}, r))
		var cuts []query.Query
		for _, d := range catalog.Dimensions {
			if d.Has(fact) && d.ID != "stage" && d.ID != "hour" {
				cuts = append(cuts, query.Query{GroupBy: []string{d.ID}})
			}
		}
		for _, q := range append(cuts, query.Query{Bucket: "day"}, query.Query{Bucket: "month", Timezone: "America/Havana"}) {
			q.Metrics, q.Limit = metrics, query.MaxLimit
			parts := run(t, e, q, r)
			sum, greatest := sums(parts), map[string]float64{}
			for _, row := range agree.RowsOf(parts) {
				for _, id := range metrics {
					n, _ := agree.Number(row[id])
					greatest[id] = max(greatest[id], n)
				}
			}
			for _, id := range metrics {
				if sum[id] < whole[id] || greatest[id] > whole[id] && !slices.Contains(differences, id) {
					t.Errorf("%s is %v; by %v%s its parts sum up to %v, the greatest is %v", id, whole[id], q.GroupBy, q.Bucket, sum[id], greatest[id])
				}
			}
		}
	}

	// Exact: counted anew from the rows of the details.
	users := func(report string, columns []string, fits func(row map[string]any) bool) float64 {
		found := map[[2]string]bool{}
		for _, row := range agree.RowsOf(run(t, e, query.Query{Report: report, Format: "details", Columns: append(columns, "account", "contact"), Limit: query.MaxLimit}, r)) {
			if row["contact"] != nil && fits(row) {
				found[[2]string{agree.KeyText(row["account"]), agree.KeyText(row["contact"])}] = true
			}
		}
		return float64(len(found))
	}
	notified := func(row map[string]any) bool {
		return row["status"] != nil && row["status"] != "failed" && row["status"] != "pending"
	}
	every := func(map[string]any) bool { return true }
	want := map[string]float64{
		"initiation_users":   users("notification_details", nil, every),
		"notification_users": users("notification_details", []string{"status"}, func(row map[string]any) bool { return row["status"] != nil }),
		"notified_users":     users("notification_details", []string{"status"}, notified),
		"answered_users":     users("notification_details", []string{"status"}, func(row map[string]any) bool { return row["status"] == "replied" }),
		"new_users":          users("notification_details", []string{"status", "user_type"}, func(row map[string]any) bool { return notified(row) && row["user_type"] == "new" }),
		"active_contacts":    users("message_details_received", nil, every),
	}
	want["unanswered_users"] = want["notified_users"] - want["answered_users"]
	want["returning_users"] = want["notified_users"] - want["new_users"]
	writers := map[any]bool{}
	for _, row := range agree.RowsOf(run(t, e, query.Query{Report: "message_details_sent", Columns: []string{"author_kind", "agent"}, Limit: query.MaxLimit}, r)) {
		if row["author_kind"] == "agent" && row["agent"] != nil {
			writers[row["agent"]] = true
		}
	}
	want["active_agents"] = float64(len(writers))
	for id, n := range want {
		if got := sums(run(t, e, query.Query{Metrics: []string{id}}, r))[id]; got != n || n == 0 {
			t.Errorf("%s is %v, the details have %v", id, got, n)
		}
	}
}
