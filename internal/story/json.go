package story

import (
	"encoding/json"
	"slices"
	"strconv"
)

// object is a JSON object.
type object map[string]any

// json is the object as encoding/json writes it.
func (o object) json() string { return string(appendJSON(make([]byte, 0, 512), o)) }

// appendJSON writes what json.Marshal writes. It is several times faster with what most
// rows consist of.
func appendJSON(b []byte, v any) []byte {
	switch v := v.(type) {
	case object:
		if v == nil {
			return append(b, "null"...)
		}
		var room [16]string
		names := room[:0]
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		b = append(b, '{')
		for i, name := range names {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, name), ':')
			b = appendJSON(b, v[name])
		}
		return append(b, '}')
	case []object:
		if v == nil {
			return append(b, "null"...)
		}
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, item)
		}
		return append(b, ']')
	case string:
		return appendText(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case bool:
		return strconv.AppendBool(b, v)
	}
	other, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return append(b, other...)
}

// appendText writes a text. What has to be escaped goes the long way.
func appendText(b []byte, s string) []byte {
	for _, r := range s {
		if r < ' ' || r == '"' || r == '\\' || r == '<' || r == '>' || r == '&' || r == '\u2028' || r == '\u2029' || r == '\ufffd' {
			text, _ := json.Marshal(s) // a text always marshals
			return append(b, text...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
