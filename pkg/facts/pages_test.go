package facts

import (
	"fmt"
	"testing"
)

// TestPagesAreBounded: pages take no more than the limit, and the newest is kept.
func TestPagesAreBounded(t *testing.T) {
	s := newSet(Needs{})
	empty := s.Size()
	for i := range 50 {
		key := fmt.Sprint("key ", i)
		s.Pages.Put(key, [][]any{{i}}, 1<<20)
		s.Pages.Put(key, [][]any{{i}}, 1<<20) // counts once
		if rows, ok := s.Pages.Get(key); !ok || rows[0][0] != i {
			t.Fatalf("%s: rows %v", key, rows)
		}
		if size := s.Pages.size(); size > maxPages || i < 10 && size < (i+1)<<20 {
			t.Fatalf("%d bytes after %d pages", size, i+1)
		}
	}
	if size := s.Size() - empty; size < maxPages/2 {
		t.Errorf("the set counts %d bytes of pages", size)
	}
	s.Pages.Put("large", nil, maxPages+1)
	if _, ok := s.Pages.Get("large"); ok {
		t.Error("a page larger than the limit is kept")
	}
	next := s.goOn(Needs{})
	if _, ok := next.Pages.Get("key 49"); !ok {
		t.Error("a set that goes on from another has lost its pages")
	}
}
