package query

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// grafanaKeys stand in every query that Grafana sends and mean nothing here.
var grafanaKeys = []string{"refId", "datasource", "datasourceId", "queryType", "hide", "key", "intervalMs", "maxDataPoints", "queryCachingTTL", "timeRange", "resultAssertions", "datasourceUid", "supportingQueryType"}

// Parse reads a query's JSON. It returns an error that suggests the right key
// if a key is neither the query's nor one that Grafana is known to add.
func Parse(data []byte) (Query, error) {
	raw, err := readObject(data)
	if err != nil {
		return Query{}, err
	}
	maps.DeleteFunc(raw, func(key string, _ json.RawMessage) bool { return slices.Contains(grafanaKeys, key) })
	if err := checkKeys(raw, Query{}, "the query"); err != nil {
		return Query{}, err
	}
	for _, list := range nestedLists {
		for _, item := range objects(raw[list.key]) {
			if err := checkKeys(item, list.item, list.where); err != nil {
				return Query{}, err
			}
		}
	}
	return decode(raw)
}

// ParseLenient reads a query's JSON like Parse, but ignores unknown keys: Grafana
// adds keys of its own to queries, and newer versions add more.
func ParseLenient(data []byte) (Query, error) {
	raw, err := readObject(data)
	if err != nil {
		return Query{}, err
	}
	keepKeys(raw, Query{})
	for _, list := range nestedLists {
		items := objects(raw[list.key])
		if items == nil {
			continue // missing, or of a wrong type, which decode reports
		}
		for _, item := range items {
			keepKeys(item, list.item)
		}
		if raw[list.key], err = json.Marshal(items); err != nil {
			return Query{}, errorf("the query is not valid JSON: %s", jsonReason(err))
		}
	}
	return decode(raw)
}

// nestedLists are the keys of a query that hold a list of objects.
var nestedLists = []struct {
	key, where string
	item       any
}{{"filters", "a filter", Filter{}}, {"orderBy", "orderBy", Order{}}}

// readObject splits a query's JSON into its keys.
func readObject(data []byte) (map[string]json.RawMessage, error) {
	if len(data) > MaxJSON {
		return nil, errorf("the query has %d bytes: it takes at most %d. Use fewer or shorter filter values", len(data), MaxJSON)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil || raw == nil {
		return nil, errorf("the query is not a JSON object: %s", jsonReason(err))
	}
	return raw, nil
}

// objects returns the objects of a list, or nil if it is not a list of objects.
func objects(list json.RawMessage) []map[string]json.RawMessage {
	var items []map[string]json.RawMessage
	if len(list) == 0 || json.Unmarshal(list, &items) != nil {
		return nil
	}
	return items
}

// keepKeys removes the keys that the item's type doesn't have.
func keepKeys(object map[string]json.RawMessage, item any) {
	known := jsonKeys(item)
	maps.DeleteFunc(object, func(key string, _ json.RawMessage) bool { return !slices.Contains(known, key) })
}

// decode reads a query that has no unknown keys.
func decode(raw map[string]json.RawMessage) (Query, error) {
	if err := checkLists(raw); err != nil {
		return Query{}, err
	}
	clean, err := json.Marshal(raw)
	if err != nil {
		return Query{}, errorf("the query is not valid JSON: %s", jsonReason(err))
	}
	var q Query
	if err := json.Unmarshal(clean, &q); err != nil {
		return Query{}, errorf("the query cannot be read: %s", jsonReason(err))
	}
	return q, nil
}

// checkKeys returns an error if the object has a key that the item's type does not
// have.
func checkKeys(object map[string]json.RawMessage, item any, where string) error {
	known := jsonKeys(item)
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if !slices.Contains(known, key) {
			return errorf("unknown key %s in %s%s", Quote(key), where, Suggest(key, known))
		}
	}
	return nil
}

func jsonReason(err error) string {
	var typeError *json.UnmarshalTypeError
	switch {
	case err == nil:
		return "it is null"
	case !errors.As(err, &typeError):
		return Clip(strings.TrimPrefix(err.Error(), "json: "), 2*maxQuoted)
	case typeError.Field == "":
		return "it is " + valueName(typeError.Value)
	}
	return fmt.Sprintf("%s is %s, but must be %s", Quote(typeError.Field), valueName(typeError.Value), kindName(typeError.Type))
}

// valueName translates encoding/json's name of a value.
func valueName(value string) string {
	switch value {
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "bool":
		return "true or false"
	case "string":
		return "a text"
	}
	return "a " + Clip(value, maxQuoted) // number, with its digits
}

func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "a list"
	case reflect.Int:
		return "an integer"
	case reflect.Bool:
		return "true or false"
	case reflect.Struct:
		return "an object"
	}
	return "a text"
}

func jsonKeys(v any) []string {
	var keys []string
	for field := range reflect.TypeOf(v).Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		keys = append(keys, name)
	}
	return keys
}
