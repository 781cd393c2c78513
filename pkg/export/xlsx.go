package export

import (
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// An xlsxWriter writes a workbook: a sheet with the rows, and one that says what they are.
type xlsxWriter struct {
	table
	out    io.Writer
	file   *excelize.File
	sheet  *excelize.StreamWriter
	styles map[kind]int
	next   int
}

// xlsxFormats are the number formats of columns.
var xlsxFormats = map[kind]string{
	count: "#,##0", number: "#,##0.00", share: "0.0%", seconds: "[h]:mm:ss", usd: "$#,##0.00##", instant: "yyyy-mm-dd hh:mm:ss", day: "yyyy-mm-dd", text: "@",
}

// Widths of columns in characters.
const (
	leastWidth = 10
	mostWidth  = 60
)

func newXLSX(w io.Writer, t table) (writer, error) {
	x := &xlsxWriter{table: t, out: w, file: excelize.NewFile(), styles: map[kind]int{}, next: 2}
	name := sheetName(t.texts.Notice("file_rows"))
	if err := x.file.SetSheetName("Sheet1", name); err != nil {
		return nil, err
	}
	for k, format := range xlsxFormats {
		style, err := x.file.NewStyle(&excelize.Style{CustomNumFmt: &format})
		if err != nil {
			return nil, err
		}
		x.styles[k] = style
	}
	bold, err := x.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	if x.sheet, err = x.file.NewStreamWriter(name); err != nil {
		return nil, err
	}
	for i, c := range t.columns {
		if err := x.sheet.SetColWidth(i+1, i+1, c.width()); err != nil {
			return nil, err
		}
	}
	if err := x.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	var head []any
	for _, c := range t.columns {
		head = append(head, excelize.Cell{StyleID: bold, Value: c.title})
	}
	return x, x.sheet.SetRow("A1", head)
}

func (c column) width() float64 {
	width := map[kind]int{text: 20, instant: 19, day: 11}[c.kind]
	return float64(min(mostWidth, max(leastWidth, width, utf8.RuneCountInString(c.title)+2)))
}

// sheetName is a name that a sheet may have.
func sheetName(name string) string {
	name = strings.Map(func(c rune) rune {
		if strings.ContainsRune(`:\/?*[]`, c) {
			return ' '
		}
		return c
	}, name)
	runes := []rune(name)
	return string(runes[:min(len(runes), 31)])
}

// maxCell is how many characters a cell holds.
const maxCell = 32767

func (x *xlsxWriter) row(values []any) error {
	cells := make([]any, len(values))
	for i, value := range values {
		k := x.columns[i].kind
		switch v := value.(type) {
		case time.Time:
			// A sheet knows no time zones: it shows the report's clock.
			value = time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), v.Nanosecond(), time.UTC)
		case float64:
			if k == seconds {
				value = math.Round(v) / 86400
			}
		case string:
			if runes := []rune(v); len(v) > maxCell && len(runes) > maxCell {
				value = string(runes[:maxCell])
			}
		}
		if value != nil {
			cells[i] = excelize.Cell{StyleID: x.styles[k], Value: value}
		}
	}
	cell, err := excelize.CoordinatesToCellName(1, x.next)
	if err != nil {
		return err
	}
	x.next++
	return x.sheet.SetRow(cell, cells)
}

func (x *xlsxWriter) end(mark string) error {
	defer x.file.Close()
	if err := x.sheet.Flush(); err != nil {
		return err
	}
	about := sheetName(x.texts.Notice("file_about"))
	if _, err := x.file.NewSheet(about); err != nil {
		return err
	}
	rows := append([][2]string{{x.title, ""}}, append(x.head, [2]string{mark, ""})...)
	for i, row := range rows {
		for n, text := range row {
			cell, err := excelize.CoordinatesToCellName(n+1, i+1)
			if err == nil {
				err = x.file.SetCellStr(about, cell, text)
			}
			if err != nil {
				return err
			}
		}
	}
	if err := x.file.SetColWidth(about, "A", "B", 40); err != nil {
		return err
	}
	return x.file.Write(x.out)
}
