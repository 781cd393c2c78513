package demodata

import (
	"fmt"
	"sort"
	"time"
	_ "time/tzdata" // the lines' time zones, on systems that have none
)

// Instants and spans are milliseconds, instants since 1970: the generator
// reckons with many of them.
const (
	second int64 = 1000
	minute       = 60 * second
	hour         = 60 * minute
	day          = 24 * hour
)

func instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// weekdayRhythm is how much happens in each local hour of a working day: two
// peaks with lunch between them, and a long evening.
var weekdayRhythm = [24]float64{
	0.25, 0.15, 0.10, 0.08, 0.08, 0.12, 0.30, 0.70, 1.45, 2.55, 3.10, 3.00,
	1.85, 1.55, 2.50, 2.95, 2.90, 2.55, 2.00, 1.70, 1.60, 1.30, 0.90, 0.50,
}

// dayRhythm weighs the days of the week from Sunday: Monday brings what the
// weekend left.
var dayRhythm = [7]float64{0.31, 1.30, 1.10, 1.04, 1.00, 0.96, 0.52}

// rhythm returns how busy the hour is where the line is.
func rhythm(zone *time.Location, at int64) float64 {
	local := time.UnixMilli(at).In(zone)
	return weekdayRhythm[local.Hour()] * dayRhythm[local.Weekday()]
}

// A calendar is the stretches of time in which somebody is there, in order and
// apart from each other.
type calendar struct {
	opens, closes []int64
	before        []int64 // open time before each stretch
}

// newCalendar lays the shifts out between the two instants. A calendar without
// shifts is nil.
func newCalendar(zone *time.Location, shifts []shift, from, to int64) *calendar {
	if len(shifts) == 0 {
		return nil
	}
	var stretches [][2]int64
	first := time.UnixMilli(from).In(zone).AddDate(0, 0, -1)
	for d := 0; ; d++ {
		date := time.Date(first.Year(), first.Month(), first.Day()+d, 12, 0, 0, 0, zone)
		if date.UnixMilli() > to+day {
			break
		}
		for _, s := range shifts {
			for _, weekday := range s.days {
				if int(weekday) == int(date.Weekday()) {
					opens, closes := clockTime(date, s.opens, 0), clockTime(date, s.closes, 0)
					if closes <= opens {
						closes = clockTime(date, s.closes, 1)
					}
					stretches = append(stretches, [2]int64{opens, closes})
				}
			}
		}
	}
	return calendarOf(stretches)
}

func clockTime(date time.Time, clock string, days int) int64 {
	var h, m, s int
	if _, err := fmt.Sscanf(clock, "%d:%d:%d", &h, &m, &s); err != nil {
		panic(fmt.Sprintf("demodata: time of day %q: %v", clock, err))
	}
	return time.Date(date.Year(), date.Month(), date.Day()+days, h, m, s, 0, date.Location()).UnixMilli()
}

func calendarOf(stretches [][2]int64) *calendar {
	sort.Slice(stretches, func(i, j int) bool { return stretches[i][0] < stretches[j][0] })
	c := &calendar{}
	var total int64
	for _, s := range stretches {
		if n := len(c.closes); n > 0 && s[0] <= c.closes[n-1] {
			if s[1] > c.closes[n-1] {
				total += s[1] - c.closes[n-1]
				c.closes[n-1] = s[1]
			}
			continue
		}
		c.opens, c.closes, c.before = append(c.opens, s[0]), append(c.closes, s[1]), append(c.before, total)
		total += s[1] - s[0]
	}
	return c
}

// with returns the calendar with one more stretch.
func (c *calendar) with(opens, closes int64) *calendar {
	stretches := [][2]int64{{opens, closes}}
	for i := range c.opens {
		stretches = append(stretches, [2]int64{c.opens[i], c.closes[i]})
	}
	return calendarOf(stretches)
}

// at returns the index of the stretch that the instant is in or, else, of the
// next one.
func (c *calendar) at(t int64) int {
	return sort.Search(len(c.closes), func(i int) bool { return t < c.closes[i] })
}

func (c *calendar) isOpen(t int64) bool {
	i := c.at(t)
	return i < len(c.opens) && t >= c.opens[i]
}

// next returns the instant itself where it is open, else the next opening.
func (c *calendar) next(t int64) int64 {
	if i := c.at(t); i < len(c.opens) {
		return max(t, c.opens[i])
	}
	return t
}

// elapsed returns the open time before the instant.
func (c *calendar) elapsed(t int64) int64 {
	i := c.at(t)
	if i == len(c.opens) {
		if i == 0 {
			return 0
		}
		return c.before[i-1] + c.closes[i-1] - c.opens[i-1]
	}
	return c.before[i] + max(0, t-c.opens[i])
}

// between returns the open time between two instants.
func (c *calendar) between(from, to int64) int64 { return c.elapsed(to) - c.elapsed(from) }
