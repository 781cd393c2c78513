package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
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

// small is random data that is asked much: few messages, at few moments.
func small(seed int64) contract.Data {
	return reference.Random(seed, reference.RandomOptions{Messages: 400, Sequence: seed%2 == 0})
}

// span is a range that holds all the messages.
func span(data contract.Data) calendar.Range {
	var r calendar.Range
	for _, m := range data.Messages {
		if !plausible(m.CreatedAt) {
			continue
		}
		if r.From.IsZero() {
			r.From, r.To = m.CreatedAt, m.CreatedAt
		}
		if m.CreatedAt.Before(r.From) {
			r.From = m.CreatedAt
		}
		if m.CreatedAt.After(r.To) {
			r.To = m.CreatedAt
		}
	}
	r.To = r.To.Add(time.Microsecond)
	return r
}

// plausible tells a time of a message from what soiled data have instead.
func plausible(at time.Time) bool { return at.Year() >= 2000 && at.Year() <= 2100 }

// someTime is the time of some message.
func someTime(r *rand.Rand, data contract.Data) time.Time {
	for {
		if at := data.Messages[r.IntN(len(data.Messages))].CreatedAt; plausible(at) {
			return at
		}
	}
}

// run asks a query that is put together by the test.
func run(t testing.TB, e *engine.Engine, q query.Query, r calendar.Range) *engine.Result {
	t.Helper()
	result, err := e.Run(context.Background(), engine.Request{Query: q, Range: r, Now: r.To})
	if err != nil {
		t.Fatalf("%v\nfor %+v", err, q)
	}
	return result
}

// total is the value of one counting metric without groups.
func total(t testing.TB, e *engine.Engine, metric string, filters []query.Filter, r calendar.Range) int64 {
	t.Helper()
	return run(t, e, query.Query{Metrics: []string{metric}, Filters: filters}, r).Rows[0][0].(int64)
}

// A detailRow is what the tests of paging look at.
type detailRow struct {
	at time.Time
	id string
}

// pages reads a report of details to its end. After every page but the last it
// calls between, if there is one, with the page's last row.
func pages(t testing.TB, e *engine.Engine, q query.Query, r calendar.Range, between func(last detailRow)) (rows []detailRow, total int64) {
	t.Helper()
	q.Columns = []string{"created_at", "message_id"}
	for page := 0; ; page++ {
		result := run(t, e, q, r)
		switch {
		case page == 0:
			total = result.Total
		case between == nil && result.Total != total:
			t.Fatalf("page %d is of %d rows, the first of %d", page, result.Total, total)
		}
		for _, row := range result.Rows {
			rows = append(rows, detailRow{row[0].(time.Time), row[1].(string)})
		}
		if result.Next == "" {
			return rows, total
		}
		if len(result.Rows) != q.Limit {
			t.Fatalf("page %d has %d rows and a next one, want %d", page, len(result.Rows), q.Limit)
		}
		if q.After = result.Next; between != nil {
			between(rows[len(rows)-1])
		}
	}
}

// TestDetailsOfOneInstant: a mass send has one time, and ids that bytes and a
// locale sort differently. Pages of any size put together are the whole, in the
// order of bytes.
func TestDetailsOfOneInstant(t *testing.T) {
	t.Parallel()
	var data contract.Data
	at := instant("2026-03-02 10:00")
	ids := []string{"a", "B", "b", "A", "é", "e", "_", "-", "Z", "10", "9", "ñ", "日", " x", "'", "%", "a b", "ab", "aB", "Ab"}
	for i, id := range ids {
		data.Messages = append(data.Messages, contract.Message{MessageID: id, ContactID: new(fmt.Sprint(i)), Direction: "outbound", TemplateName: new("x"), CreatedAt: at})
	}
	slices.Sort(ids)
	e, r := load(t, data), span(data)
	for _, limit := range []int{1, 3, 19, 20, 21} {
		for _, desc := range []bool{true, false} {
			rows, total := pages(t, e, query.Query{Report: "notification_details", Limit: limit, OrderBy: []query.Order{{By: "created_at", Desc: desc}}}, r, nil)
			var got []string
			for _, row := range rows {
				got = append(got, row.id)
			}
			if desc {
				slices.Reverse(got)
			}
			if !slices.Equal(got, ids) || total != 20 {
				t.Errorf("pages of %d, newest first %t: %q of %d, want %q", limit, desc, got, total, ids)
			}
		}
	}
}

