package postgres_test

import (
	"strings"
	"testing"

	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/pkg/postgres"
)

// TestNoValuesInErrors makes PostgreSQL and the driver quote values in their errors.
func TestNoValuesInErrors(t *testing.T) {
	const secret = "call me +56 9 5555 4711 PIN 4711"
	conn := pgtest.Connect(t)
	_, schema := pgtest.Schema(t)
	for _, sql := range []string{
		"CREATE TABLE " + schema + ".t (id int PRIMARY KEY, v text, j text, n float8, b text)",
		"INSERT INTO " + schema + ".t VALUES (4711, '" + secret + "', '{\"" + secret + "', 1e300, '" + secret + "')",
		"CREATE TYPE " + schema + ".mood AS ENUM ('good')",
		"CREATE FUNCTION " + schema + ".cry(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'bad row: %', $1 USING DETAIL = $1, HINT = $1; END $$",
		"CREATE FUNCTION " + schema + ".write(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO " + schema + ".t VALUES (1, $1); RETURN $1; END $$",
		"CREATE DOMAIN " + schema + ".short AS text CHECK (length(value) < 3)",
		"CREATE TYPE " + schema + ".pair AS (a int, b int)",
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(sql, err)
		}
	}
	for _, mode := range []string{"cache_statement", "exec", "simple_protocol"} {
		s := settings(t, pgtest.URL(t))
		s.ExecMode = mode
		db := open(t, s)
		for expr, want := range map[string]string{
			"v::numeric":                           "numeric was expected",
			"v::int":                               "integer was expected",
			"v::float8":                            "double precision was expected",
			"v::timestamptz":                       "timestamp with time zone was expected",
			"v::date":                              "date was expected",
			"v::time":                              "time was expected",
			"v::interval":                          "interval was expected",
			"v::uuid":                              "uuid was expected",
			"v::boolean":                           "boolean was expected",
			"v::inet":                              "inet was expected",
			"v::bytea::text || ('\\' || v)::bytea": "",
			"j::json":                              "json was expected",
			"j::jsonb":                             "json was expected",
			"v::xml":                               "",
			"v::text[]":                            "array",
			"v::int4range":                         "",
			"v::point":                             "point was expected",
			"v::macaddr":                           "",
			"v::bit(3)":                            "",
			"v::money":                             "money was expected",
			"v::oid":                               "oid was expected",
			"v::regclass":                          "",
			"v::" + schema + ".mood":               "mood was expected",
			"v::" + schema + ".short":              "",
			"v::" + schema + ".pair":               "",
			schema + ".cry(v)":                     "a database function failed",
			schema + ".write(v)":                   "tries to write",
			"n::int":                               "out of range for its type",
			"(v || id)::date":                      "",
			"('4711-13-45')::text::date || v":      "",
			"to_date(v, 'YYYY-MM-DD')::text":       "",
			"to_number(v, '999')::text":            "",
			"to_timestamp(n)::text":                "",
			"now() AT TIME ZONE v":                 "",
			"v ~ ('(' || v)":                       "",
			"convert_from(v::bytea, 'nothing ' || v)":          "",
			"encode(v::bytea, v)":                              "",
			"format(v || '%Z')":                                "",
			"set_config('statement_timeout', v, true)":         "",
			"set_config(v, v, true)":                           "",
			"jsonb_path_query(to_jsonb(v), v::jsonpath)::text": "",
			"date_trunc(v, now())::text":                       "",
			"extract('year' from v::timestamp)":                "",
			"chr(id - 4711)":                                   "",
			"make_date(id, 13, 45)::text":                      "",
			"to_tsquery(v || '&')::text":                       "",
			"1 / (id - 4711)":                                  "division by zero",
			"pg_read_file(v)":                                  "",
			"(ARRAY[1,2])[id]::text || array_fill(1, ARRAY[id * 1000000])::text": "",
			"repeat(v, 2000000000)": "",
			"dblink_connect(v)":     "",
		} {
			err := db.Query(t.Context(), "SELECT "+expr+" FROM "+schema+".t", nil, func([]any) error { return nil })
			if err == nil {
				continue // some servers take it
			}
			class, words := postgres.Explain(err)
			for _, part := range []string{"4711", "PIN", "call me", "+56"} {
				if strings.Contains(words, part) && !strings.Contains(expr, part) {
					t.Errorf("%s: %s shows a value: %s (%v)", mode, expr, words, err)
					break
				}
			}
			if !strings.Contains(words, want) {
				t.Errorf("%s: %s: %s: %s (%v), want %q", mode, expr, class, words, err, want)
			}
		}
	}
}
