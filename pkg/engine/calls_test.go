package engine

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestCallsAreShared: those who ask while a call runs get what it returns.
func TestCallsAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c calls[int]
		var ran atomic.Int32
		call := func(context.Context) (int, error) {
			time.Sleep(time.Second)
			return int(ran.Add(1)), nil
		}
		got := make(chan int, 10)
		for range 9 {
			go func() {
				n, err := c.do(t.Context(), "a", call)
				if err != nil {
					t.Error(err)
				}
				got <- n
			}()
		}
		for range 9 {
			if n := <-got; n != 1 {
				t.Errorf("got the answer of call %d", n)
			}
		}
		if n, _ := c.do(t.Context(), "a", call); n != 2 {
			t.Errorf("the next one gets the answer of call %d", n)
		}
		if len(c.running) != 0 {
			t.Errorf("%d calls are held", len(c.running))
		}
	})
}

// TestCallsEndWithTheLastWaiting: a call goes on while somebody waits for it.
func TestCallsEndWithTheLastWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c calls[string]
		ended := make(chan error, 1)
		call := func(ctx context.Context) (string, error) {
			select {
			case <-ctx.Done():
				ended <- ctx.Err()
				return "", ctx.Err()
			case <-time.After(time.Minute):
				ended <- nil
				return "done", nil
			}
		}
		first, leaveFirst := context.WithCancel(t.Context())
		second, leaveSecond := context.WithCancel(t.Context())
		errs := make(chan error, 2)
		for _, ctx := range []context.Context{first, second} {
			go func() { _, err := c.do(ctx, "a", call); errs <- err }()
			synctest.Wait()
		}
		leaveFirst()
		if err := <-errs; !errors.Is(err, context.Canceled) {
			t.Errorf("error %v for the one who left", err)
		}
		synctest.Wait()
		select {
		case err := <-ended:
			t.Fatalf("the call ended although somebody waits: %v", err)
		default:
		}
		leaveSecond()
		<-errs
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the call ended by %v, want it cancelled", err)
		}
		if value, err := c.do(t.Context(), "a", call); value != "done" || err != nil {
			t.Errorf("the next call: %q, %v", value, err)
		}
	})
}

// TestCallsSurviveAPanic: whoever waits gets an error.
func TestCallsSurviveAPanic(t *testing.T) {
	var c calls[int]
	if _, err := c.do(t.Context(), "a", func(context.Context) (int, error) { panic("no") }); err == nil || !strings.Contains(err.Error(), "panicked: no") {
		t.Errorf("error %v", err)
	}
}
