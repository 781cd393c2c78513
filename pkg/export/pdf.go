package export

import (
	"io"
	"strings"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

// A pdfWriter writes a table on pages with repeated heads and page numbers.
type pdfWriter struct {
	csvWriter // for the texts of values
	out       io.Writer
	pdf       *fpdf.Fpdf
	widths    []float64
	size      float64
	// first are rows that are kept until the widths of the columns are known.
	first [][]string
}

const (
	pdfMargin = 10.0
	// sampledRows is from how many rows the widths of columns are found.
	sampledRows = 200
	// cellLines is how many lines a cell has at most.
	cellLines = 4
)

func newPDF(w io.Writer, t table) (writer, error) {
	p := &pdfWriter{csvWriter: csvWriter{table: t, decimal: t.texts.DecimalMark()}, out: w, pdf: fpdf.New("L", "mm", "A4", "")}
	p.pdf.SetMargins(pdfMargin, pdfMargin, pdfMargin)
	p.pdf.SetAutoPageBreak(false, pdfMargin)
	p.pdf.AddUTF8FontFromBytes("go", "", goregular.TTF)
	p.pdf.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	p.pdf.SetTitle(t.title, true)
	p.pdf.AliasNbPages("{pages}")
	p.pdf.SetFooterFunc(func() {
		p.pdf.SetY(-8)
		p.pdf.SetFont("go", "", 7)
		p.pdf.SetTextColor(110, 110, 110)
		p.pdf.CellFormat(0, 4, t.texts.Notice("file_page", p.pageNumber(), "{pages}"), "", 0, "R", false, 0, "")
		p.pdf.SetTextColor(0, 0, 0)
	})
	p.size = 8
	if len(t.columns) > 10 {
		p.size = 6.5
	}
	p.pdf.AddPage()
	p.pdf.SetFont("go", "B", 15)
	p.pdf.MultiCell(0, 8, t.title, "", "L", false)
	for _, h := range t.head {
		p.pdf.SetFont("go", "B", 8)
		p.pdf.Write(4.5, h[0]+": ")
		p.pdf.SetFont("go", "", 8)
		p.pdf.Write(4.5, h[1])
		p.pdf.Ln(4.5)
	}
	p.pdf.Ln(3)
	return p, p.pdf.Error()
}

func (p *pdfWriter) pageNumber() string { return p.texts.Count(int64(p.pdf.PageNo())) }

func (p *pdfWriter) row(values []any) error {
	fields := make([]string, len(values))
	for i, v := range values {
		if s, isText := v.(string); isText {
			fields[i] = printable(s)
		} else {
			fields[i] = p.field(p.columns[i].kind, v)
		}
	}
	if p.widths != nil {
		p.line(fields, "")
		return p.pdf.Error()
	}
	if p.first = append(p.first, fields); len(p.first) == sampledRows {
		p.begin()
	}
	return p.pdf.Error()
}

// printable is a text without what the font cannot show.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\r' || c == '\t':
			return ' '
		case c > 0xffff:
			return -1 // the format of the font holds no others
		}
		return c
	}, s)
}

// begin writes the head and the rows from which the widths are found.
func (p *pdfWriter) begin() {
	p.pdf.SetFont("go", "", p.size)
	page, _ := p.pdf.GetPageSize()
	room := page - 2*pdfMargin
	wanted, total := make([]float64, len(p.columns)), 0.0
	for i, c := range p.columns {
		wanted[i] = min(p.pdf.GetStringWidth(c.title), room/6)
		for _, fields := range p.first {
			wanted[i] = max(wanted[i], min(p.pdf.GetStringWidth(fields[i]), room/3))
		}
		wanted[i] += 3
		total += wanted[i]
	}
	for _, w := range wanted {
		p.widths = append(p.widths, w*min(1.6, room/total))
	}
	p.head()
	for _, fields := range p.first {
		p.line(fields, "")
	}
	p.first = nil
}

func (p *pdfWriter) head() {
	p.pdf.SetFillColor(235, 238, 245)
	p.line(p.titles(), "B")
}

// line writes a row, on a new page where there is no room for it.
func (p *pdfWriter) line(fields []string, style string) {
	p.pdf.SetFont("go", style, p.size)
	height := p.size * 0.5
	var cells [][]string
	lines := 1
	for i, field := range fields {
		cell := p.pdf.SplitText(field, p.widths[i]-1)
		if len(cell) > cellLines {
			cell = append(cell[:cellLines-1], cell[cellLines-1]+"…")
		}
		cells, lines = append(cells, cell), max(lines, len(cell))
	}
	rowHeight := float64(lines)*height + 1
	if _, page := p.pdf.GetPageSize(); p.pdf.GetY()+rowHeight > page-pdfMargin-2 {
		p.pdf.AddPage()
		if style == "" {
			p.head()
			p.pdf.SetFont("go", style, p.size)
		}
	}
	x, y := pdfMargin, p.pdf.GetY()
	if style != "" {
		total := 0.0
		for _, w := range p.widths {
			total += w
		}
		p.pdf.Rect(x, y, total, rowHeight, "F")
	}
	for i, cell := range cells {
		align := "L"
		if p.columns[i].kind != text {
			align = "R"
		}
		for n, line := range cell {
			p.pdf.SetXY(x, y+0.5+float64(n)*height)
			p.pdf.CellFormat(p.widths[i], height, line, "", 0, align, false, 0, "")
		}
		x += p.widths[i]
	}
	p.pdf.SetDrawColor(220, 220, 220)
	p.pdf.Line(pdfMargin, y+rowHeight, x, y+rowHeight)
	p.pdf.SetY(y + rowHeight)
}

func (p *pdfWriter) end(mark string) error {
	if p.widths == nil {
		p.begin()
	}
	p.pdf.Ln(2)
	p.pdf.SetFont("go", "", 8)
	p.pdf.MultiCell(0, 4.5, mark, "", "L", false)
	if err := p.pdf.Error(); err != nil {
		return err
	}
	return p.pdf.Output(p.out)
}
