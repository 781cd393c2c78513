package hours_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/hours"
)

func row(line, zone string, weekday int64, opens, closes time.Duration) hours.Row {
	return hours.Row{Line: &line, Zone: &zone, Weekday: &weekday, Opens: &opens, Closes: &closes}
}

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestOpenHours(t *testing.T) {
	const h = time.Hour
	for _, c := range []struct {
		name string
		rows []hours.Row
		open map[string]bool
	}{
		{"half open", []hours.Row{row("1", "", 2, 9*h, 18*h)}, map[string]bool{
			"2026-11-10 08:59": false, "2026-11-10 09:00": true, "2026-11-10 17:59": true, "2026-11-10 18:00": false, "2026-11-11 12:00": false}},
		{"over midnight", []hours.Row{row("1", "UTC", 2, 22*h, 6*h)}, map[string]bool{
			"2026-11-10 21:59": false, "2026-11-10 22:00": true, "2026-11-11 05:59": true, "2026-11-11 06:00": false, "2026-11-10 05:00": false}},
		{"over the end of the week", []hours.Row{row("1", "UTC", 6, 22*h, 6*h)}, map[string]bool{
			"2026-11-14 23:00": true, "2026-11-15 05:59": true, "2026-11-15 06:00": false}},
		{"closes when it opens", []hours.Row{row("1", "UTC", 2, 8*h, 8*h)}, map[string]bool{
			"2026-11-10 07:59": false, "2026-11-10 08:00": true, "2026-11-11 07:59": true, "2026-11-11 08:00": false}},
		{"24:00", []hours.Row{row("1", "UTC", 2, 12*h, 24*h), row("1", "UTC", 4, 0, 24*h)}, map[string]bool{
			"2026-11-10 23:59": true, "2026-11-11 00:00": false, "2026-11-12 00:00": true, "2026-11-12 23:59": true, "2026-11-13 00:00": false}},
		{"overlapping", []hours.Row{row("1", "UTC", 2, 9*h, 13*h), row("1", "UTC", 2, 12*h, 18*h), row("1", "UTC", 2, 18*h, 19*h)}, map[string]bool{
			"2026-11-10 12:30": true, "2026-11-10 18:00": true, "2026-11-10 19:00": false}},
		{"the whole week", []hours.Row{row("1", "Asia/Kolkata", 0, 0, 24*h), row("1", "Asia/Kolkata", 1, 0, 0), row("1", "Asia/Kolkata", 2, 0, 0), row("1", "Asia/Kolkata", 3, 0, 0),
			row("1", "Asia/Kolkata", 4, 0, 0), row("1", "Asia/Kolkata", 5, 0, 0), row("1", "Asia/Kolkata", 6, 0, 24*h)}, map[string]bool{
			"2026-11-07 18:29": true, "2026-11-07 18:30": true, "2026-11-15 00:00": true, "2026-11-14 18:30": true}},
		// 02:30 comes twice on this Sunday, and both times it is open.
		{"a repeated hour", []hours.Row{row("1", "Europe/Berlin", 0, 2*h, 3*h)}, map[string]bool{
			"2026-10-24 23:59": false, "2026-10-25 00:00": true, "2026-10-25 00:30": true, "2026-10-25 01:30": true, "2026-10-25 02:00": false}},
		// 02:30 does not come at all.
		{"a skipped hour", []hours.Row{row("1", "Europe/Berlin", 0, 2*h, 3*h)}, map[string]bool{
			"2026-03-29 00:59": false, "2026-03-29 01:00": false, "2026-03-22 01:00": true}},
		{"two zones", []hours.Row{row("1", "America/New_York", 2, 9*h, 10*h), row("1", "Asia/Tokyo", 2, 9*h, 10*h)}, map[string]bool{
			"2026-11-10 00:00": true, "2026-11-10 01:00": false, "2026-11-10 14:30": true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			week := hours.New(c.rows).Weeks[0]
			for text, want := range c.open {
				if got := week.Open(at(text)); got != want {
					t.Errorf("open at %s is %t", text, got)
				}
			}
		})
	}
}

func TestWhatCannotBeReadIsLeftOut(t *testing.T) {
	bad := row("3", "UTC", 1, 0, 0)
	bad.Opens = nil
	team := "7"
	s := hours.New([]hours.Row{
		row("1", "Etc/Unknown", 1, 0, 0), row("1", "UTC", 2, 0, 0),
		row("2", "UTC", 7, 0, 0), row("2", "UTC", -1, 0, 0), row("2", "UTC", 1, 0, 0),
		bad, row("4", "UTC", 1, 25*time.Hour, 0), row(" ", "UTC", 1, 0, 0), {Team: &team},
	})
	want := []hours.Problem{
		{Owner: hours.Owner{Line: "1"}, Zone: "Etc/Unknown"},
		{Owner: hours.Owner{Line: "2"}, Reason: "weekday"},
		{Owner: hours.Owner{Line: "3"}, Reason: "opens"},
		{Owner: hours.Owner{Line: "4"}, Reason: "opens"},
		{Owner: hours.Owner{Team: "7"}, Reason: "weekday"},
	}
	if !slices.Equal(s.Problems, want) {
		t.Errorf("the problems are %v, want %v", s.Problems, want)
	}
	var weeks []string
	for _, w := range s.Weeks {
		weeks = append(weeks, fmt.Sprint(w.Owner, " ", w.Unknown))
	}
	if want := []string{"line 1 true", "line 2 false"}; !slices.Equal(weeks, want) {
		t.Errorf("the weeks are %q, want %q", weeks, want)
	}
}

func TestZonesOfProductsAreKnown(t *testing.T) {
	for _, zone := range []string{"Brasilia", "E. South America Standard Time", "america/sao_paulo", "<-03>3", "Brazil/East", "UTC-3"} {
		week := hours.New([]hours.Row{row("1", zone, 2, 9*time.Hour, 18*time.Hour)}).Weeks[0]
		if week.Unknown || !week.Open(at("2026-11-10 12:00")) || week.Open(at("2026-11-10 11:59")) || week.Open(at("2026-11-10 21:00")) {
			t.Errorf("%s is not three hours behind UTC", zone)
		}
	}
	if _, err := calendar.Zone("Brasilia"); err == nil {
		t.Error("a person's choice must be a name of the zone tables")
	}
}
