package export

import (
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/dashboard"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/frame"
	"github.com/parley-reports/parley/pkg/query"
)

// WriteDashboard writes a whole dashboard as one file: XLSX with a sheet for each chart and
// table, or PDF. It calls begin before it writes anything. The file ends with a sentence
// that says whether it is complete. The error is that of the dashboard, or a *query.Error
// if the format is not one of these or cannot hold the rows. A panel without data is an
// error too, after the file is written.
func WriteDashboard(ctx context.Context, e *engine.Engine, d *dashboard.Definition, r dashboard.Request, f Format, w io.Writer, begin func(File) error) error {
	if f.writeReport == nil {
		return &query.Error{Message: fmt.Sprintf("a dashboard cannot be written as %s: choose xlsx or pdf", f.ID)}
	}
	report, err := d.Run(ctx, e, r)
	if err != nil {
		return err
	}
	texts := catalog.In(report.Language)
	for _, p := range report.Panels {
		if f.ID == "xlsx" && p.Total >= f.maxRows {
			return &query.Error{Message: p.Title + ": " + texts.Notice("file_too_long", texts.Count(p.Total), strings.ToUpper(f.ID), texts.Count(f.maxRows-1))}
		}
	}
	if err := begin(File{Name: FileName(report.Title, report.Range, report.Location, f)}); err != nil {
		return err
	}
	return WriteReport(ctx, report, f, w)
}

// WriteReport writes what a dashboard shows. See WriteDashboard.
func WriteReport(ctx context.Context, report *dashboard.Report, f Format, w io.Writer) error {
	if f.writeReport == nil {
		return &query.Error{Message: fmt.Sprintf("a dashboard cannot be written as %s: choose xlsx or pdf", f.ID)}
	}
	return f.writeReport(ctx, report, w)
}

// reportHead returns the range, the time zone and the conditions of a report.
func reportHead(r *dashboard.Report) [][2]string {
	return head(catalog.In(r.Language), r.Range, r.Location, r.Conditions)
}

// completeness returns the sentence that ends the file of a report, and an error if panels
// have no data.
func completeness(r *dashboard.Report) (mark string, err error) {
	texts := catalog.In(r.Language)
	var failed []string
	var problems []string
	for _, p := range r.Panels {
		if p.Problem != "" {
			failed = append(failed, p.Title)
			problems = append(problems, p.Title+": "+p.Problem)
		}
	}
	if failed != nil {
		return texts.Notice("file_problems", strings.Join(failed, ", ")), &query.Error{Message: strings.Join(problems, "; ")}
	}
	tables := 0
	for _, p := range r.Panels {
		if p.View != dashboard.Cards {
			tables++
		}
	}
	return texts.Notice("file_panels", texts.Count(int64(tables))), nil
}

// cardName returns the name of a number of a panel with cards.
func cardName(p *dashboard.Panel, c dashboard.Card) string {
	if c.Name == "" {
		return p.Title
	}
	return p.Title + ": " + c.Name
}

// columnsOf returns the columns of a panel, as wide as the texts of its first rows.
func columnsOf(p *dashboard.Panel) []column {
	var columns []column
	for i, c := range p.Columns {
		col := column{title: c.Title, kind: c.Kind, at: i}
		for _, row := range p.Rows[:min(len(p.Rows), sampledRows)] {
			if s, ok := row[i].(string); ok {
				col.chars = max(col.chars, utf8.RuneCountInString(s))
			}
		}
		columns = append(columns, col)
	}
	return columns
}

// totalsOf returns the row with the totals that the panel shows below its table, or nil.
func totalsOf(p *dashboard.Panel) []any {
	var totals []any
	for i, c := range p.Columns {
		if !c.Summed || len(p.Rows) == 0 || p.IsList {
			continue
		}
		if totals == nil {
			totals = make([]any, len(p.Columns))
			if p.Columns[0].Kind == frame.Text {
				totals[0] = "" // the caller's word for it
			}
		}
		whole, part := int64(0), 0.0
		for _, row := range p.Rows {
			switch v := row[i].(type) {
			case int64:
				whole += v
			case float64:
				part += v
			}
		}
		totals[i] = part
		if c.Kind == frame.Count {
			totals[i] = whole
		}
	}
	return totals
}
