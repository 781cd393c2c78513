package engine_test

import (
	"testing"
)

// TestAutoOfOneHour: a chart of one hour shows five minutes at a time, cut by the
// local clock.
func TestAutoOfOneHour(t *testing.T) {
	t.Parallel()
	e := load(t, talks("1 in 2026-03-02 10:04:59", "1 in 2026-03-02 10:05", "1 out 2026-03-02 10:09", "1 in 2026-03-02 10:59"))
	hour := between("2026-03-02 10:00", "2026-03-02 11:00")
	result := answer(t, e, hour, `{"report": "messages_over_time", "metrics": ["messages"], "timezone": "Asia/Kathmandu"}`)
	if result.Query.Bucket != "5m" || len(result.Rows) != 12 {
		t.Fatalf("bucket %s, rows:\n%v", result.Query.Bucket, lines(result))
	}
	for i, want := range map[int]int64{0: 1, 1: 2, 2: 0, 11: 1} {
		if got := result.Rows[i][len(result.Rows[i])-1]; got != want {
			t.Errorf("bucket %d: %v, want %d", i, got, want)
		}
	}
	half := answer(t, e, hour, `{"metrics": ["messages"], "bucket": "30m", "timezone": "Asia/Kathmandu"}`)
	// 10:00 UTC is 15:45 there.
	wantLines(t, half, "03-02 15:30 | 3", "03-02 16:00 | 0", "03-02 16:30 | 1")
}
