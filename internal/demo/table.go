package demo

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// The size of what is printed of one answer.
const (
	maxRows   = 8
	maxWidth  = 110
	maxCell   = 36
	sparkSize = 28
)

// render writes an answer as indented lines, and says whether there is any data.
// Without data the lines say why, if that is known.
func render(frames data.Frames, zone *time.Location) (lines []string, hasData bool) {
	for _, frame := range frames {
		fields := visible(frame)
		if rows, err := frame.RowLen(); err == nil && rows > 0 && len(fields) > 0 {
			if hasData {
				lines = append(lines, "")
			}
			hasData = true
			switch {
			case isCards(fields, rows):
				lines = append(lines, cards(fields, rows, zone)...)
			case isSeries(frame, fields, rows):
				lines = append(lines, series(fields, rows, zone)...)
			default:
				lines = append(lines, table(fields, rows, zone)...)
			}
		}
		if frame.Meta != nil {
			for _, notice := range frame.Meta.Notices {
				lines = append(lines, "note: "+notice.Text)
			}
		}
	}
	return lines, hasData
}

// visible leaves out the fields that a table panel hides.
func visible(frame *data.Frame) []*data.Field {
	return slices.DeleteFunc(slices.Clone(frame.Fields), func(field *data.Field) bool {
		if field.Config == nil {
			return false
		}
		hide, _ := field.Config.Custom["hideFrom"].(map[string]any)
		viz, _ := hide["viz"].(bool)
		hidden, _ := field.Config.Custom["hidden"].(bool)
		return viz || hidden
	})
}

// isCards says whether the frame is what cards show: numbers now, perhaps after
// those of the period before.
func isCards(fields []*data.Field, rows int) bool {
	if rows > 2 || rows == 2 && !fields[0].Type().Time() {
		return false
	}
	return !slices.ContainsFunc(fields, func(field *data.Field) bool {
		return !field.Type().Numeric() && !(field.Type().Time() && field == fields[0])
	})
}

// cards writes each number on a line of its own.
func cards(fields []*data.Field, rows int, zone *time.Location) []string {
	var cells [][]string
	for _, field := range fields {
		if field.Type().Time() {
			continue
		}
		line := []string{name(field), cell(field, rows-1, zone), ""}
		if rows == 2 {
			line[2] = "before " + cell(field, 0, zone)
		}
		cells = append(cells, line)
	}
	return align(cells, []bool{false, true, false})
}

// isSeries says whether the frame is one of numbers over time.
func isSeries(frame *data.Frame, fields []*data.Field, rows int) bool {
	if len(fields) < 2 || rows < 3 || !fields[0].Type().Time() {
		return false
	}
	if frame.Meta != nil && strings.HasPrefix(string(frame.Meta.Type), "timeseries") {
		return true
	}
	return !slices.ContainsFunc(fields[1:], func(field *data.Field) bool { return !field.Type().Numeric() })
}

// series draws each field as a line of its own.
func series(fields []*data.Field, rows int, zone *time.Location) []string {
	first, last := cell(fields[0], 0, zone), cell(fields[0], rows-1, zone)
	cells := [][]string{{first + " to " + last, "", "lowest", "highest", "last"}}
	for _, field := range fields[1:] {
		if !field.Type().Numeric() {
			continue
		}
		values := make([]float64, rows)
		for i := range rows {
			values[i] = number(field, i)
		}
		known := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
		line := []string{name(field), spark(values), "", "", cell(field, rows-1, zone)}
		if len(known) > 0 {
			line[2], line[3] = format(field, slices.Min(known)), format(field, slices.Max(known))
		}
		cells = append(cells, line)
	}
	return align(shorten(cells), []bool{false, false, true, true, true})
}

func table(fields []*data.Field, rows int, zone *time.Location) []string {
	header := make([]string, len(fields))
	right := make([]bool, len(fields))
	for i, field := range fields {
		header[i], right[i] = name(field), field.Type().Numeric()
	}
	cells := [][]string{header}
	for row := range min(rows, maxRows+1) {
		line := make([]string, len(fields))
		for i, field := range fields {
			line[i] = cell(field, row, zone)
		}
		cells = append(cells, line)
	}
	return align(shorten(cells), right, rows)
}

// shorten keeps a header and at most maxRows lines.
func shorten(cells [][]string) [][]string { return cells[:min(len(cells), maxRows+1)] }

