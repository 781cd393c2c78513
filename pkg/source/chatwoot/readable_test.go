package chatwoot

import (
	"strings"
	"testing"
	"text/template"

	"github.com/parley-reports/parley/internal/pgtest"
)

// TestReadable compares both ways to find out whether a text is JSON: PostgreSQL's
// own, and the one for versions before 16.
func TestReadable(t *testing.T) {
	conn := pgtest.Connect(t)
	old, err := template.New("").Funcs(template.FuncMap{
		"feature": func(string) bool { return false }, "table": strings.ToLower, "has": func(string) bool { return true }, "unknown": strings.ToLower,
	}).ParseFS(files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var sql strings.Builder
	if err := old.ExecuteTemplate(&sql, "readable.sql", "$1::text"); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		`{}`, `{"a":1}`, `{"a"=>1}`, `{"a":{"b":[1,2,{"c":null}]},"d":"x\u0041\"y"}`, `{"a":"\x"}`, `{"a":1,}`, `{"a":01}`, `{"a":1 2}`, ` { "a" : [ ] , "b":-1.5e+3 } `, `{"a":tru}`,
		`{"a":"b`, `{"a":1}{"b":2}`, `{"a":"q" "r"}`, `{1:2}`, `{"a":truefalse}`, `{"a":"\\"}`, `{"a":"\\\"}`, `"text"`, `""`, `7`, ``, `{"é":"😀"}`, `{"a":[1,[2,[]]]}`, "{\"a\":\"\n\"}", `{'a':1}`, `nil`, `[}`, `{"a":"b"}]`,
	} {
		var want, got bool
		if err := conn.QueryRow(t.Context(), "SELECT pg_input_is_valid($1::text, 'json'), "+sql.String(), text).Scan(&want, &got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s: readable is %v, want %v", text, got, want)
		}
	}
}
