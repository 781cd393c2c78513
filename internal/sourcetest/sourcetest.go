// Package sourcetest contains the tests that every source has to pass: it reads the
// story from its product's tables correctly, returns the same results as the story in
// the contract's tables, reports what is not recorded, never returns rows of another
// account, and works with the rights that its documentation lists.
package sourcetest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/agree"
	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/internal/story"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/check"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/kinds"
)

// Tell tells the data in the tables of the kind's product, in a schema of their
// own.
func Tell(t testing.TB, kind string, data contract.Data) (schema string, told contract.Data) {
	t.Helper()
	_, schema = pgtest.Schema(t)
	told, err := story.Tellers[kind](t.Context(), pgtest.Connect(t), schema, data)
	if err != nil {
		t.Fatal(err)
	}
	return schema, told
}

// Open is an engine over a database of the kind, at the address, or the test
// server's where it is empty.
func Open(t testing.TB, kind, address string, s source.Settings) *engine.Engine {
	t.Helper()
	if address == "" {
		address = pgtest.URL(t)
	}
	settings, err := postgres.SettingsFromURL(address)
	if err != nil {
		t.Fatal(err)
	}
	settings.MaxConnections, settings.Timeout = 2, time.Minute
	db, err := postgres.Open(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	k, err := kinds.Lookup(kind)
	if err != nil {
		t.Fatal(err)
	}
	// What was read is kept: the tests open an engine once the rows stand.
	return engine.New(db, k.Detect(s), engine.Settings{Refresh: time.Hour})
}

// Found is what the examination of the engine's database finds.
func Found(t testing.TB, e *engine.Engine) *source.Source {
	t.Helper()
	s, err := e.Examine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Whole fails where a relation is missing or not complete, apart from those that
// the product does not have.
func Whole(t *testing.T, s *source.Source, without ...string) {
	t.Helper()
	for _, f := range s.Findings {
		if (f.Problem != "") != slices.Contains(without, f.Relation) {
			t.Errorf("%s: %s %q", f.Relation, f.State, f.Problem)
		}
	}
}

// Reads asks random questions of random data and of the story, and wants the
// answers that the told rows have, exactly.
func Reads(t *testing.T, kind string, questions int) {
	data := map[string]contract.Data{"story": story.Data()}
	for seed := range int64(3) {
		data[fmt.Sprint("random ", seed)] = reference.Random(seed, reference.RandomOptions{Messages: 1500, Sequence: seed == 1, Clean: true})
	}
	for name, d := range data {
		t.Run(name, func(t *testing.T) {
			schema, told := Tell(t, kind, d)
			compare(t, Open(t, kind, "", source.Settings{Schema: schema}), told, questions)
		})
	}
	t.Run("story in parts", func(t *testing.T) {
		_, schema := pgtest.Schema(t)
		told, err := story.Parts(t.Context(), pgtest.Connect(t), kind, schema, story.Data(), 400)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, Open(t, kind, "", source.Settings{Schema: schema}), told, questions/3)
	})
}

// compare asks random questions about the told rows.
func compare(t *testing.T, e *engine.Engine, told contract.Data, questions int) {
	t.Helper()
	found := Found(t, e)
	unavailable, _ := catalog.Limits(found.Has, found.Records)
	options := reference.Defaults()
	options.Rates = nil // a product has no rate card
	options.NoWaitingSince = !found.Records("conversation.waiting_since")
	facts := reference.Prepare(told, options)
	r := rand.New(rand.NewPCG(3, 9))
	for asked := 0; asked < questions && !t.Failed(); {
		question := facts.RandomQuestion(r)
		if !available(question.Query, unavailable, found.Has) {
			continue
		}
		agree.Check(t, e, facts, question, found.Records)
		asked++
	}
}

// available tells whether a query needs no relation that is missing.
func available(q query.Query, unavailable []string, has func(string) bool) bool {
	if slices.ContainsFunc(q.Metrics, func(id string) bool { return slices.Contains(unavailable, id) }) {
		return false
	}
	dimensions := slices.Clone(q.GroupBy)
	for _, f := range q.Filters {
		dimensions = append(dimensions, f.Dimension)
	}
	return !slices.ContainsFunc(dimensions, func(id string) bool {
		d, _ := catalog.LookupDimension(id)
		return slices.ContainsFunc(d.Needs, func(relation string) bool { return !has(relation) })
	})
}

// Agrees tells the story, or a part of it, in the product's tables, and wants of
// every metric what is known of it there has in the contract's own: altogether, by
// channel, and by day. Known is what was told without what the product has no words
// for; unknown and unavailable are the metrics that it cannot tell.
func Agrees(t *testing.T, kind string, told, known contract.Data, unavailable, unknown []string) {
	_, contracts := pgtest.Schema(t)
	conn := pgtest.Connect(t)
	if err := contract.Create(t.Context(), conn, contracts); err != nil {
		t.Fatal(err)
	}
	if err := contract.Load(t.Context(), conn, contracts, known); err != nil {
		t.Fatal(err)
	}
	// Products have no rates.
	if _, err := conn.Exec(t.Context(), "DROP TABLE "+contracts+".rate_card"); err != nil {
		t.Fatal(err)
	}
	schema, _ := Tell(t, kind, told)
	theirs := Open(t, kind, "", source.Settings{Schema: schema})
	found := Found(t, theirs)
	// An empty waiting_since says that nobody waits, a missing one says nothing.
	if !found.Records("conversation.waiting_since") {
		if _, err := conn.Exec(t.Context(), "ALTER TABLE "+contracts+".conversation DROP COLUMN waiting_since"); err != nil {
			t.Fatal(err)
		}
	}
	ours := Open(t, "views", "", source.Settings{Schema: contracts})
	conforms(t, found)
	gotUnavailable, gotUnknown := catalog.Limits(found.Has, found.Records)
	if !slices.Equal(gotUnavailable, unavailable) {
		t.Errorf("unavailable is %q, want %q", gotUnavailable, unavailable)
	}
	if !slices.Equal(gotUnknown, unknown) {
		t.Errorf("unknown is %q, want %q", gotUnknown, unknown)
	}
	r := calendar.Range{From: story.End.AddDate(0, 0, -30), To: story.End.AddDate(0, 0, 1)}
	// The rows of an answer by their keys.
	rows := func(e *engine.Engine, q query.Query) map[string]map[string]any {
		t.Helper()
		result, err := e.Run(t.Context(), engine.Request{Query: q, Range: r, Now: r.To})
		if err != nil {
			t.Fatalf("%v: %v", q.Metrics, err)
		}
		byKey := map[string]map[string]any{}
		for _, row := range agree.RowsOf(result) {
			byKey[agree.KeyText(row["channel"])+" "+agree.KeyText(row["time"])] = row
		}
		return byKey
	}
	for _, f := range catalog.Facts {
		var metrics []string
		for _, id := range catalog.MetricIDs() {
			if m, _ := catalog.LookupMetric(id); m.Fact == f && m.Numeric() && !slices.Contains(unavailable, id) && !strings.HasPrefix(id, "stage_") {
				metrics = append(metrics, id)
			}
		}
		if len(metrics) == 0 {
			continue
		}
		queries := []query.Query{{Metrics: metrics}, {Metrics: metrics, GroupBy: []string{"channel"}}}
		if f != catalog.ConversationNow {
			queries = append(queries, query.Query{Metrics: metrics, Bucket: "day"})
		}
		for _, q := range queries {
			got, want := rows(theirs, q), rows(ours, q)
			keys := maps.Clone(got)
			maps.Copy(keys, want)
			for key := range keys {
				for _, id := range metrics {
					value, wanted := got[key][id], want[key][id]
					switch {
					case slices.Contains(unknown, id):
						if value != nil {
							t.Errorf("%s of %s is %v, want it unknown", id, key, value)
						}
					case (got[key] == nil || want[key] == nil) && empty(value) && empty(wanted):
						// A group that is absent has nothing in it.
					case !agree.Same(value, wanted):
						t.Errorf("%s of %s is %v, want %v", id, key, value, wanted)
					}
				}
			}
		}
	}
}

// Tells wants just these dimensions of each fact to be unknown, and holds that
// against the story: what is known has values where the story has some, and what is
// not has none. Facts that the product lacks are left out.
func Tells(t *testing.T, kind string, untold map[catalog.Fact][]string) {
	schema, told := Tell(t, kind, story.Data())
	found := Found(t, Open(t, kind, "", source.Settings{Schema: schema}))
	metrics := map[catalog.Fact]string{
		catalog.Message: "messages_outbound", catalog.Session: "sessions", catalog.Initiation: "initiations",
		catalog.Conversation: "conversations", catalog.ConversationActive: "conversations_active", catalog.ConversationNow: "open_now",
		catalog.Event: "resolutions", catalog.CSATAnswer: "csat_responses", catalog.CSATSurvey: "csat_surveys",
	}
	unavailable, _ := catalog.Limits(found.Has, found.Records)
	options := reference.Defaults()
	whole, ours := reference.Prepare(story.Data(), options), reference.Prepare(told, options)
	values := func(facts *reference.Facts, metric, dimension string) (values []any) {
		t.Helper()
		rows, err := facts.Compute(query.Query{Metrics: []string{metric}, GroupBy: []string{dimension}}, story.End.AddDate(0, 0, -60), story.End.AddDate(0, 0, 1), story.End)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if row[dimension] != nil {
				values = append(values, row[dimension])
			}
		}
		return values
	}
	for _, f := range catalog.Facts {
		if slices.Contains(unavailable, metrics[f]) {
			continue
		}
		var got []string
		for _, id := range catalog.DimensionIDs(f) {
			d, _ := catalog.LookupDimension(id)
			if d.Kind == catalog.KindTime || id == "stage" || !available(query.Query{GroupBy: []string{id}}, nil, found.Has) {
				continue
			}
			has := values(ours, metrics[f], id)
			switch {
			case !catalog.Records(f, id, found.Records):
				got = append(got, id)
				// What comes in is the contact's, and a reason that is not told "unknown",
				// in every database.
				if slices.ContainsFunc(has, func(v any) bool { return v != "contact" && v != "unknown" }) {
					t.Errorf("%s of %s is unknown, and has values: %v", id, f, has)
				}
			case len(has) == 0 && len(values(whole, metrics[f], id)) > 0:
				t.Errorf("%s of %s is known, and has no values", id, f)
			}
		}
		if !slices.Equal(got, untold[f]) {
			t.Errorf("unknown of %s: %q, want %q", f, got, untold[f])
		}
	}
}

