package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
