package reference

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the zones, where the system has none

	"github.com/parley-reports/parley/internal/contract"
)

// A calendar cuts time in one time zone.
type calendar struct {
	zone   *time.Location
	starts map[time.Time]time.Time // first instants by date
}

func newCalendar(zone string) (*calendar, error) {
	if zone == "" {
		zone = "UTC"
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fmt.Errorf("time zone: %w", err)
	}
	return &calendar{zone: location, starts: map[time.Time]time.Time{}}, nil
}

// date is the local date of an instant, written as midnight UTC.
func (c *calendar) date(t time.Time) time.Time {
	year, month, day := t.In(c.zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// firstInstant is the first instant that has the local date, or a later one
// where the zone skips that date. It looks at each stretch of constant offset
// around the date in turn.
func (c *calendar) firstInstant(date time.Time) time.Time {
	if start, ok := c.starts[date]; ok {
		return start
	}
	for t := date.Add(-48 * time.Hour); ; {
		_, end := t.In(c.zone).ZoneBounds()
		_, offset := t.In(c.zone).Zone()
		midnight := date.Add(-time.Duration(offset) * time.Second)
		if midnight.Before(t) {
			midnight = t
		}
		if end.IsZero() || midnight.Before(end) {
			c.starts[date] = midnight.UTC()
			return midnight.UTC()
		}
		t = end
	}
}

// buckets are the units of time, and minutes those that divide an hour.
var (
	buckets = []string{"5m", "15m", "30m", "hour", "day", "week", "month"}
	minutes = map[string]int{"5m": 5, "15m": 15, "30m": 30, "hour": 60}
)

// start is the start of the bucket that holds the instant: of an hour or a part of one
// what the clock shows at the instant's own offset, rounded down; of the others the
// first instant of their first local date.
func (c *calendar) start(unit string, t time.Time) time.Time {
	if length := minutes[unit]; length > 0 {
		_, offset := t.In(c.zone).Zone()
		into := (t.Unix() + int64(offset)) % int64(60*length)
		if into < 0 { // before 1970
			into += int64(60 * length)
		}
		return time.Unix(t.Unix()-into, 0).UTC()
	}
	return c.firstInstant(firstDate(unit, c.date(t)))
}

// firstDate is the first date of the day, week or month that holds the date.
func firstDate(unit string, date time.Time) time.Time {
	switch unit {
	case "week":
		sinceMonday := (int(date.Weekday()) + 6) % 7
		return date.AddDate(0, 0, -sinceMonday)
	case "month":
		return date.AddDate(0, 0, 1-date.Day())
	}
	return date
}

// startsOf lists the starts of the buckets that hold an instant of [from, to).
func (c *calendar) startsOf(unit string, from, to time.Time) []time.Time {
	var starts []time.Time
	if length := minutes[unit]; length > 0 {
		for t := from; t.Before(to); {
			_, end := t.In(c.zone).ZoneBounds()
			if end.IsZero() || end.After(to) {
				end = to
			}
			for start := c.start(unit, t); start.Before(end); start = start.Add(time.Duration(length) * time.Minute) {
				starts = append(starts, start)
			}
			t = end
		}
	} else if from.Before(to) {
		next := map[string][3]int{"day": {0, 0, 1}, "week": {0, 0, 7}, "month": {0, 1, 0}}[unit]
		for date := firstDate(unit, c.date(from)); ; date = date.AddDate(next[0], next[1], next[2]) {
			start := c.firstInstant(date)
			if !start.Before(to) {
				break
			}
			starts = append(starts, start)
		}
	}
	slices.SortFunc(starts, time.Time.Compare)
	return slices.CompactFunc(starts, time.Time.Equal)
}

// A shift is one range of working hours.
type shift struct {
	zone          *time.Location
	weekday       time.Weekday
	opens, closes time.Duration // since midnight
}

// addShift notes working hours under their line, else under their team. Hours
// without a time zone are in UTC; in one that nobody knows they are noted without a
// zone. Rows of no day of the week are passed over.
func (f *Facts) addShift(w contract.WorkingHours) error {
	owner := ""
	switch {
	case w.LineID != nil && strings.TrimSpace(*w.LineID) != "":
		owner = "line " + *w.LineID
	case w.TeamID != nil && strings.TrimSpace(*w.TeamID) != "":
		owner = "team " + *w.TeamID
	default:
		return nil
	}
	s := shift{zone: time.UTC, weekday: time.Weekday(w.Weekday)}
	if w.TimeZone != nil && strings.TrimSpace(*w.TimeZone) != "" {
		zone, err := time.LoadLocation(strings.TrimSpace(*w.TimeZone))
		if err != nil {
			zone = nil
		}
		s.zone = zone
	}
	if s.zone != nil && (w.Weekday < 0 || w.Weekday > 6) {
		return nil
	}
	var err error
	if s.opens, err = timeOfDay(w.Opens); err != nil {
		return err
	}
	if s.closes, err = timeOfDay(w.Closes); err != nil {
		return err
	}
	f.schedules[owner] = append(f.schedules[owner], s)
	return nil
}

func timeOfDay(text string) (time.Duration, error) {
	if text == "24:00:00" {
		return 24 * time.Hour, nil
	}
	t, err := time.Parse("15:04:05", text)
	if err != nil {
		return 0, fmt.Errorf("working hours: %w", err)
	}
	return t.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)), nil
}

// businessHours tells whether the instant is inside the hours of the line, or,
// where the line has none, of the team; nil where neither has any, or they are in a
// zone that nobody knows. The closing
// instant is outside.
func (f *Facts) businessHours(line, team *string, t time.Time) any {
	var shifts []shift
	if line != nil {
		shifts = f.schedules["line "+*line]
	}
	if len(shifts) == 0 && team != nil {
		shifts = f.schedules["team "+*team]
	}
	if len(shifts) == 0 {
		return nil
	}
	if slices.ContainsFunc(shifts, func(s shift) bool { return s.zone == nil }) {
		return nil // its hours are unknown, and no team's stand for them
	}
	for _, s := range shifts {
		local := t.In(s.zone)
		clock := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute +
			time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
		today, dayAfter := local.Weekday() == s.weekday, local.Weekday() == (s.weekday+1)%7
		if s.closes > s.opens {
			if today && clock >= s.opens && clock < s.closes {
				return "inside"
			}
		} else if today && clock >= s.opens || dayAfter && clock < s.closes {
			return "inside"
		}
	}
	return "outside"
}
