package source

import (
	"fmt"
	"slices"
)

// pgTypes maps the contract's types to their names in pg_type.
var pgTypes = map[string]string{"text": "text", "bigint": "int8", "integer": "int4", "timestamptz": "timestamptz", "boolean": "bool",
	"numeric": "numeric", "double precision": "float8", "date": "date", "time": "time"}

// casts lists the built-in types that PostgreSQL can cast to each type of the contract.
// Every type can be cast to and from text.
var (
	numeric = []string{"int2", "int4", "int8", "numeric", "float4", "float8", "money"}
	moments = []string{"timestamptz", "timestamp", "date"}
	builtIn = slices.Concat(numeric, moments, []string{"time", "timetz", "interval", "bool", "uuid", "bytea", "json", "jsonb"})
	casts   = map[string][]string{
		"bigint": numeric, "integer": numeric, "numeric": numeric, "double precision": numeric, "boolean": {"bool", "int4"},
		"timestamptz": moments, "date": moments, "time": {"time", "timetz", "timestamp", "timestamptz", "interval"},
	}
)

// castable reports whether a type, by its name in pg_type, can be converted to a type of
// the contract. Types that are not built in are converted to text first.
func castable(typ, as string) bool {
	return as == "text" || slices.Contains(casts[as], typ) || !slices.Contains(builtIn, typ) || typ == "json" || typ == "jsonb"
}

// textForms are regular expressions of texts that are certainly valid for a type, for
// servers before PostgreSQL 16, which have no function to test that.
var textForms = map[string]string{
	"bigint":           `^\s*[+-]?\d{1,18}\s*$`,
	"integer":          `^\s*[+-]?\d{1,9}\s*$`,
	"numeric":          `^\s*[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})(e[+-]?\d{1,2})?\s*$`,
	"double precision": `^\s*[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})(e[+-]?\d{1,2})?\s*$`,
	"boolean":          `^\s*(t|true|f|false|y|yes|n|no|on|off|1|0)\s*$`,
	"date":             `^\s*` + dateForm + `\s*$`,
	"timestamptz":      `^\s*` + dateForm + `([ t]` + clockForm + `\s*(z|utc|gmt|[+-](0\d|1[0-4])(:?[0-5]\d)?)?)?\s*$`,
	"time":             `^\s*(` + clockForm + `|24:00(:00)?)\s*$`,
}

const (
	dateForm = `((19|20)\d\d-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))` +
		`|20([02468][048]|[13579][26])-02-29)`
	clockForm = `([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,6})?)?`
)

// castSQL converts an expression from a type, by its name in pg_type, to a type of the
// contract. Invalid values become null; partial reports whether there can be any. modern
// is true from PostgreSQL 16 on.
func castSQL(expr, from, as string, modern bool) (sql string, partial bool) {
	text := expr + "::text"
	switch {
	case as == "text" || from == pgTypes[as]:
		return expr, false
	case from == "json" || from == "jsonb":
		text = "(" + expr + " #>> '{}')"
	case as == "timestamptz" && slices.Contains(moments, from):
		return fmt.Sprintf("(%s::timestamp AT TIME ZONE 'UTC')", expr), false // a naive timestamp is UTC
	case (as == "bigint" || as == "integer") && slices.Contains(numeric, from):
		return integerSQL(expr, from, as)
	case (as == "numeric" || as == "double precision") && slices.Contains(numeric, from):
		if from == "money" {
			expr += "::numeric"
		}
		if from == "float4" {
			expr += "::float8"
		}
		if slices.Contains([]string{"float4", "float8", "numeric"}, from) {
			// Excludes NaN, infinity and numbers that are out of range for the other type.
			return fmt.Sprintf("CASE WHEN %[1]s > '-1e300' AND %[1]s < '1e300' THEN %[1]s::%[2]s END", expr, as), true
		}
		return expr + "::" + as, false
	case slices.Contains(casts[as], from):
		return expr + "::" + as, false
	}
	if modern {
		valid := fmt.Sprintf("pg_input_is_valid(%s, '%s')", text, as)
		if as == "timestamptz" || as == "date" {
			// Excludes words such as "today", which change with the clock.
			valid += fmt.Sprintf(` AND %s ~ '^\s*\d{4}[-/]?\d'`, text)
		}
		return fmt.Sprintf("CASE WHEN %[3]s THEN %[1]s::%[2]s END", text, as, valid), true
	}
	return fmt.Sprintf("CASE WHEN %[1]s ~* '%[2]s' THEN %[1]s::%[3]s END", text, textForms[as], as), true
}

// integerSQL converts a number to an integer. Fractions and numbers out of range are null.
func integerSQL(expr, from, as string) (sql string, partial bool) {
	most := map[string]string{"bigint": "9200000000000000000", "integer": "2147483000"}[as]
	switch {
	case from == "money":
		expr += "::numeric"
	case from == "int2", from == "int4", as == "bigint" && from == "int8":
		return expr + "::" + as, false
	}
	return fmt.Sprintf("CASE WHEN %[1]s > -%[2]s AND %[1]s < %[2]s AND trunc(%[1]s) = %[1]s THEN %[1]s::%[3]s END", expr, most, as), true
}
