package chatwoot_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/story"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/contract"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/internal/agree"
	"github.com/parley-reports/parley/pkg/internal/pgtest"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/reference"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/kinds"
)

// tell tells the data in the tables of a schema of its own.
func tell(t testing.TB, data contract.Data) (schema string, told contract.Data) {
	t.Helper()
	_, schema = pgtest.Schema(t)
	told, err := story.Chatwoot(t.Context(), pgtest.Connect(t), schema, data)
	if err != nil {
		t.Fatal(err)
	}
	return schema, told
}

func open(t testing.TB, s source.Settings) *engine.Engine {
	t.Helper()
	settings, err := postgres.SettingsFromURL(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	settings.MaxConnections, settings.Timeout = 2, time.Minute
	db, err := postgres.Open(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	kind, err := kinds.Lookup("chatwoot")
	if err != nil {
		t.Fatal(err)
	}
	return engine.New(db, kind.Detect(s), engine.Settings{})
}

// TestReadsWhatWasTold asks random questions of random data and of the story, and
// wants the answers that the told rows have, exactly.
func TestReadsWhatWasTold(t *testing.T) {
	data := map[string]contract.Data{"story": story.Data()}
	for seed := range int64(3) {
		data[fmt.Sprint("random ", seed)] = reference.Random(seed, reference.RandomOptions{Messages: 1500, Sequence: seed == 1})
	}
	for name, d := range data {
		t.Run(name, func(t *testing.T) {
			schema, told := tell(t, d)
			e := open(t, source.Settings{Schema: schema})
			found, err := e.Source(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			known := func(id string) bool { return catalog.Known(id, found.Knows) }
			options := reference.Defaults()
			options.Rates = nil
			facts := reference.Prepare(told, options)
			r := rand.New(rand.NewPCG(3, 9))
			for range 60 {
				agree.Check(t, e, facts, facts.RandomQuestion(r), known)
				if t.Failed() {
					return
				}
			}
		})
	}
}
