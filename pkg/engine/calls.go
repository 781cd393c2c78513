package engine

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// calls lets all who ask for the same at the same time share one call. It is cancelled
// when nobody waits for it any more. The zero value is ready to use.
type calls[V any] struct {
	mu      sync.Mutex
	running map[string]*call[V]
}

type call[V any] struct {
	done    chan struct{}
	value   V
	err     error
	waiting int
	cancel  context.CancelFunc
}

// do returns what f returns, or what another one gets who asked for the same key before.
func (c *calls[V]) do(ctx context.Context, key string, f func(context.Context) (V, error)) (V, error) {
	c.mu.Lock()
	running, ok := c.running[key]
	if !ok {
		running = c.start(ctx, key, f)
	}
	running.waiting++
	c.mu.Unlock()
	select {
	case <-running.done:
		return running.value, running.err
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if running.waiting--; running.waiting == 0 {
		running.cancel()
		c.forget(key, running)
	}
	var none V
	return none, ctx.Err()
}

// start begins a call, which goes on if the one who asked first leaves.
func (c *calls[V]) start(ctx context.Context, key string, f func(context.Context) (V, error)) *call[V] {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	started := &call[V]{done: make(chan struct{}), cancel: cancel}
	if c.running == nil {
		c.running = map[string]*call[V]{}
	}
	c.running[key] = started
	go func() {
		defer cancel()
		defer close(started.done)
		defer func() {
			// Nobody else would catch a panic here.
			if r := recover(); r != nil {
				started.err = fmt.Errorf("a shared call panicked: %v\n%s", r, debug.Stack())
			}
			c.mu.Lock()
			defer c.mu.Unlock()
			c.forget(key, started)
		}()
		started.value, started.err = f(ctx)
	}()
	return started
}

// forget lets the next one who asks start a new call.
func (c *calls[V]) forget(key string, finished *call[V]) {
	if c.running[key] == finished {
		delete(c.running, key)
	}
}
