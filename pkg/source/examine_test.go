package source_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/pkg/source"
)

// examine has a role look at tables of a product, "$schema" being theirs.
func examine(t *testing.T, conn *pgx.Conn, schema, role, account string, files map[string]string) (*source.Source, error) {
	t.Helper()
	product := source.Product{Name: "Test", Files: fstest.MapFS{}}
	for name, text := range files {
		product.Files.(fstest.MapFS)[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	if role != "" {
		if _, err := tx.Exec(t.Context(), "SET LOCAL ROLE "+role); err != nil {
			t.Fatal(err)
		}
	}
	db, err := source.Open(t.Context(), tx, source.Settings{Schema: schema, Account: account})
	if err != nil {
		t.Fatal(err)
	}
	return db.Examine(t.Context(), product)
}

func problem(s *source.Source, relation string) string {
	for _, f := range s.Findings {
		if f.Relation == relation {
			return strings.TrimSuffix(string(f.State)+": "+f.Problem, ": ")
		}
	}
	return ""
}

// TestOwnTables looks for rates that the login may not read, or that are none.
func TestOwnTables(t *testing.T) {
	role, _ := pgtest.Role(t, pgtest.Connect(t), "") // outlives the database, in which it has rights
	conn := pgtest.Database(t)
	const forbidden = "missing: the user has no read access to parley.rate_card: grant USAGE on the schema parley and SELECT on parley.rate_card"
	for _, step := range []struct{ sql, want string }{
		{"SELECT", "missing: parley.rate_card does not exist, so costs are unknown"},
		{"CREATE SCHEMA parley; CREATE TABLE parley.rate_card (category text, valid_from date, note text)", forbidden},
		{"GRANT SELECT ON parley.rate_card TO " + role, forbidden},
		{"GRANT USAGE ON SCHEMA parley TO " + role, "missing: rate_card has no column market, usd"},
		{"ALTER TABLE parley.rate_card ADD market text, ADD usd numeric", "complete"},
		{"REVOKE SELECT ON parley.rate_card FROM " + role, forbidden},
		{"GRANT SELECT (market, category, valid_from) ON parley.rate_card TO " + role, forbidden},
		{"GRANT SELECT (usd) ON parley.rate_card TO " + role, "complete"},
	} {
		if _, err := conn.Exec(t.Context(), step.sql); err != nil {
			t.Fatal(err)
		}
		found, err := examine(t, conn, "public", role, "", nil)
		if err != nil {
			t.Fatalf("%s: %v", step.sql, err)
		}
		if got := problem(found, "rate_card"); got != step.want || found.Has("rate_card") != (got == "complete") {
			t.Errorf("%s: %q, want %q", step.sql, got, step.want)
		}
	}
}

// TestBounds wants a bound that may be left out to stand by itself, and that of the
// account in all that is read.
func TestBounds(t *testing.T) {
	conn := pgtest.Connect(t)
	_, schema := pgtest.Schema(t)
	const agents = "SELECT '1' AS agent_id\nWHERE true\n"
	for name, c := range map[string]struct {
		files   map[string]string
		want    string
		refused string
	}{
		"by itself":       {map[string]string{"agent.sql": agents + "  AND '1' = $account"}, "complete", ""},
		"with another":    {map[string]string{"agent.sql": agents + "  AND '1' = $account AND now() >= $since"}, "", `agent.sql: a line has several bounds, but is removed if one of them is not set: "AND '1' = $account AND now() >= $since"`},
		"in a template":   {map[string]string{"agent.sql": agents + `{{template "own.sql"}}`, "own.sql": "  AND '1' = $account"}, "complete", ""},
		"beside it":       {map[string]string{"agent.sql": agents + `{{template "own.sql"}} AND now() < $until`, "own.sql": "  AND '1' = $account"}, "", `agent.sql: a line has several bounds, but is removed if one of them is not set: "AND '1' = $account AND now() < $until"`},
		"in what is read": {map[string]string{"agent.sql": `SELECT p.id AS agent_id FROM {{shared "people"}} AS p`, "people.sql": "SELECT '1' AS id\nWHERE true\n  AND '1' = $account"}, "complete", ""},
		"with it there":   {map[string]string{"agent.sql": `SELECT p.id AS agent_id FROM {{shared "people"}} AS p`, "people.sql": "SELECT '1' AS id\nWHERE true\n  AND '1' = $account AND true IN ($contacts)"}, "", `agent.sql: a line has several bounds, but is removed if one of them is not set: "AND '1' = $account AND true IN ($contacts)"`},
		"nowhere":         {map[string]string{"agent.sql": agents}, "missing: agent cannot be limited to an account", ""},
		"in what is not":  {map[string]string{"agent.sql": agents + "{{if feature \"never\"}}\n  AND '1' = $account{{end}}"}, "missing: agent cannot be limited to an account", ""},
		"in a part":       {map[string]string{"agent.sql": agents + "  AND '1' = $account\nUNION ALL\nSELECT '2'"}, "missing: agent cannot be limited to an account", ""},
	} {
		found, err := examine(t, conn, schema, "", "1", c.files)
		if text := fmt.Sprint(err); c.refused != "" || err != nil {
			if text != c.refused {
				t.Errorf("%s: %v, want %q", name, err, c.refused)
			}
			continue
		}
		if got := problem(found, "agent"); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
