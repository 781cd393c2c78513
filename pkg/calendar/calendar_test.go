package calendar_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// instant reads a time in UTC, with or without its clock.
func instant(s string) time.Time {
	for _, layout := range []string{"2006-01-02 15:04:05.999999", "2006-01-02 15:04", time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	panic("no time: " + s)
}

// changes are the moments at which calendars are cut wrongly.
var changes = []struct{ zone, around string }{
	{"America/Sao_Paulo", "2018-02-18"},   // midnight falls back to 23:00
	{"America/Sao_Paulo", "2018-11-04"},   // there is no midnight
	{"America/Havana", "2025-03-09"},      // there is no midnight
	{"America/Havana", "2025-11-02"},      // midnight comes twice
	{"America/Santiago", "2025-04-06"},    // a day of 25 hours
	{"America/Santiago", "2025-09-07"},    // a day of 23 hours, without midnight
	{"America/Asuncion", "2024-03-24"},    // falls back for the last time
	{"America/Asuncion", "2024-10-06"},    // without midnight, and never back
	{"Australia/Lord_Howe", "2025-04-06"}, // half an hour back
	{"Australia/Lord_Howe", "2025-10-05"}, // half an hour forth
	{"Asia/Kolkata", "2025-06-15"},        // half an hour off UTC
	{"Asia/Kathmandu", "2025-06-15"},      // three quarters of an hour off UTC
	{"Asia/Kathmandu", "1986-01-01"},      // a quarter of an hour forth at midnight
	{"Pacific/Apia", "2011-12-30"},        // a date that never was
	{"Africa/Cairo", "2023-04-28"},        // there is no midnight
	{"Africa/Cairo", "2023-10-27"},        // midnight falls back to 23:00
	{"Asia/Beirut", "2023-03-30"},         // there is no midnight
	{"Asia/Beirut", "2024-10-27"},         // midnight falls back to 23:00
	{"Europe/London", "2025-03-30"},
	{"Europe/London", "2025-10-26"},
	{"America/St_Johns", "2026-03-08"},
	{"UTC", "2024-02-29"},
}

// minutes are the lengths of the units that divide an hour.
var minutes = map[calendar.Unit]int{calendar.FiveMinutes: 5, calendar.FifteenMinutes: 15, calendar.ThirtyMinutes: 30, calendar.Hour: 60}

// A span is a run of minutes with one label: what a bucket should be.
type span struct{ start, since, until time.Time }

// scan finds the buckets between two instants by looking at every minute.
func scan(from, to time.Time, unit calendar.Unit, loc *time.Location) []span {
	label := func(t time.Time) string {
		local := t.In(loc)
		if length := minutes[unit]; length > 0 {
			return t.Add(-time.Duration(local.Minute()%length) * time.Minute).UTC().Format(time.RFC3339)
		}
		switch unit {
		case calendar.Week:
			return local.AddDate(0, 0, -(int(local.Weekday())+6)%7).Format(time.DateOnly)
		case calendar.Month:
			return local.Format("2006-01")
		}
		return local.Format(time.DateOnly)
	}
	var spans []span
	last := ""
	for t := from; t.Before(to); t = t.Add(time.Minute) {
		if l := label(t); l != last {
			s := span{start: t, since: t}
			if minutes[unit] > 0 {
				s.start = instant(l)
			}
			spans = append(spans, s)
			last = l
		}
		spans[len(spans)-1].until = t.Add(time.Minute)
	}
	// What the scan only sees a part of has no known start or end.
	return spans[1 : len(spans)-1]
}

func TestBucketsAgainstEveryMinute(t *testing.T) {
	reach := map[calendar.Unit]time.Duration{
		calendar.FiveMinutes: 5 * time.Hour, calendar.FifteenMinutes: 9 * time.Hour, calendar.ThirtyMinutes: 16 * time.Hour, calendar.Hour: 30 * time.Hour,
		calendar.Day: 4 * 24 * time.Hour, calendar.Week: 22 * 24 * time.Hour, calendar.Month: 70 * 24 * time.Hour,
	}
	for _, c := range changes {
		loc := zone(t, c.zone)
		for _, unit := range calendar.Units {
			t.Run(fmt.Sprintf("%s %s %s", c.zone, c.around, unit), func(t *testing.T) {
				around := instant(c.around)
				spans := scan(around.Add(-reach[unit]), around.Add(reach[unit]), unit, loc)
				for i, s := range spans {
					for _, at := range []time.Time{s.since, s.since.Add(s.until.Sub(s.since) / 2), s.until.Add(-time.Nanosecond)} {
						if got := calendar.Start(at, unit, loc); !got.Equal(s.start) {
							t.Errorf("Start(%s) = %s, want %s", at.In(loc), got, s.start.In(loc))
						}
						if got := calendar.Next(at, unit, loc); !got.Equal(s.until) {
							t.Errorf("Next(%s) = %s, want %s", at.In(loc), got, s.until.In(loc))
						}
					}
					// Ranges that begin at this bucket or inside it, and end at a
					// later one or inside it.
					for j := i; j < len(spans); j += 1 + len(spans)/7 {
						for _, r := range []calendar.Range{
							{From: s.since, To: spans[j].until},
							{From: s.since.Add(s.until.Sub(s.since) / 8), To: spans[j].until},
							{From: s.until.Add(-time.Nanosecond), To: spans[j].until.Add(-time.Nanosecond)},
							{From: s.since, To: spans[j].since.Add(time.Nanosecond)},
						} {
							if r.From.Before(r.To) {
								checkBuckets(t, r, unit, loc, spans[i:j+1])
							}
						}
					}
				}
			})
		}
	}
}

func checkBuckets(t *testing.T, r calendar.Range, unit calendar.Unit, loc *time.Location, want []span) {
	t.Helper()
	got, err := calendar.Buckets(r, unit, loc)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("%d buckets from %s to %s, want %d", len(got), r.From.In(loc), r.To.In(loc), len(want))
	}
	for i, b := range got {
		if !b.Start.Equal(want[i].start) || !b.Since.Equal(want[i].since) {
			t.Errorf("bucket %d from %s: starts %s since %s, want %s since %s", i, r.From.In(loc), b.Start, b.Since, want[i].start.In(loc), want[i].since.In(loc))
		}
	}
}

