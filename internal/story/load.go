package story

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/demodata"
)

// A writer tells data part by part, in the order of time. What it wrote is in its
// tables, and what it told in its rows, until somebody takes them.
type writer interface {
	part(contract.Data)
	// finish writes what is known when all parts are told. It calls put now and then,
	// which takes what is in the tables.
	finish(put func())
	tables() []*table
	rows() *contract.Data
}

// whole tells data in one part.
func whole(ctx context.Context, conn *pgx.Conn, schema, definitions string, w writer, data contract.Data) (contract.Data, error) {
	if err := create(ctx, conn, schema, definitions); err != nil {
		return contract.Data{}, err
	}
	w.part(data)
	w.finish(func() {})
	return *w.rows(), write(ctx, conn, schema, w.tables()...)
}

// Parts tells data in the tables of a kind of product, as a Teller does, but in parts of
// so many messages.
func Parts(ctx context.Context, conn *pgx.Conn, kind, schema string, data contract.Data, messages int) (told contract.Data, err error) {
	if err := create(ctx, conn, schema, Tables[kind]); err != nil {
		return told, err
	}
	w := writers[kind]()
	put := func() {
		for _, t := range w.tables() {
			err = errors.Join(err, copyRows(ctx, conn, schema, t.take()))
		}
	}
	data.Messages = slices.Clone(data.Messages)
	sortMessages(data.Messages)
	cut := cutter{size: messages}
	all := data.Messages
	data.Messages = nil
	cut.add(data)
	for batch := range slices.Chunk(all, messages) {
		if part, whole := cut.add(contract.Data{Messages: batch}); whole {
			w.part(part)
			put()
		}
	}
	w.part(cut.rest)
	w.finish(put)
	put()
	return *w.rows(), errors.Join(err, analyze(ctx, conn, schema, w.tables()...))
}

// partMessages is how many messages are told and written at a time, so that millions
// need no more memory than what the writer has to remember.
const partMessages = 20_000

// counts are what was told.
type counts struct{ messages, conversations, contacts int }

// stream tells demo data part by part: while one part is written, the next is told.
func stream(ctx context.Context, conn *pgx.Conn, schema, definitions string, w writer, options demodata.Options) (told counts, err error) {
	if err := create(ctx, conn, schema, definitions); err != nil {
		return told, err
	}
	indexes, err := dropIndexes(ctx, conn, schema)
	if err != nil {
		return told, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	parts := make(chan []*table, 1)
	go func() {
		defer close(parts)
		// put hands on what is in the tables.
		put := func() {
			rows := w.rows()
			told.messages += len(rows.Messages)
			told.conversations += len(rows.Conversations)
			told.contacts += len(rows.Contacts)
			*rows = contract.Data{}
			var part []*table
			for _, t := range w.tables() {
				part = append(part, t.take())
			}
			select {
			case parts <- part:
			case <-ctx.Done():
			}
		}
		cut := cutter{size: partMessages}
		for batch := range demodata.Rows(options) {
			if ctx.Err() != nil {
				return
			}
			if part, whole := cut.add(batch); whole {
				w.part(part)
				put()
			}
		}
		w.part(cut.rest)
		w.finish(put)
		put()
	}()
	for part := range parts {
		if err == nil {
			if err = copyRows(ctx, conn, schema, part...); err != nil {
				cancel()
			}
		}
	}
	if err = errors.Join(err, ctx.Err()); err != nil {
		return told, err
	}
	if err := runAll(ctx, conn, "SET maintenance_work_mem = '256MB'"); err != nil {
		return told, err
	}
	if err := runAll(ctx, conn, indexes...); err != nil {
		return told, err
	}
	if err := runAll(ctx, conn, "RESET maintenance_work_mem"); err != nil {
		return told, err
	}
	return told, analyze(ctx, conn, schema, w.tables()...)
}

// A cutter cuts data into parts by time: an event and a survey come with the messages
// of their time.
type cutter struct {
	size int
	rest contract.Data
}

// add takes further data. It returns a part where there are enough messages for one.
func (c *cutter) add(batch contract.Data) (part contract.Data, whole bool) {
	add(&c.rest, batch)
	if len(c.rest.Messages) < c.size {
		return part, false
	}
	part, c.rest = c.rest, contract.Data{}
	end := part.Messages[len(part.Messages)-1].CreatedAt
	part.Events, c.rest.Events = divide(part.Events, func(e contract.ConversationEvent) bool { return !e.At.After(end) })
	part.CSAT, c.rest.CSAT = divide(part.CSAT, func(s contract.CSAT) bool {
		return s.SentAt == nil || !s.SentAt.After(end)
	})
	return part, true
}

// divide returns the rows that belong, and the others.
func divide[T any](rows []T, belongs func(T) bool) (ours, others []T) {
	for _, row := range rows {
		if belongs(row) {
			ours = append(ours, row)
		} else {
			others = append(others, row)
		}
	}
	return ours, others
}

// table collects the rows of one table.
type table struct {
	name    string
	columns []string
	rows    [][]any
	taken   int // rows before these
}

func (t *table) add(values ...any) { t.rows = append(t.rows, values) }

// count is how many rows there are, with those that were taken.
func (t *table) count() int { return t.taken + len(t.rows) }

// take returns a table with the rows, and leaves this one empty.
func (t *table) take() *table {
	taken := &table{name: t.name, columns: t.columns, rows: t.rows}
	t.taken, t.rows = t.count(), nil
	return taken
}

// write copies the rows of the tables into the schema.
func write(ctx context.Context, conn *pgx.Conn, schema string, tables ...*table) error {
	if err := copyRows(ctx, conn, schema, tables...); err != nil {
		return err
	}
	return analyze(ctx, conn, schema, tables...)
}

func copyRows(ctx context.Context, conn *pgx.Conn, schema string, tables ...*table) error {
	for _, t := range tables {
		if len(t.rows) == 0 {
			continue
		}
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{schema, t.name}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			return fmt.Errorf("write %s: %w", t.name, err)
		}
	}
	return nil
}

