// Package views is the source "Parley views": the relations of the contract as
// views or tables of one schema, made by the team itself.
package views

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/source"
)

// Querier runs one query: a connection or a pool.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

type column struct {
	typ             string
	base            string // of a domain the type below it
	readable        bool
	defaultCollated bool
}

const columnsSQL = `
SELECT c.relname, a.attname, t.typname, base.typname,
       has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT'),
       a.attcollation IN (0, 100)
FROM pg_catalog.pg_namespace n
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_type base ON base.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
WHERE n.nspname = $1`

// Detect looks at the schema and returns the source that its relations make,
// with a finding for each relation that is absent or incomplete. The error is
// the database's; a schema that does not fit the contract is no error but a
// fatal finding.
func Detect(ctx context.Context, db Querier, schema string) (*source.Source, error) {
	found := map[string]map[string]column{}
	rows, err := db.Query(ctx, columnsSQL, schema)
	if err != nil {
		return nil, err
	}
	var relation, name string
	var col column
	_, err = pgx.ForEachRow(rows, []any{&relation, &name, &col.typ, &col.base, &col.readable, &col.defaultCollated}, func() error {
		if found[relation] == nil {
			found[relation] = map[string]column{}
		}
		found[relation][name] = col
		return nil
	})
	if err != nil {
		return nil, err
	}
	s := &source.Source{Kind: "Parley views", Relations: map[string]string{}}
	if len(found) == 0 {
		exists, err := hasSchema(ctx, db, schema)
		if err != nil {
			return nil, err
		}
		if !exists {
			s.Findings = []source.Finding{{Relation: "message", Problem: fmt.Sprintf("there is no schema %s", schema), Fatal: true}}
			return s, nil
		}
	}
	for _, r := range source.Contract {
		sql, finding := relationSQL(schema, r, found[r.Name])
		s.Relations[r.Name] = sql
		s.Findings = append(s.Findings, finding)
	}
	return s, nil
}

func hasSchema(ctx context.Context, db Querier, schema string) (bool, error) {
	rows, err := db.Query(ctx, "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)", schema)
	if err != nil {
		return false, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
}

// relationSQL is the SELECT of one relation: columns of other types are cast,
// optional ones that are absent become null.
func relationSQL(schema string, r source.Relation, found map[string]column) (string, source.Finding) {
	finding := source.Finding{Relation: r.Name, Fatal: r.Required}
	if found == nil {
		finding.Problem = fmt.Sprintf("the relation %s.%s is missing", schema, r.Name)
		return "", finding
	}
	var fields, missing, absent, unreadable, foreign []string
	for _, c := range r.Columns {
		col, ok := found[c.Name]
		switch {
		case !ok && c.Required:
			missing = append(missing, c.Name)
		case !ok:
			if c.Name != "sequence" {
				absent = append(absent, c.Name)
			}
			fields = append(fields, fmt.Sprintf("NULL::%s AS %s", c.Type, c.Name))
		case !col.readable:
			unreadable = append(unreadable, c.Name)
		case !castable(col.base, c.Type):
			foreign = append(foreign, fmt.Sprintf("%s.%s.%s is of type %s, which cannot be read as %s", schema, r.Name, c.Name, col.typ, c.Type))
		default:
			fields = append(fields, field(c, col))
		}
	}
	switch {
	case len(missing) > 0:
		finding.Problem = fmt.Sprintf("%s.%s lacks the column %s", schema, r.Name, strings.Join(missing, ", "))
	case len(unreadable) > 0:
		finding.Problem = fmt.Sprintf("the user may not read %s.%s (%s): GRANT USAGE ON SCHEMA and SELECT ON the relation to it", schema, r.Name, strings.Join(unreadable, ", "))
	case len(foreign) > 0:
		finding.Problem = strings.Join(foreign, "; ")
	default:
		finding.Fatal = false
		if len(absent) > 0 {
			finding.Problem = fmt.Sprintf("%s.%s has no %s: what hangs on it is unknown", schema, r.Name, strings.Join(absent, ", "))
		}
		return fmt.Sprintf("SELECT %s FROM %s", strings.Join(fields, ", "), pgx.Identifier{schema, r.Name}.Sanitize()), finding
	}
	return "", finding
}

// pgTypes are pg_type's names of the contract's types.
var pgTypes = map[string]string{"text": "text", "bigint": "int8", "integer": "int4", "timestamptz": "timestamptz", "boolean": "bool",
	"numeric": "numeric", "double precision": "float8", "date": "date", "time": "time"}

// casts are the built-in types that PostgreSQL casts to each of the contract's.
// To text it casts every type, and from text it reads any.
var (
	numbers = []string{"int2", "int4", "int8", "numeric", "float4", "float8", "money"}
	moments = []string{"timestamptz", "timestamp", "date"}
	builtIn = slices.Concat(numbers, moments, []string{"time", "timetz", "interval", "bool", "uuid", "bytea", "json"})
	casts   = map[string][]string{
		"bigint": numbers, "integer": numbers, "numeric": numbers, "double precision": numbers, "boolean": {"bool", "int4"},
		"timestamptz": moments, "date": moments, "time": {"time", "timetz", "timestamp", "timestamptz", "interval"},
	}
)

// castable tells whether a column of the type can be read as the contract's. Of
// types that are not built in it hopes so.
func castable(typ, as string) bool {
	return as == "text" || slices.Contains(casts[as], typ) || !slices.Contains(builtIn, typ)
}

// field reads a column as the contract's type.
func field(c source.Column, col column) string {
	name := c.Name
	switch {
	case c.Type == "text" && slices.Contains([]string{"json", "jsonb"}, col.base):
		return fmt.Sprintf("%s #>> '{}' AS %[1]s", name) // a JSON text without its quotes
	case c.Type == "text" && !col.defaultCollated:
		// Columns of different collations cannot be compared with each other.
		return fmt.Sprintf(`%s::text COLLATE "default" AS %[1]s`, name)
	case col.typ == pgTypes[c.Type]:
		return name
	case c.Type == "timestamptz" && slices.Contains([]string{"timestamp", "date"}, col.base):
		// A naive timestamp is UTC.
		return fmt.Sprintf("(%s::timestamp AT TIME ZONE 'UTC') AS %[1]s", name)
	}
	return fmt.Sprintf("%s::%s AS %[1]s", name, c.Type)
}
