package export

import (
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// A page is a PDF document in landscape A4, with page numbers.
type page struct {
	*fpdf.Fpdf
	texts catalog.Texts
	// section is the title of the section that was written last.
	section string
}

const (
	pdfMargin = 10.0
	// pdfFoot is the height of the part of a page below its content.
	pdfFoot = 12.0
	// sampledRows is from how many rows the widths of columns are found.
	sampledRows = 200
	// cellLines is how many lines a cell has at most.
	cellLines = 4
)

func newPage(title string, texts catalog.Texts) *page {
	p := &page{Fpdf: fpdf.New("L", "mm", "A4", ""), texts: texts}
	p.SetMargins(pdfMargin, pdfMargin, pdfMargin)
	p.SetAutoPageBreak(false, pdfMargin)
	p.AddUTF8FontFromBytes("go", "", goregular.TTF)
	p.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	p.SetTitle(title, true)
	p.SetCreator("Parley", true)
	p.AliasNbPages("{pages}")
	p.SetFooterFunc(func() {
		p.SetY(-8)
		p.SetFont("go", "", 7)
		p.ink(grey)
		p.CellFormat(0, 4, printable(title), "", 0, "L", false, 0, "")
		p.SetX(pdfMargin)
		p.CellFormat(0, 4, texts.Notice("file_page", texts.Count(int64(p.PageNo())), "{pages}"), "", 0, "R", false, 0, "")
		p.ink(black)
	})
	p.AddPage()
	return p
}

// room returns the height that is left on the page.
func (p *page) room() float64 {
	_, height := p.GetPageSize()
	return height - pdfFoot - p.GetY()
}

// width returns the width of the content of a page.
func (p *page) width() float64 {
	width, _ := p.GetPageSize()
	return width - 2*pdfMargin
}

// A color is #RRGGBB.
type color string

const (
	black color = "#000000"
	grey  color = "#6E6E6E"
	light color = "#DCDCE0"
	shade color = "#EBEEF5"
)

func (c color) rgb() (r, g, b int) {
	parse := func(at int) int {
		n := 0
		for _, digit := range strings.ToLower(string(c[at : at+2])) {
			n = 16*n + strings.IndexRune("0123456789abcdef", digit)
		}
		return n
	}
	if len(c) != 7 {
		return 0, 0, 0
	}
	return parse(1), parse(3), parse(5)
}

func (p *page) ink(c color)  { p.SetTextColor(c.rgb()) }
func (p *page) fill(c color) { p.SetFillColor(c.rgb()) }
func (p *page) pen(c color, width float64) {
	p.SetDrawColor(c.rgb())
	p.SetLineWidth(width)
}

// clip returns a text that is not wider than width in the current font.
func (p *page) clip(text string, width float64) string {
	text = query.Clip(printable(text), 300)
	if p.GetStringWidth(text) <= width {
		return text
	}
	for text != "" {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
		if p.GetStringWidth(text+"…") <= width {
			return strings.TrimSpace(text) + "…"
		}
	}
	return ""
}

// text writes one line at a place: its left end, its middle (C) or its right end (R), and
// the middle of its height.
func (p *page) text(x, y float64, align, text string) {
	const height = 4
	text = printable(text)
	width := p.GetStringWidth(text) + 2*p.GetCellMargin()
	switch align {
	case "C":
		x -= width / 2
	case "R":
		x -= width - p.GetCellMargin()
	default:
		x -= p.GetCellMargin()
	}
	p.SetXY(x, y-height/2)
	p.CellFormat(width, height, text, "", 0, "L", false, 0, "")
}

// titled writes a bold title and lines with names and values.
func (p *page) titled(title string, head [][2]string) {
	p.SetFont("go", "B", 15)
	p.MultiCell(0, 8, printable(title), "", "L", false)
	for _, h := range head {
		p.SetFont("go", "B", 8)
		p.Write(4.5, printable(h[0])+": ")
		p.SetFont("go", "", 8)
		p.Write(4.5, printable(h[1]))
		p.Ln(4.5)
	}
	p.Ln(3)
}

// printable is a text without what the font cannot show. An emoji alone is a box, like the
// letters that the font lacks: without it, a name or a message would look empty.
func printable(s string) string {
	shown := strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\r' || c == '\t':
			return ' '
		case c == '\u202f': // a narrow space, which the font lacks
			return '\u00a0'
		case c > 0xffff, c == '\ufe0f', c == '\u200d':
			return -1 // the format of the font holds no others; the last two join emoji
		}
		return c
	}, s)
	if shown != s && strings.TrimSpace(shown) == "" && strings.TrimSpace(s) != "" {
		return "□"
	}
	return shown
}

