package export

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"slices"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/dashboard"
)

const (
	// gridHeight is the height of a row of Grafana's grid.
	gridHeight = 7.0
	// panelGap is the space between panels, panelTitle the height of their titles.
	panelGap   = 2.0
	panelTitle = 7.0
	// pdfRows is how many rows of a table a PDF of a dashboard shows.
	pdfRows = 50
)

// writePDFReport writes a document with the cards and charts as on the screen, and tables
// below them.
func writePDFReport(_ context.Context, r *dashboard.Report, w io.Writer) error {
	p := newPage(r.Title, catalog.In(r.Language))
	p.cover(r)
	for _, band := range bands(r.Panels) {
		p.band(band)
	}
	mark, incomplete := completeness(r)
	if p.room() < 8 {
		p.AddPage()
	}
	p.Ln(3)
	p.SetFont("go", "", 8)
	p.MultiCell(0, 4.5, printable(mark), "", "L", false)
	if err := p.Error(); err != nil {
		return err
	}
	return errors.Join(incomplete, p.Output(w))
}

// cover writes the title, what was asked for and the notices.
func (p *page) cover(r *dashboard.Report) {
	p.SetFont("go", "B", 20)
	p.MultiCell(0, 10, printable(r.Title), "", "L", false)
	p.SetFont("go", "", 9)
	p.ink(grey)
	p.MultiCell(0, 5, printable(r.Description), "", "L", false)
	p.ink(black)
	p.Ln(1)
	for _, h := range reportHead(r) {
		p.SetFont("go", "B", 8.5)
		p.Write(5, printable(h[0])+": ")
		p.SetFont("go", "", 8.5)
		p.Write(5, printable(h[1])+"     ")
	}
	p.Ln(6)
	p.SetFont("go", "", 7.5)
	p.ink(grey)
	isCompared := func(c dashboard.Card) bool { return c.Change != nil }
	if slices.ContainsFunc(r.Panels, func(panel *dashboard.Panel) bool { return slices.ContainsFunc(panel.Cards, isCompared) }) {
		p.CellFormat(0, 4, printable("▲▼ "+p.texts.Notice("file_changes")), "", 1, "L", false, 0, "")
	}
	for _, notice := range r.Notices {
		p.MultiCell(0, 4, printable(p.texts.Notice("file_notice")+": "+notice), "", "L", false)
	}
	p.ink(black)
	p.Ln(1)
}

// bands divides the panels into groups, one below the other, that no panel crosses.
func bands(panels []*dashboard.Panel) [][]*dashboard.Panel {
	var bands [][]*dashboard.Panel
	end := -1
	for _, panel := range panels {
		if panel.Box.Y >= end {
			bands = append(bands, nil)
		}
		last := &bands[len(bands)-1]
		*last = append(*last, panel)
		end = max(end, panel.Box.Y+panel.Box.Height)
	}
	return bands
}

// band draws panels at their places on the screen. Tables follow below, as wide as the page.
func (p *page) band(panels []*dashboard.Panel) {
	drawn := slices.DeleteFunc(slices.Clone(panels), func(panel *dashboard.Panel) bool { return panel.View == dashboard.Table })
	top, bottom, right := math.MaxInt, 0, 0
	for _, panel := range drawn {
		top, bottom = min(top, panel.Box.Y), max(bottom, panel.Box.Y+panel.Box.Height)
		right = max(right, panel.Box.X+panel.Box.Width)
	}
	section := panels[0].Section
	if section != "" && section != p.section {
		p.heading(section, gridHeight*float64(max(0, bottom-top)))
	}
	p.section = section
	if len(drawn) > 0 {
		height := gridHeight * float64(bottom-top)
		if len(drawn) == 1 && drawn[0].View == dashboard.Ranking { // which can be lower than the table beside it
			height = min(height, max(4, float64(len(drawn[0].Rows)))*rankingLine+panelTitle+panelGap+2)
		}
		if p.room() < height {
			p.AddPage()
		}
		y := p.GetY()
		// Without a table or an alert list beside them, panels are as wide as the page.
		unit := p.width() / float64(right)
		for _, panel := range drawn {
			p.panel(panel, area{
				pdfMargin + unit*float64(panel.Box.X), y + gridHeight*float64(panel.Box.Y-top),
				unit*float64(panel.Box.Width) - panelGap, min(height, gridHeight*float64(panel.Box.Height)) - panelGap,
			})
		}
		p.SetY(y + height)
	}
	for _, panel := range panels {
		if panel.View == dashboard.Table {
			p.wholeTable(panel)
		}
	}
}

