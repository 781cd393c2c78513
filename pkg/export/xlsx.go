package export

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// A book is a workbook. Sheets with rows are written in pieces, others cell by cell.
type book struct {
	file *excelize.File
	// styles are those of the values of each kind, totals the same in bold.
	styles, totals      map[kind]int
	bold, title, change int
	link                int
	names               map[string]bool
}

// xlsxFormats are the number formats of columns.
var xlsxFormats = map[kind]string{
	count: "#,##0", number: "#,##0.00", share: "0.0%", seconds: "[h]:mm:ss", usd: "$#,##0.00##", instant: "yyyy-mm-dd hh:mm:ss", day: "yyyy-mm-dd", text: "@",
}

// changeFormat is the number format of changes.
var changeFormat = "+0.0%;-0.0%;0.0%"

// Widths of columns in characters.
const (
	leastWidth = 10
	mostWidth  = 60
)

// newBook returns a workbook with one empty sheet of that name.
func newBook(first string) (*book, error) {
	b := &book{file: excelize.NewFile(), styles: map[kind]int{}, totals: map[kind]int{}, names: map[string]bool{"history": true}} // Excel keeps that name for itself
	if err := b.file.SetSheetName("Sheet1", b.name(first)); err != nil {
		return nil, err
	}
	style := func(to *int, s excelize.Style) (err error) {
		*to, err = b.file.NewStyle(&s)
		return err
	}
	bold := &excelize.Font{Bold: true}
	for k, format := range xlsxFormats {
		var plain, total int
		if err := style(&plain, excelize.Style{CustomNumFmt: &format}); err != nil {
			return nil, err
		}
		if err := style(&total, excelize.Style{CustomNumFmt: &format, Font: bold}); err != nil {
			return nil, err
		}
		b.styles[k], b.totals[k] = plain, total
	}
	for _, s := range []struct {
		to *int
		of excelize.Style
	}{
		{&b.bold, excelize.Style{Font: bold}},
		{&b.title, excelize.Style{Font: &excelize.Font{Bold: true, Size: 16}}},
		{&b.change, excelize.Style{CustomNumFmt: &changeFormat}},
		{&b.link, excelize.Style{Font: &excelize.Font{Color: "#1F60C4", Underline: "single"}}},
	} {
		if err := style(s.to, s.of); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// name returns a name that a sheet may have and none has yet.
func (b *book) name(wanted string) string {
	name := sheetName(wanted)
	for n := 2; b.names[strings.ToLower(name)] || name == ""; n++ {
		end := fmt.Sprintf(" (%d)", n)
		name = strings.TrimSpace(shorten(sheetName(wanted), maxSheetName-len(end)) + end)
	}
	b.names[strings.ToLower(name)] = true
	return name
}

// maxSheetName is how long the name of a sheet is at most, as spreadsheets count.
const maxSheetName = 31

// sheetName is a name that a sheet may have.
func sheetName(name string) string {
	name = strings.Map(func(c rune) rune {
		if strings.ContainsRune(`:\/?*[]`, c) || unicode.IsControl(c) {
			return ' '
		}
		return c
	}, name)
	if shorten(name, maxSheetName) != name {
		name = strings.TrimSpace(shorten(name, maxSheetName-1)) + "…"
	}
	return strings.Trim(name, "' ")
}

// shorten returns a text with at most so many UTF-16 units, in which spreadsheets count:
// emoji have two.
func shorten(text string, units int) string {
	for at, c := range text {
		if units -= utf16.RuneLen(c); units < 0 {
			return text[:at]
		}
	}
	return text
}

// A sheet is a sheet with a table.
type sheet struct {
	*excelize.StreamWriter
	book    *book
	columns []column
	next    int
}

// table begins a table on an empty sheet of that name.
func (b *book) table(name string, columns []column) (*sheet, error) {
	stream, err := b.file.NewStreamWriter(name)
	if err != nil {
		return nil, err
	}
	s := &sheet{StreamWriter: stream, book: b, columns: columns, next: 2}
	var head []any
	for i, c := range columns {
		if err := s.SetColWidth(i+1, i+1, c.width()); err != nil {
			return nil, err
		}
		head = append(head, excelize.Cell{StyleID: b.bold, Value: c.title})
	}
	if err := s.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	return s, s.SetRow("A1", head)
}

func (c column) width() float64 {
	width := map[kind]int{text: 20, instant: 19, day: 11}[c.kind]
	if c.chars > 0 {
		width = c.chars + 2
	}
	return float64(min(mostWidth, max(leastWidth, width, utf8.RuneCountInString(c.title)+2)))
}

// maxCell is how many characters a cell holds.
const maxCell = 32767

// cellValue returns a value as a sheet stores it.
func cellValue(k kind, value any) any {
	switch v := value.(type) {
	case time.Time:
		// A sheet has no time zones: it shows the report's clock. It would round to the next
		// second, and so to the next day.
		return time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), 0, time.UTC)
	case float64:
		if k == seconds {
			return wholeSeconds(v) / 86400
		}
	case string:
		return shorten(v, maxCell)
	}
	return value
}

func (s *sheet) row(values []any) error { return s.write(values, s.book.styles) }

func (s *sheet) write(values []any, styles map[kind]int) error {
	cells := make([]any, len(values))
	for i, value := range values {
		if k := s.columns[i].kind; value != nil {
			cells[i] = excelize.Cell{StyleID: styles[k], Value: cellValue(k, value)}
		}
	}
	cell, err := excelize.CoordinatesToCellName(1, s.next)
	if err != nil {
		return err
	}
	s.next++
	return s.SetRow(cell, cells)
}

// put writes a cell of a sheet without a table.
func (b *book) put(sheet string, column, row, style int, value any) error {
	cell, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return err
	}
	if value != nil {
		err = b.file.SetCellValue(sheet, cell, value)
	}
	if err == nil && style > 0 {
		err = b.file.SetCellStyle(sheet, cell, cell, style)
	}
	return err
}

// An xlsxWriter writes the rows of one report and a sheet that says what they are.
type xlsxWriter struct {
	table
	*sheet
	out io.Writer
}

func newXLSX(w io.Writer, t table) (writer, error) {
	name := t.texts.Notice("file_rows")
	b, err := newBook(name)
	if err != nil {
		return nil, err
	}
	s, err := b.table(sheetName(name), t.columns)
	return &xlsxWriter{t, s, w}, err
}

func (x *xlsxWriter) end(mark string) error {
	file := x.book.file
	defer file.Close()
	if err := x.Flush(); err != nil {
		return err
	}
	about := x.book.name(x.texts.Notice("file_about"))
	if _, err := file.NewSheet(about); err != nil {
		return err
	}
	rows := append([][2]string{{x.title, ""}}, append(x.head, [2]string{mark, ""})...)
	for i, row := range rows {
		for n, text := range row {
			if err := x.book.put(about, n+1, i+1, 0, text); err != nil {
				return err
			}
		}
	}
	if err := file.SetColWidth(about, "A", "B", 40); err != nil {
		return err
	}
	return file.Write(x.out)
}
