package billing

import (
	"cmp"
	"container/heap"
)

// Units find out which units are free where the messages are read in parts: the first ones
// of a line and month are in any of the parts. All parts are charged twice. The first time
// finds the free units, and its charges are meaningless.
type Units struct {
	first map[unitKey]*firstTurns
	// found: all parts were charged once.
	found bool
}

type unitKey struct {
	rule  int
	line  string
	month int32
}

// A turn is the place of a message in the order of all.
type turn struct {
	at, sequence int64
	id           string
}

func (t turn) compare(u turn) int {
	return cmp.Or(cmp.Compare(t.at, u.at), cmp.Compare(t.sequence, u.sequence), cmp.Compare(t.id, u.id))
}

// firstTurns are the first of the turns so far, as a heap: the last of them is on top.
type firstTurns []turn

func (f firstTurns) Len() int           { return len(f) }
func (f firstTurns) Less(i, j int) bool { return f[i].compare(f[j]) > 0 }
func (f firstTurns) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *firstTurns) Push(x any)        { *f = append(*f, x.(turn)) }
func (f *firstTurns) Pop() any {
	last := (*f)[len(*f)-1]
	*f = (*f)[:len(*f)-1]
	return last
}

// NewUnits returns Units that have no messages yet.
func NewUnits() *Units { return &Units{first: map[unitKey]*firstTurns{}} }

// Found ends the first time.
func (u *Units) Found() { u.found = true }

// isFree reports whether a unit is one of the first ones. free is how many of them are free.
func (u *Units) isFree(key unitKey, t turn, free int) bool {
	first := u.first[key]
	if first == nil {
		first = &firstTurns{}
		u.first[key] = first
	}
	switch {
	case free <= 0:
		return false
	case u.found:
		return len(*first) < free || t.compare((*first)[0]) <= 0
	case len(*first) < free:
		heap.Push(first, t)
	case t.compare((*first)[0]) < 0:
		(*first)[0] = t
		heap.Fix(first, 0)
	}
	return true
}