// heading writes the title of a section above panels of this height.
func (p *page) heading(title string, height float64) {
	if p.room() < height+9 {
		p.AddPage()
	}
	p.SetFont("go", "B", 12)
	p.CellFormat(0, 8, printable(title), "", 1, "L", false, 0, "")
	p.Ln(1)
}

// panel draws a panel that is no table.
func (p *page) panel(panel *dashboard.Panel, a area) {
	p.pen(light, 0.25)
	p.RoundedRect(a.x, a.y, a.w, a.h, 1.2, "1234", "D")
	p.SetFont("go", "B", 8.5)
	p.ink(black)
	p.text(a.x+2.5, a.y+4.3, "L", p.clip(panel.Title, a.w-5))
	inside := area{a.x + 2, a.y + panelTitle, a.w - 4, a.h - panelTitle - 1.5}
	isEmpty := len(panel.Rows) == 0 || len(panel.Columns) < 2 || !hasValue(panel)
	switch {
	case panel.Problem != "":
		p.SetFont("go", "", 7.5)
		p.SetXY(inside.x, inside.y)
		p.MultiCell(inside.w, 4, printable(panel.Problem), "", "L", false)
	case panel.View == dashboard.Cards:
		p.cards(panel, inside)
	case isEmpty:
		p.SetFont("go", "", 8)
		p.ink(grey)
		p.text(a.x+a.w/2, a.y+a.h/2, "C", p.texts.Notice("file_no_data"))
		p.ink(black)
	case panel.View == dashboard.Ring:
		p.ring(panel, inside)
	case panel.View == dashboard.Funnel:
		p.funnel(panel, inside)
	case panel.View == dashboard.Heat:
		p.heat(panel, inside)
	case panel.View == dashboard.Ranking:
		p.ranking(panel, inside)
	default:
		p.overTime(panel, inside)
	}
}

// hasValue reports whether a panel has a number: of a pie chart, one that is not 0.
func hasValue(panel *dashboard.Panel) bool {
	return slices.ContainsFunc(panel.Rows, func(row []any) bool {
		return slices.ContainsFunc(row[1:], func(value any) bool {
			v := float(value)
			return v > 0 || v == 0 && panel.View != dashboard.Ring
		})
	})
}

// Colours of changes that are good and bad news.
const (
	better color = "#2E7D32"
	worse  color = "#C62828"
)

// cards writes numbers side by side, each with its change.
func (p *page) cards(panel *dashboard.Panel, a area) {
	width := a.w / float64(max(1, len(panel.Cards)))
	for i, c := range panel.Cards {
		x, y := a.x+width*float64(i)+0.5, a.y
		if c.Name != "" {
			p.SetFont("go", "", 7)
			p.ink(grey)
			p.text(x, y+1, "L", p.clip(c.Name, width-2))
		}
		number := Words(p.texts, c.Kind, c.Value)
		if c.Value == nil {
			number = c.Text
		}
		text, ink := p.change(c)
		p.SetFont("go", "", 8)
		beside := p.GetStringWidth(text) + 4
		largest := 17.0
		if c.Value == nil { // words
			largest = 11
		}
		p.SetFont("go", "B", largest)
		for size := largest - 1; size > 9 && p.GetStringWidth(printable(number))+beside > width-1; size-- {
			p.SetFont("go", "B", size)
		}
		y = a.y + a.h - 3.5
		p.ink(color(cmp.Or(c.Color, string(black))))
		p.text(x, y, "L", number)
		x += p.GetStringWidth(printable(number)) + 3
		p.SetFont("go", "", 8)
		p.ink(ink)
		p.text(x, y+1, "L", text)
	}
	p.ink(black)
}

