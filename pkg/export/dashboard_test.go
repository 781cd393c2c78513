package export_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/parley-reports/parley/internal/demodata"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/sourcetest"
	"github.com/parley-reports/parley/pkg/dashboard"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/export"
	"github.com/parley-reports/parley/pkg/frame"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

var demoEnd = time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)

// openDemo returns an engine over demo data that ends at demoEnd.
func openDemo(t *testing.T) *engine.Engine {
	t.Helper()
	_, schema := pgtest.Schema(t)
	if _, err := demodata.Generate(t.Context(), pgtest.Connect(t), schema, demodata.Options{Messages: 3000, Days: 15, Seed: 3, End: demoEnd, Force: true}, nil); err != nil {
		t.Fatal(err)
	}
	return sourcetest.Open(t, "views", "", source.Settings{Schema: schema})
}

// writeDashboard writes a dashboard and returns the file, its name and what it shows.
func writeDashboard(t *testing.T, e *engine.Engine, name, language string, r dashboard.Request, format string) ([]byte, string, *dashboard.Report) {
	t.Helper()
	d, err := dashboard.Shipped(name, language)
	if err != nil {
		t.Fatal(err)
	}
	f, err := export.LookupFormat(format)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	fileName := ""
	if err := export.WriteDashboard(t.Context(), e, d, r, f, &out, func(f export.File) error {
		fileName = f.Name
		return nil
	}); err != nil {
		t.Fatalf("%s in %s: %v", name, language, err)
	}
	report, err := d.Run(t.Context(), e, r)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), fileName, report
}

// same reports whether a cell of a workbook has the value.
func same(kind frame.Kind, cell string, value any) bool {
	var want float64
	switch v := value.(type) {
	case nil:
		return cell == ""
	case string:
		return cell == v
	case time.Time:
		clock := time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), 0, time.UTC) // as in CSV
		want = clock.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24
	case float64:
		want = v
		if kind == frame.Seconds {
			want = math.Trunc(v) / 86400
		}
	case int64:
		want = float64(v)
	}
	number, err := strconv.ParseFloat(cell, 64)
	return err == nil && math.Abs(number-want) < 1e-7
}

// TestDashboardXLSX: every dashboard's workbook has the cards, and a sheet with all rows of
// every chart and table, as numbers and times.
func TestDashboardXLSX(t *testing.T) {
	t.Parallel()
	e := openDemo(t)
	marks := map[string]string{"en": "Complete: ", "es": "Completo: ", "pt-BR": "Completo: "}
	for _, name := range dashboard.Names() {
		for language, mark := range marks {
			file, fileName, report := writeDashboard(t, e, name, language, dashboard.Request{From: "now-7d", To: "now", Now: demoEnd, Timezone: "America/Sao_Paulo"}, "xlsx")
			if !strings.HasSuffix(fileName, "_2026-11-13_2026-11-20.xlsx") {
				t.Errorf("the file is called %s", fileName)
			}
			book, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			sheets := book.GetSheetList()
			summary, err := book.GetRows(sheets[0])
			if err != nil {
				t.Fatal(err)
			}
			if summary[0][0] != report.Title || !strings.HasPrefix(summary[len(summary)-1][0], mark) {
				t.Errorf("%s in %s: the summary begins with %q and ends with %q", name, language, summary[0], summary[len(summary)-1])
			}
			checkCards(t, report, summary)
			at := 1
			for _, p := range report.Panels {
				if p.View == dashboard.Cards {
					continue
				}
				rows, err := book.GetRows(sheets[at])
				if err != nil {
					t.Fatal(err)
				}
				if wanted := []rune(strings.ReplaceAll(p.Title, "/", " ")); !strings.HasPrefix(sheets[at], string(wanted[:min(len(wanted), 25)])) {
					t.Errorf("the sheet of %s is called %s", p.Title, sheets[at])
				}
				checkRows(t, name+": "+p.Title, p, rows)
				at++
			}
			if at != len(sheets) {
				t.Errorf("%s: %d sheets, want %d", name, len(sheets), at)
			}
			_ = book.Close()
		}
	}
}

// checkCards compares the cards with the rows of the summary.
func checkCards(t *testing.T, report *dashboard.Report, summary [][]string) {
	t.Helper()
	for _, p := range report.Panels {
		for _, c := range p.Cards {
			name := p.Title
			if c.Name != "" {
				name += ": " + c.Name
			}
			at := slices.IndexFunc(summary, func(row []string) bool { return len(row) > 1 && row[0] == name })
			if at < 0 {
				t.Errorf("%s: no card %s", report.Title, name)
				continue
			}
			row := append(summary[at], "", "", "")
			want := c.Value
			if want == nil {
				want = c.Text
			}
			if !same(c.Kind, row[1], want) || !same(c.Kind, row[2], c.Before) {
				t.Errorf("%s: the card %s has %q, want %v and %v", report.Title, name, row, want, c.Before)
			}
			if c.Change != nil && !same(frame.Share, row[3], *c.Change) {
				t.Errorf("%s: the card %s has the change %q, want %f", report.Title, name, row[3], *c.Change)
			}
		}
	}
}

