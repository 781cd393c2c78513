package engine_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/agree"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
)

// listed is what each report of details lists: the column that identifies a row,
// and the metrics that together count the rows.
var listed = map[string]struct {
	id      string
	metrics []string
}{
	"notification_details":     {"message_id", []string{"initiations"}},
	"message_details_sent":     {"message_id", []string{"messages_outbound"}},
	"message_details_received": {"message_id", []string{"messages_received"}},
	"message_log":              {"message_id", []string{"messages_outbound", "messages_received"}},
	"conversation_details":     {"conversation_id", []string{"conversations_active"}},
	"open_conversations":       {"conversation_id", []string{"open_now"}},
}

// TestDetailsAgainstReference reads random reports of details from random data,
// page by page, and wants the rows of the independent calculation: every value
// of every column, every row once, in order.
func TestDetailsAgainstReference(t *testing.T) {
	t.Parallel()
	for seed := 1; seed <= seeds(t); seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			data := reference.Random(int64(seed), reference.RandomOptions{Messages: 600, Sequence: seed%2 == 0})
			e := load(t, data)
			facts := reference.Prepare(data, reference.Defaults())
			r := rand.New(rand.NewPCG(uint64(seed), 11))
			for range 30 {
				checkDetails(t, e, facts, facts.RandomDetails(r), 1+r.IntN(5))
			}
		})
	}
}

// TestDetailsInEveryOrder reads each report in the order of each column that can
// be its order, both ways.
func TestDetailsInEveryOrder(t *testing.T) {
	t.Parallel()
	data := reference.Random(21, reference.RandomOptions{Messages: 150})
	e := load(t, data)
	facts := reference.Prepare(data, reference.Defaults())
	whole := reference.Question{From: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)}
	whole.Now = whole.To
	for report, l := range listed {
		t.Run(report, func(t *testing.T) {
			t.Parallel()
			fact := query.Query{Report: report}.DetailsFact()
			for _, by := range catalog.SortableIDs(fact) {
				for _, desc := range []bool{false, true} {
					question := whole
					question.Query = query.Query{Report: report, Format: "details", Columns: []string{l.id}, OrderBy: []query.Order{{By: by, Desc: desc}}}
					checkDetails(t, e, facts, question, 2)
				}
			}
		})
	}
}

// TestDetailsByEveryFilter filters each report by each dimension that has
// meaning for it, and reads every column.
func TestDetailsByEveryFilter(t *testing.T) {
	t.Parallel()
	data := reference.Random(22, reference.RandomOptions{Messages: 300, Sequence: true})
	e := load(t, data)
	facts := reference.Prepare(data, reference.Defaults())
	for report := range listed {
		t.Run(report, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(len(report)), 13))
			fact := query.Query{Report: report}.DetailsFact()
			for _, dimension := range catalog.DimensionIDs(fact) {
				if dimension == "stage" {
					continue
				}
				question := reference.Question{
					Query: query.Query{Report: report, Format: "details", Columns: catalog.ColumnIDs(fact), Timezone: "America/Santiago"},
					From:  time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC),
				}
				question.Now = question.To
				question.Query.Filters = []query.Filter{facts.RandomFilter(r, fact, dimension, question.Query.Timezone)}
				checkDetails(t, e, facts, question, 1)
			}
		})
	}
}

