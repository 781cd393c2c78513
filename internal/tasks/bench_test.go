package tasks

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWriteResults(t *testing.T) {
	page, chart := filepath.Join(t.TempDir(), "page.md"), filepath.Join(t.TempDir(), "chart.svg")
	if err := os.WriteFile(page, []byte("Before.\n"+resultsBegin+"\nold\n"+resultsEnd+"\nAfter.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time changes nothing
		if err := writeResults(page, chart, "new\n", "<svg/>"); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(page)
		if want := "Before.\n" + resultsBegin + "\n\nnew\n\n" + resultsEnd + "\nAfter.\n"; err != nil || string(got) != want {
			t.Errorf("page = %q, %v, want %q", got, err, want)
		}
	}
	if got, err := os.ReadFile(chart); err != nil || string(got) != "<svg/>" {
		t.Errorf("chart = %q, %v", got, err)
	}
	if err := writeResults(chart, page, "new", ""); err == nil {
		t.Error("no error for a page without the lines")
	}
}