// conforms wants no row that breaks the contract.
func conforms(t *testing.T, s *source.Source) {
	t.Helper()
	for _, p := range problems(t, s) {
		if !p.Allowed {
			t.Error(p)
		}
	}
}

// Breaks breaks the story in the product's tables, "$schema" being theirs, and wants
// each breakage told with its count and an example: "1 rows of message lie in the
// future, such as 30", or the beginning of that.
func Breaks(t *testing.T, kind, breakage string, want ...string) {
	schema, _ := Tell(t, kind, story.Data())
	if _, err := pgtest.Connect(t).Exec(t.Context(), strings.ReplaceAll(breakage, "$schema", schema)); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, p := range problems(t, Found(t, Open(t, kind, "", source.Settings{Schema: schema}))) {
		told = append(told, p.String())
	}
	for _, w := range want {
		if !slices.ContainsFunc(told, func(line string) bool { return strings.HasPrefix(line, w) }) {
			t.Errorf("nobody says %q, but\n%s", w, strings.Join(told, "\n"))
		}
	}
}

// problems are what the check of all rows finds.
func problems(t *testing.T, s *source.Source) []check.Problem {
	t.Helper()
	settings, err := postgres.SettingsFromURL(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(settings)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	found, err := check.Rows(t.Context(), db, s, time.Time{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// empty tells whether a value is that of no rows.
func empty(v any) bool {
	n, ok := agree.Number(v)
	return v == nil || ok && n == 0
}