// checkDetails reads a report in about so many pages and holds it against the
// independent calculation and the metric that counts its rows.
func checkDetails(t *testing.T, e *engine.Engine, facts *reference.Facts, question reference.Question, pages int) {
	t.Helper()
	q := question.Query
	about := fmt.Sprintf("%+v\nfrom %s to %s", q, question.From.Format(time.RFC3339Nano), question.To.Format(time.RFC3339Nano))
	want, err := facts.Details(q, question.From, question.To, question.Now)
	if err != nil {
		t.Fatalf("reference: %v\nfor %s", err, about)
	}
	l := listed[q.Report]
	byID := map[string]map[string]any{}
	for _, row := range want {
		byID[row[l.id].(string)] = row
	}

	request := engine.Request{Query: q, Range: calendar.Range{From: question.From, To: question.To}, Now: question.Now}
	request.Query.Limit = max(1, len(want)/pages)
	var ids []string
	for {
		result, err := e.Run(context.Background(), request)
		if err != nil {
			t.Errorf("%v\nfor %s", err, about)
			return
		}
		if result.Total != int64(len(want)) {
			t.Errorf("a total of %d, want %d\nfor %s", result.Total, len(want), about)
			return
		}
		for _, values := range result.Rows {
			id := values[slices.IndexFunc(result.Columns, func(c engine.Column) bool { return c.ID == l.id })].(string)
			row := byID[id]
			if row == nil {
				t.Errorf("superfluous row %s\nfor %s", id, about)
				return
			}
			if slices.Contains(ids, id) {
				t.Errorf("row %s is there twice\nfor %s", id, about)
				return
			}
			ids = append(ids, id)
			if difference := columnsDiffer(result, values, row); difference != "" {
				t.Errorf("%s\nfor %s", difference, about)
				return
			}
		}
		if result.Next == "" {
			break
		}
		if len(result.Rows) != request.Query.Limit {
			t.Errorf("a page of %d rows, want %d\nfor %s", len(result.Rows), request.Query.Limit, about)
			return
		}
		request.Query.After = result.Next
	}
	if len(ids) != len(want) {
		t.Errorf("%d rows, want %d\nfor %s", len(ids), len(want), about)
	}
	order := query.Order{By: "created_at", Desc: true}
	if len(q.OrderBy) > 0 {
		order = q.OrderBy[0]
	}
	for i := 1; i < len(ids); i++ {
		if a, b := byID[ids[i-1]][order.By], byID[ids[i]][order.By]; !inOrder(a, b, order.Desc) {
			t.Errorf("%s %v (%s) stands before %v (%s)\nfor %s", order.By, a, ids[i-1], b, ids[i], about)
			return
		}
	}

	count, err := e.Run(context.Background(), engine.Request{
		Query: query.Query{Metrics: l.metrics, Filters: q.Filters, Timezone: q.Timezone},
		Range: request.Range, Now: request.Now,
	})
	if err != nil {
		t.Errorf("%v\nfor %s of %s", err, l.metrics, about)
		return
	}
	n := int64(0)
	for _, part := range count.Rows[0] {
		n += part.(int64)
	}
	if n != int64(len(want)) {
		t.Errorf("%d rows, and %s are %v\nfor %s", len(want), l.metrics, n, about)
	}
}

// columnsDiffer returns what is wrong with one row, names included, or "".
func columnsDiffer(result *engine.Result, got []any, want map[string]any) string {
	var expected, found []string
	for _, id := range result.Query.Columns {
		expected = append(expected, id)
		if _, ok := want[id+"_name"]; ok {
			expected = append(expected, id+"_name")
		}
	}
	for i, c := range result.Columns {
		found = append(found, c.ID)
		if c.ID == "link" {
			continue
		}
		if v := want[c.ID]; (got[i] == nil) != (v == nil) || !agree.Same(got[i], v) {
			return fmt.Sprintf("%s is %#v, want %#v in %v", c.ID, got[i], v, want)
		}
	}
	if !slices.Equal(found, expected) {
		return fmt.Sprintf("the columns are %v, want %v", found, expected)
	}
	return ""
}

// inOrder tells whether a may stand before b. What has no value comes last.
func inOrder(a, b any, desc bool) bool {
	if a == nil || b == nil {
		return b == nil
	}
	var c int
	switch a := a.(type) {
	case time.Time:
		c = a.Compare(b.(time.Time))
	case string:
		c = strings.Compare(a, b.(string))
	default:
		x, _ := agree.Number(a)
		y, _ := agree.Number(b)
		c = cmp.Compare(x, y)
	}
	return c == 0 || (c < 0) != desc
}
