// Package golden compares test output with approved files.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Check compares the text with the file testdata/name. With the flag -update it
// writes the file instead: read the difference before you commit it.
func Check(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it by running the test with -update", err)
	}
	if got != string(want) {
		t.Errorf("not as %s has it; where the new one is right, run the test with -update:\n%s", path, got)
	}
}