// align pads the columns, leaves out those that don't fit and says what is
// missing. total is the number of rows there are.
func align(cells [][]string, right []bool, total ...int) []string {
	widths := make([]int, len(cells[0]))
	for _, line := range cells {
		for i, text := range line {
			line[i] = clip(text)
			widths[i] = max(widths[i], utf8.RuneCountInString(line[i]))
		}
	}
	columns, width := 0, 0
	for columns < len(widths) && (columns == 0 || width+widths[columns] <= maxWidth) {
		width += widths[columns] + 2
		columns++
	}

	var lines []string
	for _, line := range cells {
		var text strings.Builder
		for i := range columns {
			padding := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(line[i]))
			if right[i] {
				text.WriteString(padding + line[i] + "  ")
			} else {
				text.WriteString(line[i] + padding + "  ")
			}
		}
		lines = append(lines, strings.TrimRight(text.String(), " "))
	}
	var missing []string
	if len(total) > 0 && total[0] > len(cells)-1 {
		missing = append(missing, fmt.Sprintf("%d more rows", total[0]-len(cells)+1))
	}
	if columns < len(widths) {
		missing = append(missing, "more columns: "+strings.Join(cells[0][columns:], ", "))
	}
	if len(missing) > 0 {
		lines = append(lines, "… "+strings.Join(missing, "; "))
	}
	return lines
}

func clip(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= maxCell {
		return text
	}
	return string([]rune(text)[:maxCell-1]) + "…"
}

// name is what a panel would call the field.
func name(field *data.Field) string {
	switch {
	case field.Config != nil && field.Config.DisplayName != "":
		return field.Config.DisplayName
	case field.Config != nil && field.Config.DisplayNameFromDS != "":
		return field.Config.DisplayNameFromDS
	case len(field.Labels) > 0:
		return field.Name + " " + field.Labels.String()
	}
	return field.Name
}

// cell is what a panel would show of a value.
func cell(field *data.Field, row int, zone *time.Location) string {
	value, ok := field.ConcreteAt(row)
	if !ok {
		return missing(field)
	}
	if text, mapped := mapping(field, fmt.Sprint(value)); mapped {
		return text
	}
	switch value := value.(type) {
	case time.Time:
		return value.In(zone).Format("2006-01-02 15:04")
	case string:
		return value
	case bool:
		return strconv.FormatBool(value)
	}
	if field.Type().Numeric() {
		return format(field, number(field, row))
	}
	return fmt.Sprint(value)
}

// missing is what a panel would show where there is no value.
func missing(field *data.Field) string {
	if field.Config != nil {
		for _, mapper := range field.Config.Mappings {
			if special, ok := mapper.(data.SpecialValueMapper); ok && special.Match == data.SpecialValueNull {
				return special.Result.Text
			}
		}
		if field.Config.NoValue != "" {
			return field.Config.NoValue
		}
	}
	return "–"
}

func mapping(field *data.Field, value string) (string, bool) {
	if field.Config == nil {
		return "", false
	}
	for _, mapper := range field.Config.Mappings {
		if texts, ok := mapper.(data.ValueMapper); ok {
			if result, ok := texts[value]; ok && result.Text != "" {
				return result.Text, true
			}
		}
	}
	return "", false
}

// number is the value, or NaN where there is none.
func number(field *data.Field, row int) float64 {
	value, err := field.NullableFloatAt(row)
	if err != nil || value == nil {
		return math.NaN()
	}
	return *value
}

// format writes a number in the field's unit.
func format(field *data.Field, value float64) string {
	if math.IsNaN(value) {
		return "–"
	}
	unit := ""
	if field.Config != nil {
		unit = field.Config.Unit
	}
	switch unit {
	case "percentunit":
		return fmt.Sprintf("%.1f %%", value*100)
	case "percent":
		return fmt.Sprintf("%.1f %%", value)
	case "currencyUSD":
		return "$" + thousands(value, 2)
	case "s", "dtdhms", "dtdurations":
		return time.Duration(value * float64(time.Second)).Round(time.Second).String()
	}
	if value == math.Trunc(value) {
		return thousands(value, 0)
	}
	return thousands(value, 2)
}

// thousands writes a number with separators.
func thousands(value float64, decimals int) string {
	text := strconv.FormatFloat(math.Abs(value), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if value < 0 {
		whole = "-" + whole
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return whole
}

// spark draws values as one line of bars, from 0 or the lowest, if that is less.
func spark(values []float64) string {
	const bars = "▁▂▃▄▅▆▇█"
	size := min(len(values), sparkSize)
	highest, lowest := 0.0, 0.0
	points := make([]float64, size)
	for i := range points {
		// Several values share a bar where there are many: the highest shows.
		points[i] = math.NaN()
		for _, value := range values[i*len(values)/size : (i+1)*len(values)/size] {
			if !math.IsNaN(value) && !(points[i] >= value) {
				points[i] = value
			}
		}
		if !math.IsNaN(points[i]) {
			highest, lowest = max(highest, points[i]), min(lowest, points[i])
		}
	}
	steps := []rune(bars)
	var line strings.Builder
	for _, point := range points {
		switch {
		case math.IsNaN(point):
			line.WriteRune(' ')
		case highest == lowest:
			line.WriteRune(steps[0])
		default:
			line.WriteRune(steps[int((point-lowest)/(highest-lowest)*float64(len(steps)-1)+0.5)])
		}
	}
	return line.String()
}
