// Package hours turns rows of working_hours into the open hours of lines and teams. It
// resolves time zones in Go, so the database server does not need them.
package hours

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
)

// Row is one row of the relation working_hours. What is nil is null. Where both Opens
// and Closes are nil, the day is closed.
type Row struct {
	Line, Team, Zone *string
	Weekday          *int64
	// Opens and Closes are since midnight.
	Opens, Closes *time.Duration
}

// Owner is a line or a team: one of the two is set.
type Owner struct{ Line, Team string }

func (o Owner) String() string {
	if o.Line != "" {
		return "line " + o.Line
	}
	return "team " + o.Team
}

// Schedule holds the weeks of all owners, lines first, in order of their ids.
type Schedule struct {
	Weeks    []Week
	Problems []Problem
}

// Week is the week of one owner.
type Week struct {
	Owner
	// Unknown: the zone of a row is unknown, and so are all hours of the owner.
	Unknown bool
	shifts  []shift
	// closed: a row names a day without hours, so there is a schedule.
	closed bool
}

// shift is a span of a local week. It may reach into the next week.
type shift struct {
	zone *time.Location
	span
}

// span is half open, since the beginning of a Sunday.
type span struct{ opens, closes time.Duration }

// Problem says what is left out and why.
type Problem struct {
	Owner
	// Zone is the unknown name; empty where a single row is left out.
	Zone string
	// Reason is what is wrong with a single row: weekday, opens or closes.
	Reason string
}

const (
	day      = 24 * time.Hour
	weekLong = 7 * day
	// sunday is how long before the epoch, a Thursday, its week began.
	sunday = 4 * day
)

// New makes the schedule of the rows. A row that cannot be read is left out, and so
// are all of an owner with a zone that nobody knows.
func New(rows []Row) *Schedule {
	s := &Schedule{}
	weeks := map[Owner]*Week{}
	problems := map[Problem]bool{}
	for _, r := range rows {
		p, wrong := r.Problem()
		if p.Owner == (Owner{}) {
			continue
		}
		w := weeks[p.Owner]
		if w == nil {
			w = &Week{Owner: p.Owner}
			weeks[p.Owner] = w
		}
		switch {
		case !wrong && r.closed():
			w.closed = true
		case !wrong:
			zone, _ := calendar.StoredZone(value(r.Zone))
			span, _ := spanOf(r)
			w.shifts = append(w.shifts, shift{zone, span})
		case p.Zone != "":
			w.Unknown = true
			fallthrough
		default:
			problems[p] = true
		}
	}
	for _, w := range weeks {
		if w.Unknown || w.closed || len(w.shifts) > 0 {
			s.Weeks = append(s.Weeks, *w)
		}
	}
	slices.SortFunc(s.Weeks, func(a, b Week) int { return compareOwners(a.Owner, b.Owner) })
	s.Problems = slices.SortedFunc(maps.Keys(problems), func(a, b Problem) int {
		return cmp.Or(compareOwners(a.Owner, b.Owner), cmp.Compare(a.Zone, b.Zone), cmp.Compare(a.Reason, b.Reason))
	})
	return s
}

// Problem returns what is wrong with a row, and whether anything is. It always names
// the owner, where there is one.
func (r Row) Problem() (p Problem, wrong bool) {
	owner, ok := ownerOf(r)
	if !ok {
		return Problem{Reason: "line_id"}, true
	}
	p.Owner = owner
	if _, known := calendar.StoredZone(value(r.Zone)); !known {
		p.Zone = shorten(strings.TrimSpace(*r.Zone))
		return p, true
	}
	_, p.Reason = spanOf(r)
	return p, p.Reason != ""
}

// compareOwners puts lines before teams, and shorter ids, such as smaller numbers,
// before longer ones.
func compareOwners(a, b Owner) int {
	return cmp.Or(cmp.Compare(boolInt(a.Line == ""), boolInt(b.Line == "")),
		cmp.Compare(len(a.Line+a.Team), len(b.Line+b.Team)), cmp.Compare(a.Line+a.Team, b.Line+b.Team))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// ownerOf is the line of a row, else its team; a blank id is none.
func ownerOf(r Row) (Owner, bool) {
	if line := value(r.Line); strings.TrimSpace(line) != "" {
		return Owner{Line: line}, true
	}
	if team := value(r.Team); strings.TrimSpace(team) != "" {
		return Owner{Team: team}, true
	}
	return Owner{}, false
}

func value(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// shorten keeps a name that people read short.
func shorten(name string) string {
	const most = 60
	if r := []rune(name); len(r) > most {
		return string(r[:most]) + "…"
	}
	return name
}

func (r Row) closed() bool { return r.Opens == nil && r.Closes == nil }

// spanOf is the span of a row, or the column that is wrong. A closed day has none.
func spanOf(r Row) (span, string) {
	switch {
	case r.Weekday == nil || *r.Weekday < 0 || *r.Weekday > 6:
		return span{}, "weekday"
	case r.closed():
		return span{}, ""
	case r.Opens == nil || *r.Opens < 0 || *r.Opens > day:
		return span{}, "opens"
	case r.Closes == nil || *r.Closes < 0 || *r.Closes > day:
		return span{}, "closes"
	}
	midnight := time.Duration(*r.Weekday) * day
	s := span{midnight + *r.Opens, midnight + *r.Closes}
	if *r.Closes <= *r.Opens { // on the next day
		s.closes += day
	}
	return s, ""
}

// Open reports whether the owner is open at the instant.
func (w Week) Open(at time.Time) bool {
	return slices.ContainsFunc(w.shifts, func(s shift) bool {
		_, offset := at.In(s.zone).Zone()
		into := intoWeek(at, offset)
		return into >= s.opens && into < s.closes || into+weekLong >= s.opens && into+weekLong < s.closes
	})
}

// intoWeek is how far into its local week an instant is.
func intoWeek(at time.Time, offset int) time.Duration {
	seconds := at.Unix() + int64(offset) + int64(sunday/time.Second)
	const whole = int64(weekLong / time.Second)
	return time.Duration((seconds%whole+whole)%whole)*time.Second + time.Duration(at.Nanosecond())
}