// A grid writes a table, on new pages where there is no room, each with the head.
type grid struct {
	*page
	columns []column
	widths  []float64
	size    float64
	// first are rows that are kept until the widths of the columns are known.
	first [][]string
	// isList leaves out columns for which there is no room; kept are the others, if not all.
	isList bool
	kept   []int
}

func (p *page) grid(columns []column) *grid {
	g := &grid{page: p, columns: columns, size: 8}
	if len(columns) > 10 {
		g.size = 6.5
	}
	return g
}

func (g *grid) row(values []any) error {
	if g.kept != nil {
		values = pick(values, g.kept)
	}
	fields := g.fields(values)
	if g.widths != nil {
		g.line(fields, "")
		return g.Error()
	}
	if g.first = append(g.first, fields); len(g.first) == sampledRows {
		g.flush()
	}
	return g.Error()
}

// fields returns values as they are written.
func (g *grid) fields(values []any) []string {
	fields := make([]string, len(values))
	for i, v := range values {
		// No cell has room for more.
		fields[i] = query.Clip(printable(Words(g.texts, g.columns[i].kind, v)), 1500)
	}
	return fields
}

// flush writes the head and the rows from which the widths are found.
func (g *grid) flush() {
	if g.widths != nil {
		return
	}
	if g.isList {
		g.leaveOut()
	}
	least, wanted := g.measure(g.first)
	g.widths = fit(least, wanted, g.width())
	g.head()
	for _, fields := range g.first {
		g.line(fields, "")
	}
	g.first = nil
}

// leaveOut leaves out the last columns if there is no room for the longest words of all, and
// before them those without any value, if all rows are known.
func (g *grid) leaveOut() {
	least, _ := g.measure(g.first)
	room := g.width()
	for _, w := range least {
		room -= w
	}
	if room >= 0 {
		return
	}
	room = g.width()
	isWhole, more := len(g.first) < sampledRows, 0
	for i, w := range least {
		if isWhole && !slices.ContainsFunc(g.first, func(fields []string) bool { return fields[i] != "" }) {
			continue
		}
		if room -= w; room < 0 && len(g.kept) > 0 {
			more++
			continue
		}
		g.kept = append(g.kept, i)
	}
	if len(g.kept) == 0 {
		return
	}
	g.columns = pick(g.columns, g.kept)
	for n, fields := range g.first {
		g.first[n] = pick(fields, g.kept)
	}
	if more > 0 {
		g.SetFont("go", "", 7)
		g.ink(grey)
		g.MultiCell(0, 4, g.texts.Notice("file_more_columns", g.texts.Count(int64(more))), "", "L", false)
		g.ink(black)
	}
}

func pick[T any](list []T, at []int) []T {
	var picked []T
	for _, i := range at {
		picked = append(picked, list[i])
	}
	return picked
}