func analyze(ctx context.Context, conn *pgx.Conn, schema string, tables ...*table) error {
	for _, t := range tables {
		if _, err := conn.Exec(ctx, "ANALYZE "+pgx.Identifier{schema, t.name}.Sanitize()); err != nil {
			return fmt.Errorf("analyze %s: %w", t.name, err)
		}
	}
	return nil
}

// create runs the definitions of a product's tables in the schema.
func create(ctx context.Context, conn *pgx.Conn, schema, definitions string) error {
	if _, err := conn.Exec(ctx, fmt.Sprintf("SET search_path TO %s; %s; RESET search_path", pgx.Identifier{schema}.Sanitize(), definitions)); err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	return nil
}

// constraintsAndIndexes lists what makes and drops the keys, foreign keys and indexes of
// a schema, what others depend on first.
const constraintsAndIndexes = `
SELECT 'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid),
  'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(conname),
  CASE contype WHEN 'f' THEN 3 ELSE 1 END AS place
FROM pg_constraint WHERE connamespace = $1::regnamespace AND contype IN ('p', 'u', 'f')
UNION ALL
SELECT pg_get_indexdef(i.indexrelid), 'DROP INDEX ' || i.indexrelid::regclass, 2
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = $1::regnamespace AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x'))
ORDER BY place, 1`

// dropIndexes drops all keys, foreign keys and indexes of the schema, without which rows
// are written several times faster, and returns the statements that make them again.
func dropIndexes(ctx context.Context, conn *pgx.Conn, schema string) (again []string, err error) {
	rows, err := conn.Query(ctx, constraintsAndIndexes, pgx.Identifier{schema}.Sanitize())
	if err != nil {
		return nil, fmt.Errorf("list the indexes: %w", err)
	}
	var drop []string
	var makes, drops string
	var place int
	if _, err = pgx.ForEachRow(rows, []any{&makes, &drops, &place}, func() error {
		again, drop = append(again, makes), append([]string{drops}, drop...)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("list the indexes: %w", err)
	}
	return again, runAll(ctx, conn, drop...)
}

func runAll(ctx context.Context, conn *pgx.Conn, statements ...string) error {
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			short, _, _ := strings.Cut(sql, "\n")
			return fmt.Errorf("%s: %w", short, err)
		}
	}
	return nil
}
