package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/billing"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

const (
	// shareMemory is the least memory that a share may take, in bytes.
	shareMemory = 1 << 20
	// messageBytes is about what a message takes in memory, for the number of shares.
	messageBytes = 120
	// mostShares is in how many shares messages are read at most.
	mostShares = 1 << 10
)

// A measurer takes the facts of one share after the other. Its answer is whole after the
// last.
type measurer func(set *facts.Set) error

// A pass reads the messages once for all questions that arrive together, in shares that fit
// in memory.
type pass struct {
	source  *source.Source
	by      facts.ShareBy
	needs   facts.Needs
	askers  []*asker
	done    chan struct{}
	err     error
	read    passed
	waiting int
	cancel  context.CancelFunc
}

// passed says what a pass has read.
type passed struct {
	messages, shares int
	// sql and args are those of the last statement that read messages.
	sql  string
	args []any
}

// notice says that the messages did not fit in memory.
func (p passed) notice(in measure.Question) []string {
	if p.shares == 0 {
		return nil
	}
	texts := catalog.In(in.Query.Language)
	return []string{texts.Notice("in_parts", texts.Count(int64(p.messages)), texts.Count(int64(p.shares)))}
}

// An asker is a question of a pass. begin returns what takes the facts from the first share
// on.
type asker struct {
	begin   func() measurer
	measure measurer
	err     error
}

// inShares measures a question by facts that do not all fit in memory. Questions that
// arrive together share the reading, and one pass follows the other. begin is called again
// if smaller shares are needed.
func (e *Engine) inShares(ctx context.Context, src *source.Source, by facts.ShareBy, needs facts.Needs, begin func() measurer) (passed, error) {
	k := &e.keeper
	k.mu.Lock()
	p := k.next[by]
	if p == nil || p.source != src {
		running, cancel := context.WithCancel(context.WithoutCancel(ctx))
		p = &pass{source: src, by: by, needs: needs, done: make(chan struct{}), cancel: cancel}
		if k.next[by], k.passes[p] = p, true; k.closed {
			cancel()
		}
		go e.runPass(running, p)
	}
	a := &asker{begin: begin}
	p.needs, p.askers = p.needs.And(needs), append(p.askers, a)
	p.waiting++
	k.mu.Unlock()
	select {
	case <-p.done:
		if p.err != nil {
			return passed{}, p.err
		}
		return p.read, a.err
	case <-ctx.Done():
		k.mu.Lock()
		defer k.mu.Unlock()
		if p.waiting--; p.waiting == 0 {
			p.cancel()
			k.startPass(p)
		}
		return passed{}, ctx.Err()
	}
}

// runPass waits for its turn and reads the shares of a pass.
func (e *Engine) runPass(ctx context.Context, p *pass) {
	defer p.cancel()
	defer close(p.done)
	defer e.keeper.endPass(p)
	defer func() {
		if r := recover(); r != nil {
			p.err = fmt.Errorf("reading the messages in parts panicked: %v\n%s", r, debug.Stack())
		}
	}()
	time.Sleep(gather)
	k := &e.keeper
	select {
	case k.alone <- struct{}{}:
		defer func() { <-k.alone }()
	case <-ctx.Done():
		p.err = ctx.Err()
	}
	k.mu.Lock()
	k.startPass(p)
	k.mu.Unlock()
	if p.err == nil {
		p.err = e.readShares(ctx, p)
	}
}

// startPass ends the time in which questions can join a pass.
func (k *keeper) startPass(p *pass) {
	if k.next[p.by] == p {
		delete(k.next, p.by)
	}
}

// endPass forgets a pass.
func (k *keeper) endPass(p *pass) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.startPass(p)
	delete(k.passes, p)
}

// readShares reads all shares for all askers. If one is too large, it begins again with
// smaller ones.
func (e *Engine) readShares(ctx context.Context, p *pass) error {
	memory := max(e.settings.MaxMemory/2, shareMemory)
	err := e.db.Read(ctx, func(ctx context.Context, tx pgx.Tx) (err error) {
		p.read.messages, err = facts.CountMessages(ctx, tx, p.source, p.needs)
		return err
	})
	if err != nil {
		return err
	}
	for n := max(e.leastShares, 1+p.read.messages*messageBytes/memory); ; n *= 2 {
		if n > mostShares {
			return &query.Error{Message: "the messages of a single contact or conversation need more memory than the data source allows: raise the memory for messages in the data source settings, or choose a shorter time range"}
		}
		p.read.shares = n
		if err := e.readEach(ctx, p, memory); !errors.Is(err, facts.ErrTooLarge) {
			return err
		}
	}
}

// readEach reads the shares one after the other, each in a transaction of its own. Which
// units of a month are free is found out by reading the messages once before.
func (e *Engine) readEach(ctx context.Context, p *pass, memory int) error {
	var units *billing.Units
	if p.needs.Has(facts.NeedCosts) {
		units = billing.NewUnits()
		needs := facts.Needs{Since: p.needs.Since, Parts: facts.NeedMessages | facts.NeedCosts}
		if err := e.eachShare(ctx, p, needs, units, memory, func(*facts.Set) {}); err != nil {
			return err
		}
		units.Found()
	}
	for _, a := range p.askers {
		a.measure, a.err = a.begin(), nil
	}
	return e.eachShare(ctx, p, p.needs, units, memory, func(set *facts.Set) {
		for _, a := range p.askers {
			if a.err == nil {
				a.err = a.measure(set)
			}
		}
		p.read.sql, p.read.args = set.SQL, set.Args
	})
}

func (e *Engine) eachShare(ctx context.Context, p *pass, needs facts.Needs, units *billing.Units, memory int, visit func(*facts.Set)) error {
	for i := range p.read.shares {
		var set *facts.Set
		err := e.db.Read(ctx, func(ctx context.Context, tx pgx.Tx) (err error) {
			set, err = facts.BuildShare(ctx, tx, p.source, needs, memory, facts.Share{By: p.by, Of: p.read.shares, Index: i, Units: units})
			return err
		})
		if err != nil {
			return err
		}
		visit(set)
	}
	return nil
}
