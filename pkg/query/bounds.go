package query

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// Limits of a query. They are checked first, so that no query takes long to validate.
const (
	// MaxJSON is the maximum size of a query's JSON, in bytes.
	MaxJSON = 1 << 20
	// MaxItems is the maximum length of metrics, groupBy, columns and orderBy.
	MaxItems = 500
	// MaxFilters is the maximum number of filters of a query, MaxValues of values of a
	// filter.
	MaxFilters = 100
	MaxValues  = 10_000
	// MaxPatterns is the maximum number of values of matches, notMatches and contains.
	MaxPatterns = 100
	// maxCursor is the maximum length of a cursor, maxName of a time zone or language,
	// in bytes.
	maxCursor = 10_000
	maxName   = 100
	// maxQuoted is the number of characters that an error quotes.
	maxQuoted = 60
)

// listLimits are the maximum lengths of a query's lists.
var listLimits = map[string]int{"metrics": MaxItems, "groupBy": MaxItems, "columns": MaxItems, "orderBy": MaxItems, "filters": MaxFilters}

// Clip shortens a text to at most this many characters.
func Clip(s string, most int) string {
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	runes := 0
	for at := range s {
		if runes == most {
			return s[:at] + "…"
		}
		runes++
	}
	return s
}

// Quote quotes the beginning of a word for an error.
func Quote(word string) string { return strconv.Quote(Clip(word, maxQuoted)) }

// checkLists checks the lengths of the lists in a query's JSON. The decoder reports
// values that are not lists.
func checkLists(raw map[string]json.RawMessage) error {
	for key, most := range listLimits {
		if n := len(items(raw[key])); n > most {
			return tooMany(key, n, most)
		}
	}
	for _, item := range items(raw["filters"]) {
		var filter struct{ Values json.RawMessage }
		if json.Unmarshal(item, &filter) == nil {
			if n := len(items(filter.Values)); n > MaxValues {
				return tooManyValues(n, MaxValues)
			}
		}
	}
	return nil
}

func items(list json.RawMessage) []json.RawMessage {
	var items []json.RawMessage
	if len(list) == 0 || json.Unmarshal(list, &items) != nil {
		return nil
	}
	return items
}

func tooMany(list string, n, most int) error {
	return errorf("%s has %d entries: a query takes at most %d", list, n, most)
}

func tooManyValues(n, most int) error {
	return errorf("a filter has %d values: it takes at most %d. Filter by something wider, such as a tag, a campaign or a pattern", n, most)
}

// checkBounds is checkLists for a query that was not read from JSON, and checks the
// limits of its values.
func checkBounds(q Query) error {
	for _, list := range []struct {
		key string
		n   int
	}{{"metrics", len(q.Metrics)}, {"groupBy", len(q.GroupBy)}, {"columns", len(q.Columns)}, {"orderBy", len(q.OrderBy)}, {"filters", len(q.Filters)}} {
		if most := listLimits[list.key]; list.n > most {
			return tooMany(list.key, list.n, most)
		}
	}
	size := len(q.After)
	for _, f := range q.Filters {
		most := MaxValues
		if f.Operator != "in" && f.Operator != "notIn" {
			most = MaxPatterns
		}
		if len(f.Values) > most {
			return tooManyValues(len(f.Values), most)
		}
		for _, v := range f.Values {
			size += len(v)
		}
	}
	switch {
	case size > MaxJSON:
		return errorf("the query has more than %d bytes: use fewer or shorter filter values", MaxJSON)
	case len(q.After) > maxCursor:
		return errorf("the cursor in after is too long: use the one that the page before returned")
	case len(q.Timezone) > maxName:
		return errorf("unknown time zone %s: use an IANA name such as America/Sao_Paulo", Quote(q.Timezone))
	case len(q.Language) > maxName:
		return errorf("unknown language %s: write en, es or pt-BR", Quote(q.Language))
	}
	return nil
}

// repeated returns the first entry that the list contains twice.
func repeated(list []string) (string, bool) {
	seen := make(map[string]bool, len(list))
	for _, id := range list {
		if seen[id] {
			return id, true
		}
		seen[id] = true
	}
	return "", false
}
