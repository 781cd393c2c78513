package kinds_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/story"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/kinds"
)

// TestLost looks for databases where they are not.
func TestLost(t *testing.T) {
	conn := pgtest.Database(t)
	exec := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	wrong := func(kind string, s source.Settings) string {
		t.Helper()
		k, err := kinds.Lookup(kind)
		if err != nil {
			t.Fatal(err)
		}
		tx, err := conn.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback(t.Context()) }()
		found, err := k.Detect(s)(t.Context(), tx)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(source.Problems(found.Fatal()), "; ")
	}
	check := func(kind string, s source.Settings, want string) {
		t.Helper()
		if got := wrong(kind, s); got != want {
			t.Errorf("%s, %+v: %q, want %q", kind, s, got, want)
		}
	}

	check("chatwoot", source.Settings{}, "the schema public has no tables of Chatwoot")
	exec("CREATE SCHEMA a; CREATE SCHEMA b; CREATE SCHEMA c; CREATE SCHEMA d; CREATE SCHEMA e")
	check("views", source.Settings{}, "the schema parley does not exist; other schemas in this database: a, b, c, …")
	exec("DROP SCHEMA a, b, c, d, e")

	for _, kind := range kinds.IDs() {
		if tell, told := story.Tellers[kind]; told {
			exec("CREATE SCHEMA of_" + kind)
			if _, err := tell(t.Context(), conn, "of_"+kind, contract.Data{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, kind := range kinds.IDs() {
		if _, told := story.Tellers[kind]; !told {
			continue
		}
		k, _ := kinds.Lookup(kind)
		own := source.Settings{Schema: "of_" + kind}
		check(kind, own, "")
		what := "tables of " + k.Name
		if kind == "webhook" {
			what = "table whatsapp_webhook"
		}
		there := fmt.Sprintf("; the schema of_%s has the %s", kind, what)
		check(kind, source.Settings{}, "the schema public has no "+what+there)
		check(kind, source.Settings{Schema: "nowhere"}, "the schema nowhere does not exist"+there)
	}
	check("webhook", source.Settings{Schema: "of_chatwoot", Webhook: source.Webhook{Table: "hooks"}},
		"the schema of_chatwoot has no table hooks; the schema of_chatwoot has the tables of Chatwoot; the schema of_evolution has the tables of Evolution API; the schema of_ticketz has the tables of Ticketz")
	check("views", source.Settings{}, "the schema parley does not exist; the schema of_chatwoot has the tables of Chatwoot; the schema of_evolution has the tables of Evolution API; the schema of_ticketz has the tables of Ticketz; …")

	check("chatwoot", source.Settings{Schema: "of_chatwoot", Account: "99999999999"}, "the account 99999999999 does not exist")

	// Where something is there, what is missing is told by its name.
	exec("DROP TABLE of_chatwoot.messages CASCADE")
	check("chatwoot", source.Settings{Schema: "of_chatwoot"}, "of_chatwoot.messages does not exist")
	check("chatwoot", source.Settings{Schema: "of_chatwoot", Account: "nobody"}, "of_chatwoot.messages does not exist; the account nobody does not exist")
	check("ticketz", source.Settings{Schema: "of_ticketz", Account: "nobody"}, "the account nobody does not exist")
	check("ticketz", source.Settings{Schema: "of_ticketz", Account: "99999999999"}, "the account 99999999999 does not exist")
	check("evolution", source.Settings{Schema: "of_evolution", Account: "nobody"}, "the account nobody does not exist")
}
