// Package calendar divides time ranges into buckets and shifts them for comparisons.
// It uses Go's time zone data, so results do not depend on the zone tables of a
// database server.
package calendar

import (
	"fmt"
	"time"
)

// A Unit is the length of a bucket.
type Unit string

// The units, from short to long.
const (
	FiveMinutes    Unit = "5m"
	FifteenMinutes Unit = "15m"
	ThirtyMinutes  Unit = "30m"
	Hour           Unit = "hour"
	Day            Unit = "day"
	Week           Unit = "week"
	Month          Unit = "month"
)

// Units lists all units.
var Units = []Unit{FiveMinutes, FifteenMinutes, ThirtyMinutes, Hour, Day, Week, Month}

// IsDays reports whether the unit consists of whole days.
func (u Unit) IsDays() bool { return u == Day || u == Week || u == Month }

// clockLengths are the lengths of the units that divide an hour of the local clock.
var clockLengths = map[Unit]time.Duration{
	FiveMinutes: 5 * time.Minute, FifteenMinutes: 15 * time.Minute, ThirtyMinutes: 30 * time.Minute, Hour: time.Hour,
}

// A Range is a half-open time range: it includes From, but not To.
type Range struct{ From, To time.Time }

// Duration returns the length of the range.
func (r Range) Duration() time.Duration { return r.To.Sub(r.From) }

// A Bucket is one calendar period. Start is its calendar start, which charts show;
// Since is its first instant. They differ only if the offset changes in the middle of
// an hour or of a part of one.
type Bucket struct{ Start, Since time.Time }

// Start returns the calendar start of the bucket that contains t: for days, weeks (from
// Monday) and months the first instant of that local date; for hours and parts of one
// the local clock time at the offset of t, rounded down.
func Start(t time.Time, unit Unit, loc *time.Location) time.Time {
	local := t.In(loc)
	if length := clockLengths[unit]; length > 0 {
		sinceHour := time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
		return t.Add(-(sinceHour % length)).In(loc)
	}
	y, m, d := local.Date()
	switch unit {
	case Week:
		d -= (int(local.Weekday()) + 6) % 7
	case Month:
		d = 1
	}
	return firstInstant(y, m, d, loc)
}

// Next returns the first instant after t that belongs to a later bucket.
func Next(t time.Time, unit Unit, loc *time.Location) time.Time {
	local := t.In(loc)
	if length := clockLengths[unit]; length > 0 {
		next := Start(t, unit, loc).Add(length)
		// A change of offset inside the bucket ends it early if the clock then shows
		// another multiple of the unit.
		if _, change := local.ZoneBounds(); !change.IsZero() && change.Before(next) && !Start(change, unit, loc).Equal(Start(t, unit, loc)) {
			return change.In(loc)
		}
		return next
	}
	start := Start(t, unit, loc)
	y, m, d := start.Date()
	switch unit {
	case Day:
		d++
	case Week:
		// The start's own date may be a day late where midnight does not exist,
		// never its week: count from the Monday before.
		d += 7 - (int(start.Weekday())+6)%7
	case Month:
		m, d = m+1, 1
	}
	next := firstInstant(y, m, d, loc)
	for !next.After(t) { // a local date that the zone skipped altogether
		d++
		next = firstInstant(y, m, d, loc)
	}
	return next
}

// firstInstant is the first instant whose local date is y-m-d, or the first one
// after it where the zone skipped that date.
func firstInstant(y int, m time.Month, d int, loc *time.Location) time.Time {
	noon := time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	want := dateNumber(noon)
	// Offsets lie within a day of UTC: walk the transitions around that date.
	for t := noon.Add(-36 * time.Hour).In(loc); ; {
		change := nextChange(t, loc)
		_, offset := t.Zone()
		midnight := time.Unix(noon.Unix()-12*3600-int64(offset), 0).In(loc)
		if !midnight.Before(t) && (change.IsZero() || midnight.Before(change)) {
			return midnight
		}
		if change.IsZero() {
			return midnight
		}
		t = change.In(loc)
		if dateNumber(t) >= want {
			return t
		}
	}
}

func dateNumber(t time.Time) int {
	y, m, d := t.Date()
	return y*10000 + int(m)*100 + d
}

// MaxBuckets is the maximum number of buckets of a query.
const MaxBuckets = 11000

// unitNames are the units as errors show them.
var unitNames = map[Unit]string{
	FiveMinutes: "5 minutes", FifteenMinutes: "15 minutes", ThirtyMinutes: "30 minutes",
	Hour: "1 hour", Day: "1 day", Week: "1 week", Month: "1 month",
}

// Buckets returns all buckets that overlap the range, in order. It returns an error if
// there are more than MaxBuckets.
func Buckets(r Range, unit Unit, loc *time.Location) ([]Bucket, error) {
	var buckets []Bucket
	since := Start(r.From, unit, loc)
	if begin, _ := r.From.In(loc).ZoneBounds(); clockLengths[unit] > 0 && since.Before(begin) {
		since = begin // what lies before the change of offset has another label
	}
	for since.Before(r.To) {
		if len(buckets) == MaxBuckets {
			return nil, fmt.Errorf("the time range has more than %d intervals of %s: choose a longer interval or a shorter time range", MaxBuckets, unitNames[unit])
		}
		buckets = append(buckets, Bucket{Start: Start(since, unit, loc), Since: since})
		since = Next(since, unit, loc)
	}
	return buckets, nil
}

