package compile_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/compile"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

var update = flag.Bool("update", false, "write the golden files anew")

// contract is a source whose relations are tables of the contract's own shape.
func contract() *source.Source {
	s := &source.Source{Kind: "test", Relations: map[string]string{}}
	for _, r := range source.Contract {
		s.Relations[r.Name] = "SELECT * FROM parley." + r.Name
	}
	return s
}

func input(t testing.TB, text string) compile.Input {
	t.Helper()
	q, err := query.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if q, err = q.Resolve(); err != nil {
		t.Fatal(err)
	}
	loc, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	if q.Bucket == "auto" {
		q.Bucket = "day"
	}
	return compile.Input{
		Query: q, Source: contract(), Location: loc,
		Range: calendar.Range{From: time.Date(2026, 11, 2, 3, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 9, 3, 0, 0, 0, time.UTC)},
	}
}

// TestGolden compares the SQL of every report, and of some queries that bend
// them, with what was read and approved before.
func TestGolden(t *testing.T) {
	cases := map[string]string{
		"messages_by_line":     `{"metrics": ["messages_sent", "failed_rate"], "groupBy": ["line"], "bucket": "day", "filters": [{"dimension": "channel", "operator": "in", "values": ["whatsapp", "(none)"]}]}`,
		"windows":              `{"metrics": ["sent_in_window_share"], "groupBy": ["in_window"]}`,
		"message_sessions":     `{"metrics": ["messages"], "groupBy": ["initiator"], "filters": [{"dimension": "user_type", "operator": "in", "values": ["new"]}]}`,
		"tags":                 `{"metrics": ["messages_sent"], "groupBy": ["contact_tag"], "filters": [{"dimension": "contact_tag", "operator": "notIn", "values": ["vip"]}]}`,
		"stages":               `{"metrics": ["stage_reached", "stage_share_of_previous"], "groupBy": ["stage", "template"]}`,
		"facts_side_by_side":   `{"metrics": ["sessions", "messages_received", "notifications"], "groupBy": ["channel"]}`,
		"notification_details": `{"report": "notification_details", "after": "eyJzIjpudWxsLCJ0IjoiMjAyNi0xMS0wMlQwMzowNDowNVoiLCJpIjoibTEifQ"}`,
	}
	for _, p := range query.Presets {
		if cases[p.ID] == "" {
			cases[p.ID] = fmt.Sprintf(`{"report": %q}`, p.ID)
		}
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			in := input(t, text)
			build := compile.Aggregate
			switch in.Query.Format {
			case "details", "logs":
				build = compile.Details
			case "annotations":
				build = compile.Events
			}
			st, err := build(in)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name+".sql")
			got := st.SQL + ";\n"
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the SQL differs from %s; read it, and run the test with -update where it is right:\n%s", path, got)
			}
			checkArguments(t, st)
		})
	}
}

var placeholder = regexp.MustCompile(`\$(\d+)`)

// checkArguments wants every argument to be used and every placeholder to have
// one.
func checkArguments(t testing.TB, st *compile.Statement) {
	t.Helper()
	used := map[string]bool{}
	for _, match := range placeholder.FindAllStringSubmatch(st.SQL, -1) {
		used[match[1]] = true
	}
	if len(used) != len(st.Args) {
		t.Errorf("%d placeholders for %d arguments", len(used), len(st.Args))
	}
}

// TestEveryMetricHasSQL compiles each metric by itself and by each of its cuts.
func TestEveryMetricHasSQL(t *testing.T) {
	for _, m := range catalog.Metrics {
		if m.Internal {
			continue
		}
		for _, cut := range append(query.CutsOf(m), "") {
			q := query.Query{Metrics: []string{m.ID}}
			if cut != "" {
				q.GroupBy = []string{cut}
			}
			if strings.HasPrefix(m.ID, "stage_") && cut != "stage" {
				q.GroupBy = append(q.GroupBy, "stage")
			}
			resolved, err := q.Resolve()
			if err != nil {
				t.Fatalf("%s by %s: %v", m.ID, cut, err)
			}
			in := input(t, `{"report": "channels"}`)
			in.Query = resolved
			if in.Query.Bucket == "auto" {
				in.Query.Bucket = "day"
			}
			st, err := compile.Aggregate(in)
			if err != nil {
				t.Fatalf("%s by %s: %v", m.ID, cut, err)
			}
			checkArguments(t, st)
		}
	}
}

// TestValuesAreArguments wants no text of a query inside the SQL.
func TestValuesAreArguments(t *testing.T) {
	const evil = `x'; DROP TABLE message; --`
	for _, operator := range query.Operators {
		for _, d := range catalog.Dimensions {
			if d.Kind != catalog.KindText && d.Kind != catalog.KindEntity || !d.Has(catalog.Initiation) && !d.Has(catalog.Message) {
				continue
			}
			metric := "messages"
			if !d.Has(catalog.Message) {
				metric = "notifications"
			}
			in := input(t, fmt.Sprintf(`{"metrics": [%q], "groupBy": [%q], "filters": [{"dimension": %q, "operator": %q, "values": [%q]}]}`, metric, d.ID, d.ID, operator, evil))
			st, err := compile.Aggregate(in)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(st.SQL, "DROP") {
				t.Errorf("%s %s: a value is part of the SQL", d.ID, operator)
			}
			checkArguments(t, st)
		}
	}
}

// TestMissingRelation wants an error that names what is missing.
func TestMissingRelation(t *testing.T) {
	in := input(t, `{"metrics": ["messages"], "groupBy": ["contact_tag"]}`)
	delete(in.Source.Relations, "tag")
	_, err := compile.Aggregate(in)
	if err == nil || !strings.Contains(err.Error(), "contact_tag is unavailable: this database has no relation tag") {
		t.Errorf("got %v", err)
	}
}

func TestCursor(t *testing.T) {
	sort := "12.5"
	for _, c := range []compile.Cursor{
		{At: time.Date(2026, 11, 2, 3, 4, 5, 678901000, time.UTC), ID: "wamid:1:2"},
		{At: time.Date(2026, 11, 2, 3, 4, 5, 678901000, time.UTC), ID: "é", Sort: &sort},
	} {
		back, err := compile.ParseCursor(c.Format())
		if err != nil || !back.At.Equal(c.At) || back.ID != c.ID || (back.Sort == nil) != (c.Sort == nil) || c.Sort != nil && *back.Sort != *c.Sort {
			t.Errorf("got %v %v for %v", back, err, c)
		}
	}
	for _, bad := range []string{"%%%", "bm9jb2xvbg", "YWJjOjE", "e30"} {
		if _, err := compile.ParseCursor(bad); err == nil {
			t.Errorf("%q is taken for a cursor", bad)
		}
	}
}
