// Package engine runs a query: it resolves and compiles it, runs the SQL, fills gaps
// between intervals and adds the comparison. Grafana and the command line both use it.
package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/singleflight"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/compile"
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

	keeper  keeper
	names   names
	leftOut leftOutCounts
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
	return &Engine{db: db, detect: detect, settings: s}
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
	compile.Column
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
	q, err := r.Query.Resolve()
	if err != nil {
		return nil, err
	}
	if !r.Range.From.Before(r.Range.To) {
		return nil, reversed(r.Range)
	}
	src, err := e.Source(ctx)
	if err != nil {
		return nil, err
	}
	if fatal := src.Fatal(); len(fatal) > 0 {
		return nil, &SchemaError{fatal, src.Remedy}
	}
	loc := e.settings.Location
	if q.Timezone != "" {
		if loc, err = calendar.Zone(q.Timezone); err != nil {
			return nil, &query.Error{Message: err.Error()}
		}
	}
	if q.Bucket == "auto" {
		q.Bucket = string(calendar.Auto(r.Range, r.MaxPoints))
	}
	l := e.limitOf(r.Query, q)
	q.Limit = min(q.Limit, e.settings.MaxRows)
	if r.Now.IsZero() {
		r.Now = time.Now()
	}
	q, notices, err := e.resolveNames(ctx, src, q)
	if err != nil {
		return nil, err
	}
	in := compile.Input{Query: q, Source: src, Range: r.Range, Location: loc, Now: r.Now, ChatURL: e.settings.ChatURL}
	if in.Hours, err = e.hours(ctx, in); err != nil {
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

// answer runs the query in its format.
func (e *Engine) answer(ctx context.Context, in compile.Input, partial bool, l limit) (*Result, error) {
	if missing := lackOf(in); partial && len(missing.relations) > 0 {
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

// aggregate answers a query for metrics.
func (e *Engine) aggregate(ctx context.Context, in compile.Input, l limit) (*Result, error) {
	notices := unknownNotice(in)
	// A sum of costs is not told without what is missing from it.
	uncounted := slices.Contains(in.Query.Metrics, "cost_usd") && !slices.Contains(in.Query.Metrics, unknownCost)
	if uncounted {
		in.Query.Metrics = append(slices.Clone(in.Query.Metrics), unknownCost)
	}
	if err := compile.CheckRelations(in); err != nil {
		return nil, err
	}
	needs := measure.Needs(in)
	if in.Query.Compare != "none" {
		needs.Since = before(in).From
	}
	set, err := e.facts(ctx, in.Source, needs)
	if err != nil && !errors.Is(err, facts.ErrTooLarge) {
		return nil, err
	}
	st, now, err := e.measureBy(ctx, in, set)
	if err != nil {
		return nil, err
	}
	result := &Result{Query: in.Query, Location: in.Location, Range: in.Range, SQL: st.Text(), Unknown: unknownMetrics(in), Notices: notices}
	for _, c := range st.Columns {
		result.Columns = append(result.Columns, Column{Column: c})
	}
	if result.Rows, err = fill(st, now); err != nil {
		return nil, err
	}
	if in.Query.Compare != "none" {
		if err = e.compare(ctx, in, set, st, result, &now); err != nil {
			return nil, err
		}
	}
	e.tellCut(result, now, l)
	result.blank()
	if !in.Source.Has("rate_card") {
		result.blankCosts()
	}
	if len(st.Buckets) > 0 {
		result.sort(in.Query.OrderBy)
	}
	for i, b := range result.Columns {
		if b.Role == compile.Time {
			for _, row := range result.Rows {
				row[i] = st.Buckets[row[i].(int64)-1].Start
			}
		}
	}
	result.Notices = append(result.Notices, costNotice(result, st.Gaps, in.Source.Has("rate_card"))...)
	if uncounted {
		result.withoutMetric(unknownCost)
	}
	return result, nil
}

// sort brings the rows into the order that the query asks for. Cutting by time has
// put them into the order of time.
func (r *Result) sort(orders []query.Order) {
	for _, o := range slices.Backward(orders) {
		at := slices.IndexFunc(r.Columns, func(c Column) bool { return c.ID == o.By })
		slices.SortStableFunc(r.Rows, func(a, b []any) int {
			return measure.Compare(a[at], b[at], o.Desc)
		})
	}
}

// blankCosts takes away sums of 0 from which something is missing: without rates
// they say nothing of what was paid. Where no cost is left that is more than 0, the
// metric is unknown.
func (r *Result) blankCosts() {
	blanked, told := false, false
	for at, c := range r.Columns {
		if c.Metric.ID != "cost_usd" {
			continue
		}
		missing := slices.IndexFunc(r.Columns, func(other Column) bool { return other.Metric.ID == unknownCost && other.Previous == c.Previous })
		for _, row := range r.Rows {
			usd, _ := row[at].(float64)
			told = told || usd > 0
			if n, _ := row[missing].(int64); n > 0 && usd == 0 {
				row[at], blanked = nil, true
			}
		}
	}
	if blanked && !told {
		r.Unknown = append(r.Unknown, "cost_usd")
	}
}

const unknownCost = "cost_unknown"

// withoutMetric takes a metric out of the result.
func (r *Result) withoutMetric(id string) {
	dropped := func(i int) bool { return r.Columns[i].Metric.ID == id }
	for n, row := range r.Rows {
		kept := make([]any, 0, len(row))
		for i, v := range row {
			if !dropped(i) {
				kept = append(kept, v)
			}
		}
		r.Rows[n] = kept
	}
	r.Columns = slices.DeleteFunc(slices.Clone(r.Columns), func(c Column) bool { return c.Metric.ID == id })
	r.Query.Metrics = slices.DeleteFunc(slices.Clone(r.Query.Metrics), func(m string) bool { return m == id })
}

// fill adds the buckets in which nothing happened: for every group that the
// answer has, or for the whole where it has no groups. It fails where the rows
// were cut off, or would be: a series with an end missing is no series.
func fill(st *compile.Statement, a answer) ([][]any, error) {
	rows := a.rows
	if len(st.Buckets) == 0 {
		return rows, nil
	}
	if a.cut != whole {
		return nil, tooManyRows(len(rows))
	}
	timeAt := columnOf(st.Columns, compile.Time)
	seen := map[string]map[int64]bool{}
	var groups [][]any
	for _, row := range rows {
		key := groupKey(st.Columns, row)
		if seen[key] == nil {
			seen[key] = map[int64]bool{}
			groups = append(groups, row)
		}
		seen[key][toInt(row[timeAt])] = true
		row[timeAt] = toInt(row[timeAt])
	}
	if len(groups) == 0 {
		groups = ungrouped(st.Columns)
	}
	if len(groups)*len(st.Buckets) > st.Limit {
		return nil, tooManyRows(st.Limit)
	}
	// In the order of time, new rows after those of the answer.
	byBucket := make([][][]any, len(st.Buckets))
	for _, row := range rows {
		i := row[timeAt].(int64) - 1
		byBucket[i] = append(byBucket[i], row)
	}
	var filled [][]any
	for i := range st.Buckets {
		filled = append(filled, byBucket[i]...)
		for _, g := range groups {
			if !seen[groupKey(st.Columns, g)][int64(i+1)] {
				row := emptyLike(st.Columns, g)
				row[timeAt] = int64(i + 1)
				emptyShares(st.Columns, row, byBucket[i])
				filled = append(filled, row)
			}
		}
	}
	return filled, nil
}

func tooManyRows(limit int) error {
	return &query.Error{Message: fmt.Sprintf("the result has more than %d rows: choose a longer interval, a shorter time range, fewer groups or more filters", limit)}
}

// ungrouped are the groups that an answer has although it has no rows: the
// whole, or the stages of the whole.
func ungrouped(columns []compile.Column) [][]any {
	whole := make([]any, len(columns))
	groups := [][]any{whole}
	for i, c := range columns {
		switch {
		case c.ID == "stage":
			groups = nil
			for _, stage := range c.Dimension.Values {
				row := slices.Clone(whole)
				row[i] = stage
				groups = append(groups, row)
			}
		case c.Role == compile.Key:
			return nil
		}
	}
	return groups
}

func columnOf(columns []compile.Column, role compile.Role) int {
	for i, c := range columns {
		if c.Role == role {
			return i
		}
	}
	return -1
}

func toInt(v any) int64 {
	if n, ok := v.(int64); ok {
		return n
	}
	return 0
}

// groupKey identifies the group of a row, time apart.
func groupKey(columns []compile.Column, row []any) string {
	var b strings.Builder
	for i, c := range columns {
		if c.Role == compile.Key {
			fmt.Fprintf(&b, "%T%v\x1f", row[i], row[i])
		}
	}
	return b.String()
}

// emptyLike is a row of the same group in which nothing happened.
func emptyLike(columns []compile.Column, row []any) []any {
	empty := make([]any, len(columns))
	for i, c := range columns {
		switch {
		case c.Role == compile.Key || c.Role == compile.Name:
			empty[i] = row[i]
		case c.Role == compile.Metric:
			empty[i] = zero(c.Metric)
		}
	}
	return empty
}

// emptyShares sets the shares of a row to 0 where its bucket has a whole, which
// shows in the other rows of the bucket.
func emptyShares(columns []compile.Column, row []any, bucket [][]any) {
	for i, c := range columns {
		if c.Metric.ShareOf != "" && slices.ContainsFunc(bucket, func(other []any) bool { return other[i] != nil }) {
			row[i] = float64(0)
		}
	}
}

// zero is the value of a metric where nothing happened.
func zero(m catalog.Metric) any {
	switch {
	case m.Unit == catalog.Count:
		return int64(0)
	case m.Additive:
		return float64(0)
	}
	return nil
}
