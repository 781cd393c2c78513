package measure

import (
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
	// unknown are the rows of unknown costs, by the code of the cost; nil: nobody asks.
	unknown []unknownRows
	// shared are the conditions of the metrics, and round numbers the rows that they last
	// decided about.
	shared map[string]*condition
	round  int
	// groupCodes and bucketCodes are buffers for a block of rows.
	groupCodes, bucketCodes []uint32
}

// tally counts the rows of a fact that pass the filters. isPart: other sets have more of
// them.
func (q *view) tally(f catalog.Fact, metrics []catalog.Metric, groups []catalog.Dimension, isPart bool) *tally {
	replies := slices.ContainsFunc(metrics, func(m catalog.Metric) bool { return m.Column == "reply_time" })
	t := &tally{whole: wholes{}, shared: map[string]*condition{}}
	if f == catalog.Message {
		t.rows = q.allMessages()
	} else {
		t.rows = q.rowsOf(f, replies)
	}
	if len(q.buckets) > 0 {
		t.levels = append(t.levels, newLevel(&column{reader: t.bucketCode()}))
	}
	for _, d := range groups {
		l := newLevel(t.dimension(d.ID))
		for _, f := range q.Query.Filters {
			if d.Multi && f.Dimension == d.ID {
				l.pass = append(l.pass, byCode(l.column, valueTest(d, l.column, f)))
			}
		}
		t.levels = append(t.levels, l)
	}
	for _, m := range metrics {
		t.counters = append(t.counters, t.counter(m))
	}
	wholes := t.wholes(metrics)
	if f == catalog.Message && asksCosts(q.Query) {
		t.unknown = make([]unknownRows, len(q.set.Costs))
	}
	found := false
	for rows := range t.passing(t.conditions()) {
		found = true
		if t.unknown != nil {
			t.noteUnknown(rows)
		}
		if len(wholes) > 0 {
			t.round++
			buckets := t.bucketCode().codes(rows, &t.bucketCodes)
			for _, w := range wholes {
				w.grow(1 + int(slices.Max(buckets)))
				w.add(t.round, rows, buckets)
			}
		}
		t.add(rows)
	}
	t.groups = []group{{}}
	if len(t.levels) > 0 {
		t.groups = t.levels[len(t.levels)-1].nodes
	} else if !found {
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

// add adds rows to the groups that they belong to.
func (t *tally) add(rows []int32) {
	t.groupCodes = append(t.groupCodes[:0], make([]uint32, len(rows))...)
	groups := t.groupCodes
	for _, l := range t.levels {
		rows, groups = l.divide(rows, groups)
	}
	t.round++
	count := 1
	if len(t.levels) > 0 {
		count = len(t.levels[len(t.levels)-1].nodes)
	}
	for _, c := range t.counters {
		c.grow(count)
		c.add(t.round, rows, groups)
	}
}

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
