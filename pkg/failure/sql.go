package failure

import (
	"encoding/json"
	"fmt"
	"strings"
)

// SQL writes the rules of this package as PostgreSQL expressions.
type SQL struct {
	// Bind adds an argument and returns its placeholder, cast to the type.
	Bind func(value any, typ string) string
	// Channel, Own and Text are the expressions of the line's channel, the source's own
	// code and the text.
	Channel, Own, Text string
}

// text is a text that patterns look at: by its bytes, so that the letters of any
// locale compare alike.
func text(expr string) string { return fmt.Sprintf(`left(%s, %d) COLLATE "C"`, expr, maxText) }

// cut is the code in a text, or null.
func (s SQL) cut(expr string) string {
	var tries []string
	for _, form := range Forms {
		tries = append(tries, fmt.Sprintf("array_to_string(regexp_match(h.t, %s, 'i'), '')", s.Bind(form, "text")))
	}
	return fmt.Sprintf("(SELECT coalesce(%s) FROM (SELECT regexp_replace(%s, %s, ' ', 'gi') AS t OFFSET 0) AS h)", strings.Join(tries, ", "), text(expr), s.Bind(HTTPStatus, "text"))
}

func (s SQL) own() string {
	return fmt.Sprintf(`CASE WHEN %[1]s ~ '^[0-9]{1,7}$' THEN %[1]s ELSE coalesce(%[2]s, nullif(btrim(%[1]s, E' \t\r\n'), '')) END`, s.Own, s.cut(s.Own))
}

// Code is the code of a failure, or null.
func (s SQL) Code() string {
	return fmt.Sprintf(`coalesce(%s, %s) COLLATE "default"`, s.own(), s.cut(s.Text))
}

// family is the channel whose rules the line's channel follows.
func (s SQL) family() string {
	return fmt.Sprintf(`CASE WHEN lower(btrim(%[1]s)) = ANY (%[2]s) THEN lower(btrim(%[1]s)) ELSE 'whatsapp' END`, s.Channel, s.Bind(apart, "text[]"))
}

func (s SQL) table(byCode map[string]string) string {
	object, _ := json.Marshal(byCode) // a map of strings always marshals
	return s.Bind(string(object), "jsonb")
}

// Reason is the reason of a failure.
func (s SQL) Reason() string {
	set := rules()
	specific, loose := s.table(set.specific), s.table(set.loose)
	find := func(table, code string) string {
		return fmt.Sprintf("%[1]s ->> (e.family || ' ' || %[2]s), %[1]s ->> %[2]s", table, code)
	}
	var cases strings.Builder
	for _, r := range set.patterns {
		var conditions []string
		if len(r.Channels) > 0 {
			conditions = append(conditions, "e.family IN ('"+strings.Join(r.Channels, "', '")+"')")
		}
		if r.Code != "" {
			conditions = append(conditions, fmt.Sprintf("%s IN (e.own, x.cut)", s.Bind(r.Code, "text")))
		}
		conditions = append(conditions, "e.text ~* "+s.Bind(r.Pattern, "text"))
		fmt.Fprintf(&cases, " WHEN %s THEN '%s'", strings.Join(conditions, " AND "), r.Reason)
	}
	return fmt.Sprintf(`(SELECT coalesce(%s, (SELECT coalesce(%s,
    CASE%s END,
    %s, %s, '%s') FROM (SELECT %s AS cut OFFSET 0) AS x))
  FROM (SELECT %s AS family, %s AS own, %s AS text OFFSET 0) AS e)`,
		find(specific, "e.own"), find(specific, "x.cut"), cases.String(), find(loose, "e.own"), find(loose, "x.cut"), Unknown, s.cut("e.text"),
		s.family(), s.own(), text(s.Text))
}

// Meaning is the code of a failure if the code alone decides the reason, or null:
// of codes with several meanings the usual one would be wrong where the text says
// another.
func (s SQL) Meaning() string {
	set := rules()
	specific, loose := s.table(set.specific), s.table(set.loose)
	return fmt.Sprintf(`(SELECT CASE WHEN e.reason = coalesce(%[1]s ->> (e.family || ' ' || e.code), %[1]s ->> e.code, %[2]s ->> (e.family || ' ' || e.code), %[2]s ->> e.code) THEN e.code END
  FROM (SELECT %[3]s AS family, %[4]s AS code, %[5]s AS reason OFFSET 0) AS e)`, specific, loose, s.family(), s.Code(), s.Reason())
}
