package engine

import "time"

// ReadAllEvery sets after what time all messages are read again.
func (e *Engine) ReadAllEvery(d time.Duration) { e.readAllEvery = d }
