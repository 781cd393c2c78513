package measure

import (
	"iter"
	"slices"

	"github.com/parley-reports/parley/pkg/facts"
)

// blockRows is how many rows are looked at together: so many that what is done for each
// block costs nothing, and so few that they stay in the processor's cache.
const blockRows = 1024

// A reader reads the codes of rows.
type reader struct {
	one func(i int32) uint32
	// many reads those of several rows. nil: one reads each of them.
	many func(rows []int32, to []uint32)
}

// codes are the codes of rows. They are valid until the buffer is used again.
func (r reader) codes(rows []int32, buffer *[]uint32) []uint32 {
	if cap(*buffer) < len(rows) {
		*buffer = make([]uint32, max(blockRows, len(rows)))
	}
	to := (*buffer)[:len(rows)]
	if r.many != nil {
		r.many(rows, to)
		return to
	}
	for n, i := range rows {
		to[n] = r.one(i)
	}
	return to
}

// each reads every row by itself.
func each(one func(i int32) uint32) reader { return reader{one: one} }

// at reads the code that is at the row's place in a column; where there are no places, at
// its index.
func at[T ~uint8 | ~uint32](places []int32, column []T) reader {
	return reader{
		one: func(i int32) uint32 {
			if places != nil {
				i = places[i]
			}
			return uint32(column[i])
		},
		many: func(rows []int32, to []uint32) {
			if places == nil {
				for n, i := range rows {
					to[n] = uint32(column[i])
				}
				return
			}
			for n, i := range rows {
				to[n] = uint32(column[places[i]])
			}
		},
	}
}

// then reads what a table says of the codes; 0 of those that it does not have.
func (r reader) then(table []uint32) reader {
	translate := func(code uint32) uint32 {
		if int(code) < len(table) {
			return table[code]
		}
		return 0
	}
	return reader{
		one: func(i int32) uint32 { return translate(r.one(i)) },
		many: func(rows []int32, to []uint32) {
			to = r.codes(rows, &to)
			for n, code := range to {
				to[n] = translate(code)
			}
		},
	}
}

// A condition decides about rows by the codes of a column, or by a test of the row itself.
type condition struct {
	column *column
	pass   func(code uint32) bool
	test   predicate
	// known are the codes that were decided about.
	known []verdict
	// of is what was found of the rows of a round.
	of     []verdict
	round  int
	buffer []uint32
}

// A verdict is 1 where a condition is fulfilled, 0 where it is not, and undecided before
// somebody asked.
type verdict uint8

const undecided verdict = 2

// byCode is the condition that a column has one of the codes that pass.
func byCode(c *column, pass func(code uint32) bool) *condition {
	known := make([]verdict, c.size())
	for code := range known {
		known[code] = undecided
	}
	return &condition{column: c, pass: pass, known: known}
}

// holds reports whether a row fulfills the condition.
func (c *condition) holds(i int32) bool {
	if c.test != nil {
		return c.test(i)
	}
	return c.passes(c.column.one(i))
}

func (c *condition) passes(code uint32) bool { return c.decide(code) == 1 }

// decide decides about a code.
func (c *condition) decide(code uint32) verdict {
	for int(code) >= len(c.known) {
		c.known = append(c.known, undecided)
	}
	if c.known[code] == undecided {
		c.known[code] = verdictOf(c.pass(code))
	}
	return c.known[code]
}

func verdictOf(holds bool) verdict {
	if holds {
		return 1
	}
	return 0
}

// verdicts are those about rows. They are valid until the next ones.
func (c *condition) verdicts(rows []int32) []verdict {
	c.of = slices.Grow(c.of[:0], len(rows))[:len(rows)]
	if c.test != nil {
		for n, i := range rows {
			c.of[n] = verdictOf(c.test(i))
		}
		return c.of
	}
	known := c.known
	for n, code := range c.column.codes(rows, &c.buffer) {
		v := undecided
		if int(code) < len(known) {
			v = known[code]
		}
		if v == undecided {
			v = c.decide(code)
			known = c.known
		}
		c.of[n] = v
	}
	return c.of
}

// verdictsOf are those about the rows of a round, in which all who ask have the same rows.
func (c *condition) verdictsOf(round int, rows []int32) []verdict {
	if c.round != round {
		c.round = round
		c.verdicts(rows)
	}
	return c.of
}

// passing iterates over the rows that fulfill the conditions, block by block. A block is
// valid until the next one.
func (r *rows) passing(conditions []*condition) iter.Seq[[]int32] {
	return func(yield func([]int32) bool) {
		block := make([]int32, blockRows)
		for next := 0; next < r.len(); {
			var rows []int32
			rows, next = r.block(next, block)
			for _, c := range conditions {
				kept := 0
				for n, holds := range c.verdicts(rows) {
					rows[kept] = rows[n]
					kept += int(holds)
				}
				rows = rows[:kept]
			}
			if len(rows) > 0 && !yield(rows) {
				return
			}
		}
	}
}

// block returns rows from the first one on, and where the next block begins.
func (r *rows) block(first int, into []int32) (rows []int32, next int) {
	last := min(first+len(into), r.len())
	if !r.isAll {
		for n := range last - first {
			into[n] = int32(first + n)
		}
		return into[:last-first], last
	}
	m := &r.set.Messages
	kept, span := 0, uint64(r.to-r.from)
	for i, at := range m.At[first:last] {
		into[kept] = int32(first + i)
		if uint64(at-r.from) < span { // in the range
			kept++
		}
	}
	return slices.DeleteFunc(into[:kept], func(i int32) bool { return m.Flags[i]&facts.IsCall != 0 }), last
}
