package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/agree"
	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/views"
)

// load puts the data into a schema of its own and returns an engine over it, which keeps
// what it read: nobody changes the data.
func load(t testing.TB, data contract.Data) *engine.Engine {
	t.Helper()
	return open(t, store(t, data), engine.Settings{Refresh: time.Hour})
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
	return openAt(t, pgtest.URL(t), schema, s)
}

// openAt returns an engine over the schema of the server at an address.
func openAt(t testing.TB, address, schema string, s engine.Settings) *engine.Engine {
	t.Helper()
	settings, err := postgres.SettingsFromURL(address)
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
	options.Rates = []contract.Rate{} // the shipped rates are a sample: nobody's bill is made of them
	facts := reference.Prepare(data, options)
	r := rand.New(rand.NewPCG(uint64(seed), 7))
	for range questions {
		agree.Check(t, e, facts, facts.RandomQuestion(r), func(string) bool { return true })
		if t.Failed() {
			return
		}
	}
}

// TestCostsAgainstReference wants the costs of the independent calculation, by contact,
// line and category.
func TestCostsAgainstReference(t *testing.T) {
	for seed := 1; seed < 1+2*seeds(t); seed++ {
		data := reference.Random(int64(seed), reference.RandomOptions{Messages: 1500})
		e := load(t, data)
		options := reference.Defaults()
		options.Rates = []contract.Rate{}
		facts := reference.Prepare(data, options)
		for _, groups := range [][]string{{"contact"}, {"line", "template_category"}, {"country"}} {
			q := query.Query{Metrics: []string{"cost_usd", "cost_unknown"}, GroupBy: groups, Limit: 10000}
			agree.Check(t, e, facts, reference.Question{Query: q, From: instant("2025-03-01"), To: instant("2026-12-01"), Now: instant("2026-12-01")}, func(string) bool { return true })
		}
	}
}
