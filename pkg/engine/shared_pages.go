package engine

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/measure"
)

// maxShared is how much a page may hold that several lists share, in bytes.
const maxShared = 4 << 20

// errNotShared says that a page is too large to be shared.
var errNotShared = errors.New("too large to be shared")

// sharedPages runs the statements of lists. Many viewers of the same facts see the same
// rows, so what one of them reads serves the others, for as long as the facts do.
func (e *Engine) sharedPages(ctx context.Context, set *facts.Set) measure.Run {
	return func(sql string, args []any, row func(values []any) error) error {
		if e.settings.Refresh <= 0 || isFresh(ctx) {
			return e.db.Query(ctx, sql, args, row) // the facts are of this question alone
		}
		key := pageKey(sql, args)
		rows, ok := set.Pages.Get(key)
		if !ok {
			var err error
			// Facts that another question has replaced have pages of their own.
			rows, err = e.pages.do(ctx, fmt.Sprintf("%p %s", set.Pages, key), func(ctx context.Context) ([][]any, error) {
				return e.readPage(ctx, set.Pages, key, sql, args)
			})
			if errors.Is(err, errNotShared) {
				return e.db.Query(ctx, sql, args, row)
			}
			if err != nil {
				return err
			}
		}
		for _, values := range rows {
			if err := row(values); err != nil {
				return err
			}
		}
		return nil
	}
}

// readPage reads a page and keeps it with the facts. The error is errNotShared where it is
// too large.
func (e *Engine) readPage(ctx context.Context, pages *facts.Pages, key, sql string, args []any) ([][]any, error) {
	if rows, ok := pages.Get(key); ok {
		return rows, nil // somebody was faster
	}
	var rows [][]any
	size := 0
	err := e.db.Query(ctx, sql, args, func(values []any) error {
		for _, v := range values {
			size += sizeOf(v)
		}
		if size > maxShared {
			return errNotShared
		}
		rows = append(rows, values)
		return nil
	})
	if err != nil {
		return nil, err
	}
	pages.Put(key, rows, size)
	return rows, nil
}

// pageKey tells statements apart. Their ids make them long.
func pageKey(sql string, args []any) string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%q %#v", sql, args)
	return string(h.Sum(nil))
}

// sharedValues is listValues for all who ask for the same values at the same time.
func (e *Engine) sharedValues(ctx context.Context, r ValuesRequest) (ValueList, error) {
	if isFresh(ctx) {
		return e.listValues(ctx, r)
	}
	key, err := json.Marshal(r)
	if err != nil {
		return ValueList{}, err
	}
	return e.values.do(ctx, string(key), func(ctx context.Context) (ValueList, error) { return e.listValues(ctx, r) })
}
