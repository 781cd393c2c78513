package dashboard

import (
	"context"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/frame"
)

// A Report is what a dashboard shows.
type Report struct {
	Title, Description string
	// Language is that of all texts: en, es or pt-BR.
	Language string
	Range    calendar.Range
	// Location is the time zone of days and times.
	Location *time.Location
	// Conditions are the account and the filters, as people read them.
	Conditions []Condition
	// Notices are those of all panels, each once.
	Notices []string
	// Panels are the panels of Parley's queries, in the order of the screen.
	Panels []*Panel
}

// A Condition is a filter in words: the name of what it filters by, and its values.
type Condition struct{ Name, Text string }

// View is how a panel shows its rows.
type View string

// The views. All but Cards have a table.
const (
	Cards View = "cards"
	// Lines and Bars are charts over time: the first column is the start of the interval,
	// the others are the series. Bars are stacked.
	Lines View = "lines"
	Bars  View = "bars"
	// Hours are stacked bars with text or a number as their first column.
	Hours View = "hours"
	// Ring is a pie chart: a row for each slice, with its name, value and share.
	Ring View = "ring"
	// Funnel has a row for each stage, with its name, value, share of the first stage and
	// share of the stage before.
	Funnel View = "funnel"
	// Heat is a heatmap: a row for each hour, a column for each weekday from Monday on.
	Heat View = "heat"
	// Ranking is a table with a name and one number, drawn as horizontal bars.
	Ranking View = "ranking"
	Table   View = "table"
)

// A Panel is a panel with its numbers.
type Panel struct {
	ID    int
	Title string
	// Section is the title of the row that the panel is in, or "".
	Section string
	Box     Box
	View    View
	// Range is the dashboard's time range, or that of the last hours if the panel has its own.
	Range calendar.Range
	Cards []Card
	// Columns and Rows are the table. Values of a row are nil or have the type of the kind of
	// their column.
	Columns []Column
	Rows    [][]any
	// Colors are the colours of the rows of a Ring and a Funnel, or the one of a Heat.
	Colors []string
	// Total is how many rows a list has; Rows can be fewer. See EachRow.
	Total int64
	// IsList reports whether the rows are a list of messages or conversations, which can
	// have more rows than Rows.
	IsList bool
	// Scale is that of Lines and Bars.
	Scale   Scale
	Notices []string
	// Problem says why the panel has no numbers, or is "".
	Problem string

	rest func(ctx context.Context, row func(values []any) error) error
}

// A Column is a column of a table, or a series of a chart.
type Column struct {
	Title string
	Kind  frame.Kind
	// Color is #RRGGBB, or "" without a colour of its own.
	Color  string
	Dashed bool
	// IsLink reports whether the texts are addresses of chats.
	IsLink bool
	// Summed columns have a total on the screen.
	Summed bool
}

// Scale is what a chart over time shows beside its series.
type Scale struct {
	Kind     frame.Kind
	Min, Max *float64
	// Filled fills the area below lines, Log spreads small values, Joined draws lines
	// across intervals without a value.
	Filled, Log, Joined bool
	// Limits are lines at values, from the thresholds of the panel.
	Limits []Limit
	// Step is the length of the intervals: 5m, 15m, 30m, hour, day, week or month.
	Step calendar.Unit
}

// A Limit is a line at a value.
type Limit struct {
	Value float64
	Color string
}

// A Card is one number of a panel with cards.
type Card struct {
	// Name is the name of the number if the panel has several, else "".
	Name string
	Kind frame.Kind
	// Value is nil without a value; Text says then what the card shows instead.
	Value any
	Text  string
	// Before is the value of the period before, or nil. IsCompared reports whether the card
	// compares with it.
	Before     any
	IsCompared bool
	// Change is the share by which the value changed, or nil. Good is 1 if that is good
	// news, -1 if it is bad and 0 if it is neither.
	Change *float64
	Good   int
	// Color is #RRGGBB, or "" for the colour of the text.
	Color string
}

// EachRow calls row with every row of the table, also with those of a list that Rows does
// not contain. The error is that of the engine or of row.
func (p *Panel) EachRow(ctx context.Context, row func(values []any) error) error {
	if p.rest != nil {
		return p.rest(ctx, row)
	}
	for _, values := range p.Rows {
		if err := row(values); err != nil {
			return err
		}
	}
	return nil
}
