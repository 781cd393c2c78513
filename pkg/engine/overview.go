package engine

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/source"
)

// Overview is what the health check tells of a database that can be read.
type Overview struct {
	Version string
	// Newest is the time of the newest message, zero where there is none.
	Newest time.Time
}

// Overview looks at the server and at the newest message.
func (e *Engine) Overview(ctx context.Context, s *source.Source) (Overview, error) {
	var o Overview
	err := e.db.Read(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, "SELECT current_setting('server_version')").Scan(&o.Version); err != nil {
			return err
		}
		// Of a database in use the newest message is young, and an index finds it:
		// the whole table is looked at only where there is none of the last year.
		now := time.Now()
		for _, since := range []time.Time{now.AddDate(0, 0, -1), now.AddDate(-1, 0, 0), {}} {
			sql, args := facts.NewestSQL(s, since)
			var newest *time.Time
			if err := tx.QueryRow(ctx, sql, args...).Scan(&newest); err != nil {
				return err
			}
			if newest != nil {
				o.Newest = *newest
				return nil
			}
		}
		return nil
	})
	return o, err
}
