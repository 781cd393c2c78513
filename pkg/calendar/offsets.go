package calendar

import "time"

// An Offset is a zone's offset from UTC in seconds east, valid from an instant on.
type Offset struct {
	Since   time.Time
	Seconds int
}

// Offsets returns the offsets of a zone between two instants, beginning with the one
// at since. PostgreSQL gets these instead of a zone name: its tables may be old or not
// have the name.
func Offsets(since, until time.Time, loc *time.Location) []Offset {
	_, seconds := since.In(loc).Zone()
	offsets := []Offset{{since, seconds}}
	for t := since; ; {
		change := nextChange(t, loc)
		if change.IsZero() || change.After(until) {
			return offsets
		}
		if _, seconds := change.In(loc).Zone(); seconds != offsets[len(offsets)-1].Seconds {
			offsets = append(offsets, Offset{change.UTC(), seconds})
		}
		t = change
	}
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
