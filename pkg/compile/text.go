package compile

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// argument is a place of an argument. The compiler gives each a type, which
// tells it from a dollar sign in a pattern.
var argument = regexp.MustCompile(`\$(\d+)::`)

// Text is the statement for people: with its arguments written in, so that it
// can be run by hand. The database gets SQL and Args.
func (s *Statement) Text() string {
	if len(s.Args) == 0 {
		return s.SQL
	}
	return "-- The values went to the database as arguments. They are written in here to be read.\n" +
		argument.ReplaceAllStringFunc(s.SQL, func(place string) string {
			n, _ := strconv.Atoi(argument.FindStringSubmatch(place)[1]) // digits
			return literal(s.Args[n-1]) + "::"
		})
}

// literal writes an argument as PostgreSQL reads it, whatever the setting of
// standard_conforming_strings.
func literal(v any) string {
	text, isNull := plain(reflect.ValueOf(v))
	if isNull {
		return text
	}
	quoted := "'" + strings.ReplaceAll(text, "'", "''") + "'"
	if strings.Contains(text, `\`) {
		return "E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
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
