package sourcetest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/story"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/kinds"
)

var grant = regexp.MustCompile(`(?s)GRANT .*?;`)

// Rights grants a new user what docs/<document> says, and wants all reports to
// work with that, and none of the secrets ("users.encrypted_password") to be
// readable.
func Rights(t *testing.T, kind, document string, secrets ...string) {
	schema, _ := Tell(t, kind, story.Data())
	conn := pgtest.Connect(t)
	name, password := pgtest.Role(t, conn, "")
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", document))
	if err != nil {
		t.Fatal(err)
	}
	k, err := kinds.Lookup(kind)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range grant.FindAllString(string(text), -1) {
		if strings.Contains(statement, "CONNECT") || strings.Contains(statement, "parley") {
			continue // anybody may, here; and there are no rates
		}
		statement = strings.NewReplacer("SCHEMA "+k.Schema, "SCHEMA "+schema, "grafana_reader", name).Replace(statement)
		if _, err := conn.Exec(t.Context(), fmt.Sprintf("SET search_path TO %s; %s; RESET search_path", schema, statement)); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	config, err := pgx.ParseConfig(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("postgres://%s:%s@%s:%d/%s?sslmode=disable", name, password, config.Host, config.Port, config.Database)
	mine, all := Open(t, kind, address, source.Settings{Schema: schema}), Found(t, Open(t, kind, "", source.Settings{Schema: schema}))
	found := Found(t, mine)
	for i, f := range found.Findings {
		if f.Problem != all.Findings[i].Problem {
			t.Errorf("%s: %s", f.Relation, f.Problem)
		}
	}
	unavailable, _ := catalog.Limits(found.Has, found.Records)
	for _, p := range query.Presets {
		q := query.Query{Report: p.ID}
		resolved, err := q.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		if !available(resolved, unavailable, found.Has) {
			continue
		}
		if _, err := mine.Run(t.Context(), engine.Request{Query: q, Range: calendar.Range{From: story.End.AddDate(0, 0, -7), To: story.End}}); err != nil {
			t.Errorf("%s: %v", p.ID, err)
		}
	}
	reader, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close(t.Context()) }()
	for _, secret := range secrets {
		table, column, _ := strings.Cut(secret, ".")
		if _, err := reader.Exec(t.Context(), fmt.Sprintf("SELECT %s FROM %s", pgx.Identifier{column}.Sanitize(), pgx.Identifier{schema, table}.Sanitize())); err == nil {
			t.Errorf("%s can be read", secret)
		}
	}
}
