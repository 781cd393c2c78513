package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/compile"
	"github.com/parley-reports/parley/pkg/contract"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/internal/pgtest"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/reference"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/views"
)

// load puts the data into a schema of its own and returns an engine over it.
func load(t testing.TB, data contract.Data) *engine.Engine {
	t.Helper()
	return open(t, store(t, data), engine.Settings{})
}

// store puts the data into a schema of its own.
func store(t testing.TB, data contract.Data) (schema string) {
	t.Helper()
	_, schema = pgtest.Schema(t)
	conn := pgtest.Connect(t)
	if err := contract.Create(t.Context(), conn, schema); err != nil {
		t.Fatal(err)
	}
	if err := contract.Load(t.Context(), conn, schema, data); err != nil {
		t.Fatal(err)
	}
	var tables []string
	for _, r := range source.Contract {
		tables = append(tables, schema+"."+r.Name)
	}
	if _, err := conn.Exec(t.Context(), "ANALYZE "+strings.Join(tables, ", ")); err != nil {
		t.Fatal(err)
	}
	return schema
}

// open returns an engine over the schema.
func open(t testing.TB, schema string, s engine.Settings) *engine.Engine {
	t.Helper()
	settings, err := postgres.SettingsFromURL(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	settings.MaxConnections, settings.Timeout = 4, 60*time.Second
	db, err := postgres.Open(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	detect := func(ctx context.Context, tx pgx.Tx) (*source.Source, error) {
		return views.Detect(ctx, tx, source.Settings{Schema: schema})
	}
	return engine.New(db, detect, s)
}

// seeds is how many random data sets the comparison runs: PARLEY_SEEDS for an
// exhaustive run.
func seeds(t testing.TB) int {
	text := os.Getenv("PARLEY_SEEDS")
	if text == "" {
		return 3
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("PARLEY_SEEDS: %v", err)
	}
	return n
}

// TestAgainstReference asks random questions of random data, and wants the
// answers of the independent calculation, exactly.
func TestAgainstReference(t *testing.T) {
	questions := 150
	if text := os.Getenv("PARLEY_QUESTIONS"); text != "" {
		questions, _ = strconv.Atoi(text)
	}
	first := 1
	if text := os.Getenv("PARLEY_FIRST_SEED"); text != "" {
		first, _ = strconv.Atoi(text)
	}
	for seed := first; seed < first+seeds(t); seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			compareRandom(t, int64(seed), reference.RandomOptions{Sequence: seed%2 == 0}, questions)
		})
	}
	t.Run("thousands of contacts", func(t *testing.T) {
		compareRandom(t, 1000, reference.RandomOptions{Messages: 20000}, questions/10)
	})
}

// compareRandom asks random questions of one random data set.
func compareRandom(t *testing.T, seed int64, shape reference.RandomOptions, questions int) {
	data := reference.Random(seed, shape)
	e := load(t, data)
	options := reference.Defaults()
	options.Rates = nil // the shipped rates are a sample: nobody's bill is made of them
	facts := reference.Prepare(data, options)
	r := rand.New(rand.NewPCG(uint64(seed), 7))
	for range questions {
		check(t, e, facts, facts.RandomQuestion(r))
		if t.Failed() {
			return
		}
	}
}

func check(t *testing.T, e *engine.Engine, facts *reference.Facts, question reference.Question) {
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
	want, err := facts.Compute(asked, question.From, question.To, question.Now)
	if err != nil {
		t.Fatalf("reference: %v for %+v", err, question.Query)
	}
	for _, row := range want {
		if calendarKey != "" {
			row[calendarKey] = row["time"]
			delete(row, "time")
		}
	}
	result, err := e.Run(context.Background(), engine.Request{Query: question.Query, Range: calendar.Range{From: question.From, To: question.To}, Now: question.Now})
	if errors.As(err, new(*query.Error)) && strings.Contains(err.Error(), "choose a longer bucket") {
		return // more than an answer may hold
	}
	if err != nil {
		t.Errorf("%v\nfor %+v %s %s", err, question.Query, question.From, question.To)
		return
	}
	if difference := compare(rowsOf(result), want, question.Query); difference != "" {
		t.Errorf("%s\nfor %+v\nfrom %s to %s", difference, question.Query, question.From.Format(time.RFC3339Nano), question.To.Format(time.RFC3339Nano))
	}
}

// rowsOf are the rows as maps of the catalogue's ids, without names.
func rowsOf(r *engine.Result) []map[string]any {
	var rows []map[string]any
	for _, values := range r.Rows {
		row := map[string]any{}
		for i, c := range r.Columns {
			if c.Role != compile.Name {
				row[c.ID] = values[i]
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// compare returns what differs between two answers, or "".
func compare(got, want []map[string]any, q query.Query) string {
	byKey := func(rows []map[string]any) map[string]map[string]any {
		keyed := map[string]map[string]any{}
		for _, row := range rows {
			var key []string
			for id, v := range row {
				if _, metric := catalog.LookupMetric(id); !metric {
					key = append(key, id+"="+keyText(v))
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
			if !same(other[id], row[id]) {
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

func keyText(v any) string {
	switch v := v.(type) {
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case nil:
		return "(none)"
	}
	return fmt.Sprintf("%v", v)
}

func same(got, want any) bool {
	g, ok := number(got)
	w, ok2 := number(want)
	if ok && ok2 {
		return math.Abs(g-w) <= 1e-9*max(1, math.Abs(w))
	}
	return keyText(got) == keyText(want)
}

func number(v any) (float64, bool) {
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
