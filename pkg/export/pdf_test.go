package export_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/dashboard"
	"github.com/parley-reports/parley/pkg/export"
	"github.com/parley-reports/parley/pkg/frame"
	"github.com/parley-reports/parley/pkg/query"
)

var (
	pdfStream = regexp.MustCompile(`(?s)stream\r?\n(.*?)\r?\nendstream`)
	pdfText   = regexp.MustCompile(`(?s)\(((?:[^\\()]|\\.)*)\) ?Tj`)
	pdfEscape = regexp.MustCompile(`(?s)\\(.)`)
)

// pdfTexts returns the texts of the pages of a PDF, each as it was written: the letters are
// UTF-16 in streams that are compressed.
func pdfTexts(t *testing.T, file []byte) []string {
	t.Helper()
	var texts []string
	for _, stream := range pdfStream.FindAllSubmatch(file, -1) {
		inflated, err := zlib.NewReader(bytes.NewReader(stream[1]))
		if err != nil {
			continue
		}
		content, err := io.ReadAll(inflated)
		if err != nil {
			continue
		}
		for _, text := range pdfText.FindAllSubmatch(content, -1) {
			letters := pdfEscape.ReplaceAllFunc(text[1], func(escaped []byte) []byte {
				if escaped[1] == 'r' {
					return []byte{'\r'}
				}
				return escaped[1:]
			})
			var units []uint16
			for i := 0; i+1 < len(letters); i += 2 {
				units = append(units, uint16(letters[i])<<8|uint16(letters[i+1]))
			}
			texts = append(texts, strings.TrimSpace(string(utf16.Decode(units))))
		}
	}
	return texts
}

// contains reports whether a text is in the list, whole or in parts that follow each other.
func contains(texts []string, whole string) bool {
	for i, text := range texts {
		rest, ok := strings.CutPrefix(whole, text)
		for n := i + 1; ok && rest != "" && n < len(texts); n++ {
			rest, ok = strings.CutPrefix(strings.TrimSpace(rest), texts[n])
		}
		if ok && rest == "" && text != "" {
			return true
		}
	}
	return false
}

// shown returns a value as a PDF shows it, whose font has no narrow space.
func shown(texts catalog.Texts, kind frame.Kind, value any) string {
	return strings.ReplaceAll(export.Words(texts, kind, value), "\u202f", "\u00a0")
}

// TestDashboardPDF: every dashboard's document has its title, its cards, and the numbers of
// its tables and rankings.
func TestDashboardPDF(t *testing.T) {
	t.Parallel()
	e := openDemo(t)
	for _, name := range dashboard.Names() {
		for _, language := range []string{"en", "es", "pt-BR"} {
			file, fileName, report := writeDashboard(t, e, name, language, dashboard.Request{From: "now-7d", To: "now", Now: demoEnd, Timezone: "America/Sao_Paulo"}, "pdf")
			if !strings.HasPrefix(string(file), "%PDF-") || !strings.HasSuffix(fileName, "_2026-11-13_2026-11-20.pdf") {
				t.Errorf("%s begins with %q", fileName, file[:8])
			}
			texts := catalog.In(language)
			found := pdfTexts(t, file)
			if found[0] != report.Title || !contains(found, "2026-11-13 12:00 – 2026-11-20 12:00") {
				t.Errorf("%s begins with %q", fileName, found[:8])
			}
			for _, p := range report.Panels {
				if title := []rune(p.Title); !contains(found, p.Title) && !strings.Contains(strings.Join(found, "\n"), "\n"+string(title[:min(len(title), 12)])) {
					t.Errorf("%s: no panel %s", fileName, p.Title)
				}
				for _, c := range p.Cards {
					want := c.Text
					if c.Value != nil {
						want = shown(texts, c.Kind, c.Value)
					}
					if !contains(found, want) {
						t.Errorf("%s: the card %s %s has no %s", fileName, p.Title, c.Name, want)
					}
				}
				if p.View != dashboard.Table && p.View != dashboard.Ring && p.View != dashboard.Funnel || p.IsList {
					continue
				}
				for _, row := range p.Rows[:min(len(p.Rows), 50)] {
					for i, v := range row {
						if p.Columns[i].Kind == frame.Text || p.View == dashboard.Funnel && i == 3 {
							continue
						}
						if want := shown(texts, p.Columns[i].Kind, v); want != "" && !contains(found, want) {
							t.Errorf("%s: %s has no %s", fileName, p.Title, want)
						}
					}
				}
			}
		}
	}
}