// autoUnits are the units that Auto chooses from, with their lengths and the longest
// range of each.
var autoUnits = []struct {
	unit            Unit
	length, longest time.Duration
}{
	{FiveMinutes, 5 * time.Minute, 3 * time.Hour},
	{FifteenMinutes, 15 * time.Minute, 8 * time.Hour},
	{ThirtyMinutes, 30 * time.Minute, 16 * time.Hour},
	{Hour, time.Hour, 3 * 24 * time.Hour},
	{Day, 24 * time.Hour, 93 * 24 * time.Hour},
	{Week, 7 * 24 * time.Hour, 550 * 24 * time.Hour},
}

// Auto returns the unit with a readable number of buckets, at most maxPoints (0 means
// 100): 5 minutes for up to 3 hours, 15 minutes for up to 8, 30 minutes for up to 16,
// hours for up to 3 days, days for up to 3 months, weeks for up to a year and a half.
func Auto(r Range, maxPoints int) Unit {
	if maxPoints <= 0 {
		maxPoints = 100
	}
	for _, a := range autoUnits {
		if d := r.Duration(); d <= a.longest && int((d+a.length-1)/a.length) <= maxPoints {
			return a.unit
		}
	}
	return Month
}

// Previous returns the previous period. A range of whole local months moves back by
// that many months, one of whole local days by days, any other by its exact length.
func Previous(r Range, loc *time.Location) Range {
	if months, ok := wholeMonths(r, loc); ok {
		return Range{shift(r.From, -months, 0, loc), shift(r.To, -months, 0, loc)}
	}
	if days, ok := wholeDays(r, loc); ok {
		before := Range{shift(r.From, 0, -days, loc), shift(r.To, 0, -days, loc)}
		if before.From.Before(before.To) { // not where the zone skipped those days
			return before
		}
	}
	d := r.Duration()
	return Range{r.From.Add(-d), r.To.Add(-d)}
}

// PreviousYear returns the same period of the previous calendar year. A range that
// ends with a day ends with the same day of that year; a range of whole months ends
// with the month.
func PreviousYear(r Range, loc *time.Location) Range {
	year := Range{shift(r.From, -12, 0, loc), shift(r.To, -12, 0, loc)}
	if _, ok := wholeMonths(r, loc); !ok && Start(r.To, Day, loc).Equal(r.To) {
		year.To = shift(Start(r.To.Add(-1), Day, loc), -12, 1, loc)
	}
	if !year.From.Before(year.To) { // 29 February, or an hour that was skipped
		year.To = year.From.Add(r.Duration())
	}
	return year
}

func wholeDays(r Range, loc *time.Location) (int, bool) {
	from, to := r.From.In(loc), r.To.In(loc)
	if !to.After(from) || !Start(from, Day, loc).Equal(from) || !Start(to, Day, loc).Equal(to) {
		return 0, false
	}
	return int(civilNoon(to).Sub(civilNoon(from)).Hours()) / 24, true
}

func wholeMonths(r Range, loc *time.Location) (int, bool) {
	from, to := r.From.In(loc), r.To.In(loc)
	if !to.After(from) || !Start(from, Month, loc).Equal(from) || !Start(to, Month, loc).Equal(to) {
		return 0, false
	}
	return (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month()), true
}

func civilNoon(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
}

// shift moves an instant by calendar months and then days. The start of a local
// day stays the start of a day; a day that the target month lacks becomes its
// last one.
func shift(t time.Time, months, days int, loc *time.Location) time.Time {
	local := t.In(loc)
	y, m, d := local.Date()
	m += time.Month(months)
	d = min(d, time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day()) + days
	if Start(local, Day, loc).Equal(local) {
		return firstInstant(y, m, d, loc)
	}
	return time.Date(y, m, d, local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), loc)
}

// steps are the round lengths of time below the shortest unit.
var steps = []time.Duration{time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute}

// Steps divides the range into at most this many equal round steps, as short as
// possible, from seconds to months.
func Steps(r Range, most int, loc *time.Location) []Bucket {
	for _, step := range steps {
		first := r.From.Truncate(step).In(loc)
		if r.To.Sub(first) > time.Duration(most)*step {
			continue
		}
		var buckets []Bucket
		for t := first; t.Before(r.To); t = t.Add(step) {
			buckets = append(buckets, Bucket{Start: t, Since: t})
		}
		return buckets
	}
	for _, unit := range Units[:len(Units)-1] {
		if buckets, err := Buckets(r, unit, loc); err == nil && len(buckets) <= most {
			return buckets
		}
	}
	buckets, _ := Buckets(r, Month, loc) // of any range that there is
	return buckets
}

// nextChange is the first instant after t at which the offset of a zone may change,
// zero where it never does. Go ends the last day of a leap year beyond the tables
// where it begins: what it says of that day is passed over.
func nextChange(t time.Time, loc *time.Location) time.Time {
	_, change := t.In(loc).ZoneBounds()
	if !change.IsZero() && !change.After(t) {
		return t.Add(time.Hour)
	}
	return change
}
