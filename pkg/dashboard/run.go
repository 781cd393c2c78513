package dashboard

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jszwedko/go-datemath"
	"golang.org/x/sync/errgroup"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
)

// A Request is what surrounds the queries of a dashboard.
type Request struct {
	// From and To are the time range as Grafana writes it: now-7d, now-1M/M, an instant
	// such as 2026-11-01T00:00:00Z, or milliseconds. Empty means the dashboard's default.
	// Weeks start on Monday.
	From, To string
	// LastOfRange gives panels with their own last hours those at the end of the time range.
	// Otherwise they have the whole range if that is not relative, as in Grafana.
	LastOfRange bool
	// Timezone is an IANA name. Empty means that of the engine.
	Timezone string
	// Location is the time zone of the engine; nil is UTC.
	Location *time.Location
	// Variables are the chosen values of the dashboard's variables. Without values, or
	// with $__all, a variable is no filter. A variable that is not in the map has the
	// dashboard's default.
	Variables map[string][]string
	// Filters apply to every panel.
	Filters []query.Filter
	// Now is the present; zero is the clock's.
	Now time.Time
	// ListRows limits the rows that panels hold of lists of messages and conversations.
	// Panel.EachRow reads all of them. 0 is the default of 100.
	ListRows int
	// Memory limits what the results hold; nil is no limit beside that of each result.
	Memory *engine.RequestMemory
}

// AllValues is Grafana's value of a variable on "All".
const AllValues = "$__all"

const (
	defaultList = 100
	// atOnce is how many panels are asked at the same time.
	atOnce = 4
)

// Run runs the queries of all panels. A panel that fails has a Problem. The error is that
// of a panel if all fail, or a *query.Error if the request is not valid.
func (d *Definition) Run(ctx context.Context, e *engine.Engine, r Request) (*Report, error) {
	if r.Now.IsZero() {
		r.Now = time.Now()
	}
	if r.ListRows <= 0 {
		r.ListRows = defaultList
	}
	loc := r.Location
	if loc == nil {
		loc = time.UTC
	}
	if calendar.Chosen(r.Timezone) {
		var err error
		if loc, err = calendar.Zone(r.Timezone); err != nil {
			return nil, &query.Error{Message: err.Error()}
		}
	}
	if r.From == "" && r.To == "" {
		r.From, r.To = d.Time.From, d.Time.To
	}
	span, err := ParseRange(r.From, r.To, r.Now, loc)
	if err != nil {
		return nil, err
	}
	for name := range r.Variables {
		if known := d.VariableNames(); !slices.Contains(known, name) {
			return nil, &query.Error{Message: fmt.Sprintf("the dashboard has no variable %s%s", query.Quote(name), query.Suggest(name, known))}
		}
	}
	run := runner{Definition: d, Request: r, engine: e, span: span, location: loc}
	report := &Report{Title: d.Title, Description: d.Description, Language: d.Language, Range: span, Location: loc}
	panels, sections := d.ordered()
	var group errgroup.Group
	group.SetLimit(atOnce)
	var mu sync.Mutex
	var failed error
	for i, p := range panels {
		if len(p.ours()) == 0 {
			continue
		}
		shown := &Panel{ID: p.ID, Title: p.Title, Section: sections[i], Box: p.Position}
		report.Panels = append(report.Panels, shown)
		group.Go(func() error {
			if err := run.panel(ctx, p, shown); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed, shown.Problem = err, engine.Sentence(err, "the data source settings")
			}
			return nil
		})
	}
	_ = group.Wait() // panels keep their own errors
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if failed != nil && !slices.ContainsFunc(report.Panels, func(p *Panel) bool { return p.Problem == "" }) {
		return nil, failed
	}
	report.Conditions = run.conditions(ctx)
	for _, p := range report.Panels {
		for _, notice := range p.Notices {
			if !slices.Contains(report.Notices, notice) {
				report.Notices = append(report.Notices, notice)
			}
		}
	}
	return report, nil
}

// ParseRange reads a time range as Grafana writes it. Rounded ends, such as now-1d/d, are
// the last millisecond of their day, as in Grafana. The error is a *query.Error.
func ParseRange(from, to string, now time.Time, loc *time.Location) (calendar.Range, error) {
	read := func(text string, roundUp bool) (time.Time, error) {
		if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
			return time.UnixMilli(ms), nil
		}
		return datemath.ParseAndEvaluate(text, datemath.WithNow(now), datemath.WithLocation(loc), datemath.WithStartOfWeek(time.Monday), datemath.WithRoundUp(roundUp))
	}
	var r calendar.Range
	var err error
	if r.From, err = read(from, false); err == nil {
		r.To, err = read(to, true)
	}
	if err != nil {
		return r, &query.Error{Message: fmt.Sprintf("the time range %s to %s is not valid: use times such as now-7d, now-1M/M or 2026-11-01T00:00:00Z", query.Quote(from), query.Quote(to))}
	}
	return r, nil
}

