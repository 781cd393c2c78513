package measure

import "slices"

// A level numbers the groups up to one of the keys.
type level struct {
	column *column
	// pass keeps the tags that the filters on them let pass.
	pass  []*condition
	nodes []group
	// The number of a node, and 1, is in small at the group before it and its code if both
	// are small numbers, else in large.
	small [][]uint32
	large map[group]uint32
	// last is the node that was asked for last.
	last       group
	lastNumber uint32

	buffer, groups []uint32
	rows           []int32
}

// A group is the group before its last key, and the code of that.
type group struct {
	before uint32
	code   uint32
}

func newLevel(c *column) *level { return &level{column: c, large: map[group]uint32{}} }

// smallNumbers are the groups and codes that a level finds without a map.
const smallNumbers = 512

// next returns the group of the rows of a group that have the code.
func (l *level) next(before, code uint32) uint32 {
	key := group{before, code}
	if l.last == key && len(l.nodes) > 0 {
		return l.lastNumber
	}
	n := l.find(key)
	if n == 0 {
		l.nodes = append(l.nodes, key)
		n = uint32(len(l.nodes))
		l.set(key, n)
	}
	l.last, l.lastNumber = key, n-1
	return n - 1
}

func (l *level) find(key group) uint32 {
	switch {
	case key.before >= smallNumbers || key.code >= smallNumbers:
		return l.large[key]
	case int(key.before) < len(l.small) && int(key.code) < len(l.small[key.before]):
		return l.small[key.before][key.code]
	}
	return 0
}

func (l *level) set(key group, n uint32) {
	if key.before >= smallNumbers || key.code >= smallNumbers {
		l.large[key] = n
		return
	}
	for int(key.before) >= len(l.small) {
		l.small = append(l.small, nil)
	}
	codes := &l.small[key.before]
	for int(key.code) >= len(*codes) {
		*codes = append(*codes, 0)
	}
	(*codes)[key.code] = n
}

// divide returns the groups of rows one level deeper. Rows that have several values come
// once for each. What it returns is valid until the next time.
func (l *level) divide(rows []int32, groups []uint32) ([]int32, []uint32) {
	if l.column.values == nil {
		for n, code := range l.column.codes(rows, &l.buffer) {
			groups[n] = l.next(groups[n], code)
		}
		return rows, groups
	}
	l.rows, l.groups = l.rows[:0], l.groups[:0]
	for n, i := range rows {
		values := l.column.values(i)
		if len(values) == 0 {
			values = noTag
		}
		for _, code := range values {
			if !slices.ContainsFunc(l.pass, func(c *condition) bool { return !c.passes(code) }) {
				l.rows, l.groups = append(l.rows, i), append(l.groups, l.next(groups[n], code))
			}
		}
	}
	return l.rows, l.groups
}

var noTag = []uint32{0}
