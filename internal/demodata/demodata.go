// Package demodata generates the messages of a fictional Latin American business: two
// accounts, eleven lines on seven channels, agents, bots, campaigns and replies. It
// writes them into the tables of the contract for demos, benchmarks and tests. The same
// options always generate the same rows.
package demodata

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
)

// Options say how much is made up. The zero value serves.
type Options struct {
	// Messages is about how many messages there are; 0 means 40,000.
	Messages int
	// Days before End in which they lie; 0 means 45.
	Days int
	// Seed of all chance.
	Seed uint64
	// End is the present of the data, which go up to it as if they had just been
	// read; zero means now. It is cut to the minute.
	End time.Time
	// Force lets Generate replace a schema that it did not make.
	Force bool
}

const (
	defaultMessages = 40_000
	defaultDays     = 45
	maxMessages     = 1_000_000_000
	maxDays         = 3660
)

func (o Options) complete() (Options, error) {
	if o.Messages == 0 {
		o.Messages = defaultMessages
	}
	if o.Days == 0 {
		o.Days = defaultDays
	}
	if o.End.IsZero() {
		o.End = time.Now()
	}
	o.End = o.End.UTC().Truncate(time.Minute)
	if o.Messages < 0 || o.Messages > maxMessages {
		return o, fmt.Errorf("messages: %d is not between 1 and %d", o.Messages, maxMessages)
	}
	if o.Days < 0 || o.Days > maxDays {
		return o, fmt.Errorf("days: %d is not between 1 and %d", o.Days, maxDays)
	}
	return o, nil
}

// A Summary counts what was made up. Sent, Failed and Pending are the outbound
// messages by their state at the end.
type Summary struct {
	From, To                   time.Time
	Messages, Received         int
	Sent, Failed, Pending      int
	Conversations, Contacts    int
	Agents, Campaigns, Ratings int
}

// String is the summary in a few lines.
func (s Summary) String() string {
	return fmt.Sprintf(`%s messages from %s to %s:
  %s received, %s sent, %s failed, %s pending
  %s conversations with %s contacts, %d agents, %d campaigns, %s ratings`,
		grouped(s.Messages), s.From.Format("2006-01-02"), s.To.Format("2006-01-02 15:04 MST"),
		grouped(s.Received), grouped(s.Sent), grouped(s.Failed), grouped(s.Pending),
		grouped(s.Conversations), grouped(s.Contacts), s.Agents, s.Campaigns, grouped(s.Ratings))
}

// grouped writes a count with separators of thousands.
func grouped(n int) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Rows makes the data up batch by batch, in the order of time. Contacts come
// no later than what mentions them; the rows of a conversation come with the
// hour in which it begins. Options out of range are cut to it.
func Rows(opts Options) iter.Seq[contract.Data] {
	opts, err := opts.complete()
	if err != nil {
		opts.Messages = min(max(opts.Messages, 1), maxMessages)
		opts.Days = min(max(opts.Days, 1), maxDays)
	}
	return func(yield func(contract.Data) bool) { newGenerator(opts, yield).run() }
}

// mark begins the comment of a schema that Generate made.
const mark = "Parley demo data"

// ErrForeignSchema is returned by Generate where the schema exists and is not
// its own.
var ErrForeignSchema = errors.New("exists and does not hold demo data")

// Generate fills the schema with made-up data: it makes the tables of the
// contract, loads them, adds the indexes and collects the statistics. A
// schema of earlier demo data is replaced, and its readers see the old data
// until the new ones are complete; any other schema only with opts.Force.
// It tells progress how far it is, if that is not nil.
func Generate(ctx context.Context, conn *pgx.Conn, schema string, opts Options, progress func(string)) (Summary, error) {
	opts, err := opts.complete()
	if err != nil {
		return Summary{}, err
	}
	if progress == nil {
		progress = func(string) {}
	}
	var summary Summary
	began := time.Now()
	err = Replace(ctx, conn, schema, opts.Force, func(loading string) (about string, err error) {
		summary, err = fill(ctx, conn, loading, opts, progress)
		return fmt.Sprintf("%d messages in %d days up to %s, seed %d", summary.Messages, opts.Days, summary.To.Format(time.RFC3339), opts.Seed), err
	})
	if err != nil {
		return Summary{}, err
	}
	progress(fmt.Sprintf("done in %s", time.Since(began).Round(100*time.Millisecond)))
	return summary, nil
}

