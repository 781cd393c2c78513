package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/demodata"
	"github.com/parley-reports/parley/internal/embeddedpg"
	"github.com/parley-reports/parley/internal/story"
	"github.com/parley-reports/parley/pkg/postgres"
)

// server returns the address of the PostgreSQL to use, and what ends it.
func (o Options) server(ctx context.Context) (address string, stop func() error, err error) {
	if o.Server != "" {
		return o.Server, func() error { return nil }, nil
	}
	if o.Install != nil {
		if err := o.Install(ctx); err != nil {
			return "", nil, err
		}
	}
	server, err := embeddedpg.Start(ctx, embeddedpg.Options{Root: o.Root})
	if err != nil {
		return "", nil, err
	}
	return server.URL(), server.Stop, nil
}

// A database is one of our own, with the messages of one kind.
type database struct {
	name, address, kind string
	server              string
	from, to            time.Time // the range that is asked for
	messages            int
	took                time.Duration // to generate and load
}

const schema = "parley"

// rangeDays is the range of the dashboards, dataDays how far back the messages go.
const (
	rangeDays = 30
	dataDays  = 90
)

// create makes a database with about so many messages.
func (o Options) create(ctx context.Context, server, kind string, messages int) (*database, error) {
	d := &database{name: "parley_bench_" + strings.ToLower(rand.Text()[:10]), server: server, kind: kind}
	if err := d.admin(ctx, "CREATE DATABASE "+d.name+" TEMPLATE template0"); err != nil {
		return nil, fmt.Errorf("create a database: %w", err)
	}
	err := o.fill(ctx, d, messages)
	if err != nil {
		return nil, errors.Join(err, d.drop())
	}
	return d, nil
}

func (o Options) fill(ctx context.Context, d *database, messages int) error {
	at, err := url.Parse(d.server)
	if err != nil {
		return err
	}
	at.Path = "/" + d.name
	d.address = at.String()
	conn, err := pgx.Connect(ctx, d.address)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	d.to = time.Now().UTC().Truncate(time.Minute)
	d.from = d.to.AddDate(0, 0, -rangeDays)
	generate := demodata.Options{Messages: messages, Days: dataDays, Seed: 1, End: d.to}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as parley demo-data does
	begin := time.Now()
	if d.kind == "views" {
		var summary demodata.Summary
		summary, err = demodata.Generate(ctx, conn, schema, generate, nil)
		d.messages = summary.Messages
	} else {
		d.messages = messages
		_, err = story.Generate(ctx, conn, d.kind, schema, generate)
	}
	if err != nil {
		return fmt.Errorf("generate demo data of %s: %w", d.kind, err)
	}
	d.took = time.Since(begin)
	// What autovacuum would do while others wait for their numbers.
	_, err = conn.Exec(ctx, "VACUUM (ANALYZE)")
	return err
}

// admin runs a statement in the server's own database.
func (d *database) admin(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, d.server)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, sql)
	return err
}

// drop removes the database, also after an interrupt.
func (d *database) drop() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return d.admin(ctx, "DROP DATABASE IF EXISTS "+d.name+" WITH (FORCE)")
}

// settings are those of a data source that reads the database, as Grafana hands them to
// the plugin. What is in memory stays fresh for the time that a round takes, and slow
// panels get an answer.
func (d *database) settings() (jsonData map[string]any, secrets map[string]string, err error) {
	s, err := postgres.SettingsFromURL(d.address)
	if err != nil {
		return nil, nil, err
	}
	return map[string]any{
		"kind": d.kind, "host": s.Host, "port": s.Port, "database": s.Database, "user": s.User, "tlsMode": s.TLSMode,
		"schema": schema, "timezone": Timezone, "timeoutSeconds": 300, "refreshSeconds": 600,
	}, map[string]string{"password": s.Password}, nil
}

// activeTime is how long the database's sessions have run statements, of those that
// have ended.
func (d *database) activeTime(ctx context.Context) (time.Duration, error) {
	conn, err := pgx.Connect(ctx, d.server)
	if err != nil {
		return 0, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	// Sessions report when they end.
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		var open int
		if err := conn.QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = $1", d.name).Scan(&open); err != nil {
			return 0, err
		}
		if open == 0 {
			break
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	var milliseconds float64
	err = conn.QueryRow(ctx, "SELECT active_time FROM pg_stat_database WHERE datname = $1", d.name).Scan(&milliseconds)
	return time.Duration(milliseconds * float64(time.Millisecond)), err
}

// handOver is how long it takes to hand the raw webhooks of the range and of the period
// before it to a client that throws them away.
func (d *database) handOver(ctx context.Context) (time.Duration, error) {
	conn, err := pgx.Connect(ctx, d.address)
	if err != nil {
		return 0, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	sql := fmt.Sprintf("COPY (SELECT payload FROM %s.whatsapp_webhook WHERE received_at >= '%s' AND received_at < '%s') TO STDOUT",
		schema, d.from.AddDate(0, 0, -rangeDays).Format(time.RFC3339), d.to.Format(time.RFC3339))
	begin := time.Now()
	_, err = conn.PgConn().CopyTo(ctx, io.Discard, sql)
	return time.Since(begin), err
}