// runner runs the panels of one dashboard for one request.
type runner struct {
	*Definition
	Request
	engine   *engine.Engine
	span     calendar.Range
	location *time.Location
}

// rangeOf returns the time range of a panel. Like Grafana, it applies a panel's own last
// hours only if the dashboard's time range is relative.
func (r runner) rangeOf(p *panel) (calendar.Range, error) {
	isRelative := strings.Contains(r.From, "now")
	switch {
	case p.TimeFrom != "" && r.LastOfRange:
		return ParseRange("now-"+p.TimeFrom, "now", r.span.To, r.location)
	case p.TimeFrom != "" && isRelative:
		return ParseRange("now-"+p.TimeFrom, "now", r.Now, r.location)
	}
	return r.span, nil
}

// query returns a query of a panel with the dashboard's filters.
func (r runner) query(t target) (query.Query, error) {
	q, err := query.ParseLenient(t.RawMessage)
	if err != nil {
		return q, err
	}
	var filters []query.Filter
	for _, f := range q.Filters {
		if f.Values = r.values(f.Values); f.Values != nil {
			filters = append(filters, f)
		}
	}
	more, err := r.defaultFilters()
	if err != nil {
		return q, err
	}
	q.Filters = slices.Concat(filters, more, r.Filters)
	if q.Timezone == "" {
		q.Timezone = r.Timezone
	}
	return q, nil
}

// reference is a value that is only a variable: $line or ${line}.
var reference = regexp.MustCompile(`^\$(?:(\w+)|\{(\w+)(?::\w+)?\})$`)

// adHocOperators are Parley's operators by those of ad hoc filters.
var adHocOperators = map[string]string{"=": "in", "=|": "in", "!=": "notIn", "!=|": "notIn", "=~": "matches", "!~": "notMatches"}

// panel runs the queries of a panel.
func (r runner) panel(ctx context.Context, p *panel, shown *Panel) (err error) {
	if shown.Range, err = r.rangeOf(p); err != nil {
		return err
	}
	var results []*engine.Result
	for _, t := range p.ours() {
		q, err := r.query(t)
		if err != nil {
			return err
		}
		request := engine.Request{Query: q, Range: shown.Range, Now: r.Now, MaxPoints: p.MaxDataPoints, Memory: r.Memory, Partial: true}
		isList := q.IsList()
		switch {
		case isList:
			request.Query.Format, request.Query.Limit = "details", r.ListRows
		case p.Type == "table" && q.Limit == 0:
			request.Query.Limit = query.MaxLimit
		}
		result, err := r.engine.Run(ctx, request)
		if err != nil {
			return err
		}
		if !isList {
			shown.Notices = append(shown.Notices, result.AllNotices()...)
			results = append(results, result)
			continue
		}
		if len(p.ours()) > 1 {
			return &query.Error{Message: "a file cannot have a panel with a list and other queries"}
		}
		// The file has all rows, or says itself how many it has.
		request.Query.Limit = 0
		shown.IsList, shown.Total, shown.Notices = true, result.Total, result.Notices
		shown.rest = func(ctx context.Context, row func([]any) error) error { return r.stream(ctx, p, request, row) }
		results = append(results, result)
	}
	return p.show(results, shown)
}

// streamedRows is how many rows of a list are read before they are written.
const streamedRows = 1000

// stream calls row with all rows of a list.
func (r runner) stream(ctx context.Context, p *panel, request engine.Request, row func([]any) error) error {
	var page engine.Result
	flush := func() error {
		if len(page.Rows) == 0 {
			return nil
		}
		var shown Panel
		if err := p.show([]*engine.Result{&page}, &shown); err != nil {
			return err
		}
		page.Rows = page.Rows[:0]
		for _, values := range shown.Rows {
			if err := row(values); err != nil {
				return err
			}
		}
		return nil
	}
	err := r.engine.Stream(ctx, request, func(result *engine.Result) error {
		page = *result
		return nil
	}, func(values []any) error {
		if page.Rows = append(page.Rows, slices.Clone(values)); len(page.Rows) < streamedRows {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}
