package dashboard

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
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
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/frame"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/postgres"
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

const (
	allValues   = "$__all"
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
				failed, shown.Problem = err, Sentence(err)
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

// Sentence returns an error of the engine in words for people.
func Sentence(err error) string {
	var wrong *query.Error
	var schema *engine.SchemaError
	var busy *engine.BusyError
	if errors.As(err, &wrong) || errors.As(err, &schema) || errors.As(err, &busy) {
		return err.Error()
	}
	_, sentence := postgres.Explain(err)
	return sentence
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

// values returns the values of a filter with those of its variables, or nil if they are no
// filter.
func (r runner) values(values []string) []string {
	var chosen []string
	for _, value := range values {
		match := reference.FindStringSubmatch(value)
		name := ""
		if match != nil {
			name = match[1] + match[2]
		}
		v, isVariable := r.variable(name)
		switch {
		case !isVariable:
			chosen = append(chosen, value)
		case slices.Contains(r.current(v), allValues):
			return nil
		default:
			chosen = append(chosen, r.chosen(v)...)
		}
	}
	return chosen
}

func (d *Definition) variable(name string) (variable, bool) {
	for _, v := range d.Templating.List {
		if v.Name == name && v.isFilter() {
			return v, true
		}
	}
	return variable{}, false
}

// current returns the values of a variable: the chosen ones or the default.
func (r runner) current(v variable) []string {
	if values, isChosen := r.Variables[v.Name]; isChosen {
		return values
	}
	return v.defaults()
}

// chosen returns the values of a variable, or nil if it is no filter.
func (r runner) chosen(v variable) []string {
	values := r.current(v)
	if slices.Contains(values, allValues) {
		return nil
	}
	var chosen []string
	for _, value := range values {
		if v.Type == "textbox" {
			value = strings.TrimSpace(value) // pasted text often has spaces around it
		}
		if strings.TrimSpace(value) != "" {
			chosen = append(chosen, value)
		}
	}
	return chosen
}

// defaultFilters returns the filters that an ad hoc variable of the dashboard has when it
// opens. They apply if the request has no filters.
func (r runner) defaultFilters() ([]query.Filter, error) {
	var filters []query.Filter
	for _, v := range r.Templating.List {
		for _, f := range v.Filters {
			if r.Filters != nil {
				continue
			}
			values := f.Values
			if len(values) == 0 {
				values = []string{f.Value}
			}
			filter, err := AdHocFilter(f.Key, f.Operator, values)
			if err != nil {
				return nil, err
			}
			filters = append(filters, filter)
		}
	}
	return filters, nil
}

// adHocOperators are Parley's operators by those of ad hoc filters.
var adHocOperators = map[string]string{"=": "in", "=|": "in", "!=": "notIn", "!=|": "notIn", "=~": "matches", "!~": "notMatches"}

// AdHocFilter returns a filter of an ad hoc variable. Its key is a dimension or the column
// with the names of one. The error is a *query.Error.
func AdHocFilter(key, operator string, values []string) (query.Filter, error) {
	f := query.Filter{Dimension: key, Operator: adHocOperators[operator], Values: values}
	if f.Operator == "" {
		return query.Filter{}, &query.Error{Message: fmt.Sprintf("Parley does not support the operator %s of the filter on %s", query.Quote(operator), query.Quote(key))}
	}
	if _, ok := catalog.LookupDimension(key); !ok {
		if d, ok := catalog.LookupDimension(strings.TrimSuffix(key, "_name")); ok {
			f.Dimension = d.ID
		}
	}
	return f, nil
}

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

// conditions returns the account and the filters in words.
func (r runner) conditions(ctx context.Context) []Condition {
	var filters []query.Filter
	labels := map[string]string{}
	panels, _ := r.ordered()
	for _, v := range r.Templating.List {
		values := r.chosen(v)
		if !v.isFilter() || values == nil {
			continue
		}
		if f, isUsed := usedBy(panels, v.Name); isUsed {
			f.Values, labels[f.Dimension] = values, v.Label
			filters = append(filters, f)
		}
	}
	more, _ := r.defaultFilters() // the panels have its error
	filters = slices.Concat(filters, more, r.Filters)
	conditions := Conditions(ctx, r.engine, r.Language, filters)
	for i, f := range filters {
		if label := labels[f.Dimension]; label != "" {
			conditions[i].Name = label
		}
	}
	if slices.ContainsFunc(filters, func(f query.Filter) bool { return f.Dimension == "account" }) {
		return conditions
	}
	// A data source with one account, as most have.
	if accounts, err := r.engine.Values(ctx, engine.ValuesRequest{Dimension: "account", Language: r.Language, Limit: 2}); err == nil && len(accounts) == 1 {
		account := Condition{Name: catalog.In(r.Language).Dimension("account").Title, Text: accounts[0].Text}
		conditions = append([]Condition{account}, conditions...)
	}
	return conditions
}

// usedBy returns the first filter of a panel by a variable.
func usedBy(panels []*panel, name string) (query.Filter, bool) {
	for _, p := range panels {
		for _, t := range p.ours() {
			q, err := query.ParseLenient(t.RawMessage)
			if err != nil {
				continue
			}
			for _, f := range q.Filters {
				if slices.ContainsFunc(f.Values, func(value string) bool { return value == "$"+name || value == "${"+name+"}" }) {
					return f, true
				}
			}
		}
	}
	return query.Filter{}, false
}

// Conditions returns filters in words, with the names of entities.
func Conditions(ctx context.Context, e *engine.Engine, language string, filters []query.Filter) []Condition {
	texts := catalog.In(language)
	conditions := make([]Condition, 0, len(filters))
	for _, f := range filters {
		names := namesOf(ctx, e, language, f)
		var values []string
		for _, v := range f.Values {
			text, ok := names[v]
			if !ok {
				text = texts.Value(f.Dimension, v)
			}
			values = append(values, text)
		}
		conditions = append(conditions, Condition{texts.Dimension(f.Dimension).Title, texts.Notice("file_"+f.Operator, strings.Join(values, ", "))})
	}
	return conditions
}

// namesOf returns the names of the entities that a filter lists by their ids. Without a name,
// an entity is shown by its id.
func namesOf(ctx context.Context, e *engine.Engine, language string, f query.Filter) map[string]string {
	d, _ := catalog.LookupDimension(f.Dimension)
	if d.Kind != catalog.KindEntity || f.Operator != "in" && f.Operator != "notIn" {
		return nil
	}
	ids := slices.DeleteFunc(slices.Clone(f.Values), func(v string) bool { return v == catalog.None })
	if len(ids) == 0 {
		return nil
	}
	named := query.Filter{Dimension: f.Dimension, Operator: "in", Values: ids}
	found, err := e.Values(ctx, engine.ValuesRequest{Dimension: f.Dimension, Filters: []query.Filter{named}, Language: language, Limit: len(ids)})
	if err != nil {
		return nil
	}
	names := map[string]string{}
	for _, v := range found {
		names[v.Value] = v.Text
	}
	return names
}

// show converts results to what the panel shows. The first one has its time intervals,
// language and time zone.
func (p *panel) show(results []*engine.Result, shown *Panel) error {
	result := results[0]
	fields, err := p.joined(results)
	if err != nil {
		return err
	}
	if fields, err = p.transform(fields); err != nil {
		return err
	}
	isFunnel := p.Type == "barchart" && len(fields) > 3 && fields[0].name == "stage"
	if !isFunnel { // whose overrides only place its labels
		p.dress(fields)
	}
	if p.Options.ReduceOptions.Values {
		fields = spread(fields)
	}
	isHorizontal := p.Type == "barchart" && p.Options.Orientation == "horizontal" || p.Options.ShowHeader != nil && !*p.Options.ShowHeader
	switch {
	case p.Type == "stat" || p.Type == "gauge" || p.Type == "bargauge":
		shown.View = Cards
		shown.Cards, err = p.cards(fields, result.Location)
	case p.Type == "timeseries":
		p.overTime(result, fields, shown)
	case p.Type == "piechart":
		err = p.ring(result, fields, shown)
	case p.Type == "heatmap" && result.Query.Format == "heatmap":
		shown.View, shown.Colors = Heat, []string{paint(p.Options.Color.Fill)}
		if len(fields) > 1 {
			fields[0].unit = "locale"  // hours are whole numbers
			slices.Reverse(fields[1:]) // the last one is drawn at the top
		}
		tabulate(result, fields, shown)
	case isFunnel:
		shown.View = Funnel
		tabulate(result, fields[:4], shown)
		for _, stage := range fields[0].values {
			shown.Colors = append(shown.Colors, fields[0].colorOf(stage))
		}
	case isHorizontal && isRanking(fields):
		shown.View = Ranking
		tabulate(result, fields, shown)
	case p.Type == "barchart" && !isHorizontal:
		shown.View = Hours
		tabulate(result, fields, shown)
	default:
		shown.View = Table
		tabulate(result, fields, shown)
	}
	return err
}

// spread makes a field of each row, with the texts of the row as its name.
func spread(fields []*field) []*field {
	var rows []*field
	for _, f := range visible(fields) {
		if !f.isNumber() {
			continue
		}
		for i, value := range f.values {
			row := *f
			var names []string
			for _, other := range visible(fields) {
				if !other.isNumber() && !other.isTime() {
					names = append(names, fmt.Sprint(other.shown(other.values[i])))
					row.color = cmp.Or(other.colorOf(other.values[i]), row.color)
				}
			}
			if len(names) > 0 {
				row.title = strings.Join(names, " · ")
			}
			row.values, row.result = []any{value}, nil
			rows = append(rows, &row)
		}
	}
	return rows
}

// reduced returns the one value of a field that a panel shows.
func (p *panel) reduced(f *field) (any, error) {
	calc := "lastNotNull"
	if len(p.Options.ReduceOptions.Calcs) > 0 {
		calc = p.Options.ReduceOptions.Calcs[0]
	}
	var known []any
	sum := 0.0
	for _, value := range f.values {
		if v, ok := toFloat(value); ok {
			known, sum = append(known, value), sum+v
		}
	}
	switch {
	case calc == "count":
		return int64(len(f.values)), nil
	case len(f.values) == 0 || len(known) == 0:
		return nil, nil
	}
	order := func(a, b any) int { return measure.Compare(a, b, false) }
	switch calc {
	case "last":
		return f.values[len(f.values)-1], nil
	case "lastNotNull":
		return known[len(known)-1], nil
	case "first":
		return f.values[0], nil
	case "firstNotNull":
		return known[0], nil
	case "sum":
		return sum, nil
	case "mean":
		return sum / float64(len(known)), nil
	case "min":
		return slices.MinFunc(known, order), nil
	case "max":
		return slices.MaxFunc(known, order), nil
	}
	return nil, &query.Error{Message: fmt.Sprintf("a file cannot have a panel with the calculation %s", query.Quote(calc))}
}

// joined returns the fields of all results, those of charts side by side.
func (p *panel) joined(results []*engine.Result) ([]*field, error) {
	var fields []*field
	for i, result := range results {
		for at, of := range frame.Frames(result)[0].Fields {
			f := p.newField(of)
			f.result = result
			isTime := at == 0 && of.Type().Time()
			switch {
			case i > 0 && isTime && len(fields) > 0:
				continue // that of the first one
			case i > 0 && p.Type != "stat" && p.Type != "timeseries" && p.Type != "piechart":
				return nil, &query.Error{Message: "a file cannot have a panel of this type with several queries"}
			case i > 0 && p.Type == "timeseries" && len(fields) > 0 && of.Len() != len(fields[0].values):
				return nil, &query.Error{Message: "a file cannot have a chart whose queries have different intervals"}
			}
			fields = append(fields, f)
		}
	}
	return fields, nil
}

// isRanking reports whether a table has a name and one number.
func isRanking(fields []*field) bool {
	seen := visible(fields)
	return len(seen) == 2 && !seen[0].isNumber() && seen[1].isNumber()
}

func visible(fields []*field) []*field {
	return slices.DeleteFunc(slices.Clone(fields), func(f *field) bool { return f.hidden })
}

// tabulate makes columns and rows of the fields that people see.
func tabulate(result *engine.Result, fields []*field, shown *Panel) {
	fields = visible(fields)
	rows := 0
	for i, f := range fields {
		c := Column{Title: f.title, Kind: f.kind(), Color: paint(f.color), Dashed: f.dashed, Summed: f.summed, IsLink: f.name == "link"}
		if c.Title == "" {
			c.Title = f.name
		}
		if f.isNumber() && len(f.texts) > 0 {
			c.Kind = frame.Text // numbers that have names
		}
		if i == 0 && f.isTime() && !shown.IsList && isDays(result.Query.Bucket) {
			c.Kind = frame.Day
		}
		shown.Columns = append(shown.Columns, c)
		rows = len(f.values)
	}
	shown.Rows = make([][]any, rows)
	for i := range rows {
		for n, f := range fields {
			shown.Rows[i] = append(shown.Rows[i], fitting(f.shown(f.values[i]), shown.Columns[n].Kind, result.Location))
		}
	}
}

func isDays(bucket string) bool { return slices.Contains([]string{"day", "week", "month"}, bucket) }

// fitting returns a value as the type that columns of the kind have.
func fitting(value any, kind frame.Kind, loc *time.Location) any {
	switch v := value.(type) {
	case time.Time:
		return v.In(loc)
	case float64:
		if kind == frame.Count {
			return int64(v)
		}
	case int64:
		if kind != frame.Count && kind != frame.Text {
			return float64(v)
		}
		if kind == frame.Text {
			return fmt.Sprint(v)
		}
	}
	return value
}

// overTime makes a chart over time.
func (p *panel) overTime(result *engine.Result, fields []*field, shown *Panel) {
	all := p.defaults()
	shown.View = Lines
	if all.drawn.style == "bars" {
		shown.View = Bars
	}
	tabulate(result, fields, shown)
	if len(shown.Columns) > 0 {
		shown.Columns[0].Title = catalog.In(result.Query.Language).Bucket(result.Query.Bucket)
	}
	shown.Scale = Scale{
		Min: all.min, Max: all.max, Log: all.drawn.scale == "symlog" || all.drawn.scale == "log", Filled: all.drawn.fillOpacity > 0 && shown.View == Lines,
		Joined: all.drawn.spanNulls, Step: calendar.Unit(result.Query.Bucket),
	}
	if len(shown.Columns) > 1 {
		shown.Scale.Kind = shown.Columns[1].Kind
	}
	if all.drawn.thresholds != "" && all.drawn.thresholds != "off" {
		for _, s := range all.thresholds {
			if s.Value != nil {
				shown.Scale.Limits = append(shown.Scale.Limits, Limit{*s.Value, paint(s.Color)})
			}
		}
	}
}

// ring makes the slices of a pie chart.
func (p *panel) ring(result *engine.Result, fields []*field, shown *Panel) error {
	shown.View = Ring
	texts := catalog.In(result.Query.Language)
	kind := frame.Count
	total := 0.0
	for _, f := range visible(fields) {
		if !f.isNumber() || len(f.values) == 0 {
			continue
		}
		value, err := p.reduced(f)
		if err != nil {
			return err
		}
		kind = f.kind()
		number, _ := toFloat(value)
		total += number
		shown.Rows = append(shown.Rows, []any{f.title, fitting(value, kind, result.Location), nil})
		shown.Colors = append(shown.Colors, paint(f.color))
	}
	for _, row := range shown.Rows {
		if value, ok := toFloat(row[1]); ok && total > 0 {
			row[2] = value / total
		}
	}
	title := texts.Notice("file_value")
	if len(result.Query.Metrics) == 1 {
		title = texts.Metric(result.Query.Metrics[0]).Title
	}
	shown.Columns = []Column{{Title: texts.Notice("file_name")}, {Title: title, Kind: kind}, {Title: texts.Notice("file_share"), Kind: frame.Share}}
	return nil
}

// cards makes the numbers of a panel with cards.
func (p *panel) cards(fields []*field, loc *time.Location) ([]Card, error) {
	var numbers []*field
	pattern := strings.Trim(p.Options.ReduceOptions.Fields, "/")
	for _, f := range fields {
		switch {
		case pattern != "":
			m := matcher{ID: "byRegexp"}
			m.Options, _ = json.Marshal(pattern)
			if f.matches(m) {
				numbers = append(numbers, f)
			}
		case f.isNumber():
			numbers = append(numbers, f)
		}
	}
	var cards []Card
	for _, f := range numbers {
		c := Card{Kind: f.kind(), Text: f.noValue}
		if len(numbers) > 1 {
			c.Name = f.title
		}
		if slices.Equal(p.Options.ReduceOptions.Calcs, []string{"count"}) {
			c.Kind = frame.Count
		}
		value, err := p.reduced(f)
		if err != nil {
			return nil, err
		}
		c.Value = fitting(value, c.Kind, loc)
		if before, ok := previous(f.result, f.name); ok {
			c.Before, c.IsCompared = fitting(before, c.Kind, loc), true
			c.Change, c.Good = change(c.Value, c.Before, p.Options.PercentChangeColorMode)
		}
		c.Color = f.colorOf(c.Value)
		cards = append(cards, c)
	}
	return cards, nil
}

// previous returns the value of a metric in the period before, if the result has that beside
// it and shows it as a change.
func previous(result *engine.Result, metric string) (any, bool) {
	if result == nil || result.Query.Format != "timeseries" || len(result.Rows) != 1 {
		return nil, false
	}
	for i, c := range result.Columns {
		if c.Previous && c.Metric.ID == metric {
			return result.Rows[0][i], true
		}
	}
	return nil, false
}

// change returns the share by which a value changed, and whether that is good news. Mode is
// Grafana's name for the colours of a change.
func change(now, before any, mode string) (*float64, int) {
	n, ok := toFloat(now)
	b, known := toFloat(before)
	if !ok || !known || b == 0 {
		return nil, 0
	}
	share := (n - b) / b
	good := 0
	switch {
	case mode == "same_as_value" || share == 0:
	case share > 0 == (mode == "inverted"):
		good = -1
	default:
		good = 1
	}
	return &share, good
}
