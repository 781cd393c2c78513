package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"runtime/debug"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/source"
)

const (
	// DefaultMaxMemory limits the facts that are held in memory, in bytes.
	DefaultMaxMemory = 1 << 30
	// idle is after what time without a question the facts are dropped.
	idle = 15 * time.Minute
	// restFactor is how many times as long as a refresh took facts serve at least.
	restFactor = 4
	// readAllEvery is after what time all messages are read again, in the background, while
	// somebody asks. outdatedFor is how long facts answer that cannot be brought up to date.
	readAllEvery = 15 * time.Minute
	outdatedFor  = 15 * time.Minute
	// A build waits for other questions that arrive with the first, until none arrives for
	// the time of gather, and no longer than gatherLimit.
	gather      = 15 * time.Millisecond
	gatherLimit = 150 * time.Millisecond
	// tooLargeFor is how long nobody tries again to read what had no room.
	tooLargeFor = 5 * time.Minute
)

// A keeper holds facts in memory for the questions to come. Questions that arrive
// together share one build.
type keeper struct {
	mu       sync.Mutex
	set      *facts.Set
	source   *source.Source
	building *build
	// readingAll is set while all messages are read in the background. Where that failed,
	// failedAt is when.
	readingAll context.CancelFunc
	failedAt   time.Time
	// asked are the needs of recent answers, with their time: a new set serves them as
	// well.
	asked map[facts.Needs]time.Time
	// wanted are the needs of the questions that wait for the next build.
	wanted []facts.Needs
	drop   *time.Timer
	// From tooLarge on there were more messages than there is room for, at tooLargeAt.
	tooLarge   int64
	tooLargeAt time.Time
	// alone is held while one question reads for itself what was too large for several,
	// or what does not fit in memory. next are the passes that wait for that, by what
	// their shares have whole, and passes all that have not ended.
	alone  chan struct{}
	next   map[facts.ShareBy]*pass
	passes map[*pass]bool
	closed bool
}

// A build is a set that is being read.
type build struct {
	needs facts.Needs
	// begun: the needs are fixed. Until then more questions can join.
	begun   bool
	source  *source.Source
	done    chan struct{}
	set     *facts.Set
	err     error
	ended   time.Time
	waiting int
	cancel  context.CancelFunc
}

// facts returns facts that cover the needs. They are as old as the settings allow, or
// fresh where the context asks for it. The error is facts.ErrTooLarge where there is not
// enough memory for them.
func (e *Engine) facts(ctx context.Context, src *source.Source, needs facts.Needs) (*facts.Set, error) {
	if e.settings.Refresh <= 0 || isFresh(ctx) {
		return e.build(ctx, src, needs, nil, false)
	}
	k := &e.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.source != src && reflect.DeepEqual(k.source, src) {
		k.source = src // another examination has found the same
	}
	for {
		if time.Since(k.tooLargeAt) < tooLargeFor && needs.ReadsMessages() && needs.Start() <= k.tooLarge {
			return nil, facts.ErrTooLarge
		}
		if k.set != nil && k.source == src && k.set.Needs.Covers(needs) && e.isNew(k.set) {
			k.ask(needs)
			e.readAll(ctx)
			return k.set, nil
		}
		b := k.building
		if b == nil {
			b = e.start(ctx, src, needs)
		}
		if b.source == src && !b.begun {
			b.needs = b.needs.And(needs)
		}
		serves := b.source == src && b.needs.Covers(needs)
		if !serves {
			k.wanted = append(k.wanted, needs)
		}
		if err := k.wait(ctx, b); err != nil {
			return nil, err
		}
		if !serves {
			continue
		}
		set, err := b.set, b.err
		if err != nil && (b.needs.Parts != needs.Parts || needs.Since.Sub(b.needs.Since) > time.Hour) {
			// What others need may be too much, or fail: not so this question's.
			set, err = e.buildAlone(ctx, b, needs)
		}
		switch {
		case err == nil:
			k.ask(needs)
			e.readAll(ctx)
		case k.serves(src, needs) && isPassing(err):
			old := *k.set
			old.Outdated = err
			return &old, nil
		}
		return set, err
	}
}

