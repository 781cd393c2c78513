package compile

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/query"
)

// No name of a time zone goes to the database, whose tables may be old or lack it:
// it gets offsets, and the instants at which they change.

// Changes of offset are looked up from the epoch on and for some years to come, so
// that a range without end has no list without end. Beyond, the nearest offset holds.
var epoch = time.Unix(0, 0).UTC()

const foreseen = 20 * 365 * 24 * time.Hour

// zoneSpan holds every event time of a statement: those of the range, and now.
func (c *compiler) zoneSpan() (since, until time.Time) {
	since, until = c.Range.From, c.Range.To
	if c.Now.IsZero() {
		return since, until
	}
	if c.Now.Before(since) {
		since = c.Now
	}
	if since.Before(epoch) {
		since = epoch
	}
	if c.Now.After(until) {
		until = c.Now
	}
	if last := c.Now.Add(foreseen); until.After(last) {
		until = last
	}
	return since, until
}

// local is the local time of an instant in the report's time zone, as a timestamp.
func (c *compiler) local(at string) string {
	if c.shift == nil {
		c.shift = c.shiftOf()
	}
	return c.shift(at)
}

func (c *compiler) shiftOf() func(at string) string {
	since, until := c.zoneSpan()
	offsets := calendar.Offsets(since, until, c.Location)
	if len(offsets) == 1 {
		if offsets[0].Seconds == 0 {
			return func(at string) string { return at + " AT TIME ZONE 'UTC'" }
		}
		offset := c.arg(time.Duration(offsets[0].Seconds)*time.Second, "interval")
		return func(at string) string { return "(" + at + " AT TIME ZONE 'UTC' + " + offset + ")" }
	}
	var changes []time.Time
	var seconds []int64
	for i, o := range offsets {
		seconds = append(seconds, int64(o.Seconds))
		if i > 0 {
			changes = append(changes, o.Since)
		}
	}
	shift, bounds := c.arg(seconds, "bigint[]"), c.arg(changes, "timestamptz[]")
	return func(at string) string {
		return fmt.Sprintf("(%[1]s AT TIME ZONE 'UTC' + (%[2]s)[width_bucket(%[1]s, %[3]s) + 1] * interval '1 second')", at, shift, bounds)
	}
}

// NeedsHours reports whether a query needs the working hours of the source.
func NeedsHours(q query.Query) bool {
	c := compiler{Input: Input{Query: q}}
	return c.uses("business_hours")
}

// businessHours is whether the row's instant is in the open hours of its line, else
// of its team; null where neither has any, and where its zone is unknown.
func (b *rowBuilder) businessHours() string {
	b.joins["hours"] = true
	b.col("line_id")
	b.expr("team")
	state := func(alias string) string {
		clock := "extract(epoch FROM " + b.at + ")::float8 + 345600" // a Sunday
		place := fmt.Sprintf("width_bucket(%s, %s.changes) * 604800 + (%s) - floor((%[3]s) / 604800) * 604800", b.at, alias, clock)
		return fmt.Sprintf("CASE width_bucket((%s)::float8, %s.bounds) %% 2 WHEN 1 THEN 'inside' WHEN 0 THEN 'outside' END", place, alias)
	}
	return fmt.Sprintf("CASE WHEN line_hours.is_known IS NULL THEN %s WHEN line_hours.is_known THEN %s END", state("team_hours"), state("line_hours"))
}

// hoursJoins brings the hours of the row's line and of its team. They come after the
// joins that the team is read from.
func (b *rowBuilder) hoursJoins() string {
	if !b.has("open_hours") {
		b.addHours()
	}
	return fmt.Sprintf("\nLEFT JOIN open_hours AS line_hours ON line_hours.line_id = %s\nLEFT JOIN open_hours AS team_hours ON team_hours.team_id = %s",
		b.col("line_id"), b.expr("team"))
}

// addHours adds the open hours of each line and team, as hours.Week.Bounds has them.
func (c *compiler) addHours() {
	since, until := c.zoneSpan()
	var lines, teams, changes, bounds []*string
	if c.Hours != nil {
		for _, w := range c.Hours.Weeks {
			lines, teams = append(lines, given(w.Line)), append(teams, given(w.Team))
			if w.Unknown {
				changes, bounds = append(changes, nil), append(bounds, nil)
				continue
			}
			at, seconds := w.Bounds(since, until)
			changes, bounds = append(changes, new(instants(at))), append(bounds, new(numbers(seconds)))
		}
	}
	id := func(entity, column string) string {
		if c.Source.Numbers[entity] {
			return column + "::bigint AS " + column
		}
		return column
	}
	c.withOnce("open_hours", fmt.Sprintf(`SELECT %s, %s, bounds IS NOT NULL AS is_known, changes::timestamptz[] AS changes, bounds::float8[] AS bounds
FROM unnest(%s, %s, %s, %s) AS h (line_id, team_id, changes, bounds)`,
		id("line", "line_id"), id("team", "team_id"), c.arg(lines, "text[]"), c.arg(teams, "text[]"), c.arg(changes, "text[]"), c.arg(bounds, "text[]")))
}

func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// instants and numbers are lists as PostgreSQL reads them.
func instants(list []time.Time) string {
	parts := make([]string, len(list))
	for i, t := range list {
		parts[i] = `"` + t.UTC().Format("2006-01-02 15:04:05.999999Z07:00") + `"`
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func numbers(list []float64) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = strconv.FormatFloat(n, 'f', -1, 64)
	}
	return "{" + strings.Join(parts, ",") + "}"
}
