package measure

import (
	"fmt"
	"math"
	"slices"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
)

// A counter computes one aggregate for all groups.
type counter struct {
	*rows
	metric     catalog.Metric
	conditions []*condition
	read       func(i int32) float64
	// column is that of the values. Of a sum of costs it has the codes of the costs, and
	// costs are these costs.
	column *column
	costs  []cost

	number []int64
	last   []uint64
	sum    []exactSum
	values [][]float64
	codes  []uint32
	seen   map[uint64]struct{}
	// distinct are the distinct values of groups, if other facts may have the same.
	distinct map[uint32]map[string]int64
	tallies  [][]int64

	// Buffers for a block: the rows that fulfill the conditions, their groups and codes.
	both               []verdict
	keptRows           []int32
	keptGroups, buffer []uint32
}

func (t *tally) counter(m catalog.Metric) *counter {
	c := &counter{rows: t.rows, metric: m}
	for _, where := range m.Where {
		column := t.condition(where.Column)
		key := fmt.Sprintf("%q", append([]string{where.Column}, where.Values...))
		if t.shared[key] == nil {
			t.shared[key] = byCode(column, func(code uint32) bool {
				return (code > 0 || column.text(0) != "") && slices.Contains(where.Values, column.text(code))
			})
		}
		c.conditions = append(c.conditions, t.shared[key])
	}
	switch m.Aggregate {
	case catalog.Sum, catalog.Average, catalog.Median, catalog.P90:
		if m.Column == "cost" && m.Aggregate == catalog.Sum {
			c.column, c.costs = &column{reader: t.costCode()}, costsOf(t.set)
			return c
		}
		c.read = t.number(m.Column)
	case catalog.Distinct, catalog.Shared, catalog.Tally:
		c.column = t.dimension(m.Column)
		c.seen = map[uint64]struct{}{}
	}
	return c
}

// several is the code of values that are not all the same.
const several = math.MaxUint32

// grow makes room for so many groups.
func (c *counter) grow(groups int) {
	for groups > len(c.number) {
		c.number = append(c.number, 0)
		c.last, c.sum, c.codes = append(c.last, 0), append(c.sum, exactSum{}), append(c.codes, 0)
		c.values, c.tallies = append(c.values, nil), append(c.tallies, nil)
	}
}

// verdicts tell which of the rows of a round fulfill the conditions, of which there are
// some.
func (c *counter) verdicts(round int, rows []int32) []verdict {
	of := c.conditions[0].verdictsOf(round, rows)
	if len(c.conditions) == 1 {
		return of
	}
	c.both = append(c.both[:0], of...)
	for _, other := range c.conditions[1:] {
		for n, holds := range other.verdictsOf(round, rows) {
			c.both[n] &= holds
		}
	}
	return c.both
}

// keep returns the rows that fulfill the conditions, and their groups.
func (c *counter) keep(verdicts []verdict, rows []int32, groups []uint32) ([]int32, []uint32) {
	c.keptRows, c.keptGroups = append(c.keptRows[:0], rows...), append(c.keptGroups[:0], groups...)
	kept := 0
	for n, holds := range verdicts {
		c.keptRows[kept], c.keptGroups[kept] = rows[n], groups[n]
		kept += int(holds)
	}
	return c.keptRows[:kept], c.keptGroups[:kept]
}

// add adds each of the rows of a round to its group.
func (c *counter) add(round int, rows []int32, groups []uint32) {
	if len(c.conditions) > 0 {
		verdicts := c.verdicts(round, rows)
		if c.metric.Aggregate == catalog.Rows {
			for n, holds := range verdicts {
				c.number[groups[n]] += int64(holds)
			}
			return
		}
		rows, groups = c.keep(verdicts, rows, groups)
	}
	switch c.metric.Aggregate {
	case catalog.Rows:
		for _, g := range groups {
			c.number[g]++
		}
	case catalog.Users:
		for n, i := range rows {
			g := groups[n]
			if user := c.user(i); user != 0 && c.last[g] != user {
				c.last[g] = user
				c.number[g]++
			}
		}
	case catalog.Distinct:
		for n, code := range c.column.codes(rows, &c.buffer) {
			c.addDistinct(groups[n], code)
		}
	case catalog.Sum, catalog.Average:
		if c.costs != nil {
			c.addCosts(rows, groups)
			return
		}
		for n, i := range rows {
			if v := c.read(i); !math.IsNaN(v) {
				c.sum[groups[n]].add(v)
				c.number[groups[n]]++
			}
		}
	case catalog.Median, catalog.P90:
		for n, i := range rows {
			if v := c.read(i); !math.IsNaN(v) {
				c.values[groups[n]] = append(c.values[groups[n]], v)
			}
		}
	case catalog.Earliest:
		for n, i := range rows {
			if g, at := groups[n], c.at[i]; c.number[g] == 0 || at < c.number[g] {
				c.number[g] = at
			}
		}
	case catalog.Latest:
		for n, i := range rows {
			c.number[groups[n]] = max(c.number[groups[n]], c.at[i])
		}
	case catalog.Shared:
		for n, code := range c.column.codes(rows, &c.buffer) {
			c.addShared(groups[n], code)
		}
	case catalog.Tally:
		for n, code := range c.column.codes(rows, &c.buffer) {
			c.addTally(groups[n], code)
		}
	}
}

// A cost is one that messages have, ready to be added up.
type cost struct {
	sum     exactSum
	isKnown bool
}

func costsOf(s *facts.Set) []cost {
	list := make([]cost, len(s.Costs))
	for code, c := range s.Costs {
		if !math.IsNaN(c.USD) {
			list[code].isKnown = true
			list[code].sum.add(c.USD)
		}
	}
	return list
}

func (c *counter) addCosts(rows []int32, groups []uint32) {
	for n, code := range c.column.codes(rows, &c.buffer) {
		if cost := &c.costs[code]; cost.isKnown {
			c.sum[groups[n]].join(cost.sum)
			c.number[groups[n]]++
		}
	}
}

func (c *counter) addDistinct(g, code uint32) {
	if code == 0 || c.last[g] == uint64(code) {
		return
	}
	c.last[g] = uint64(code)
	key := uint64(g)<<32 | uint64(code)
	if _, known := c.seen[key]; !known {
		c.seen[key] = struct{}{}
		c.number[g]++
	}
}

func (c *counter) addShared(g, code uint32) {
	if code == 0 || c.codes[g] == code {
		return
	}
	if c.codes[g] != 0 {
		code = several
	}
	c.codes[g] = code
}

func (c *counter) addTally(g, code uint32) {
	if code == 0 {
		return
	}
	for int(code) >= len(c.tallies[g]) {
		c.tallies[g] = append(c.tallies[g], 0)
	}
	c.tallies[g][code]++
}
