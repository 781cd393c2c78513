package postgres

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/parley-reports/parley/pkg/source"
)

// argument is a place of an argument. Statements give each a type.
var argument = regexp.MustCompile(`\$(\d+)::`)

// Text returns a statement with its arguments written in, for people who run it by hand.
func Text(sql string, args []any) string {
	if len(args) == 0 {
		return sql
	}
	return "-- Parley sends the values separately, as arguments. Here they are part of the text.\n" +
		argument.ReplaceAllStringFunc(sql, func(place string) string {
			n, _ := strconv.Atoi(argument.FindStringSubmatch(place)[1]) // digits
			return literal(args[n-1]) + "::"
		})
}

// literal writes an argument as PostgreSQL reads it, whatever the setting of
// standard_conforming_strings.
func literal(v any) string {
	text, isNull := plain(reflect.ValueOf(v))
	if isNull {
		return text
	}
	if !strings.ContainsFunc(text, needsEscape) {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	var b strings.Builder
	b.WriteString("E'")
	for _, c := range text {
		switch {
		case c == '\'' || c == '\\':
			b.WriteRune(c)
			b.WriteRune(c)
		case !needsEscape(c):
			b.WriteRune(c)
		case c < 0x80:
			fmt.Fprintf(&b, `\x%02x`, c)
		case c < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, c)
		default:
			fmt.Fprintf(&b, `\U%08x`, c)
		}
	}
	b.WriteString("'")
	return b.String()
}

// needsEscape reports whether a character shows nothing, or would be read as something
// else.
func needsEscape(c rune) bool {
	return c == '\\' || c != ' ' && (source.IsBlank(string(c)) || !unicode.IsGraphic(c))
}

// plain is the text form of a value, of a list in braces.
func plain(v reflect.Value) (text string, isNull bool) {
	switch {
	case !v.IsValid(), v.Kind() == reflect.Pointer && v.IsNil():
		return "NULL", true
	case v.Kind() == reflect.Pointer:
		return plain(v.Elem())
	case v.Kind() == reflect.Slice:
		var items []string
		for i := range v.Len() {
			item, isNull := plain(v.Index(i))
			if !isNull {
				item = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(item) + `"`
			}
			items = append(items, item)
		}
		return "{" + strings.Join(items, ",") + "}", false
	}
	if t, ok := v.Interface().(time.Time); ok {
		return t.UTC().Format("2006-01-02 15:04:05.999999Z"), false
	}
	return fmt.Sprint(v.Interface()), false
}