func TestStart(t *testing.T) {
	for _, c := range []struct {
		zone, at string
		unit     calendar.Unit
		want     string
	}{
		{"America/Sao_Paulo", "2018-11-04 15:00", calendar.Day, "2018-11-04T01:00:00-02:00"},
		{"America/Sao_Paulo", "2018-02-18 02:30", calendar.Day, "2018-02-17T00:00:00-02:00"}, // 23:30 once more
		{"America/Sao_Paulo", "2018-11-08", calendar.Month, "2018-11-01T00:00:00-03:00"},
		{"America/Havana", "2025-11-02 05:30", calendar.Day, "2025-11-02T00:00:00-04:00"}, // the second 00:30
		{"America/Havana", "2025-11-02 05:30", calendar.Hour, "2025-11-02T00:00:00-05:00"},
		{"America/Santiago", "2025-09-07 12:00", calendar.Week, "2025-09-01T00:00:00-04:00"},
		{"America/Santiago", "2025-09-07 04:00", calendar.Day, "2025-09-07T01:00:00-03:00"},
		{"Australia/Lord_Howe", "2025-10-04 15:45", calendar.FifteenMinutes, "2025-10-05T02:45:00+11:00"},
		{"Australia/Lord_Howe", "2025-10-04 15:29:59", calendar.ThirtyMinutes, "2025-10-05T01:30:00+10:30"},
		{"Australia/Lord_Howe", "2025-10-04 15:30", calendar.ThirtyMinutes, "2025-10-05T02:30:00+11:00"},
		{"Asia/Kathmandu", "2025-06-15 10:14", calendar.FiveMinutes, "2025-06-15T15:55:00+05:45"},
		{"Asia/Kathmandu", "2025-06-15 10:14", calendar.ThirtyMinutes, "2025-06-15T15:30:00+05:45"},
		{"Asia/Kolkata", "2025-06-15 10:14", calendar.ThirtyMinutes, "2025-06-15T15:30:00+05:30"},
		{"Asia/Kathmandu", "1985-12-31 18:31", calendar.ThirtyMinutes, "1986-01-01T00:00:00+05:45"}, // which the clock skipped
		{"Australia/Lord_Howe", "2025-10-04 15:45", calendar.Hour, "2025-10-05T02:00:00+11:00"},
		{"Pacific/Apia", "2011-12-31 12:00", calendar.Week, "2011-12-26T00:00:00-10:00"},
		{"Asia/Kathmandu", "1985-12-31 18:40", calendar.Day, "1986-01-01T00:15:00+05:45"},
		{"UTC", "2026-11-02 00:00", calendar.Week, "2026-11-02T00:00:00Z"}, // a Monday
		{"UTC", "2026-11-01 23:59:59.999999", calendar.Week, "2026-10-26T00:00:00Z"},
		{"UTC", "2024-02-29 12:34:56.789", calendar.Month, "2024-02-01T00:00:00Z"},
	} {
		if got := calendar.Start(instant(c.at), c.unit, zone(t, c.zone)); !got.Equal(instant(c.want)) {
			t.Errorf("%s of %s in %s starts %s, want %s", c.unit, c.at, c.zone, got, c.want)
		}
	}
}

