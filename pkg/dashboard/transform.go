package dashboard

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/parley-reports/parley/pkg/frame"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
)

// transformation is a step that changes the fields of a panel.
type transformation struct {
	ID      string          `json:"id"`
	Options json.RawMessage `json:"options"`
}

// transform applies the transformations that shipped dashboards use. Those that only add
// sparklines, timeSeriesTable and merge, have no effect in files. The error is a
// *query.Error.
func (p *panel) transform(fields []*field) ([]*field, error) {
	for _, t := range p.Transformations {
		var err error
		switch t.ID {
		case "calculateField":
			fields, err = p.calculate(fields, t.Options)
		case "groupingToMatrix":
			fields, err = matrix(fields, t.Options)
		case "sortBy":
			err = sortBy(fields, t.Options)
		case "filterByValue":
			err = filterByValue(fields, t.Options)
		case "organize":
			fields, err = organize(fields, t.Options)
		case "timeSeriesTable":
		case "merge":
			if !p.has("timeSeriesTable") {
				return nil, unsupported(t.ID)
			}
		default:
			return nil, unsupported(t.ID)
		}
		if err != nil {
			return nil, &query.Error{Message: fmt.Sprintf("a file cannot have a panel with this transformation %s: %v", query.Quote(t.ID), err)}
		}
	}
	return fields, nil
}

func unsupported(transformation string) error {
	return &query.Error{Message: fmt.Sprintf("a file cannot have a panel with the transformation %s", query.Quote(transformation))}
}

// calculate adds a field: an operation on two fields or a number, or the sum of fields.
func (p *panel) calculate(fields []*field, raw json.RawMessage) ([]*field, error) {
	type operand struct {
		Matcher *matcher `json:"matcher"`
		Fixed   string   `json:"fixed"`
	}
	var o struct {
		Mode, Alias string
		Binary      struct {
			Left, Right operand
			Operator    string
		}
		Reduce struct{ Include []string }
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, err
	}
	if len(fields) == 0 {
		return fields, nil
	}
	rows := len(fields[0].values)
	values := make([]any, rows)
	switch o.Mode {
	case "binary":
		left := find(fields, o.Binary.Left.Matcher)
		if left == nil || o.Binary.Left.Matcher.ID != "byName" {
			return fields, nil // several fields at once are for drawing only
		}
		right := find(fields, o.Binary.Right.Matcher)
		factor := 1.0
		if right == nil {
			if _, err := fmt.Sscan(o.Binary.Right.Fixed, &factor); err != nil {
				return fields, nil // a field that the result does not have
			}
		}
		for i := range rows {
			a, ok := frame.Float(left.values[i])
			b := factor
			if right != nil {
				var known bool
				b, known = frame.Float(right.values[i])
				ok = ok && known
			}
			switch {
			case !ok:
			case o.Binary.Operator == "-":
				values[i] = a - b
			case o.Binary.Operator == "*":
				values[i] = a * b
			default:
				return nil, fmt.Errorf("unknown operator %q", o.Binary.Operator)
			}
		}
	case "reduceRow":
		for i := range rows {
			sum := 0.0
			for _, f := range fields {
				if v, ok := frame.Float(f.values[i]); ok && f.isNumber() && (o.Reduce.Include == nil || slices.ContainsFunc(o.Reduce.Include, f.isCalled)) {
					sum += v
				}
			}
			values[i] = sum
		}
	case "index":
		return fields, nil // a number of the row, for links only
	default:
		return nil, fmt.Errorf("unknown mode %q", o.Mode)
	}
	return append(fields, p.computed(o.Alias, values)), nil
}

func find(fields []*field, m *matcher) *field {
	if m == nil {
		return nil
	}
	if i := slices.IndexFunc(fields, func(f *field) bool { return f.matches(*m) }); i >= 0 {
		return fields[i]
	}
	return nil
}

func byName(fields []*field, name string) *field {
	if i := slices.IndexFunc(fields, func(f *field) bool { return f.isCalled(name) }); i >= 0 {
		return fields[i]
	}
	return nil
}

