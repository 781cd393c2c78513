package kinds

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/webhook"
)

const schemasSQL = `
SELECT n.nspname, coalesce(array_agg(c.relname::text) FILTER (WHERE c.relname = ANY ($1)), '{}')
FROM pg_catalog.pg_namespace AS n
LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
GROUP BY n.nspname
ORDER BY n.nspname`

// mostNamed is the maximum number of places or schemas that a sentence lists.
const mostNamed = 3

// marks returns the tables that identify the kind.
func (k Kind) marks(s source.Settings) []string {
	if k.ID == "webhook" {
		return []string{cmp.Or(s.Webhook.Table, webhook.Table)}
	}
	return k.tables
}

// what describes these tables.
func (k Kind) what(s source.Settings) string {
	if k.ID == "webhook" {
		return "table " + k.marks(s)[0]
	}
	return "tables of " + k.Name
}

// lost returns a sentence if the schema has no tables of this kind, with other schemas
// that have some. Otherwise it returns "".
func (k Kind) lost(ctx context.Context, tx pgx.Tx, s source.Settings) (string, error) {
	var names []string
	for _, kind := range All {
		names = append(names, kind.marks(s)...)
	}
	rows, err := tx.Query(ctx, schemasSQL, names)
	if err != nil {
		return "", err
	}
	var schemas []string
	tables := map[string][]string{}
	var schema string
	var found []string
	if _, err := pgx.ForEachRow(rows, []any{&schema, &found}, func() error {
		schemas = append(schemas, schema)
		tables[schema] = found
		return nil
	}); err != nil {
		return "", err
	}
	if slices.ContainsFunc(k.marks(s), func(table string) bool { return slices.Contains(tables[s.Schema], table) }) {
		return "", nil
	}

	sentence := fmt.Sprintf("the schema %s does not exist", s.Schema)
	if _, exists := tables[s.Schema]; exists {
		sentence = fmt.Sprintf("the schema %s has no %s", s.Schema, k.what(s))
	}
	var own, others []string
	for _, schema := range schemas {
		for _, kind := range All {
			if slices.ContainsFunc(kind.marks(s), func(table string) bool { return !slices.Contains(tables[schema], table) }) {
				continue
			}
			place := fmt.Sprintf("the schema %s has the %s", schema, kind.what(s))
			if kind.ID == k.ID {
				own = append(own, place)
			} else {
				others = append(others, place)
			}
		}
	}
	hints := own
	if len(hints) == 0 {
		hints = others
	}
	if len(hints) > 0 {
		return strings.Join(append([]string{sentence}, firstNames(hints)...), "; "), nil
	}
	schemas = slices.DeleteFunc(schemas, func(schema string) bool { return schema == s.Schema })
	if len(schemas) > 0 {
		sentence += "; other schemas in this database: " + strings.Join(firstNames(schemas), ", ")
	}
	return sentence, nil
}

// firstNames shortens a list to the first few.
func firstNames(list []string) []string {
	if len(list) > mostNamed {
		return append(list[:mostNamed:mostNamed], "…")
	}
	return list
}
