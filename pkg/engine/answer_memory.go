package engine

import (
	"context"
	"runtime/debug"
	"sync"
	"time"
)

// Sizes of answers in memory, in bytes. Grafana's SDK turns an answer into Arrow and
// into a message, so that a process holds several times as much for a moment.
const (
	// DefaultMaxBytes limits one answer.
	DefaultMaxBytes = 64 << 20
	// requestBytes limits the answers of one request together.
	requestBytes = 96 << 20
	// largeBytes is from when on a request counts as large.
	largeBytes = 8 << 20
	// reportBytes is after how much more an answer is counted.
	reportBytes = 1 << 20
)

// Memory limits what all requests of a process hold in answers: so many large ones
// are read at once, others wait. When the last one is done, the memory goes back to
// the operating system.
type Memory struct {
	places chan struct{}

	mu    sync.Mutex
	large int
	usual int // the garbage collector's percentage while there is no large answer
}

// NewMemory makes a Memory for so many large requests at once.
func NewMemory(large int) *Memory { return &Memory{places: make(chan struct{}, large)} }

// BusyError says that too many large answers are read at once.
type BusyError struct{}

func (*BusyError) Error() string {
	return "other large answers are being read: try again in a moment, or ask for fewer rows"
}

// placeTimeout is how long a large answer waits for others.
const placeTimeout = 45 * time.Second

// memoryKey is where a context carries the memory of its request.
type memoryKey struct{}

func memoryOf(ctx context.Context) *RequestMemory {
	m, _ := ctx.Value(memoryKey{}).(*RequestMemory)
	return m
}

// RequestMemory is what the answers of one request hold.
type RequestMemory struct {
	of *Memory

	mu       sync.Mutex
	taken    int
	large    bool
	released bool
}

// Request begins a request. Its memory counts until the context ends, which is when
// the answer has been sent.
func (m *Memory) Request(ctx context.Context) *RequestMemory {
	r := &RequestMemory{of: m}
	context.AfterFunc(ctx, r.release)
	return r
}

// take counts bytes. It reports whether the request may hold them, and waits for a
// place where that makes it a large one.
func (r *RequestMemory) take(ctx context.Context, bytes int) (bool, error) {
	if r == nil {
		return true, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.taken+bytes > requestBytes {
		return false, nil
	}
	r.taken += bytes
	if r.large || r.released || r.taken < largeBytes {
		return true, nil
	}
	wait := time.NewTimer(placeTimeout)
	defer wait.Stop()
	select {
	case r.of.places <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	case <-wait.C:
		return false, &BusyError{}
	}
	r.large = true
	r.of.begin()
	return true, nil
}

func (r *RequestMemory) release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.released = true
	if r.large {
		r.large = false
		<-r.of.places
		r.of.end()
	}
}

// whileLarge is the garbage collector's percentage while there are large answers:
// their texts are cheap to collect and expensive to keep.
const whileLarge = 20

func (m *Memory) begin() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.large++; m.large == 1 {
		m.usual = debug.SetGCPercent(whileLarge)
	}
}

func (m *Memory) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.large--; m.large == 0 {
		debug.SetGCPercent(m.usual)
		debug.FreeOSMemory()
	}
}
