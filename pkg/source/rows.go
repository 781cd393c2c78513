package source

import (
	"fmt"
	"slices"
	"strings"
)

// Reader reads relations that users created: it converts every column to the contract's
// type and leaves out invalid rows.
type Reader struct {
	// Modern is true from PostgreSQL 16 on, which can test whether a text is valid for a type.
	Modern bool
}

// StoredColumn is a column of the database.
type StoredColumn struct {
	// Expr is its SQL expression, Type the name of its type in pg_type.
	Expr, Type string
	// Foreign is true if the column has another collation than the default, so that it
	// cannot be compared with other columns.
	Foreign bool
}

// Defect is a reason to leave out a row or a value.
type Defect struct {
	Column string
	// Kept is the SQL condition of valid rows. It is not a comparison with a computed
	// value, because PostgreSQL would expect that few rows match.
	Kept string
	// Value is true if only the value is left out, not the row.
	Value bool
}

// Field returns the SQL of a column and its possible defects.
func (r Reader) Field(relation string, c Column, stored StoredColumn) (sql string, defects []Defect) {
	read, partial := r.cast(c, stored)
	if partial {
		kept := fmt.Sprintf("(%s IS NULL OR %s IS NOT NULL)", stored.Expr, read)
		if !slices.Contains(numeric, stored.Type) {
			kept = fmt.Sprintf("(btrim(%s::text, $blanks) = '') IS NOT FALSE OR %s IS NOT NULL", stored.Expr, read)
		}
		// Business hours are checked row by row, and a survey without a rating still counts.
		defects = append(defects, Defect{c.Name, kept, !c.Required || relation == "working_hours" || relation == "csat"})
	}
	hasBlanks := stored.hasBlanks()
	switch {
	case keys[relation] == c.Name && hasBlanks:
		return read, append(defects, Defect{c.Name, keyKnown(read), false})
	case keys[relation] == c.Name:
		return read, append(defects, Defect{c.Name, read + " IS NOT NULL", false})
	case eventTimes[relation] == c.Name:
		return read, []Defect{{c.Name, timeKnown(read), false}}
	case relation == "message" && c.Name == "direction":
		return valueSQL(relation, c, read), append(defects, Defect{c.Name, directionKnown(read), false})
	case c.Type == "text" && !hasBlanks:
		return read, defects
	}
	return valueSQL(relation, c, read), defects
}

// RawField returns the SQL of a column for Source.Raw, with the rule of its texts.
func (r Reader) RawField(relation string, c Column, stored StoredColumn) (sql string, rule Rule) {
	sql, _ = r.cast(c, stored)
	switch {
	case slices.Contains(free, c.Name), c.Type == "double precision", c.Type == "numeric": // too large a number has no float8
		return valueSQL(relation, c, sql), Stored
	case c.Type == "text" && stored.hasBlanks():
		return sql, valueRule(relation, c)
	}
	return sql, Stored
}

// cast returns the SQL of a column in the type of the contract. partial reports whether
// values can be invalid, which become null.
func (r Reader) cast(c Column, stored StoredColumn) (sql string, partial bool) {
	expr := stored.Expr
	if c.Type == "text" {
		expr = TextOf(stored)
	}
	return castSQL(expr, stored.Type, c.Type, r.Modern)
}

// hasBlanks reports whether a column of that type can have blank texts.
func (s StoredColumn) hasBlanks() bool {
	return slices.Contains([]string{"text", "varchar", "bpchar", "json", "jsonb"}, s.Type) || !slices.Contains(builtIn, s.Type)
}

// TextOf returns the SQL of a column of any type as text.
func TextOf(stored StoredColumn) string {
	switch {
	case stored.Type == "json" || stored.Type == "jsonb":
		return "(" + stored.Expr + " #>> '{}')" // a JSON text without its quotes
	case stored.Foreign:
		return fmt.Sprintf(`%s::text COLLATE "default"`, stored.Expr)
	case stored.Type == "text":
		return stored.Expr
	}
	return stored.Expr + "::text"
}

// IDOf returns the SQL of an id that identifies a row for people. read returns the SQL of
// a column, or "" if it does not exist.
func IDOf(relation string, read func(column string) string) string {
	var parts []string
	for _, column := range append(strings.Fields(keys[relation]), "conversation_id", "contact_id", "line_id", "team_id", "market") {
		if expr := read(column); expr != "" && !slices.Contains(parts, expr+"::text") {
			parts = append(parts, expr+"::text")
		}
	}
	return "coalesce(" + strings.Join(append(parts, "NULL"), ", ") + ")"
}

// Key returns the id column of a relation, and EventTime its event time; "" if there is
// none.
func Key(relation string) string       { return keys[relation] }
func EventTime(relation string) string { return eventTimes[relation] }

// Castable reports whether a type, by its name in pg_type, can be converted to a type of
// the contract.
func Castable(typ, as string) bool { return castable(typ, as) }

// OutOfTime returns the SQL condition that an event time is invalid. It can use an index
// on the column.
func OutOfTime(column string) string {
	return fmt.Sprintf("(%[1]s IS NULL OR %[1]s < %[2]s OR %[1]s >= %[3]s)", column, firstInstant, lastInstant)
}

// Blanks returns the blank characters that exist in the encoding.
func Blanks(encoding string) string { return blankCharacters(encoding) }