// TestDashboardPDFWithoutRows: a time without messages, and filters with special characters,
// make a document too.
func TestDashboardPDFWithoutRows(t *testing.T) {
	t.Parallel()
	e := openDemo(t)
	odd := []query.Filter{{Dimension: "contact_tag", Operator: "notIn", Values: []string{`(a)\|b, "c" ñ Жук 漢字 😀`}}}
	for _, name := range dashboard.Names() {
		file, _, _ := writeDashboard(t, e, name, "es", dashboard.Request{From: "2020-01-01T00:00:00Z", To: "2020-01-02T00:00:00Z", Now: demoEnd, Filters: odd}, "pdf")
		found := pdfTexts(t, file)
		if text := strings.Join(found, " "); !strings.Contains(text, `excepto (a)\|b, "c" ñ Жук 漢字`) || !strings.Contains(text, "Completo: ") || !strings.Contains(text, "Sin datos") {
			t.Errorf("%s has %q", name, found)
		}
	}
}

// TestLongTables: a document shows the first rows of a long table and says so.
func TestLongTables(t *testing.T) {
	t.Parallel()
	e := openDemo(t)
	file, _, report := writeDashboard(t, e, "messages-sent", "en", dashboard.Request{From: "now-7d", To: "now", Now: demoEnd}, "pdf")
	list := report.Panels[len(report.Panels)-1]
	text := strings.Join(pdfTexts(t, file), "\n")
	if want := fmt.Sprintf("The first 50 of %s rows. The Excel file has all of them.", catalog.In("en").Count(list.Total)); list.Total <= 50 || !strings.Contains(text, want) {
		t.Errorf("not %q of %d rows", want, list.Total)
	}
	if heads := strings.Count(text, "Contact\n"); heads < 3 {
		t.Errorf("the head is on %d pages", heads)
	}
	if !strings.Contains(text, "Page 2 of ") {
		t.Error("no page numbers")
	}
}

// TestWords: numbers are written as people of the language write them.
func TestWords(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 9, 5, 59, 0, time.UTC)
	for _, c := range []struct {
		kind  frame.Kind
		value any
		want  [3]string // en, es, pt-BR
	}{
		{frame.Count, int64(1234567), [3]string{"1,234,567", "1 234 567", "1.234.567"}},
		{frame.Count, int64(-1234), [3]string{"-1,234", "-1 234", "-1.234"}},
		{frame.Number, 1234.567, [3]string{"1,234.57", "1 234,57", "1.234,57"}},
		{frame.Number, -0.001, [3]string{"0.00", "0,00", "0,00"}},
		{frame.Share, 0.125, [3]string{"12.5%", "12,5 %", "12,5%"}},
		{frame.USD, 17.7465, [3]string{"$17.75", "$17,75", "$17,75"}},
		{frame.Seconds, 59.4, [3]string{"59 s", "59 s", "59 s"}},
		{frame.Seconds, 3599.6, [3]string{"59 min 59 s", "59 min 59 s", "59 min 59 s"}}, // panels leave out the fraction, too
		{frame.Seconds, 417.0, [3]string{"6 min 57 s", "6 min 57 s", "6 min 57 s"}},
		{frame.Seconds, 93784.0, [3]string{"1 d 2 h", "1 d 2 h", "1 d 2 h"}},
		{frame.Instant, at, [3]string{"2026-11-20 09:05", "2026-11-20 09:05", "2026-11-20 09:05"}},
		{frame.Day, at, [3]string{"2026-11-20", "2026-11-20", "2026-11-20"}},
		{frame.Text, nil, [3]string{}},
	} {
		for i, language := range []string{"en", "es", "pt-BR"} {
			if got := export.Words(catalog.In(language), c.kind, c.value); strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(got) != c.want[i] {
				t.Errorf("%v in %s is %q, want %q", c.value, language, got, c.want[i])
			}
		}
	}
}

