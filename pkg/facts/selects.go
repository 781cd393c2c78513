package facts

import (
	"fmt"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/source"
)

// NewestSQL selects the time of the newest message of those since an instant, or of all
// where it is zero.
func NewestSQL(src *source.Source, since time.Time) (sql string, args []any) {
	st := &statement{source: src}
	var span source.Span
	if !since.IsZero() {
		span.Since = st.arg(since, "timestamptz")
	}
	return "SELECT max(m.created_at)\nFROM " + st.from("message", span, "created_at") + " AS m" + whereAll(within("m.created_at", span)), st.args
}

// EntitiesSQL selects the rows of a relation of entities with the text in their id or
// name, in any case: their ids, their names or null, and the number of rows. limit is the
// largest number of rows; 0 is no limit.
func EntitiesSQL(src *source.Source, relation, text string, limit int) (sql string, args []any) {
	st := &statement{source: src}
	id, name := "(e."+relation+"_id)::text", "e.name"
	switch {
	case relation == "conversation":
		name = "e.display_id"
	case relation == "contact" && src.Phone != "":
		name = "coalesce(e.name, " + phoneOf(src, "e.contact_id") + ")"
	case relation == "contact":
		name = "coalesce(e.name, e.phone)"
	}
	where := ""
	if text != "" {
		part := "lower(" + st.text(text) + ")"
		where = fmt.Sprintf("\nWHERE strpos(lower(%s), %s) > 0 OR strpos(lower(%s), %s) > 0", id, part, name, part)
	}
	sql = "SELECT " + id + ", " + name + ", count(*) OVER ()\nFROM " + st.from(relation, source.Span{}) + " AS e" + where + "\nORDER BY 2, 1"
	if limit > 0 {
		sql += "\nLIMIT " + st.arg(limit, "bigint")
	}
	return sql, st.args
}

// LeftOutSQL counts the rows of relations that facts leave out, and the rows that lose a
// value: relation, column, number, and the first and the last id.
func LeftOutSQL(src *source.Source, relations []string, since, until time.Time) (sql string, args []any) {
	st := &statement{source: src}
	var parts []string
	var span source.Span
	for _, relation := range relations {
		part := src.LeftOut[relation]
		if strings.Contains(part, "$since") && span.Since == "" {
			span = source.Span{Since: st.arg(since, "timestamptz"), Until: st.arg(until, "timestamptz")}
		}
		parts = append(parts, src.Bound(part, span, st.text))
	}
	return `SELECT l.relation, l.column_name, count(*), min(l.id COLLATE "C"), max(l.id COLLATE "C")
FROM (
` + strings.Join(parts, "\nUNION ALL\n") + `
) AS l
GROUP BY l.relation, l.column_name
ORDER BY l.relation, l.column_name`, st.args
}
