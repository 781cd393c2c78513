package query

import (
	"slices"

	"github.com/parley-reports/parley/pkg/catalog"
)

// Schema returns the JSON Schema (2020-12) of a query. It allows the keys that Grafana
// adds to queries.
func Schema() map[string]any {
	oneOf := func(values []string, description string) map[string]any {
		return map[string]any{"type": "string", "enum": values, "description": description}
	}
	list := func(item map[string]any, description string) map[string]any {
		return map[string]any{"type": "array", "items": item, "uniqueItems": true, "description": description}
	}
	dimensions := catalog.DimensionIDs("")
	var columns []string
	for _, f := range []catalog.Fact{catalog.Message, catalog.Initiation, catalog.ConversationActive} {
		for _, id := range catalog.ColumnIDs(f) {
			if !slices.Contains(columns, id) {
				columns = append(columns, id)
			}
		}
	}
	properties := map[string]any{
		"version": map[string]any{"const": Version},
		"report":  oneOf(PresetIDs(), "The preset that fills whatever the rest leaves out."),
		"metrics": list(oneOf(catalog.MetricIDs(), "A metric of the catalogue."), "What to count."),
		"groupBy": list(oneOf(dimensions, "A dimension of the catalogue."), "What to cut by; an empty list cuts by nothing."),
		"bucket":  oneOf(Buckets, "The calendar periods to cut by."),
		"filters": map[string]any{"type": "array", "description": "Conditions that all have to hold.", "items": map[string]any{
			"type": "object", "additionalProperties": false, "required": []string{"dimension", "operator", "values"},
			"properties": map[string]any{
				"dimension": oneOf(dimensions, "A dimension of the catalogue."),
				"operator":  oneOf(Operators, "in, matches and contains want one of the values, notIn and notMatches none of them."),
				"values":    map[string]any{"type": "array", "minItems": 1, "items": map[string]any{"type": "string"}, "description": `"(none)" stands for no value.`},
			},
		}},
		"compare":  oneOf(Compares, "The period to set beside the answer."),
		"timezone": map[string]any{"type": "string", "description": "IANA name; the data source's where it is left out."},
		"language": map[string]any{"type": "string", "description": "Language of texts: en, es or pt-BR."},
		"format":   oneOf(Formats, "The form of the answer."),
		"columns":  list(oneOf(columns, "A column of a details report."), "The columns of a details report."),
		"orderBy": map[string]any{"type": "array", "description": "Columns of the answer to sort by.", "items": map[string]any{
			"type": "object", "additionalProperties": false, "required": []string{"by"},
			"properties": map[string]any{"by": map[string]any{"type": "string"}, "desc": map[string]any{"type": "boolean"}},
		}},
		"limit": map[string]any{"type": "integer", "minimum": 0, "maximum": MaxLimit, "description": "The largest number of rows; 0 means the default."},
		"after": map[string]any{"type": "string", "description": "The cursor of the page before, in a details report."},
	}
	for _, key := range grafanaKeys {
		properties[key] = map[string]any{}
	}
	return map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Parley query", "type": "object",
		"additionalProperties": false, "properties": properties,
	}
}
