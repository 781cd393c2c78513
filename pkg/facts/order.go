package facts

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
)

// order puts the messages in order: those of a contact one after the other, in it those
// of an account and of a line, and these by time, sequence and id.
func (b *builder) order() {
	m := &b.set.Messages
	starts := make([]int32, b.set.Contacts.Len()+1)
	for _, contact := range m.Contact {
		starts[contact+1]++
	}
	for i := 1; i < len(starts); i++ {
		starts[i] += starts[i-1]
	}
	next := slices.Clone(starts)
	order := make([]int32, m.Len())
	for i, contact := range m.Contact {
		order[next[contact]] = int32(i)
		next[contact]++
	}
	var jobs []func()
	for some := range slices.Chunk(starts[:len(starts)-1], 10_000) {
		first := len(jobs) * 10_000
		jobs = append(jobs, func() {
			for contact := range some {
				slices.SortFunc(order[starts[first+contact]:starts[first+contact+1]], func(i, j int32) int {
					if a, b := m.Of(i), m.Of(j); a != b && (a.Account != b.Account || a.Line != b.Line) {
						return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Line, b.Line))
					}
					return m.compare(i, j)
				})
			}
		})
	}
	onAllCores(jobs)
	m.sort(order)
}

// compare is the order of two messages in time.
func (m *Messages) compare(i, j int32) int {
	if m.At[i] != m.At[j] {
		return sign(m.At[i] < m.At[j])
	}
	if m.sequence != nil && m.sequence[i] != m.sequence[j] {
		return sign(m.sequence[i] < m.sequence[j])
	}
	if a, b := m.Flags[i]&Outbound, m.Flags[j]&Outbound; a != b {
		return sign(a < b)
	}
	return m.ids.compare(i, j)
}

// sortByTime puts messages in the order of compare.
func (m *Messages) sortByTime(messages []int32) {
	type timed struct {
		at int64
		i  int32
	}
	// With the times beside them, millions are sorted twice as fast.
	sorted := make([]timed, len(messages))
	for n, i := range messages {
		sorted[n] = timed{m.At[i], i}
	}
	slices.SortFunc(sorted, func(a, b timed) int {
		if a.at != b.at {
			return sign(a.at < b.at)
		}
		return m.compare(a.i, b.i)
	})
	for n := range sorted {
		messages[n] = sorted[n].i
	}
}

func sign(less bool) int {
	if less {
		return -1
	}
	return 1
}

// codes are the columns of codes.
func (m *Messages) codes() []*[]uint32 {
	return []*[]uint32{&m.Contact, &m.Conversation, &m.Correlation, &m.shapes}
}

// room makes room for one more message. Columns grow by doubling, since they are long.
func (m *Messages) room() {
	if m.Len() < cap(m.At) {
		return
	}
	more := max(1024, m.Len())
	for _, column := range m.codes() {
		*column = slices.Grow(*column, more)
	}
	m.At, m.sequence = slices.Grow(m.At, more), slices.Grow(m.sequence, more)
	m.Stage, m.Flags = slices.Grow(m.Stage, more), slices.Grow(m.Flags, more)
}

// clip makes columns that can grow and change apart from those that they come from.
func (m *Messages) clip() {
	for _, column := range m.codes() {
		*column = slices.Clip(*column)
	}
	m.At, m.sequence, m.Stage, m.Flags = slices.Clip(m.At), slices.Clip(m.sequence), slices.Clip(m.Stage), slices.Clone(m.Flags)
	m.Shapes, m.known = slices.Clip(m.Shapes), nil
	m.ids.clip()
}

// append adds messages of others.
func (m *Messages) append(others *Messages, which []int32) {
	for _, i := range which {
		m.Contact, m.Conversation, m.Correlation = append(m.Contact, others.Contact[i]), append(m.Conversation, others.Conversation[i]), append(m.Correlation, others.Correlation[i])
		m.addShape(*others.Of(i))
	}
	m.At, m.sequence = append(m.At, inOrder(others.At, which)...), append(m.sequence, inOrder(others.sequence, which)...)
	m.Stage, m.Flags = append(m.Stage, inOrder(others.Stage, which)...), append(m.Flags, inOrder(others.Flags, which)...)
	m.ids.append(&others.ids, which)
}

func (m *Messages) sort(order []int32) {
	jobs := []func(){
		func() { m.ids = m.ids.inOrder(order) },
		func() { m.At = inOrder(m.At, order) },
		func() { m.sequence = inOrder(m.sequence, order) },
		func() { m.Stage, m.Flags = inOrder(m.Stage, order), inOrder(m.Flags, order) },
	}
	for _, column := range m.codes() {
		jobs = append(jobs, func() { *column = inOrder(*column, order) })
	}
	onAllCores(jobs)
}

// onAllCores runs functions that do not depend on each other. It panics if one does.
func onAllCores(jobs []func()) {
	var next atomic.Int32
	var group sync.WaitGroup
	var panicked atomic.Value
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		group.Go(func() {
			defer func() {
				if r := recover(); r != nil {
					panicked.Store(fmt.Sprintf("%v\n%s", r, debug.Stack()))
				}
			}()
			for n := int(next.Add(1)) - 1; n < len(jobs); n = int(next.Add(1)) - 1 {
				jobs[n]()
			}
		})
	}
	group.Wait()
	if r := panicked.Load(); r != nil {
		panic(r)
	}
}
