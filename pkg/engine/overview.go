package engine

import (
	"context"
	"time"

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
	err := e.db.Query(ctx, "SELECT current_setting('server_version'), (SELECT max(m.created_at) FROM "+s.From("message")+" AS m)", nil, func(values []any) error {
		o.Version, _ = values[0].(string)
		o.Newest, _ = values[1].(time.Time)
		return nil
	})
	return o, err
}
