package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/dashboard"
)

// writeXLSXReport writes a workbook: a sheet with the cards, then a sheet for each chart and
// table.
func writeXLSXReport(ctx context.Context, r *dashboard.Report, w io.Writer) error {
	texts := catalog.In(r.Language)
	summary := sheetName(texts.Notice("file_summary"))
	b, err := newBook(summary)
	if err != nil {
		return err
	}
	defer b.file.Close()
	var broken error
	var entries []entry
	for _, p := range r.Panels {
		if p.View == dashboard.Cards {
			continue
		}
		written := entry{panel: p, sheet: b.name(p.Title)}
		if _, err := b.file.NewSheet(written.sheet); err != nil {
			return err
		}
		if broken == nil {
			written.rows, broken = b.panel(ctx, written.sheet, p, texts)
		}
		entries = append(entries, written)
	}
	mark, incomplete := completeness(r)
	if broken != nil {
		rows := int64(0)
		for _, e := range entries {
			rows += e.rows
		}
		mark = texts.Notice("file_broken", texts.Count(rows))
	}
	if err := b.summary(summary, r, entries, mark); err != nil {
		return err
	}
	return errors.Join(broken, incomplete, b.file.Write(w))
}

// An entry is a sheet as the summary lists it.
type entry struct {
	panel *dashboard.Panel
	sheet string
	rows  int64
}

// panel writes the rows of a panel to its sheet and returns how many it has.
func (b *book) panel(ctx context.Context, name string, p *dashboard.Panel, texts catalog.Texts) (rows int64, err error) {
	switch {
	case p.Problem != "":
		return 0, b.put(name, 1, 1, 0, p.Problem)
	case len(p.Columns) == 0:
		return 0, b.put(name, 1, 1, 0, texts.Notice("file_no_data"))
	}
	s, err := b.table(name, columnsOf(p))
	if err != nil {
		return 0, err
	}
	err = p.EachRow(ctx, func(values []any) error {
		rows++
		return s.row(values)
	})
	if totals := totalsOf(p); err == nil && totals != nil {
		if totals[0] == "" {
			totals[0] = texts.Notice("file_total")
		}
		err = s.write(totals, b.totals)
	}
	return rows, errors.Join(err, s.Flush())
}

// summary writes the first sheet: what was asked for, the cards, the list of the sheets and
// the mark.
func (b *book) summary(name string, r *dashboard.Report, entries []entry, mark string) error {
	texts := catalog.In(r.Language)
	row := 0
	line := func(style int, values ...any) error {
		row++
		var err error
		for i, value := range values {
			err = errors.Join(err, b.put(name, i+1, row, style, value))
		}
		return err
	}
	err := errors.Join(line(b.title, r.Title), line(0, r.Description), line(0))
	for _, h := range reportHead(r) {
		err = errors.Join(err, line(0, h[0], h[1]))
	}
	for _, notice := range r.Notices {
		err = errors.Join(err, line(0, texts.Notice("file_notice"), notice))
	}
	err = errors.Join(err, line(0), line(b.bold, texts.Notice("file_name"), texts.Notice("file_value"), texts.Notice("file_before"), texts.Notice("file_change")))
	for _, p := range r.Panels {
		if p.View == dashboard.Cards && p.Problem != "" || p.View == "" {
			err = errors.Join(err, line(0, p.Title, p.Problem))
		}
		for _, c := range p.Cards {
			value, before := cellValue(c.Kind, c.Value), cellValue(c.Kind, c.Before)
			style := b.styles[c.Kind]
			if value == nil {
				value, style = c.Text, 0
			}
			err = errors.Join(err, line(0, cardName(p, c)), b.put(name, 2, row, style, value), b.put(name, 3, row, b.styles[c.Kind], before))
			if c.Change != nil {
				err = errors.Join(err, b.put(name, 4, row, b.change, *c.Change))
			}
		}
	}
	err = errors.Join(err, line(0), line(b.bold, texts.Notice("file_sheet"), texts.Notice("file_rows"), texts.Notice("file_range")))
	for _, e := range entries {
		err = errors.Join(err, line(0, e.panel.Title), b.put(name, 2, row, b.styles[count], e.rows))
		if e.panel.Range != r.Range && e.panel.Problem == "" {
			err = errors.Join(err, b.put(name, 3, row, 0, rangeText(e.panel.Range, r.Location)))
		}
		cell, _ := excelize.CoordinatesToCellName(1, row) // of a row of the sheet
		err = errors.Join(err,
			b.file.SetCellHyperLink(name, cell, fmt.Sprintf("'%s'!A1", strings.ReplaceAll(e.sheet, "'", "''")), "Location"),
			b.file.SetCellStyle(name, cell, cell, b.link))
	}
	return errors.Join(err, line(0), line(0, mark), b.file.SetColWidth(name, "A", "A", 40), b.file.SetColWidth(name, "B", "D", 22))
}
