package engine

import "time"

// ReadAllEvery sets after what time all messages are read again.
func (e *Engine) ReadAllEvery(d time.Duration) { e.readAllEvery = d }

// InShares reads everything in so many shares, as if nothing fitted in memory.
func (e *Engine) InShares(n int) { e.leastShares, e.settings.MaxMemory = n, 1 }
