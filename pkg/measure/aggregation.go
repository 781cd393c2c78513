package measure

import (
	"fmt"
	"maps"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
)

// An Aggregation answers a question for metrics. Facts can be added in parts, each with
// everything of some contacts or conversations.
type Aggregation struct {
	*view
	inParts bool
	facts   []catalog.Fact
	byFact  map[catalog.Fact][]catalog.Metric
	groups  []catalog.Dimension
	lines   map[string]*line
	// keys are those of lines in the order in which they were found.
	keys  []string
	whole wholes
	gaps  gaps
}

// wholes are the totals of metrics whose shares are asked for, by metric and bucket.
type wholes map[string]map[uint32]*part

// A line is a group of the answer with the parts of its metrics, and at last their totals.
type line struct {
	bucket      uint32
	keys, names []any
	parts       map[string]*part
	totals      map[string]any
}

// NewAggregation prepares the answer to a question. inParts announces that facts are added
// more than once. The error is a *query.Error.
func NewAggregation(in Question, inParts bool) (*Aggregation, error) {
	a := &Aggregation{view: newView(in, nil), inParts: inParts, lines: map[string]*line{}, whole: wholes{}, gaps: gaps{}}
	if err := a.cutTime(); err != nil {
		return nil, err
	}
	a.facts, a.byFact = catalog.Aggregates(in.Query.Metrics)
	a.groups = a.view.groups()
	return a, nil
}

// Add adds what the facts say.
func (a *Aggregation) Add(set *facts.Set) {
	a.add(set, a.facts)
}

// AddOf adds what a share says of the facts that are measured by such shares.
func (a *Aggregation) AddOf(set *facts.Set, by facts.ShareBy) {
	var measured []catalog.Fact
	for _, f := range a.facts {
		if SharedBy(f) == by {
			measured = append(measured, f)
		}
	}
	a.add(set, measured)
}

func (a *Aggregation) add(set *facts.Set, measured []catalog.Fact) {
	q := *a.view
	q.set = set
	for _, f := range measured {
		t := q.tally(f, a.byFact[f], a.groups, a.inParts)
		for g := range t.groups {
			a.addLine(t.line(g))
		}
		a.whole.join(t.whole)
		if f == catalog.Message && asksCosts(q.Query) {
			t.addGaps(a.gaps)
		}
	}
}

// Join adds what another aggregation of the same question has found.
func (a *Aggregation) Join(other *Aggregation) {
	for _, key := range other.keys {
		a.addLine(other.lines[key])
	}
	a.whole.join(other.whole)
	maps.Copy(a.gaps, other.gaps) // only one of them has costs
}

func (w wholes) join(other wholes) {
	for id, byBucket := range other {
		if w[id] == nil {
			w[id] = map[uint32]*part{}
		}
		for bucket, p := range byBucket {
			w[id][bucket] = w[id][bucket].join(p)
		}
	}
}

func (a *Aggregation) addLine(l *line) {
	key := fmt.Sprintf("%d\x1f%#v", l.bucket, l.keys)
	known := a.lines[key]
	if known == nil {
		a.lines[key] = l
		a.keys = append(a.keys, key)
		return
	}
	for id, p := range l.parts {
		known.parts[id] = known.parts[id].join(p)
	}
}

// Answer returns the answer: all rows, in the order that the query asks for.
func (a *Aggregation) Answer() *Answer {
	if len(a.lines) == 0 && len(a.groups) == 0 && len(a.buckets) == 0 {
		a.addLine(&line{})
	}
	answer := &Answer{Columns: a.columns(a.groups), Buckets: a.buckets, Gaps: a.gaps.most()}
	for _, key := range a.keys {
		l := a.lines[key]
		l.totals = map[string]any{}
		for id, p := range l.parts {
			m, _ := catalog.LookupMetric(id)
			if v := p.value(m); v != nil {
				l.totals[id] = v
			}
		}
		answer.Rows = append(answer.Rows, a.rowsOfLine(l, answer.Columns, a.whole)...)
	}
	a.sort(answer)
	return answer
}