// buildAlone reads facts for one question of a build that failed. Where that was too large,
// one question after the other tries, so that they do not need several times the memory.
func (e *Engine) buildAlone(ctx context.Context, b *build, needs facts.Needs) (*facts.Set, error) {
	k := &e.keeper
	isTooLarge := errors.Is(b.err, facts.ErrTooLarge)
	k.mu.Unlock()
	if isTooLarge {
		select {
		case k.alone <- struct{}{}:
			defer func() { <-k.alone }()
		case <-ctx.Done():
			k.mu.Lock()
			return nil, ctx.Err()
		}
	}
	k.mu.Lock()
	if isTooLarge && k.tooLargeAt.After(b.ended) && needs.ReadsMessages() && needs.Start() <= k.tooLarge {
		return nil, facts.ErrTooLarge
	}
	base := k.base(b.source)
	k.mu.Unlock()
	set, err := e.buildSafely(ctx, b.source, needs, base, base != nil)
	k.mu.Lock()
	k.note(needs, err)
	return set, err
}

// isNew reports whether facts are new enough to answer a question. What takes long to
// bring up to date serves longer, so that the database is never busy with it all the time.
func (e *Engine) isNew(set *facts.Set) bool {
	rest := time.Duration(0)
	if set.AsOf != set.Read {
		rest = restFactor * set.Took
	}
	return time.Since(set.AsOf) <= max(e.settings.Refresh, rest)
}

// base returns the facts in memory that others of the source can go on from, or nil.
func (k *keeper) base(src *source.Source) *facts.Set {
	if k.source != src {
		return nil
	}
	return k.set
}

// serves reports whether the facts in memory can answer a question although they could not
// be brought up to date.
func (k *keeper) serves(src *source.Source, needs facts.Needs) bool {
	return k.set != nil && k.source == src && k.set.Needs.Covers(needs) && time.Since(k.set.AsOf) <= outdatedFor
}

// outdated are the notices of facts that could not be brought up to date.
func outdated(in measure.Question, set *facts.Set) []string {
	if set == nil || set.Outdated == nil {
		return nil
	}
	_, reason := postgres.Explain(set.Outdated)
	return []string{catalog.In(in.Query.Language).Notice("outdated", set.AsOf.In(in.Location).Format(time.TimeOnly), reason)}
}

// isPassing reports whether an error may be gone by itself: it says nothing against the
// facts in memory.
func isPassing(err error) bool {
	class, _ := postgres.Explain(err)
	return class != postgres.Schema && class != postgres.Forbidden && !errors.Is(err, facts.ErrTooLarge)
}

// ask notes the needs of a question that was answered, and puts off the time when the
// facts are dropped.
func (k *keeper) ask(needs facts.Needs) {
	now := time.Now()
	maps.DeleteFunc(k.asked, func(_ facts.Needs, at time.Time) bool { return now.Sub(at) > idle })
	if k.asked == nil {
		k.asked = map[facts.Needs]time.Time{}
	}
	k.asked[inHours(needs)] = now
	if k.closed {
		return
	}
	if k.drop != nil {
		k.drop.Stop()
	}
	k.drop = time.AfterFunc(idle, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.set = nil
	})
}

// inHours are needs from the beginning of an hour on. Ranges move on with the clock: those
// of an hour count as one, and facts that are added later have the same beginning.
func inHours(needs facts.Needs) facts.Needs {
	needs.Since = needs.Since.UTC().Truncate(time.Hour)
	return needs
}

// note remembers what there was no room for.
func (k *keeper) note(needs facts.Needs, err error) {
	if errors.Is(err, facts.ErrTooLarge) {
		k.tooLarge, k.tooLargeAt, k.asked = needs.Start(), time.Now(), nil
		if k.set != nil && k.set.Needs.Start() < needs.Start() {
			k.set = nil // with it, others would be too many again
		}
	}
}

// start begins a build for a question, for those that wait and for recent ones.
func (e *Engine) start(ctx context.Context, src *source.Source, needs facts.Needs) *build {
	k := &e.keeper
	all := needs
	for _, w := range k.wanted {
		all = all.And(w)
	}
	for asked := range k.asked {
		all = all.And(asked)
	}
	k.wanted = nil
	// Whoever asked first may leave, and the others still wait.
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	b := &build{needs: all, source: src, done: make(chan struct{}), cancel: cancel}
	k.building = b
	go func() {
		defer cancel()
		all, base := e.begin(b)
		set, err := e.buildSafely(running, src, all, base, base != nil && !e.isNew(base))
		k.mu.Lock()
		defer k.mu.Unlock()
		k.note(all, err)
		b.set, b.err, b.ended = set, err, time.Now()
		if k.building == b {
			k.building = nil
		}
		if err == nil && !k.closed {
			k.set, k.source = set, src
		}
		close(b.done)
	}()
	return b
}

