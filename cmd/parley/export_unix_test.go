//go:build unix

package main

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestExportToPipe: a pipe stays a pipe.
func TestExportToPipe(t *testing.T) {
	address, schema := demo(t)
	path := filepath.Join(t.TempDir(), "pipe.csv")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if _, stderr, code := run(t, nil, "export", "--url", address, "--schema", schema, "--from", "2026-10-20T00:00:00Z", "--to", "2026-11-21T00:00:00Z", `{"report": "channels"}`, "--output", path); code != 0 {
		t.Fatalf("%d: %s", code, stderr)
	}
	if text, err := bufio.NewReader(pipe).ReadString('\n'); err != nil || !strings.Contains(text, "Channel") {
		t.Errorf("the pipe has %q: %v", text, err)
	}
}
