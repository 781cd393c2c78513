package engine_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/views"
)

// A living is a database that changes while facts are read from it.
type living struct {
	t      *testing.T
	schema string
	conn   *pgx.Conn
	source *source.Source
}

func alive(t *testing.T, data contract.Data, statements ...string) *living {
	l := &living{t: t, schema: store(t, data), conn: pgtest.Connect(t)}
	for _, sql := range statements {
		l.exec(sql)
	}
	var err error
	if l.source, err = views.Detect(t.Context(), l.conn, source.Settings{Schema: l.schema}); err != nil {
		t.Fatal(err)
	}
	return l
}

// exec runs a statement; % stands for the schema.
func (l *living) exec(sql string, args ...any) {
	l.t.Helper()
	if _, err := l.conn.Exec(l.t.Context(), strings.ReplaceAll(sql, "%", pgx.Identifier{l.schema}.Sanitize()), args...); err != nil {
		l.t.Fatal(err)
	}
}

const many = 1 << 20

// read reads facts as of now, or brings a base up to date.
func (l *living) read(since time.Time, parts facts.Parts, base *facts.Set) *facts.Set {
	l.t.Helper()
	read := facts.Build
	if base != nil {
		read = facts.Refresh
	}
	tx, err := l.conn.BeginTx(l.t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(l.t.Context())) }()
	set, err := read(l.t.Context(), tx, l.source, facts.Needs{Since: since, Parts: parts}, many, base)
	if err != nil {
		l.t.Fatal(err)
	}
	return set
}

// recentData are chains of messages that go on until about now.
func recentData(seed uint64) contract.Data {
	data := chains(seed)
	shift := time.Now().UTC().Truncate(time.Microsecond).Sub(instant("2025-04-14"))
	for i := range data.Messages {
		data.Messages[i].CreatedAt = data.Messages[i].CreatedAt.Add(shift)
	}
	return data
}

// TestRefreshFacts: facts that are brought up to date are those that a full reading finds,
// whatever happened meanwhile.
func TestRefreshFacts(t *testing.T) {
	t.Parallel()
	since := time.Now().AddDate(0, 0, -30)
	const row = "INSERT INTO %.message (message_id, account_id, contact_id, line_id, direction, author_kind, status, created_at) "
	for _, c := range []struct {
		name  string
		setup []string
		sql   []string
	}{
		{"nothing", nil, nil},
		{"new messages", nil, []string{row + "VALUES ('new1', NULL, 'c1', 'w', 'inbound', NULL, NULL, now()), ('new2', 'a0', 'somebody', 'w', 'outbound', 'agent', 'sent', now() - interval '1 minute') ON CONFLICT DO NOTHING"}},
		{"a message of long before", nil, []string{row + "VALUES ('late', NULL, 'c0', NULL, 'outbound', 'agent', 'read', now() - interval '47 hours') ON CONFLICT DO NOTHING"}},
		{"late statuses", nil, []string{"UPDATE %.message SET status = 'read' WHERE created_at > now() - interval '47 hours' AND direction = 'outbound'"}},
		{"failures", nil, []string{"UPDATE %.message SET status = 'failed', error_code = '131026' WHERE created_at > now() - interval '40 hours' AND direction = 'outbound'"}},
		{"edits", nil, []string{"UPDATE %.message SET contact_id = 'other', line_id = 'i' WHERE created_at > now() - interval '20 hours'"}},
		{"moved to now", nil, []string{"UPDATE %.message SET created_at = now() WHERE message_id = (SELECT max(message_id) FROM %.message WHERE created_at < now() - interval '10 days')"}},
		{"deletions", nil, []string{"DELETE FROM %.message WHERE created_at > now() - interval '47 hours' AND random() < 0.5"}},
		{"everything recent deleted", nil, []string{"DELETE FROM %.message WHERE created_at > now() - interval '47 hours'"}},
		{"a message of tomorrow", []string{row + "VALUES ('tomorrow', NULL, 'c1', 'w', 'inbound', NULL, NULL, now() + interval '1 day') ON CONFLICT DO NOTHING"}, []string{"DELETE FROM %.message WHERE message_id = 'tomorrow'"}},
		{"old changes with an index", []string{"CREATE INDEX ON %.message (updated_at)"}, []string{
			"UPDATE %.message SET status = 'read', updated_at = now() WHERE direction = 'outbound' AND created_at BETWEEN now() - interval '25 days' AND now() - interval '5 days'"}},
		{"an old contact with an index", []string{"CREATE INDEX ON %.message (updated_at)"}, []string{
			"UPDATE %.message SET contact_id = 'renamed', updated_at = now() WHERE created_at BETWEEN now() - interval '20 days' AND now() - interval '6 days' AND contact_id = 'c2'"}},
		{"other relations", nil, []string{
			"UPDATE %.contact SET name = 'Renamed', phone = '34600000000' WHERE contact_id = 'c1'", "UPDATE %.line SET channel = 'webchat' WHERE line_id = 'w'",
			"DELETE FROM %.rate_card WHERE category = 'utility'"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := alive(t, recentData(4), c.setup...)
			base := l.read(since, allParts, nil)
			before := described(base, "2000-01-01")
			for range 2 { // and from what was brought up to date
				for _, sql := range c.sql {
					l.exec(sql)
				}
				got := l.read(since, allParts, base)
				sameFacts(t, got, l.read(since, allParts, nil), since.Format(time.DateOnly))
				if !slices.Equal(before, described(base, "2000-01-01")) {
					t.Fatal("the base changed")
				}
				base, before = got, described(got, "2000-01-01")
			}
		})
	}
}

