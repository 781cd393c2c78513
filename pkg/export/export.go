// Package export writes results as files: CSV and XLSX to read in a spreadsheet, TSV for
// programs, PDF to hand on. A file has all rows of a report, not only those of a page.
package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/dashboard"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/frame"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
)

// A Format is a format of files.
type Format struct {
	ID, MediaType string
	// maxRows is how many rows a file can have; 0 is any number.
	maxRows int64
	// isRaw: a program reads the file, which has ids beside names, and values as the
	// database has them.
	isRaw bool
	open  func(w io.Writer, t table) (writer, error)
	// writeReport writes a whole dashboard, if the format can hold one.
	writeReport func(ctx context.Context, r *dashboard.Report, w io.Writer) error
}

// Formats are the formats of files.
var Formats = []Format{
	{ID: "csv", MediaType: "text/csv; charset=utf-8", open: newCSV},
	{ID: "tsv", MediaType: "text/tab-separated-values; charset=utf-8", isRaw: true, open: newTSV},
	{ID: "xlsx", MediaType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", maxRows: 1<<20 - 1, open: newXLSX, writeReport: writeXLSXReport},
	{ID: "pdf", MediaType: "application/pdf", maxRows: 5000, open: newPDF, writeReport: writePDFReport},
}

// HoldsDashboards reports whether a file of the format can hold a whole dashboard.
func (f Format) HoldsDashboards() bool { return f.writeReport != nil }

// LookupFormat returns the format of that id. The error is a *query.Error.
func LookupFormat(id string) (Format, error) {
	var ids []string
	for _, f := range Formats {
		if f.ID == id {
			return f, nil
		}
		ids = append(ids, f.ID)
	}
	return Format{}, &query.Error{Message: fmt.Sprintf("unknown format %s%s", query.Quote(id), query.Suggest(id, ids))}
}

// A writer writes the rows of a file.
type writer interface {
	// row writes one row: texts, numbers, instants in the report's time zone, or nil.
	row(values []any) error
	// end finishes the file with a sentence that says whether it is complete.
	end(mark string) error
}

// table is what a file tells about its rows.
type table struct {
	title   string
	columns []column
	// head are the names and values of what was asked for: the range, the filters.
	head  [][2]string
	texts catalog.Texts
	rows  int64
	// isList is set for single messages or conversations.
	isList bool
}

type kind = frame.Kind

const (
	text    = frame.Text
	count   = frame.Count
	number  = frame.Number
	share   = frame.Share
	seconds = frame.Seconds
	usd     = frame.USD
	instant = frame.Instant
	day     = frame.Day
)

type column struct {
	title string
	kind  kind
	// at is the column of the result, name that of its name or -1.
	at   int
	read func(value any) any
	// chars is the length of the longest text that is known to be in the column.
	chars int
}

// A File is what is known of a file before its first row is written.
type File struct {
	// Name says the report and the range: messages-sent_2026-11-01_2026-11-30.csv.
	Name string
	// Rows is how many rows a list has; 0 where it is not known.
	Rows int64
}

// Write answers a request as a file. It calls begin before it writes anything: until then
// an error can still be told otherwise. What is written ends with a sentence that says
// whether the file is complete. The error is as the engine's, or a *query.Error where the
// format cannot hold the rows.
func Write(ctx context.Context, e *engine.Engine, r engine.Request, f Format, w io.Writer, begin func(File) error) error {
	if r.Query.IsList() {
		r.Query.Format = "details"
		if preset, _ := query.LookupPreset(r.Query.Report); f.isRaw && r.Query.Columns == nil {
			r.Query.Columns = catalog.ColumnIDs(preset.Fact)
		}
	}
	var out writer
	var t table
	written := int64(0)
	put := func(values []any) error {
		if written++; f.maxRows > 0 && written > f.maxRows {
			return &query.Error{Message: fmt.Sprintf("a %s file holds at most %d rows", f.ID, f.maxRows)}
		}
		cells := make([]any, len(t.columns))
		for i, c := range t.columns {
			cells[i] = c.read(values[c.at])
		}
		return out.row(cells)
	}
	// Groups are collected, because two of them can have the same name. They are in memory
	// already.
	var groups *engine.Result
	err := e.Stream(ctx, r, func(result *engine.Result) error {
		if limit := int64(r.Query.Limit); r.Query.IsList() && limit > 0 && limit < result.Total {
			texts := catalog.In(result.Query.Language)
			notice := texts.Notice("shown", texts.Count(limit), texts.Count(result.Total)) + texts.Notice("cut_limit", texts.Count(limit))
			if !slices.Contains(result.AllNotices(), notice) {
				result.Notices = append(result.Notices, notice)
			}
			result.Total = limit
		}
		if f.maxRows > 0 && result.Total > f.maxRows {
			return tooMany(f, result)
		}
		t = newTable(ctx, e, result, f)
		if !r.Query.IsList() && !f.isRaw {
			groups = result
		}
		if err := begin(File{Name: FileName(Title(result.Query), result.Range, result.Location, f), Rows: result.Total}); err != nil {
			return err
		}
		var err error
		out, err = f.open(w, t)
		return err
	}, func(values []any) error {
		if groups != nil {
			groups.Rows = append(groups.Rows, slices.Clone(values))
			return nil
		}
		return put(values)
	})
	if out == nil {
		return err
	}
	if err == nil && groups != nil {
		frame.TellNamesApart(groups)
		for _, values := range groups.Rows {
			if err = put(values); err != nil {
				break
			}
		}
	}
	mark := t.texts.Notice("file_complete", t.texts.Count(written))
	if err != nil {
		mark = t.texts.Notice("file_broken", t.texts.Count(written))
	}
	return errors.Join(err, out.end(mark))
}

func tooMany(f Format, r *engine.Result) error {
	texts := catalog.In(r.Query.Language)
	return &query.Error{Message: texts.Notice("file_too_long", texts.Count(r.Total), strings.ToUpper(f.ID), texts.Count(f.maxRows))}
}

// newTable describes the file of a result.
func newTable(ctx context.Context, e *engine.Engine, r *engine.Result, f Format) table {
	texts := catalog.In(r.Query.Language)
	t := table{title: Title(r.Query), texts: texts, rows: r.Total, isList: r.Query.IsList()}
	for i, c := range r.Columns {
		isNamed := slices.ContainsFunc(r.Columns, func(n engine.Column) bool { return n.Role == measure.Name && n.ID == c.ID+"_name" })
		switch {
		case isNamed && !f.isRaw:
			continue
		case isNamed:
			t.columns = append(t.columns, newColumn(r, c, i, f, frame.Title(r, c)+" (ID)"))
		default:
			t.columns = append(t.columns, newColumn(r, c, i, f, frame.Title(r, c)))
		}
	}
	t.head = head(texts, r.Range, r.Location, dashboard.Conditions(ctx, e, r.Query.Language, r.Query.Filters))
	for _, notice := range r.AllNotices() {
		t.head = append(t.head, [2]string{texts.Notice("file_notice"), notice})
	}
	return t
}

// Title returns the title of a query's report, or of its metrics.
func Title(q query.Query) string {
	texts := catalog.In(q.Language)
	if q.Report != "" {
		return texts.Report(q.Report).Title
	}
	var titles []string
	for _, id := range q.Metrics {
		titles = append(titles, texts.Metric(id).Title)
	}
	return strings.Join(titles, ", ")
}

// head returns the names and values of what was asked for.
func head(texts catalog.Texts, r calendar.Range, loc *time.Location, conditions []dashboard.Condition) [][2]string {
	lines := [][2]string{{texts.Notice("file_range"), rangeText(r, loc)}, {texts.Notice("file_zone"), loc.String()}}
	for _, c := range conditions {
		lines = append(lines, [2]string{c.Name, c.Text})
	}
	return lines
}

// rangeText returns the first and the last day of a range of whole days, and otherwise the
// minutes at which it begins and ends.
func rangeText(r calendar.Range, loc *time.Location) string {
	form := "2006-01-02 15:04"
	day := func(t time.Time) string { return t.In(loc).Format(time.DateOnly) }
	from, to := r.From, r.To
	last := to.Add(-time.Nanosecond)
	// Grafana ends days in their last second.
	if day(from.Add(-time.Nanosecond)) != day(from) && day(last) != day(to.Add(time.Second)) {
		if day(from) == day(last) {
			return day(from)
		}
		form, to = time.DateOnly, last
	}
	return from.In(loc).Format(form) + " – " + to.In(loc).Format(form)
}

// newColumn says how a column of a result is written.
func newColumn(r *engine.Result, c engine.Column, at int, f Format, title string) column {
	col := column{title: title, at: at, read: func(v any) any { return v }}
	texts := catalog.In(r.Query.Language)
	switch {
	case c.Role == measure.Time:
		col.kind = instant
		if calendar.Unit(r.Query.Bucket).IsDays() || calendar.Unit(c.Dimension.ID).IsDays() {
			col.kind = day
		}
	case c.Role == measure.Key && c.Dimension.Kind == catalog.KindNumber:
		col.kind = count
		if c.Dimension.ID == "weekday" {
			col.kind, col.read = text, func(v any) any { return texts.Value("weekday", fmt.Sprint(v)) }
		}
	case c.Role == measure.Key:
		col.read = func(v any) any {
			switch v := v.(type) {
			case string:
				return texts.Value(c.Dimension.ID, v)
			case nil:
				if r.Query.Format != "details" {
					return texts.NoneOf(c.Dimension.ID)
				}
			}
			return v
		}
	case c.Role == measure.Name:
		col.read = func(v any) any {
			if v == nil && r.Query.Format != "details" {
				return texts.NoneOf(c.Dimension.ID)
			}
			return v
		}
	case c.ID == "replied":
		col.read = func(v any) any {
			if yes, ok := v.(bool); ok {
				return texts.YesNo(yes)
			}
			return nil
		}
	case c.ID == "csat_rating":
		col.kind = count
	default:
		col.kind = frame.Kinds[c.Unit]
		if col.kind == text {
			col.read = func(v any) any { return frame.InWords(r, c, v) }
		}
	}
	if col.kind == instant || col.kind == day {
		col.read = func(v any) any {
			if t, ok := v.(time.Time); ok {
				return t.In(r.Location)
			}
			return nil
		}
	}
	return col
}

// maxTitle is how many bytes the title has at most in the name of a file. File systems
// allow 255 for all of it.
const maxTitle = 150

// FileName is a name with the dates of a range, without characters that a file system
// refuses.
func FileName(title string, r calendar.Range, loc *time.Location, f Format) string {
	title = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsLetter(c), unicode.IsDigit(c), c == '-', c == '_':
			return unicode.ToLower(c)
		}
		return '-'
	}, title)
	for strings.Contains(title, "--") {
		title = strings.ReplaceAll(title, "--", "-")
	}
	for len(title) > maxTitle { // not the dates, by which the files of a folder differ
		_, size := utf8.DecodeLastRuneInString(title)
		title = title[:len(title)-size]
	}
	last := r.To.Add(-time.Microsecond).In(loc)
	return fmt.Sprintf("%s_%s_%s.%s", title, r.From.In(loc).Format(time.DateOnly), last.Format(time.DateOnly), f.ID)
}
