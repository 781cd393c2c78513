package measure

import (
	"math"
	"slices"

	"github.com/parley-reports/parley/pkg/catalog"
)

// A tally counts the rows of a fact by groups.
type tally struct {
	*rows
	levels   []*level
	counters []*counter
	// groups are the groups so far: each is the one before its last key, and the code of
	// that.
	groups []group
	whole  wholes
	// kept are the rows that pass the filters.
	kept []int32
}

type group struct {
	before uint32
	code   uint32
}

// A level numbers the groups up to one of the keys.
type level struct {
	column *column
	// pass keeps the tags that the filters on them let pass.
	pass  []func(code uint32) bool
	codes map[uint64]uint32
	nodes []group
}

// next returns the group of the rows of a group that have the code.
func (l *level) next(before, code uint32) uint32 {
	key := uint64(before)<<32 | uint64(code)
	n, ok := l.codes[key]
	if !ok {
		n = uint32(len(l.nodes))
		l.nodes = append(l.nodes, group{before, code})
		l.codes[key] = n
	}
	return n
}

// tally counts the rows of a fact that pass the filters. isPart: other sets have more of
// them.
func (q *question) tally(f catalog.Fact, metrics []catalog.Metric, groups []catalog.Dimension, isPart bool) *tally {
	replies := slices.ContainsFunc(metrics, func(m catalog.Metric) bool { return m.Column == "reply_time" })
	t := &tally{rows: q.rowsOf(f, replies), whole: wholes{}}
	if len(q.buckets) > 0 {
		at := t.at
		t.levels = append(t.levels, &level{column: &column{code: func(i int32) uint32 { return q.bucket(at[i]) }}, codes: map[uint64]uint32{}})
	}
	for _, d := range groups {
		l := &level{column: t.dimension(d.ID), codes: map[uint64]uint32{}}
		for _, f := range q.Query.Filters {
			if d.Multi && f.Dimension == d.ID {
				l.pass = append(l.pass, remember(l.column, valueTest(d, l.column, f)))
			}
		}
		t.levels = append(t.levels, l)
	}
	for _, m := range metrics {
		t.counters = append(t.counters, t.counter(m))
	}
	wholes := t.wholes(metrics)
	filters := t.filters()
	asks := asksCosts(q.Query)
rows:
	for n := range t.len() {
		i := int32(n)
		for _, pass := range filters {
			if !pass(i) {
				continue rows
			}
		}
		if asks && f == catalog.Message {
			t.kept = append(t.kept, i)
		}
		t.count(i, 0, 0)
		for _, w := range wholes {
			w.add(i, q.bucketOf(t.at[i]))
		}
	}
	t.groups = []group{{}}
	if len(t.levels) > 0 {
		t.groups = t.levels[len(t.levels)-1].nodes
	} else if t.len() == 0 {
		t.groups = nil
	}
	for _, c := range slices.Concat(t.counters, wholes) {
		// A conversation is in one part only.
		if isPart && c.metric.Column != "conversation_id" {
			c.findDistinct()
		}
	}
	for _, w := range wholes {
		byBucket := map[uint32]*part{}
		for bucket := range len(w.number) {
			byBucket[uint32(bucket)] = w.part(uint32(bucket))
		}
		t.whole[w.metric.ID] = byBucket
	}
	return t
}

// bucketOf is the bucket of an instant; 0 where there are none.
func (q *question) bucketOf(at int64) uint32 {
	if len(q.buckets) == 0 {
		return 0
	}
	return q.bucket(at)
}

// wholes count the metrics whose shares are asked for, by bucket alone.
func (t *tally) wholes(metrics []catalog.Metric) []*counter {
	var list []*counter
	for _, id := range t.Query.Metrics {
		m, _ := catalog.LookupMetric(id)
		if base, ok := catalog.LookupMetric(m.ShareOf); ok && base.Fact == t.fact && slices.ContainsFunc(metrics, func(m catalog.Metric) bool { return m.ID == base.ID }) {
			list = append(list, t.counter(base))
		}
	}
	return list
}

// count adds a row to the groups that it belongs to, from a level on.
func (t *tally) count(i int32, depth int, before uint32) {
	for ; depth < len(t.levels); depth++ {
		l := t.levels[depth]
		if l.column.values == nil {
			before = l.next(before, l.column.code(i))
			continue
		}
		values := l.column.values(i)
		if len(values) == 0 {
			values = noTag
		}
		for _, code := range values {
			if !slices.ContainsFunc(l.pass, func(pass func(uint32) bool) bool { return !pass(code) }) {
				t.count(i, depth+1, l.next(before, code))
			}
		}
		return
	}
	for _, c := range t.counters {
		c.add(i, before)
	}
}

