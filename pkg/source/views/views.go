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
	readable        bool
	defaultCollated bool
}

const columnsSQL = `
SELECT c.relname, a.attname, t.typname,
       has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT'),
       a.attcollation IN (0, 100)
FROM pg_catalog.pg_namespace n
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
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
	_, err = pgx.ForEachRow(rows, []any{&relation, &name, &col.typ, &col.readable, &col.defaultCollated}, func() error {
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
	for _, r := range source.Contract {
		sql, finding := relationSQL(schema, r, found[r.Name])
		s.Relations[r.Name] = sql
		s.Findings = append(s.Findings, finding)
	}
	return s, nil
}

// relationSQL is the SELECT of one relation: columns of other types are cast,
// optional ones that are absent become null.
func relationSQL(schema string, r source.Relation, found map[string]column) (string, source.Finding) {
	finding := source.Finding{Relation: r.Name, Fatal: r.Required}
	if found == nil {
		finding.Problem = fmt.Sprintf("the relation %s.%s is missing", schema, r.Name)
		return "", finding
	}
	var fields, missing, absent, unreadable []string
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
		default:
			fields = append(fields, field(c, col))
		}
	}
	switch {
	case len(missing) > 0:
		finding.Problem = fmt.Sprintf("%s.%s lacks the column %s", schema, r.Name, strings.Join(missing, ", "))
	case len(unreadable) > 0:
		finding.Problem = fmt.Sprintf("the user may not read %s.%s (%s): GRANT USAGE ON SCHEMA and SELECT ON the relation to it", schema, r.Name, strings.Join(unreadable, ", "))
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

func field(c source.Column, col column) string {
	switch {
	case col.typ == pgTypes[c.Type] && !col.defaultCollated:
		// Columns of different collations cannot be compared with each other.
		return fmt.Sprintf(`%s COLLATE "default" AS %[1]s`, c.Name)
	case col.typ == pgTypes[c.Type]:
		return c.Name
	case c.Type == "timestamptz" && slices.Contains([]string{"timestamp", "date"}, col.typ):
		// A naive timestamp is UTC.
		return fmt.Sprintf("(%s::timestamp AT TIME ZONE 'UTC') AS %[1]s", c.Name)
	}
	return fmt.Sprintf("%s::%s AS %[1]s", c.Name, c.Type)
}
