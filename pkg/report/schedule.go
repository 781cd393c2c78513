package report

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// A schedule is a cron expression in a time zone.
type schedule struct {
	spec *cron.SpecSchedule
	loc  *time.Location
}

var cronParser = cron.NewParser(cron.SecondOptional | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// parseSchedule reads a cron expression of five fields, of six with seconds first, or a
// name such as @daily.
func parseSchedule(text string, loc *time.Location) (*schedule, error) {
	const example = `; for every Monday at 7:00 write "0 7 * * 1"`
	if strings.Contains(text, "TZ=") {
		return nil, errors.New("the schedule has no time zone of its own: set timezone")
	}
	parsed, err := cronParser.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%.60q is not a cron expression: %w%s", text, err, example)
	}
	spec, isCalendar := parsed.(*cron.SpecSchedule)
	if !isCalendar {
		return nil, fmt.Errorf("%.60q is not a cron expression: intervals are not supported%s", text, example)
	}
	spec.Location = time.UTC // as next uses it
	s := &schedule{spec, loc}
	if s.next(time.Now()).IsZero() {
		return nil, fmt.Errorf("the schedule %.60q never runs: no month has that day", text)
	}
	return s, nil
}

// next returns when the schedule runs for the first time after t, or zero for never. It
// reads the expression on the local clock as if that never changed. So a time that the
// clock skips runs when the clock has skipped it, and one that comes twice runs once.
func (s *schedule) next(t time.Time) time.Time {
	for clock := onClock(t.In(s.loc)); ; {
		if clock = s.spec.Next(clock); clock.IsZero() {
			return clock
		}
		if at := s.instant(clock); at.After(t) {
			return at
		}
	}
}

// last returns when the schedule ran for the last time until t, or zero if that is more than
// a year ago.
func (s *schedule) last(t time.Time) time.Time {
	const day = 24 * time.Hour
	for _, back := range []time.Duration{time.Hour, day, 32 * day, 367 * day} {
		var last time.Time
		for at := s.next(t.Add(-back)); !at.IsZero() && !at.After(t); at = s.next(at) {
			last = at
		}
		if !last.IsZero() {
			return last
		}
	}
	return time.Time{}
}

// onClock is what the clock shows at t, as a time in UTC.
func onClock(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// instant returns when the local clock shows that time first, or when it skips it.
func (s *schedule) instant(clock time.Time) time.Time {
	t := time.Date(clock.Year(), clock.Month(), clock.Day(), clock.Hour(), clock.Minute(), clock.Second(), 0, s.loc)
	start, end := t.ZoneBounds()
	switch shown := onClock(t); {
	case shown.Before(clock): // Go used the offset after the change
		return end
	case shown.After(clock): // Go used the offset before it
		return start
	}
	if start.IsZero() {
		return t
	}
	// Where the clock was set back, the time may come once more before the change.
	_, offset := t.Zone()
	_, before := start.Add(-time.Second).Zone()
	if earlier := t.Add(-time.Duration(before-offset) * time.Second); before > offset && earlier.Before(start) {
		return earlier
	}
	return t
}