// change returns the change of a card and its colour.
func (p *page) change(c dashboard.Card) (text string, ink color) {
	if c.Change == nil {
		return "", grey
	}
	sign := ""
	switch {
	case *c.Change > 0:
		sign = "▲ "
	case *c.Change < 0:
		sign = "▼ "
	}
	return sign + p.texts.Share(math.Abs(*c.Change)), map[int]color{-1: worse, 0: grey, 1: better}[c.Good]
}

// wholeTable writes a table over the width of the page, or its first rows.
func (p *page) wholeTable(panel *dashboard.Panel) {
	if p.room() < 30 {
		p.AddPage()
	}
	p.Ln(2)
	p.SetFont("go", "B", 10)
	p.CellFormat(0, 6, printable(panel.Title), "", 1, "L", false, 0, "")
	p.SetFont("go", "", 8)
	note := func(text string) {
		p.SetFont("go", "", 8)
		p.ink(grey)
		p.MultiCell(0, 5, printable(text), "", "L", false)
		p.ink(black)
	}
	if panel.Problem != "" {
		note(panel.Problem)
		return
	}
	rows := panel.Rows[:min(len(panel.Rows), pdfRows)]
	if len(rows) == 0 || len(panel.Columns) == 0 {
		note(p.texts.Notice("file_no_data"))
		return
	}
	if total := max(panel.Total, int64(len(panel.Rows))); total > int64(len(rows)) {
		note(p.texts.Notice("file_first_rows", p.texts.Count(int64(len(rows))), p.texts.Count(total)))
	}
	// Columns without any value take the room of the others.
	var kept []int
	for i := range panel.Columns {
		if !panel.Columns[i].IsLink && (!panel.IsList || slices.ContainsFunc(rows, func(row []any) bool { return row[i] != nil && row[i] != "" })) {
			kept = append(kept, i)
		}
	}
	pick := func(row []any) []any {
		var values []any
		for _, i := range kept {
			values = append(values, row[i])
		}
		return values
	}
	var columns []column
	for _, i := range kept {
		columns = append(columns, column{title: panel.Columns[i].Title, kind: panel.Columns[i].Kind})
	}
	if fitting := p.fitting(columns, rows, pick); panel.IsList && fitting < len(columns) {
		note(p.texts.Notice("file_more_columns", p.texts.Count(int64(len(columns)-fitting))))
		kept, columns = kept[:fitting], columns[:fitting]
	}
	g := p.grid(columns)
	for _, row := range rows {
		_ = g.row(pick(row)) // the document keeps the error
	}
	g.flush()
	if totals := totalsOf(panel); totals != nil {
		if totals[0] == "" {
			totals[0] = p.texts.Notice("file_total")
		}
		var fields []string
		for i, v := range pick(totals) {
			fields = append(fields, printable(Words(p.texts, columns[i].kind, v)))
		}
		g.line(fields, "total")
	}
	p.Ln(3)
}

// fitting returns how many of the columns have room for their longest words.
func (p *page) fitting(columns []column, rows [][]any, pick func([]any) []any) int {
	g := p.grid(columns)
	var fields [][]string
	for _, row := range rows {
		fields = append(fields, g.fields(pick(row)))
	}
	least, _ := g.measure(fields)
	room := p.width()
	for i, w := range least {
		if room -= w; room < 0 {
			return i
		}
	}
	return len(columns)
}
