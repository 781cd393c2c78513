package export_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/internal/sourcetest"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/export"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

// names are contacts that a spreadsheet would take for something else.
var names = []string{"=1+1", "+55 11", "-x", "@cmd", "00123", "12345678901234567", "Ana; \"Bia\"\nC\tD", "Ñandú 😀", "a\\b"}

// open returns an engine over messages of contacts with such names, one every minute.
func open(t *testing.T, messages int) (*engine.Engine, calendar.Range) {
	t.Helper()
	start := time.Date(2026, 11, 1, 3, 0, 0, 0, time.UTC)
	var data contract.Data
	for i, name := range names {
		data.Contacts = append(data.Contacts, contract.Contact{ContactID: fmt.Sprint(i + 1), Name: &name})
	}
	for i := range messages {
		contact, line := fmt.Sprint(i%len(names)+1), "1"
		data.Messages = append(data.Messages, contract.Message{
			MessageID: fmt.Sprintf("m%06d", i), ContactID: &contact, LineID: &line, Direction: "outbound", CreatedAt: start.Add(time.Duration(i) * time.Minute),
		})
	}
	return store(t, data), calendar.Range{From: start, To: start.Add(time.Duration(messages) * time.Minute)}
}

// store puts the data into views and returns an engine over them.
func store(t *testing.T, data contract.Data) *engine.Engine {
	t.Helper()
	_, schema := pgtest.Schema(t)
	conn := pgtest.Connect(t)
	if err := errors.Join(contract.Create(t.Context(), conn, schema), contract.Load(t.Context(), conn, schema, data)); err != nil {
		t.Fatal(err)
	}
	return sourcetest.Open(t, "views", "", source.Settings{Schema: schema})
}

var sent = query.Query{Report: "message_details_sent", Columns: []string{"created_at", "contact", "message_id"}, Timezone: "America/Sao_Paulo"}

