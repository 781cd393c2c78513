// Package agree compares results of the engine with those of package reference, in
// tests.
package agree

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
)

// Check asks the engine, and wants the answer of the independent calculation,
// exactly. What cannot be known where the columns are known that knows tells must be
// null.
func Check(t testing.TB, e *engine.Engine, facts *reference.Facts, question reference.Question, knows func(column string) bool) {
	t.Helper()
	// A cut by a calendar dimension is a bucket under that dimension's name.
	asked, calendarKey := question.Query, ""
	asked.GroupBy = slices.DeleteFunc(slices.Clone(asked.GroupBy), func(id string) bool {
		d, _ := catalog.LookupDimension(id)
		if d.Kind == catalog.KindTime {
			calendarKey = id
		}
		return d.Kind == catalog.KindTime
	})
	if calendarKey != "" {
		asked.Bucket = calendarKey
	}
	var filters []string
	for _, f := range asked.Filters {
		filters = append(filters, f.Dimension)
	}
	unknown := catalog.Unknown(asked.Metrics, question.Query.GroupBy, filters, knows)
	// Facts that a filter cannot choose from have no rows.
	asked.Metrics = slices.DeleteFunc(slices.Clone(asked.Metrics), func(id string) bool {
		m, _ := catalog.LookupMetric(id)
		return slices.ContainsFunc(filters, func(d string) bool { return !catalog.Records(m.Fact, d, knows) })
	})
	want, err := facts.Compute(asked, question.From, question.To, question.Now)
	if err != nil {
		t.Fatalf("reference: %v for %+v", err, question.Query)
	}
	for _, row := range want {
		for _, id := range unknown {
			row[id] = nil
		}
		if calendarKey != "" {
			row[calendarKey] = row["time"]
			delete(row, "time")
		}
	}
	result, err := e.Run(context.Background(), engine.Request{Query: question.Query, Range: calendar.Range{From: question.From, To: question.To}, Now: question.Now})
	if errors.As(err, new(*query.Error)) && strings.Contains(err.Error(), "choose a longer interval") {
		return // more than an answer may hold
	}
	if err != nil {
		t.Errorf("%v\nfor %+v %s %s", err, question.Query, question.From, question.To)
		return
	}
	if difference := Compare(RowsOf(result), want, question.Query); difference != "" {
		t.Errorf("%s\nfor %+v\nfrom %s to %s", difference, question.Query, question.From.Format(time.RFC3339Nano), question.To.Format(time.RFC3339Nano))
	}
}

// RowsOf are the rows as maps of the catalogue's ids, without names.
func RowsOf(r *engine.Result) []map[string]any {
	var rows []map[string]any
	for _, values := range r.Rows {
		row := map[string]any{}
		for i, c := range r.Columns {
			if c.Role != measure.Name {
				row[c.ID] = values[i]
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// Compare returns what differs between two answers, or "".
func Compare(got, want []map[string]any, q query.Query) string {
	byKey := func(rows []map[string]any) map[string]map[string]any {
		keyed := map[string]map[string]any{}
		for _, row := range rows {
			var key []string
			for id, v := range row {
				if _, metric := catalog.LookupMetric(id); !metric {
					key = append(key, id+"="+KeyText(v))
				}
			}
			slices.Sort(key)
			keyed[strings.Join(key, " ")] = row
		}
		return keyed
	}
	g, w := byKey(got), byKey(want)
	var differences []string
	add := func(format string, args ...any) {
		if len(differences) < 5 {
			differences = append(differences, fmt.Sprintf(format, args...))
		}
	}
	if len(g) != len(got) {
		add("%d rows of the answer have the key of another", len(got)-len(g))
	}
	for key, row := range w {
		other, ok := g[key]
		if !ok {
			add("missing row %s %v", key, row)
			continue
		}
		for _, id := range q.Metrics {
			if id == "failure_reasons" {
				other[id] = withoutCounts(other[id])
			}
			if !Same(other[id], row[id]) {
				add("%s of [%s] is %v, want %v", id, key, other[id], row[id])
			}
		}
	}
	for key, row := range g {
		if _, ok := w[key]; !ok {
			add("superfluous row %s %v", key, row)
		}
	}
	return strings.Join(differences, "\n")
}

// withoutCounts leaves the reasons of "media: 2, server: 1".
func withoutCounts(v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	var reasons []string
	for part := range strings.SplitSeq(text, ", ") {
		reason, _, _ := strings.Cut(part, ":")
		reasons = append(reasons, reason)
	}
	slices.Sort(reasons)
	return strings.Join(reasons, ", ")
}

// KeyText writes a value of a key, whatever its type.
func KeyText(v any) string {
	switch v := v.(type) {
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case nil:
		return "(none)"
	}
	return fmt.Sprintf("%v", v)
}

// Same tells whether two values are equal but for the last digits.
func Same(got, want any) bool {
	g, ok := Number(got)
	w, ok2 := Number(want)
	if ok && ok2 {
		return math.Abs(g-w) <= 1e-9*max(1, math.Abs(w))
	}
	return KeyText(got) == KeyText(want)
}

// Number reads any kind of number.
func Number(v any) (float64, bool) {
	switch n := v.(type) {
	case int64:
		return float64(n), true
	case int:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
