package measure_test

import (
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

func TestCursor(t *testing.T) {
	sort := "12.5"
	for _, c := range []measure.Cursor{
		{At: time.Date(2026, 11, 2, 3, 4, 5, 678901000, time.UTC), ID: "wamid:1:2"},
		{At: time.Date(2026, 11, 2, 3, 4, 5, 678901000, time.UTC), ID: "é", Sort: &sort},
	} {
		back, err := measure.ParseCursor(c.Format())
		if err != nil || !back.At.Equal(c.At) || back.ID != c.ID || (back.Sort == nil) != (c.Sort == nil) || c.Sort != nil && *back.Sort != *c.Sort {
			t.Errorf("got %v %v for %v", back, err, c)
		}
	}
	for _, bad := range []string{"%%%", "bm9jb2xvbg", "YWJjOjE", "e30"} {
		if _, err := measure.ParseCursor(bad); err == nil {
			t.Errorf("%q is taken for a cursor", bad)
		}
	}
}

// TestMissingRelation wants an error with the name of what is missing.
func TestMissingRelation(t *testing.T) {
	q, err := (query.Query{Metrics: []string{"messages"}, GroupBy: []string{"contact_tag"}}).Resolve()
	if err != nil {
		t.Fatal(err)
	}
	err = measure.Question{Query: q, Source: &source.Source{}}.CheckRelations()
	if err == nil || !strings.Contains(err.Error(), "contact_tag is unavailable: this database has no relation tag") {
		t.Errorf("got %v", err)
	}
}

// TestEntityTest: lists of ids look at ids, patterns and parts of text at names as well.
func TestEntityTest(t *testing.T) {
	agent, _ := catalog.LookupDimension("agent")
	src := &source.Source{Relations: map[string]string{"agent": "SELECT"}}
	for _, c := range []struct {
		operator, value string
		want            bool
	}{
		{"in", "7", true}, {"in", "07", false}, {"in", "Ana", false}, {"notIn", "7", false}, {"notIn", "8", true},
		{"matches", "^A", true}, {"matches", "^7$", true}, {"notMatches", "^A", false}, {"contains", "AN", true}, {"contains", "x", false},
	} {
		passes := measure.EntityTest(src, agent, []query.Filter{{Dimension: "agent", Operator: c.operator, Values: []string{c.value}}})
		if got := passes("7", "Ana"); got != c.want {
			t.Errorf("%s %s: %t", c.operator, c.value, got)
		}
	}
}