// TestRefreshRandom: the same with conversations, events and ratings, and messages that
// come and go at random.
func TestRefreshRandom(t *testing.T) {
	t.Parallel()
	for seed := uint64(1); seed <= 3; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			now := time.Now().UTC()
			all := reference.Random(int64(seed), reference.RandomOptions{Messages: 1500, Start: now.AddDate(0, -4, 0), End: now, Clean: true})
			// At first a part of them is there, and then all are.
			part := all
			part.Messages = nil
			for i, m := range all.Messages {
				if m.CreatedAt.Before(now.Add(-47*time.Hour)) || i%3 > 0 {
					part.Messages = append(part.Messages, m)
				}
			}
			part.Events, part.CSAT = all.Events[:len(all.Events)/2], all.CSAT[:len(all.CSAT)/2]
			l := alive(t, part)
			since := now.AddDate(0, 0, -40)
			base := l.read(since, allParts, nil)
			complete := store(t, all)
			for _, table := range []string{"message", "conversation_event", "csat"} {
				l.exec("DELETE FROM %." + table)
				l.exec("INSERT INTO %." + table + " SELECT * FROM " + pgx.Identifier{complete, table}.Sanitize())
			}
			sameFacts(t, l.read(since, allParts, base), l.read(since, allParts, nil), since.Format(time.DateOnly))
			// Further back, and up to date at once.
			earlier := now.AddDate(0, 0, -75)
			sameFacts(t, l.read(earlier, allParts, base), l.read(earlier, allParts, nil), earlier.Format(time.DateOnly))
		})
	}
}

// TestRefreshParts: facts that are brought up to date get the parts that they lacked.
func TestRefreshParts(t *testing.T) {
	t.Parallel()
	since := time.Now().AddDate(0, 0, -30)
	l := alive(t, recentData(10))
	want := l.read(since, allParts, nil)
	for _, parts := range []facts.Parts{facts.NeedMessages, facts.NeedConversations | facts.NeedEvents, facts.NeedRatings, facts.NeedMessages | facts.NeedUserTypes, facts.NeedConversations | facts.NeedThreads} {
		base := l.read(since, parts, nil)
		sameFacts(t, l.read(since, allParts, base), want, since.Format(time.DateOnly))
	}
}

// TestTook: parts that are added say nothing about how long bringing facts up to date
// takes, and so how long they serve.
func TestTook(t *testing.T) {
	t.Parallel()
	since := time.Now().AddDate(0, 0, -30)
	l := alive(t, recentData(11))
	base := l.read(since, facts.NeedMessages, l.read(since, facts.NeedMessages, nil))
	tx, err := l.conn.BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	set, err := facts.Build(t.Context(), tx, l.source, facts.Needs{Since: since.AddDate(0, -1, 0), Parts: allParts}, many, base)
	if err != nil {
		t.Fatal(err)
	}
	if set.Took != base.Took || set.AsOf != base.AsOf {
		t.Errorf("took %v, then %v, as of %v, then %v", base.Took, set.Took, base.AsOf, set.AsOf)
	}
}

// TestTooLargeForSeveral: what is too large for several questions together, each tries to
// read for itself, but one after the other: together they would take several times the
// memory.
func TestTooLargeForSeveral(t *testing.T) {
	t.Parallel()
	l := alive(t, recentData(12))
	l.exec("ALTER TABLE %.message RENAME TO slow")
	l.exec("CREATE VIEW %.message AS SELECT * FROM %.slow WHERE pg_sleep(0.002) IS NOT NULL")
	e := open(t, l.schema, engine.Settings{MaxMemory: 1000, Refresh: time.Hour})
	done := make(chan error)
	metrics := []string{"cost_usd", "csat_responses", "conversations_open", "initiations"}
	for _, metric := range metrics {
		go func() {
			_, err := messagesOf(t.Context(), e, metric)
			done <- err
		}()
	}
	for waiting := len(metrics); waiting > 0; {
		select {
		case err := <-done:
			if waiting--; err != nil {
				t.Error(err)
			}
		case <-time.After(10 * time.Millisecond):
			var reading int
			err := l.conn.QueryRow(t.Context(), "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE relation = $1::regclass AND query LIKE 'SELECT m.message_id, m.account_id, %'", l.schema+".slow").Scan(&reading)
			if err != nil {
				t.Fatal(err)
			}
			if reading > 1 {
				t.Fatalf("%d questions read facts at the same time", reading)
			}
		}
	}
}

