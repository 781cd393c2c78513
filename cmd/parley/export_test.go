package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestExport writes files: under a name of their own, of the user's, and to standard output.
func TestExport(t *testing.T) {
	address, schema := demo(t)
	folder := t.TempDir()
	const list = `{"report": "message_details_sent", "columns": ["created_at", "message_id"]}`
	args := func(more ...string) []string {
		return append([]string{"export", "--url", address, "--schema", schema, "--from", "2026-10-20T00:00:00Z", "--to", "2026-11-21T00:00:00Z", list}, more...)
	}
	_, stderr, code := run(t, nil, args("--format", "csv", "--output", folder)...)
	name := filepath.Join(folder, "sent-messages_2026-10-20_2026-11-20.csv")
	if code != 0 || !strings.Contains(stderr, name) {
		t.Fatalf("%d: %s", code, stderr)
	}
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	reader := csv.NewReader(strings.NewReader(string(file)))
	reader.FieldsPerRecord = -1
	rows, err := reader.ReadAll()
	if err != nil || len(rows) < 1000 || !strings.Contains(rows[len(rows)-1][0], "Complete:") {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	stdout, stderr, code := run(t, nil, args("--format", "tsv", "--output", "-")...)
	if lines := strings.Count(stdout, "\n"); code != 0 || lines != len(rows) {
		t.Errorf("%d: %d lines, want %d: %s", code, lines, len(rows), stderr)
	}
	own := filepath.Join(folder, "november.xlsx")
	if _, stderr, code = run(t, nil, args("--output", own)...); code != 0 {
		t.Errorf("%d: %s", code, stderr)
	}
	if info, err := os.Stat(own); err != nil || info.Size() < 10_000 {
		t.Errorf("%v: %v", info, err)
	}
	for says, more := range map[string][]string{
		"--filter is for dashboards": {"--output", own, "--filter", "channel=whatsapp"}, "--language is for dashboards": {"--output", own, "--language", "es"},
		"unknown format": {"--output", filepath.Join(folder, "november.doc")}, "cannot be written": {"--format", "csv", "--output", filepath.Join(folder, "none", "x.csv")},
	} {
		if _, stderr, code = run(t, nil, args(more...)...); code == 0 || !strings.Contains(stderr, says) {
			t.Errorf("%q: %d: %s", more, code, stderr)
		}
	}
	left, err := filepath.Glob(filepath.Join(folder, ".parley-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v is left: %v", left, err)
	}
}

// TestExportReplaces: a file keeps its permissions, and a link stays a link.
func TestExportReplaces(t *testing.T) {
	address, schema := demo(t)
	folder := t.TempDir()
	in := func(name string) string { return filepath.Join(folder, name) }
	export := func(output string) {
		t.Helper()
		if _, stderr, code := run(t, nil, "export", "--url", address, "--schema", schema, "--from", "2026-10-20T00:00:00Z", "--to", "2026-11-21T00:00:00Z", `{"report": "channels"}`, "--output", output); code != 0 {
			t.Fatalf("%d: %s", code, stderr)
		}
	}
	if err := errors.Join(os.WriteFile(in("private.csv"), nil, 0o600), os.Symlink("private.csv", in("link.csv"))); err != nil {
		t.Fatal(err)
	}
	export(in("link.csv"))
	if info, err := os.Lstat(in("link.csv")); err != nil || info.Mode().Type() != os.ModeSymlink {
		t.Errorf("the link is %v: %v", info, err)
	}
	if info, err := os.Stat(in("private.csv")); err != nil || info.Mode().Perm() != 0o600 || info.Size() == 0 {
		t.Errorf("the file is %v: %v", info, err)
	}
}

// TestExportRelativeRange: the range of a query can be relative, in the query's time zone.
func TestExportRelativeRange(t *testing.T) {
	address, schema := demo(t)
	text, stderr, code := run(t, nil, "export", "--url", address, "--schema", schema, "--from", "now-1w/w", "--to", "now-1w/w", "--format", "csv", "--output", "-", `{"report": "channels", "timezone": "America/Bogota"}`)
	if whole := regexp.MustCompile(`Time range: \d{4}-\d\d-\d\d – \d{4}-\d\d-\d\d \| Time zone: America/Bogota`); code != 0 || !whole.MatchString(text) {
		t.Errorf("%d: %s%s", code, text, stderr)
	}
}

// TestExportWithoutSpace: large XLSX files need temporary files. Without space for them, the
// error is not about the database.
func TestExportWithoutSpace(t *testing.T) {
	t.Parallel()
	full := &os.PathError{Op: "write", Path: "/tmp/excelize-1", Err: errors.New("no space left on device")}
	err := (&progress{}).explain(fmt.Errorf("flush: %w", full))
	if want := "the file cannot be written: write /tmp/excelize-1: no space left on device"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

// TestExportDashboard writes dashboards, with filters and a relative time range.
func TestExportDashboard(t *testing.T) {
	address, schema := demo(t)
	folder := t.TempDir()
	args := func(more ...string) []string {
		return append([]string{"export", "--url", address, "--schema", schema, "--dashboard", "channels", "--language", "pt-BR"}, more...)
	}
	fixed := []string{"--from", "2026-10-20T00:00:00Z", "--to", "2026-11-21T00:00:00Z"}
	_, stderr, code := run(t, nil, args(append(fixed, "--format", "xlsx", "--output", folder, "--filter", "channel=whatsapp", "--filter", "contact_tag=vip")...)...)
	name := filepath.Join(folder, "canais_2026-10-20_2026-11-20.xlsx")
	if code != 0 || !strings.Contains(stderr, name) {
		t.Fatalf("%d: %s", code, stderr)
	}
	book, err := excelize.OpenFile(name)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows("Resumo")
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprint(rows); !strings.Contains(text, "[Canal WhatsApp]") || !strings.Contains(text, "vip]") || !strings.Contains(text, "Completo: ") {
		t.Errorf("the summary is %s", text)
	}
	// All data is older than the default time range.
	if _, stderr, code := run(t, nil, args("--output", filepath.Join(folder, "week.xlsx"))...); code != 0 {
		t.Errorf("%d: %s", code, stderr)
	}
	for says, more := range map[string][]string{
		"choose xlsx or pdf": {"--format", "csv"}, "such as channel=whatsapp": {"--format", "xlsx", "--filter", "whatsapp"}, "unknown dimension": {"--format", "xlsx", "--filter", "moon=1"},
		"--filter \"channel=\" is not": {"--format", "xlsx", "--filter", "channel="}, "unknown language": {"--format", "xlsx", "--language", "fr"},
		"unknown dashboard": {"--format", "xlsx", "--dashboard", "moon"}, "is not valid": {"--format", "xlsx", "--from", "soon", "--to", "now"},
	} {
		if _, stderr, code = run(t, nil, args(append(more, "--output", folder)...)...); code == 0 || !strings.Contains(stderr, says) {
			t.Errorf("%q: %d: %s", more, code, stderr)
		}
	}
	// A panel that fails leaves no file that looks complete.
	_, stderr, code = run(t, nil, args(append(fixed, "--output", filepath.Join(folder, "broken.xlsx"), "--filter", "unattended=yes")...)...)
	if _, err := os.Stat(filepath.Join(folder, "broken.xlsx")); code == 0 || err == nil || !strings.Contains(stderr, "cannot be filtered by unattended") {
		t.Errorf("%d: %s, %v", code, stderr, err)
	}
}
