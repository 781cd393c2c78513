package facts

import "sync"

// Pages are rows that lists read from the database beside a set, such as the bodies of its
// messages, so that many viewers of a list read them once. They are dropped with the set.
// Pages are safe for concurrent use; their rows must not be changed.
type Pages struct {
	mu    sync.Mutex
	rows  map[string]page
	bytes int
}

type page struct {
	rows  [][]any
	bytes int
}

// maxPages limits the pages of a set, in bytes.
const maxPages = 16 << 20

// Get returns the rows of a key, if there are any.
func (p *Pages) Get(key string) ([][]any, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found, ok := p.rows[key]
	return found.rows, ok
}

// Put keeps rows that take so many bytes. Others have to go if there is no room for them.
func (p *Pages) Put(key string, rows [][]any, bytes int) {
	bytes += len(key)
	if bytes > maxPages {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.rows == nil {
		p.rows = map[string]page{}
	}
	p.bytes += bytes - p.rows[key].bytes
	p.rows[key] = page{rows, bytes}
	for other, old := range p.rows {
		if p.bytes <= maxPages {
			break
		}
		if other != key {
			delete(p.rows, other)
			p.bytes -= old.bytes
		}
	}
}

// size is what the pages take in memory, in bytes.
func (p *Pages) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bytes
}
