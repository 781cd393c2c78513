package source

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

const ownSchema = "parley"

// Querier runs one query: a connection or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Database gives access to a database while it is examined.
type Database struct {
	tx       pgx.Tx
	settings Settings
	// columns contains the readable columns of each table in the schema.
	columns map[string]map[string]bool
	// unreadable contains the columns that the user has no right to read.
	unreadable map[string]map[string]bool
}

const readableSQL = `
SELECT c.relname, a.attname, has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT')
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = $1`

// Open reads the names of tables and columns in the schema.
func Open(ctx context.Context, tx pgx.Tx, s Settings) (*Database, error) {
	d := &Database{tx: tx, settings: s, columns: map[string]map[string]bool{}, unreadable: map[string]map[string]bool{}}
	rows, err := tx.Query(ctx, readableSQL, s.Schema)
	if err != nil {
		return nil, err
	}
	var table, column string
	var readable bool
	_, err = pgx.ForEachRow(rows, []any{&table, &column, &readable}, func() error {
		into := d.unreadable
		if readable {
			into = d.columns
		}
		if into[table] == nil {
			into[table] = map[string]bool{}
		}
		into[table][column] = true
		return nil
	})
	return d, err
}

// Has reports whether a table ("messages") or a column ("messages.id") exists and can
// be read.
func (d *Database) Has(name string) bool {
	table, column, _ := strings.Cut(name, ".")
	if column == "" {
		return len(d.columns[table]) > 0
	}
	return d.columns[table][column]
}

// forbidden reports whether a table or column exists but cannot be read.
func (d *Database) forbidden(name string) bool {
	table, column, _ := strings.Cut(name, ".")
	if column == "" {
		return len(d.unreadable[table]) > 0 && !d.Has(table)
	}
	return d.unreadable[table][column]
}

// Problem returns why a table or column cannot be read.
func (d *Database) Problem(name string) string {
	if d.forbidden(name) {
		return fmt.Sprintf("the user has no read access to %s.%s: grant SELECT on it", d.settings.Schema, name)
	}
	return fmt.Sprintf("%s.%s does not exist", d.settings.Schema, name)
}

// Table returns the quoted name of a table in the schema.
func (d *Database) Table(name string) string {
	return pgx.Identifier{d.settings.Schema, name}.Sanitize()
}

// Bool runs a query that returns one boolean.
func (d *Database) Bool(ctx context.Context, sql string, args ...any) (bool, error) {
	rows, err := d.tx.Query(ctx, sql, args...)
	if err != nil {
		return false, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
}

// Text runs a query that returns one text; null is "".
func (d *Database) Text(ctx context.Context, sql string, args ...any) (string, error) {
	rows, err := d.tx.Query(ctx, sql, args...)
	if err != nil {
		return "", err
	}
	text, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[*string])
	if err != nil || text == nil {
		return "", err
	}
	return *text, nil
}

// Type returns the SQL type of a readable column, or "" if there is no such column.
func (d *Database) Type(ctx context.Context, table, column string) (string, error) {
	if !d.Has(table + "." + column) {
		return "", nil
	}
	return d.Text(ctx, "SELECT format_type(atttypid, NULL) FROM pg_catalog.pg_attribute WHERE attrelid = $1::regclass AND attname = $2", d.Table(table), column)
}

// HasIndex reports whether a table has an index that begins with the column and holds all
// rows.
func HasIndex(ctx context.Context, db Querier, schema, table, column string) (bool, error) {
	rows, err := db.Query(ctx, `SELECT EXISTS (
  SELECT FROM pg_catalog.pg_namespace AS n
  JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = $2
  JOIN pg_catalog.pg_index AS i ON i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = $3 AND a.attnum = i.indkey[0]
  WHERE n.nspname = $1)`, schema, table, column)
	if err != nil {
		return false, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
}

// manyRows is the number of rows from which a missing index is reported.
const manyRows = 50_000

// adviceSQL returns the beginning of a CREATE INDEX statement if a large table has no
// index on the column. An index with the column in second place, after a column with few
// values such as the account, is good enough.
const adviceSQL = `
SELECT CASE c.relkind WHEN 'p' THEN 'CREATE INDEX' ELSE 'CREATE INDEX CONCURRENTLY' END
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'm', 'p') AND c.reltuples >= $4 AND NOT EXISTS (
  SELECT FROM pg_catalog.pg_index AS i
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attname = $3 AND a.attnum = ANY (i.indkey[0:1])
  LEFT JOIN pg_catalog.pg_attribute AS first ON first.attrelid = i.indrelid AND first.attnum = i.indkey[0] AND first.attnum <> a.attnum
  LEFT JOIN pg_catalog.pg_stats AS s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = first.attname AND NOT s.inherited
  WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND coalesce(s.n_distinct, 1) BETWEEN 0 AND $5)`

// fewValues is the maximum number of values of the first column of such an index.
const fewValues = 1000

// Advise returns the CREATE INDEX statements for large tables without the indexes. Views
// are ignored.
func Advise(ctx context.Context, db Querier, schema string, indexes []Index) ([]string, error) {
	var advice []string
	for _, index := range indexes {
		rows, err := db.Query(ctx, adviceSQL, schema, index.Table, index.Column, manyRows, fewValues)
		if err != nil {
			return nil, err
		}
		create, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, err
		}
		for _, statement := range create {
			advice = append(advice, fmt.Sprintf("%s ON %s (%s)", statement, pgx.Identifier{schema, index.Table}.Sanitize(), pgx.Identifier{index.Column}.Sanitize()))
		}
	}
	return advice, nil
}
