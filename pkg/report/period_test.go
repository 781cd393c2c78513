package report

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
)

// zones have changes of the clock at midnight, by half an hour, and a day that was left out.
var zones = []string{"UTC", "America/Sao_Paulo", "America/Havana", "America/New_York", "Europe/Madrid", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "America/Asuncion", "Africa/Casablanca"}

// near returns a moment near a change of the clock of a zone, or any.
func near(random *rand.Rand, loc *time.Location) time.Time {
	t := time.Date(2005+random.IntN(22), time.Month(1+random.IntN(12)), 1+random.IntN(28), random.IntN(24), random.IntN(60), random.IntN(60), 0, time.UTC)
	if _, change := t.In(loc).ZoneBounds(); !change.IsZero() && random.IntN(3) > 0 {
		t = change.Add(time.Duration(random.IntN(96)-24) * time.Hour / 2)
	}
	return t
}

// TestPeriods compares periods with a walk back from now, minute by minute: the last
// complete unit has the minutes whose label comes before today's.
func TestPeriods(t *testing.T) {
	week := func(t time.Time) string { y, w := t.ISOWeek(); return fmt.Sprint(y, " ", w) }
	day := func(t time.Time) string { return t.Format(time.DateOnly) }
	month := func(t time.Time) string { return t.Format("2006-01") }
	quarter := func(t time.Time) string { return fmt.Sprint(t.Year(), " ", (t.Month()-1)/3) }
	random := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		text  string
		label func(time.Time) string
		count int
		runs  int
	}{
		{"yesterday", day, 1, 60}, {"last day", day, 1, 10}, {"last 7 days", day, 7, 40}, {"Last  week", week, 1, 40}, {"last 2 weeks", week, 2, 20},
		{"last month", month, 1, 12}, {"last 1 month", month, 1, 4}, {"last quarter", quarter, 1, 4}, {"last 30 days", day, 30, 8},
	} {
		p, err := parsePeriod(c.text)
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.runs {
			name := zones[i%len(zones)]
			loc := must(calendar.Zone(name))
			now := near(random, loc)
			from, to := naive(now.In(loc), c.label, c.count)
			if got := p.before(now, loc); !got.From.Equal(from) || !got.To.Equal(to) {
				t.Errorf("%s at %s in %s: %s, want %s – %s", c.text, now, name, span(got, loc), from, to)
			}
		}
	}
}

// naive walks back over the minutes of so many labels before that of now.
func naive(now time.Time, label func(time.Time) string, count int) (from, to time.Time) {
	minute := now.Truncate(time.Minute)
	for last := label(minute); ; minute = minute.Add(-time.Minute) {
		if l := label(minute); l != last {
			if last = l; to.IsZero() {
				to = minute.Add(time.Minute)
			} else if count--; count == 0 {
				return minute.Add(time.Minute), to
			}
		}
	}
}

func TestYears(t *testing.T) {
	p, err := parsePeriod("last year")
	if err != nil {
		t.Fatal(err)
	}
	got := p.before(time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC), saoPaulo) // still 2025 there
	if want := "2024-01-01 00:00 -03:00 to 2025-01-01 00:00 -03:00"; span(got, saoPaulo) != want {
		t.Errorf("%s, want %s", span(got, saoPaulo), want)
	}
}

func TestUnknownPeriods(t *testing.T) {
	for _, text := range []string{"", "today", "last weak", "last 0 days", "last 732 days", "last 7", "last -1 days", "last 99999 days", "this month"} {
		if _, err := parsePeriod(text); err == nil || !strings.Contains(err.Error(), "period") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestSchedule compares schedules with a walk over the minutes of the local clock: each
// time that fits runs once a day, and if the clock skips it, when the clock has done so.
func TestSchedule(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 300 {
		loc := must(calendar.Zone(zones[i%len(zones)]))
		hour, minute := random.IntN(4), 30*random.IntN(2)
		if i%4 == 0 {
			hour, minute = 0, 0
		}
		s, err := parseSchedule(fmt.Sprintf("%d %d * * *", minute, hour), loc)
		if err != nil {
			t.Fatal(err)
		}
		now := near(random, loc).Truncate(time.Minute)
		want := now.Add(time.Minute)
		for shown := func(t time.Time) time.Duration {
			return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
		}; ; want = want.Add(time.Minute) {
			at, before := want.In(loc), want.Add(-time.Minute).In(loc)
			wanted := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
			isShown := shown(at) == wanted
			isSkipped := at.Format(time.DateOnly) == before.Format(time.DateOnly) && shown(before) < wanted && shown(at) > wanted ||
				at.Format(time.DateOnly) != before.Format(time.DateOnly) && shown(at) > wanted
			if !isShown && !isSkipped {
				continue
			}
			// Not where the clock showed it before on that date.
			repeats := false
			for back := range 26 * 60 {
				earlier := want.Add(-time.Duration(back+1) * time.Minute).In(loc)
				if earlier.Format(time.DateOnly) == at.Format(time.DateOnly) && shown(earlier) == wanted {
					repeats = true
				}
			}
			if !repeats {
				break
			}
		}
		// A day that the calendar leaves out is one that the clock skips as well.
		if got := s.next(now); !got.Equal(want) && loc.String() != "Pacific/Apia" {
			t.Errorf("%02d:%02d in %s after %s: %s, want %s", hour, minute, loc, now.In(loc), got, want.In(loc))
		}
	}
}

func TestBadSchedules(t *testing.T) {
	for text, says := range map[string]string{
		"": "cron", "0 7 * *": "cron", "0 7 * * 9": "cron", "@every 5m": "intervals", "TZ=UTC 0 7 * * 1": "timezone", "0 0 30 2 *": "never runs", "monday": "cron",
	} {
		if _, err := parseSchedule(text, time.UTC); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
	s, err := parseSchedule("@weekly", saoPaulo)
	if err != nil {
		t.Fatal(err)
	}
	if at := s.next(present).In(saoPaulo).Format(time.RFC3339); at != "2026-11-22T00:00:00-03:00" {
		t.Error(at)
	}
	if at := s.last(present).In(saoPaulo).Format(time.RFC3339); at != "2026-11-15T00:00:00-03:00" {
		t.Error(at)
	}
}

// TestSamePeriods: periods with the same dates on any day are known to have them.
func TestSamePeriods(t *testing.T) {
	names := []string{"yesterday", "last 2 days", "last 7 days", "last week", "last 14 days", "last 2 weeks", "last 28 days", "last 4 weeks", "last 31 days", "last month",
		"last 59 days", "last 2 months", "last 90 days", "last 92 days", "last 3 months", "last quarter", "last 365 days", "last 12 months", "last year"}
	var periods []period
	for _, name := range names {
		periods = append(periods, must(parsePeriod(name)))
	}
	for i, p := range periods {
		for n, other := range periods[:i] {
			areSame := false
			for day := time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC); day.Year() < 2028 && !areSame; day = day.AddDate(0, 0, 1) {
				areSame = p.before(day, time.UTC) == other.before(day, time.UTC)
			}
			if areSame && !p.canBe(other) {
				t.Errorf("%s can be %s", names[i], names[n])
			}
		}
	}
	if daily, weekly := periods[0], periods[3]; daily.canBe(weekly) || periods[3].canBe(periods[9]) {
		t.Error("days, weeks and months differ")
	}
}