// TestDetailsWhileRowsArrive: rows that arrive between two pages, newer, older
// and at the very instant of the last row, neither repeat nor hide any that were
// there.
func TestDetailsWhileRowsArrive(t *testing.T) {
	t.Parallel()
	for _, report := range []string{"notification_details", "message_details_sent"} {
		for _, order := range []query.Order{{By: "created_at", Desc: true}, {By: "created_at"}, {By: "template", Desc: true}, {By: "template"}} {
			t.Run(fmt.Sprint(report, " ", order), func(t *testing.T) {
				t.Parallel()
				data := reference.Random(2, reference.RandomOptions{Messages: 300, Sequence: true})
				r, schema := span(data), store(t, data)
				e, conn := open(t, schema, engine.Settings{}), pgtest.Connect(t)
				q := query.Query{Report: report, Limit: 200, OrderBy: []query.Order{order}}
				was, _ := pages(t, e, q, r, nil)
				q.Limit = len(was)/6 + 1
				arrived := 0
				rows, total := pages(t, e, q, r, func(last detailRow) {
					var batch contract.Data
					for _, at := range []time.Time{r.From, last.at.Add(-time.Microsecond), last.at, last.at.Add(time.Microsecond), r.To.Add(-time.Microsecond)} {
						for _, id := range []string{"", "~", last.id} { // before and after the last row, and next to it
							arrived++
							m := contract.Message{MessageID: fmt.Sprint(id, "new", arrived), ContactID: new(fmt.Sprint("new ", arrived)), Direction: "outbound", CampaignID: new("x"), CreatedAt: at}
							if template := []string{"", "welcome", "Zz", "é"}[arrived%4]; template != "" {
								m.TemplateName = &template
							}
							batch.Messages = append(batch.Messages, m)
						}
					}
					if err := contract.Load(t.Context(), conn, schema, batch); err != nil {
						t.Fatal(err)
					}
				})
				if int(total) != len(was) {
					t.Errorf("a total of %d, want %d", total, len(was))
				}
				if arrived == 0 || len(rows) == len(was) {
					t.Errorf("%d rows arrived, of %d that were seen %d were there", arrived, len(rows), len(was))
				}
				seen := map[string]bool{}
				for _, row := range rows {
					if seen[row.id] {
						t.Errorf("%s came twice", row.id)
					}
					seen[row.id] = true
				}
				rows = slices.DeleteFunc(rows, func(row detailRow) bool { return strings.Contains(row.id, "new") })
				if !slices.Equal(rows, was) {
					t.Errorf("of %d rows that were there %d came, or in another order", len(was), len(rows))
				}
			})
		}
	}
}

// TestDetailsTakeEveryOperator: with each operator on each dimension the details
// have as many rows as the metric counts, and the counts agree with the cut.
func TestDetailsTakeEveryOperator(t *testing.T) {
	t.Parallel()
	data := small(3)
	e, r := load(t, data), span(data)
	all := total(t, e, "initiations", nil, r)
	for i, d := range catalog.Dimensions {
		if !d.Has(catalog.Initiation) || d.ID == "stage" || d.ID == "hour" { // as many hours as an answer cannot hold
			continue
		}
		cut := run(t, e, query.Query{Metrics: []string{"initiations"}, GroupBy: []string{d.ID}, Limit: query.MaxLimit}, r)
		keyAt := slices.IndexFunc(cut.Columns, func(c engine.Column) bool { return c.ID == d.ID })
		chosen := slices.IndexFunc(cut.Rows, func(row []any) bool {
			text, _ := row[keyAt].(string)
			return row[keyAt] != nil && (d.ID != "phone" || strings.ContainsAny(text, "123456789")) && row[len(row)-1].(int64) > 0
		})
		if chosen < 0 {
			t.Errorf("no value of %s", d.ID)
			continue
		}
		count := cut.Rows[chosen][len(cut.Columns)-1].(int64)
		value := fmt.Sprint(cut.Rows[chosen][keyAt])
		if at, ok := cut.Rows[chosen][keyAt].(time.Time); ok {
			value = at.Format(time.RFC3339)
		}
		for j, operator := range query.OperatorsOf(d) {
			values := []string{value}
			if operator == "matches" || operator == "notMatches" {
				values = []string{"^" + regexp.QuoteMeta(value) + "$"}
			}
			if (i+j)%2 == 0 {
				values = append(values, catalog.None)
			}
			filters := []query.Filter{{Dimension: d.ID, Operator: operator, Values: values}}
			metric := total(t, e, "initiations", filters, r)
			result := run(t, e, query.Query{Report: "notification_details", Columns: []string{"message_id"}, Filters: filters, Limit: query.MaxLimit}, r)
			if int64(len(result.Rows)) != metric || result.Total != metric {
				t.Errorf("%s %s %q: %d rows, a total of %d, %d initiations", d.ID, operator, values, len(result.Rows), result.Total, metric)
			}
			if len(values) > 1 || d.Multi || d.ID == "phone" {
				continue
			}
			if operator == "in" && metric != count || operator == "notIn" && metric != all-count {
				t.Errorf("%s %s %q: %d initiations, the cut has %d of %d", d.ID, operator, values, metric, count, all)
			}
		}
	}
}
