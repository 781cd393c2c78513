package facts

import (
	"strings"

	"github.com/parley-reports/parley/pkg/source"
)

// A cleaner reads cells of a relation in Source.Raw by the rules of their columns.
type cleaner struct {
	source  *source.Source
	columns []cleanColumn
}

type cleanColumn struct {
	rule source.Rule
	// codes are those of columns with few texts.
	codes memo[[]byte]
	// isTime: the column has instants. required: a row without a value is left out.
	isTime, required bool
}

// cleaner returns a cleaner of the selected columns: "r.conversation_id, r.at".
func (b *builder) cleaner(relation, selected string) *cleaner {
	contract, _ := source.LookupRelation(relation)
	types := map[string]string{}
	for _, column := range contract.Columns {
		types[column.Name] = column.Type
	}
	c := &cleaner{source: b.source}
	for name := range strings.SplitSeq(selected, ", ") {
		name = strings.TrimPrefix(name, "r.")
		rule := b.source.Raw[relation].Rules[name]
		c.columns = append(c.columns, cleanColumn{
			rule: rule, isTime: types[name] == "timestamptz",
			required: name == source.Key(relation) || name == source.EventTime(relation),
			codes:    newMemo(func(value cell) []byte { return c.read(rule, value) }),
		})
	}
	return c
}

func (c *cleaner) read(rule source.Rule, value cell) []byte {
	text := c.source.Read(rule, value.string())
	if text == "" {
		return nil
	}
	return []byte(text)
}

// clean reads the cells in their place. It reports whether the row counts.
func (c *cleaner) clean(cells []cell) bool {
	for i := range c.columns {
		column, value := &c.columns[i], &cells[i]
		switch {
		case value.raw == nil:
		case column.isTime:
			if validInstant(*value) == Never {
				value.raw = nil
			}
		case source.IsPlain(column.rule, value.raw):
		case column.rule == source.Lower || column.rule == source.Upper:
			value.raw = column.codes.of(*value)
		default:
			value.raw = c.read(column.rule, *value)
		}
		if value.raw == nil && column.required {
			return false
		}
	}
	return true
}
