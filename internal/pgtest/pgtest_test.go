package pgtest

import "testing"

func TestSchemaIsEmptyAndGoesAway(t *testing.T) {
	conn := Connect(t)
	count := func(schema string) (n int) {
		t.Helper()
		if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_namespace WHERE nspname = $1", schema).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}

	var first, second string
	t.Run("inner", func(t *testing.T) {
		_, first = Schema(t)
		_, second = Schema(t)
		if _, err := conn.Exec(t.Context(), "CREATE TABLE "+first+".x ()"); err != nil {
			t.Fatal(err)
		}
		if first == second || count(first) != 1 || count(second) != 1 {
			t.Errorf("schemas %s and %s, want two different ones that exist", first, second)
		}
	})
	if count(first)+count(second) != 0 {
		t.Error("a schema is left behind")
	}
}