// measure returns the widths of the columns: the least, with their longest words, and those
// without line breaks.
func (g *grid) measure(rows [][]string) (least, wanted []float64) {
	for i, c := range g.columns {
		g.SetFont("go", "B", g.size)
		narrow, wide := g.wordWidth(printable(c.title)), min(g.GetStringWidth(printable(c.title)), g.width()/6)
		g.SetFont("go", "", g.size)
		for _, fields := range rows {
			narrow = max(narrow, min(g.wordWidth(fields[i]), g.width()/8))
			wide = max(wide, min(g.GetStringWidth(fields[i]), g.width()/3))
		}
		const padding = 3.5
		least, wanted = append(least, narrow+padding), append(wanted, max(narrow, wide)+padding)
	}
	return least, wanted
}

// wordWidth returns the width of the longest word of a text.
func (g *grid) wordWidth(text string) float64 {
	widest := 0.0
	for _, word := range strings.Fields(text) {
		widest = max(widest, g.GetStringWidth(word))
	}
	return widest
}

// fit returns the widths of columns in so much room: what they want, or their least width
// and a part of the rest.
func fit(least, wanted []float64, room float64) []float64 {
	var sumLeast, sumWanted float64
	for i := range least {
		sumLeast, sumWanted = sumLeast+least[i], sumWanted+wanted[i]
	}
	widths := make([]float64, len(least))
	for i := range widths {
		switch {
		case sumWanted <= room:
			widths[i] = wanted[i] * min(1.6, room/sumWanted)
		case sumLeast >= room:
			widths[i] = least[i] * room / sumLeast
		default:
			widths[i] = least[i] + (wanted[i]-least[i])*(room-sumLeast)/(sumWanted-sumLeast)
		}
	}
	return widths
}

func (g *grid) head() {
	var titles []string
	for _, c := range g.columns {
		titles = append(titles, printable(c.title))
	}
	g.fill(shade)
	g.line(titles, "head")
}

// line writes a row, on a new page where there is no room for it. Its style is "", head or
// total.
func (g *grid) line(fields []string, style string) {
	weight := ""
	if style != "" {
		weight = "B"
	}
	g.SetFont("go", weight, g.size)
	height := g.size * 0.5
	var cells [][]string
	lines := 1
	for i, field := range fields {
		cell := g.SplitText(field, g.widths[i]-1.5)
		if len(cell) > cellLines {
			cell = append(cell[:cellLines-1], cell[cellLines-1]+"…")
		}
		cells, lines = append(cells, cell), max(lines, len(cell))
	}
	rowHeight := float64(lines)*height + 1
	if g.room() < rowHeight {
		g.AddPage()
		if style != "head" {
			g.head()
			g.SetFont("go", weight, g.size)
		}
	}
	x, y := pdfMargin, g.GetY()
	if style == "head" {
		total := 0.0
		for _, w := range g.widths {
			total += w
		}
		g.Rect(x, y, total, rowHeight, "F")
	}
	for i, cell := range cells {
		align := "L"
		if g.columns[i].kind != text && g.columns[i].kind != instant {
			align = "R"
		}
		for n, line := range cell {
			g.SetXY(x, y+0.5+float64(n)*height)
			g.CellFormat(g.widths[i]-1.5, height, line, "", 0, align, false, 0, "")
		}
		x += g.widths[i]
	}
	g.pen(light, 0.2)
	g.Line(pdfMargin, y+rowHeight, x, y+rowHeight)
	g.SetY(y + rowHeight)
}

// A pdfWriter writes the rows of one report.
type pdfWriter struct {
	*grid
	out io.Writer
}

func newPDF(w io.Writer, t table) (writer, error) {
	p := newPage(t.title, t.texts)
	p.titled(t.title, t.head)
	g := p.grid(t.columns)
	g.isList = t.isList
	return &pdfWriter{g, w}, p.Error()
}

func (w *pdfWriter) end(mark string) error {
	w.flush()
	w.Ln(2)
	w.SetFont("go", "", 8)
	w.MultiCell(0, 4.5, mark, "", "L", false)
	if err := w.Error(); err != nil {
		return err
	}
	return w.Output(w.out)
}