func write(t *testing.T, e *engine.Engine, q query.Query, r calendar.Range, format string) (string, export.File) {
	t.Helper()
	f, err := export.LookupFormat(format)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	var file export.File
	if err := export.Write(t.Context(), e, engine.Request{Query: q, Range: r}, f, &out, func(begun export.File) error {
		if out.Len() > 0 {
			t.Error("something was written before the file began")
		}
		file = begun
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out.String(), file
}

// TestCSV: a file has all rows, with texts that spreadsheets take for texts, and says that
// it is complete.
func TestCSV(t *testing.T) {
	t.Parallel()
	e, r := open(t, 2500)
	for _, language := range []struct {
		id, complete string
		comma        rune
	}{{"en", "Complete: 2,500 rows.", ','}, {"pt-BR", "Completo: 2.500 linhas.", ';'}} {
		q := sent
		q.Language = language.id
		text, file := write(t, e, q, r, "csv")
		text, isMarked := strings.CutPrefix(text, "\ufeff")
		if !isMarked {
			t.Error("no byte order mark")
		}
		reader := csv.NewReader(strings.NewReader(text))
		reader.Comma, reader.FieldsPerRecord = language.comma, -1
		rows, err := reader.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if file.Rows != 2500 || len(rows) != 2502 || len(rows[0]) != 3 {
			t.Fatalf("%d rows of %d columns, and %d were announced", len(rows)-2, len(rows[0]), file.Rows)
		}
		if last := rows[2501][0]; !strings.Contains(last, language.complete) || !strings.Contains(last, "America/Sao_Paulo") {
			t.Errorf("the last line is %q", last)
		}
		for i, row := range rows[1:2501] {
			n := 2499 - i // the newest first
			name := names[n%len(names)]
			at := r.From.Add(time.Duration(n) * time.Minute).Add(-3 * time.Hour).Format(time.DateTime)
			if row[0] != at || strings.TrimPrefix(row[1], "'") != name || row[2] != fmt.Sprintf("m%06d", n) {
				t.Fatalf("row %d is %q, want %s %q", i, row, at, name)
			}
			if isDefused := strings.HasPrefix(row[1], "'"); isDefused != (n%len(names) < 6) {
				t.Fatalf("%q is written as %q", name, row[1])
			}
		}
	}
}

// TestTSV: a program reads the values as they are.
func TestTSV(t *testing.T) {
	t.Parallel()
	e, r := open(t, 40)
	text, _ := write(t, e, sent, r, "tsv")
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) != 42 || !strings.HasPrefix(lines[41], "# Complete: 40") {
		t.Fatalf("%d lines, the last is %q", len(lines), lines[len(lines)-1])
	}
	unescape := strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r")
	for i, line := range lines[1:41] {
		fields := strings.Split(line, "\t")
		n := 39 - i
		at, err := time.Parse(time.RFC3339Nano, fields[0])
		if err != nil || !at.Equal(r.From.Add(time.Duration(n)*time.Minute)) || fields[1] != fmt.Sprint(n%len(names)+1) || unescape.Replace(fields[2]) != names[n%len(names)] || fields[3] != fmt.Sprintf("m%06d", n) {
			t.Fatalf("line %d is %q: %v", i, fields, err)
		}
	}
	if all, _ := write(t, e, query.Query{Report: "message_details_sent"}, r, "tsv"); strings.Count(strings.SplitN(all, "\n", 2)[0], "\t") < 30 {
		t.Errorf("not all columns: %s", strings.SplitN(all, "\n", 2)[0])
	}
}

// sheet reads the cells of a sheet: texts, or numbers as they are stored.
func sheet(t *testing.T, file, name string) [][]string {
	t.Helper()
	archive, err := zip.NewReader(strings.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	part := func(name string, to any) {
		f, err := archive.Open(name)
		if err != nil {
			return
		}
		defer f.Close()
		if err := xml.NewDecoder(f).Decode(to); err != nil {
			t.Fatal(err)
		}
	}
	var shared struct {
		Items []struct {
			Text string `xml:"t"`
		} `xml:"si"`
	}
	part("xl/sharedStrings.xml", &shared)
	var content struct {
		Rows []struct {
			Cells []struct {
				Type   string `xml:"t,attr"`
				Value  string `xml:"v"`
				Inline string `xml:"is>t"`
			} `xml:"c"`
		} `xml:"sheetData>row"`
	}
	part("xl/worksheets/"+name+".xml", &content)
	var rows [][]string
	for _, row := range content.Rows {
		var cells []string
		for _, c := range row.Cells {
			switch c.Type {
			case "s":
				i, _ := strconv.Atoi(c.Value)
				cells = append(cells, shared.Items[i].Text)
			case "inlineStr":
				cells = append(cells, c.Inline)
			default:
				cells = append(cells, c.Value)
			}
		}
		rows = append(rows, cells)
	}
	return rows
}

// TestXLSX: texts are texts, times are times, and the second sheet says what the first is.
func TestXLSX(t *testing.T) {
	t.Parallel()
	e, r := open(t, 40)
	file, about := write(t, e, sent, r, "xlsx")
	if want := "_2026-11-01_2026-11-01.xlsx"; !strings.HasSuffix(about.Name, want) {
		t.Errorf("the file is called %s, want …%s", about.Name, want)
	}
	rows := sheet(t, file, "sheet1")
	if len(rows) != 41 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows[1:] {
		n := 39 - i
		days, err := strconv.ParseFloat(row[0], 64)
		at := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(time.Duration(days * float64(24*time.Hour))).Round(time.Second)
		if want := r.From.Add(time.Duration(n)*time.Minute - 3*time.Hour); err != nil || !at.Equal(want) || row[1] != names[n%len(names)] || row[2] != fmt.Sprintf("m%06d", n) {
			t.Fatalf("row %d is %q at %s, want %s", i, row, at, want)
		}
	}
	if text := fmt.Sprint(sheet(t, file, "sheet2")); !strings.Contains(text, "America/Sao_Paulo") || !strings.Contains(text, "Complete: 40 rows.") {
		t.Errorf("the second sheet is %s", text)
	}
}

// TestPDF: a PDF has pages, and refuses what nobody would read.
func TestPDF(t *testing.T) {
	t.Parallel()
	e, r := open(t, 6000)
	day := calendar.Range{From: r.From, To: r.From.Add(6 * time.Hour)}
	file, _ := write(t, e, sent, day, "pdf")
	if pages := strings.Count(file, "/Type /Page\n"); !strings.HasPrefix(file, "%PDF-") || !strings.HasSuffix(strings.TrimSpace(file), "%%EOF") || pages < 5 {
		t.Errorf("%d pages, %d bytes", pages, len(file))
	}
	f, _ := export.LookupFormat("pdf")
	var wrong *query.Error
	err := export.Write(t.Context(), e, engine.Request{Query: sent, Range: r}, f, io.Discard, func(export.File) error { return errors.New("it began") })
	if !errors.As(err, &wrong) || !strings.Contains(err.Error(), "6,000 rows") {
		t.Errorf("got %v", err)
	}
}

// TestWideLists: a list has no broken words. It leaves out its last columns instead.
func TestWideLists(t *testing.T) {
	t.Parallel()
	e := openDemo(t)
	r := calendar.Range{From: demoEnd.AddDate(0, 0, -2), To: demoEnd}
	columns := []string{"created_at", "status"}
	for _, id := range catalog.ColumnIDs("message") {
		if !slices.Contains(columns, id) {
			columns = append(columns, id)
		}
	}
	file, _ := write(t, e, query.Query{Report: "message_details_sent", Columns: columns}, r, "pdf")
	texts := pdfTexts(t, []byte(file))
	if !slices.ContainsFunc(texts, func(text string) bool { return strings.HasSuffix(text, "more columns are in the Excel file.") }) {
		t.Error("no note about columns")
	}
	if !slices.Contains(texts, "Status") || !slices.Contains(texts, "Delivered") {
		t.Errorf("words are broken: %q", texts[:min(60, len(texts))])
	}
}

// TestBroken: a file that ends early says so.
func TestBroken(t *testing.T) {
	t.Parallel()
	e, r := open(t, 20000)
	f, _ := export.LookupFormat("csv")
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	err := export.Write(ctx, e, engine.Request{Query: sent, Range: r}, f, writerFunc(func(b []byte) (int, error) {
		if out.Len() > 100_000 {
			cancel()
		}
		return out.Write(b)
	}), func(export.File) error { return nil })
	if err == nil || !strings.Contains(out.String(), "Incomplete: the export stopped after") {
		t.Errorf("%v, and the file ends with %q", err, out.String()[max(0, out.Len()-200):])
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// TestEveryReport: each report can be written in each format, with as many rows as it has.
func TestEveryReport(t *testing.T) {
	t.Parallel()
	data := reference.Random(11, reference.RandomOptions{Messages: 500})
	e := store(t, data)
	r := calendar.Range{From: data.Messages[0].CreatedAt.Add(-24 * time.Hour), To: data.Messages[len(data.Messages)-1].CreatedAt.Add(24 * time.Hour)}
	if !r.From.Before(r.To) {
		r.From, r.To = r.To, r.From
	}
	for _, p := range query.Presets {
		if p.IsEvents() {
			continue
		}
		for _, f := range export.Formats {
			for _, language := range []string{"en", "es", "pt-BR"} {
				q := query.Query{Report: p.ID, Language: language}
				file, _ := write(t, e, q, r, f.ID)
				if f.ID != "tsv" {
					continue
				}
				want, err := e.Run(t.Context(), engine.Request{Query: q, Range: r})
				if err != nil {
					t.Fatal(err)
				}
				rows := int64(len(want.Rows))
				if p.IsDetails() {
					rows = want.Total
				}
				if got := int64(strings.Count(file, "\n")) - 2; got != rows {
					t.Errorf("%s has %d rows, want %d", p.ID, got, rows)
				}
			}
		}
	}
}

// TestRange: a range of whole days has only dates, also if it ends in the last second of a
// day as Grafana's do.
func TestRange(t *testing.T) {
	t.Parallel()
	e, _ := open(t, 1)
	for _, c := range []struct{ from, to, want string }{
		{"2026-11-01T03:00:00Z", "2026-11-08T03:00:00Z", "2026-11-01 – 2026-11-07"},
		{"2026-11-01T03:00:00Z", "2026-11-08T02:59:59.999Z", "2026-11-01 – 2026-11-07"},
		{"2026-11-01T03:00:00Z", "2026-11-02T03:00:00Z", "2026-11-01"},
		{"2026-11-01T03:00:00Z", "2026-11-08T02:59:00Z", "2026-11-01 00:00 – 2026-11-07 23:59"},
		{"2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z", "2026-10-31 21:00 – 2026-11-07 21:00"},
	} {
		from, _ := time.Parse(time.RFC3339, c.from)
		to, _ := time.Parse(time.RFC3339, c.to)
		text, _ := write(t, e, sent, calendar.Range{From: from, To: to}, "csv")
		if !strings.Contains(text, "Time range: "+c.want+" | ") {
			t.Errorf("%s to %s is written as %q, want %s", c.from, c.to, text, c.want)
		}
	}
}

// TestNamesakes: people with the same name have their ids in files for people, as in panels.
func TestNamesakes(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	var data contract.Data
	for i, a := range [][2]string{{"3", "Ana Souza"}, {"4", "Luiz Prates"}, {"11", "Ana Souza"}} {
		data.Agents = append(data.Agents, contract.Agent{AgentID: a[0], Name: &a[1]})
		for n := range i + 1 {
			line := "1"
			data.Messages = append(data.Messages, contract.Message{MessageID: fmt.Sprint(i, n), AgentID: &a[0], LineID: &line, Direction: "outbound", CreatedAt: start})
		}
	}
	e := store(t, data)
	q := query.Query{Metrics: []string{"messages_sent"}, GroupBy: []string{"agent"}, OrderBy: []query.Order{{By: "messages_sent"}}, Format: "table"}
	for format, want := range map[string]string{
		"csv": "Agent,Messages sent\r\nAna Souza (3),1\r\nLuiz Prates,2\r\nAna Souza (11),3\r\n",
		"tsv": "3\tAna Souza\t1\n4\tLuiz Prates\t2\n11\tAna Souza\t3\n",
	} {
		if text, _ := write(t, e, q, calendar.Range{From: start, To: start.AddDate(0, 0, 1)}, format); !strings.Contains(text, want) {
			t.Errorf("%s is %q, want %q in it", format, text, want)
		}
	}
}

// TestFileName: a name has its dates, also after a long title, and fits into a file system.
func TestFileName(t *testing.T) {
	t.Parallel()
	f, _ := export.LookupFormat("csv")
	r := calendar.Range{From: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 8, 0, 0, 0, 0, time.UTC)}
	for title, want := range map[string]string{
		"Ñandú: 2 / 3 📈": "ñandú-2-3-", strings.Repeat("ñ", 300): strings.Repeat("ñ", 75), strings.Repeat("語", 100): strings.Repeat("語", 50), "../a\x00": "-a-",
	} {
		if got := export.FileName(title, r, time.UTC, f); got != want+"_2026-11-01_2026-11-07.csv" {
			t.Errorf("%q is in the file %s", title, got)
		}
	}
}

// TestLimit: a file of a query with a limit says that it has not all rows, and is not refused
// for those that it leaves out.
func TestLimit(t *testing.T) {
	t.Parallel()
	e, r := open(t, 6000)
	q := sent
	q.Limit = 3
	for _, format := range []string{"csv", "pdf"} {
		text, file := write(t, e, q, r, format)
		if file.Rows != 3 {
			t.Errorf("%s: %d rows were announced", format, file.Rows)
		}
		if format == "pdf" {
			text = strings.Join(pdfTexts(t, []byte(text)), " ")
		}
		if !strings.Contains(text, "Showing 3 of 6,000 rows: the limit of the query is 3.") || !strings.Contains(text, "Complete: 3 rows.") {
			t.Errorf("%s has %.2000s", format, text)
		}
	}
}
