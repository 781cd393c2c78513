package calendar

import (
	_ "embed"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Zone returns the time zone of an IANA name in any case, legacy names included, or of
// an offset such as +02:00. "utc" (Grafana's spelling) and "" are UTC. It never uses
// the zone of the machine.
func Zone(name string) (*time.Location, error) {
	trimmed := strings.TrimSpace(name)
	if trimmed == "" || strings.EqualFold(trimmed, "utc") {
		return time.UTC, nil
	}
	if loc := tables().load(trimmed); loc != nil {
		return loc, nil
	}
	if loc := offsetZone(trimmed); loc != nil {
		return loc, nil
	}
	return nil, fmt.Errorf("unknown time zone %.60q: use an IANA name such as America/Sao_Paulo", name)
}

// unchosen are the names that browsers and programs send if they have no zone.
var unchosen = []string{"browser", "local", "default", "undefined", "null", "none", "etc/unknown", "unknown", "etc/uct/unknown", "factory"}

// Chosen reports whether a query's time zone is a real choice. Grafana's browser sends
// the setting of the machine, which may be no zone; public dashboards and alert rules
// send variables that are not replaced.
func Chosen(name string) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	return name != "" && !strings.HasPrefix(name, "$") && !strings.HasPrefix(name, "[[") && !slices.Contains(unchosen, name)
}

// StoredZone returns the time zone of a name that a database stores: everything that
// Zone reads, Rails and Windows names, abbreviations, UTC-3 and POSIX strings. Blank is
// UTC. It returns false if the name is unknown.
func StoredZone(name string) (*time.Location, bool) {
	name = strings.TrimFunc(name, blank)
	// Labels of lists: "(GMT-03:00) Brasilia", "Brasilia (GMT-03:00)".
	if label := strings.TrimSpace(labelOffset.ReplaceAllString(name, "")); label != "" {
		name = label
	}
	for _, prefix := range []string{"posix/", ":"} {
		name = strings.TrimPrefix(name, prefix)
	}
	if loc, err := Zone(name); err == nil {
		return loc, true
	}
	if zone, ok := zoneNames()[strings.ToLower(name)]; ok {
		loc, err := Zone(zone)
		return loc, err == nil
	}
	if rest, ok := cutUTC(name); ok {
		loc := offsetZone(rest)
		return loc, loc != nil
	}
	loc := posixZone(name)
	return loc, loc != nil
}

// blank holds for spaces and for characters that nobody sees.
func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

var labelOffset = regexp.MustCompile(`^\((?:GMT|UTC)[^)]*\)|\((?:GMT|UTC)[^)]*\)$`)

// cutUTC takes UTC or GMT off the front of UTC-3, whose sign people read as east of
// Greenwich, and POSIX as west.
func cutUTC(name string) (rest string, ok bool) {
	upper := strings.ToUpper(name)
	for _, prefix := range []string{"UTC", "GMT"} {
		if rest, ok := strings.CutPrefix(upper, prefix); ok && len(rest) > 1 && strings.ContainsAny(rest[:1], "+-") {
			return rest, true
		}
	}
	return "", false
}

var offsetForm = regexp.MustCompile(`^([+-])(\d{1,2})(?::?(\d{2}))?$`)

// offsetZone is the zone of an ISO offset: +02:00, -0300, +5. Nil for anything else.
func offsetZone(text string) *time.Location {
	m := offsetForm.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	hours, _ := strconv.Atoi(m[2])
	minutes, _ := strconv.Atoi("0" + m[3])
	if hours > 15 || minutes > 59 {
		return nil
	}
	seconds := hours*3600 + minutes*60
	if m[1] == "-" {
		seconds = -seconds
	}
	return time.FixedZone(fmt.Sprintf("%s%02d:%02d", m[1], hours, minutes), seconds)
}

//go:embed zone_names.csv
var zoneNamesCSV string

// zoneNames are the names that are in no zone table, in lower case, with what
// Zone reads.
var zoneNames = sync.OnceValue(func() map[string]string {
	r := csv.NewReader(strings.NewReader(zoneNamesCSV))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		panic("zone_names.csv: " + err.Error())
	}
	names := map[string]string{}
	for _, row := range rows[1:] {
		names[strings.ToLower(row[0])] = row[1]
	}
	return names
})

var posixForm = regexp.MustCompile(`^(?:<[+-]?\w+>|[A-Za-z]{3,})([+-]?)(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?((?:<[+-]?\w+>|[A-Za-z]{3,})[\w:,./<>+-]*)?$`)

// posixZone is the zone of a POSIX string: <-03>3, BRT3, EST5EDT,M3.2.0,M11.1.0.
// Nil for anything else.
func posixZone(text string) *time.Location {
	table, ok := posixTable(text)
	if !ok {
		return nil
	}
	loc, err := time.LoadLocationFromTZData(text, table)
	if err != nil {
		return nil
	}
	return loc
}

// posixTable is the zone file of a POSIX string: without any change of offset, but
// with the rule, which Go reads. The string counts to the west.
func posixTable(text string) (table []byte, ok bool) {
	m := posixForm.FindStringSubmatch(text)
	if m == nil || len(text) > 60 {
		return nil, false
	}
	number := func(s string) int { n, _ := strconv.Atoi("0" + s); return n }
	if number(m[2]) > 24 {
		return nil, false
	}
	east := -(number(m[2])*3600 + number(m[3])*60 + number(m[4]))
	if m[1] == "-" {
		east = -east
	}
	block := append([]byte("TZif2"), make([]byte, 15)...)
	const types, letters = 1, len("LMT\x00")
	for _, n := range []int{0, 0, 0, 0, types, letters, east} {
		block = binary.BigEndian.AppendUint32(block, uint32(int32(n)))
	}
	block = append(block, 0, 0)
	block = append(block, "LMT\x00"...)
	// Once in the old form and once in the new one, which are the same without changes.
	return slices.Concat(block, block, []byte("\n"+text+"\n")), true
}
