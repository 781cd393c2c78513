package engine_test

import (
	"cmp"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/parley-reports/parley/internal/dashboards"
	"github.com/parley-reports/parley/internal/demodata"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
)

// BenchmarkPanels answers the questions of the dashboards' panels from facts in memory.
// PARLEY_MESSAGES is how many messages there are; PARLEY_SCHEMA is a schema of the database
// that has demo data of the last 90 days already.
func BenchmarkPanels(b *testing.B) {
	schema, to := os.Getenv("PARLEY_SCHEMA"), time.Now().UTC().Truncate(time.Minute)
	if schema == "" {
		messages, err := strconv.Atoi(cmp.Or(os.Getenv("PARLEY_MESSAGES"), "100000"))
		if err != nil {
			b.Fatal(err)
		}
		_, schema = pgtest.Schema(b)
		conn := pgtest.Connect(b)
		if _, err := demodata.Generate(b.Context(), conn, schema, demodata.Options{Messages: messages, Days: 90, Seed: 1, End: to, Force: true}, nil); err != nil {
			b.Fatal(err)
		}
	}
	e := open(b, schema, engine.Settings{Refresh: time.Hour})
	shown, err := dashboards.In("../..", "en")
	if err != nil {
		b.Fatal(err)
	}
	for _, board := range shown {
		if strings.HasSuffix(board.File, "-public") {
			continue
		}
		board.Time.From, board.Time.To = strconv.FormatInt(to.AddDate(0, 0, -30).UnixMilli(), 10), strconv.FormatInt(to.UnixMilli(), 10)
		chosen := board.Choices()
		for _, p := range board.Queried() {
			request, err := p.Request(&board, chosen, backend.PluginContext{}, time.UTC)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(board.File+"/"+p.Title, func(b *testing.B) {
				ask := func() {
					for _, asked := range request.Queries {
						q, err := query.ParseLenient(asked.JSON)
						if err != nil {
							b.Fatal(err)
						}
						_, err = e.Run(b.Context(), engine.Request{Query: q, Range: calendar.Range{From: asked.TimeRange.From, To: asked.TimeRange.To}, MaxPoints: int(asked.MaxDataPoints), Partial: true})
						if err != nil {
							b.Fatal(err)
						}
					}
				}
				ask() // reads the facts
				for b.Loop() {
					ask()
				}
			})
		}
	}
}
