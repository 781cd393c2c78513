package compile

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

// LinkParts are the values that a link column yields, in order: the source's
// own address, then what the placeholders of a template stand for.
var LinkParts = []string{"url", "account_id", "conversation_id", "display_id", "contact_id", "line_id"}

// Details compiles a details query: one row per message or initiation, newest
// first unless the query says otherwise, beginning after its cursor. The last
// columns are the cursor of each row and, on the first page, the number of rows
// altogether. The error is a *query.Error.
func Details(in Input) (*Statement, error) {
	c := &compiler{Input: in, columns: map[string]bool{}}
	if err := c.checkRelations(); err != nil {
		return nil, err
	}
	b, rows, where := c.detailRows()
	st := &Statement{Limit: c.Query.Limit}
	fields, outer := []string{"r.created_at AS row_at", "r.message_id AS row_id"}, []string{}
	var joins []string
	for _, id := range c.Query.Columns {
		if d, ok := catalog.LookupDimension(id); ok && d.Has(b.fact) {
			if d.Multi {
				fields = append(fields, fmt.Sprintf("(SELECT string_agg(DISTINCT g.name, ', ' ORDER BY g.name) FROM %s AS g WHERE g.kind = '%s' AND g.name <> '' AND g.owner_id = %s) AS %s", c.Source.From("tag"), tagKind(d), b.tagOwner(d), id))
			} else {
				fields = append(fields, b.expr(id)+" AS "+id)
			}
			outer = append(outer, "t."+id)
			st.Columns = append(st.Columns, Column{ID: id, Role: Key, Dimension: d})
			if name, join := c.nameOf(d); name != "" {
				joins = append(joins, join...)
				outer = append(outer, name+" AS "+id+"_name")
				st.Columns = append(st.Columns, Column{ID: id + "_name", Role: Name, Dimension: d})
			}
			continue
		}
		col, _ := catalog.LookupColumn(id, b.fact)
		fields = append(fields, b.detail(id)+" AS "+id)
		outer = append(outer, "t."+id)
		st.Columns = append(st.Columns, Column{ID: id, Role: Detail, Unit: col.Unit})
	}
	outer = append(outer, "t.row_at", "t.row_id")
	st.Columns = append(st.Columns, Column{ID: "row_at", Role: Cursor}, Column{ID: "row_id", Role: Cursor})

	if c.Query.After == "" {
		fields = append(fields, "count(*) OVER () AS total")
		outer = append(outer, "t.total")
		st.Columns = append(st.Columns, Column{ID: "total", Role: Cursor})
	}

	direction, beyond := "DESC", "<"
	if len(c.Query.OrderBy) > 0 && !c.Query.OrderBy[0].Desc {
		direction, beyond = "ASC", ">"
	}
	if c.Query.After != "" {
		at, id, err := ParseCursor(c.Query.After)
		if err != nil {
			return nil, err
		}
		where = append(where, fmt.Sprintf(`(r.created_at, r.message_id COLLATE "C") %s (%s, %s)`, beyond, c.arg(at, "timestamptz"), c.arg(id, "text")))
	}
	from := rows()
	c.addHistory()
	order := func(at, id string) string {
		return fmt.Sprintf("\nORDER BY %s %s, %s COLLATE \"C\" %[2]s", at, direction, id)
	}
	c.with("page", selectSQL(fields, from, where)+order("r.created_at", "r.message_id")+"\nLIMIT "+c.arg(st.Limit+1, "bigint"))
	sql := "SELECT " + strings.Join(outer, ",\n  ") + "\nFROM page AS t"
	for _, join := range slices.Compact(joins) {
		sql += "\n" + join
	}
	st.SQL, st.Args = c.statement(sql+order("t.row_at", "t.row_id")), c.args
	return st, nil
}

// Count compiles the number of rows that a details query has altogether,
// whatever its cursor and limit. The answer is one bigint.
func Count(in Input) (*Statement, error) {
	in.Query.Columns = nil
	c := &compiler{Input: in, columns: map[string]bool{}}
	_, rows, where := c.detailRows()
	from := rows()
	c.addHistory()
	c.with("page", selectSQL([]string{"1 AS one"}, from, where))
	return &Statement{SQL: c.statement("SELECT count(*) FROM page"), Args: c.args, Columns: []Column{{ID: "total", Role: Metric}}}, nil
}

// detailRows prepares the rows of a details query. The FROM is written last,
// when it is known which columns and joins it needs.
func (c *compiler) detailRows() (b *rowBuilder, from func() string, where []string) {
	if c.Query.DetailsFact() == catalog.Initiation {
		b = c.builder(catalog.Initiation, "r")
		h := c.need()
		h.sessions, h.attempts, h.progress = true, true, true
		h.userType = c.uses("user_type")
		return b, func() string { return "initiation AS r" + b.joinSQL() }, b.whereOf()
	}
	b = c.builder(catalog.Message, "s")
	b.messageNeeds(nil)
	return b, b.messageFrom, b.whereOf()
}

// detail is the value of a column that is no dimension.
func (b *rowBuilder) detail(id string) string {
	initiation := b.fact == catalog.Initiation
	switch id {
	case "message_id", "created_at":
		return "r." + id
	case "delivered_at", "read_at", "body", "button_payload":
		return b.col(id)
	case "failure_text":
		return "CASE WHEN r.stage = 'failed' THEN " + b.col("error_text") + " END"
	case "replied":
		return "r.replied_at IS NOT NULL"
	case "replied_at":
		return "r.replied_at"
	case "session_started_at":
		if initiation {
			return "CASE WHEN r.session_id IS NOT NULL THEN r.created_at END"
		}
		return "s.created_at"
	case "session_ends_at":
		return b.session + ".ends_at"
	case "link":
		return fmt.Sprintf("ARRAY[%s, %s, %s, %s, %s, %s]", b.conversation("url"), b.col("account_id"), b.col("conversation_id"), b.conversation("display_id"), b.col("contact_id"), b.col("line_id"))
	}
	panic("no SQL for column " + id)
}

// FormatCursor writes the place of a row, to be given back as after.
func FormatCursor(at time.Time, id string) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d:%s", at.UnixMicro(), id))
}

// ParseCursor reads a cursor. The error is a *query.Error.
func ParseCursor(cursor string) (at time.Time, id string, err error) {
	plain, err := base64.RawURLEncoding.DecodeString(cursor)
	micros, id, ok := strings.Cut(string(plain), ":")
	n, numberErr := strconv.ParseInt(micros, 10, 64)
	if err != nil || !ok || numberErr != nil {
		return time.Time{}, "", &query.Error{Message: "after is no cursor of a details report: leave it out to begin with the first page"}
	}
	return time.UnixMicro(n), id, nil
}

// Entities compiles the list of a relation's entities whose id or name contains
// the search: id and name, by name.
func Entities(src *source.Source, d catalog.Dimension, search string, limit int) *Statement {
	id, name := entityColumns(d)
	return &Statement{
		SQL: fmt.Sprintf(`SELECT e.%[1]s, e.%[2]s
FROM %[3]s AS e
WHERE $1 = '' OR strpos(lower(e.%[2]s), lower($1)) > 0 OR strpos(lower(e.%[1]s), lower($1)) > 0
ORDER BY e.%[2]s, e.%[1]s
LIMIT $2`, id, name, src.From(d.Relation)),
		Args:    []any{search, limit + 1},
		Columns: []Column{{ID: d.ID, Role: Key, Dimension: d}, {ID: d.ID + "_name", Role: Name, Dimension: d}},
		Limit:   limit,
	}
}
