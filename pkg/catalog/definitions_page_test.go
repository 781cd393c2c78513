package catalog_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/parley-reports/parley/pkg/catalog"
)

var update = flag.Bool("update", false, "write docs/definitions.md anew")

// TestDefinitions: the page in docs is what the catalogue says.
func TestDefinitions(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "definitions.md")
	want := catalog.Definitions()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s is out of date (%v): run go test ./pkg/catalog -update", path, err)
	}
}
