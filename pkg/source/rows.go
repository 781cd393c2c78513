package source

import (
	"fmt"
	"slices"
	"strings"
)

// Reader reads a team's own relations by the rules for values: every column comes in
// the contract's type, and rows that reports cannot use are left out.
type Reader struct {
	// Modern servers, from PostgreSQL 16, say whether a text can be read as a type.
	Modern bool
}

// StoredColumn is a column as the database has it.
type StoredColumn struct {
	// Expr reads it, Type is its type by pg_type's name.
	Expr, Type string
	// Foreign columns have a collation of their own and cannot be compared with others.
	Foreign bool
}

// A Defect is a reason to leave out a row, or a value of it.
type Defect struct {
	Column string
	// Kept is the SQL condition of the rows without it. PostgreSQL expects of a
	// comparison with something computed that it keeps few rows, so it is none.
	Kept string
	// Value: the row stays, without the value.
	Value bool
}

// Field is the SQL of a column of a relation, and what may be wrong with it.
func (r Reader) Field(relation string, c Column, stored StoredColumn) (sql string, defects []Defect) {
	expr := stored.Expr
	if c.Type == "text" {
		expr = TextOf(stored)
	}
	read, partial := castSQL(expr, stored.Type, c.Type, r.Modern)
	if partial {
		kept := fmt.Sprintf("(%s IS NULL OR %s IS NOT NULL)", stored.Expr, read)
		if !slices.Contains(numeric, stored.Type) {
			kept = fmt.Sprintf("(btrim(%s::text, $blanks) = '') IS NOT FALSE OR %s IS NOT NULL", stored.Expr, read)
		}
		// Schedules are examined row by row, and a survey without a rating is one still.
		defects = append(defects, Defect{c.Name, kept, !c.Required || relation == "working_hours" || relation == "csat"})
	}
	hasBlanks := slices.Contains([]string{"text", "varchar", "bpchar", "json", "jsonb"}, stored.Type) || !slices.Contains(builtIn, stored.Type)
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

// TextOf reads a column of any type as a text.
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

// IDOf is the SQL of what names a row of a relation for people, given how columns are
// read.
func IDOf(relation string, read func(column string) string) string {
	var parts []string
	for _, column := range append(strings.Fields(keys[relation]), "conversation_id", "contact_id", "line_id", "team_id", "market") {
		if expr := read(column); expr != "" && !slices.Contains(parts, expr+"::text") {
			parts = append(parts, expr+"::text")
		}
	}
	return "coalesce(" + strings.Join(append(parts, "NULL"), ", ") + ")"
}

// Key is the column by which rows of a relation are found, EventTime the one that
// places them in time; empty where there is none.
func Key(relation string) string       { return keys[relation] }
func EventTime(relation string) string { return eventTimes[relation] }

// Castable reports whether a column of the type, by pg_type's name, can be read as the
// contract's type.
func Castable(typ, as string) bool { return castable(typ, as) }

// OutOfTime is the condition, by the column alone, that an event time is none: an index
// on the column serves.
func OutOfTime(column string) string {
	return fmt.Sprintf("(%[1]s IS NULL OR %[1]s < %[2]s OR %[1]s >= %[3]s)", column, firstInstant, lastInstant)
}

// Blanks are the blank characters that a database of the encoding can hold.
func Blanks(encoding string) string { return blankCharacters(encoding) }