var noTag = []uint32{0}

// line is the row of a group.
func (t *tally) line(g int) *line {
	l := &line{parts: map[string]*part{}}
	for _, c := range t.counters {
		if p := c.part(uint32(g)); p != nil {
			l.parts[c.metric.ID] = p
		}
	}
	at := uint32(g)
	var keys, names []any
	for depth := len(t.levels) - 1; depth >= 0; depth-- {
		node := t.levels[depth].nodes[at]
		at = node.before
		if depth == 0 && len(t.buckets) > 0 {
			l.bucket = node.code
			continue
		}
		c := t.levels[depth].column
		name := any(nil)
		if c.name != nil {
			name = c.nameOf(node.code)
		}
		keys, names = append(keys, c.value(node.code)), append(names, name)
	}
	slices.Reverse(keys)
	slices.Reverse(names)
	l.keys, l.names = keys, names
	return l
}

// A counter computes one aggregate for all groups.
type counter struct {
	*rows
	metric     catalog.Metric
	conditions []predicate
	read       func(i int32) float64
	column     *column

	number []int64
	last   []uint64
	sum    []exactSum
	values [][]float64
	codes  []uint32
	seen   map[uint64]struct{}
	// distinct are the distinct values of groups, if other facts may have the same.
	distinct map[uint32]map[string]int64
	tallies  [][]int64
}

func (t *tally) counter(m catalog.Metric) *counter {
	c := &counter{rows: t.rows, metric: m}
	for _, where := range m.Where {
		column := t.condition(where.Column)
		wanted := make([]bool, column.size())
		for code := range wanted {
			wanted[code] = (code > 0 || column.text(0) != "") && slices.Contains(where.Values, column.text(uint32(code)))
		}
		c.conditions = append(c.conditions, func(i int32) bool { return wanted[column.code(i)] })
	}
	switch m.Aggregate {
	case catalog.Sum, catalog.Average, catalog.Median, catalog.P90:
		c.read = t.number(m.Column)
	case catalog.Distinct, catalog.Shared, catalog.Tally:
		c.column = t.dimension(m.Column)
		c.seen = map[uint64]struct{}{}
	}
	return c
}

// several is the code of values that are not all the same.
const several = math.MaxUint32

// add adds a row to a group.
func (c *counter) add(i int32, g uint32) {
	for int(g) >= len(c.number) {
		c.number = append(c.number, 0)
		c.last, c.sum, c.codes = append(c.last, 0), append(c.sum, exactSum{}), append(c.codes, 0)
		c.values, c.tallies = append(c.values, nil), append(c.tallies, nil)
	}
	for _, holds := range c.conditions {
		if !holds(i) {
			return
		}
	}
	switch c.metric.Aggregate {
	case catalog.Rows:
		c.number[g]++
	case catalog.Users:
		if user := c.user(i); user != 0 && c.last[g] != user {
			c.last[g] = user
			c.number[g]++
		}
	case catalog.Distinct:
		code := c.column.code(i)
		if code == 0 || c.last[g] == uint64(code) {
			return
		}
		c.last[g] = uint64(code)
		key := uint64(g)<<32 | uint64(code)
		if _, known := c.seen[key]; !known {
			c.seen[key] = struct{}{}
			c.number[g]++
		}
	case catalog.Sum, catalog.Average:
		if v := c.read(i); !math.IsNaN(v) {
			c.sum[g].add(v)
			c.number[g]++
		}
	case catalog.Median, catalog.P90:
		if v := c.read(i); !math.IsNaN(v) {
			c.values[g] = append(c.values[g], v)
		}
	case catalog.Earliest:
		if at := c.at[i]; c.number[g] == 0 || at < c.number[g] {
			c.number[g] = at
		}
	case catalog.Latest:
		c.number[g] = max(c.number[g], c.at[i])
	case catalog.Shared:
		if code := c.column.code(i); code != 0 && c.codes[g] != code {
			if c.codes[g] != 0 {
				code = several
			}
			c.codes[g] = code
		}
	case catalog.Tally:
		if code := c.column.code(i); code != 0 {
			for int(code) >= len(c.tallies[g]) {
				c.tallies[g] = append(c.tallies[g], 0)
			}
			c.tallies[g][code]++
		}
	}
}
