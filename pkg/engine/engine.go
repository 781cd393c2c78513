// Package engine runs a query: it resolves it, takes the facts from memory or reads them,
// measures them, fills gaps between intervals and adds the comparison. Grafana and the
// command line both use it.
package engine

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/singleflight"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

// Settings of the reports over one database.
type Settings struct {
	// Location cuts the calendar where the query names no zone; nil is UTC.
	Location *time.Location
	// ChatURL is the template of links to conversations: {account_id},
	// {conversation_id}, {display_id}, {contact_id}, {line_id} and {url} are replaced.
	ChatURL string
	// MaxRows and MaxBytes bound an answer; 0 means the defaults.
	MaxRows  int
	MaxBytes int
	// Refresh is how old facts in memory may be that answer a question; 0 reads them anew
	// for each. MaxMemory limits what they take, in bytes; 0 means the default.
	Refresh   time.Duration
	MaxMemory int
}

// Detect examines the database and returns the source of its relations.
type Detect func(ctx context.Context, tx pgx.Tx) (*source.Source, error)

// Engine answers queries over one database.
type Engine struct {
	db       *postgres.DB
	detect   Detect
	settings Settings

	// source is what the last examination found, for as long as it holds.
	mu        sync.Mutex
	source    *source.Source
	examined  time.Time
	examining singleflight.Group

	keeper keeper
	// readAllEvery is the constant of that name, but for tests.
	readAllEvery time.Duration
	// leastShares is the least number of shares of what does not fit in memory.
	leastShares int
	names       names
	hoursRead   hoursRead
	leftOut     leftOutCounts
	pages       calls[[][]any]
	values      calls[ValueList]
}

// New makes an engine. The database is examined when it is first needed.
func New(db *postgres.DB, detect Detect, s Settings) *Engine {
	if s.Location == nil {
		s.Location = time.UTC
	}
	if s.MaxRows <= 0 || s.MaxRows > query.MaxLimit {
		s.MaxRows = query.MaxLimit
	}
	if s.MaxBytes <= 0 {
		s.MaxBytes = DefaultMaxBytes
	}
	if s.MaxMemory <= 0 {
		s.MaxMemory = DefaultMaxMemory
	}
	return &Engine{db: db, detect: detect, settings: s, readAllEvery: readAllEvery, leastShares: 2, keeper: keeper{alone: make(chan struct{}, 1), next: map[facts.ShareBy]*pass{}, passes: map[*pass]bool{}}}
}

// Examinations are repeated after examineEvery, so that a relation that is new is
// seen. Nobody waits longer than examineLimit for one.
const (
	examineEvery = 5 * time.Minute
	examineLimit = 20 * time.Second
)

// Source returns what the examination of the database found. It is repeated
// until it shows a database that the reports can work with, and from time to
// time. All who wait for it share one examination.
func (e *Engine) Source(ctx context.Context) (*source.Source, error) {
	e.mu.Lock()
	known := e.source
	if time.Since(e.examined) > examineEvery {
		known = nil
	}
	e.mu.Unlock()
	if known != nil {
		return known, nil
	}
	return e.Examine(ctx)
}

// forget drops what was found where the error tells that it no longer holds, and reports
// whether that is so.
func (e *Engine) forget(err error, found *source.Source) bool {
	if err == nil {
		return false
	}
	if class, _ := postgres.Explain(err); class != postgres.Schema && class != postgres.Forbidden {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.source == found {
		e.source = nil
	}
	return found != nil
}

// known is what the last examination found.
func (e *Engine) known() *source.Source {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.source
}

// Examine looks at the database anew, and keeps what it finds for the queries. An
// examination that fails, or takes longer than examineLimit, fails for all who wait
// for it, and the next one who asks begins another.
func (e *Engine) Examine(ctx context.Context) (*source.Source, error) {
	found := e.examining.DoChan("", func() (any, error) {
		// The one who asked first may leave, and the others still wait.
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), examineLimit)
		defer cancel()
		s, err := e.examine(limited)
		if err != nil && limited.Err() != nil {
			err = postgres.ExamineTimeout(examineLimit)
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		e.source = nil
		if err == nil && len(s.Fatal()) == 0 {
			e.source, e.examined = s, time.Now()
		}
		return s, err
	})
	// The database has time limits of its own: this one is for a step without any.
	late := time.NewTimer(examineLimit + 5*time.Second)
	defer late.Stop()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-late.C:
		e.examining.Forget("")
		return nil, postgres.ExamineTimeout(examineLimit)
	case f := <-found:
		s, _ := f.Val.(*source.Source)
		return s, f.Err
	}
}

func (e *Engine) examine(ctx context.Context) (*source.Source, error) {
	var s *source.Source
	err := e.db.Read(ctx, func(ctx context.Context, tx pgx.Tx) (err error) {
		s, err = e.detect(ctx, tx)
		return err
	})
	return s, err
}

// Request is a query with what surrounds it.
type Request struct {
	Query query.Query
	Range calendar.Range
	// Now is the moment of the question; the clock's where it is zero.
	Now time.Time
	// MaxPoints is how many buckets a panel can show, for automatic buckets.
	MaxPoints int
	// Memory limits what the answers of one request hold; nil is no limit beside that
	// of each answer.
	Memory *RequestMemory
	// Partial answers with a notice and without values what hangs on a relation that
	// the database does not have. Else that is an error.
	Partial bool
	// Fresh reads everything anew.
	Fresh bool
}