// TestOldChanges: what changed long ago is seen with the next full reading.
func TestOldChanges(t *testing.T) {
	t.Parallel()
	since := time.Now().AddDate(0, 0, -30)
	l := alive(t, recentData(5))
	base := l.read(since, facts.NeedMessages, nil)
	l.exec("DELETE FROM %.message WHERE created_at BETWEEN now() - interval '10 days' AND now() - interval '5 days'")
	refreshed, full := l.read(since, facts.NeedMessages, base), l.read(since, facts.NeedMessages, nil)
	if refreshed.Messages.Len() != base.Messages.Len() || full.Messages.Len() >= base.Messages.Len() {
		t.Errorf("%d messages, then %d, in full %d", base.Messages.Len(), refreshed.Messages.Len(), full.Messages.Len())
	}
	if refreshed.Read != base.Read || !refreshed.AsOf.After(base.AsOf) {
		t.Errorf("read at %v and %v, as of %v and %v", base.Read, refreshed.Read, base.AsOf, refreshed.AsOf)
	}
}

// TestLateCommit: a transaction that began before facts were read, and commits after.
func TestLateCommit(t *testing.T) {
	t.Parallel()
	since := time.Now().AddDate(0, 0, -30)
	l := alive(t, recentData(6))
	writer := pgtest.Connect(t)
	tx, err := writer.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "INSERT INTO "+l.schema+".message (message_id, contact_id, line_id, direction, created_at) VALUES ('late', 'c1', 'w', 'inbound', now())"); err != nil {
		t.Fatal(err)
	}
	base := l.read(since, facts.NeedMessages, nil)
	base = l.read(since, facts.NeedMessages, base)
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	sameFacts(t, l.read(since, facts.NeedMessages, base), l.read(since, facts.NeedMessages, nil), since.Format(time.DateOnly))
}

// TestClockJumps: the clock of the database was wrong when facts were read.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	since := time.Now().AddDate(0, 0, -30)
	for _, jump := range []time.Duration{-365 * 24 * time.Hour, -20 * 24 * time.Hour, -time.Hour, time.Hour, 365 * 24 * time.Hour} {
		l := alive(t, recentData(7))
		base := l.read(since, allParts, nil)
		base.ReadAt = base.ReadAt.Add(jump)
		l.exec("INSERT INTO %.message (message_id, contact_id, line_id, direction, created_at) SELECT 'new' || i, 'c' || i, 'w', 'inbound', now() - i * interval '7 hours' FROM generate_series(0, 6) AS i")
		sameFacts(t, l.read(since, allParts, base), l.read(since, allParts, nil), since.Format(time.DateOnly))
	}
}

// TestManyRefreshes: facts do not grow with being brought up to date, although what is new
// changes each time.
func TestManyRefreshes(t *testing.T) {
	t.Parallel()
	l := alive(t, talks())
	since := time.Now().AddDate(0, 0, -30)
	l.exec("INSERT INTO %.message (message_id, contact_id, line_id, direction, status, error_code, created_at) SELECT 'm' || i, 'c' || mod(i, 20), '1', 'outbound', 'failed', '131026', now() - i * interval '1 hour' FROM generate_series(1, 200) AS i")
	parts := facts.NeedMessages | facts.NeedUserTypes | facts.NeedConversations | facts.NeedThreads
	set := l.read(since, parts, nil)
	held := func() uint64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	size, heap := 0, uint64(0)
	for n := range 1000 {
		if n%10 == 0 {
			l.exec("UPDATE %.message SET status = $1 WHERE message_id = 'm1'", []string{"sent", "read", "failed"}[n/10%3])
		}
		if set = l.read(since, parts, set); n == 30 {
			size, heap = set.Size(), held()
		}
	}
	if set.Size() != size {
		t.Errorf("%d bytes, after 1,000 refreshes %d", size, set.Size())
	}
	// Other tests run at the same time; a copy a refresh would be many times as much.
	if now := held(); now > heap+200<<20 {
		t.Errorf("the heap grew from %d to %d MB", heap>>20, now>>20)
	}
	if set.Messages.Len() != 200 {
		t.Errorf("%d messages", set.Messages.Len())
	}
	runtime.KeepAlive(set)
}
