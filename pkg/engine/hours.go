package engine

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/hours"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/source"
)

// hoursRead are the working hours that were read last.
type hoursRead struct {
	mu       sync.Mutex
	schedule *hours.Schedule
	source   *source.Source
	at       time.Time
	running  calls[*hours.Schedule]
}

// hours returns the working hours where the query needs them, as old as facts may be.
func (e *Engine) hours(ctx context.Context, in measure.Question) (*hours.Schedule, error) {
	if !measure.NeedsHours(in.Query) {
		return nil, nil
	}
	r := &e.hoursRead
	r.mu.Lock()
	known := r.schedule
	if r.source != in.Source || isFresh(ctx) || time.Since(r.at) >= e.settings.Refresh {
		known = nil
	}
	r.mu.Unlock()
	if known != nil {
		return known, nil
	}
	read := func(ctx context.Context) (*hours.Schedule, error) {
		rows, err := hours.Read(ctx, e.db, in.Source)
		if err != nil {
			return nil, err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.schedule, r.source, r.at = hours.New(rows), in.Source, time.Now()
		return r.schedule, nil
	}
	if isFresh(ctx) {
		return read(ctx)
	}
	return r.running.do(ctx, "", read)
}

// namedOwners is how many lines and teams a notice names.
const namedOwners = 3

// hoursNotices say whose working hours are left out: those in a zone that nobody
// knows, and single rows that cannot be read.
func hoursNotices(in measure.Question) []string {
	if in.Hours == nil {
		return nil
	}
	texts := catalog.In(in.Query.Language)
	var sentences []string
	for _, p := range in.Hours.Problems {
		owner := texts.Notice("hours_line", p.Line)
		if p.Line == "" {
			owner = texts.Notice("hours_team", p.Team)
		}
		if p.Zone != "" {
			sentences = append(sentences, texts.Notice("hours_zone", owner, p.Zone))
		} else {
			sentences = append(sentences, texts.Notice("hours_row", owner, p.Reason))
		}
	}
	if more := len(sentences) - namedOwners; more > 0 {
		sentences = append(sentences[:namedOwners], texts.Notice("hours_more", texts.Count(int64(more))))
	}
	if len(sentences) == 0 {
		return nil
	}
	return []string{strings.Join(sentences, " ")}
}