// TestOddReport: titles, texts and numbers that are unusual make files that can be read.
func TestOddReport(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	long := strings.Repeat("Long title ", 30)
	change := -12.5
	report := &dashboard.Report{
		Title: `Odd / "report" 漢字 😀 ` + long, Language: "pt-BR", Location: time.UTC, Range: calendar.Range{From: at.AddDate(0, 0, -2), To: at},
		Conditions: []dashboard.Condition{{Name: "Filter", Text: long}}, Notices: []string{long, "=1+1"},
	}
	for i, title := range []string{"", "Same", "same", `[x]:*?/\`, long, long, "'quoted'", "Жук", "=1+1"} {
		for n, view := range []dashboard.View{dashboard.Table, dashboard.Lines, dashboard.Bars, dashboard.Hours, dashboard.Ring, dashboard.Ranking} {
			p := &dashboard.Panel{Title: title, View: view, Box: dashboard.Box{X: 4 * n, Y: 8 * i, Width: 4, Height: 8}, Colors: []string{"", "#BE61FC", ""}}
			p.Columns = []dashboard.Column{{Title: long}, {Title: long, Kind: frame.Number, Summed: true}, {Title: "", Kind: frame.Share, Dashed: true}}
			p.Rows = [][]any{{strings.Repeat("x", 40_000), 1e15, nil}, {nil, -3.5, 0.1}, {"(\\)\r\n\t\x00", nil, 1.0}}
			if view == dashboard.Lines || view == dashboard.Bars {
				p.Columns[0].Kind, p.Scale.Step = frame.Day, calendar.Day
				for day, row := range p.Rows {
					row[0] = at.AddDate(0, 0, day-3)
				}
			}
			report.Panels = append(report.Panels, p)
		}
	}
	report.Panels = append(report.Panels, &dashboard.Panel{
		Title: "Cards", View: dashboard.Cards, Box: dashboard.Box{Y: 80, Width: 2, Height: 3},
		Cards: []dashboard.Card{{Name: long, Kind: frame.Count, Value: int64(math.MaxInt64), Change: &change, Good: -1}, {Text: "–"}},
	})
	for _, format := range []string{"pdf", "xlsx"} {
		f, err := export.LookupFormat(format)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := export.WriteReport(t.Context(), report, f, &out); err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		if format == "pdf" {
			if text := strings.Join(pdfTexts(t, out.Bytes()), "\n"); !strings.Contains(text, "Completo: 54 gráficos") || !strings.Contains(text, "Жук") {
				t.Errorf("the document ends with %q", text[max(0, len(text)-200):])
			}
			continue
		}
		book, err := excelize.OpenReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		defer book.Close()
		sheets := book.GetSheetList()
		if len(sheets) != 55 {
			t.Errorf("%d sheets", len(sheets))
		}
		for _, name := range sheets[1:] {
			if rows, err := book.GetRows(name); err != nil || len(rows) < 4 {
				t.Errorf("the sheet %q has %d rows: %v", name, len(rows), err)
			}
		}
	}
}

// TestPDFEmoji: texts of nothing but emoji do not look empty, and no text breaks the file.
func TestPDFEmoji(t *testing.T) {
	t.Parallel()
	rows := [][]any{{"📈😀"}, {"Ana 😀"}, {"👩\u200d👧"}, {strings.Repeat("😀", 300)}, {" "}, {"\uffff"}}
	report := &dashboard.Report{Title: "😀 Own", Language: "en", Location: time.UTC, Panels: []*dashboard.Panel{
		{Title: "📈", View: dashboard.Table, Columns: []dashboard.Column{{Title: "😀", Kind: frame.Text}}, Rows: rows}, {Title: "😀 x", View: dashboard.Table, Problem: "😀\nbroken"},
	}}
	f, _ := export.LookupFormat("pdf")
	var out bytes.Buffer
	if err := export.WriteReport(t.Context(), report, f, &out); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("got %v", err)
	}
	texts := pdfTexts(t, out.Bytes())
	if boxes := slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return s != "□" }); len(boxes) != 5 || !slices.Contains(texts, "Ana") {
		t.Errorf("%d boxes in %q", len(boxes), texts)
	}
}