// Column is one column of a result. Previous marks the value of the period that
// the result is compared with.
type Column struct {
	measure.Column
	Previous bool
}

// Result is an answer. The values of a row are, by the column's role: time.Time
// for time; string, int64 or nil for keys and names; int64, float64, string,
// time.Time, bool or nil for metrics and details.
type Result struct {
	Query    query.Query
	Location *time.Location
	// Range is the one asked for, Before the one that it is compared with.
	Range, Before calendar.Range
	Columns       []Column
	Rows          [][]any
	// SQL is what ran, with its values, for people to see.
	SQL string
	// Unknown are the metrics that have no values: the database cannot know them.
	Unknown []string
	// Notices are sentences about the answer: cut off, unknown costs. Infos are those
	// that need no warning.
	Notices, Infos []string
	// Total is the number of rows that a details query has altogether.
	Total int64
	// Next is the cursor after the last row where there are more.
	Next string
}

// Run answers the request. The error is a *query.Error where the query cannot be
// answered, a SchemaError where the database does not fit, else the database's
// own, which postgres.Explain puts into words.
func (e *Engine) Run(ctx context.Context, r Request) (*Result, error) {
	ctx = context.WithValue(ctx, memoryKey{}, r.Memory)
	if r.Fresh {
		ctx = context.WithValue(ctx, freshKey{}, true)
	}
	found := e.known()
	result, err := e.run(ctx, r)
	if e.forget(err, found) {
		result, err = e.run(ctx, r)
	}
	return result, err
}

func (e *Engine) run(ctx context.Context, r Request) (*Result, error) {
	in, l, notices, err := e.bind(ctx, r)
	if err != nil {
		return nil, err
	}
	// Counting takes a while, and so does the answer.
	counting, stop := context.WithCancel(ctx)
	defer stop()
	leftOut := make(chan []string, 1)
	go func() { leftOut <- e.leftOutNotices(counting, in) }()
	result, err := e.answer(ctx, in, r.Partial, l)
	if err == nil {
		result.Notices = append(append(notices, result.Notices...), hoursNotices(in)...)
		result.Notices = append(result.Notices, <-leftOut...)
	}
	return result, err
}

// bind makes a question of a request: it checks the query, and finds the source and what
// else the answer depends on.
func (e *Engine) bind(ctx context.Context, r Request) (in measure.Question, l limit, notices []string, err error) {
	q, err := r.Query.Resolve()
	if err != nil {
		return in, l, nil, err
	}
	if !r.Range.From.Before(r.Range.To) {
		return in, l, nil, reversed(r.Range)
	}
	src, err := e.Source(ctx)
	if err != nil {
		return in, l, nil, err
	}
	if fatal := src.Fatal(); len(fatal) > 0 {
		return in, l, nil, &SchemaError{fatal, src.Remedy}
	}
	loc := e.settings.Location
	if q.Timezone != "" {
		if loc, err = calendar.Zone(q.Timezone); err != nil {
			return in, l, nil, &query.Error{Message: err.Error()}
		}
	}
	if q.Bucket == "auto" {
		q.Bucket = string(calendar.Auto(r.Range, r.MaxPoints))
	}
	l = e.limitOf(r.Query, q)
	q.Limit = min(q.Limit, e.settings.MaxRows)
	if r.Now.IsZero() {
		r.Now = time.Now()
	}
	if q, notices, err = e.resolveNames(ctx, src, q); err != nil {
		return in, l, nil, err
	}
	in = measure.Question{Query: q, Source: src, Range: r.Range, Location: loc, Now: r.Now, ChatURL: e.settings.ChatURL}
	in.Hours, err = e.hours(ctx, in)
	return in, l, notices, err
}

// answer runs the query in its format.
func (e *Engine) answer(ctx context.Context, in measure.Question, partial bool, l limit) (*Result, error) {
	if missing := missingOf(in); partial && len(missing.relations) > 0 {
		return e.without(ctx, in, l, missing)
	}
	switch in.Query.Format {
	case "details":
		return e.details(ctx, in, l)
	case "logs":
		return e.log(ctx, in, l)
	case "logs_volume":
		return e.logVolume(ctx, in)
	case "annotations":
		return e.events(ctx, in, l)
	}
	return e.aggregate(ctx, in, l)
}

func reversed(r calendar.Range) error {
	if r.From.Equal(r.To) {
		return &query.Error{Message: fmt.Sprintf("the time range is empty: it starts and ends at %s", r.From.Format(time.RFC3339))}
	}
	return &query.Error{Message: fmt.Sprintf("the time range ends before it starts (%s to %s)", r.From.Format(time.RFC3339), r.To.Format(time.RFC3339))}
}

// SchemaError says that the database lacks what every report needs.
type SchemaError struct {
	Findings []source.Finding
	// Remedy says what to do about them.
	Remedy string
}

func (e *SchemaError) Error() string {
	return strings.Join(source.Problems(e.Findings), "; ") + ". " + e.Remedy
}
