package query_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/pkg/query"
)

// resolved parses and resolves, and fails where that takes a second.
func resolved(t *testing.T, text string) error {
	t.Helper()
	begin := time.Now()
	q, err := query.Parse([]byte(text))
	if err == nil {
		_, err = q.Resolve()
	}
	if took := time.Since(begin); took > 20*time.Second { // a check that compares all with all takes minutes
		t.Errorf("%.80s… of %d bytes took %s", text, len(text), took)
	}
	if err != nil && len(err.Error()) > 3000 {
		t.Errorf("the error has %d bytes: %.200s…", len(err.Error()), err)
	}
	return err
}

// words makes a JSON list of n words that differ.
func words(n int, pattern string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(pattern, i)
	}
	text, _ := json.Marshal(list)
	return string(text)
}

// TestBigLists makes each list of a query long, with words that are known, unknown,
// repeated and of a wrong type.
func TestBigLists(t *testing.T) {
	lists := []string{}
	for _, n := range []int{600, 10_001, 80_000, 400_000} {
		lists = append(lists, words(n, "x%d"), "["+strings.TrimSuffix(strings.Repeat(`"messages",`, n), ",")+"]",
			"["+strings.TrimSuffix(strings.Repeat(`{},`, n), ",")+"]", "["+strings.TrimSuffix(strings.Repeat(`1,`, n), ",")+"]", strings.Repeat("[", n)+strings.Repeat("]", n))
	}
	for _, list := range lists {
		for _, pattern := range []string{
			`{"metrics": %s}`, `{"metrics": ["messages"], "groupBy": %s}`, `{"report": "message_details_sent", "columns": %s}`, `{"metrics": ["messages"], "filters": %s}`,
			`{"metrics": ["messages"], "orderBy": %s}`, `{"metrics": ["messages"], "filters": [{"dimension": %s}]}`,
			`{"metrics": ["messages"], "filters": [{"dimension": "day", "operator": "matches", "values": %s}]}`, `{"report": %s}`, `{"metrics": ["messages"], "%[1]s": 1}`,
		} {
			if err := resolved(t, fmt.Sprintf(pattern, list)); err == nil {
				t.Errorf(pattern+": no error", list[:20])
			}
		}
	}
	// What Grafana adds is passed over, but counts for the size.
	if err := resolved(t, `{"metrics": ["messages"], "datasource": `+words(50_000, "%d")+`}`); err != nil {
		t.Error(err)
	}
	var filters []string
	for range 101 {
		filters = append(filters, `{"dimension": "line", "operator": "in", "values": ["1"]}`)
	}
	for n, want := range map[int]string{100: "", 101: "filters has 101 entries: a query takes at most 100"} {
		err := resolved(t, `{"metrics": ["messages"], "filters": [`+strings.Join(filters[:n], ",")+`]}`)
		if fmt.Sprint(err) != want && (err != nil || want != "") {
			t.Errorf("%d filters: %v", n, err)
		}
	}
}

// TestManyValues wants a limit in words, and below it an answer.
func TestManyValues(t *testing.T) {
	for operator, most := range map[string]int{"in": query.MaxValues, "notIn": query.MaxValues, "matches": query.MaxPatterns, "contains": query.MaxPatterns} {
		for _, n := range []int{most, most + 1, 70_000} {
			err := resolved(t, fmt.Sprintf(`{"metrics": ["messages"], "filters": [{"dimension": "contact", "operator": %q, "values": %s}]}`, operator, words(n, "%d")))
			if n <= most && err != nil || n > most && (err == nil || !strings.Contains(err.Error(), "it takes at most")) {
				t.Errorf("%s, %d values: %v", operator, n, err)
			}
		}
	}
	if err := resolved(t, fmt.Sprintf(`{"metrics": ["messages"], "filters": [{"dimension": "day", "operator": "in", "values": %s}]}`, words(query.MaxValues, "2026-11-02T00:00:%05dZ"))); err == nil {
		t.Error("no error of a wrong day")
	}
}

// TestLongWords wants errors that quote no more than the beginning of a word.
func TestLongWords(t *testing.T) {
	long := strings.Repeat("á", 500_000)
	for _, pattern := range []string{
		`{"report": %q}`, `{"metrics": [%q]}`, `{"metrics": [%[1]q, %[1]q]}`, `{"metrics": ["messages"], "groupBy": [%q]}`, `{%q: 1}`, `{"metrics": ["messages"], "bucket": %q}`,
		`{"metrics": ["messages"], "compare": %q}`, `{"metrics": ["messages"], "format": %q}`, `{"metrics": ["messages"], "timezone": %q}`, `{"metrics": ["messages"], "language": %q}`,
		`{"metrics": ["messages"], "orderBy": [{"by": %q}]}`, `{"metrics": ["messages"], "orderBy": [{%q: 1}]}`, `{"metrics": ["messages"], "filters": [{"dimension": %q}]}`,
		`{"metrics": ["messages"], "filters": [{"dimension": "line", "operator": %q}]}`, `{"metrics": ["messages"], "filters": [{"dimension": "status", "operator": "in", "values": [%q]}]}`,
		`{"metrics": ["messages"], "filters": [{"dimension": "day", "operator": "in", "values": [%q]}]}`, `{"metrics": ["messages"], "filters": [{"dimension": "hour_of_day", "operator": "in", "values": [%q]}]}`,
		`{"report": "message_details_sent", "columns": [%q]}`, `{"report": "message_details_sent", "orderBy": [{"by": %q}]}`, `{"report": "message_details_sent", "after": %q}`,
		`{"metrics": ["messages"], "format": "details", "columns": [%q]}`, `{"version": %q}`,
	} {
		err := resolved(t, fmt.Sprintf(pattern, long))
		if err == nil || strings.Contains(err.Error(), strings.Repeat("á", 61)) {
			t.Errorf("%s: %.300v", pattern, err)
		}
	}
	for _, text := range []string{`{"version": 1` + strings.Repeat("0", 500_000) + `}`, `{"limit": -1` + strings.Repeat("0", 500_000) + `}`, strings.Repeat("[", 900_000), `{"metrics": ` + strings.Repeat(`{"a":`, 100_000),
		`{"metrics": ["messages"], "filters": [{"dimension": "line", "operator": "in", "values": ["${` + strings.Repeat("a", 900_000) + `}"]}]}`} {
		if err := resolved(t, text); err == nil || len(err.Error()) > 400 {
			t.Errorf("%.40s: %.500v", text, err)
		}
	}
}
