package measure

import (
	"fmt"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
)

// A part is an aggregate of a group of some facts, from which that of all facts can be
// computed. nil is a part without rows.
type part struct {
	aggregate catalog.Aggregate
	number    int64
	sum       exactSum
	values    []float64
	// text is the value that all rows share; "" is none.
	text      string
	isSeveral bool
	// texts are how often each value occurs, or the distinct values.
	texts map[string]int64
}

// part returns the aggregate of a group; nil where it has no rows.
func (c *counter) part(g uint32) *part {
	if int(g) >= len(c.number) {
		return nil
	}
	p := &part{aggregate: c.metric.Aggregate, number: c.number[g], sum: c.sum[g], values: c.values[g]}
	switch c.metric.Aggregate {
	case catalog.Shared:
		if p.isSeveral = c.codes[g] == several; !p.isSeveral && c.codes[g] != 0 {
			p.text = c.column.text(c.codes[g])
		}
	case catalog.Tally:
		p.texts = map[string]int64{}
		for code, n := range c.tallies[g] {
			if n > 0 {
				p.texts[c.column.text(uint32(code))] = n
			}
		}
	case catalog.Distinct:
		p.texts = c.distinct[g]
	}
	return p
}

// findDistinct lists the distinct values of each group, where other facts may have the
// same.
func (c *counter) findDistinct() {
	if c.metric.Aggregate != catalog.Distinct {
		return
	}
	c.distinct = map[uint32]map[string]int64{}
	for key := range c.seen {
		g := uint32(key >> 32)
		if c.distinct[g] == nil {
			c.distinct[g] = map[string]int64{}
		}
		c.distinct[g][c.column.text(uint32(key))] = 1
	}
}

// join returns the aggregate of the rows of both.
func (p *part) join(other *part) *part {
	switch {
	case p == nil:
		return other
	case other == nil:
		return p
	}
	both := *p
	switch p.aggregate {
	case catalog.Earliest:
		if both.number == 0 || other.number != 0 && other.number < both.number {
			both.number = other.number
		}
	case catalog.Latest:
		both.number = max(both.number, other.number)
	default:
		both.number += other.number
	}
	both.sum.join(other.sum)
	both.values = slices.Concat(p.values, other.values)
	switch {
	case p.text == "":
		both.text = other.text
	case other.text != "" && other.text != p.text:
		both.isSeveral = true
	}
	both.isSeveral = both.isSeveral || other.isSeveral
	if other.texts != nil {
		both.texts = maps.Clone(p.texts)
		if both.texts == nil {
			both.texts = map[string]int64{}
		}
		for text, n := range other.texts {
			both.texts[text] += n
		}
	}
	return &both
}

// value is the value of the metric; nil is none.
func (p *part) value(m catalog.Metric) any {
	if p == nil {
		return nil
	}
	switch p.aggregate {
	case catalog.Distinct:
		if p.texts != nil {
			return int64(len(p.texts))
		}
	case catalog.Sum:
		if m.Unit == catalog.Count {
			return int64(math.Round(p.sum.float()))
		}
		return p.sum.float()
	case catalog.Average:
		if p.number == 0 {
			return nil
		}
		return p.sum.float() / float64(p.number)
	case catalog.Median, catalog.P90:
		if len(p.values) == 0 {
			return nil
		}
		slices.Sort(p.values)
		if p.aggregate == catalog.Median {
			return percentile(p.values, 0.5)
		}
		return percentile(p.values, 0.9)
	case catalog.Earliest, catalog.Latest:
		if p.number == 0 {
			return nil
		}
		return time.UnixMicro(p.number).UTC()
	case catalog.Shared:
		if p.isSeveral || p.text == "" {
			return nil
		}
		return p.text
	case catalog.Tally:
		return p.tally(m)
	}
	return p.number
}

// tally lists how often each value of the dimension occurs.
func (p *part) tally(m catalog.Metric) any {
	var list []string
	d, _ := catalog.LookupDimension(m.Column)
	for _, value := range d.Values {
		if n := p.texts[value]; n > 0 {
			list = append(list, fmt.Sprintf("%s: %d", value, n))
		}
	}
	if len(list) == 0 {
		return nil
	}
	return strings.Join(list, ", ")
}

// An exactSum adds up numbers that are not less than 0, in whole billionths, so that the
// sum does not depend on their order.
type exactSum struct{ high, low uint64 }

const billion = 1_000_000_000

func (s *exactSum) add(v float64) { s.join(exactSum{low: uint64(math.Round(v * billion))}) }

func (s *exactSum) join(other exactSum) {
	var carry uint64
	s.low, carry = bits.Add64(s.low, other.low, 0)
	s.high += other.high + carry
}

func (s *exactSum) float() float64 { return (float64(s.high)*(1<<64) + float64(s.low)) / billion }
