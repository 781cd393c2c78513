package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
)

// A period is a number of complete calendar units before a moment: last month, last 7 days.
type period struct {
	unit calendar.Unit
	// each is how many units one period of that name has, such as 3 months for a quarter.
	// It begins where the calendar does: in January for quarters and years.
	each  int
	count int
}

// named are the periods without a number.
var named = map[string]period{
	"yesterday":    {calendar.Day, 1, 1},
	"last day":     {calendar.Day, 1, 1},
	"last week":    {calendar.Week, 1, 1},
	"last month":   {calendar.Month, 1, 1},
	"last quarter": {calendar.Month, 3, 1},
	"last year":    {calendar.Month, 12, 1},
}

// periodNames are the periods for people who wrote another one.
const periodNames = "yesterday, last week, last month, last quarter, last year, or last N days, weeks or months such as last 7 days"

var countedForm = regexp.MustCompile(`^last (\d{1,4}) (day|week|month)s?$`)

// maxUnits is how many units a period has at most: two years of each.
var maxUnits = map[calendar.Unit]int{calendar.Day: 731, calendar.Week: 105, calendar.Month: 24}

// parsePeriod reads a period such as "last week" or "last 7 days".
func parsePeriod(text string) (period, error) {
	words := strings.ToLower(strings.Join(strings.Fields(text), " "))
	if p, ok := named[words]; ok {
		return p, nil
	}
	m := countedForm.FindStringSubmatch(words)
	if m == nil {
		return period{}, fmt.Errorf("unknown period %.60q: use %s", text, periodNames)
	}
	p := period{unit: calendar.Unit(m[2]), each: 1}
	p.count, _ = strconv.Atoi(m[1]) // digits
	if most := maxUnits[p.unit]; p.count < 1 || p.count > most {
		return period{}, fmt.Errorf("the period %q has to be between 1 and %d %ss", text, most, p.unit)
	}
	return p, nil
}

// days returns how many days the period has at least and at most.
func (p period) days() (least, most int) {
	switch n := p.each * p.count; p.unit {
	case calendar.Day:
		return n, n
	case calendar.Week:
		return 7 * n, 7 * n
	default:
		return 365*n/12 - 2, 366*n/12 + 1
	}
}

// canBe reports whether two periods may have the same dates on some days.
func (p period) canBe(other period) bool {
	least, most := p.days()
	otherLeast, otherMost := other.days()
	return least <= otherMost && otherLeast <= most
}

// before returns the last complete period before now in a time zone. It ends with the
// unit that ended last: "last 7 days" ends with yesterday.
func (p period) before(now time.Time, loc *time.Location) calendar.Range {
	to := calendar.Start(now, p.unit, loc)
	for (int(to.Month())-1)%p.each != 0 {
		to = unitBefore(to, p.unit, loc)
	}
	from := to
	for range p.each * p.count {
		from = unitBefore(from, p.unit, loc)
	}
	return calendar.Range{From: from, To: to}
}

// unitBefore returns the start of the unit that ends at the start of another one.
func unitBefore(start time.Time, unit calendar.Unit, loc *time.Location) time.Time {
	return calendar.Start(start.Add(-time.Nanosecond), unit, loc)
}