// TestHourBuckets: an hour that comes twice is two buckets, and no two buckets
// have one start, wherever the clock stands.
func TestHourBuckets(t *testing.T) {
	for _, c := range changes {
		loc := zone(t, c.zone)
		buckets, err := calendar.Buckets(calendar.Range{From: instant(c.around).Add(-40 * time.Hour), To: instant(c.around).Add(40 * time.Hour)}, calendar.Hour, loc)
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range buckets {
			if b.Since.Before(b.Start) {
				t.Errorf("%s: the bucket %s begins before its start, at %s", c.zone, b.Start, b.Since)
			}
			if i > 0 && (!b.Start.After(buckets[i-1].Start) || !b.Since.After(buckets[i-1].Since)) {
				t.Errorf("%s: the bucket %s comes after %s", c.zone, b.Start, buckets[i-1].Start)
			}
		}
	}
}

func TestMaxBuckets(t *testing.T) {
	from := instant("2020-01-01")
	r := calendar.Range{From: from, To: from.Add(calendar.MaxBuckets * time.Hour)}
	buckets, err := calendar.Buckets(r, calendar.Hour, time.UTC)
	if err != nil || len(buckets) != calendar.MaxBuckets {
		t.Errorf("%d buckets, %v", len(buckets), err)
	}
	r.To = r.To.Add(time.Nanosecond)
	if _, err = calendar.Buckets(r, calendar.Hour, time.UTC); err == nil || !strings.Contains(err.Error(), "more than 11000 intervals of 1 hour: choose a longer interval or a shorter time range") {
		t.Errorf("got %v", err)
	}
}

