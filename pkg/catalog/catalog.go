// Package catalog is the semantic layer, stored as data: facts, metrics, dimensions and
// their texts in every language. Package measure computes them; the editor and the
// documentation show them. No code here computes a number.
package catalog

import (
	"slices"
	"strings"
)

// A Fact is what a metric counts, together with the event time it is counted at.
type Fact string

// The facts and their event times.
const (
	Message            Fact = "message"             // created_at
	Session            Fact = "session"             // started_at
	Initiation         Fact = "initiation"          // created_at of the opener
	Conversation       Fact = "conversation"        // created_at
	ConversationActive Fact = "conversation_active" // time of a message, or created_at
	ConversationNow    Fact = "conversation_now"    // this moment, whatever the range
	Event              Fact = "conversation_event"  // at
	CSATAnswer         Fact = "csat_answer"         // answered_at, else sent_at
	CSATSurvey         Fact = "csat_survey"         // sent_at
)

// IsConversation reports whether a details report of the fact lists conversations.
func (f Fact) IsConversation() bool { return f == ConversationActive || f == ConversationNow }

// A Unit is the unit of a value. It decides how the value is formatted.
type Unit string

// The units of metrics.
const (
	Count   Unit = "count"
	Ratio   Unit = "ratio" // a share: 1 is 100%
	Number  Unit = "number"
	Seconds Unit = "seconds"
	USD     Unit = "usd"
	Text    Unit = "text"
	Instant Unit = "time"
)

// An Aggregate says how the rows of a fact become a value.
type Aggregate string

// The aggregates.
const (
	Rows     Aggregate = "rows"     // the number of rows
	Users    Aggregate = "users"    // the number of distinct users
	Distinct Aggregate = "distinct" // the number of distinct values of a column
	Sum      Aggregate = "sum"      // the sum of a column
	Average  Aggregate = "average"  // the mean of a column
	Median   Aggregate = "median"   // the 50th percentile, interpolated
	P90      Aggregate = "p90"      // the 90th percentile, interpolated
	Earliest Aggregate = "earliest" // the first event time
	Latest   Aggregate = "latest"   // the last event time
	Shared   Aggregate = "shared"   // the value that all rows share which have one
	Tally    Aggregate = "tally"    // each value of a column with its number of rows
)

// A Condition keeps the rows in which a column has one of the values.
type Condition struct {
	Column string
	Values []string
}

// A Metric is one number: either an aggregate over the rows of its fact, or a formula
// over aggregates of the same fact: (sum of Plus - sum of Minus) / sum of Over.
type Metric struct {
	ID   string
	Fact Fact
	Unit Unit
	// Aggregate is computed over the rows that fulfil all conditions of Where; Column is
	// what it reads, where it reads one.
	Aggregate Aggregate
	Column    string
	Where     []Condition
	// Additive is true if the values of disjoint ranges or rows add up.
	Additive bool
	Plus     []string
	Minus    []string
	Over     []string
	// Stage is what the metric shows of each stage of the funnel; empty for all others.
	Stage StageValue
	// Unknown is the id of the metric that counts the rows that are missing from a sum
	// because their value is unknown.
	Unknown string
	// ShareOf is the id of another metric. The value is that metric's share of
	// its total over all rows of the same bucket.
	ShareOf string
	// Needs lists the relations that the metric requires.
	Needs []string
	// Internal metrics are parts of formulas. The editor does not offer them.
	Internal bool
}

// A StageValue is a value of a stage of the funnel.
type StageValue string

// The values of stages.
const (
	Reached         StageValue = "reached"
	ShareOfPrevious StageValue = "share of the stage before"
	ShareOfFirst    StageValue = "share of the first stage"
)

// CountsUnknown reports whether the metric counts the rows that are missing from a sum.
func (m Metric) CountsUnknown() bool {
	return m.ID != "" && slices.ContainsFunc(Metrics, func(sum Metric) bool { return sum.Unknown == m.ID })
}

// Derived reports whether the metric is a formula over other metrics.
func (m Metric) Derived() bool { return len(m.Plus) > 0 || m.ShareOf != "" }

// Numeric reports whether the metric is a number that can be plotted and compared
// with a threshold.
func (m Metric) Numeric() bool { return m.Unit != Text && m.Unit != Instant }

// A Kind is the kind of values that a dimension has.
type Kind string

// The kinds of dimensions.
const (
	KindText   Kind = "text"   // free text: its value is its name
	KindEntity Kind = "entity" // an id with a name in a relation of the contract
	KindEnum   Kind = "enum"   // a fixed set of values with texts in the catalogue
	KindNumber Kind = "number" // a small integer
	KindTime   Kind = "time"   // the start of a calendar bucket
)

// A Dimension groups and filters metrics.
type Dimension struct {
	ID    string
	Kind  Kind
	Facts []Fact
	// Relation and its Name column give an entity's name.
	Relation string
	// Values are the values of an enum, in display order.
	Values []string
	// Multi is true if one fact row can have several values (tags, stages).
	Multi bool
	// Funnel is true for the stages of the funnel. They only group, and only the metrics
	// of stages.
	Funnel bool
	// Needs lists the relations that the dimension requires.
	Needs []string
}

// Has reports whether the dimension can group or filter the fact.
func (d Dimension) Has(f Fact) bool { return slices.Contains(d.Facts, f) }

// None is the value for "no value" in filters and results.
const None = "(none)"

var (
	metricByID    = index(Metrics, func(m Metric) string { return m.ID })
	dimensionByID = index(Dimensions, func(d Dimension) string { return d.ID })
)

func index[T any](items []T, id func(T) string) map[string]T {
	byID := make(map[string]T, len(items))
	for _, item := range items {
		byID[id(item)] = item
	}
	return byID
}

// LookupMetric returns the metric with the given id.
func LookupMetric(id string) (Metric, bool) { m, ok := metricByID[id]; return m, ok }

// LookupDimension returns the dimension with the given id.
func LookupDimension(id string) (Dimension, bool) { d, ok := dimensionByID[id]; return d, ok }

// MetricIDs returns the ids of all metrics that a query can use.
func MetricIDs() []string {
	var ids []string
	for _, m := range Metrics {
		if !m.Internal {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

// GroupableBy returns the dimensions of a fact that its metrics can be grouped by: those
// of the funnel also by its stages.
func GroupableBy(f Fact, ofFunnel bool) []string {
	return slices.DeleteFunc(DimensionIDs(f), func(id string) bool {
		d, _ := LookupDimension(id)
		return d.Funnel && !ofFunnel
	})
}

// DimensionIDs returns the ids of the dimensions that apply to the fact, or of all
// dimensions if the fact is empty.
func DimensionIDs(f Fact) []string {
	var ids []string
	for _, d := range Dimensions {
		if f == "" || d.Has(f) {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// Nearest returns the candidate with the smallest edit distance to the word, or ""
// if none is close enough to be a typo.
func Nearest(word string, candidates []string) string {
	best, bestDistance := "", max(2, len(word)/3)+1
	for _, c := range candidates {
		if len(word)-len(c) >= bestDistance {
			continue // a long word is compared with none
		}
		if d := editDistance(strings.ToLower(word), c); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost = 1 + min(diagonal, row[j], row[j-1])
			}
			diagonal, row[j] = row[j], cost
		}
	}
	return row[len(b)]
}

// Facts lists all facts in the order of the editor.
var Facts = []Fact{Message, Session, Initiation, Conversation, ConversationActive, ConversationNow, Event, CSATAnswer, CSATSurvey}
