package plugin_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
)

// memory reads a line of the plugin process' status, in MB: VmHWM is the most that it
// ever had, VmRSS what it has.
func memory(t *testing.T, line string) int {
	t.Helper()
	processes, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, exe := range processes {
		if target, _ := os.Readlink(exe); target != executable {
			continue
		}
		status, err := os.ReadFile(filepath.Join(filepath.Dir(exe), "status"))
		if err != nil {
			continue
		}
		if m := regexp.MustCompile(line + `:\s+(\d+) kB`).FindSubmatch(status); m != nil {
			kb, _ := strconv.Atoi(string(m[1]))
			return kb >> 10
		}
	}
	t.Skip("no /proc")
	return 0
}

// TestMemoryOfLongTexts reads logs of long bodies, one and then three at once: the
// process stays small, and gives the memory back.
func TestMemoryOfLongTexts(t *testing.T) {
	client := start(t)
	_, schema := pgtest.Schema(t)
	conn := pgtest.Connect(t)
	if err := contract.Create(t.Context(), conn, schema); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), fmt.Sprintf(`INSERT INTO %s.message (message_id, contact_id, line_id, direction, created_at, body)
		SELECT i::text, (i %% 100)::text, '1', 'inbound', timestamptz '2026-11-20 00:00Z' - i * interval '1 second', (SELECT string_agg(md5((i * 1000 + j)::text), '') FROM generate_series(1, 94) AS j) FROM generate_series(1, 25000) AS i`, schema)); err != nil {
		t.Fatal(err)
	}
	settings, secrets := reader(t, schema)
	in := source(t, settings, secrets, nil)
	answered(t, "quick", ask(t, client, in, nil, map[string]string{"A": quickQuery})["A"])
	before := memory(t, "VmHWM")
	const log = `{"report": "message_log", "limit": 100000}`
	logs := func(n int) {
		var group sync.WaitGroup
		for range n {
			group.Go(func() {
				r := ask(t, client, in, nil, map[string]string{"A": log})["A"]
				if r.Error != nil {
					t.Error(r.Error)
					return
				}
				if n := r.Frames[0].Meta.Notices; len(n) != 1 || !strings.Contains(n[0].Text, "of 25,000 rows: the result reached 64 MB.") {
					t.Errorf("notices %+v", n)
				}
			})
		}
		group.Wait()
	}
	logs(1)
	one := memory(t, "VmHWM")
	logs(3)
	three := memory(t, "VmHWM")
	after := memory(t, "VmRSS")
	for end := time.Now().Add(20 * time.Second); after > 200 && time.Now().Before(end); after = memory(t, "VmRSS") {
		time.Sleep(200 * time.Millisecond)
	}
	t.Logf("MB: before %d, one log %d, three %d, afterwards %d", before, one, three, after)
	if one > 500 || three > 600 || after > 200 {
		t.Error("the process holds more than an answer of 64 MB needs")
	}
}