// matrix makes a row of each value of one field, and a field of each value of another.
func matrix(fields []*field, raw json.RawMessage) ([]*field, error) {
	var o struct{ RowField, ColumnField, ValueField string }
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, err
	}
	rows, columns, values := byName(fields, o.RowField), byName(fields, o.ColumnField), byName(fields, o.ValueField)
	if rows == nil || columns == nil || values == nil {
		return nil, nil // no result
	}
	first := *rows
	first.name, first.values = o.RowField+`\`+o.ColumnField, nil
	matrix := []*field{&first}
	rowAt, columnAt := map[any]int{}, map[any]int{}
	for i, row := range rows.values {
		if _, seen := rowAt[row]; !seen {
			rowAt[row] = len(first.values)
			first.values = append(first.values, row)
		}
		column := columns.values[i]
		if _, seen := columnAt[column]; !seen {
			columnAt[column] = len(matrix)
			cell := *values
			cell.name = fmt.Sprint(column)
			cell.title = fmt.Sprint(columns.shown(column))
			cell.color, cell.values = columns.colorOf(column), nil
			matrix = append(matrix, &cell)
		}
	}
	for _, f := range matrix[1:] {
		f.values = make([]any, len(first.values))
		for i := range f.values {
			f.values[i] = 0.0 // emptyValue: zero
		}
	}
	for i, row := range rows.values {
		matrix[columnAt[columns.values[i]]].values[rowAt[row]] = values.values[i]
	}
	return matrix, nil
}

func sortBy(fields []*field, raw json.RawMessage) error {
	var o struct {
		Sort []struct {
			Field string
			Desc  bool
		}
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		return err
	}
	if len(fields) == 0 || len(o.Sort) == 0 {
		return nil
	}
	by := byName(fields, o.Sort[0].Field)
	if by == nil {
		return nil
	}
	order := make([]int, len(by.values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return measure.Compare(by.values[a], by.values[b], o.Sort[0].Desc) })
	keep(fields, order)
	return nil
}

// filterByValue keeps the rows that meet all conditions.
func filterByValue(fields []*field, raw json.RawMessage) error {
	var o struct {
		Type, Match string
		Filters     []struct {
			FieldName string
			Config    struct {
				ID      string
				Options struct{ Value float64 }
			}
		}
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		return err
	}
	if o.Type != "include" || o.Match != "all" {
		return fmt.Errorf("only rows that match all conditions can be included")
	}
	if len(fields) == 0 {
		return nil
	}
	var rows []int
	for i := range fields[0].values {
		passes := true
		for _, filter := range o.Filters {
			f := byName(fields, filter.FieldName)
			if f == nil {
				continue
			}
			value, ok := frame.Float(f.values[i])
			limit := filter.Config.Options.Value
			switch filter.Config.ID {
			case "greater":
				passes = passes && ok && value > limit
			case "greaterOrEqual":
				passes = passes && ok && value >= limit
			default:
				return fmt.Errorf("unknown condition %q", filter.Config.ID)
			}
		}
		if passes {
			rows = append(rows, i)
		}
	}
	keep(fields, rows)
	return nil
}

// keep leaves these rows of the fields, in this order.
func keep(fields []*field, rows []int) {
	for _, f := range fields {
		values := make([]any, 0, len(rows))
		for _, i := range rows {
			values = append(values, f.values[i])
		}
		f.values = values
	}
}

// organize removes, renames and orders fields.
func organize(fields []*field, raw json.RawMessage) ([]*field, error) {
	var o struct {
		ExcludeByName map[string]bool
		RenameByName  map[string]string
		IndexByName   map[string]int
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, err
	}
	place := func(f *field) int {
		for _, name := range []string{f.title, f.name} {
			if at, ok := o.IndexByName[name]; ok {
				return at
			}
		}
		return len(o.IndexByName)
	}
	places := map[*field]int{}
	for _, f := range fields {
		places[f] = place(f)
	}
	fields = slices.DeleteFunc(fields, func(f *field) bool { return o.ExcludeByName[f.name] || o.ExcludeByName[f.title] })
	slices.SortStableFunc(fields, func(a, b *field) int { return places[a] - places[b] })
	for _, f := range fields {
		if name := cmp.Or(o.RenameByName[f.title], o.RenameByName[f.name]); name != "" {
			f.title = name
		}
	}
	return fields, nil
}