// begin waits a moment for more questions, and returns what all of them need, and the
// facts that the build goes on from. Those that are new enough get the parts that they
// lack; others are brought up to date as well.
func (e *Engine) begin(b *build) (needs facts.Needs, base *facts.Set) {
	k := &e.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	waiting := 1
	for until := time.Now().Add(gatherLimit); time.Now().Before(until); waiting = b.waiting {
		k.mu.Unlock()
		time.Sleep(gather)
		k.mu.Lock()
		if b.waiting <= waiting {
			break
		}
	}
	b.begun, b.needs = true, inHours(b.needs)
	return b.needs, k.base(b.source)
}

// readAll reads all messages again in the background, where that is long ago.
func (e *Engine) readAll(ctx context.Context) {
	k := &e.keeper
	if k.set == nil || k.closed || k.readingAll != nil || time.Since(k.set.Read) < e.readAllEvery || time.Since(k.failedAt) < e.readAllEvery/10 {
		return
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	k.readingAll = cancel
	src, needs := k.source, k.recent()
	go func() {
		defer cancel()
		set, err := e.buildSafely(running, src, needs, nil, false)
		k.mu.Lock()
		defer k.mu.Unlock()
		for err == nil && k.set != nil && k.source == src && k.set.AsOf.After(set.AsOf) {
			// Meanwhile the others were brought up to date.
			k.mu.Unlock()
			set, err = e.buildSafely(running, src, needs, set, true)
			k.mu.Lock()
		}
		k.readingAll = nil
		switch {
		case err != nil:
			k.failedAt = time.Now()
		case k.set != nil && k.source == src && !k.closed:
			k.set = set
		}
	}()
}

// recent are the needs of the questions of the last minutes.
func (k *keeper) recent() facts.Needs {
	var all facts.Needs
	for asked := range k.asked {
		if all.Parts == 0 {
			all = asked
		}
		all = all.And(asked)
	}
	return all
}

// wait waits for a build, which ends when nobody waits for it any more.
func (k *keeper) wait(ctx context.Context, b *build) error {
	b.waiting++
	k.mu.Unlock()
	var err error
	select {
	case <-b.done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	k.mu.Lock()
	if b.waiting--; b.waiting == 0 && err != nil {
		b.cancel()
		if k.building == b {
			k.building = nil
		}
	}
	return err
}

// buildSafely turns a panic into an error: nobody else would catch it here.
func (e *Engine) buildSafely(ctx context.Context, src *source.Source, needs facts.Needs, base *facts.Set, refresh bool) (set *facts.Set, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("reading the messages panicked: %v\n%s", r, debug.Stack())
		}
	}()
	return e.build(ctx, src, needs, base, refresh)
}

// Held is what an engine holds in memory.
type Held struct {
	Messages, Bytes int
	// AsOf is when the messages were read; zero where there are none.
	AsOf time.Time
}

// Held returns what is in memory now.
func (e *Engine) Held() Held {
	e.keeper.mu.Lock()
	set := e.keeper.set
	e.keeper.mu.Unlock()
	if set == nil {
		return Held{}
	}
	return Held{Messages: set.Messages.Len(), Bytes: set.Size(), AsOf: set.AsOf}
}

// Close drops the facts in memory and ends their reading.
func (e *Engine) Close() {
	k := &e.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	k.set, k.closed = nil, true
	if k.building != nil {
		k.building.cancel()
	}
	if k.readingAll != nil {
		k.readingAll()
	}
	for p := range k.passes {
		p.cancel()
	}
	if k.drop != nil {
		k.drop.Stop()
	}
}

// build reads facts in one transaction: those that the base lacks, or all that is new too.
func (e *Engine) build(ctx context.Context, src *source.Source, needs facts.Needs, base *facts.Set, refresh bool) (*facts.Set, error) {
	read := facts.Build
	if refresh {
		read = facts.Refresh
	}
	var set *facts.Set
	err := e.db.Read(ctx, func(ctx context.Context, tx pgx.Tx) (err error) {
		set, err = read(ctx, tx, src, needs, e.settings.MaxMemory, base)
		return err
	})
	return set, err
}

type freshKey struct{}

// isFresh reports whether a request wants everything read anew.
func isFresh(ctx context.Context) bool { return ctx.Value(freshKey{}) != nil }
