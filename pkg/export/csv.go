package export

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// byteOrderMark tells spreadsheets that a text is UTF-8.
const byteOrderMark = "\ufeff"

// A csvWriter writes a CSV file that spreadsheets open right: with the separator and the
// decimal mark of the language, and texts that are no formulas.
type csvWriter struct {
	*csv.Writer
	table
	decimal string
}

func newCSV(w io.Writer, t table) (writer, error) {
	out := &csvWriter{Writer: csv.NewWriter(w), table: t, decimal: t.texts.DecimalMark()}
	// Where the comma is the decimal mark, spreadsheets separate by semicolons.
	if out.decimal == "," {
		out.Comma = ';'
	}
	out.UseCRLF = true
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return nil, err
	}
	return out, out.Write(t.titles())
}

func (t table) titles() []string {
	var titles []string
	for _, c := range t.columns {
		titles = append(titles, c.title)
	}
	return titles
}

func (w *csvWriter) row(values []any) error {
	fields := make([]string, len(values))
	for i, v := range values {
		fields[i] = w.field(w.columns[i].kind, v)
	}
	return w.Write(fields)
}

func (w *csvWriter) field(k kind, value any) string {
	number := func(v float64, decimals int) string {
		return strings.ReplaceAll(strconv.FormatFloat(v, 'f', decimals, 64), ".", w.decimal)
	}
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return harmless(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case int32:
		return strconv.Itoa(int(v))
	case time.Time:
		if k == day {
			return v.Format(time.DateOnly)
		}
		return v.Format(time.DateTime)
	case float64:
		switch k {
		case share:
			return number(100*v, 1) + "%"
		case seconds:
			return clock(v)
		case usd:
			return number(v, 4)
		}
		return number(v, 2)
	}
	return ""
}

// clock writes seconds as hours, minutes and seconds.
func clock(s float64) string {
	n := int64(wholeSeconds(s))
	two := func(n int64) string { return strconv.Itoa(int(n/10)) + strconv.Itoa(int(n%10)) }
	return strconv.FormatInt(n/3600, 10) + ":" + two(n/60%60) + ":" + two(n%60)
}

// harmless is a text that a spreadsheet takes for nothing but a text: no formula, and no
// number that it would round or whose leading zero it would drop.
func harmless(s string) string {
	if s == "" {
		return s
	}
	switch first, _ := utf8.DecodeRuneInString(s); first {
	case '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠':
		return "'" + s
	}
	if strings.Trim(s, "0123456789") == "" && (len(s) > 11 || len(s) > 1 && s[0] == '0') {
		return "'" + s
	}
	return s
}

func (w *csvWriter) end(mark string) error {
	parts := []string{"# " + w.title}
	for _, h := range w.head {
		parts = append(parts, h[0]+": "+h[1])
	}
	if err := w.Write([]string{strings.Join(append(parts, mark), " | ")}); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

// A tsvWriter writes tab-separated values for programs: instants with their offset,
// numbers with a point, durations in seconds. Tabs, line breaks and backslashes in texts
// are written as \t, \n, \r and \\.
type tsvWriter struct {
	io.Writer
	table
}

var tsvEscapes = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)

func newTSV(w io.Writer, t table) (writer, error) {
	out := &tsvWriter{w, t}
	return out, out.line(t.titles())
}

func (w *tsvWriter) line(fields []string) error {
	_, err := io.WriteString(w, strings.Join(fields, "\t")+"\n")
	return err
}

func (w *tsvWriter) row(values []any) error {
	fields := make([]string, len(values))
	for i, value := range values {
		switch v := value.(type) {
		case string:
			fields[i] = tsvEscapes.Replace(v)
		case int64:
			fields[i] = strconv.FormatInt(v, 10)
		case int32:
			fields[i] = strconv.Itoa(int(v))
		case float64:
			fields[i] = strconv.FormatFloat(v, 'f', -1, 64)
		case time.Time:
			fields[i] = v.Format(time.RFC3339Nano)
			if w.columns[i].kind == day {
				fields[i] = v.Format(time.DateOnly)
			}
		}
	}
	return w.line(fields)
}

func (w *tsvWriter) end(mark string) error { return w.line([]string{"# " + mark}) }