// localRange reads "2026-03-01 00:00/2026-04-01 00:00", both ends local.
func localRange(t testing.TB, s string, loc *time.Location) calendar.Range {
	t.Helper()
	from, to, _ := strings.Cut(s, "/")
	end := func(s string) time.Time {
		for _, layout := range []string{"2006-01-02 15:04", time.DateOnly} {
			if at, err := time.ParseInLocation(layout, s, loc); err == nil {
				if layout == time.DateOnly { // the day's first instant, also where it has no midnight
					noon, _ := time.ParseInLocation("2006-01-02 15", s+" 12", loc)
					at = calendar.Start(noon, calendar.Day, loc)
				}
				return at
			}
		}
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	return calendar.Range{From: end(from), To: end(to)}
}

func TestPrevious(t *testing.T) {
	for _, c := range []struct{ what, zone, r, want string }{
		{"a month", "UTC", "2026-03-01/2026-04-01", "2026-02-01/2026-03-01"},
		{"a month of 31 days after one of 30", "America/Sao_Paulo", "2026-10-01/2026-11-01", "2026-09-01/2026-10-01"},
		{"January", "UTC", "2026-01-01/2026-02-01", "2025-12-01/2026-01-01"},
		{"March after February of a leap year", "UTC", "2024-03-01/2024-04-01", "2024-02-01/2024-03-01"},
		{"a quarter", "America/Santiago", "2026-04-01/2026-07-01", "2026-01-01/2026-04-01"},
		{"a year", "America/Santiago", "2026-01-01/2027-01-01", "2025-01-01/2026-01-01"},
		{"a day", "UTC", "2024-03-01/2024-03-02", "2024-02-29/2024-03-01"},
		{"the day after 25 hours", "America/Santiago", "2025-04-06/2025-04-07", "2025-04-05/2025-04-06"},
		{"25 hours", "America/Santiago", "2025-04-05/2025-04-06", "2025-04-04/2025-04-05"},
		{"23 hours without midnight", "America/Santiago", "2025-09-07/2025-09-08", "2025-09-06/2025-09-07"},
		{"the day after it", "America/Santiago", "2025-09-08/2025-09-09", "2025-09-07/2025-09-08"},
		{"a week with a change inside", "Europe/London", "2025-03-24/2025-03-31", "2025-03-17/2025-03-24"},
		{"seven days across a month's end", "America/Havana", "2025-10-29/2025-11-05", "2025-10-22/2025-10-29"},
		{"thirty days that are no month", "UTC", "2026-03-02/2026-04-01", "2026-01-31/2026-03-02"},
		{"28 days that are February", "UTC", "2026-02-01/2026-03-01", "2026-01-01/2026-02-01"},
		{"six hours", "UTC", "2026-03-01 00:00/2026-03-01 06:00", "2026-02-28 18:00/2026-03-01 00:00"},
		{"an odd range across a change keeps its length", "Europe/London", "2025-03-30T00:30:00Z/2025-03-30T03:45:00Z", "2025-03-29T21:15:00Z/2025-03-30T00:30:00Z"},
		{"whole days elsewhere are an odd range here", "Asia/Kolkata", "2025-03-30T00:00:00Z/2025-03-31T00:00:00Z", "2025-03-29T00:00:00Z/2025-03-30T00:00:00Z"},
		{"today so far", "UTC", "2026-03-01 00:00/2026-03-01 13:37", "2026-02-28 10:23/2026-03-01 00:00"},
		{"the days around the date that never was", "Pacific/Apia", "2011-12-31/2012-01-02", "2011-12-29/2011-12-31"},
		{"the day after the date that never was", "Pacific/Apia", "2011-12-31/2012-01-01", "2011-12-29/2011-12-31"},
	} {
		loc := zone(t, c.zone)
		r := localRange(t, c.r, loc)
		got, want := calendar.Previous(r, loc), localRange(t, c.want, loc)
		if !got.From.Equal(want.From) || !got.To.Equal(want.To) {
			t.Errorf("%s: got %s to %s, want %s", c.what, got.From, got.To, c.want)
		}
		if !got.To.Equal(r.From) {
			t.Errorf("%s: the period before ends at %s, not where the range begins", c.what, got.To)
		}
	}
}

func TestPreviousYear(t *testing.T) {
	for _, c := range []struct{ what, zone, r, want string }{
		{"a month", "UTC", "2026-03-01/2026-04-01", "2025-03-01/2025-04-01"},
		{"February after one of a leap year", "UTC", "2025-02-01/2025-03-01", "2024-02-01/2024-03-01"},
		{"February of a leap year", "UTC", "2024-02-01/2024-03-01", "2023-02-01/2023-03-01"},
		{"29 February is the last of February", "UTC", "2024-02-29/2024-03-01", "2023-02-28/2023-03-01"},
		{"28 February of a leap year", "UTC", "2024-02-28/2024-02-29", "2023-02-28/2023-03-01"},
		{"up to 28 February of a leap year", "America/Sao_Paulo", "2024-02-26/2024-02-29", "2023-02-26/2023-03-01"},
		{"28 February after a leap year's", "UTC", "2025-02-28/2025-03-01", "2024-02-28/2024-02-29"},
		{"29 February at noon", "UTC", "2024-02-29 09:00/2024-02-29 12:00", "2023-02-28 09:00/2023-02-28 12:00"},
		{"24 hours up to 29 February at noon", "UTC", "2024-02-28 12:00/2024-02-29 12:00", "2023-02-28 12:00/2023-03-01 12:00"},
		{"23 hours up to 29 February at noon", "UTC", "2024-02-28 13:00/2024-02-29 12:00", "2023-02-28 13:00/2023-03-01 12:00"},
		{"the clock of an odd range is kept", "Europe/London", "2026-03-29 12:00/2026-03-30 09:30", "2025-03-29 12:00/2025-03-30 09:30"},
		{"a day that had no midnight a year before", "America/Santiago", "2026-09-07/2026-09-08", "2025-09-07/2025-09-08"},
		{"a day that has no midnight now", "America/Santiago", "2025-09-07/2025-09-08", "2024-09-07/2024-09-08"},
		{"twenty minutes that an hour was skipped for", "Europe/London", "2026-03-30 01:10/2026-03-30 01:30", "2025-03-30T01:10:00Z/2025-03-30T01:30:00Z"},
		{"forty minutes that begin in a skipped hour", "Europe/London", "2026-03-30 01:50/2026-03-30 02:30", "2025-03-30T01:50:00Z/2025-03-30T02:30:00Z"},
		{"forty minutes that end in a skipped hour", "America/New_York", "2026-03-09 01:50/2026-03-09 02:30", "2025-03-09T06:50:00Z/2025-03-09T07:30:00Z"},
	} {
		loc := zone(t, c.zone)
		got, want := calendar.PreviousYear(localRange(t, c.r, loc), loc), localRange(t, c.want, loc)
		if !got.From.Equal(want.From) || !got.To.Equal(want.To) {
			t.Errorf("%s: got %s to %s, want %s", c.what, got.From, got.To, c.want)
		}
	}
}

func TestAuto(t *testing.T) {
	for _, c := range []struct {
		length time.Duration
		points int
		want   calendar.Unit
	}{
		{time.Minute, 0, calendar.FiveMinutes},
		{time.Hour, 0, calendar.FiveMinutes},
		{time.Hour, 12, calendar.FiveMinutes},
		{7 * 24 * time.Hour, 1 << 40, calendar.Day},
		{time.Hour, 11, calendar.FifteenMinutes}, // 12 times 5 minutes do not fit
		{time.Hour, 1, calendar.Hour},
		{3 * time.Hour, 500, calendar.FiveMinutes},
		{3*time.Hour + time.Second, 500, calendar.FifteenMinutes},
		{6 * time.Hour, 0, calendar.FifteenMinutes},
		{12 * time.Hour, 0, calendar.ThirtyMinutes},
		{24 * time.Hour, 1000, calendar.Hour},
		{3 * 24 * time.Hour, 0, calendar.Hour},
		{3*24*time.Hour + time.Second, 0, calendar.Day},
		{3 * 24 * time.Hour, 71, calendar.Day}, // 72 hours do not fit
		{93 * 24 * time.Hour, 100, calendar.Day},
		{93*24*time.Hour + time.Second, 1000, calendar.Week},
		{30 * 24 * time.Hour, 29, calendar.Week},
		{550 * 24 * time.Hour, 100, calendar.Week},
		{551 * 24 * time.Hour, 1000, calendar.Month},
		{70 * 24 * time.Hour, 9, calendar.Month},
		{20 * 366 * 24 * time.Hour, 5, calendar.Month},
	} {
		from := instant("2026-01-01")
		if got := calendar.Auto(calendar.Range{From: from, To: from.Add(c.length)}, c.points); got != c.want {
			t.Errorf("%s for %d points: got %s, want %s", c.length, c.points, got, c.want)
		}
	}
}

// FuzzCalendar holds the laws of a calendar over any range since December 2011:
// until then St. John's turned its clock back a minute after midnight, into the
// day before.
func FuzzCalendar(f *testing.F) {
	names := []string{}
	for _, c := range changes {
		names = append(names, c.zone)
		at := instant(c.around).Unix()
		for unit := range calendar.Units {
			f.Add(at, int64(3600), uint8(len(names)-1), uint8(unit))
			f.Add(at+1800, int64(86400*3), uint8(len(names)-1), uint8(unit))
		}
	}
	begin, end := instant("2011-12-01").Unix(), instant("2100-01-01").Unix()
	f.Fuzz(func(t *testing.T, from, length int64, zoneAt, unitAt uint8) {
		if from < begin || from > end || length <= 0 || length > 10*366*86400 {
			t.Skip()
		}
		loc := zone(t, names[int(zoneAt)%len(names)])
		unit := calendar.Units[int(unitAt)%len(calendar.Units)]
		r := calendar.Range{From: time.Unix(from, 0), To: time.Unix(from+length, 0)}
		buckets, err := calendar.Buckets(r, unit, loc)
		if err != nil {
			if length < calendar.MaxBuckets*1800 {
				t.Fatalf("%v", err)
			}
			return
		}
		last := buckets[len(buckets)-1]
		if first := buckets[0]; first.Since.After(r.From) || !calendar.Start(r.From, unit, loc).Equal(first.Start) {
			t.Errorf("the first bucket starts %s since %s", first.Start, first.Since)
		}
		if !last.Since.Before(r.To) || calendar.Next(last.Since, unit, loc).Before(r.To) {
			t.Errorf("the last bucket starts %s since %s", last.Start, last.Since)
		}
		for i, b := range buckets {
			next := calendar.Next(b.Since, unit, loc)
			if b.Since.Before(b.Start) || !calendar.Start(b.Since, unit, loc).Equal(b.Start) || !calendar.Start(next.Add(-1), unit, loc).Equal(b.Start) || !next.After(b.Since) {
				t.Errorf("bucket %d starts %s since %s until %s", i, b.Start, b.Since, next)
			}
			if i > 0 && (!b.Start.After(buckets[i-1].Start) || !calendar.Next(buckets[i-1].Since, unit, loc).Equal(b.Since)) {
				t.Errorf("bucket %d starts %s since %s, after %s since %s", i, b.Start, b.Since, buckets[i-1].Start, buckets[i-1].Since)
			}
		}
		before := calendar.Previous(r, loc)
		if !before.To.Equal(r.From) || !before.From.Before(before.To) {
			t.Errorf("the period before is %s to %s", before.From, before.To)
		}
		if year := calendar.PreviousYear(r, loc); !year.From.Before(year.To) || !year.To.Before(r.To.AddDate(0, 0, -363)) {
			t.Errorf("the year before is %s to %s", year.From, year.To)
		}
	})
}

// TestSteps: round steps, no more than asked for, that hold the whole range.
func TestSteps(t *testing.T) {
	kolkata := zone(t, "Asia/Kolkata")
	from := time.Date(2026, 3, 2, 10, 7, 13, 5, time.UTC)
	for _, c := range []struct {
		length time.Duration
		want   int
		first  string
	}{
		{time.Millisecond, 1, "10:07:13"},
		{time.Minute, 61, "10:07:13"},
		{5 * time.Minute, 61, "10:07:10"},
		{time.Hour, 121, "10:07:00"},
		{6 * time.Hour, 73, "10:05:00"},
		{24 * time.Hour, 97, "10:00:00"},
		{7 * 24 * time.Hour, 169, "09:30:00"},
		{90 * 24 * time.Hour, 91, "18:30:00"},
		{365 * 24 * time.Hour, 53, "18:30:00"},
		{20 * 365 * 24 * time.Hour, 240, "18:30:00"},
	} {
		r := calendar.Range{From: from, To: from.Add(c.length)}
		buckets := calendar.Steps(r, 240, kolkata)
		if got := buckets[0].Since.UTC().Format(time.TimeOnly); len(buckets) != c.want || got != c.first {
			t.Errorf("%v: %d steps from %s, want %d from %s", c.length, len(buckets), got, c.want, c.first)
		}
		if buckets[0].Since.After(r.From) || !buckets[len(buckets)-1].Since.Before(r.To) {
			t.Errorf("%v: steps from %v to %v", c.length, buckets[0].Since, buckets[len(buckets)-1].Since)
		}
	}
}
