package hours

import (
	"context"
	"fmt"
	"time"

	"github.com/parley-reports/parley/pkg/source"
)

// Querier runs a statement; a *postgres.DB is one.
type Querier interface {
	Query(ctx context.Context, sql string, args []any, row func(values []any) error) error
}

// maxRows limits how many rows are read: a week of thousands of lines.
const maxRows = 100_000

// Read reads the rows of the relation working_hours. The error is the database's
// own, or says that there are too many rows.
func Read(ctx context.Context, db Querier, s *source.Source) ([]Row, error) {
	if !s.Has("working_hours") {
		return nil, nil
	}
	var args []any
	from := s.From("working_hours", source.Span{}, func(text string) string {
		args = append(args, text)
		return fmt.Sprintf("$%d::text", len(args))
	})
	sql := fmt.Sprintf(`SELECT w.line_id::text, w.team_id::text, w.time_zone, w.weekday::bigint,
  (extract(epoch FROM w.opens) * 1000000)::bigint, (extract(epoch FROM w.closes) * 1000000)::bigint
FROM %s AS w
LIMIT %d`, from, maxRows+1)
	var rows []Row
	err := db.Query(ctx, sql, args, func(v []any) error {
		if len(rows) == maxRows {
			return fmt.Errorf("working_hours has more than %d rows: keep one row for each line or team and open period", maxRows)
		}
		rows = append(rows, Row{Line: text(v[0]), Team: text(v[1]), Zone: text(v[2]), Weekday: number(v[3]), Opens: clock(v[4]), Closes: clock(v[5])})
		return nil
	})
	return rows, err
}

func text(v any) *string {
	if s, ok := v.(string); ok {
		return &s
	}
	return nil
}

func number(v any) *int64 {
	if n, ok := v.(int64); ok {
		return &n
	}
	return nil
}

func clock(v any) *time.Duration {
	if n := number(v); n != nil {
		return new(time.Duration(*n) * time.Microsecond)
	}
	return nil
}
