package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// cut says what ended an answer before its last row.
type cut string

const (
	whole   cut = ""
	byRows  cut = "rows"
	byBytes cut = "bytes"
)

// answer is the rows of an answer within the limits.
type answer struct {
	rows [][]any
	cut  cut
	// total is the number of rows without a limit; 0 where it is not known.
	total int64
}

var errEnough = errors.New("enough rows")

// room counts what an answer holds, up to the limits of bytes.
type room struct {
	ctx           context.Context
	memory        *RequestMemory
	max           int
	size, counted int
}

func (e *Engine) room(ctx context.Context) *room {
	return &room{ctx: ctx, memory: memoryOf(ctx), max: e.settings.MaxBytes}
}

func (r *room) add(v any) { r.size += sizeOf(v) }

// fitting returns how many of the rows, from the first on, there is room for.
func (r *room) fitting(rows [][]any) (int, error) {
	for n, row := range rows {
		if err := r.check(); errors.Is(err, errEnough) {
			return n, nil
		} else if err != nil {
			return 0, err
		}
		for _, v := range row {
			r.add(v)
		}
	}
	return len(rows), nil
}

// check returns errEnough where no more may be added. It may wait for other large
// answers.
func (r *room) check() error {
	if r.size > r.max {
		return errEnough
	}
	if r.size-r.counted < reportBytes {
		return nil
	}
	free, err := r.memory.take(r.ctx, r.size-r.counted)
	r.counted = r.size
	if err == nil && !free {
		return errEnough
	}
	return err
}

// sizeOf is about what a value holds, in bytes.
func sizeOf(v any) int {
	size := 16
	switch v := v.(type) {
	case string:
		size += len(v)
	case []any:
		for _, item := range v {
			size += sizeOf(item)
		}
	}
	return size
}

// normal brings integers to one type.
func normal(v any) any {
	switch n := v.(type) {
	case int16:
		return int64(n)
	case int32:
		return int64(n)
	}
	return v
}

// limit says where the limit of rows comes from.
type limit struct {
	// asked: the query or its report says how many rows it wants.
	asked bool
	// lowered: the data source allows fewer rows than the query's limit.
	lowered bool
}

func (e *Engine) limitOf(asked, resolved query.Query) limit {
	preset, _ := query.LookupPreset(asked.Report)
	return limit{asked: asked.Limit > 0 || preset.Query.Limit > 0 && !preset.IsEvents(), lowered: resolved.Limit > e.settings.MaxRows}
}

// tellCut adds a notice where rows are missing from the answer: how many are shown of
// how many, which limit it was and what helps. Who asks for the first ten learns of it
// by the way; any other limit is a warning.
func (e *Engine) tellCut(r *Result, a answer, l limit) {
	if a.cut == whole {
		return
	}
	texts := catalog.In(r.Query.Language)
	count := func(n int) string { return texts.Count(int64(n)) }
	shown, total := len(r.Rows), a.total
	what := "shown"
	if r.Query.Format == "annotations" {
		what = "shown_events"
	}
	said := texts.Notice(what+"_first", count(shown))
	if total > int64(shown) {
		said = texts.Notice(what, count(shown), texts.Count(total))
	}
	switch {
	case a.cut == byBytes:
		said += texts.Notice("cut_bytes", count(e.settings.MaxBytes>>20))
	case l.lowered && e.settings.MaxRows < query.MaxLimit:
		said += texts.Notice("cut_rows", count(e.settings.MaxRows))
	case r.Query.Limit >= query.MaxLimit:
		said += texts.Notice("cut_most", count(query.MaxLimit))
	case r.Query.Format == "logs":
		said += texts.Notice("cut_log")
	default:
		said += texts.Notice("cut_limit", count(r.Query.Limit))
	}
	if a.cut == byRows && !l.lowered && (l.asked || r.Query.Format == "logs") {
		r.Infos = append(r.Infos, said)
	} else {
		r.Notices = append(r.Notices, said)
	}
}

// AllNotices are the notices and what is told by the way.
func (r *Result) AllNotices() []string { return slices.Concat(r.Notices, r.Infos) }
