package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestReport runs reports as cron does: by what is written, what is printed and the exit code.
func TestReport(t *testing.T) {
	address, schema := demo(t)
	folder := t.TempDir()
	config := filepath.Join(folder, "reports.yaml")
	set := func(text string) {
		t.Helper()
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	environment := []string{"DATABASE_URL=" + address, "SMTP_PASSWORD=hunter2"}
	report := func(args ...string) (string, int) {
		t.Helper()
		stdout, stderr, code := run(t, environment, append([]string{"report", "--config", config, "--date", "2026-11-20"}, args...)...)
		if stdout != "" || strings.Contains(stderr, "hunter2") {
			t.Errorf("%q, %q", stdout, stderr)
		}
		return stderr, code
	}
	set(fmt.Sprintf(`
database: {schema: %s}
timezone: America/Bogota
reports:
  - {name: daily, period: yesterday, folder: %s/out, files: [{report: channels, formats: [csv, pdf]}]}
`, schema, folder))
	out := filepath.Join(folder, "out", "channels_2026-11-19_2026-11-19.csv")
	if text, code := report("--dry-run"); code != 0 || !strings.Contains(text, "channels_2026-11-19_2026-11-19.pdf") || !strings.Contains(text, "the database can be read") {
		t.Errorf("%d: %s", code, text)
	}
	if _, err := os.Stat(filepath.Dir(out)); err == nil {
		t.Error("the dry run writes files")
	}
	if text, code := report(); code != 0 || !strings.Contains(text, "wrote "+out) {
		t.Errorf("%d: %s", code, text)
	}
	if text, code := report("--quiet", "--again"); code != 0 || text != "" {
		t.Errorf("%d: %s", code, text)
	}
	// The same file as by export, and the schema of a flag comes before that of the config.
	want, stderr, code := run(t, environment, "export", "--schema", schema, "--from", "2026-11-19T00:00:00-05:00", "--to", "2026-11-20T00:00:00-05:00", "--timezone", "America/Bogota", "--format", "csv", "--output", "-", `{"report": "channels"}`)
	if code != 0 {
		t.Fatal(stderr)
	}
	if got, err := os.ReadFile(out); err != nil || string(got) != want {
		t.Errorf("%v: %s, want %s", err, got, want)
	}
	if text, code := report("--again", "--quiet", "--schema", "nowhere"); code == 0 || !strings.Contains(text, "the schema nowhere does not exist") || !strings.Contains(text, "run the same command again") {
		t.Errorf("%d: %s", code, text)
	}

	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = nobody.Close()
	set(fmt.Sprintf(`
database: {schema: %s}
mail: {host: 127.0.0.1, port: %d, from: a@example.com, user: a, passwordEnv: SMTP_PASSWORD}
reports:
  - {name: daily, period: yesterday, cards: [messages], to: [b@example.com]}
`, schema, nobody.Addr().(*net.TCPAddr).Port))
	for _, args := range [][]string{nil, {"--dry-run"}, {"--to", "me@example.com"}} {
		if text, code := report(args...); code != 1 || !strings.Contains(text, "cannot be reached") {
			t.Errorf("%q: %d: %s", args, code, text)
		}
	}
	for _, c := range []struct {
		says string
		args []string
	}{
		{"no config", []string{"report"}},
		{"no such file", []string{"report", "--config", "/nowhere.yaml"}},
		{"is not a date", []string{"report", "--config", config, "--date", "monday"}},
		{"is in the future", []string{"report", "--config", config, "--date", "2999-01-01"}},
		{"has no schedule", []string{"report", "--config", config, "--watch"}},
		{"watch", []string{"report", "--config", config, "--watch", "--dry-run"}},
		{"unknown report", []string{"report", "--config", config, "--report", "weekly"}},
		{"no database URL", []string{"report", "--config", config, "--url", ""}},
	} {
		env := environment
		if c.says == "no database URL" {
			env = []string{"DATABASE_URL="}
		}
		if stdout, stderr, code := run(t, env, c.args...); code != 1 || stdout != "" || !strings.Contains(stderr, c.says) {
			t.Errorf("%q: %d: %s", c.args, code, stderr)
		}
	}
	example, stderr, code := run(t, nil, "report", "--example")
	if code != 0 {
		t.Fatal(stderr)
	}
	set(example)
	if text, code := report("--dry-run", "--schema", schema); code != 1 || !strings.Contains(text, "would send to ana@example.com") || !strings.Contains(text, "smtp.example.com:587 cannot be reached") {
		t.Errorf("%d: %s", code, text)
	}
}

// TestReportWatchEnds stops the command as docker stop does.
func TestReportWatchEnds(t *testing.T) {
	address, schema := demo(t)
	config := filepath.Join(t.TempDir(), "reports.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, `
database: {schema: %s}
schedule: "0 7 1 1 *"
reports:
  - {name: daily, period: yesterday, folder: out, files: [{report: channels, formats: [csv]}]}
`, schema), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), executable, "report", "--config", config, "--watch")
	cmd.Env = append(os.Environ(), "DATABASE_URL="+address)
	errs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	buffer := make([]byte, 1000)
	for !strings.Contains(text.String(), "next run at") {
		n, err := errs.Read(buffer)
		text.Write(buffer[:n])
		if err != nil {
			t.Fatalf("%v: %s", err, text.String())
		}
	}
	start := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_, _ = text.ReadFrom(errs) // until it ends
	if err := cmd.Wait(); err != nil || !strings.HasSuffix(text.String(), "stopped\n") || time.Since(start) > 3*time.Second {
		t.Errorf("%v after %s: %s", err, time.Since(start), text.String())
	}
}