// checkRows compares all rows of a panel with those of its sheet.
func checkRows(t *testing.T, name string, p *dashboard.Panel, rows [][]string) {
	t.Helper()
	if len(p.Columns) == 0 {
		if len(rows) != 1 {
			t.Errorf("%s: %d rows of no data", name, len(rows))
		}
		return
	}
	for i, c := range p.Columns {
		if rows[0][i] != c.Title {
			t.Errorf("%s: the column %q, want %q", name, rows[0][i], c.Title)
		}
	}
	n := 1
	if err := p.EachRow(t.Context(), func(values []any) error {
		if n >= len(rows) {
			return errors.New("too few rows")
		}
		for i, v := range values {
			got := ""
			if i < len(rows[n]) {
				got = rows[n][i]
			}
			if !same(p.Columns[i].Kind, got, v) {
				return fmt.Errorf("row %d, %s: %q, want %v", n, p.Columns[i].Title, got, v)
			}
		}
		n++
		return nil
	}); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	isSummed := !p.IsList && len(p.Rows) > 0 && slices.ContainsFunc(p.Columns, func(c dashboard.Column) bool { return c.Summed })
	if isSummed {
		for i, c := range p.Columns {
			sum := 0.0
			for _, row := range p.Rows {
				switch v := row[i].(type) {
				case int64:
					sum += float64(v)
				case float64:
					sum += v
				}
			}
			if c.Summed && !same(c.Kind, rows[n][i], sum) {
				t.Errorf("%s: the total of %s is %s, want %f", name, c.Title, rows[n][i], sum)
			}
		}
		n++
	}
	if n != len(rows) {
		t.Errorf("%s: %d rows, want %d", name, len(rows), n)
	}
}

// TestDashboardMarks: a file says if a panel has no data or the rows end early.
func TestDashboardMarks(t *testing.T) {
	t.Parallel()
	e := openDemo(t)
	d, err := dashboard.Shipped("overview", "en")
	if err != nil {
		t.Fatal(err)
	}
	f, _ := export.LookupFormat("xlsx")
	last := func(file []byte) string {
		book, err := excelize.OpenReader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		rows, err := book.GetRows("Summary")
		if err != nil {
			t.Fatal(err)
		}
		return rows[len(rows)-1][0]
	}
	var out bytes.Buffer
	begin := func(export.File) error { return nil }
	unattended := []query.Filter{{Dimension: "unattended", Operator: "in", Values: []string{"yes"}}}
	err = export.WriteDashboard(t.Context(), e, d, dashboard.Request{Now: demoEnd, Filters: unattended}, f, &out, begin)
	if mark := last(out.Bytes()); err == nil || !strings.HasPrefix(mark, "Incomplete: no data for ") || !strings.Contains(mark, "Messages sent and received") {
		t.Errorf("%v, and the file ends with %q", err, mark)
	}

	if d, err = dashboard.Shipped("messages-sent", "en"); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	ctx, cancel := context.WithCancel(t.Context())
	err = export.WriteDashboard(ctx, e, d, dashboard.Request{From: "now-7d", To: "now", Now: demoEnd}, f, &out, func(export.File) error {
		cancel() // the browser leaves when the rows begin
		return nil
	})
	if mark := last(out.Bytes()); err == nil || !strings.HasPrefix(mark, "Incomplete: the export stopped") {
		t.Errorf("%v, and the file ends with %q", err, mark)
	}
	csv, _ := export.LookupFormat("csv")
	if err := export.WriteDashboard(t.Context(), e, d, dashboard.Request{Now: demoEnd}, csv, io.Discard, begin); err == nil || !strings.Contains(err.Error(), "choose xlsx or pdf") {
		t.Errorf("csv: %v", err)
	}
}

// TestSheetNames: any title of a panel becomes the name of a sheet.
func TestSheetNames(t *testing.T) {
	t.Parallel()
	report := &dashboard.Report{Title: "Own", Language: "en", Location: time.UTC}
	for _, title := range []string{"Messages per day and per agent 📈", strings.Repeat("😀", 40), strings.Repeat("😀", 40), "History", "a\nb\x01", "'", "", "[x]: ?*/\\"} {
		report.Panels = append(report.Panels, &dashboard.Panel{Title: title, View: dashboard.Table})
	}
	f, _ := export.LookupFormat("xlsx")
	var out bytes.Buffer
	if err := export.WriteReport(t.Context(), report, f, &out); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	got := strings.Join(book.GetSheetList(), "|")
	want := "Summary|Messages per day and per agent…|" + strings.Repeat("😀", 15) + "…|" + strings.Repeat("😀", 13) + " (2)|History (2)|a b|(2)|(3)|x"
	if got != want {
		t.Errorf("the sheets are %q, want %q", got, want)
	}
}