// Replace puts made-up data in the place of a schema: fill makes the schema of
// another name, fills it and says what is in it. Readers of the old data see them
// until the new ones are complete. A schema that holds anything but made-up data
// is replaced only by force.
func Replace(ctx context.Context, conn *pgx.Conn, schema string, force bool, fill func(loading string) (about string, err error)) error {
	if err := checkOwner(ctx, conn, schema); err != nil && !(force && errors.Is(err, ErrForeignSchema)) {
		return err
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) // of no effect after the commit
	loading := schema + "_loading"
	about, err := fill(loading)
	if err != nil {
		return err
	}
	from, to := pgx.Identifier{loading}.Sanitize(), pgx.Identifier{schema}.Sanitize()
	for _, statement := range []string{
		"COMMENT ON SCHEMA " + from + " IS '" + strings.ReplaceAll(mark+": "+about, "'", "''") + "'",
		"DROP SCHEMA IF EXISTS " + to + " CASCADE",
		"ALTER SCHEMA " + from + " RENAME TO " + to,
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("finish schema %s: %w", schema, err)
		}
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// checkOwner makes sure that the schema is free or holds demo data.
func checkOwner(ctx context.Context, conn *pgx.Conn, schema string) error {
	var comment *string
	err := conn.QueryRow(ctx, "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = $1", schema).Scan(&comment)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("look for schema %s: %w", schema, err)
	case comment == nil || !strings.HasPrefix(*comment, mark):
		return fmt.Errorf("schema %s %w", schema, ErrForeignSchema)
	}
	return nil
}

// fill does the work of Generate inside its transaction.
func fill(ctx context.Context, conn *pgx.Conn, loading string, opts Options, progress func(string)) (Summary, error) {
	if err := contract.CreateTables(ctx, conn, loading); err != nil {
		return Summary{}, err
	}
	summary, err := load(ctx, conn, loading, opts, progress)
	if err != nil {
		return summary, err
	}
	progress("building indexes")
	if _, err := conn.Exec(ctx, "SET LOCAL maintenance_work_mem = '256MB'"); err != nil {
		return summary, fmt.Errorf("set the memory for indexes: %w", err)
	}
	if err := contract.CreateIndexes(ctx, conn, loading); err != nil {
		return summary, err
	}
	progress("collecting statistics")
	var analyze strings.Builder
	for _, relation := range []string{"message", "conversation", "conversation_event", "contact", "line", "agent", "team", "agent_team",
		"campaign", "tag", "csat", "working_hours", "account", "rate_card", "market", "billing_rule"} {
		fmt.Fprintf(&analyze, "ANALYZE %s;", pgx.Identifier{loading, relation}.Sanitize())
	}
	if _, err := conn.Exec(ctx, analyze.String()); err != nil {
		return summary, fmt.Errorf("collect statistics: %w", err)
	}
	return summary, nil
}

// load makes the rows up and writes them: while one batch travels, the next is
// made.
func load(ctx context.Context, conn *pgx.Conn, schema string, opts Options, progress func(string)) (Summary, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	batches := make(chan contract.Data, 1)
	var summary Summary
	go func() {
		defer close(batches)
		g := newGenerator(opts, func(batch contract.Data) bool {
			select {
			case batches <- batch:
				return true
			case <-ctx.Done():
				return false
			}
		})
		g.run()
		summary = g.summary
	}()

	began, said, messages := time.Now(), time.Now(), 0
	var failed error
	for batch := range batches {
		if failed != nil {
			continue // let the generator end
		}
		if failed = contract.LoadFrozen(ctx, conn, schema, batch); failed != nil {
			cancel()
			continue
		}
		messages += len(batch.Messages)
		if time.Since(said) >= 2*time.Second {
			said = time.Now()
			progress(fmt.Sprintf("%s of %s messages, %s a second", grouped(messages), grouped(opts.Messages), grouped(int(float64(messages)/said.Sub(began).Seconds()))))
		}
	}
	if failed == nil {
		failed = ctx.Err()
	}
	return summary, failed
}
